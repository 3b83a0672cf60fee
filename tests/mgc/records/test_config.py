"""The configuration of a fit: ids that were published never change."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path

import pytest

from mgc.experiments.harness import VARIANT as STEP
from mgc.models import REFERENCES, recipe
from mgc.models.classical import ClassicalRecipe
from mgc.models.recipe import VARIANTS, Recipe, TunedRecipe, as_settings, from_settings
from mgc.records.checks import TRANSFER
from mgc.records.config import configuration, fit_id
from mgc.records.store import BESIDE, Store
from mgc.training.published import PLAN

RECORDS = Path(__file__).parents[3] / "book" / "records"
PUBLISHED = Store(RECORDS)


def listed() -> dict[str, dict[str, str]]:
    """Return the list of fits by id; a new fit gets a line, and no line ever changes."""
    with (Path(__file__).parent / "fit_ids.csv").open(encoding="utf-8", newline="") as lines:
        return {line["fit_id"]: line for line in csv.DictReader(lines)}


def test_a_fit_that_was_listed_has_its_id_for_ever() -> None:
    editions = {
        key: PUBLISHED.edition(key) for key in {one["edition"] for one in listed().values()}
    }
    for name, line in listed().items():
        edition = editions[line["edition"]]
        assert edition is not None
        config = configuration(
            edition.name,
            edition.content_hash,
            line["protocol"],
            line["model"],
            line["variant"] or "tuned",
            int(line["seed"]),
            edition.feature_version,
        )
        # The oldest baselines name a variant, although it does nothing to them.
        assert fit_id(config | {"variant": line["variant"]}) == name, line


def test_every_record_and_every_planned_fit_is_listed() -> None:
    known = listed()
    # Transfer and steps hold fits of other kinds, which tests of their own look after.
    stores = [".", *(name for name in BESIDE if name != "steps")]
    for folder in (one for store in stores for one in RECORDS.glob(f"{store}/fits/*/")):
        assert folder.name in known, folder
    keys = ("protocol", "variant", "model", "seed")
    lines = {
        (line["edition"].rpartition("-")[0], *(line[key] for key in keys))
        for line in known.values()
    }
    for block in PLAN:
        for model in block.models:
            variant = "" if model in REFERENCES else block.variant
            for seed in block.seeds:
                assert (block.edition, block.protocol, variant, model, str(seed)) in lines


@dataclass(frozen=True)
class LaterRecipe(TunedRecipe):
    """A recipe with a field that today's does not have."""

    tilt: float = 0.5


def test_a_later_field_enters_a_configuration_only_where_it_differs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    today = recipe("cnn", tuned=True)
    later = LaterRecipe(**vars(today))
    settings = as_settings(today, VARIANTS["tuned"])
    assert as_settings(later, VARIANTS["tuned"]) == settings
    tilted = replace(later, tilt=0.75)
    assert as_settings(tilted, VARIANTS["tuned"]) == settings | {"tilt": 0.75}
    monkeypatch.setattr(import_module("mgc.models.recipe"), "TunedRecipe", LaterRecipe)
    for plan in (later, tilted):
        assert from_settings(as_settings(plan, VARIANTS["tuned"])) == plan


def test_recipes_of_records_and_trials_are_read_back_as_they_were_written() -> None:
    files = [*RECORDS.glob("**/config.json"), *(RECORDS / "tuning").glob("*.json")]
    configs = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    own = [config.get("config", config) for config in configs]
    networks = [c for c in own if c["model"] != TRANSFER and c["variant"] != STEP]
    recipes = [config["recipe"] for config in networks]
    assert sum(map(bool, recipes)) > 100
    for settings in filter(None, recipes):
        if "kind" in settings:
            assert asdict(ClassicalRecipe(**settings)) == settings
            continue
        plan = from_settings(settings)
        assert isinstance(plan, Recipe)
        variant = replace(
            VARIANTS["tuned"], **{key: settings[key] for key in ("frame_pool", "augment")}
        )
        assert as_settings(plan, variant) == settings
