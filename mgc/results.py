"""Results over all seeds, one row a model, variant and protocol.

The intervals cover tracks and seeds. Used in chapter 5, on the front page and in README.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import pandas as pd

from mgc import evaluate, show
from mgc.data import gtzan_table
from mgc.figures import style
from mgc.models import BASELINES, NAMES, TITLES, VARIANTS
from mgc.records import NotRun, Record
from mgc.seeds import cell
from mgc.splits import PROTOCOLS, make_split
from mgc.study import Study

Groups = Mapping[str, list[Record] | NotRun]

PROTOCOL_TITLES: Mapping[str, str] = {
    "leaky_segments": "leaky segments",
    "random": "random",
    "fault_filtered": "fault-filtered",
    "cv5": "five folds",
}
"""In the order in which a score falls."""

COLUMNS = (
    "key", "model", "variant", "protocol", "label", "n_seeds", "n_tracks", "accuracy", "sd", "low",
    "high", "covers", "macro_f1", "single",
)  # fmt: skip


def cells(groups: Groups, variant: str, protocol: str) -> pd.DataFrame:
    """Sum up each group of seeds; models without a record are left out.

    Parameters
    ----------
    groups : mapping of str to list of Record, or NotRun
        From `mgc.study.Study.groups`.
    variant, protocol : str
        For the columns of that name.

    Returns
    -------
    DataFrame
        ``key``, ``model``, ``variant``, ``protocol``, ``label``, ``n_seeds``, ``n_tracks``,
        ``accuracy`` (mean over seeds, 0 to 1), ``sd`` (over seeds), ``low``, ``high`` (95 %),
        ``covers``, ``macro_f1``, ``single`` (tuple: the accuracy of each seed).
    """
    rows = []
    for name, records in groups.items():
        if isinstance(records, NotRun):
            continue
        found = cell(records)
        single = tuple(evaluate.accuracy(evaluate.test_rows(record)) for record in records)
        rows.append(
            (name, name, variant, protocol, TITLES[name], found.n_seeds, found.n_tracks,
             found.accuracy, found.sd, found.low, found.high, found.covers, found.macro_f1,
             single)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def headline(study: Study) -> tuple[pd.DataFrame, dict[str, list[Record] | NotRun]]:
    """Collect every variant and baseline under the study's protocol.

    Parameters
    ----------
    study : Study

    Returns
    -------
    table : DataFrame
        As `cells`; the label names the variant where there are several.
    groups : dict of str to list of Record, or NotRun
        By ``key``, for the tests: the name of the model, and for other variants than the
        study's that of the variant too.
    """
    variants = [
        name
        for name in dict.fromkeys((study.variant, *VARIANTS))
        if any(not isinstance(g, NotRun) for g in study.groups(name).values())
    ]
    parts = [(name, study.groups(name)) for name in variants or [study.variant]]
    tables, groups = [], dict[str, list[Record] | NotRun]()
    for variant, found in [*parts, ("", study.groups(models=BASELINES))]:
        table = cells(found, variant, study.protocol)
        several = len(parts) > 1 and bool(variant)
        table["label"] += f", {VARIANTS[variant].title}" if several else ""
        suffix = "" if variant in ("", study.variant) else f" {variant}"
        table["key"] += suffix
        tables.append(table)
        groups |= {name + suffix: records for name, records in found.items()}
    return pd.concat(tables, ignore_index=True), groups


def by_protocol(study: Study, models: Iterable[str] = (*NAMES, *BASELINES)) -> pd.DataFrame:
    """Collect the study's variant under every protocol that has records; chapter 5.

    Returns
    -------
    DataFrame
        As `cells`, protocols in the order of `PROTOCOL_TITLES`.
    """
    tables = [
        cells(study.groups(protocol=protocol, models=models), study.variant, protocol)
        for protocol in PROTOCOL_TITLES
    ]
    return pd.concat([t for t in tables if len(t)] or tables[:1], ignore_index=True)


def as_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write cells as texts for a page."""
    ends = zip(table["low"], table["high"], strict=True)
    return pd.DataFrame(
        {
            "Model": table["label"],
            "Accuracy": [show.percent(value, 1) for value in table["accuracy"]],
            "95 % interval": [show.interval(low, high, 1) for low, high in ends],
            "Spread over seeds": [
                show.MISSING if pd.isna(sd) else f"{show.number(100 * sd, 1)} points"
                for sd in table["sd"]
            ],
            "Macro F1": [show.number(value) for value in table["macro_f1"]],
            "Seeds": [show.count(n) for n in table["n_seeds"]],
            "Test tracks": [show.count(n) for n in table["n_tracks"]],
        }
    )


def protocol_table(table: pd.DataFrame) -> pd.DataFrame:
    """Set the protocols side by side, a row a model: accuracy and interval."""
    numbers = table[["accuracy", "low", "high"]].to_numpy(dtype=float)
    text = [
        f"{show.percent(share, 1)} ({show.interval(low, high)})" for share, low, high in numbers
    ]
    wide = table.assign(text=text).pivot_table("text", "model", "protocol", aggfunc="first")
    order = [name for name in PROTOCOL_TITLES if name in wide.columns]
    models = [name for name in (*NAMES, *BASELINES) if name in wide.index]
    wide = wide.loc[models, order].fillna(show.MISSING).rename(columns=PROTOCOL_TITLES)
    wide.insert(0, "Model", [TITLES[name] for name in models])
    return wide.reset_index(drop=True)


def repetitions(study: Study, seed: int = 0) -> pd.DataFrame:
    """Count what training and test parts share under each protocol; chapter 5.

    Parameters
    ----------
    study : Study
    seed : int

    Returns
    -------
    DataFrame
        ``protocol``, ``test_units``, ``same_track`` (test units of which another piece of the
        same track trains), ``same_file`` (test units whose track is byte for byte a track that
        trains), ``same_artist`` (test units whose artist, where known, trains). Protocols that
        this edition cannot be divided by are left out.
    """
    from mgc.errors import DataError

    record = study.edition_record
    tracks = record.tracks.set_index("track_id").loc[record.tabular["track_id"]]
    ids = tracks.index.to_numpy(dtype=str)
    artist = tracks["artist"].fillna("").to_numpy(dtype=str)
    known = gtzan_table().set_index("track_id")["identical_to"]
    # Every file of a group of equal ones goes by the name of the first.
    first = [known.get(name, "") or name for name in ids] if record.name != "demo" else list(ids)
    rows = []
    for protocol in PROTOCOLS:
        try:
            split = make_split(protocol, ids, tracks["genre"].to_numpy(dtype=str), artist, seed)
        except DataError:
            continue
        counts = [0, 0, 0, 0]
        for fold in split.folds:
            train, test = split.unit_track[fold.train], split.unit_track[fold.test]
            trained, files = set(train.tolist()), {first[i] for i in train.tolist()}
            artists = {artist[i] for i in train.tolist()} - {""}
            counts[0] += len(test)
            counts[1] += sum(i in trained for i in test.tolist())
            counts[2] += sum(first[i] in files and i not in trained for i in test.tolist())
            counts[3] += sum(artist[i] in artists for i in test.tolist())
        rows.append((protocol, *counts))
    columns = ["protocol", "test_units", "same_track", "same_file", "same_artist"]
    return pd.DataFrame(rows, columns=columns)


def repetition_table(counts: pd.DataFrame, artists_known: bool) -> pd.DataFrame:
    """Write the result of `repetitions` as texts for a page."""
    shown = pd.DataFrame(
        {
            "Protocol": counts["protocol"].map(PROTOCOL_TITLES),
            "Test units": counts["test_units"].map(show.count),
            "Another piece of the track trains": counts["same_track"].map(show.count),
            "The same file trains": counts["same_file"].map(show.count),
        }
    )
    if artists_known:
        shown["The artist trains"] = counts["same_artist"].map(show.count)
    return shown


def leak_statements(table: pd.DataFrame) -> list[str]:
    """Say which models score higher under one protocol than under the next stricter one.

    Two protocols have other test tracks, so no paired test applies; a difference is called clear
    where the two intervals do not touch.

    Parameters
    ----------
    table : DataFrame
        From `by_protocol`.

    Returns
    -------
    list of str
        One sentence a pair of protocols; a single one where there is nothing to compare.
    """
    strict = [name for name in PROTOCOL_TITLES if name in set(table["protocol"])]
    places = zip(table["protocol"], table["model"], strict=True)
    numbers = table[["accuracy", "low", "high"]].to_numpy(dtype=float)
    ends = dict(zip(places, numbers, strict=True))
    said = []
    for upper, lower in pairwise(strict):
        both = [n for n in NAMES if (upper, n) in ends and (lower, n) in ends]
        if not both:
            continue
        gap = [ends[upper, n][0] - ends[lower, n][0] for n in both]
        clear = [TITLES[n] for n in both if ends[upper, n][1] > ends[lower, n][2]]
        said.append(
            f"From {PROTOCOL_TITLES[upper]} to {PROTOCOL_TITLES[lower]} the accuracy falls by"
            f" {show.points(min(gap))} to {show.points(max(gap))}; the fall is"
            f" clear (intervals apart) for {show.listing(clear) if clear else 'no model'}."
        )
    return said or ["Only one protocol has records here, so protocols cannot be compared."]


def calibration_table(groups: Groups) -> pd.DataFrame:
    """Write calibration error, Brier score and log loss of each model: mean, range over seeds."""
    rows = []
    for name, records in groups.items():
        if isinstance(records, NotRun):
            continue
        frames = [evaluate.test_rows(record) for record in records]
        measures = {
            "Calibration error": [evaluate.calibration(frame).ece for frame in frames],
            "Brier score": [evaluate.brier(frame) for frame in frames],
            "Log loss": [evaluate.log_loss(frame) for frame in frames],
        }
        rows.append({"Model": TITLES[name]} | {k: _ranged(v) for k, v in measures.items()})
    return pd.DataFrame(rows, columns=["Model", "Calibration error", "Brier score", "Log loss"])


def _ranged(values: Sequence[float]) -> str:
    middle = show.number(sum(values) / len(values), 3)
    if len(values) == 1:
        return middle
    return f"{middle} ({show.number(min(values), 3)}–{show.number(max(values), 3)})"


def hard_table(hard: pd.DataFrame) -> pd.DataFrame:
    """Write the result of `mgc.seeds.always_wrong` as texts for a page."""
    return pd.DataFrame(
        {
            "Track": hard["track_id"],
            "Genre": [style.label(str(genre)) for genre in hard["genre"]],
            "Most often taken for": [style.label(str(genre)) for genre in hard["named"]],
            "Known fault": hard["known_fault"].replace("", show.MISSING),
        }
    )


def second_edition(study: Study) -> Study | None:
    """Return the study of the mini set with audio, where the store has its records.

    Its protocol is `cv5`. None where the study is itself about audio, or there are no records.
    """
    other = study.with_audio()
    if other is study:
        return None
    mini = replace(other, protocol="cv5")
    found = mini.groups(models=(*NAMES, *BASELINES)).values()
    return mini if any(not isinstance(group, NotRun) for group in found) else None


def beside(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Set the protocols of two editions side by side, a row a model."""
    one, two = protocol_table(first), protocol_table(second)
    two = two.rename(columns={name: f"mini, {name}" for name in two.columns if name != "Model"})
    return one.merge(two, on="Model", how="outer", sort=False).fillna(show.MISSING)
