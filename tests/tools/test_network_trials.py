"""The further trials that are planned are those that were made."""

from __future__ import annotations

from dataclasses import asdict

from mgc.evaluation.controls import STORE
from mgc.models.recipe import from_settings
from mgc.training import trials
from tests.helpers.outside import ROOT
from tools.network_trials import DRAWN, planned


def test_each_planned_trial_was_made_and_no_other():
    folder = ROOT / "book" / "records" / STORE / trials.FOLDER
    made = [trials.load(file)["config"] for file in folder.glob("*.json")]
    for model in DRAWN:
        plans = [trials.settings(model, changes) for changes in planned(model)]
        kept = [from_settings(each["recipe"]) for each in made if each["model"] == model]
        assert sorted(map(str, map(asdict, plans))) == sorted(map(str, map(asdict, kept)))
        assert len(set(map(str, plans))) == len(plans), "no setting is tried twice"


def test_two_and_three_times_the_epochs_come_first():
    usual = trials.settings("mlp", {}).epochs
    first = list(planned("mlp"))[:2]
    assert first == [{"epochs": 2 * usual}, {"epochs": 3 * usual}]
