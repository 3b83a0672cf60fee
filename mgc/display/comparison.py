"""The comparison of models: which rows there are, what the tests carry, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from mgc.datasets import facts
from mgc.datasets.gtzan import WHOLE_GTZAN
from mgc.display import formats
from mgc.evaluation import significance
from mgc.evaluation import summary as summary_module
from mgc.evaluation.seeds import cell, seeds_of
from mgc.evaluation.significance import direction
from mgc.models import BASELINES, NAMES, TITLES
from mgc.models.recipe import VARIANTS
from mgc.records.store import NotRun, Record
from mgc.records.study import Study

Results = Mapping[str, Record | NotRun]
Groups = Mapping[str, Record | Sequence[Record] | NotRun]
"""Models by name: one record each, or those of several seeds."""


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
        if name != study.variant and significance.only_run(results):
            found[name] = results
    return found


def summary(study: Study) -> pd.DataFrame:
    """Sum up all variants and the baselines, one row each.

    Returns
    -------
    DataFrame
        Columns of `mgc.evaluation.summary.summary` and ``model``, ``variant`` ("" for baselines),
        ``label``.
    """
    by_variant = rows(study)
    frames = []
    for variant, results in [*by_variant.items(), ("", study.baselines())]:
        frame = summary_module.summary(results).reset_index()
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
            "Accuracy": table["accuracy"].map(formats.percent),
            "95 % interval": [formats.interval(low, high) for low, high in intervals],
            "Macro F1": table["macro_f1"].map(formats.number),
            "In the first two": table["top2"].map(formats.percent),
            "Log loss": table["log_loss"].map(formats.number),
            "Calibration error": table["ece"].map(formats.number),
            "Parameters": [_count(value) for value in table["parameters"]],
            "Training": [
                formats.duration(None if pd.isna(value) else 60 * value)
                for value in table["minutes"]
            ],
            "Peak memory": [
                formats.MISSING if pd.isna(mb) else f"{formats.count(mb)}\u00a0MB"
                for mb in table["peak_memory_mb"]
            ],
            "Device": table["device"].replace("", formats.MISSING),
        }
    )


def _count(value: object) -> str:
    return formats.MISSING if pd.isna(value) else formats.count(float(str(value)))  # type: ignore[call-overload]


def best_model(groups: Groups) -> str | None:
    """Name of the model with the highest test accuracy, a mean over seeds; None without any."""
    share = {name: cell(records).accuracy for name, records in seeds_of(groups).items()}
    return max(share, key=lambda name: share[name]) if share else None


def recommendation(results: Groups, table: pd.DataFrame) -> list[str]:
    """Say what the tests carry, and no more.

    Parameters
    ----------
    results : mapping of str to Record, list of Record, or NotRun
        The five models and the baselines.
    table : DataFrame
        `mgc.evaluation.significance.pairwise` or `mgc.evaluation.seeds.pairwise` of them.

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
    run = seeds_of(models)
    found = cell(run[best])
    said = [
        f"The highest accuracy is that of {TITLES[best]}: {formats.percent(found.accuracy)}"
        f" (95 % interval {formats.interval(found.low, found.high)})."
    ]
    tied = [name for name in run if name != best and direction(table, best, name) != 1]
    beaten = [name for name in run if name != best and name not in tied]
    if beaten:
        said.append(f"It is shown to beat {_titles(beaten)}.")
    if tied:
        said.append(f"The tests do not tell it from {_titles(tied)}.")
        group = [best, *tied]
        small = min(group, key=lambda name: run[name][0].parameters)
        quick = min(group, key=lambda name: float(run[name][0].environment["duration_s"]))
        also = "it also" if quick == small else f"{TITLES[quick]}"
        said.append(f"Of these, {TITLES[small]} is the smallest, and {also} trains fastest.")
    said += _against_baselines(results, table, best, list(run))
    said.append(_on_the_report(table, best, run))
    return said


def _titles(names: list[str]) -> str:
    return formats.listing([TITLES[name] for name in names])


def _against_baselines(
    results: Groups, table: pd.DataFrame, best: str, run: list[str]
) -> list[str]:
    said = []
    baselines = seeds_of({name: results[name] for name in BASELINES if name in results})
    if "majority" in baselines:
        idle = [name for name in run if direction(table, name, "majority") != 1]
        if idle:
            said.append(f"Not shown to beat guessing: {_titles(idle)}.")
        else:
            said.append("Every model that was run is shown to beat guessing.")
    if "logistic" in baselines:
        above = [name for name in run if direction(table, name, "logistic") == 1]
        share = formats.percent(cell(baselines["logistic"]).accuracy)
        start = f"Logistic regression on the same statistics that the MLP reads reaches {share}"
        if not above:
            said.append(f"{start}, and no deep model is shown to beat it.")
        else:
            said.append(f"{start}; shown to beat it: {_titles(above)}.")
        under = [name for name in run if direction(table, name, "logistic") == -1]
        if under:
            said.append(f"Logistic regression is shown to beat {_titles(under)}.")
    return said


def _on_the_report(table: pd.DataFrame, best: str, run: Mapping[str, list[Record]]) -> str:
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


def ranking(groups: Groups) -> pd.DataFrame:
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
    run = {name: cell(records) for name, records in seeds_of(groups).items()}
    shares = pd.Series({name: found.accuracy for name, found in run.items()}, dtype="float64")
    ranks = shares.rank(ascending=False, method="min")
    lines = []
    for name, claim in claims.sort_values("rank").iterrows():
        key = str(name)
        ends = (run[key].low, run[key].high) if key in run else None
        lines.append(
            {
                "Model": TITLES[key],
                "Claimed": formats.percent(float(claim["accuracy"]), 2),
                "Claimed rank": formats.count(float(claim["rank"])),
                "Measured": formats.percent(shares.get(key), 0),
                "95 % interval": formats.interval(*ends) if ends else formats.MISSING,
                "Rank": formats.count(ranks.get(key)),
            }
        )
    return pd.DataFrame(lines)


def variant_statements(table: pd.DataFrame, labels: Mapping[str, str]) -> list[str]:
    """Say for each model whether its variants differ.

    Parameters
    ----------
    table : DataFrame
        From `mgc.evaluation.seeds.pairwise`, names as the keys of
        `mgc.evaluation.results.headline`.
    labels : mapping of str to str
        Key to label.

    Returns
    -------
    list of str
        One sentence for each model and pair of its variants; empty with one variant.
    """
    return [
        significance.statement(table, one, two, labels)
        for one, two in zip(table["first"], table["second"], strict=True)
        if one.split()[0] == two.split()[0]
    ]


def published(literature: pd.DataFrame, study: Study, groups: Groups) -> str:
    """Say which published figures ours may be compared with."""
    protocol = facts.protocol_title(study.protocol)
    same = literature[literature["protocol"] == study.protocol]
    edition = study.edition_record.name
    if edition not in WHOLE_GTZAN:
        return (
            f"These records are of {edition}, not of all of GTZAN, so none of the"
            f" {formats.count(len(literature))} published figures may be compared with them."
        )
    if same.empty:
        return (
            f"None of the {formats.count(len(literature))} published figures was measured under"
            f" the protocol {protocol}, so none may be compared with ours."
        )
    best = best_model({name: groups[name] for name in NAMES if name in groups})
    if best is None:
        return "No model was run."
    found = cell(seeds_of(groups)[best])
    share = found.accuracy
    above = int((same["accuracy"] / 100 > share).sum())
    return (
        f"Under the protocol {protocol}, {formats.count(above)} of"
        f" {formats.count(len(same))} published figures are higher than the"
        f" {formats.percent(share)} of {TITLES[best]}"
        f" ({formats.count(found.n_tracks)} test tracks)."
    )
