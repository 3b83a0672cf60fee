"""An edition in tables and sentences: its tracks, what cleaning finds, how genres lie apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from mgc.datasets import quality
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.tracks import label
from mgc.display import formats
from mgc.features.archive_picture import CLIP_COLUMNS, N_BINS
from mgc.features.extract import N_FRAMES, N_MELS
from mgc.records.editions import EditionRecord

SPREADS: Mapping[str, str] = {
    "tempo_std": "spread of tempo (BPM)",
    "onset_strength_std": "spread of onset strength (dB)",
}
"""What varies within a track, with titles."""


def about_tracks(edition: EditionRecord) -> list[str]:
    """Say how the tracks of an edition stand to the splits of GTZAN and to artists."""
    names = edition.tracks["artist"].fillna("")
    artists = names[names != ""].nunique()
    table = gtzan_table()
    test = table.loc[table["fault_filtered"] == "test", "track_id"]
    in_test = formats.count(edition.tracks["track_id"].isin(test).sum())
    return [
        *_gaps(edition),
        "Its pieces have nothing to do with the tracks of GTZAN that bear the same numbers."
        if edition.name == "demo"
        else f"In the fault-filtered split, {in_test} of its tracks belong to the test.",
        f"It names {artists} artists, and cross-validation keeps each on one side."
        if artists
        else "Its artists stand in a table of their own, which the artist folds read."
        if edition.name.startswith("gtzan")
        else "Its artists are not known, so no split of it can be filtered by artist.",
    ]


def uses_table(uses: Iterable[tuple[str, EditionRecord | None]]) -> pd.DataFrame:
    """Say which data stand where: a row an edition, with what it is used for, as texts.

    An edition with several uses has one row; a use without an edition has none.
    """
    rows: dict[str, dict[str, str]] = {}
    for use, edition in uses:
        if edition is None:
            continue
        if row := rows.get(edition.key):
            row["Used for"] += f"; {use}"
            continue
        audio = edition.tracks["duration_s"].notna().any()
        rows[edition.key] = {
            "Used for": use,
            "Edition": edition.name,
            "Tracks": formats.count(edition.n_tracks),
            "Picture of a track": f"{N_MELS} mel bands by {formats.count(N_FRAMES)} frames"
            if audio
            else f"{N_BINS} linear bins by {CLIP_COLUMNS} frames",
            "Statistics of a track": formats.count(edition.tabular.shape[1] - 1),
            "Sound": "none"
            if not audio
            else "in this book"
            if edition.name == "demo"
            else "was measured; not here",
        }
    return pd.DataFrame(rows.values())


def _gaps(edition: EditionRecord) -> list[str]:
    """Say what an edition lacks and what cleaning left out; nothing where it is complete."""
    said = []
    if missing := edition.missing_genres:
        said.append(f"It has no track of {formats.listing([label(n) for n in missing])}.")
    if n := len(edition.left_out):
        said.append(f"Cleaning left out {formats.counted(n, 'track')}.")
    return said


def rules_table(flags: pd.DataFrame) -> pd.DataFrame:
    """List the rules of `mgc.datasets.quality` and how many tracks each of them flags."""
    hits = flags.groupby("rule")["track_id"].nunique()
    return pd.DataFrame(
        {
            "rule": name,
            "flags a track when": rule.reason,
            "limit": "" if np.isnan(rule.threshold) else f"{rule.threshold:g}",
            "tracks": formats.count(hits.get(name, 0)),
        }
        for name, rule in quality.RULES.items()
    )


def left_out_statement(edition: EditionRecord) -> str:
    """Say which tracks cleaning leaves out, at most ten of them, and why."""
    reasons = [f"`{name}` ({reason})" for name, reason in edition.left_out.items()]
    if reasons:
        return f"Left out of everything that follows: {formats.listing(reasons[:10])}."
    return (
        "Nothing is left out: every track of this edition can be read, and a flag alone is no"
        " reason."
    )


def separability_table(shape: pd.Series, full: pd.Series, cluster: pd.Series) -> pd.DataFrame:
    """Set three measures of `mgc.evaluation.separability` side by side, by the first of them.

    `shape` and `full` are `one_against_rest` of spectral shape and of all features, `cluster` is
    `silhouettes`.
    """
    areas = {"spectral shape": shape, "all features": full, "silhouette": cluster}
    table = pd.DataFrame(areas).loc[shape.index].map(formats.number)
    table.insert(0, "genre", [label(genre) for genre in table.index])
    return table


def distinct_statements(shape: pd.Series, cluster: pd.Series) -> list[str]:
    """Say whether classical and metal are the most distinct, and which genres are no clusters."""
    top = list(shape.index[:2])
    claimed = [genre for genre in sorted(top) if genre in ("classical", "metal")]
    verdict = {
        0: "neither is the one or the other",
        1: f"one of them is {''.join(claimed)}",
        2: "as the report says",
    }[len(claimed)]
    first, second = map(label, top)
    sentences = [f"The two most distinct genres here are {first} and {second}: {verdict}."]
    if negative := [label(genre) for genre in cluster.index[cluster < 0]]:
        sentences.append(
            f"The silhouette is negative for {formats.listing(negative)}: on average, tracks of"
            " these genres lie nearer to another genre than to their own. In the raw feature space"
            " genres are no clusters."
        )
    return sentences


def pair_statements(pairs: pd.DataFrame, first: str, second: str) -> list[str]:
    """Say which pair of genres is the hardest, and where another, in alphabetical order, stands.

    `pairs` is `mgc.evaluation.separability.one_against_one`, hardest first.
    """
    columns = (pairs[name] for name in ("first", "second", "area"))
    areas = {(one, two): float(area) for one, two, area in zip(*columns, strict=True)}
    order = list(areas)
    hardest = order[0]
    sentences = [
        f"The hardest pair is {' and '.join(map(label, hardest))} (area"
        f" {formats.number(areas[hardest])})."
    ]
    if (first, second) in areas:
        sentences.append(
            f"{label(first).capitalize()} and {label(second)} have"
            f" {formats.number(areas[first, second])} and come in place"
            f" {order.index((first, second)) + 1} of {len(pairs)}, counted from the hardest."
        )
    return sentences


def variation_table(varied: pd.DataFrame) -> pd.DataFrame:
    """Write the mean of `SPREADS` for each genre as texts."""
    table = varied.map(lambda value: formats.number(value, 1)).rename(columns=SPREADS)
    table.insert(0, "genre", [label(genre) for genre in table.index])
    return table


def variation_statements(varied: pd.DataFrame, *genres: str) -> list[str]:
    """Say in which place some genres come by the mean of each of `SPREADS`."""
    places = varied.rank(ascending=False, method="min").astype(int).to_dict("index")
    return [
        f"{label(genre).capitalize()} comes in place {places[genre]['tempo_std']} of"
        f" {len(places)} for tempo and in place {places[genre]['onset_strength_std']} for"
        " onset strength."
        for genre in genres
        if genre in places
    ]
