"""How far a computed tempo agrees with the one that people tap."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

TOLERANCE = 0.04
"""Share by which a tempo may differ, as usual in the field (Gouyon et al. 2006)."""
MULTIPLES = (1.0, 2.0, 3.0, 1 / 2, 1 / 3)
"""Of the tapped tempo, which count as right where the level of the beat may differ."""


class TempoAgreement(NamedTuple):
    """Number of tracks, and the share at the tapped tempo, or at that or a multiple of it."""

    n: int
    exact: float
    at_some_level: float


def tempo_agreement(computed: pd.Series[float], tapped: pd.Series[float]) -> TempoAgreement:
    """Compare tempos in beats per minute, by track id; tracks without one of the two are left out.

    The two shares are the field's Accuracy 1 and Accuracy 2 (Gouyon et al. 2006, IEEE Transactions
    on Audio, Speech, and Language Processing 14).
    """
    both = pd.concat([computed.rename("computed"), tapped.rename("tapped")], axis=1).dropna()
    near = pd.DataFrame(
        {
            multiple: (both["computed"] / (both["tapped"] * multiple) - 1).abs() <= TOLERANCE
            for multiple in MULTIPLES
        }
    )
    return TempoAgreement(len(both), float(near[1.0].mean()), float(near.any(axis=1).mean()))
