"""Paired tests: against scipy, statsmodels' definition, and cases worked out by hand."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from mgc.errors import RecordError
from mgc.evaluation.clusters import net_by_group
from mgc.evaluation.significance import direction, pairwise, sign_flip, statement, tracks_ahead
from mgc.records.store import NotRun
from tests.helpers.records import answers, segments, unsaved


def fit(right, seed=0, model="cnn", **rows):
    return unsaved(answers(right, **rows), model=model, seed=seed)


def paired(a, b):
    """Tracks that only the first, and only the second has right, and p, each track an artist."""
    ahead = tracks_ahead(a, b)
    return int((ahead > 0).sum()), int((ahead < 0).sum()), sign_flip(net_by_group(ahead, {}))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_without_artists_it_is_the_exact_binomial_test_and_symmetric(pairs):
    a, b = answers([x for x, _ in pairs]), answers([y for _, y in pairs])
    only_a = sum(x and not y for x, y in pairs)
    only_b = sum(y and not x for x, y in pairs)
    *counted, p = paired(a, b.sample(frac=1, random_state=0))
    assert counted == [only_a, only_b]
    n = only_a + only_b
    assert p == pytest.approx(binomtest(only_a, n).pvalue if n else 1.0)
    assert paired(b, a) == pytest.approx((only_b, only_a, p))


def test_tracks_count_where_examples_are_segments():
    a = segments([[True] * 10] * 4 + [[False] * 10])
    b = segments([[True] * 9 + [False]] * 4 + [[True] + [False] * 9])
    assert paired(a, b) == pytest.approx((4, 1, binomtest(4, 5).pvalue))


def test_models_tested_on_other_tracks_cannot_be_compared():
    a = answers([True, False])
    with pytest.raises(RecordError, match="not tested on the same tracks"):
        tracks_ahead(a, answers([True]))
    with pytest.raises(RecordError, match="genre"):
        tracks_ahead(a, a.assign(genre="rock"))
    with pytest.raises(RecordError, match="one edition and protocol"):
        pairwise({"mlp": unsaved(a), "cnn": unsaved(a, protocol="random", model="cnn")})
    # Seeds that draw other test tracks are paired by seed or not at all.
    one, two = [fit([True] * 20)], [fit([True] * 20, 1, "mlp", tracks=range(500, 520))]
    with pytest.raises(RecordError, match="same tracks"):
        pairwise({"cnn": one, "mlp": two})


@settings(deadline=None)
@given(st.lists(st.integers(-4, 4), min_size=1, max_size=9))
def test_sign_flip_counts_all_patterns(net):
    """The p value is the share of all patterns of signs that reach the sum."""
    values = np.array(net)
    sums = [abs(int((np.array(s) * values).sum())) for s in product((-1, 1), repeat=len(net))]
    expected = float(np.mean([s >= abs(int(values.sum())) for s in sums]))
    assert sign_flip(values) == pytest.approx(expected)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_one_seed_is_tested_as_two_sets_of_rows_are(pairs):
    a, b = [x for x, _ in pairs], [y for _, y in pairs]
    (row,) = pairwise({"cnn": fit(a), "mlp": fit(b, model="mlp")}).to_dict("records")
    only_a, only_b, p = paired(answers(a), answers(b))
    assert (row["b"], row["c"]) == (only_a, only_b)
    assert row["p"] == pytest.approx(p)
    assert row["p_seeds"] == (pytest.approx(p),)
    assert row["difference"] == pytest.approx(np.mean(a) - np.mean(b))


def test_seeds_add_up_and_a_single_fit_meets_each_of_them():
    """By hand: 12 tracks that only the first has right, three times, against one baseline."""
    first = [fit(np.arange(30) < 20, seed) for seed in range(3)]
    single = [fit(np.arange(30) < 8, model="logistic")]
    (row,) = pairwise({"cnn": first, "logistic": single}).to_dict("records")
    assert (row["b"], row["c"], row["seeds"]) == (36, 0, 3)
    assert row["p"] == pytest.approx(2 * 0.5**12)
    assert row["p_seeds"] == (pytest.approx(2 * 0.5**12),) * 3
    assert row["difference"] == pytest.approx(0.4)


def test_whole_artists_are_swapped():
    """Seventeen clips of one singer that only the first has right are one toss of a coin."""
    some = np.ones(100, bool)
    some[12:29] = False
    for edition, p in (("own music", 2 * 0.5**17), ("gtzan-archive", 1.0)):
        first, second = (
            unsaved(answers(right, tracks=range(0, 1000, 10)), model=model, edition=edition)
            for right, model in ((np.ones(100, bool), "cnn"), (some, "mlp"))
        )
        assert pairwise({"cnn": first, "mlp": second})["p"].item() == pytest.approx(p)


def three_models():
    """Return a ahead of b by 12 to 0 tracks, c behind b by 0 to 2, and one that was not run."""
    n_right = {"a": 16, "b": 4, "c": 2}
    records = {name: fit(np.arange(20) < n, model=name) for name, n in n_right.items()}
    return records | {"d": NotRun("d", "no ImageNet weights")}


def test_holm_by_hand():
    table = pairwise(three_models())
    assert (table["first"] + table["second"]).tolist() == ["ab", "ac", "bc"]
    assert table["difference"].tolist() == pytest.approx([0.6, 0.7, 0.1])
    assert table[["b", "c"]].to_numpy().tolist() == [[12, 0], [14, 0], [2, 0]]
    p = [2 / 2**12, 2 / 2**14, 0.5]
    assert table["p"].tolist() == pytest.approx(p)
    # Smallest times three, next times two, largest as it is, never falling.
    assert table["p_holm"].tolist() == pytest.approx([2 * p[0], 3 * p[1], 0.5])
    assert table["significant"].tolist() == [True, True, False]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=12, max_size=12), min_size=2, max_size=5))
def test_holm_never_lowers_p_and_follows_its_definition(rights):
    table = pairwise({f"m{i}": fit(right, model=f"m{i}") for i, right in enumerate(rights)})
    table = table.sort_values("p", kind="stable")
    m, running = len(table), 0.0
    for rank, (p, holm) in enumerate(zip(table["p"], table["p_holm"], strict=True)):
        running = max(running, min(1.0, (m - rank) * p))
        assert holm == pytest.approx(running)
    assert (table["significant"] == (table["p_holm"] <= 0.05)).all()


def test_statement_says_what_the_test_shows():
    table = pairwise(three_models())
    assert statement(table, "b", "a") == "a beats b by 60.0 points (Holm p < 0.001)."
    assert statement(table, "a", "b") == statement(table, "b", "a")
    assert statement(table, "b", "c", {"b": "CNN", "c": "LSTM"}) == (
        "No difference between CNN and LSTM is shown (10.0 points apart, Holm p = 0.500)."
    )
    assert statement(table, "a", "d") == "a and d cannot be compared: one of them was not run."
    swapped = table[:1].assign(b=0, c=12, difference=-0.6, p_holm=0.0123)
    assert statement(swapped, "a", "b") == "b beats a by 60.0 points (Holm p = 0.012)."
    pairs = [("a", "b"), ("b", "a"), ("b", "c"), ("a", "d"), ("a", "a")]
    assert [direction(table, *pair) for pair in pairs] == [1, -1, 0, None, None]
    assert direction(swapped, "a", "b") == -1


def test_fewer_than_two_models_give_an_empty_table():
    table = pairwise({"a": fit([True]), "d": NotRun("d", "no weights")})
    assert table.empty
    assert list(table.columns) == list(pairwise(three_models()).columns)
    assert table["significant"].dtype == bool
