"""Leakage: what is counted as shared, what artists are worth, and what the leak slider says.

The curves are those of the published records, counted another way.
"""

import json
import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.leak_splits import SHARES
from mgc.datasets.tracks import GENRES
from mgc.display import formats, leak_tables
from mgc.display.figures import leak_slider
from mgc.errors import RecordError
from mgc.evaluation import leakage
from mgc.evaluation.gain import Estimate
from mgc.evaluation.leakage import gain
from mgc.models import TITLES
from mgc.records.editions import EditionRecord
from mgc.records.store import Store
from mgc.records.study import Study

RECORDS = Path(__file__).resolve().parents[3] / "book" / "records"
PART_OF = dict(zip(*(gtzan_table()[c] for c in ("track_id", "fault_filtered")), strict=True))


def edition(tracks, values, name="custom"):
    tabular = pd.DataFrame(values, columns=[f"v{i}" for i in range(values.shape[1])])
    tabular.insert(0, "track_id", tracks["track_id"].to_numpy())
    return EditionRecord(name, "0" * 64, len(tracks), "1", (), {}, tracks, tabular)


def test_artists_on_both_sides_are_worth_everything_where_they_are_all_there_is():
    """Ninety tracks of thirty artists whose sound says all about them and nothing of a genre."""
    rng = np.random.default_rng(3)
    rows, values = [], []
    for genre in GENRES:
        for letter in "abc":
            voice = rng.normal(0, 1, 40)
            for number in range(3):
                rows.append((f"{genre}.{letter}{number}", genre, f"{genre}-{letter}"))
                values.append(voice + rng.normal(0, 0.05, 40))
    tracks = pd.DataFrame(rows, columns=["track_id", "genre", "artist"])
    by_artist = edition(tracks, np.array(values))
    effect = leakage.artist_effect(by_artist).set_index("folds")
    assert effect.loc["artists on both sides", "accuracy"] > 0.95
    assert effect.loc["artists kept apart", "accuracy"] < 0.3
    assert (effect["low"] < effect["accuracy"]).all()
    # One unknown artist makes the folds undefined.
    by_artist.tracks.loc[0, "artist"] = ""
    assert leakage.artist_effect(by_artist).empty


def test_repetitions_are_counted_by_hand(tmp_path):
    """All of GTZAN by its table: segments leak tracks, random leaks files, the filter neither."""
    table = gtzan_table()
    tracks = table[["track_id", "genre"]].assign(artist="")
    record = edition(tracks, np.zeros((len(tracks), 2)), "gtzan")
    study = Study(Store(tmp_path), None, record, "random", "tuned", (0,), tmp_path)
    counts = leakage.repetitions(study).set_index("protocol")
    assert counts.loc["leaky_segments", "test_units"] == 1500
    # A test piece is alone with chance 0.15 or less to the ninth: nearly all leak.
    assert counts.loc["leaky_segments", "same_track"] >= 1490
    assert counts.loc["fault_filtered", ["same_track", "same_file"]].tolist() == [0, 0]
    assert counts.loc["fault_filtered", "test_units"] == (table["fault_filtered"] == "test").sum()
    assert counts.loc["random", "same_track"] == 0
    apart = counts.loc["track_disjoint_segments", ["test_units", "same_track"]]
    assert apart.tolist() == [1500, 0]
    # Eight pairs of equal files: a test part of 15 % holds one or two of their tracks.
    pairs = (table["identical_to"] != "").sum()
    assert 0 <= counts.loc["random", "same_file"] <= 2 * pairs


def test_counted_tables_show_artists_where_they_are_known():
    """Nothing is shown that nobody knows."""
    counts = pd.DataFrame(
        [("random", 10, 0, 1, 4)],
        columns=["protocol", "test_units", "same_track", "same_file", "same_artist"],
    )
    assert "The artist trains" in leak_tables.repetition_table(counts)
    nobody = counts.assign(same_artist=0)
    assert "The artist trains" not in leak_tables.repetition_table(nobody)


def test_an_artist_who_only_validates_is_the_control():
    """Twenty points above expectation, against ten, or against thirty, of the control."""
    columns = ["key", "every", "apart", "crossed", "expected", "n"]
    effect = pd.DataFrame([("cnn", 0.5, 0.48, 0.8, 0.6, 9)], columns=columns)
    met = Estimate(0.2, 0.1, 0.3)
    lift, excess, meant = leak_tables.crossing_statements(effect, met, Estimate(0.1, 0.0, 0.2))
    assert "2.0 to 2.0\u00a0points" in lift
    assert "+20\u00a0points (95 % interval +10 to +30\u00a0points)" in excess
    assert "+10\u00a0points (95 % interval 0 to +20\u00a0points)" in excess
    assert "may have helped" in meant
    for unsure in (
        (met, Estimate(0.3, 0.2, 0.4)),
        (Estimate(0.2, -0.1, 0.5), Estimate(0.1, 0.0, 0.2)),
    ):
        meant = leak_tables.crossing_statements(effect, *unsure)[2]
        assert "nothing shows that it is by meeting the artist" in meant
    empty = effect.assign(crossed=float("nan"))
    assert "No test track" in leak_tables.crossing_statements(empty, met, met)[0]


def test_a_fall_is_clear_where_intervals_do_not_touch():
    """Two models fall by 20 and 10 points; only the first clearly."""
    rows = [
        ("random", "cnn", 0.8, 0.75, 0.85),
        ("random", "mlp", 0.6, 0.5, 0.7),
        ("fault_filtered", "cnn", 0.6, 0.55, 0.65),
        ("fault_filtered", "mlp", 0.5, 0.4, 0.6),
    ]
    table = pd.DataFrame(rows, columns=["protocol", "model", "accuracy", "low", "high"])
    fall, clear = leak_tables.leak_statements(table)
    assert fall.endswith("the score of every network falls, by 10 to 20\u00a0points.")
    assert clear.endswith("that of CNN.")
    assert "no records of two protocols" in leak_tables.leak_statements(table[:2])[0]


@pytest.fixture(scope="module")
def summary():
    store = Store(RECORDS)
    record = store.edition("gtzan-archive")
    assert record is not None
    return leakage.leak_summary(store.leak, record)


def counted(folder):
    """Read from the files of a record which test pieces were predicted rightly, by track."""
    rows = pd.read_csv(folder / "predictions.csv").query("part == 'test'")
    predicted = rows.filter(like="p_").idxmax(axis=1).str.removeprefix("p_")
    return (predicted == rows["genre"]).groupby(rows["track_id"])


def test_accuracies_are_those_of_the_files(summary):
    """Every test piece counts once in all, and once as leaked or clean."""
    tested = defaultdict(list)
    for record in summary.records:
        share = int(record.config["protocol"].rpartition("_")[2])
        tested[record.model, share].append(counted(record.path))
    stops = summary.accuracies.groupby(["model", "share"], sort=False)
    assert sorted(stops.groups) == sorted(tested)
    models = list(dict.fromkeys(model for model, _ in tested))
    assert sorted(tested) == sorted((model, share) for model in models for share in SHARES)
    for stop, rows in stops:
        rows = rows.set_index("pieces")
        every, fits = rows.loc["every"], tested[stop]
        assert every["n_seeds"] == len(fits)
        for fit in fits:
            assert set(fit.groups) == {name for name, part in PART_OF.items() if part == "test"}
            assert (fit.size() == 5).all()
        shares = [fit.obj.mean() for fit in fits]
        assert every["accuracy"] == pytest.approx(np.mean(shares))
        assert ("leaked" not in rows.index) == (stop[1] == 0)
        assert ("clean" not in rows.index) == (stop[1] == 100)
        leaked = every["n_leaked"] / every["n_tracks"]
        weights = {"leaked": leaked, "clean": 1 - leaked}
        both = sum(weights[p] * rows.loc[p, "accuracy"] for p in weights if p in rows.index)
        assert both == pytest.approx(every["accuracy"])


def test_gains_and_gaps_are_differences_of_the_curves(summary):
    """All pieces are the same at both ends, so a gain is the difference of the two points."""
    every = summary.accuracies[summary.accuracies["pieces"] == "every"]
    every = every.set_index(["model", "share"])
    for model, gains in summary.gains.groupby("model"):
        mean = gains.set_index("pieces")["mean"]
        start = every.loc[(model, 0), "accuracy"]
        assert mean["every"] == pytest.approx(every.loc[(model, 100), "accuracy"] - start)
        middle = every.loc[(model, 50)]
        share = middle["n_leaked"] / middle["n_tracks"]
        both = share * mean["leaked"] + (1 - share) * mean["clean"]
        assert both == pytest.approx(middle["accuracy"] - start)
    both = ["logistic", "mlp"]  # of these there are the same seeds
    gaps = summary.gaps[summary.gaps[["first", "second"]].isin(both).all(axis=1)]
    assert gaps["share"].tolist() == [0, 100]
    for gap in gaps.itertuples():
        first, second = (every.loc[(m, gap.share), "accuracy"] for m in (gap.first, gap.second))
        assert gap.mean == pytest.approx(second - first)


def test_what_the_prose_takes_for_granted_holds(summary):
    """The page says that leaked and clean pieces gain, whatever the model."""
    for _, gains in summary.gains.groupby("model"):
        gains = gains.set_index("pieces")
        assert gains.loc["every", "low"] > 0
        assert gains.loc["leaked", "low"] > 0
        assert gains.loc["clean", "mean"] > 0
        assert gains.loc["leaked", "mean"] > gains.loc["clean", "mean"]


def test_the_ranking_is_that_of_both_ends(summary):
    """And of two models that change places, the differences are those of their points."""
    said = leak_tables.ranking(summary)
    every = summary.accuracies[summary.accuracies["pieces"] == "every"]
    share = every.pivot_table(index="model", columns="share", values="accuracy")
    left, right = (share[k].sort_values(ascending=False).index.tolist() for k in (0, 100))
    if left == right:
        assert said.endswith("in the same order.")
        return
    for place, models in (("without it", left), ("with the whole leak", right)):
        assert f"{formats.listing([TITLES[model] for model in models])} {place}" in said
    swapped = [p for p in combinations(left, 2) if right.index(p[1]) < right.index(p[0])]
    assert said.count("Compared with ") == len(swapped)
    for one, two in swapped:
        if {one, two} <= {"logistic", "mlp"}:  # of these there are all seeds
            before, after = (
                round(100 * (share.loc[two, k] - share.loc[one, k])) for k in (0, 100)
            )
            assert before < 0 < after
            places = rf"{-before}\spoints? behind .* without the leak, and {after}\spoints? ahead"
            assert re.search(f"Compared with {TITLES[one]}, {TITLES[two]} is {places}", said)


def test_a_single_seed_is_admitted(summary):
    """Whoever has one seed is named, nobody else."""
    for model, rows in summary.accuracies.groupby("model"):
        assert (rows["n_seeds"].max() == 1) == (TITLES[model] in leak_tables.doubts(summary))


def pieces(values, of_a_track=1, seeds=1):
    """Right or wrong by seed, track and piece; the same values for every seed."""
    index = pd.MultiIndex.from_tuples(
        [
            (seed, f"t{k // of_a_track}", k % of_a_track)
            for seed in range(seeds)
            for k in range(len(values))
        ],
        names=["seed", "track_id", "segment"],
    )
    return pd.DataFrame({"right": np.tile(values, seeds), "genre": "pop"}, index=index)


def test_the_interval_of_one_seed_is_about_that_of_a_paired_t_test():
    rng = np.random.default_rng(0)
    before, after = rng.integers(0, 2, 80), rng.integers(0, 2, 80)
    change = gain(pieces(before), pieces(after))
    known = stats.ttest_1samp(after - before, 0).confidence_interval()
    assert change == pytest.approx(((after - before).mean(), known.low, known.high), abs=0.015)


def test_pieces_of_a_track_and_repeated_seeds_are_no_more_evidence():
    """Five equal pieces a track, or three equal seeds, leave the interval as it is."""
    rng = np.random.default_rng(1)
    before, after = rng.integers(0, 2, 60), rng.integers(0, 2, 60)
    once = gain(pieces(before), pieces(after))
    assert gain(pieces(before.repeat(5), 5), pieces(after.repeat(5), 5)) == pytest.approx(once)
    thrice = gain(pieces(before, seeds=3), pieces(after, seeds=3))
    assert thrice == pytest.approx(once, rel=1e-9)
    assert gain(pieces(before), pieces(before)) == Estimate(0.0, 0.0, 0.0)


def test_the_interval_covers_the_true_gain():
    """Simulated tracks and seeds with a known gain: about nineteen times in twenty, or more."""
    rng, inside, rounds = np.random.default_rng(2), 0, 100
    shift = 0.3
    truth = stats.norm.cdf(shift / np.sqrt(1 + 0.7**2)) - 0.5
    for _ in range(rounds):
        base = rng.normal(0, 1, 120)
        noise = rng.normal(0, 0.7, (3, 2, 120))
        before, after = (
            pieces(np.concatenate([base + shift * k + seed[k] > 0 for seed in noise]).astype(int))
            for k in (0, 1)
        )
        index = pd.MultiIndex.from_product([range(3), range(120), [0]], names=before.index.names)
        change = gain(before.set_axis(index), after.set_axis(index))
        inside += change.low <= truth <= change.high
    assert inside / rounds > 0.92


def test_an_empty_store_says_what_makes_the_records(tmp_path):
    record = Store(RECORDS).edition("gtzan-archive")
    assert record is not None
    with pytest.raises(RecordError, match="mgc published"):
        leakage.leak_summary(Store(tmp_path), record)


def test_the_page_holds_a_text_and_a_mark_for_every_stop(summary):
    """Buttons, drawings and texts name the same models; dots lie where the accuracies are."""
    page = leak_slider.slider(summary).source
    texts = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page)[1])
    models = summary.accuracies["model"].unique().tolist()
    assert list(texts) == models
    assert re.findall(r'<button type="button" data-model="([^"]*)"', page) == models
    figures = re.findall(r'<figure[^>]*data-model="([^"]*)">(.*?)</figure>', page)
    assert [name for name, _ in figures] == models
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids)), "three drawings share a page"
    for model, figure in figures:
        assert list(texts[model]) == [str(share) for share in SHARES]
        # The scale is read off the labels of the drawing itself.
        lines = re.findall(r"M 46.08 ([\d.]+) L 434.995\d* \1", figure)
        grid = [float(y) for y in dict.fromkeys(lines)]
        labels = [int(p) for p in re.findall(r"text-anchor: end[^>]*>(\d+) %<", figure)]
        assert len(grid) == len(labels) > 3
        dots = re.findall(r'<g class="dot" data-share="(\d+)">.*?<use [^>]*y="([\d.]+)"', figure)
        own = summary.accuracies[summary.accuracies["model"] == model]
        drawn = sorted(
            (int(share), np.interp(float(y), grid[::-1], labels[::-1])) for share, y in dots
        )
        known = sorted(zip(own["share"], 100 * own["accuracy"], strict=True))
        assert np.array(drawn) == pytest.approx(np.array(known), abs=0.05)
        for row in own[own["pieces"] == "every"].itertuples():
            assert f"{100 * row.accuracy:.0f}\u00a0% (" in texts[model][str(row.share)]


def test_the_last_step_is_set_apart_from_those_before():
    """Clear is what has its interval below zero as it is written."""
    rows = [
        ("cnn", "CNN", "before", 0.7, 0.68, -0.02, -0.05, -0.0004),
        ("cnn", "CNN", "artists", 0.68, 0.58, -0.1, -0.15, -0.05),
        ("logistic", "Logistic regression", "before", 0.6, 0.59, -0.01, -0.02, -0.005),
        ("logistic", "Logistic regression", "artists", 0.59, 0.5, -0.09, -0.1, -0.08),
    ]
    columns = ["key", "label", "step", "first", "last", "mean", "low", "high"]
    steps = pd.DataFrame(rows, columns=columns)
    before, artists, plain = leak_tables.waterfall_statements(steps)
    assert before.endswith("by −2.0 to −2.0\u00a0points; the interval lies below zero for none.")
    assert artists.endswith("the interval lies below zero for every network.")
    assert plain.endswith("−1.0 and −9.0\u00a0points.")
    table = leak_tables.waterfall_table(steps)
    assert table.iloc[0].tolist() == [
        "CNN", "70\u00a0%", "58\u00a0%", "−2.0 (−5.0 to 0.0)", "−10.0 (−15.0 to −5.0)"
    ]  # fmt: skip
    assert leak_tables.waterfall_statements(steps[2:]) == ["No network was run on all rungs."]
