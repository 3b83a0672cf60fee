"""Fine-tuning VGG16: its last blocks learn on at a small rate, from where frozen ones ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mgc.datasets.splits import Fold
from mgc.experiments.networks import fold_fit
from mgc.experiments.step import Answers, Arm, Comparison, Material, Step
from mgc.models import vgg16
from mgc.typing import Float

if TYPE_CHECKING:
    import keras

RATE, EPOCHS, BATCH = 1e-4, 10, 16
FILTERS = 256
"""Of block 3."""


class Further(NamedTuple):
    """What is trained on: blocks at the end of the base, or the head alone if not `trained`."""

    blocks: tuple[int, ...]
    trained: bool = True

    def settings(self) -> dict[str, Any]:
        """Describe it for a record."""
        how = "trained" if self.trained else "frozen"
        named = {f"block{number}": how for number in self.blocks}
        learning = {"learning_rate": RATE, "epochs": EPOCHS, "batch_size": BATCH}
        return {"recipe_of": "vgg16", "weights": vgg16.TUNED.weights, **named, **learning}


def _maps(material: Material, first: int) -> Float:
    """Run the frozen base on each picture, up to the first block that is trained on."""
    pictures = material.arrays.spectrogram[material.split.example_track]
    return maps_before(first, pictures, vgg16.load_base(pictures.shape[1:]))


MAPS: Mapping[int, Callable[[Material], Float]] = MappingProxyType(
    {first: partial(_maps, first=first) for first in (4, 5)}
)
"""By the first block that is trained on, so that `Material.once` makes them once for all fits."""


def maps_before(block: int, pictures: Float, base: keras.Model) -> Float:
    """Run a base on pictures, dB, up to block 4 or 5.

    Before block 4 stands the output of block 3 [n, 16, n_columns, 256]. Before block 5, eight rows
    are the output of block 4 [n, 9, n_columns, 512]; in the ninth stands the mean of block 3 over
    frequency, two columns averaged into one, which the head reads, too.
    """
    from keras import Model

    outputs = [base.get_layer(f"block{number}_pool").output for number in (3, 4)]
    shown = vgg16.grey(pictures)
    if block == 4:
        return np.concatenate(list(vgg16.batches(Model(base.input, outputs[0]), shown)))
    found = []
    for third, fourth in vgg16.batches(Model(base.input, outputs), shown):
        n, rows, columns, filters = fourth.shape
        packed = np.zeros((n, rows + 1, columns, filters), np.float32)
        packed[:, :rows] = fourth
        pairs = third[:, :, : 2 * columns].mean(axis=1).reshape(n, columns, 2, FILTERS)
        packed[:, rows, :, :FILTERS] = pairs.mean(axis=2)
        found.append(packed)
    return np.concatenate(found)


def last_blocks(shape: tuple[int, ...], base: keras.Model, further: Further) -> keras.Model:
    """Blocks at the end of a base, on the maps before them, and the mean of blocks 3 to 5.

    Gives [n, 1280], in the order in which the head of the published network reads them.
    """
    from keras import Input, Model, layers

    shown = Input(shape)
    third, before = shown, shown
    if further.blocks[0] == 5:
        third, before = shown[:, -1:, :, :FILTERS], shown[:, :-1]
    means = [third] if further.blocks[0] == 4 else [third, before]
    for block in further.blocks:
        for number in (1, 2, 3):
            known = base.get_layer(f"block{block}_conv{number}")
            layer = layers.Conv2D(512, (3, 3), padding="same", activation="relu", name=known.name)
            before = layer(before)
            layer.set_weights(known.get_weights())
            layer.trainable = further.trained
        before = layers.MaxPooling2D((2, 2))(before)
        means.append(before)
    pooled = [layers.GlobalAveragePooling2D()(each) for each in means]
    return Model(shown, layers.Concatenate()(pooled))


def _fit(material: Material, fold: Fold, seed: int, further: Further) -> Answers:
    from keras import Model, layers

    from mgc.training import trainer
    from mgc.training.crops import Examples
    from mgc.training.transfer import transfer_columns
    from mgc.training.tuned_recipes import TunedPolicy

    asked = fold_fit(material, fold, seed, "vgg16", {})
    frozen, plan = trainer.train(asked), vgg16.TUNED
    policy = TunedPolicy(replace(plan, learning_rate=RATE, epochs=EPOCHS, batch_size=BATCH))
    read, _ = transfer_columns(material.arrays.spectrogram, plan.block, material.study.cache)
    learnt = read[material.split.example_track[fold.train]]
    # The scale of the columns from which the head learned; some filters never answer.
    variance = learnt.var(axis=(0, 1), dtype=np.float64)
    scaled = layers.Normalization(
        mean=learnt.mean(axis=(0, 1), dtype=np.float64),
        variance=np.where(variance > 0, variance, 1.0),
    )
    examples = Examples(material.once(MAPS[further.blocks[0]]))
    x = examples.values[fold.valid]
    block = last_blocks(x.shape[1:], vgg16.load_base(), further)
    model = Model(block.input, frozen.model(scaled(block.output)))
    targets = asked.targets()
    batches = policy.batches(examples, targets, fold.train, asked.seed)
    history = trainer.learn(model, policy, batches, (x, targets[fold.valid]), asked)
    trained = replace(frozen, model=model, policy=policy, examples=examples, history=history)
    valid, test = (trained.predict(part)[0] for part in (fold.valid, fold.test))
    return Answers(valid, test, history, device=trained.device)


def _arm(*blocks: int, trained: bool = True) -> Arm:
    further = Further(blocks, trained)
    fit = partial(_fit, further=further)
    return Arm("vgg16_further", further.settings(), fit, "arrays", makes=MAPS[blocks[0]])


STEP = Step(
    name="Fine-tuning VGG16",
    question="The network's last blocks learned photographs. Does it pay to let them learn music?",
    changed="Block 5, or blocks 4 and 5, are trained on with the head; the control trains the head"
    " alone for as long, from the same frozen network.",
    fitted="The published VGG16 first, then ten epochs of its recipe on whole pictures at a tenth"
    " of the rate: of two rates, the one with which block 5 did better on fault-filtered"
    " validation tracks. Two blocks are trained at the same.",
    comparisons=(
        Comparison(
            "Fine-tuning VGG16's last block",
            "training the head alone for as long",
            (_arm(5), _arm(5, trained=False)),
        ),
        Comparison(
            "Fine-tuning VGG16's last two blocks",
            "training the head alone for as long",
            (_arm(4, 5), _arm(5, trained=False)),
        ),
    ),
)
