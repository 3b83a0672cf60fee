"""Claims about sizes: parameters worked out from the report's layers, and its own arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mgc.datasets.tracks import GENRES
from mgc.display import formats
from mgc.features.extract import N_FRAMES, N_MELS
from mgc.features.names import FEATURE_NAMES, N_MFCC
from mgc.models import TITLES
from mgc.report import arithmetic as arithmetic_module
from mgc.report.claims import Claim
from mgc.report.decision import CONFIRMED, CONTRADICTED, PARTLY, Decision
from mgc.report.evidence import Evidence

N_CLASSES = len(GENRES)
NEAR = 0.05
"""Relative distance within which a stated size is partly right."""


def dense(widths: Sequence[int]) -> int:
    """Parameters of dense layers of these widths: a weight for each pair and a bias each."""
    return sum((into + 1) * out for into, out in pairwise(widths))


def convolutions(maps: Sequence[int]) -> int:
    """Parameters of 3 x 3 convolutions between these numbers of maps."""
    return sum((9 * into + 1) * out for into, out in pairwise(maps))


def recurrent(widths: Sequence[int]) -> int:
    """Parameters of LSTM layers of these widths: four gates that read input and state."""
    return sum(4 * out * (into + out + 1) for into, out in pairwise(widths))


def parameters_of(model: str) -> int:
    """Parameters of the report's network for its own inputs, by arithmetic alone.

    A test compares them with Keras's count.
    """
    pixels = N_MELS * N_FRAMES
    code = [pixels, 512, 256, 128, 64]
    blocks = [3, 64, 64, 128, 128, 256, 256, 256, *[512] * 6]
    counted = {
        "mlp": dense([len(FEATURE_NAMES), 512, 256, 128, 64, N_CLASSES]),
        # Batch normalisation has four numbers a map.
        "cnn": convolutions([1, 32, 64, 128, 256]) + 4 * 480 + dense([256, 512, N_CLASSES]),
        "lstm": recurrent([N_MFCC, 128, 64, 32]) + dense([32, 64, N_CLASSES]),
        "autoencoder": dense(code) + dense(code[::-1]) + dense([64, 128, 64, N_CLASSES]),
        "vgg16": convolutions(blocks) + dense([512, 512, 256, N_CLASSES]),
    }
    return counted[model]


def parameters(claim: Claim, _: Evidence, model: str) -> Decision:
    """Compare a stated number of parameters (in millions) with the layers in the report's code."""
    real = parameters_of(model) / 1e6
    digits = len(claim.figure.partition(".")[2])
    exact, near = round(real, digits) == claim.value, abs(real / claim.value - 1) < NEAR
    return Decision(
        claim,
        CONFIRMED if exact else PARTLY if near else CONTRADICTED,
        f"{formats.number(real, 2)}\u00a0million",
        "",
        f"Counted from the layers of {TITLES[model]} in the report's code, for its own inputs.",
    )


def arithmetic(claim: Claim, _: Evidence, row: str) -> Decision:
    """Take the verdict from the report's own figures, recomputed."""
    line = arithmetic_module.report_arithmetic().iloc[int(row)]
    return Decision(
        claim,
        CONFIRMED if bool(line["agrees"]) else CONTRADICTED,
        str(line["computed"]),
        "",
        f"{str(line['quantity'])[:1].upper()}{str(line['quantity'])[1:]}.",
    )
