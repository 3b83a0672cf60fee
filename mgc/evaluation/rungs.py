"""What the steps from random folds to artists kept apart take from each model, and how surely."""

from __future__ import annotations

import pandas as pd

from mgc.datasets.splits import WATERFALL
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.clusters import artist_groups
from mgc.evaluation.gain import gained, summed_up
from mgc.evaluation.results import waterfall_fits
from mgc.records.study import Study

STEPS = {"before": (WATERFALL[0], WATERFALL[-2]), "artists": (WATERFALL[-2], WATERFALL[-1])}
"""All rungs up to the last one (fewer tracks, faults and copies out), and the last one alone."""


def steps(study: Study) -> pd.DataFrame:
    """Compare the two ends of each of `STEPS`, track by track: every rung tests the same tracks.

    Returns
    -------
    DataFrame
        A row a model and step, models without all rungs left out: ``key``, ``label``, ``step``,
        ``first`` and ``last`` (accuracy before and after), ``mean`` (of the change, below 0 for a
        fall), ``low``, ``high`` (95 %; artists resampled, and seeds where there are several).
    """
    fits, titles = waterfall_fits(study)
    artists = artist_groups("gtzan")
    rows = []
    for key in fits[WATERFALL[0]]:
        if not all(fits[rung].get(key) for rung in WATERFALL):
            continue
        for step, (above, below) in STEPS.items():
            pairs = zip(fits[above][key], fits[below][key], strict=True)
            change = summed_up([gained(after, before) for before, after in pairs], artists)
            ends = (accuracy_summary(fits[rung][key]).accuracy for rung in (above, below))
            rows.append((key, titles[key], step, *ends, *change))
    columns = ["key", "label", "step", "first", "last", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=columns)
