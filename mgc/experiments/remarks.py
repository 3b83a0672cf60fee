"""What a reader should make of a step, said for one verdict, so that no remark outlives it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mgc.experiments.ledger import HELPS, HURTS, NOT_SHOWN

REMARKS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("A network that learned from other songs (MusiCNN)", HELPS): (
            "By far the step most worth taking: who has heard many songs needs few with a label."
            " It may have heard some of GTZAN's among them."
        ),
        ("The artist's name beside the sound, artists shared", HELPS): (
            "A leak that looks like a gain: whoever knows the artist knows the genre, as long as"
            " that artist was heard before."
        ),
        ("The artist's name beside the sound", HURTS): (
            "The same columns with artists kept apart: a name that nobody has heard says nothing,"
            " and what was learned about names was not learned about sound."
        ),
        ("Tempo, key, metre and year alone", HELPS): (
            "A card in a shop's drawer, without a note of music, tells more than a guess."
        ),
        ("Tempo, key, metre and year beside the sound", NOT_SHOWN): (
            "Promising, and no more than that: beside so many other questions the answer is not"
            " sure enough."
        ),
        ("Edges between tracks of one artist", HELPS): (
            "Tracks of one artist vote together. That takes to know who plays, and it mends a"
            " graph that is worse than plain regression without it."
        ),
        ("Three fits of one network averaged: MLP", HELPS): (
            "The dullest step works: train again, and average."
        ),
        ("Three fits of one network averaged: VGG16 transfer", NOT_SHOWN): (
            "Much the same gain, but fits of this network differ so much that it may be chance."
        ),
        ("VGG16 read row by row of frequency", NOT_SHOWN): (
            "It may matter how high a filter answers; these tracks do not settle it."
        ),
        ("CNN and LSTM, weighted", NOT_SHOWN): (
            "The report's own combination: next to nothing changes."
        ),
        ("All five networks, weighted", NOT_SHOWN): (
            "Five networks trained, for a point that may be chance."
        ),
        ("All five networks, stacked", NOT_SHOWN): (
            "A stack is learned from validation tracks, and there are few of them."
        ),
        ("Tracks with known faults left out of training", NOT_SHOWN): (
            "Whoever cleans the labels for a better score should not expect one."
        ),
        ("Suspect labels left out of training", NOT_SHOWN): (
            "If anything it is a loss: what a weak model doubts is mostly hard, not wrong."
        ),
        ("Suspect labels left out, not others", NOT_SHOWN): (
            "Leaving out the suspects is no better than leaving out as many at random."
        ),
        ("A graph of tracks in the place of logistic regression", HURTS): (
            "To be near in these statistics is a poor guide; regression learns which of them"
            " matter."
        ),
    }
)
"""By the step and the verdict that it was written for."""
