"""The tables that the book rests on are described, with sources and terms, and keep to it."""

from __future__ import annotations

import csv
import re
from importlib import resources
from typing import Any

import pytest

from mgc.datasets import facts
from mgc.datasets.artists import artist_folds, track_credits
from mgc.datasets.gtzan import gtzan_table

TABLES = resources.files("mgc") / "tables"
TYPES = {"string": str, "integer": int, "number": float}


def test_every_table_is_described_and_nothing_else_is() -> None:
    files = {path.name for path in TABLES.iterdir() if path.name.endswith(".csv")}
    assert {table["path"] for table in facts.described_tables()} == files


@pytest.mark.parametrize("table", facts.described_tables(), ids=lambda table: table["name"])
def test_a_table_is_what_its_description_says(table: dict[str, Any]) -> None:
    """Columns, types, limits and key of a Frictionless Table Schema, without its library."""
    assert table["title"]
    assert table["description"]
    assert all(source["title"] for source in table["sources"])
    assert all(licence["title"] for licence in table["licenses"])
    with (TABLES / table["path"]).open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        rows = list(reader)
    fields = table["schema"]["fields"]
    assert reader.fieldnames == [field["name"] for field in fields]
    for field in fields:
        limits = field.get("constraints", {})
        values = [row[field["name"]] for row in rows]
        assert all(values) or not limits.get("required"), field["name"]
        known = [TYPES[field["type"]](value) for value in values if value]
        assert all(value in limits.get("enum", known) for value in known)
        assert all(value >= limits.get("minimum", value) for value in known)
        assert all(value <= limits.get("maximum", value) for value in known)
        assert all(re.fullmatch(limits.get("pattern", ".*"), str(value)) for value in known)
    key = table["schema"]["primaryKey"]
    columns = [key] if isinstance(key, str) else key
    keys = [tuple(row[name] for name in columns) for row in rows]
    assert len(set(keys)) == len(keys)


def test_tables_by_track_speak_of_the_same_tracks_and_groups() -> None:
    names = set(gtzan_table()["track_id"])
    tempo = facts.tempo_and_key()
    assert set(tempo["track_id"]) == names == set(track_credits())
    for name, place in artist_folds().items():
        assert track_credits()[name].known
        assert track_credits()[name].group == place.group
    assert tempo.loc[tempo["tempo_bpm"].isna(), "track_id"].tolist() == ["reggae.00086"]
    assert tempo["key"].isna().sum() == 163
    modes = tempo["key"].dropna().str.extract(r"^[A-G]#? (major|minor)$")[0]
    assert modes.notna().all()


def test_ceilings_are_shares_between_a_guess_and_all() -> None:
    found = facts.ceilings()
    assert 0.1 < found["people"] < found["labels"] < 1
