"""The report's next steps in words: what each was worth, and what was not measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from mgc.datasets.splits import ARTIST_CV, PROTOCOL_TITLES
from mgc.datasets.tracks import label
from mgc.display import formats
from mgc.evaluation.metrics import accuracy, test_rows
from mgc.experiments import artists, decades, degraded
from mgc.experiments.explanations import CONTROLS, MAPS, Estimate, estimate
from mgc.experiments.ledger import HELPS, HURTS, NOT_SHOWN
from mgc.experiments.plan import NOT_TESTABLE, NOT_YET, STEPS, Unmeasured
from mgc.experiments.remarks import REMARKS
from mgc.experiments.step import Step
from mgc.records.store import Record, Store


def sentences(table: pd.DataFrame) -> str:
    """Say of each measured step what was asked, and what it was worth, as lists in Markdown.

    The step with the largest gain comes first, and so within a step. Meaning comes before
    numbers. What was remarked on a verdict is said as long as the verdict stands.
    """
    rows = table.dropna(subset=["difference"]).sort_values("difference", ascending=False)
    order = {name: place for place, name in enumerate(rows["step"])}
    told = []
    for step in sorted(STEPS, key=lambda step: min(_places(step, order), default=len(order))):
        here = rows.iloc[sorted(_places(step, order))]
        if len(here):
            told.append(f"**{step.name}.** {step.question}\n")
            told += [f"- *{row['step']}.* {_said(row)}" for _, row in here.iterrows()]
            told.append("")
    return "\n".join(told)


def _places(step: Step, order: Mapping[str, int]) -> list[int]:
    return [order[entry.step] for entry in step.comparisons if entry.step in order]


def _said(row: pd.Series[Any]) -> str:
    gain, verdict = row["difference"], row["verdict"]
    remark = REMARKS.get((row["step"], verdict), "")
    meaning = {HELPS: "It helps.", HURTS: "It hurts."}.get(verdict, "No difference is shown.")
    between = formats.points_interval(row["low"], row["high"], 1)
    measured = (
        f"{formats.points(gain, 1)} against {row['control']} ({between};"
        f" {formats.p_value(row['p_holm'])} after Holm)"
    )
    if verdict not in (HELPS, HURTS):
        least = formats.points(row["detectable"], 1).lstrip("+")
        measured += f"; less than about {least} could not have been seen"
    if row["protocol"] != ARTIST_CV:
        measured = f"under the {PROTOCOL_TITLES[row['protocol']]} split, {measured}"
    measured = measured[0].upper() + measured[1:]
    return f"{remark or meaning} {measured}."


def unmeasured(kind: str) -> pd.DataFrame:
    """Write the steps that cannot be tested ``here``, or were not measured ``yet``, as texts."""
    listed: Sequence[Unmeasured] = {"here": NOT_TESTABLE, "yet": NOT_YET}[kind]
    return pd.DataFrame(listed).rename(
        columns={"step": "Step", "reason": "Why not", "takes": "What it would take"}
    )


def decades_table(records: Sequence[Record]) -> pd.DataFrame:
    """Write accuracy by decade of release as texts."""
    table = decades.by_decade(records)
    first = [f"{year:.0f}s".replace("nans", "unknown") for year in table["decade"]]
    rows = zip(table["accuracy"], table["low"], table["high"], strict=True)
    return pd.DataFrame(
        {
            "Released in the": first,
            "Tracks": table["tracks"].map(formats.count),
            "Accuracy": [formats.accuracy(*row) for row in rows],
        }
    )


def decades_statement(records: Sequence[Record]) -> str:
    """Say whether newer music is heard as well as older music of the same genres."""
    known = decades.turn(records)
    if not known.genres:
        return "No genre has enough tracks on both sides to tell."
    what = (
        "Newer music is heard better"
        if known.low > 0
        else "Newer music is heard worse"
        if known.high < 0
        else "Newer music is heard neither better nor worse, as far as can be shown"
    )
    between = formats.points_interval(known.low, known.high)
    return (
        f"{what}: within {formats.listing(known.genres)}, tracks released from {decades.TURN} on"
        f" differ by {formats.points(known.difference, 1)} ({between}) from earlier ones,"
        f" {formats.count(known.tracks)} tracks in all. The year is that of the matched release,"
        " which for a reissue is too late."
    )


def artists_table(records: Mapping[str, Sequence[Record]]) -> pd.DataFrame:
    """Show how unevenly artists are heard, model by model (title to its fits)."""
    rows = []
    for title, fits in records.items():
        table = artists.recalls(fits)
        rows.append(
            {
                "Model": title,
                "Artists": formats.count(len(table)),
                "Right, mean over artists": formats.percent(table["recall"].mean()),
                f"Artists of {artists.ENOUGH} tracks or more": formats.count(
                    (table["tracks"] >= artists.ENOUGH).sum()
                ),
                "Right, worst tenth of these": formats.percent(artists.worst_tenth(table)),
            }
        )
    return pd.DataFrame(rows)


def suspects_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.experiments.labels.precision` as texts."""
    return pd.DataFrame(
        {
            "Most suspect tracks": table["k"].map(formats.count),
            "Left out by the fault-filtered split": table["listed"].map(formats.percent),
            "Shop says another genre": [
                f"{formats.percent(share)} of {n}"
                for share, n in zip(table["shop"], table["with_shop"], strict=True)
            ],
        }
    )


def searched_table(store: Store) -> pd.DataFrame:
    """Show what settings found by Optuna gain on validation and on test tracks, by model.

    Parameters
    ----------
    store : Store
        Of the steps.
    """
    rows = []
    for name, title in {"logistic_tuned": "Logistic regression", "svm": "SVM"}.items():
        for suffix, how in (("by_hand", "by hand"), ("searched", "found")):
            for record in store.find(model=f"{name}_{suffix}", seed=0):
                valid = record.predictions[record.predictions["part"] == "valid"]
                rows.append(
                    {
                        "Model": title,
                        "Settings": how,
                        "Right, validation": formats.percent(accuracy(valid), 1),
                        "Right, test": formats.percent(accuracy(test_rows(record)), 1),
                    }
                )
    return pd.DataFrame(rows)


def degraded_table(store: Store, clean: Record) -> pd.DataFrame:
    """Show what is left of a model fitted on clean pictures; `store` is that of the steps."""
    rows = [{"Test pictures": "clean", "Columns scaled": "as in training", "fit": clean}]
    for record in store.find(model="logistic_degraded", seed=0):
        recipe = record.config["recipe"]
        how = "as in training" if recipe["normalisation"] == degraded.KEPT else "anew"
        rows.append({"Test pictures": recipe["test"], "Columns scaled": how, "fit": record})
    table = pd.DataFrame(rows)
    table["Right"] = [formats.percent(accuracy(test_rows(fit)), 1) for fit in table.pop("fit")]
    return table.sort_values(["Test pictures", "Columns scaled"], ascending=[True, False])


def explanations_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write how orders of patches stand the test (`mgc.experiments.explanations.load`)."""
    rows = []
    for method in (*MAPS, *CONTROLS):
        row = {"Order of patches": method.capitalize()}
        for measure, title in (("deletion", "Taken away"), ("insertion", "Put back")):
            row[title] = formats.accuracy(*estimate(table, measure, method))
        for control in CONTROLS:
            row[f"Gap, against {control}"] = (
                _points(estimate(table, "gap", method, control)) if method in MAPS else ""
            )
        like = estimate(table, "untrained", method) if method in MAPS else None
        row["Like random weights"] = (
            f"{formats.number(like.mean)} ({formats.number(like.low)} to"
            f" {formats.number(like.high)})"
            if like
            else ""
        )
        rows.append(row)
    return pd.DataFrame(rows)


def _points(value: Estimate) -> str:
    middle, low, high = (formats.signed(x, 1) for x in value)
    return f"{middle} ({low} to {high})"


def explanations_statement(table: pd.DataFrame) -> str:
    """Say which maps are better than the controls, test by test, and what else they resemble."""
    said = []
    for method in MAPS:
        beaten = {
            control: [
                what
                for measure, sign, what in (
                    ("deletion", -1, "taking away"),
                    ("insertion", 1, "putting back"),
                )
                if min(sign * end for end in estimate(table, measure, method, control)[1:]) > 0
            ]
            for control in CONTROLS
        }
        if all(len(ways) > 1 for ways in beaten.values()):
            both = "better than both controls, in taking away and in putting back"
            said.append(f"The order by {method} is {both}.")
            continue
        parts = [
            f"better than {control} in {formats.listing(ways)}"
            if ways
            else f"not shown to be better than {control}"
            for control, ways in beaten.items()
        ]
        said.append(f"The order by {method} is {', and '.join(parts)}.")
    agreement = formats.number(estimate(table, "agreement", MAPS[0]).mean)
    loud, signed, sizes = (
        formats.listing([formats.number(estimate(table, what, method).mean) for method in MAPS])
        for what in ("loudness", "untrained", "untrained_size")
    )
    said.append(
        f"The two maps have a rank correlation of {agreement} with each other, of {loud} with"
        f" loudness, and of {signed} with those of networks with random weights; without signs,"
        f" of {sizes}."
    )
    return " ".join(said)


def explanations_numbers(table: pd.DataFrame, facts: Mapping[str, Any]) -> dict[str, str]:
    """Write what the prose of chapter 7 says of the maps."""
    named: Mapping[str, int] = facts["neutral_named"]
    most = max(named, key=lambda genre: named[genre])
    tracks = table["track_id"].nunique()
    return {
        "c7_explained": formats.count(tracks),
        "c7_unseen": formats.count(facts["test_tracks"]),
        "c7_neutral_genre": label(most),
        "c7_neutral_share": f"{formats.count(named[most])} of {formats.count(tracks)}",
        "c7_neutral_p": formats.percent(facts["p_neutral"], 1),
        "c7_whole_p": formats.percent(facts["p"], 1),
        "c7_score_gap": formats.percent(facts["score_gap"] / facts["score_apart"], 1),
        "c7_patches": formats.count(np.prod(facts["patches"])),
    }


def counts(table: pd.DataFrame) -> dict[str, str]:
    """Count the rows of the ledger by verdict, for the prose of chapter 7."""
    verdicts = table.dropna(subset=["difference"])["verdict"]
    said = {"c7_measured": len(verdicts)} | {
        f"c7_{name.replace(' ', '_')}": int((verdicts == name).sum())
        for name in (HELPS, HURTS, NOT_SHOWN)
    }
    return {key: formats.count(number) for key, number in said.items()}
