"""Separability, the report's random data, and the tables of facts."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f_oneway, norm, pearsonr
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from mgc.datasets import facts
from mgc.datasets.gtzan import gtzan_table
from mgc.errors import DataError
from mgc.evaluation import separability
from mgc.models import NAMES
from mgc.report import own_figures
from mgc.report.synthetic import INPUTS, Shift, ceiling


@pytest.fixture(scope="module")
def noise():
    """Ten genres of ten tracks and 228 columns without any genre in them."""
    values = np.random.default_rng(3).normal(size=(100, 228))
    return pd.DataFrame(values).add_prefix("f"), np.repeat([f"g{i}" for i in range(10)], 10)


@pytest.fixture(scope="module")
def marked(noise):
    """The same with g0 far off in one column, and g1 and g2 together off in another."""
    values, genre = noise
    values = values.copy()
    values["f0"] += 8.0 * (genre == "g0")
    values["f1"] += 8.0 * np.isin(genre, ["g1", "g2"])
    return values, genre


def test_eta_squared_agrees_with_the_f_statistic(marked):
    values, genre = marked
    share = separability.explained(values, genre)
    for name in ("f0", "f7"):
        groups = [values[name][genre == g] for g in np.unique(genre)]
        f = f_oneway(*groups).statistic
        assert share[name] == pytest.approx(f * 9 / (f * 9 + 90))
    assert set(share.index[:2]) == {"f0", "f1"}
    assert share.is_monotonic_decreasing


def test_a_constant_column_explains_nothing_and_correlates_with_nothing(noise):
    values, genre = noise
    # Noise explains what the chapter says.
    assert separability.explained(values, genre).mean() == pytest.approx(9 / 99, abs=0.01)
    values = values.assign(constant=1.0)
    assert separability.explained(values, genre)["constant"] == 0.0
    pairs = separability.correlations(values)
    assert "constant" not in {*pairs["first"], *pairs["second"]}
    assert len(pairs) == 228 * 227 / 2
    top = pairs.iloc[0]
    assert top["r"] == pytest.approx(pearsonr(values[top["first"]], values[top["second"]])[0])
    assert pairs["r"].abs().is_monotonic_decreasing


def test_noise_is_not_separable_on_unseen_tracks(noise):
    values, genre = noise
    areas = separability.one_against_rest(values, genre)
    assert 0.35 < areas.mean() < 0.65
    result = separability.project_halves(values, genre)
    right = result.groupby("fitted")["right"].mean()
    assert right[True] > 0.9  # the deception that chapter 3 is about
    assert right[False] < 0.3


def test_a_genre_that_differs_is_found(marked):
    values, genre = marked
    areas = separability.one_against_rest(values[["f0", "f1", "f2"]], genre)
    assert areas.index[0] == "g0"
    assert areas["g0"] > 0.99
    pairs = separability.one_against_one(values[["f0", "f1"]], genre)
    assert len(pairs) == 45
    area = pairs.set_index(["first", "second"])["area"]
    assert area["g0", "g1"] > 0.99
    assert area["g1", "g2"] < 0.8
    assert separability.silhouettes(values[["f0", "f1"]], genre).index[0] == "g0"


def test_halves_are_stratified_and_repeatable(marked):
    first, again = (separability.project_halves(*marked, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert first.groupby("genre")["fitted"].sum().eq(5).all()


def test_too_few_tracks_are_named(noise):
    values, genre = noise
    with pytest.raises(DataError, match="two tracks"):
        separability.one_against_one(values[:11], genre[:11])
    with pytest.raises(DataError, match="two genres"):
        separability.silhouettes(values[:10], genre[:10])
    with pytest.raises(DataError, match="three genres"):
        separability.project_halves(values[:20], genre[:20])


def test_ceiling_of_one_raised_genre_has_a_closed_form():
    """Raised genre found, or plain noise not taken for it, each with the chance Phi(d / 2)."""
    for cells, amount in ((2, 1.5), (1, 1.0), (13, 2.0)):
        shift = Shift("jazz", cells, amount)
        expected = 2 * norm.cdf(shift.separation / 2) / 10
        assert ceiling((shift,)) == pytest.approx(expected, abs=0.001)


def test_no_classifier_passes_the_ceiling_on_the_reports_random_data():
    """Draw the data as the report's code does and let a good classifier try."""
    rng = np.random.default_rng(0)
    genre = np.repeat(np.arange(10), 400)
    values = rng.standard_normal((4000, 19))
    values[genre == 1, :13] += 2
    values[genre == 6, 13:17] += 3
    values[genre == 5, 17:19] += 1.5
    train = rng.permutation(4000) < 2000
    assert ceiling(INPUTS["sequence"]) == 0.1
    assert ceiling(INPUTS["spectrogram"]) == pytest.approx(0.3)
    fitted = LinearDiscriminantAnalysis().fit(values[train], genre[train])
    score = fitted.score(values[~train], genre[~train])
    assert score == pytest.approx(ceiling(INPUTS["tabular"]), abs=0.04)


def test_claims_are_those_of_the_report_in_the_order_of_the_models():
    claims = facts.report_claims().set_index("model")
    assert tuple(claims.index) == NAMES
    assert claims["accuracy"].to_dict() == {
        "mlp": 0.7234, "cnn": 0.8567, "lstm": 0.7891, "autoencoder": 0.7456, "vgg16": 0.8923,
    }  # fmt: skip


def test_faults_name_tracks_that_exist_and_figures_their_protocol():
    known = gtzan_table().set_index("track_id")["identical_to"]
    example = facts.gtzan_faults()["example"].iloc[0].split(" = ")
    assert {known[example[0]], known[example[1]]} & set(example)
    published = facts.literature()
    assert published["protocol"].notna().all()
    assert published["accuracy"].between(10, 100).all()


def test_the_reports_arithmetic_holds_except_for_its_tracks():
    checked = own_figures.report_arithmetic().set_index("quantity")
    wrong = checked.index[~checked["agrees"]]
    assert len(checked) == 8
    assert list(checked.loc[wrong, "computed"]) == ["997", "560"]
    assert all("tracks" in quantity for quantity in wrong)


def test_what_only_the_artist_tells_is_worth_nothing_once_artists_are_kept_apart():
    """Twenty-four artists of two genres, each with a sound of its own and none of its genre."""
    rng = np.random.default_rng(0)
    artist = np.repeat(np.arange(24), 10)
    genre = np.array(["a", "b"])[artist % 2]
    values = pd.DataFrame(rng.normal(size=(24, 20))[artist] + rng.normal(0, 0.1, (240, 20)))
    mixed, apart = (
        separability.one_against_one(values, genre, groups)["area"].iloc[0]
        for groups in (None, artist.astype(str))
    )
    assert mixed > 0.95
    assert 0.2 < apart < 0.75
