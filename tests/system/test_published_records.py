"""The published records: complete, small, and in the order that leakage gives the protocols."""

from __future__ import annotations

import zlib
from collections import Counter
from pathlib import Path

import pytest

from mgc.evaluation import leakage
from mgc.evaluation.accuracy import accuracy_summary
from mgc.models import BASELINES, NAMES
from mgc.records.store import NotRun, Store
from mgc.records.study import open_study
from mgc.training.published import ARCHIVE, MINI, PLAN
from mgc.training.trials import table
from tests.helpers.outside import ROOT

RECORDS = ROOT / "book" / "records"


def accuracy(model: str, protocol: str) -> float:
    """Mean accuracy of a tuned model over its published seeds."""
    study = open_study(ARCHIVE, records=RECORDS, protocol=protocol, variant="tuned")
    records = study.groups(models=(model,))[model]
    assert not isinstance(records, NotRun), f"no published record of {model} under {protocol}"
    return accuracy_summary(records).accuracy


@pytest.mark.parametrize("model", ["mlp", "cnn", "lstm", "vgg16"])
def test_leaks_raise_a_score_and_filtering_lowers_it(model: str) -> None:
    """A network for which this did not hold would learn nothing, or its splits would be wrong."""
    for leaky, strict in leakage.STEPS:
        assert accuracy(model, leaky) > accuracy(model, strict) + 0.02


def test_everybody_beats_guessing() -> None:
    for model in (*NAMES, "logistic"):
        assert accuracy(model, "fault_filtered") > accuracy("majority", "fault_filtered") + 0.1


def test_the_store_stays_small_enough_to_be_cloned() -> None:
    """A clone carries it compressed: none is large, and all take half a minute at 10 Mbit/s."""
    size = {path: len(zlib.compress(path.read_bytes())) for path in RECORDS.rglob("*.*")}
    of_record: Counter[Path] = Counter()
    for path, n_bytes in size.items():
        if path.parent.parent.name == "fits":
            of_record[path.parent] += n_bytes
    assert max(of_record.values()) < 150e3, of_record.most_common(1)
    assert sum(size.values()) < 30 * 10e6 / 8


def test_the_headline_has_all_models_and_three_seeds() -> None:
    store = Store(RECORDS)
    for models, variant, n_seeds in ((NAMES, "tuned", 3), (BASELINES, "", 1)):
        for model in models:
            where = {"edition": ARCHIVE, "protocol": "fault_filtered", "model": model}
            assert len(store.find(**where, variant=variant)) == n_seeds, model
    assert store.edition(MINI) is not None
    assert store.edition("demo") is not None, "chapter 5 measures the effect of its artists"


def test_every_record_belongs_to_the_plan_or_to_the_quick_variant() -> None:
    planned = {
        (block.edition, block.protocol, block.variant if model in NAMES else "", model, seed)
        for block in PLAN
        for model in block.models
        for seed in block.seeds
    }
    keys = ("edition", "protocol", "variant", "model", "seed")
    store = Store(RECORDS)
    for record in (*store.find(), *store.leak.find()):
        assert tuple(record.config[key] for key in keys) in planned or (
            record.config["variant"] == "quick"
        ), record.fit_id


@pytest.mark.parametrize("model", NAMES)
def test_the_recipe_is_the_best_of_its_trials_on_validation_tracks(model: str) -> None:
    """Chapter 4: the lowest log loss in two decimals, and of equals the higher accuracy."""
    trials = table(RECORDS)
    trials = trials[trials["model"] == model].copy()
    assert len(trials) > 1
    trials["valid_log_loss"] = trials["valid_log_loss"].round(2)
    ranked = trials.sort_values(["valid_log_loss", "valid_accuracy"], ascending=[True, False])
    assert ranked["chosen"].tolist() == [True] + [False] * (len(ranked) - 1)
