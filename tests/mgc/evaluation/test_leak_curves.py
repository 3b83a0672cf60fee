"""The page on leaks: its curves are those of the published records, counted another way."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.leak_splits import SHARES
from mgc.datasets.tracks import GENRES
from mgc.display import formats, leak_text
from mgc.display.figures import leak_slider
from mgc.errors import RecordError
from mgc.evaluation import leak_curves
from mgc.evaluation.leak_curves import Gain, gain
from mgc.records.store import Store
from mgc.training.published_leaks import PLAN

RECORDS = Path(__file__).resolve().parents[3] / "book" / "records"
PART_OF = dict(zip(*(gtzan_table()[c] for c in ("track_id", "fault_filtered")), strict=True))


@pytest.fixture(scope="module")
def curves():
    """Curves of the published records."""
    store = Store(RECORDS)
    edition = store.edition("gtzan-archive")
    assert edition is not None
    return leak_curves.curves(store.leak, edition)


def counted(folder: Path) -> dict[str, list[bool]]:
    """Read from the files of a record which pieces of each test track were named rightly."""
    right = defaultdict(list)
    with (folder / "predictions.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["part"] == "test":
                named = max(GENRES, key=lambda genre: float(row[f"p_{genre}"]))
                right[row["track_id"]].append(named == row["genre"])
    return dict(right)


def test_accuracies_are_those_of_the_files(curves) -> None:
    """Every test piece counts once in all, and once as leaked or clean."""
    for curve in curves:
        by_share = defaultdict(list)
        for record in curve.records:
            share = int(record.config["protocol"].rpartition("_")[2])
            by_share[share].append(counted(record.path))
        assert [point.share for point in curve.points] == list(SHARES) == sorted(by_share)
        for point in curve.points:
            tested = by_share[point.share]
            assert len(tested) == point.every.n_seeds
            for one in tested:
                assert set(one) == {name for name, part in PART_OF.items() if part == "test"}
                assert {len(pieces) for pieces in one.values()} == {5}
            shares = [np.mean([hit for hits in one.values() for hit in hits]) for one in tested]
            assert point.every.accuracy == pytest.approx(np.mean(shares))
            assert (point.leaked is None) == (point.share == 0)
            assert (point.clean is None) == (point.share == 100)
            if point.leaked and point.clean:
                n, k = point.every.n_tracks, point.n_leaked
                both = k * point.leaked.accuracy + (n - k) * point.clean.accuracy
                assert both / n == pytest.approx(point.every.accuracy)
        assert curve.points[-1].leaked == curve.points[-1].every
        assert curve.points[0].clean == curve.points[0].every


def test_gains_are_differences_of_the_curve(curves) -> None:
    """All pieces are the same at both ends, so the gain is the difference of the two points."""
    for curve in curves:
        ends = curve.points[-1].every.accuracy - curve.points[0].every.accuracy
        assert curve.every.mean == pytest.approx(ends)
        middle = curve.points[2]
        share = middle.n_leaked / middle.every.n_tracks
        both = share * curve.leaked.mean + (1 - share) * curve.clean.mean
        assert both == pytest.approx(middle.every.accuracy - curve.points[0].every.accuracy)


def test_the_published_fits_belong_to_the_plan(curves) -> None:
    """And every model of the page has all shares of each of its seeds."""
    planned = {
        (b.protocol, b.variant if model != "logistic" else "", model, seed)
        for b in PLAN
        for model in b.models
        for seed in b.seeds
    }
    keys = ("protocol", "variant", "model", "seed")
    found = {tuple(r.config[k] for k in keys): r for r in Store(RECORDS).leak.find()}
    assert set(found) <= planned
    assert {r.fit_id for r in found.values()} == {r.fit_id for c in curves for r in c.records}
    assert {"logistic", "mlp"} <= {curve.key for curve in curves}


def test_what_the_prose_takes_for_granted_holds(curves) -> None:
    """The page says that leaked and clean pieces gain, whatever the model."""
    for curve in curves:
        assert curve.every.low > 0
        assert curve.leaked.low > 0
        assert curve.clean.mean > 0
        assert curve.leaked.mean > curve.clean.mean


def test_the_ranking_is_that_of_both_ends(curves) -> None:
    """And where two models change places, the differences are those of their points."""
    pair = curves[:2]  # of both there are all seeds
    said = leak_text.ranking(pair)
    left, right = (
        [c.title for c in sorted(pair, key=lambda c: -c.points[place].every.accuracy)]
        for place in (0, -1)
    )
    if left == right:
        assert said.endswith("in the same order.")
        return
    assert f"{' and '.join(left)} without a leak, and {' and '.join(right)} with" in said
    second, first = (next(c for c in pair if c.title == title) for title in left[::-1])
    for place in (0, -1):
        apart = second.points[place].every.accuracy - first.points[place].every.accuracy
        assert formats.points(apart) in said


def test_a_single_seed_is_admitted(curves) -> None:
    """Whoever has one seed is named, nobody else."""
    for curve in curves:
        assert (curve.n_seeds == 1) == (curve.title in leak_text.doubts(curves))


def series(values, pieces: int = 1) -> pd.Series:
    """Right or wrong by track and piece."""
    index = pd.MultiIndex.from_tuples(
        [(f"t{k // pieces}", k % pieces) for k in range(len(values))],
        names=["track_id", "segment"],
    )
    return pd.Series(values, index=index)


def test_the_interval_of_one_seed_is_that_of_a_paired_t_test() -> None:
    """With one piece a track and one seed, scipy computes the same."""
    rng = np.random.default_rng(0)
    before, after = rng.integers(0, 2, 80), rng.integers(0, 2, 80)
    found = gain({0: series(before)}, {0: series(after)})
    known = stats.ttest_1samp(after - before, 0).confidence_interval()
    assert found.mean == pytest.approx((after - before).mean())
    assert (found.low, found.high) == pytest.approx((known.low, known.high))


def test_pieces_of_a_track_and_repeated_seeds_are_no_more_evidence() -> None:
    """Five equal pieces a track, or three equal seeds, leave the interval as it is."""
    rng = np.random.default_rng(1)
    before, after = rng.integers(0, 2, 60), rng.integers(0, 2, 60)
    once = gain({0: series(before)}, {0: series(after)})
    fives = gain({0: series(before.repeat(5), 5)}, {0: series(after.repeat(5), 5)})
    thrice = gain(dict.fromkeys(range(3), series(before)), dict.fromkeys(range(3), series(after)))
    assert fives == pytest.approx(once)
    assert (thrice.mean, thrice.low, thrice.high) == pytest.approx(once[:3], rel=1e-3)
    same = gain({0: series(before)}, {0: series(before)})
    assert same == Gain(0.0, 0.0, 0.0, 1.0)


def test_the_interval_covers_the_true_gain() -> None:
    """Simulated tracks and seeds with a known gain: about nineteen times in twenty, or more."""
    rng, inside, rounds = np.random.default_rng(2), 0, 200
    for _ in range(rounds):
        base = rng.normal(0, 1, 120)
        shift = 0.3
        before, after = {}, {}
        for seed in range(3):
            noise = rng.normal(0, 0.7, (2, 120))
            before[seed] = series((base + noise[0] > 0).astype(int))
            after[seed] = series((base + shift + noise[1] > 0).astype(int))
        spread = np.sqrt(1 + 0.7**2)
        truth = stats.norm.cdf(shift / spread) - 0.5
        found = gain(before, after)
        inside += found.low <= truth <= found.high
    assert inside / rounds > 0.92


def test_an_empty_store_says_what_makes_the_records(tmp_path) -> None:
    """The message names the command."""
    edition = Store(RECORDS).edition("gtzan-archive")
    assert edition is not None
    with pytest.raises(RecordError, match=r"python -m mgc.training.published_leaks"):
        leak_curves.curves(Store(tmp_path), edition)


def test_the_page_holds_a_text_and_a_mark_for_every_stop(curves) -> None:
    """Buttons, drawings and texts name the same models; dots lie where the accuracies are."""
    page = leak_slider.slider(curves).source
    texts = json.loads(re.search(r'<script type="application/json">(.*?)</script>', page)[1])
    assert list(texts) == [curve.key for curve in curves]
    assert re.findall(r'<button type="button" data-model="([^"]*)"', page) == list(texts)
    figures = re.findall(r'<figure[^>]*data-model="([^"]*)">(.*?)</figure>', page)
    assert [name for name, _ in figures] == list(texts)
    for curve, (_, figure) in zip(curves, figures, strict=True):
        assert list(texts[curve.key]) == [str(share) for share in SHARES]
        # The scale is read off the labels of the drawing itself.
        marks = re.findall(r'y="([\d.]+)" text-anchor="end">(\d+)', figure)
        (y0, p0), (y1, p1) = [(float(y) - 5, int(p)) for y, p in (marks[0], marks[-1])]
        dots = re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', figure)
        for point, y in zip(curve.points, dots, strict=True):
            shown = p0 + (float(y) - y0) / (y1 - y0) * (p1 - p0)
            assert shown == pytest.approx(100 * point.every.accuracy, abs=0.05)
            said = texts[curve.key][str(point.share)]
            assert f"{100 * point.every.accuracy:.0f}\u00a0% (" in said
