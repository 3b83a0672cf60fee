"""Tables of results as texts: accuracies, tests, calibration, genres, tracks that are missed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from mgc.datasets import tracks
from mgc.datasets.gtzan import REPLOTTED
from mgc.datasets.splits import PROTOCOL_TITLES
from mgc.display import formats
from mgc.evaluation import batch_leak, metrics
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.open_table import among
from mgc.evaluation.results import accuracy_table, restricted
from mgc.evaluation.significance import Groups, fits_of, pairwise
from mgc.evaluation.tracks import outcomes
from mgc.models import NAMES, REFERENCES, TITLES
from mgc.records.store import Record


def seeds_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.evaluation.results.accuracy_table` as texts."""
    return pd.DataFrame(
        {
            "Model": table["label"],
            "Accuracy": [formats.percent(value, 1) for value in table["accuracy"]],
            "95 % interval": _intervals(table, 1),
            "Spread over seeds": [
                formats.MISSING if pd.isna(sd) else f"{formats.number(100 * sd, 1)} points"
                for sd in table["sd"]
            ],
            "Macro F1": [formats.number(value) for value in table["macro_f1"]],
            "Seeds": [formats.count(n) for n in table["n_seeds"]],
        }
    )


def widths_table(groups: Groups, labels: Mapping[str, str] = TITLES) -> pd.DataFrame:
    """Set the interval over artists beside the one that takes all tracks for independent."""
    rows = []
    for name, records in fits_of(groups).items():
        known = accuracy_summary(records)
        pretended = accuracy_summary(records, artists={})
        rows.append(
            {
                "Model": labels[name],
                "Accuracy": formats.percent(known.accuracy, 1),
                "Artists resampled": formats.interval(known.low, known.high, 1),
                "Tracks resampled": formats.interval(pretended.low, pretended.high, 1),
            }
        )
    return pd.DataFrame(rows)


def crossing_table(
    trained: pd.DataFrame, validated: pd.DataFrame, labels: Mapping[str, str]
) -> pd.DataFrame:
    """Write `mgc.evaluation.crossing.crossing_effect` of two sets of test tracks as texts.

    Those whose artist trains, and those whose artist chooses the epoch alone, as a control.
    """

    def right(effect: pd.DataFrame) -> list[str]:
        return [
            f"{formats.percent(share)} ({formats.percent(expected)})"
            for share, expected in zip(effect["crossed"], effect["expected"], strict=True)
        ]

    return pd.DataFrame(
        {
            "Model": trained["key"].map(labels),
            "All": trained["every"].map(formats.percent),
            "Artist does not train": trained["apart"].map(formats.percent),
            "Artist trains (expected)": right(trained),
            "Artist only validates (expected)": right(validated),
        }
    )


def controls_table(groups: Groups) -> pd.DataFrame:
    """Set the variants of one model beside the first of them, with the test of each, as texts."""
    fits = fits_of(groups)
    first, *others = fits or [""]
    table = accuracy_table(fits, {key: key for key in fits})
    tests = pairwise(fits, [(other, first) for other in others])
    against = {
        key: f"{formats.points(gap, 1)} ({formats.p_value(p)})"
        for key, gap, p in zip(tests["first"], tests["difference"], tests["p_holm"], strict=True)
    }
    return pd.DataFrame(
        {
            "Fits": table["label"],
            "Accuracy": [formats.percent(share, 1) for share in table["accuracy"]],
            "95 % interval": _intervals(table),
            "Seeds": table["n_seeds"],
            f"Against {first}": [against.get(key, "") for key in table["label"]],
        }
    )


def order_table(groups: Mapping[str, Sequence[Record]], genres: Sequence[str]) -> pd.DataFrame:
    """Write accuracies by how frames were ordered: on all genres, and among a few alone.

    Groups without a record are passed over.
    """
    among_few = f"Choosing {formats.listing([tracks.label(genre) for genre in genres], 'or')}"
    rows = []
    for name, records in groups.items():
        if records:
            every, few = accuracy_summary(list(records)), among(records, genres)
            texts = [formats.accuracy(s.accuracy, s.low, s.high) for s in (every, few)]
            rows.append((name, *texts, len(records)))
    return pd.DataFrame(rows, columns=["Frames", "All genres", among_few, "Seeds"])


def subsets_table(
    groups: Groups, subsets: Mapping[str, Collection[str]], labels: Mapping[str, str]
) -> pd.DataFrame:
    """Write the accuracy of each model on sets of test tracks, a column a set of track ids."""
    shown = pd.DataFrame({"Model": [labels[key] for key in fits_of(groups)]})
    for title, names in subsets.items():
        table = accuracy_table(restricted(groups, names), labels)
        heading = f"{title} ({formats.count(table['n_tracks'].max())} tracks)"
        shown[heading] = list(
            map(formats.accuracy, table["accuracy"], table["low"], table["high"])
        )
    return shown


def replotted_table(groups: Groups, labels: Mapping[str, str]) -> pd.DataFrame:
    """Write how much jazz each model finds, of the pictures drawn otherwise and of the others."""
    rows = []
    for key, records in fits_of(groups).items():
        jazz = pd.concat([outcomes(record) for record in records]).query("genre == 'jazz'")
        found = (jazz["predicted"] == "jazz").groupby(jazz["track_id"].isin(REPLOTTED)).mean()
        rows.append((labels[key], *(formats.percent(found.get(drawn)) for drawn in (True, False))))
    return pd.DataFrame(rows, columns=["Model", "Redrawn jazz found", "Other jazz found"])


def batches_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.evaluation.batch_leak.accuracies` as texts."""
    return pd.DataFrame(
        {
            "Network": table["network"].map(batch_leak.NETWORKS),
            "Features": table["label"],
            "Accuracy": [formats.percent(share, 1) for share in table["accuracy"]],
            "95 % interval": _intervals(table),
            "Tracks": table["n"].map(formats.count),
        }
    )


def claims_table(claims: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.datasets.facts.report_claims` as texts."""
    shown = claims.drop(columns="model").assign(
        accuracy=[formats.percent(share, 2) for share in claims["accuracy"]],
        parameters=claims["parameters"].map(formats.count),
    )
    return shown.rename(columns={"title": "network"}).rename(columns=str.capitalize)


def _intervals(table: pd.DataFrame, digits: int = 0) -> list[str]:
    ends = zip(table["low"], table["high"], strict=True)
    return [formats.interval(low, high, digits) for low, high in ends]


def protocol_table(table: pd.DataFrame) -> pd.DataFrame:
    """Set the protocols side by side, a row a model: accuracy and interval."""
    text = list(map(formats.accuracy, table["accuracy"], table["low"], table["high"]))
    wide = table.assign(text=text).pivot_table("text", "model", "protocol", aggfunc="first")
    order = [name for name in PROTOCOL_TITLES if name in wide.columns]
    models = [name for name in (*NAMES, *REFERENCES) if name in wide.index]
    wide = wide.loc[models, order].fillna(formats.MISSING).rename(columns=PROTOCOL_TITLES)
    wide.insert(0, "Model", [TITLES[name] for name in models])
    return wide.reset_index(drop=True).rename_axis(columns=None)


SHIPPED_TITLE = "MusiCNN's tags, genre head (the network that ships)"


def with_shipped(table: pd.DataFrame, record: Record) -> pd.DataFrame:
    """Add the network that ships as the last row of a `protocol_table` of the same tracks.

    It has a score under the fault-filtered split alone; a table without that column has no row.
    """
    column = PROTOCOL_TITLES["fault_filtered"]
    if column not in table:
        return table
    known = accuracy_summary(record)
    row = {"Model": SHIPPED_TITLE, column: formats.accuracy(known.accuracy, known.low, known.high)}
    added = pd.DataFrame([row]).reindex(columns=table.columns, fill_value=formats.MISSING)
    return pd.concat([table, added], ignore_index=True)


def editions_table(first: pd.DataFrame, mini: pd.DataFrame) -> pd.DataFrame:
    """Set the protocols of an edition and those of the mini set side by side, a row a model."""
    one, two = protocol_table(first), protocol_table(mini)
    two = two.rename(columns={name: f"mini, {name}" for name in two.columns if name != "Model"})
    titles = [TITLES[name] for name in (*NAMES, *REFERENCES)]
    both = one.set_index("Model").join(two.set_index("Model"), how="outer").fillna(formats.MISSING)
    return both.reindex([title for title in titles if title in both.index]).reset_index()


def calibration_table(groups: Groups) -> pd.DataFrame:
    """Write calibration error, Brier score and log loss of each model: mean, range over seeds."""
    rows = []
    for name, records in fits_of(groups).items():
        frames = [metrics.test_rows(record) for record in records]
        rows.append(
            {
                "Model": TITLES[name],
                "Calibration error": _ranged([metrics.calibration(f).ece for f in frames]),
                "Brier score": _ranged([metrics.brier(f) for f in frames]),
                "Log loss": _ranged([metrics.log_loss(f) for f in frames]),
            }
        )
    return pd.DataFrame(rows, columns=["Model", "Calibration error", "Brier score", "Log loss"])


def _ranged(values: Sequence[float]) -> str:
    middle = formats.number(sum(values) / len(values), 3)
    if len(values) == 1:
        return middle
    return f"{middle} ({formats.number(min(values), 3)}–{formats.number(max(values), 3)})"


def faults_table(missed: pd.DataFrame) -> pd.DataFrame:
    """Write tracks of `mgc.evaluation.tracks.missed_tracks` with their faults, surest first."""
    missed = missed.sort_values(["share", "track_id"], ascending=[False, True])
    return pd.DataFrame(
        {
            "Track": missed["track_id"],
            "Genre": missed["genre"].map(tracks.label),
            "Most often taken for": missed["taken_for"].map(tracks.label),
            "Known fault": missed["known_fault"].replace("", formats.MISSING),
        }
    )


def genre_table(record: Record) -> pd.DataFrame:
    """Write precision, recall and F1 of each genre in the test part."""
    genres = metrics.per_genre(metrics.test_rows(record))
    return pd.DataFrame(
        {
            "Genre": genres.index.map(tracks.label),
            **{
                title: genres[title.lower()].map(formats.number).to_numpy()
                for title in ("Precision", "Recall", "F1")
            },
            "Tracks": genres["support"].to_numpy(),
        }
    )


def sounds_table(answers: pd.DataFrame) -> pd.DataFrame:
    """Write answers of `mgc.inference.probes.load` as texts."""
    return pd.DataFrame(
        {
            "Sound": answers["name"],
            "Said to be": answers["said"].map(tracks.label),
            "Probability": answers.filter(like="p_").max(axis=1).map(formats.percent),
            "Verdict": answers["verdict"],
        }
    )


def stability_table(forms: pd.DataFrame) -> pd.DataFrame:
    """Write the result of `mgc.evaluation.stability.by_form` as texts."""
    return pd.DataFrame(
        {
            "Form": forms["form"],
            "Answers kept": forms["kept"].map(formats.percent),
            "Probability that moves": forms["change"].map(formats.percent),
            "Answers right": forms["accuracy"].map(formats.percent),
        }
    )


HEAD_READS = {"tags": "probabilities", "odds": "log odds"}
HEAD_FITTED_ON = {"tracks": "means over crops", "windows": "crops"}
"""What a head reads, and is fitted on, by the names that its record has for it."""


def head_table(folds: pd.DataFrame) -> pd.DataFrame:
    """Write the forms of a genre head that were tried (`mgc.evaluation.transfer`) as texts."""
    return pd.DataFrame(
        {
            "Reads": folds["reads"].map(HEAD_READS),
            "Fitted on": folds["fitted_on"].map(HEAD_FITTED_ON),
            "C": folds["C"].map("{:g}".format),
            "Crops": folds["n_windows"],
            "Accuracy": folds["accuracy"].map(lambda share: formats.percent(share, 1))
            + folds["sd"].map(lambda share: f" ± {formats.number(100 * share, 1)}"),
            "Log loss": folds["log_loss"].map(formats.number),
        }
    )


def compression_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write what `mgc.evaluation.compression.load` reads as texts."""
    return pd.DataFrame(
        {
            "Network": table["network"],
            "Form": table["form"],
            "File": (table["bytes"] / 1e6).map(lambda size: f"{formats.number(size)}\u00a0MB"),
            "Time": table["time"].map(formats.number),
            "Answers kept": table["kept"].map(formats.percent),
            "Answers right": table["accuracy"].map(formats.percent),
        }
    )


def none_table(none: pd.DataFrame) -> pd.DataFrame:
    """Write how often sounds are called none of the genres (`mgc.evaluation.transfer`)."""
    return pd.DataFrame(
        {
            "Sound": none["kind"],
            "Sounds": none["n"],
            "None of these": none["none"].map(formats.percent),
            "Where the kind is unknown": none["none_if_unknown"].map(formats.percent),
        }
    )
