"""How far a network's answers hold when the same recordings come in another form.

A form is a file format, a bit rate, a sample rate: what nobody hears as other music.
`tools.stability` makes the forms and asks a network; here the answers become figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import RecordError
from mgc.evaluation import metrics
from mgc.typing import Double
from mgc.util.textfiles import read_csv, read_json

FILE, ANSWERS_FILE = "stability.json", "stability.csv"
"""In the store of a network's records: what was asked and how; each answer."""

ORIGINAL = "original"
"""Name of the form in which the recordings were given."""

CONTROL = ", its top from the original"
"""Ends the name of a control: a form with what the original has above `SPLIT_HZ`."""

SPLIT_HZ = 10_000

TEXTS = ("form", "track_id", "genre")
"""Columns of the answers beside the ten probabilities; ``genre`` is empty where it is unknown."""


class Stability(NamedTuple):
    """What outlives a change of form: shares in [0, 1]."""

    kept: float
    """Share of recordings whose most probable genre stays."""
    change: float
    """Mean total variation distance: the probability that moves from one genre to another."""


def stability(before: Double, after: Double) -> Stability:
    """Compare the answers to some recordings with those to the same ones in another form.

    Parameters
    ----------
    before, after : ndarray [shape=(n, n_classes)], float64
        Probabilities, rows summing to one; a row a recording, in the same order. At least one.

    Returns
    -------
    stability : Stability

    Raises
    ------
    ValueError
        The two differ in shape, or hold no recording.
    """
    if before.shape != after.shape or before.ndim != 2 or not len(before):
        raise ValueError(f"answers of shape {before.shape} and {after.shape}: give the same rows")
    kept = np.mean(before.argmax(axis=1) == after.argmax(axis=1))
    return Stability(float(kept), float(np.abs(after - before).sum(axis=1).mean() / 2))


def by_form(answers: pd.DataFrame) -> pd.DataFrame:
    """Sum up answers by form, in the order in which they stand.

    Parameters
    ----------
    answers : DataFrame
        ``form``, ``track_id``, ``genre`` and the ten probabilities, as `Measured` holds them.

    Returns
    -------
    table : DataFrame
        A row a form, `ORIGINAL` first: ``form``, ``n`` recordings, ``kept`` and ``change`` against
        `ORIGINAL`, and ``accuracy`` where genres are known, else NaN.

    Raises
    ------
    ValueError
        A form has other recordings than `ORIGINAL`.
    """
    forms = {str(name): rows.sort_values("track_id") for name, rows in answers.groupby("form")}
    rows = []
    for name in answers["form"].unique():
        form, first = forms[name], forms[ORIGINAL]
        if form["track_id"].tolist() != first["track_id"].tolist():
            raise ValueError(f"{name}: other recordings than those of {ORIGINAL}")
        known = form[form["genre"].isin(GENRES)]
        held = stability(metrics.probabilities(first), metrics.probabilities(form))
        right = metrics.accuracy(known) if len(known) else np.nan
        rows.append({"form": name, "n": len(form), **held._asdict(), "accuracy": right})
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Measured:
    """The record of a network's stability.

    ``facts`` names the network, the recordings, the programs, and the settings of each form;
    ``answers`` holds `TEXTS` and the ten probabilities, a row a recording and form.
    """

    facts: dict[str, Any]
    answers: pd.DataFrame


def load(root: str | Path) -> Measured:
    """Read the record from a store of networks; raises RecordError if missing or damaged."""
    facts, answers = read_json(Path(root) / FILE), read_csv(Path(root) / ANSWERS_FILE, TEXTS)
    try:
        settings = {str(name): str(how) for name, how in facts["forms"].items()}
        named = {ORIGINAL, *settings} == set(answers["form"])
        texts = all(isinstance(facts[key], str) for key in ("network_sha256", "data", "ffmpeg"))
        once = not answers.duplicated(["form", "track_id"]).any()
        sums = answers[list(P_COLUMNS)].to_numpy(np.float64).sum(axis=1)
        sound = once and np.allclose(sums, 1, atol=1e-4)
        fits = named and texts and sound and len(by_form(answers))
    except (AttributeError, KeyError, TypeError, ValueError):
        fits = False
    if not fits:
        raise RecordError(
            f"{Path(root) / FILE}: does not describe {ANSWERS_FILE}; run `nox -s stability`"
        )
    return Measured(facts, answers)
