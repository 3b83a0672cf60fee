"""More data by composition: pieces that rules made train beside the music, or in its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mgc.datasets.edition import Edition
from mgc.datasets.opening import open_edition
from mgc.datasets.splits import Fold
from mgc.errors import DataError
from mgc.experiments import views
from mgc.experiments.readout import logistic
from mgc.experiments.step import Arm, Comparison, Material, Side, Step
from mgc.features import pack
from mgc.features.from_archive import decibels
from mgc.features.statistics import picture_statistics
from mgc.records.store import Record
from mgc.records.study import Study
from mgc.typing import Double, Float, StrArray
from mgc.util.pools import extract_many

MODEL = "logistic_composed"
BESIDE, ALONE, DEALT = "beside the music", "alone", "alone, genres dealt out"
SEEDS = (0, 1, 2)
WEAK = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
"""Penalties to choose from without music: those that suit it are too large for other sound."""
DEMO = "717883b392c2cfe299d8c2fe471fccbfca22ce2c9c8ac1487b6c0caeb0205ba4"
"""Content hash of the demo edition: 90 pieces."""
LARGER = "634f73accc0ecb838f0bd53fc91bfbec9c022129292ffefb9f3d8218da35aeb0"
"""Content hash of 500 pieces, the demo's among them: `python -m tools.demo_clips --each 50`."""


class Pieces(NamedTuple):
    """Statistics of the pictures of composed pieces [n, 896], and the genre of each."""

    pictures: Float
    genre: StrArray


def drawn(edition: Edition) -> Pieces:
    """Draw pieces as the archive's pictures are drawn, and sum them up as those are.

    Raises DataError for a file that gives no picture.
    """
    draw = pack.rule(pack.PUBLISHED).draw
    paths = [track.path for track in edition.tracks]
    pictures = []
    for picture in extract_many(draw, paths, "Drawing composed pieces", None, show=True):
        if isinstance(picture, str):
            raise DataError(f"a composed piece gives no picture: {picture}")
        pictures.append(picture)
    return Pieces(picture_statistics(decibels(np.stack(pictures))), np.asarray(edition.genres))


def open_larger(folder: str | Path) -> Edition:
    """Open the folder of the larger edition; raises DataError if it holds anything else."""
    edition = open_edition(folder)
    if edition.content_hash != LARGER:
        raise DataError(
            f"{folder}: not the 500 composed pieces of the published step;"
            " render them with `python -m tools.demo_clips --each 50 --out FOLDER`, and with the"
            " versions in constraints.txt, for another encoder writes other bytes"
        )
    return edition


def _demo(material: Material) -> Pieces:
    return drawn(open_edition("demo"))


def _larger(material: Material) -> Pieces:
    assert material.study.composed is not None
    return drawn(material.study.composed)


def arm(how: str, content_hash: str, make: Callable[[Material], Pieces]) -> Arm:
    """Logistic regression on composed pieces, with the training tracks or without any."""
    penalties = views.PENALTIES if how == BESIDE else WEAK

    def fit(material: Material, fold: Fold, seed: int) -> tuple[Double, Double]:
        pieces = material.once(make)
        genre = pieces.genre
        if how == DEALT:
            genre = np.random.default_rng(seed).permutation(genre)
        rows = np.arange(len(genre)) + len(material.genre)
        return logistic(
            np.concatenate([material.pictures, pieces.pictures]),
            np.concatenate([material.genre, genre]),
            fold,
            penalties,
            train=np.concatenate([fold.train, rows]) if how == BESIDE else rows,
        )

    settings = {"penalties": list(penalties), "trained_on": how, "composed": content_hash}
    return Arm(MODEL, settings, fit, "pictures", makes=make)


def _many(how: str) -> Side:
    many = arm(how, LARGER, _larger)

    def side(study: Study, seed: int) -> Arm | Record | None:
        """Take the record where the pieces, which do not ship, are not at hand."""
        if study.composed is not None:
            return many
        known = study.store.steps.find(model=MODEL, seed=seed, recipe=dict(many.settings))
        return known[0] if known else None

    return side


MUSIC = views.arm("", None)

STEP = Step(
    name="More data by composition",
    question="Rules compose any number of pieces in ten styles. Do they teach what music does?",
    changed="Composed pieces, drawn as pictures by the archive's own rule, train beside the music;"
    " or alone, against the same pieces with genres dealt out wrongly.",
    fitted="Logistic regression on the statistics of the pictures, a piece weighing as much as a"
    " track, its penalty chosen on validation, where no composed piece is.",
    comparisons=(
        Comparison(
            "Ninety composed pieces beside the music",
            "the music alone",
            (arm(BESIDE, DEMO, _demo), MUSIC),
        ),
        Comparison(
            "Five hundred composed pieces beside the music",
            "the music alone",
            (_many(BESIDE), MUSIC),
        ),
        Comparison(
            "Ninety composed pieces, and no music",
            "the same pieces, genres dealt out wrongly",
            (arm(ALONE, DEMO, _demo), arm(DEALT, DEMO, _demo)),
            seeds=((0,), SEEDS),
        ),
        Comparison(
            "Five hundred composed pieces, and no music",
            "ninety of them",
            (_many(ALONE), arm(ALONE, DEMO, _demo)),
        ),
    ),
)
