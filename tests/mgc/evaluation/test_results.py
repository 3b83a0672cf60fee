"""The tables of results: which records stand in them, and in which order."""

from dataclasses import replace

import numpy as np
import pytest

from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.splits import WATERFALL
from mgc.datasets.waterfall import clean_tracks
from mgc.display import result_tables
from mgc.evaluation import results, rungs
from mgc.models import NAMES, TITLES
from mgc.records.store import Store
from mgc.records.study import Study
from tests.helpers.gtzan import gtzan_edition
from tests.helpers.records import one_hot, predictions, save


@pytest.fixture
def study(tmp_path):
    """An archive without audio, beside the mini set with audio; no fits yet."""
    store, record = Store(tmp_path), gtzan_edition()
    store.save_edition(record)
    heard = record.tracks.assign(duration_s=30.0)
    store.save_edition(replace(record, name="gtzan-mini", tracks=heard))
    return Study(store, None, record, "fault_filtered", "tuned", (0,), tmp_path)


def put(study, model, edition_name, protocol, variant):
    """Save a made-up fit of one model."""
    config = study.config(model, variant, protocol) | {"edition": edition_name}
    save(study.store, predictions(), **config)


def test_the_second_edition_is_shown_in_its_fullest_variant(study):
    """One tuned network and two quick ones: quick; as many of both: the study's own."""
    assert results.second_edition(study) is None
    put(study, "mlp", "gtzan-mini", "cv5", "tuned")
    put(study, "mlp", "gtzan-mini", "cv5", "quick")
    same = results.second_edition(study)
    assert (same.variant, same.protocol) == ("tuned", "cv5")
    put(study, "cnn", "gtzan-mini", "cv5", "quick")
    assert results.second_edition(study).variant == "quick"


def test_tables_keep_the_order_of_models_and_protocols(study):
    """Whichever model has the first protocol, the table begins with the MLP."""
    put(study, "vgg16", "gtzan-archive", "random", "tuned")
    for name in reversed(NAMES):
        put(study, name, "gtzan-archive", "fault_filtered", "tuned")
    table = results.by_protocol(study)
    assert table["model"].drop_duplicates().tolist() == list(NAMES)
    protocols = table.loc[table["model"] == "vgg16", "protocol"]
    assert protocols.tolist() == ["random", "fault_filtered"]
    shown = result_tables.protocol_table(table)
    assert shown.columns.name is None, "it would become a heading of its own"
    assert shown["Model"].tolist() == [TITLES[name] for name in NAMES]
    assert shown.loc[0, "random"] == "–"
    both = result_tables.editions_table(table, table[table["model"] == "cnn"])
    assert both["Model"].tolist() == [TITLES[name] for name in NAMES]
    assert both.loc[0, "mini, fault-filtered"] == "–"
    assert both.loc[1, "mini, fault-filtered"] != "–"


def test_rungs_are_scored_on_the_tracks_that_all_of_them_test(study, tmp_path):
    """Wrong on every faulty track and right on the others is right throughout."""
    table = gtzan_table()
    faulty = table.loc[table["fault_filtered"] == "", "track_id"].head(2).tolist()
    pairs = [(name, name.split(".")[0]) for name in (*sorted(clean_tracks())[:3], *faulty)]
    rows = one_hot([(name, true, "pop" if name in faulty else true) for name, true in pairs])
    for rung in (WATERFALL[0], WATERFALL[-1]):
        save(Store(tmp_path / "waterfall"), rows, **study.config("mlp", "tuned", rung))
    save(Store(tmp_path / "waterfall"), rows, **study.config("cnn", "retuned", WATERFALL[0]))
    found = results.waterfall(study).set_index("label")
    assert found.loc["MLP", "protocol"].tolist() == [WATERFALL[0], WATERFALL[-1]]
    assert found.loc["CNN, tuned further", "protocol"] == WATERFALL[0]
    assert found["accuracy"].tolist() == [1.0] * 3
    assert found["n_tracks"].tolist() == [3] * 3


def test_a_step_is_what_two_rungs_differ_by(study, tmp_path):
    """Against the accuracies of the rungs; a model without all rungs has no step."""
    names = sorted(clean_tracks())[::9]
    for number, rung in enumerate(WATERFALL):
        wrong = np.random.default_rng(number).random(len(names)) < 0.1 * number
        said = ["pop" if w else name.split(".")[0] for name, w in zip(names, wrong, strict=True)]
        rows = one_hot([(n, n.split(".")[0], s) for n, s in zip(names, said, strict=True)])
        save(Store(tmp_path / "waterfall"), rows, **study.config("mlp", "tuned", rung))
    save(Store(tmp_path / "waterfall"), rows, **study.config("cnn", "tuned", WATERFALL[0]))
    share = results.waterfall(study).set_index(["key", "protocol"])["accuracy"]
    found = rungs.steps(study)
    assert found["key"].tolist() == ["mlp", "mlp"]
    for row in found.set_index("step").itertuples():
        above, below = (share["mlp", rung] for rung in rungs.STEPS[row.Index])
        assert (row.first, row.last) == pytest.approx((above, below))
        assert row.mean == pytest.approx(below - above)
        assert row.low < row.mean < row.high


def test_networks_count_as_tuned_further_once_all_five_are(study):
    """Four of them leave a study as it is, and one about another variant always stays."""
    for model in NAMES:
        assert study.tuned_further() == study
        put(study, model, "gtzan-archive", "fault_filtered", "retuned")
    assert study.tuned_further() == replace(study, variant="retuned")
    assert replace(study, protocol="random").tuned_further().variant == "tuned"
    other = replace(study, variant="as_written")
    assert other.tuned_further() == other


def test_controls_stand_beside_the_first_with_a_test(study):
    """What was not run is left out; the difference is that of the accuracies."""
    for variant, skill in (("tuned", 9.0), ("random_weights", 0.0)):
        for seed in (0, 1, 2):
            config = study.config("vgg16", variant, seed=seed)
            save(study.store, predictions(seed, 10, skill), **config)
    found = results.controls(study, "vgg16", "tuned", "block5", "random_weights")
    shown = result_tables.controls_table(found).set_index("Fits")
    assert list(shown.index) == ["tuned", "VGG16 with random weights"]
    assert shown["Seeds"].tolist() == [3, 3]
    assert shown.loc["tuned", "Against tuned"] == ""
    gap = shown.loc["VGG16 with random weights", "Against tuned"]
    measured = [float(text.split("\u00a0")[0]) for text in shown["Accuracy"]]
    assert float(gap.split("\u00a0")[0].replace("−", "-")) == pytest.approx(
        measured[1] - measured[0], abs=0.11
    )
    assert "p\u00a0<\u00a00.001" in gap


def test_controls_that_were_not_run_leave_an_empty_table(study):
    """The demo has none of them."""
    found = results.controls(study, "vgg16", "tuned", "random_weights")
    assert result_tables.controls_table(found).empty
