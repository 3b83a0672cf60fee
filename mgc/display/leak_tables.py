"""What leaks are worth, in tables and sentences that follow the records."""

from __future__ import annotations

import pandas as pd

from mgc.datasets.leak_splits import SHARES
from mgc.datasets.splits import PROTOCOL_TITLES
from mgc.display import formats
from mgc.evaluation.gain import Estimate
from mgc.evaluation.leakage import COMPANY, PIECES, STEPS, LeakSummary
from mgc.models import NAMES, TITLES


def repetition_table(counts: pd.DataFrame) -> pd.DataFrame:
    """Write the result of `mgc.evaluation.leakage.repetitions` as texts for a page."""
    order = list(PROTOCOL_TITLES)
    counts = counts.sort_values("protocol", key=lambda names: names.map(order.index))
    titles = {
        "test_units": "Test pieces or tracks",
        "same_track": "Another piece of the track trains",
        "same_file": "The same file trains",
    } | ({"same_artist": "The artist trains"} if counts["same_artist"].any() else {})
    shown = counts[list(titles)].map(formats.count).rename(columns=titles)
    shown.insert(0, "Protocol", counts["protocol"].map(PROTOCOL_TITLES))
    return shown


def leak_statements(table: pd.DataFrame) -> list[str]:
    """Say which models score higher where something leaks than where it does not: `STEPS`.

    Two protocols have other test tracks, so no paired test applies; a difference is called clear
    where the two intervals do not touch. `table` is `mgc.evaluation.results.by_protocol`. Two
    sentences a pair of protocols; a single one where there is nothing to compare.
    """
    said = []
    for leaky, strict in STEPS:
        upper, lower = (table[table["protocol"] == p].set_index("model") for p in (leaky, strict))
        both = [name for name in NAMES if name in upper.index and name in lower.index]
        if not both:
            continue
        change = (lower["accuracy"] - upper["accuracy"]).loc[both]
        clear = [TITLES[name] for name in both if upper["low"][name] > lower["high"][name]]
        least, most = (formats.points(value) for value in (change.max(), change.min()))
        step = f"From {PROTOCOL_TITLES[leaky]} to {PROTOCOL_TITLES[strict]}"
        if change.max() < 0:
            least, most = least.removesuffix("\u00a0points").lstrip("−"), most.lstrip("−")
            said.append(f"{step}, the score of every network falls, by {least} to {most}.")
        else:
            said.append(f"{step}, scores of networks change by {most} to {least}.")
        if len(clear) == len(both) > 1:
            said.append("Each of these falls is clear: the intervals lie apart.")
        elif clear:
            falls = "that" if len(clear) == 1 else "those"
            said.append(
                f"Of the networks, intervals lie apart for {falls} of {formats.listing(clear)}."
            )
        else:
            said.append(
                "For no network do the intervals lie apart, which alone does not exclude a fall."
            )
    return said or ["There are no records of two protocols that differ in one leak."]


def crossing_statements(trained: pd.DataFrame, met: Estimate, control: Estimate) -> list[str]:
    """Say whether meeting an artist in training helps more than genres and the control explain.

    `trained` is `mgc.evaluation.crossing.crossing_effect` of the tracks whose artist trains; `met`
    and `control` are `mgc.evaluation.crossing.crossing_excess` of the models that learn, for these
    tracks and for those whose artist only validates.
    """
    learned = trained[trained["key"] != "majority"].dropna(subset=["crossed"])
    if learned.empty or pd.isna(control.mean):
        return ["No test track has an artist on the other side."]
    lift = learned["every"] - learned["apart"]
    meant = (
        "So nothing shows that it is by meeting the artist that these tracks are easy; they are"
        " too few to exclude it."
        if met.mean <= control.mean or met.low <= 0
        else "So meeting the artist may have helped."
    )
    least, most = (100 * float(value) for value in (lift.min(), lift.max()))
    return [
        f"Tracks whose artist trains lift the scores by {formats.number(least, 1)} to"
        f" {formats.number(most, 1)}\u00a0points.",
        "Against what their genres alone would give, they score"
        f" {_with_interval(met)} on average over the models; tracks whose artist only validates,"
        f" {_with_interval(control)}.",
        meant,
    ]


def _with_interval(change: Estimate) -> str:
    interval = formats.points_interval(change.low, change.high)
    return f"{formats.points(change.mean)} (95 % interval {interval})"


def waterfall_table(steps: pd.DataFrame) -> pd.DataFrame:
    """Write `mgc.evaluation.rungs.steps` as texts, a row a model."""
    mean, low, high = (
        [formats.signed(value, 1) for value in steps[name]] for name in ("mean", "low", "high")
    )
    change = [f"{m} ({a} to {b})" for m, a, b in zip(mean, low, high, strict=True)]
    written = steps.assign(change=change)
    before, artists = (
        written[written["step"] == step].reset_index(drop=True) for step in ("before", "artists")
    )
    return pd.DataFrame(
        {
            "Model": before["label"],
            "At random": before["first"].map(formats.percent),
            "Artists apart": artists["last"].map(formats.percent),
            "By size, faults and copies": before["change"],
            "By artists alone": artists["change"],
        }
    )


def waterfall_statements(steps: pd.DataFrame) -> list[str]:
    """Say what each of `mgc.evaluation.rungs.STEPS` takes from the networks, and how surely."""
    networks = steps[steps["key"].map(lambda key: key.split(" ")[0] in NAMES)]
    if networks.empty:
        return ["No network was run on all rungs."]
    titles = {
        "before": "Size, faults and copies together change",
        "artists": "Keeping artists apart alone changes",
    }
    said = []
    for step, title in titles.items():
        rows = networks[networks["step"] == step]
        # As the table has it: an end that is written as 0 is not below it.
        clear = rows.loc[rows["high"].round(3) < 0, "label"].tolist()
        whom = "every network" if len(clear) == len(rows) else formats.listing(clear or ["none"])
        said.append(
            f"{title} the score of networks by"
            f" {formats.points_interval(rows['mean'].max(), rows['mean'].min(), 1)}; the interval"
            f" lies below zero for {whom}."
        )
    plain = steps[steps["key"] == "logistic"].set_index("step")["mean"]
    if len(plain):
        said.append(
            f"For logistic regression the two are {formats.signed(plain['before'], 1)} and"
            f" {formats.points(plain['artists'], 1)}."
        )
    return said


def artist_table(effect: pd.DataFrame) -> pd.DataFrame:
    """Write the result of `mgc.evaluation.leakage.artist_effect` as texts for a page."""
    return pd.DataFrame(
        {
            "Folds": effect["folds"],
            "Right": effect["right"].map(formats.count),
            "Tracks": effect["n"].map(formats.count),
            "Accuracy": effect["accuracy"].map(formats.percent),
            "95 % interval": list(map(formats.interval, effect["low"], effect["high"])),
        }
    )


def stops(summary: LeakSummary) -> pd.DataFrame:
    """Write what each stop of the slider shows: a row a model and share.

    ``model``, ``share``, ``n_leaked``, ``n_tracks``, and as texts the accuracy with its interval:
    ``every``, ``leaked``, ``clean`` (`mgc.display.formats.MISSING`: no such pieces).
    """
    rows = []
    for (model, share), part in summary.accuracies.groupby(["model", "share"], sort=False):
        texts = {
            row["pieces"]: f"{formats.percent(row['accuracy'])}"
            f" ({formats.interval(row['low'], row['high'])})"
            for _, row in part.iterrows()
        }
        rows.append(
            {"model": model, "share": share, "n_leaked": part["n_leaked"].max()}
            | {"n_tracks": part["n_tracks"].max()}
            | {pieces: texts.get(pieces, formats.MISSING) for pieces in PIECES}
        )
    return pd.DataFrame(rows)


def stop_table(summary: LeakSummary) -> pd.DataFrame:
    """Write all stops for a page."""
    shown = stops(summary)
    leaked = zip(shown["n_leaked"], shown["n_tracks"], strict=True)
    return pd.DataFrame(
        {
            "Model": shown["model"].map(TITLES),
            "Tracks leaked": [f"{formats.count(n)} of {total}" for n, total in leaked],
            "All test pieces": shown["every"],
            "Leaked pieces": shown["leaked"],
            "Clean pieces": shown["clean"],
        }
    )


def stop_sentence(stop: pd.Series) -> str:
    """Say in words what one stop of the slider, a row of `stops`, shows: plain text."""
    title, n_tracks = TITLES[stop["model"]], formats.count(stop["n_tracks"])
    every = f"names the genre of {stop['every']} of all test pieces"
    if stop["leaked"] == formats.MISSING:
        return f"Nothing leaks. {title} {every}."
    if stop["clean"] == formats.MISSING:
        return f"All {n_tracks} test tracks leak. {title} {every}; none is clean."
    return (
        f"{formats.count(stop['n_leaked'])} of {n_tracks} test tracks leak. {title} {every}:"
        f" {stop['leaked']} of the leaked pieces and {stop['clean']} of the clean ones."
    )


def gain_table(summary: LeakSummary) -> pd.DataFrame:
    """Write the gains of every model for a page."""
    gains = summary.gains.assign(text=summary.gains.apply(gain_text, axis=1))
    texts = gains.pivot_table(index="model", columns="pieces", values="text", aggfunc="first")
    n_seeds = summary.accuracies.groupby("model", sort=False)["n_seeds"].max()
    texts = texts.loc[n_seeds.index]
    return pd.DataFrame(
        {
            "Model": texts.index.map(TITLES),
            "All pieces, all tracks leak": texts["every"],
            "Leaked pieces, half of the tracks leak": texts["leaked"],
            "Clean pieces, half of the tracks leak": texts["clean"],
            "Seeds": n_seeds.map(formats.count),
        }
    )


def company_table(summary: LeakSummary) -> pd.DataFrame:
    """Write the gains on clean pieces with and without a track of the same artist that leaks."""
    gains = summary.gains.assign(text=summary.gains.apply(gain_text, axis=1))
    texts = gains.pivot_table(index="model", columns="pieces", values="text", aggfunc="first")
    return pd.DataFrame(
        {
            "Model": texts.index.map(TITLES),
            "Another track of the artist leaks": texts[COMPANY[0]],
            "None does": texts[COMPANY[1]],
        }
    )


def gain_text(gain: pd.Series) -> str:
    """Write a row of gains or gaps in points with its interval."""
    low, high = formats.points(gain["low"]).split()[0], formats.points(gain["high"])
    return f"{formats.points(gain['mean'])} ({low} to {high})"


def gain_sentences(summary: LeakSummary) -> list[str]:
    """Say what the leak adds to all, leaked and clean pieces, and for which models clearly.

    A gain is called clear where its 95 % interval lies above zero.
    """
    said = []
    for pieces, subject in zip(
        PIECES,
        (
            "With every test track leaking, accuracy changes by",
            "With half of them leaking, it changes on the pieces of these tracks by",
            "Nothing of the other half trains. All the same, accuracy changes on its pieces by",
        ),
        strict=True,
    ):
        gains = summary.gains[summary.gains["pieces"] == pieces].sort_values("mean")
        clear = [TITLES[name] for name in gains.loc[gains["low"] > 0, "model"].sort_index()]
        ends = gains["mean"].iloc[[0, -1]].map(formats.points)
        span = " to ".join(dict.fromkeys(text.split()[0] for text in ends))
        every = len(clear) == len(gains) > 1
        whom = "every model" if every else formats.listing(clear) if clear else "no model"
        said.append(f"{subject} {span} points: a gain that is shown for {whom}.")
    return said


def ranking(summary: LeakSummary) -> str:
    """Say in which order the models stand at the two ends, and how sure a change of places is."""
    every = summary.accuracies[summary.accuracies["pieces"] == "every"]
    left, right = (
        every[every["share"] == share].sort_values("accuracy", ascending=False)["model"].tolist()
        for share in (SHARES[0], SHARES[-1])
    )
    if left == right:
        return "Without a leak and with the whole leak the models stand in the same order."
    orders = [formats.listing([TITLES[name] for name in order]) for order in (left, right)]
    said = [
        "A leak does not only raise scores, it can change which model looks better. From the best"
        f" down, the order is {orders[0]} without it, and {orders[1]} with the whole leak."
    ]
    for pair, ends in summary.gaps.groupby(["first", "second"], sort=False):
        one, two = map(str, pair)
        if (left.index(one) < left.index(two)) == (right.index(one) < right.index(two)):
            continue
        if left.index(two) < left.index(one):
            turned = {"mean": -ends["mean"], "low": -ends["high"], "high": -ends["low"]}
            one, two, ends = two, one, ends.assign(**turned)
        before, after = (_distance(end) for _, end in ends.iterrows())
        said.append(
            f"Compared with {TITLES[one]}, {TITLES[two]} is {before} without the leak, and {after}"
            " with it."
        )
    return " ".join(said)


def _distance(end: pd.Series) -> str:
    """Say how far one model stands before or behind another, and whether that is shown."""
    side = "ahead" if end["mean"] > 0 else "behind"
    size = formats.points(abs(end["mean"])).removeprefix("+")
    low, high = formats.points(end["low"]), formats.points(end["high"])
    doubt = "; not shown" if end["low"] <= 0 <= end["high"] else ""
    return f"{size} {side} ({low.split()[0]} to {high}{doubt})"


def doubts(summary: LeakSummary) -> str:
    """Warn of models that rest on a single seed; empty where there is none."""
    n_seeds = summary.accuracies.groupby("model", sort=False)["n_seeds"].max()
    single = [TITLES[name] for name in n_seeds.index[n_seeds == 1]]
    if not single:
        return ""
    return (
        f"Of {formats.listing(single)} there is one seed. The band covers the tracks alone, not"
        " what another start of the training or another draw of the leaks would give, so a single"
        " step of the curve may be chance."
    )
