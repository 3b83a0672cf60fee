"""Claims that the report's own figures, layers and code decide, or that nothing here can."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from mgc.datasets.tracks import GENRES
from mgc.display import formats
from mgc.errors import DataError
from mgc.features.extract import N_FRAMES, N_MELS
from mgc.features.names import FEATURE_NAMES, FRAME_DESCRIPTORS, N_MFCC
from mgc.models import TITLES
from mgc.report.claims import Claim, Decision, Verdict
from mgc.report.evidence import Evidence

N_CLASSES = len(GENRES)
NEAR = 0.05
"""Relative distance within which a stated size is partly right."""


def report_arithmetic() -> pd.DataFrame:
    """Recompute the sizes that the report states in its sections 2, 3 and 6 and in its code.

    By the key by which claims name a row: ``quantity`` (what is counted, and how), ``report`` and
    ``computed`` (as texts), ``agrees`` (bool: equal to the digits that the report gives).
    """
    after_removal, parts = 1000 - 3, 700 + 150 + 150
    train_in_code = round(0.7 * 1000 * (1 - 0.2))
    rows: dict[str, tuple[str, float, float, str]] = {
        "mfcc": ("MFCC with first and second derivative: 13 × 3", 39, N_MFCC * 3, ",.0f"),
        "frame": ("descriptors of a frame: 39 + 4 + 2 + 12", 57, len(FRAME_DESCRIPTORS), ",.0f"),
        "track": ("values of a track: 57 × 4 statistics", 228, len(FEATURE_NAMES), ",.0f"),
        "frames": ("frames in 30 s: 1 + ⌊661,500 / 512⌋", 1292, N_FRAMES, ",.0f"),
        "cells": ("cells of a spectrogram: 128 × 1,292", 165_376, N_MELS * N_FRAMES, ",.0f"),
        "hours": ("hours of audio: 1,000 × 30 s", 8.3, 1000 * 30 / 3600, ".1f"),
        "parts": (
            "tracks in the three parts, after 3 were removed", parts, after_removal, ",.0f"
        ),
        "train": (
            "training tracks, as the report's code splits them", 700, train_in_code, ",.0f"
        ),
    }  # fmt: skip
    table = {
        key: (quantity, format(stated, spec), format(value, spec))
        for key, (quantity, stated, value, spec) in rows.items()
    }
    columns = ["quantity", "report", "computed"]
    frame = pd.DataFrame.from_dict(table, orient="index", columns=columns)
    return frame.assign(agrees=frame["report"] == frame["computed"])


def arithmetic(claim: Claim, _: Evidence, key: str) -> Decision:
    """Take the verdict from a row of `report_arithmetic`; DataError where there is none."""
    table = report_arithmetic()
    if key not in table.index:
        raise DataError(
            f"claim {claim.id}: no sum {key!r}; choose one of {', '.join(table.index)}"
        )
    row = table.loc[key]
    quantity = str(row["quantity"])
    return Decision(
        Verdict.of_parts([bool(row["agrees"])]),
        f"{quantity[0].upper()}{quantity[1:]}.",
        str(row["computed"]),
    )


def _dense(widths: Sequence[int]) -> int:
    """Parameters of dense layers of these widths: a weight for each pair and a bias each."""
    return sum((into + 1) * out for into, out in pairwise(widths))


def _convolutions(maps: Sequence[int]) -> int:
    """Parameters of 3 x 3 convolutions between these numbers of maps."""
    return sum((9 * into + 1) * out for into, out in pairwise(maps))


def _recurrent(widths: Sequence[int]) -> int:
    """Parameters of LSTM layers of these widths: four gates that read input and state."""
    return sum(4 * out * (into + out + 1) for into, out in pairwise(widths))


def parameters_of(model: str) -> int:
    """Parameters of the report's network for its own inputs, by arithmetic alone."""
    code = [N_MELS * N_FRAMES, 512, 256, 128, 64]
    blocks = [3, 64, 64, 128, 128, 256, 256, 256, *[512] * 6]
    counted = {
        "mlp": _dense([len(FEATURE_NAMES), 512, 256, 128, 64, N_CLASSES]),
        # Batch normalisation has four numbers a map.
        "cnn": _convolutions([1, 32, 64, 128, 256]) + 4 * 480 + _dense([256, 512, N_CLASSES]),
        "lstm": _recurrent([N_MFCC, 128, 64, 32]) + _dense([32, 64, N_CLASSES]),
        "autoencoder": _dense(code) + _dense(code[::-1]) + _dense([64, 128, 64, N_CLASSES]),
        "vgg16": _convolutions(blocks) + _dense([512, 512, 256, N_CLASSES]),
    }
    return counted[model]


def parameters(claim: Claim, _: Evidence, model: str) -> Decision:
    """Compare a stated number of parameters (in millions) with the layers in the report's code."""
    real = parameters_of(model) / 1e6
    digits = len(claim.figure.partition(".")[2])
    exact, near = round(real, digits) == claim.value, abs(real / claim.value - 1) < NEAR
    return Decision(
        Verdict.of_parts([exact, exact or near]),
        f"Counted from the layers of {TITLES[model]} in the report's code, for its own inputs.",
        f"{formats.number(real, 2)}\u00a0million",
    )


def code(claim: Claim, _: Evidence, verdict: str) -> Decision:
    """Take the verdict that reading the report's code led to; the note says what stands there.

    Raises DataError where the table names a verdict that does not exist, or gives no note.
    """
    if verdict not in list(Verdict) or not claim.note:
        raise DataError(f"claim {claim.id}: reading the code needs a verdict and a note")
    return Decision(Verdict(verdict), claim.note)


def nothing(claim: Claim, _: Evidence, __: str) -> Decision:
    """Say why a claim cannot be decided here; the note does."""
    return Decision(Verdict.NOT_TESTABLE, claim.note)
