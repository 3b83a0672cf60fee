"""Fine-tuning VGG16: its last block learns on at a small rate, from where the frozen one ended."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

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


def maps(material: Material) -> Float:
    """Run the frozen base on each picture, see `block_maps`."""
    pictures = material.arrays.spectrogram[material.split.example_track]
    return block_maps(pictures, vgg16.load_base(pictures.shape[1:]))


def block_maps(pictures: Float, base: keras.Model) -> Float:
    """Run a base on pictures, dB, up to its last block [n, 9, n_columns, 512].

    Eight rows are the output of block 4. In the ninth stands the mean of block 3 over frequency,
    two columns averaged into one, which the head reads, too; it has half as many filters.
    """
    from keras import Model

    blocks = [base.get_layer(f"block{number}_pool").output for number in (3, 4)]
    found = []
    for third, fourth in vgg16.batches(Model(base.input, blocks), vgg16.grey(pictures)):
        n, rows, columns, filters = fourth.shape
        packed = np.zeros((n, rows + 1, columns, filters), np.float32)
        packed[:, :rows] = fourth
        pairs = third[:, :, : 2 * columns].mean(axis=1).reshape(n, columns, 2, FILTERS)
        packed[:, rows, :, :FILTERS] = pairs.mean(axis=2)
        found.append(packed)
    return np.concatenate(found)


def last_block(shape: tuple[int, ...], base: keras.Model, trainable: bool) -> keras.Model:
    """Block 5 of a base on maps of pictures, and the mean of all three blocks.

    Gives [n, 1280], in the order in which the head of the published network reads them.
    """
    from keras import Input, Model, layers

    shown = Input(shape)
    third, fourth = shown[:, -1:, :, :FILTERS], shown[:, :-1]
    fifth = fourth
    for number in (1, 2, 3):
        known = base.get_layer(f"block5_conv{number}")
        layer = layers.Conv2D(512, (3, 3), padding="same", activation="relu", name=known.name)
        fifth = layer(fifth)
        layer.set_weights(known.get_weights())
        layer.trainable = trainable
    fifth = layers.MaxPooling2D((2, 2))(fifth)
    means = [layers.GlobalAveragePooling2D()(block) for block in (third, fourth, fifth)]
    return Model(shown, layers.Concatenate()(means))


def _fit(material: Material, fold: Fold, seed: int, trainable: bool) -> Answers:
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
    examples = Examples(material.once(maps))
    x = examples.values[fold.valid]
    block = last_block(x.shape[1:], vgg16.load_base(), trainable)
    model = Model(block.input, frozen.model(scaled(block.output)))
    targets = asked.targets()
    batches = policy.batches(examples, targets, fold.train, asked.seed)
    history = trainer.learn(model, policy, batches, (x, targets[fold.valid]), asked)
    trained = replace(frozen, model=model, policy=policy, examples=examples, history=history)
    valid, test = (trained.predict(part)[0] for part in (fold.valid, fold.test))
    return Answers(valid, test, history, device=trained.device)


def _arm(trainable: bool) -> Arm:
    settings = {
        "recipe_of": "vgg16",
        "weights": vgg16.TUNED.weights,
        "block5": "trained" if trainable else "frozen",
        "learning_rate": RATE,
        "epochs": EPOCHS,
        "batch_size": BATCH,
    }
    fit = partial(_fit, trainable=trainable)
    return Arm("vgg16_further", settings, fit, "arrays", makes=maps)


STEP = Step(
    name="Fine-tuning VGG16",
    question="The network's last block learned photographs. Does it pay to let it learn music?",
    changed="Block 5 is trained on with the head; the control trains the head alone for as long,"
    " from the same frozen network.",
    fitted="The published VGG16 first, then ten epochs of its recipe on whole pictures at a tenth"
    " of the rate: of two rates, the one with the better fault-filtered validation part.",
    comparisons=(
        Comparison(
            "Fine-tuning VGG16's last block",
            "training the head alone for as long",
            (_arm(True), _arm(False)),
        ),
    ),
)
