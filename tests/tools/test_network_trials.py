"""The further trials that are planned are those that were made."""

from __future__ import annotations

from dataclasses import asdict, replace

from mgc.evaluation.controls import STORE
from mgc.models import recipe
from mgc.models.recipe import from_settings
from mgc.training import trials
from tests.helpers.outside import ROOT
from tools.network_trials import OWN, planned

RECORDS = ROOT / "book" / "records"


def kept(model, root):
    """Settings of the trials of a model that are kept in a store, as texts."""
    made = [trials.load(file)["config"] for file in (root / trials.FOLDER).glob("*.json")]
    settings = [from_settings(each["recipe"]) for each in made if each["model"] == model]
    return sorted(str(asdict(each)) for each in settings)


def test_each_planned_trial_was_made_and_no_other():
    for model in OWN:
        plans = [str(asdict(plan)) for plan in planned(model, RECORDS)]
        assert sorted(plans) == kept(model, RECORDS / STORE)


def test_no_setting_is_tried_twice():
    for model in OWN:
        every = kept(model, RECORDS) + kept(model, RECORDS / STORE)
        assert len(set(every)) == len(every), model


def test_two_and_three_times_the_epochs_come_first():
    published = recipe("mlp", tuned=True)
    first = list(planned("mlp", RECORDS))[:2]
    assert first == [replace(published, epochs=times * published.epochs) for times in (2, 3)]
