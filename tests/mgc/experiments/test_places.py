"""Where fits ran is what their environments say, and times compare in one place alone."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from mgc.experiments import ledger, places
from mgc.experiments.plan import STEPS
from mgc.records.study import open_study
from tests.helpers.outside import ROOT
from tests.helpers.records import answers, unsaved

BOOK = ROOT / "book"
FOLDERS = ("fits", "steps/fits", "transfer/fits")


def test_rows_whose_fits_ran_in_two_places_are_named():
    """Device and backend are read from the environments of fits and of their members."""

    def ran_on(fit: str) -> set[tuple[str, bool]]:
        (folder,) = (
            BOOK / "records" / part / fit for part in FOLDERS
            if (BOOK / "records" / part / fit).is_dir()
        )  # fmt: skip
        recipe = json.loads((folder / "config.json").read_text())["recipe"]
        if "members" in recipe:
            return set().union(*map(ran_on, recipe["members"]))
        made = json.loads((folder / "environment.json").read_text())
        return {(made["device"], made["packages"].get("tensorflow") == "not installed")}

    measured = ledger.load(BOOK / "records").dropna(subset=["difference"])
    expected = [
        row.step
        for row in measured.itertuples()
        if len(set().union(*map(ran_on, f"{row.fits} {row.control_fits}".split()))) > 1
    ]
    study = open_study("gtzan-archive", records=BOOK / "records", protocol="artist_cv")
    assert places.on_two_machines(study, STEPS) == expected
    assert "A small transformer on patches" in expected


def test_times_are_compared_between_seeds_of_one_model_in_one_place():
    def timed(seconds: float, **environment: object) -> object:
        record = unsaved(answers([True] * 10), seed=0)
        return replace(
            record, environment=record.environment | environment | {"duration_s": seconds}
        )

    card = timed(1, device="GPU something")
    assert places.spread_of_times([timed(10), timed(30), card]) == 3
    assert np.isnan(places.spread_of_times([card]))
