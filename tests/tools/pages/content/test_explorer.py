"""What the confusion explorer counts is what the records say, recomputed here from their files."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix

from mgc.datasets import gtzan
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.display.comparison import best_model
from mgc.errors import RecordError
from mgc.models import CLASSICAL
from mgc.models.recipe import ABLATIONS
from mgc.records.editions import EditionRecord
from mgc.records.store import Record, Store
from mgc.records.study import open_study
from tests.helpers import records
from tests.helpers.outside import ROOT
from tools.pages.content import explorer

RECORDS = ROOT / "book" / "records"
FITS = RECORDS / "fits"
FIRST = ("gtzan-archive", "artist_cv", "retuned")
FACTS = ROOT / "mgc" / "tables" / "gtzan_tracks.csv"
P = list(P_COLUMNS)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what the staged file assigns, read back as JSON."""
    store = Store(RECORDS)
    made = explorer.describe(store, store.find(), FIRST)
    folder = tmp_path_factory.mktemp("staged")
    explorer.stage(folder, folder, made)
    text = (folder / "explorer-data.js").read_text(encoding="utf-8")
    assert text.startswith("const mgcExplorer = {")
    assert text.endswith("};\n")
    assert len(text) < 650_000  # with 970 tracks a model under the folds of artists
    read: dict[str, Any] = json.loads(text.removeprefix("const mgcExplorer = ").rstrip(";\n"))
    return read


def rows_of(fit: str) -> pd.DataFrame:
    """Return the test rows of a record, from its file alone."""
    table = pd.read_csv(FITS / fit / "predictions.csv").query("part == 'test'")
    return table.sort_values(["track_id", "segment"], ignore_index=True)


def config(fit: str) -> dict[str, Any]:
    return dict(json.loads((FITS / fit / "config.json").read_text()))


def named(rows: pd.DataFrame) -> list[str]:
    return [GENRES[place] for place in rows[P].to_numpy().argmax(axis=1)]


def units(data: dict[str, Any], view: dict[str, Any], fit: dict[str, Any]) -> list[str]:
    """Track of each tested unit, as the script reads them."""
    part = data["units"][fit["units"]]
    places = np.repeat(np.cumsum(part["steps"]), part["each"])
    return [data["editions"][view["edition"]]["tracks"][place] for place in places]


def unpacked(text: str, alphabet: str, single: int) -> list[int]:
    """Read packed numbers, written anew after the description of `pack`."""
    found, at = [], 0
    while at < len(text):
        place = alphabet.index(text[at])
        if place >= single:
            at += 1
            place = single + len(alphabet) * (place - single) + alphabet.index(text[at])
        found.append(place)
        at += 1
    return found


def shown(data: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(view, data["groups"][one]) for view in data["views"] for one in view["groups"]]


def test_each_matrix_and_accuracy_is_that_of_scikit_learn(data: dict[str, Any]) -> None:
    seen = set()
    for view, group in shown(data):
        for fit in group["seeds"]:
            rows, facts = rows_of(fit["fit"]), config(fit["fit"])
            assert (facts["model"], facts["seed"]) == (group["model"], fit["seed"])
            assert facts["protocol"] == view["protocol"]
            assert facts["variant"] in ("", view["variant"])
            truth, said = rows["genre"].tolist(), named(rows)
            expected = confusion_matrix(truth, said, labels=list(GENRES))
            counted = explorer.matrix(data, view, {"seeds": [fit]})
            assert counted == expected.tolist(), fit["fit"]
            assert units(data, view, fit) == rows["track_id"].tolist()
            assert [GENRES[int(digit)] for digit in fit["said"]] == said
            assert fit["accuracy"] == pytest.approx(accuracy_score(truth, said), abs=1e-12)
            seen.add(fit["fit"])
        mean = np.mean([fit["accuracy"] for fit in group["seeds"]])
        assert group["all"]["accuracy"] == pytest.approx(mean, abs=1e-12)
        assert group["all"]["text"] == f"{100 * mean:.1f}\u00a0%"
        assert group["all"]["low"] <= mean <= group["all"]["high"]
        counts = np.array(explorer.matrix(data, view, group))
        assert counts.trace() / counts.sum() == pytest.approx(mean, abs=1e-12)
    left = [config(path.name) for path in FITS.iterdir() if path.name not in seen]
    # Ablations are the chapters'; baselines that were kept under "quick" have a record of their
    # own; of the classical models the best is enough.
    assert {fit["variant"] for fit in left if fit["model"] not in CLASSICAL} <= {
        "quick",
        *ABLATIONS,
    }


def test_probabilities_are_means_of_the_records_in_hundredths(data: dict[str, Any]) -> None:
    for view, group in shown(data):
        rows = pd.concat([rows_of(fit["fit"]) for fit in group["seeds"]])
        mean = 100 * rows.groupby("track_id")[P].mean()
        packed = unpacked(group["p"], data["alphabet"], data["single"])
        found = np.reshape(packed, (-1, len(GENRES)))
        assert len(found) in (1, len(mean)), view["protocol"]
        assert np.abs(found - mean.to_numpy()).max() <= 0.5 + 1e-6


def test_the_first_view_shows_the_recommended_model(data: dict[str, Any]) -> None:
    edition, protocol, variant = FIRST
    study = open_study(edition, records=RECORDS, protocol=protocol, variant=variant)
    group = data["groups"][data["start"]["group"]]
    assert group["model"] == best_model(study.groups())
    table = explorer.table(data)
    assert group["all"]["text"] in table
    view = data["views"][data["start"]["view"]]
    expected = [str(n) for row in explorer.matrix(data, view, group) for n in row]
    cells = [part.split("</td>")[0].split(">")[1] for part in table.split('data-level="')[1:]]
    assert cells == expected, "the table without JavaScript holds the same counts"


def test_packed_numbers_come_back() -> None:
    numbers = [*range(101), *random.Random(4).choices(range(101), k=500)]
    text = explorer.pack(numbers)
    assert unpacked(text, explorer.ALPHABET, explorer.SINGLE) == numbers
    assert len(explorer.ALPHABET) == len(set(explorer.ALPHABET)) == 90
    assert not set('"\\<\n') & set(text), "means itself in a script"


def record(p: list[list[float]]) -> Record:
    """Make a record of two tracks whose probabilities are given."""
    rows = records.one_hot([("blues.00000", "blues", ""), ("rock.00000", "rock", "")])
    rows[P] = p
    return records.unsaved(rows)


def test_equal_and_nearly_equal_probabilities_are_counted_as_in_the_record() -> None:
    tie = [0.0, 0.4, 0.0, 0.4, *[0.0] * 5, 0.2]
    near = [0.0, 0.4001, 0.0, 0.4002, 0.1, *[0.0] * 4, 0.0997]
    made = explorer._Made()
    group = made._group([record([tie, near])], {"blues.00000": 0, "rock.00000": 1})
    assert group["seeds"][0]["said"] == "13", "first of equals; rounding must not decide"
    flat = unpacked(group["p"], explorer.ALPHABET, explorer.SINGLE)
    assert flat[11] == flat[13] == 40, "although they look equal afterwards"


def test_a_track_that_the_edition_lacks_is_refused() -> None:
    one = record([[1.0, *[0.0] * 9]] * 2)
    with pytest.raises(RecordError, match=r"rock\.00000"):
        explorer._Made()._group([one], {"blues.00000": 0})


def test_without_records_the_page_says_so(tmp_path: Path) -> None:
    explorer.stage(tmp_path, tmp_path, {})
    assert "nothing to explore" in (tmp_path / "explorer.md").read_text()
    assert explorer.clips({}) == set()


def test_only_the_demo_edition_plays(data: dict[str, Any]) -> None:
    assert explorer.clips(data) == set()
    tracks = pd.DataFrame({"track_id": ["pop.00000"], "genre": ["pop"]})
    demo = EditionRecord("demo", "0" * 64, 1, "1", (), {}, tracks, pd.DataFrame())
    made = explorer._edition(demo, ["pop.00000"])
    assert made["audio"] == "_static/audio/"
    assert made["faults"] == {}, "the demo's ids are not GTZAN's tracks"
    assert explorer.clips({"editions": [made]}) == {"pop.00000"}


def test_known_faults_are_those_of_the_facts(data: dict[str, Any]) -> None:
    table = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    double = table[table["identical_to"] != ""]
    copies = set(double["track_id"]) | set(double["identical_to"])
    gone = set(table.loc[table["fault_filtered"] == "", "track_id"])
    marks = gtzan.known_faults("gtzan-archive")
    kinds = {track: {one.kind for one in found} for track, found in marks.items()}
    assert {track for track, found in kinds.items() if "repeat" in found} == copies
    assert {track for track, found in kinds.items() if "excluded" in found} == gone
    mislabelled = {track for track, found in kinds.items() if "label" in found}
    assert mislabelled == {"metal.00058", "rock.00016"}
    assert kinds["reggae.00086"] == {"distorted", "excluded"}
    edition = data["editions"][0]
    shown = {edition["tracks"][int(place)] for place in edition["faults"]}
    assert shown == set(marks) & set(edition["tracks"])
