"""Learning curves: what accuracy becomes of fewer training tracks, or of fewer artists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from mgc.datasets.splits import ARTIST_CV
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.clusters import artist_groups
from mgc.evaluation.gain import Estimate, gained, summed_up
from mgc.records.store import NotRun, Record, Store
from mgc.records.study import Study

MODELS = ("vgg16", "cnn", "mlp", "logistic")
KINDS = ("tracks", "artists")
"""What is left out: single tracks, so that most artists stay, or whole artists."""
SHARES = (25, 50, 100)

Fits = Mapping[tuple[str, str, int], Record]
"""By model, kind and share of the training tracks in percent."""

COMPARED = {
    "tracks": (("tracks", 100), ("tracks", 50)),
    "artists": (("artists", 100), ("artists", 50)),
    "spread": (("tracks", 50), ("artists", 50)),
}
"""Twice the tracks; twice the artists; as many tracks of more artists."""


class Change(NamedTuple):
    """What a model gains, by a name of `COMPARED`."""

    model: str
    what: str
    gain: Estimate


def fits(study: Study) -> Fits:
    """Look up the fits of seed 0.

    All tracks are those of either kind. Models that lack a fit are left out.
    """
    found: dict[tuple[str, str, int], Record] = {}
    fewer = Store(study.store.root / "curves")
    for model in MODELS:
        own = dict(_of_model(study, fewer, model))
        if len(own) == len(KINDS) * len(SHARES):
            found |= {(model, kind, share): record for (kind, share), record in own.items()}
    return found


def _of_model(study: Study, fewer: Store, model: str) -> Iterator[tuple[tuple[str, int], Record]]:
    for kind in KINDS:
        for share in SHARES:
            whole = share == SHARES[-1]
            protocol = ARTIST_CV if whole else f"artist_cv_{kind}_{share}"
            store = study.store if whole else fewer
            asked = replace(study, store=store, protocol=protocol, variant="tuned", seeds=(0,))
            record = asked.results(models=(model,))[model]
            if not isinstance(record, NotRun):
                yield (kind, share), record


def curves(study: Study, known: Fits) -> pd.DataFrame:
    """Sum up what `fits` found.

    Returns
    -------
    DataFrame
        ``model``, ``kind``, ``share``, ``tracks`` and ``artists`` (in training, mean over folds),
        ``accuracy``, ``low``, ``high``.
    """
    protocols = {str(record.config["protocol"]) for record in known.values()}
    trained = {protocol: _in_training(study, protocol) for protocol in protocols}
    rows = []
    for key, record in known.items():
        summary = accuracy_summary([record])
        counted = trained[str(record.config["protocol"])]
        rows.append((*key, *counted, summary.accuracy, summary.low, summary.high))
    names = ("model", "kind", "share", "tracks", "artists", "accuracy", "low", "high")
    return pd.DataFrame(rows, columns=list(names))


def _in_training(study: Study, protocol: str) -> tuple[float, float]:
    """Count tracks and artist groups in the training part, mean over folds."""
    split = study.edition_record.split(protocol, seed=0)
    ids = study.edition_record.usable["track_id"].to_numpy(str)[split.example_track]
    groups = artist_groups(study.edition_record.name)
    counted = [
        (len(fold.train), len({groups[name] for name in ids[fold.train].tolist()}))
        for fold in split.folds
    ]
    tracks, artists = np.mean(counted, axis=0)
    return float(tracks), float(artists)


def changes(study: Study, known: Fits) -> list[Change]:
    """Compare each model with itself, fitted on other training tracks; see `COMPARED`."""
    groups = artist_groups(study.edition_record.name)
    found = []
    for model in dict.fromkeys(name for name, _, _ in known):
        for what, (after, before) in COMPARED.items():
            frame = gained(known[model, *after], known[model, *before])
            found.append(Change(model, what, summed_up([frame], groups)))
    return found
