"""A graph of tracks: labels spread along edges between tracks that look alike."""

from __future__ import annotations

from functools import partial
from itertools import product

import numpy as np
from sklearn.neighbors import kneighbors_graph
from sklearn.semi_supervised import LabelSpreading

from mgc.datasets.splits import Fold
from mgc.datasets.tracks import GENRES
from mgc.experiments.labels import CONTROL
from mgc.experiments.readout import loss
from mgc.experiments.step import Arm, Comparison, Material, Step
from mgc.training.inputs import scale
from mgc.typing import Double, Float, IntArray, StrArray

NEIGHBOURS = (5, 10, 20, 40)
SPREADS = (0.2, 0.5, 0.8, 0.95)
"""How much a track listens to its neighbours, from 0 to 1 (Zhou et al. 2004)."""
ALL, ARTISTS, LABELLED = "all", "artists", "labelled"
"""What is tied: alike tracks; those of one artist, too; alike tracks of which one has a label."""
ARTIST_EDGE = 1.0
"""Weight of an edge between two tracks of one artist; that of two mutual neighbours is 1."""


def edges(x: Float, k: int, artist: StrArray | None = None) -> Double:
    """Tie each track to the `k` nearest, and, where `artist` is given, to those of its artist.

    Returns
    -------
    weights : ndarray [shape=(n, n)]
        Symmetric: 1 where each of two is among the other's nearest, 0.5 where one is.
    """
    near = kneighbors_graph(x, k).toarray()
    weights: Double = (near + near.T) / 2
    if artist is not None:
        weights = weights + ARTIST_EDGE * (artist[:, None] == artist[None, :])
        np.fill_diagonal(weights, 0)
    return weights


def spread(weights: Double, genre: StrArray, labelled: IntArray, alpha: float) -> Double:
    """Spread the genres of labelled tracks along edges; probabilities of all tracks [n, 10]."""
    known = np.full(len(genre), -1)
    known[labelled] = [GENRES.index(name) for name in genre[labelled]]
    model = LabelSpreading(lambda *_: weights, alpha=alpha, max_iter=2000, tol=1e-6)
    model.fit(np.arange(len(genre))[:, None], known)
    p: Double = np.zeros((len(genre), len(GENRES)))
    p[:, model.classes_] = model.label_distributions_
    lost = p.sum(axis=1) < 0.5  # no path leads from a label to these
    p[lost] = 1 / len(GENRES)
    return p


def without_unlabelled(weights: Double, labelled: IntArray) -> Double:
    """Cut the edges between two tracks that have no label, so that these pass nothing on."""
    has_label = np.isin(np.arange(len(weights)), labelled)
    return np.where(has_label[:, None] | has_label[None, :], weights, 0.0)


def _fit(material: Material, fold: Fold, seed: int, tie: str) -> tuple[Double, Double]:
    x = scale(material.pictures, fold.train, "per column")
    artist = material.groups if tie == ARTISTS else None
    tried = []
    for k, alpha in product(NEIGHBOURS, SPREADS):
        weights = edges(x, k, artist)
        if tie == LABELLED:
            weights = without_unlabelled(weights, fold.train)
        p = spread(weights, material.genre, fold.train, alpha)
        tried.append((loss(p[fold.valid], material.genre[fold.valid]), k, alpha, p))
    _, _, _, p = min(tried, key=lambda entry: entry[:3])
    return p[fold.valid], p[fold.test]


def arm(tie: str) -> Arm:
    """Spread labels over a graph whose settings have the lowest log loss on validation tracks."""
    settings: dict[str, object] = {
        "neighbours": list(NEIGHBOURS),
        "spreads": list(SPREADS),
        "artist_edge": ARTIST_EDGE if tie == ARTISTS else 0.0,
    }
    if tie == LABELLED:
        settings["tied"] = tie
    return Arm("label_spreading", settings, partial(_fit, tie=tie), "pictures")


STEP = Step(
    name="A graph of tracks",
    question="Tracks without a label still lie near others. Can they pass labels on?",
    changed="Tracks without a label pass on what they received; then along edges between tracks of"
    " one artist as well; and the graph stands in the place of logistic regression.",
    fitted="Label spreading on the statistics of the picture; neighbours and spread chosen on"
    " validation. It sees the test tracks, without their labels.",
    comparisons=(
        Comparison(
            "Labels spread over a graph of all tracks",
            "edges to labelled tracks alone",
            (arm(ALL), arm(LABELLED)),
        ),
        Comparison(
            "Edges between tracks of one artist",
            "the graph without them",
            (arm(ARTISTS), arm(ALL)),
        ),
        Comparison(
            "A graph of tracks in the place of logistic regression",
            "logistic regression on the same statistics",
            (arm(ALL), CONTROL),
        ),
    ),
)
