"""Augmentation of pictures: altered copies of training tracks, all kinds or all but one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np

from mgc.datasets.splits import Fold, Split
from mgc.experiments.degraded import stretched, with_noise
from mgc.experiments.labels import CONTROL
from mgc.experiments.networks import answers, fold_fit, itself
from mgc.experiments.readout import PENALTY, logistic
from mgc.experiments.step import Answers, Arm, Comparison, Material, Side, Step
from mgc.features.augment import SEMITONES, STRETCH
from mgc.features.statistics import picture_statistics
from mgc.typing import Double, Float, IntArray

NOISE_DB = (-60.0, -30.0)
MASK = 0.2
"""Largest share of rows, and of frames, that a mask hides."""
SEED = 5
"""Of the copies of the first draw; the next ones have the next numbers."""
SEEDS = (0, 1, 2)


def stretch(picture: Float, rng: np.random.Generator) -> Float:
    """Resample the frames, up to 10 % more or fewer."""
    import cv2

    width = round(picture.shape[1] * rng.uniform(1 - STRETCH, 1 + STRETCH))
    return np.asarray(cv2.resize(picture, (width, len(picture))))


def shift(picture: Float, rng: np.random.Generator) -> Float:
    """Resample the rows, as two semitones up or down at most move them; what is new is empty."""
    row = np.arange(len(picture)) * 2 ** (rng.uniform(-SEMITONES, SEMITONES) / 12)
    below = np.minimum(row.astype(int), len(picture) - 1)
    above, share = np.minimum(below + 1, len(picture) - 1), (row - below)[:, None]
    moved = picture[below] * (1 - share) + picture[above] * share
    moved[row > len(picture) - 1] = picture.min()
    return np.asarray(moved, np.float32)


def noise(picture: Float, rng: np.random.Generator) -> Float:
    """Add white noise, 30 to 60 dB below the loudest cell, and stretch the levels again."""
    noisy = stretched(with_noise(picture, rng.uniform(*NOISE_DB), rng)[None])
    return np.asarray(noisy[0])


def mask(picture: Float, rng: np.random.Generator) -> Float:
    """Hide a band and a span at the picture's mean (SpecAugment, Park et al. 2019)."""
    hidden: Float = picture.copy()
    for axis, size in enumerate(picture.shape):
        width = int(rng.integers(0, int(MASK * size) + 1))
        start = int(rng.integers(0, size - width + 1))
        hidden[(slice(None),) * axis + (slice(start, start + width),)] = picture.mean()
    return np.asarray(hidden)


KINDS: Mapping[str, Callable[[Float, np.random.Generator], Float]] = {
    "stretched": stretch, "shifted": shift, "noisy": noise, "masked": mask,
}  # fmt: skip


def copies(material: Material, draw: int = 0) -> dict[str, Float]:
    """Statistics of one altered copy of each kind of every picture, [n, 896] each.

    How far a copy is altered is drawn for each track and kind from the seeds of a draw; a fit
    uses the copies of its training tracks alone.
    """
    made = {}
    for kind in KINDS:
        # One by one: stretched copies differ in length.
        rows = [picture_statistics(picture[None])[0] for picture in _altered(material, kind, draw)]
        made[kind] = np.stack(rows)
    return made


DRAWS: Mapping[int, Callable[[Material], dict[str, Float]]] = MappingProxyType(
    {0: copies} | {draw: partial(copies, draw=draw) for draw in SEEDS[1:]}
)
"""`copies` by their draw, so that `Material.once` makes each once for all fits."""


def pictures(material: Material) -> Float:
    """All pictures and an altered copy of each kind, one set after the other [5 n, 128, n_frames].

    Copies are those of `copies`, of the first draw whatever the seed of the fit; a stretched one
    is cut, or begun again, at the usual length.
    """
    shown = material.arrays.spectrogram[material.split.example_track]
    column = np.arange(shown.shape[2])
    kinds = [
        [picture[:, column % picture.shape[1]] for picture in _altered(material, kind, 0)]
        for kind in KINDS
    ]
    return np.concatenate([shown, *kinds])


def _altered(material: Material, kind: str, draw: int) -> Iterator[Float]:
    rng = np.random.default_rng([SEED + draw, list(KINDS).index(kind)])
    for picture in material.arrays.spectrogram[material.split.example_track]:
        yield KINDS[kind](picture, rng)


def _with_copies(rows: IntArray, n: int, sets: int) -> IntArray:
    """Give the same rows of each of several sets of `n`, one set after the other."""
    return np.concatenate([rows + n * number for number in range(sets)])


def arm(left_out: str, draw: int = 0) -> Arm:
    """Logistic regression on training tracks and their copies, which together weigh as before."""
    kinds = [kind for kind in KINDS if kind != left_out]

    def fit(material: Material, fold: Fold, seed: int) -> tuple[Double, Double]:
        known = material.once(DRAWS[draw])
        x = np.concatenate([material.pictures, *(known[kind] for kind in kinds)])
        n = len(material.genre)
        rows = _with_copies(fold.train, n, len(kinds) + 1)
        genre = np.tile(material.genre, len(kinds) + 1)
        weight = np.full(len(x), 1 / (len(kinds) + 1))
        return logistic(x, genre, fold, train=rows, weight=weight)

    return Arm(
        "logistic_augmented",
        {"penalty": PENALTY, "copies": kinds, "copies_seed": SEED + draw},
        fit,
        "pictures",
        makes=DRAWS[draw],
    )


def _drawn(left_out: str) -> Side:
    """Draw the copies anew for each seed: regression itself leaves nothing to chance."""
    return lambda _, seed: arm(left_out, seed)


def with_copies(material: Material, fold: Fold) -> tuple[Split, Fold]:
    """Let the copies of training tracks train, too, where examples are those of `pictures`."""
    n, sets = len(material.genre), len(KINDS) + 1
    rows = _with_copies(fold.train, n, sets)
    folds = tuple(
        replace(each, train=rows) if each is fold else each for each in material.split.folds
    )
    split = replace(
        material.split,
        example_track=np.arange(n * sets),
        example_segment=np.full(n * sets, -1),
        folds=folds,
    )
    return split, folds[material.split.folds.index(fold)]


def network_arm() -> Arm:
    """Train the CNN by its recipe on crops of training tracks and of their copies."""

    def fit(material: Material, fold: Fold, seed: int) -> Answers:
        asked = fold_fit(material, fold, seed, "cnn", {})
        split, widened = with_copies(material, fold)
        arrays = replace(
            asked.arrays,
            spectrogram=material.once(pictures),
            genre=np.tile(material.genre, len(KINDS) + 1),
        )
        return answers(replace(asked, arrays=arrays, split=split, fold=widened))

    settings = {"recipe_of": "cnn", "copies": list(KINDS), "copies_seed": SEED}
    return Arm("cnn_augmented", settings, fit, "arrays", makes=pictures)


STEP = Step(
    name="Augmentation",
    question="A song played faster or in noise keeps its genre. Do altered copies teach more?",
    changed="Four altered copies of each training picture learn with it; then all but one kind.",
    fitted="Logistic regression on the statistics of the pictures; a track and its copies weigh as"
    " much as the track did, and each seed draws copies of its own. Then the CNN by its recipe, as"
    " many crops as before, four in five of them cut from copies, the same for each seed.",
    comparisons=(
        Comparison(
            "Stretched, shifted, noisy and masked copies",
            "no copies",
            (_drawn(""), CONTROL),
            seeds=(SEEDS, (0,)),
        ),
        *(
            Comparison(
                f"{kind.capitalize()} copies beside the three other kinds",
                f"the same without {kind} copies",
                (_drawn(""), _drawn(kind)),
                seeds=(SEEDS, SEEDS),
            )
            for kind in KINDS
        ),
        Comparison(
            "Altered copies for the CNN",
            "the CNN on the tracks alone",
            (network_arm(), itself("cnn")),
            seeds=(SEEDS, SEEDS),
        ),
    ),
)
