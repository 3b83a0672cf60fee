"""The report's next steps in words: what each was worth, and what was not measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from mgc.datasets.artists import track_credits
from mgc.datasets.splits import ARTIST_CV, PROTOCOL_TITLES
from mgc.display import formats
from mgc.evaluation.metrics import accuracy, test_rows
from mgc.experiments import artists, decades, degraded, labels, search
from mgc.experiments.harness import side_records
from mgc.experiments.ledger import HELPS, HURTS, NOT_SHOWN
from mgc.experiments.plan import NOT_TESTABLE, NOT_YET, Unmeasured
from mgc.experiments.remarks import REMARKS
from mgc.experiments.step import Step
from mgc.records.store import Record, Store
from mgc.records.study import Study


def remarks(table: pd.DataFrame, steps: Iterable[Step]) -> str:
    """Say of some steps what a reader should make of each row, as lists in Markdown.

    The step with the largest gain comes first, and so within a step. A remark is said as long as
    the verdict stands that it was written for; a row without one is left to the figure, unless
    its step has no other.
    """
    told = []
    for step, rows in _ranked(table, steps):
        said = [
            f"- *{row['step']}.* {remark}"
            for _, row in rows.iterrows()
            if (remark := REMARKS.get((row["step"], row["verdict"])))
        ]
        plain = [f"- *{row['step']}.* {_verdict(row)}" for _, row in rows.head(1).iterrows()]
        told += [f"**{step.name}.** {step.question}\n", *(said or plain), ""]
    return "\n".join(told)


def details(table: pd.DataFrame, step: Step) -> str:
    """Say what a step asks, changes and fits, and what came out of each row, in Markdown."""
    told = [
        step.question,
        "",
        f"*What differs.* {step.changed}",
        "",
        f"*What is fitted.* {step.fitted}",
        "",
    ]
    for _, rows in _ranked(table, [step]):
        told += [f"- *{row['step']}.* {_said(row)}" for _, row in rows.iterrows()]
    return "\n".join(told)


def _ranked(table: pd.DataFrame, steps: Iterable[Step]) -> list[tuple[Step, pd.DataFrame]]:
    """Give each step its measured rows, the largest gain first; steps without one are left out."""
    rows = table.dropna(subset=["difference"]).sort_values("difference", ascending=False)
    own = [
        (step, rows[rows["step"].isin([entry.step for entry in step.comparisons])])
        for step in steps
    ]
    measured = [pair for pair in own if len(pair[1])]
    return sorted(measured, key=lambda pair: -pair[1]["difference"].max())


def _verdict(row: pd.Series[Any]) -> str:
    told = {HELPS: "It helps.", HURTS: "It hurts."}
    return told.get(str(row["verdict"]), "No difference is shown.")


def _said(row: pd.Series[Any]) -> str:
    gain, verdict = row["difference"], row["verdict"]
    between = formats.points_interval(row["low"], row["high"], 1)
    measured = (
        f"{formats.points(gain, 1)} against {row['control']} ({between};"
        f" {formats.p_value(row['p_holm'])} after Holm)"
    )
    if verdict not in (HELPS, HURTS):
        least = formats.points(row["detectable"], 1).lstrip("+")
        measured += f"; tested alone, a change of about {least} would show four times in five"
    if row["protocol"] != ARTIST_CV:
        measured = f"under the {PROTOCOL_TITLES[row['protocol']]} split, {measured}"
    measured = measured[0].upper() + measured[1:]
    return f"{_verdict(row)} {measured}."


def unmeasured(kind: str) -> pd.DataFrame:
    """Write the steps that cannot be tested ``here``, or were not measured ``yet``, as texts."""
    listed: Sequence[Unmeasured] = {"here": NOT_TESTABLE, "yet": NOT_YET}[kind]
    return pd.DataFrame(listed).rename(
        columns={"step": "Step", "reason": "Why not", "takes": "What it would take"}
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
        else "No difference between newer and older music is shown"
    )
    between = formats.points_interval(known.low, known.high)
    return (
        f"{what}: within {formats.listing(known.genres)}, tracks released from {decades.TURN} on"
        f" differ by {formats.points(known.difference, 1)} ({between}) from earlier ones,"
        f" {formats.count(known.tracks)} tracks in all. The year is that of the matched release,"
        " which for a reissue is too late."
    )


def without_year(records: Sequence[Record]) -> dict[str, str]:
    """Count the tracks of GTZAN, and those that fits tested, without a year, for page 22."""
    year = pd.Series({name: credit.released for name, credit in track_credits().items()})
    tested = year[records[0].test_rows["track_id"].unique()]
    said = {
        "c22_tracks": len(year),
        "c22_no_year": (year == "").sum(),
        "c22_tested": len(tested),
        "c22_no_year_tested": (tested == "").sum(),
    }
    return {key: formats.count(number) for key, number in said.items()}


def artists_table(records: Mapping[str, Sequence[Record]]) -> pd.DataFrame:
    """Show how unevenly artists are heard, model by model (title to its fits)."""
    rows = []
    for title, fits in records.items():
        table = artists.recalls(fits)
        rows.append(
            {
                "Model": title,
                "Artists, by genre": formats.count(len(table)),
                "Right, mean over artists": formats.percent(table["recall"].mean()),
                f"Artists of {artists.ENOUGH} tracks or more": formats.count(
                    (table["tracks"] >= artists.ENOUGH).sum()
                ),
                "Right, worst tenth of these": formats.percent(artists.worst_tenth(table)),
            }
        )
    return pd.DataFrame(rows)


def blocks_table(records: Sequence[Record]) -> pd.DataFrame:
    """Write `mgc.experiments.artists.by_block` as texts."""
    table = artists.by_block(records)
    last = table["least"].max()
    sizes = [
        f"{least} or more"
        if least == last
        else str(least)
        if least == most
        else f"{least} to {most}"
        for least, most in zip(table["least"], table["most"], strict=True)
    ]
    shares = table[["accuracy", "low", "high"]].itertuples(index=False)
    return pd.DataFrame(
        {
            "Tracks of the artist": sizes,
            "Artists, by genre": table["artists"].map(formats.count),
            "Tracks": table["tracks"].map(formats.count),
            "Right (95 % interval)": [formats.accuracy(*three) for three in shares],
        }
    )


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


def searches(study: Study) -> Iterator[tuple[str, Record, Record]]:
    """Give a model's title and its fits, as found by a search and by hand, of seed 0."""
    for comparison in search.STEP.comparisons:
        found, by_hand = (side_records(study, comparison, side) for side in (0, 1))
        if found and by_hand:
            _, _, title = comparison.step.partition(": ")
            yield title[0].upper() + title[1:], found[0], by_hand[0]


def searched_table(study: Study) -> pd.DataFrame:
    """Show what settings found by Optuna gain on validation and on test tracks, by model."""
    rows = []
    for title, found, by_hand in searches(study):
        for how, record in (("by hand", by_hand), ("found", found)):
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


def luck(study: Study) -> dict[str, str]:
    """Say what found settings gain on each part, mean over models and folds, for page 20."""
    gained = pd.concat([search.gains(found, hand) for _, found, hand in searches(study)])
    return {
        f"c20_gain_{part}": formats.points(gained[part].mean(), 1) for part in ("valid", "test")
    }


def quoted(names: Iterable[str]) -> str:
    """List rows of the ledger by name inside a sentence."""
    return formats.listing([f"“{name}”" for name in names])


def doubts(record: Record) -> dict[str, str]:
    """Say what confident learning suspects in a fit, and who agrees, for page 20."""
    found = labels.doubted(record)
    said = {"": found.suspects, "_of": record.test_rows["track_id"].nunique()}
    said |= {f"_{name}": getattr(found, name) for name in ("listed", "with_shop", "shop")}
    return {f"c20_suspects{key}": formats.count(number) for key, number in said.items()}


def chroma_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.experiments.chroma.described` as texts."""
    shares = table[["accuracy", "low", "high"]].itertuples(index=False)
    right = [formats.accuracy(*three) for three in shares]
    return pd.DataFrame({"Columns": table["columns"], "Right (95 % interval)": right})


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


def counts(table: pd.DataFrame) -> dict[str, str]:
    """Count the rows of the ledger by verdict, for the prose of chapter 7."""
    verdicts = table.dropna(subset=["difference"])["verdict"]
    untimed = table["difference"].notna() & table["cost_factor"].isna()
    said = {"c7_measured": len(verdicts), "c7_no_cost": int(untimed.sum())} | {
        f"c7_{name.replace(' ', '_')}": int((verdicts == name).sum())
        for name in (HELPS, HURTS, NOT_SHOWN)
    }
    return {key: formats.count(number) for key, number in said.items()}
