"""One accuracy, one interval: it covers the truth, and every page and command shows the same."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.stats import binomtest

from mgc.cli.main import main
from mgc.display import model_text, result_tables
from mgc.errors import RecordError
from mgc.evaluation import metrics
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.clusters import wilson
from mgc.evaluation.results import load_results
from mgc.records.study import open_study
from mgc.report.explain import explain
from tests.helpers.records import answers, segments, unsaved
from tools.pages.content.explorer import describe

README = Path(__file__).resolve().parents[3] / "README.md"
PUBLISHED = README.parent / "book" / "records"


def fit(right, seed=0, edition="toy", **rows):
    return unsaved(answers(right, **rows), seed=seed, edition=edition)


@settings(deadline=None)
@given(st.integers(1, 1000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_the_score_interval(case):
    k, n = case
    ours = wilson(k, n)
    theirs = binomtest(k, n).proportion_ci(method="wilson")
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert 0 <= ours.low <= k / n <= ours.high <= 1


def test_wilson_on_the_published_test_part_is_as_wide_as_the_prose_says():
    """With 290 test tracks the half-width is 5 to 6 points near 55 %."""
    low, high = wilson(160, 290)
    assert 0.05 < (high - low) / 2 < 0.06
    with pytest.raises(RecordError, match="no predictions"):
        wilson(0, 0)


def test_one_seed_of_independent_tracks_has_about_the_interval_of_its_tracks():
    right = np.arange(100) < 60
    summary = accuracy_summary(fit(right))
    assert summary == pytest.approx(accuracy_summary([fit(right)]), nan_ok=True)
    assert summary[:3] == (1, 100, 100)
    assert summary.covers == "artists"
    assert np.isnan(summary.sd)
    # Within one genre: the normal interval at n - 1, by hand 0.6 -+ 1.96 sqrt(0.24 / 99).
    assert (summary.low, summary.high) == pytest.approx((0.5035, 0.6965), abs=0.006)
    assert summary.macro_f1 == metrics.macro_f1(answers(right))


def test_tracks_of_one_artist_are_not_independent():
    """Of GTZAN's blues, tracks 12 to 28 are one singer's: all wrong is one observation."""
    right, blues = np.ones(100, bool), range(0, 1000, 10)
    right[12:29] = False
    known = accuracy_summary(fit(right, edition="gtzan-archive", tracks=blues))
    pretended = accuracy_summary(fit(right, tracks=blues))
    assert known.accuracy == pretended.accuracy == 0.83
    assert known.n_groups < 15
    assert known.high - known.low > 3 * (pretended.high - pretended.low)


def test_where_nothing_varies_the_interval_is_wilsons():
    for right, k in ((np.ones(40, bool), 40), (np.zeros(40, bool), 0)):
        summary = accuracy_summary(fit(right))
        assert (summary.low, summary.high) == pytest.approx(wilson(k, 40))


def test_equal_seeds_add_nothing():
    right = np.arange(80) % 3 > 0
    one = accuracy_summary(fit(right))
    three = accuracy_summary([fit(right, seed) for seed in range(3)])
    assert (three.low, three.high) == pytest.approx((one.low, one.high))
    assert three.sd == 0
    assert three.covers == "artists and seeds"


def test_seeds_that_scatter_widen_the_interval():
    calm = accuracy_summary([fit(np.arange(200) < 120, seed) for seed in range(3)])
    wild = accuracy_summary([fit(np.arange(200) < n, s) for s, n in enumerate((60, 120, 180))])
    assert wild.accuracy == pytest.approx(calm.accuracy)
    assert wild.sd == pytest.approx(0.3)
    assert wild.high - wild.low > 3 * (calm.high - calm.low)


def test_segments_that_agree_within_a_track_count_as_one():
    tracks = accuracy_summary(fit(np.arange(40) < 30))
    alike = accuracy_summary(unsaved(segments([[t < 30] * 10 for t in range(40)])))
    assert alike[:4] == (1, 40, 40, 0.75)
    assert (alike.low, alike.high) == pytest.approx((tracks.low, tracks.high))
    independent = np.random.default_rng(0).random((40, 10)) < 0.75
    apart = accuracy_summary(unsaved(segments(independent.tolist())))
    low, high = wilson(independent.sum(), 400)
    assert 0.99 * (high - low) <= apart.high - apart.low < 1.4 * (high - low)


@pytest.mark.slow
@pytest.mark.parametrize("same_tracks", [True, False])
@pytest.mark.parametrize("seed_sd", [0.0, 0.1, 0.3])
def test_interval_covers_the_truth(same_tracks, seed_sd):
    """Simulated fits: at least nine in ten intervals hold the true accuracy."""
    rng = np.random.default_rng(11)
    n_tracks, n_seeds, trials = 100, 3, 120
    # The truth: the mean over tracks of all kinds and over seeds, from a large sample.
    hardness, luck = rng.normal(0.4, 1.2, 400_000), rng.normal(0, seed_sd, 400_000)
    truth = float(stats.norm.cdf(hardness + luck).mean())
    hits = 0
    for _ in range(trials):
        hardness = rng.normal(0.4, 1.2, n_tracks)
        group = []
        for seed in range(n_seeds):
            if not same_tracks:
                hardness = rng.normal(0.4, 1.2, n_tracks)
            chance = stats.norm.cdf(hardness + rng.normal(0, seed_sd))
            first = 0 if same_tracks else seed * n_tracks
            tracks = range(first, first + n_tracks)
            group.append(fit(rng.random(n_tracks) < chance, seed, tracks=tracks))
        summary = accuracy_summary(group)
        hits += summary.low <= truth <= summary.high
    # Of 120 trials at 95 %, 108 or more succeed in 98 of 100 runs; the seed here is fixed.
    assert hits / trials >= 0.90


def test_records_must_differ_in_the_seed_alone():
    rows = answers([True])
    with pytest.raises(RecordError, match="model"):
        accuracy_summary([unsaved(rows), unsaved(rows, model="cnn")])
    with pytest.raises(RecordError, match="No records"):
        accuracy_summary([])
    with pytest.raises(RecordError, match="no rows"):
        accuracy_summary(unsaved(rows.iloc[:0]))


def numbers(text):
    """The percentages of a text without their sign."""
    return re.findall(r"\d+(?:\.\d)?(?=[\s\u00a0]?%|\u00a0to)", text)


def test_every_page_and_command_shows_the_same_accuracy_of_a_record(tmp_path):
    """For logistic regression, of which one record is published."""
    where = {"protocol": "fault_filtered", "variant": "tuned"}
    record = open_study("gtzan-archive", records=PUBLISHED, **where).baselines()["logistic"]
    shutil.copytree(record.path, tmp_path / "fits" / record.fit_id)
    shutil.copytree(PUBLISHED / "editions", tmp_path / "editions")
    study = open_study("gtzan-archive", records=tmp_path, **where)
    summary = accuracy_summary(record)
    shares = (summary.accuracy, summary.low, summary.high)
    fine, coarse = ([f"{100 * share:.{digits}f}" for share in shares] for digits in (1, 0))

    # Chapter 5 and what is drawn.
    table = load_results(study).table
    assert table[["accuracy", "low", "high"]].to_numpy().tolist() == [list(shares)]
    (shown,) = result_tables.seeds_table(table).to_dict("records")
    assert numbers(shown["Accuracy"] + shown["95 % interval"]) == fine
    # Chapter 4, the explorer, README.
    (shown,) = model_text.networks({"mlp": [record]}).to_dict("records")
    assert numbers(shown["Accuracy (95 % interval)"]) == [fine[0], *coarse[1:]]
    (group,) = describe(study.store, [record])["groups"]
    assert numbers(group["all"]["text"] + group["all"]["interval"]) == fine
    (line,) = re.findall(r"\n\| Logistic regression \|.*", README.read_text(encoding="utf-8"))
    assert line.split("|")[3] == f" {fine[0]}% ({coarse[1]} to {coarse[2]}; 1) "
    # `mgc audit FIT` and `mgc records list`.
    told = explain(record, study.store)
    assert numbers(told[told.index("right genre") :].replace("95 %", ""))[:3] == fine
    listed = CliRunner().invoke(main, ["records", "list", "--records", str(tmp_path)])
    (line,) = (line for line in listed.output.splitlines() if record.fit_id in line)
    assert numbers(line) == fine
