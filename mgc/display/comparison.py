"""The comparison of models in words: what the tests carry, the report and the literature."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from mgc.datasets import facts
from mgc.datasets.gtzan import WHOLE_GTZAN
from mgc.datasets.splits import ARTIST_CV
from mgc.display import formats
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.results import Results
from mgc.evaluation.significance import Groups, direction, fits_of, pairwise
from mgc.experiments import frequency_axis
from mgc.experiments.harness import side_records
from mgc.models import BASELINES, BEST_CLASSICAL, NAMES, TITLES
from mgc.models.recipe import VARIANTS
from mgc.records.store import Record
from mgc.records.study import Study

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def best_model(groups: Groups) -> str | None:
    """Name of the model with the highest test accuracy, a mean over seeds; None without any."""
    share = {name: accuracy_summary(records).accuracy for name, records in fits_of(groups).items()}
    return max(share, key=lambda name: share[name]) if share else None


def recommendation(results: Groups, table: pd.DataFrame) -> list[str]:
    """Say in full sentences what the tests carry, and no more.

    The model with the highest accuracy, from which others it is not told apart, how all stand to
    the best classical model and to guessing, and what follows for the report's own recommendation.
    `results` are the five models and the baselines, `table` is
    `mgc.evaluation.significance.pairwise` of them.
    """
    models = {name: results[name] for name in NAMES if name in results}
    best = best_model(models)
    if best is None:
        return ["No model was run, so nothing can be recommended."]
    fits = fits_of(models)
    summary = accuracy_summary(fits[best])
    sentences = [
        f"The highest accuracy is that of {TITLES[best]}: {formats.percent(summary.accuracy)}"
        f" (95 % interval {formats.interval(summary.low, summary.high)})."
    ]
    tied = [name for name in fits if name != best and direction(table, best, name) != 1]
    beaten = [name for name in fits if name != best and name not in tied]
    if beaten and not tied:
        sentences.append(f"It is shown to be better than each of the other {len(beaten)}.")
    elif beaten:
        sentences.append(f"It is shown to be better than {_titles(beaten)}.")
    if tied:
        sentences.append(f"The tests do not tell it from {_titles(tied)}.")
        group = [best, *tied]
        small = min(group, key=lambda name: fits[name][0].parameters)
        quick = min(group, key=lambda name: float(fits[name][0].environment["duration_s"]))
        also = "it also" if quick == small else f"{TITLES[quick]}"
        places = {record.ran_on for name in group for record in fits[name]}
        fastest = f", and {also} trains fastest" if len(places) == 1 else ""
        sentences.append(f"Of these, {TITLES[small]} is the smallest{fastest}.")
    sentences += _against_baselines(results, table, list(fits))
    sentences.append(_on_the_report(table, fits))
    return sentences


def answer(results: Groups, table: pd.DataFrame) -> list[str]:
    """Answer the question of the book: the best network, the claim, and the best classical model.

    Arguments as for `recommendation`; empty where no model was run.
    """
    models = fits_of({name: results[name] for name in NAMES if name in results})
    best = best_model(models)
    if best is None:
        return []
    known = accuracy_summary(models[best])
    apart = models[best][0].config["protocol"] == ARTIST_CV
    whom = "On artists it has never heard" if apart else "On these test tracks"
    tied = [name for name in models if name != best and direction(table, best, name) != 1]
    claimed = facts.report_claims().set_index("model")["accuracy"]
    return [
        f"{whom}, the most accurate of the {WORDS[len(models)]} networks, {TITLES[best]}, is right"
        f" about {WORDS[round(10 * known.accuracy)]} times in ten"
        f" ({formats.percent(known.accuracy)}, 95 % interval"
        f" {formats.interval(known.low, known.high)}).",
        *([f"The tests do not tell it from {_titles(tied)}."] if tied else []),
        *_against_classical(results, table, list(models)),
        f"For {TITLES[str(claimed.idxmax())]} the report claimed"
        f" {WORDS[round(10 * claimed.max())]} in ten.",
    ]


def yardsticks(study: Study, groups: Groups) -> list[str]:
    """Say what logistic regression makes of VGG16's frozen blocks, and which network beats that.

    Parameters
    ----------
    study : Study
        Whose store may hold the fits of the step that reads VGG16 row by row.
    groups : dict
        The networks under the artist folds; by the name of the model, fits over seeds.

    Returns
    -------
    list of str
        Empty where the step was not fitted, or the networks are of another protocol.
    """
    (pair,) = frequency_axis.STEP.comparisons
    if study.protocol != pair.protocol:
        return []
    rows, mean = (side_records(study, pair, side) for side in (0, 1))
    if not rows or not mean:
        return []
    fits = fits_of(groups)
    tests = pairwise({"": rows, **fits}, [(name, "") for name in fits])
    better = [name for name in fits if (direction(tests, name, "") or 0) > 0]
    known = [accuracy_summary(each) for each in (mean, rows)]
    averaged, kept = (
        f"{formats.percent(one.accuracy, 1)} ({formats.interval(one.low, one.high)})"
        for one in known
    )
    return [
        "A yardstick that trains no network: logistic regression on the frozen blocks of VGG16."
        f" Under the artist folds it is right for {averaged} of tracks where each filter is"
        f" averaged over the picture, and for {kept} where each row of frequency keeps its own"
        " mean. "
        + (
            f"Shown to be better than the second: {_titles(better)}."
            if better
            else f"None of the {WORDS[len(fits)]} networks is shown to be better than the second."
        )
    ]


def _titles(names: list[str]) -> str:
    return formats.listing([TITLES[name] for name in names])


def _against_baselines(results: Groups, table: pd.DataFrame, names: list[str]) -> list[str]:
    baselines = fits_of({name: results[name] for name in BASELINES if name in results})
    idle = [name for name in names if direction(table, name, "majority") != 1]
    sentences = []
    if "majority" in baselines and idle:
        sentences.append(f"Not shown to beat guessing: {_titles(idle)}.")
    sentences += _against_classical(results, table, names)
    return sentences


def _against_classical(results: Groups, table: pd.DataFrame, names: list[str]) -> list[str]:
    """Say which networks are better than the best classical model that was run, or worse."""
    run = fits_of({name: results[name] for name in BEST_CLASSICAL if name in results})
    if not run:
        return []
    best = next(iter(run))
    title = formats.inside(TITLES[best])
    title = title.replace("on pictures", "on statistics of the same pictures")
    plain = f"{title} ({formats.percent(accuracy_summary(run[best]).accuracy)})"
    above, under = (
        [name for name in names if direction(table, name, best) == sign] for sign in (1, -1)
    )
    if not above:
        said = [f"None of them is shown to be better than {plain}."]
    else:
        only, verb = ("Only ", "is") if len(above) == 1 < len(names) else ("", "are")
        said = [f"{only}{_titles(above)} {verb} shown to be better than {plain}."]
    if under:
        said.append(f"{_titles(under)} {'are' if len(under) > 1 else 'is'} shown to be worse.")
    return said


def _on_the_report(table: pd.DataFrame, fits: Mapping[str, list[Record]]) -> str:
    claims = facts.report_claims().set_index("model")["accuracy"]
    theirs = str(claims.idxmax())
    name = TITLES[theirs]
    if theirs not in fits:
        return f"The report recommends {name}, which was not run here."
    signs = [direction(table, theirs, other) for other in fits if other != theirs]
    if signs and all(sign == 1 for sign in signs):
        return f"The report recommends {name}; these records support that."
    if any(sign == -1 for sign in signs):
        return f"The report recommends {name}; these records speak against it."
    return f"The report recommends {name}; these records neither support nor refute that."


def ranking(groups: Groups) -> pd.DataFrame:
    """Set the report's ranking beside ours as texts, a row a model in the report's order.

    Ranks of accuracies alone: whether a difference is real is the business of the tests.
    """
    claims = facts.report_claims().set_index("model")["accuracy"].sort_values(ascending=False)
    ours = {name: accuracy_summary(records) for name, records in fits_of(groups).items()}
    shares = pd.Series({name: summary.accuracy for name, summary in ours.items()}, dtype="float64")
    ranks = shares.rank(ascending=False, method="min")
    rows = []
    for rank, (model, claim) in enumerate(claims.items(), start=1):
        name = str(model)
        summary = ours.get(name)
        rows.append(
            {
                "Model": TITLES[name],
                "Claimed": formats.percent(claim, 2),
                "Claimed rank": formats.count(rank),
                "Measured": formats.percent(summary and summary.accuracy),
                "95 % interval": formats.interval(
                    summary and summary.low, summary and summary.high
                ),
                "Rank": formats.count(ranks.get(name)),
            }
        )
    return pd.DataFrame(rows)


def labelled(pairs: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Put labels in place of the names ``first`` and ``second`` of each pair of models."""
    return pairs.assign(first=pairs["first"].map(labels), second=pairs["second"].map(labels))


def variant_statements(tests: pd.DataFrame, variant: str) -> list[str]:
    """Say which models a variant, the study's own, makes better or worse than each other one.

    `tests` is `mgc.evaluation.significance.pairwise` of `mgc.evaluation.results.Results.groups`.
    """
    said = []
    pairs = list(zip(tests["first"], tests["second"], strict=True))
    for other in VARIANTS:
        names = [own for own, second in pairs if second == f"{own} {other}"]
        if not names:
            continue
        better, worse = (
            [name for name in names if direction(tests, name, f"{name} {other}") == sign]
            for sign in (1, -1)
        )
        only = "Only " if len(better) == 1 < len(names) else ""
        verb = "are" if len(better) > 1 else "is"
        none = "No model is" if len(names) > 1 else f"{_titles(names)} is not"
        whom = f"{only}{_titles(better)} {verb}" if better else none
        said.append(
            f"{whom} shown to be better {VARIANTS[variant].title} than {VARIANTS[other].title}."
        )
        if worse:
            said.append(f"{_titles(worse)} {'are' if len(worse) > 1 else 'is'} shown to be worse.")
    return said


def about_second_edition(mini: Study | None) -> str:
    """Say what `mgc.evaluation.results.second_edition` may be compared with."""
    if mini is None:
        return "No second edition has records here."
    return (
        f"**{mini.edition_record.name}**, five folds, variant **{VARIANTS[mini.variant].title}**,"
        f" seed {mini.seeds[0]}. The two editions are not the same measurement: other tracks,"
        " another resolution, another protocol. Only the widths of the intervals may be compared:"
        f" {formats.count(len(mini.edition_record.tracks))} tracks do not settle the order of the"
        " models."
    )


def published_figures() -> pd.DataFrame:
    """`mgc.datasets.facts.literature` with the titles of the protocols."""
    figures = facts.literature()
    return figures.assign(protocol=figures["protocol"].map(facts.protocol_title))


def comparable_accuracies(results: Results) -> dict[str, float]:
    """Accuracy of the study's variant and baselines by label; none where GTZAN is not whole."""
    if results.study.edition_record.name not in WHOLE_GTZAN:
        return {}
    own = results.table[results.table["key"].isin(results.own)]
    return dict(zip(own["label"], own["accuracy"], strict=True))


def beside_literature(results: Results) -> str:
    """Say which published figures ours may be compared with."""
    study, figures = results.study, facts.literature()
    edition, n_figures = study.edition_record.name, formats.count(len(figures))
    protocol = facts.protocol_title(study.protocol)
    same = figures[figures["protocol"] == study.protocol]
    if edition not in WHOLE_GTZAN:
        return (
            f"These records are of {edition}, not of all of GTZAN, so none of the {n_figures}"
            " published figures may be compared with them."
        )
    if same.empty:
        return (
            f"None of the {n_figures} published figures was measured under the protocol"
            f" {protocol}, so none may be compared with ours."
        )
    best = best_model(results.networks)
    if best is None:
        return "No model was run."
    summary = accuracy_summary(fits_of(results.networks)[best])
    above = int((same["accuracy"] / 100 > summary.accuracy).sum())
    return (
        f"Under the protocol {protocol}, {formats.count(above)} of {formats.count(len(same))}"
        f" published figures are higher than the {formats.percent(summary.accuracy)} of"
        f" {TITLES[best]} ({formats.count(summary.n_tracks)} test tracks)."
    )
