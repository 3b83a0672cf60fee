"""The comparison of models: which rows there are, what the tests carry, and the words for it.

Used in chapter 5 and, for the front page, through the numbers that chapter 5 glues.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mgc import evaluate, show
from mgc.models import NAMES, TITLES, VARIANTS
from mgc.outcomes import tested
from mgc.records import NotRun, Record
from mgc.report import facts
from mgc.report.verdicts import direction
from mgc.study import Study

__all__ = [
    "as_table",
    "best_model",
    "published",
    "ranking",
    "recommendation",
    "rows",
    "summary",
    "variant_statements",
]

Results = Mapping[str, Record | NotRun]


def rows(study: Study) -> dict[str, dict[str, Record | NotRun]]:
    """Collect the results of each variant that has a record, the study's own first.

    Parameters
    ----------
    study : Study

    Returns
    -------
    dict
        Variant to the five results; the study's own variant is always there.
    """
    found = {study.variant: study.results()}
    for name in VARIANTS:
        results = study.results(variant=name)
        if name != study.variant and evaluate.only_run(results):
            found[name] = results
    return found


def summary(study: Study) -> pd.DataFrame:
    """Sum up all variants and the baselines, one row each.

    Returns
    -------
    DataFrame
        Columns of `mgc.evaluate.summary` and ``model``, ``variant`` ("" for baselines), ``label``.
    """
    by_variant = rows(study)
    frames = []
    for variant, results in [*by_variant.items(), ("", study.baselines())]:
        frame = evaluate.summary(results).reset_index()
        frame["variant"] = VARIANTS[variant].title if variant else ""
        titles = frame["model"].map(TITLES)
        several = len(by_variant) > 1 and bool(variant)
        short = frame["variant"].str.partition(" (")[0]
        frame["label"] = titles + ", " + short if several else titles
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def as_table(table: pd.DataFrame) -> pd.DataFrame:
    """Write a summary as texts for a page."""
    intervals = zip(table["low"], table["high"], strict=True)
    return pd.DataFrame(
        {
            "Model": table["label"],
            "Accuracy": table["accuracy"].map(show.percent),
            "95 % interval": [show.interval(low, high) for low, high in intervals],
            "Macro F1": table["macro_f1"].map(show.number),
            "In the first two": table["top2"].map(show.percent),
            "Log loss": table["log_loss"].map(show.number),
            "Calibration error": table["ece"].map(show.number),
            "Parameters": [_count(value) for value in table["parameters"]],
            "Training": [
                show.duration(None if pd.isna(value) else 60 * value) for value in table["minutes"]
            ],
            "Peak memory": [
                show.MISSING if pd.isna(mb) else f"{show.count(mb)}\u00a0MB"
                for mb in table["peak_memory_mb"]
            ],
            "Device": table["device"].replace("", show.MISSING),
        }
    )


def _count(value: object) -> str:
    return show.MISSING if pd.isna(value) else show.count(float(str(value)))  # type: ignore[call-overload]


def best_model(results: Results) -> str | None:
    """Name of the model with the highest test accuracy; None when none was run."""
    run = evaluate.only_run(results)
    share = {name: evaluate.accuracy(evaluate.test_rows(record)) for name, record in run.items()}
    return max(share, key=lambda name: share[name]) if share else None


def recommendation(results: Results, table: pd.DataFrame) -> list[str]:
    """Say what the tests carry, and no more.

    Parameters
    ----------
    results : mapping of str to Record or NotRun
        The five models and the baselines.
    table : DataFrame
        `mgc.evaluate.pairwise` of them.

    Returns
    -------
    list of str
        Full sentences: the model with the highest accuracy, from which others it is not told
        apart, how it stands to logistic regression and to guessing, and what follows for the
        report's own recommendation.
    """
    models = {name: results[name] for name in NAMES if name in results}
    best = best_model(models)
    if best is None:
        return ["No model was run, so nothing can be recommended."]
    run = evaluate.only_run(models)
    frame = evaluate.test_rows(run[best])
    low, high = evaluate.accuracy_interval(frame)
    said = [
        f"The highest accuracy is that of {TITLES[best]}:"
        f" {show.percent(evaluate.accuracy(frame))} (95 % interval {show.interval(low, high)})."
    ]
    tied = [name for name in run if name != best and direction(table, best, name) != 1]
    beaten = [name for name in run if name != best and name not in tied]
    if beaten:
        said.append(f"It is shown to beat {_titles(beaten)}.")
    if tied:
        said.append(f"The tests do not tell it from {_titles(tied)}.")
        group = [best, *tied]
        small = min(group, key=lambda name: run[name].parameters)
        quick = min(group, key=lambda name: float(run[name].environment["duration_s"]))
        also = "it also" if quick == small else f"{TITLES[quick]}"
        said.append(f"Of these, {TITLES[small]} is the smallest, and {also} trains fastest.")
    said += _against_baselines(results, table, best, list(run))
    said.append(_on_the_report(table, best, run))
    return said


def _titles(names: list[str]) -> str:
    return show.listing([TITLES[name] for name in names])


def _against_baselines(
    results: Results, table: pd.DataFrame, best: str, run: list[str]
) -> list[str]:
    said = []
    majority = results.get("majority")
    if isinstance(majority, Record):
        idle = [name for name in run if direction(table, name, "majority") != 1]
        if idle:
            said.append(f"Not shown to beat guessing: {_titles(idle)}.")
        else:
            said.append("Every model that was run is shown to beat guessing.")
    linear = results.get("logistic")
    if isinstance(linear, Record):
        above = [name for name in run if direction(table, name, "logistic") == 1]
        share = show.percent(evaluate.accuracy(evaluate.test_rows(linear)))
        start = f"Logistic regression on the same statistics that the MLP reads reaches {share}"
        if not above:
            said.append(f"{start}, and no deep model is shown to beat it.")
        else:
            said.append(f"{start}; shown to beat it: {_titles(above)}.")
        under = [name for name in run if direction(table, name, "logistic") == -1]
        if under:
            said.append(f"Logistic regression is shown to beat {_titles(under)}.")
    return said


def _on_the_report(table: pd.DataFrame, best: str, run: Mapping[str, Record]) -> str:
    claims = facts.report_claims().set_index("model")["accuracy"]
    theirs = str(claims.idxmax())
    name = TITLES[theirs]
    if theirs not in run:
        return f"The report recommends {name}, which was not run here."
    signs = [direction(table, theirs, other) for other in run if other != theirs]
    if signs and all(sign == 1 for sign in signs):
        return f"The report recommends {name}; these records support that."
    if any(sign == -1 for sign in signs):
        return f"The report recommends {name}; these records speak against it."
    return f"The report recommends {name}; these records neither support nor refute that."


def ranking(results: Results) -> pd.DataFrame:
    """Set the report's ranking beside ours.

    Returns
    -------
    DataFrame
        One row a model, in the report's order of rank: ``Model``, ``Claimed``, ``Claimed rank``,
        ``Measured``, ``95 % interval``, ``Rank``, texts. Ranks of accuracies alone: whether a
        difference is real is the business of the tests.
    """
    claims = facts.report_claims().set_index("model")
    claims["rank"] = claims["accuracy"].rank(ascending=False).astype(int)
    run = evaluate.only_run(results)
    shares = pd.Series(
        {n: evaluate.accuracy(evaluate.test_rows(r)) for n, r in run.items()}, dtype="float64"
    )
    ranks = shares.rank(ascending=False, method="min")
    lines = []
    for name, claim in claims.sort_values("rank").iterrows():
        key = str(name)
        ends = evaluate.accuracy_interval(evaluate.test_rows(run[key])) if key in run else None
        lines.append(
            {
                "Model": TITLES[key],
                "Claimed": show.percent(float(claim["accuracy"]), 2),
                "Claimed rank": show.count(float(claim["rank"])),
                "Measured": show.percent(shares.get(key), 0),
                "95 % interval": show.interval(*ends) if ends else show.MISSING,
                "Rank": show.count(ranks.get(key)),
            }
        )
    return pd.DataFrame(lines)


def variant_statements(study: Study) -> list[str]:
    """Say for each model whether its variants differ, by one exact test each (no correction)."""
    by_variant = rows(study)
    first, *others = by_variant
    said = []
    for other in others:
        for name in NAMES:
            one, two = by_variant[first][name], by_variant[other][name]
            if not (isinstance(one, Record) and isinstance(two, Record)):
                continue
            a, b = evaluate.test_rows(one), evaluate.test_rows(two)
            gap = evaluate.accuracy(a) - evaluate.accuracy(b)
            p = evaluate.mcnemar(a, b).p
            said.append(
                f"{TITLES[name]}: {VARIANTS[first].title} minus {VARIANTS[other].title} is"
                f" {show.points(gap)} ({show.p_value(p)})."
            )
    return said


def published(literature: pd.DataFrame, study: Study, results: Results) -> str:
    """Say which published figures ours may be compared with."""
    same = literature[literature["protocol"] == study.protocol]
    edition = study.edition_record.name
    if edition != "gtzan":
        return (
            f"These records are of {edition}, not of all of GTZAN, so none of the"
            f" {show.count(len(literature))} published figures may be compared with them."
        )
    if same.empty:
        return (
            f"None of the {show.count(len(literature))} published figures was measured under"
            f" {study.protocol}, so none may be compared with ours."
        )
    best = best_model({name: results[name] for name in NAMES if name in results})
    if best is None:
        return "No model was run."
    entry = results[best]
    assert isinstance(entry, Record)
    share = evaluate.accuracy(evaluate.test_rows(entry))
    above = int((same["accuracy"] / 100 > share).sum())
    return (
        f"Under {study.protocol}, {show.count(above)} of {show.count(len(same))} published figures"
        f" are higher than the {show.percent(share)} of {TITLES[best]}"
        f" ({show.count(tested(results))} test tracks)."
    )
