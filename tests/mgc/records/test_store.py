"""Records: written whole, read with suspicion, never executed."""

import json
import pickle
import re
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from mgc.datasets.tracks import GENRES
from mgc.errors import RecordError
from mgc.records.config import canonical, fit_id
from mgc.records.editions import EditionRecord
from mgc.records.store import Store, default_root, load_record
from tests.helpers.records import (
    ARCHITECTURE,
    ENVIRONMENT,
    PROBABILITIES,
    config,
    history,
    predictions,
    save,
)

FILES = ("config.json", "environment.json", "architecture.json", "history.csv", "predictions.csv")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "records")


def edition(**changes):
    tracks = pd.DataFrame(
        {
            "track_id": ["rock.00001", "blues.00000"],
            "genre": ["rock", "blues"],
            "artist": ["", "blues-a"],
            "silence_share": [0.123456789, np.nan],
            "error": ["", "unreadable"],
        }
    )
    tabular = pd.DataFrame({"track_id": ["rock.00001"], "mfcc_01_mean": [-123.456789]})
    whole = EditionRecord(
        "demo", "cd" * 32, 2, "1", ("jazz",), {"blues.00000": "unreadable"}, tracks, tabular
    )
    return replace(whole, **changes)


def test_round_trip(store):
    saved = save(store)
    read = load_record(saved.path)
    assert read.fit_id == saved.path.name == fit_id(config())
    assert read.config == config()
    assert read.environment == ENVIRONMENT
    assert read.architecture == ARCHITECTURE
    assert read.parameters == 75
    assert_frame_equal(read.predictions, saved.predictions)
    assert_frame_equal(read.history, history())
    before = predictions().set_index(["track_id", "part"])[PROBABILITIES].sort_index()
    after = read.predictions.set_index(["track_id", "part"])[PROBABILITIES].sort_index()
    np.testing.assert_allclose(after, before, atol=5e-7)
    assert read.predictions[PROBABILITIES].dtypes.eq("float64").all()


def test_same_fit_gives_the_same_plain_text_whatever_the_order_of_rows(tmp_path):
    one = save(Store(tmp_path / "a"))
    two = save(Store(tmp_path / "b"), predictions().sample(frac=1, random_state=1))
    assert one.fit_id == two.fit_id
    for name in FILES:
        content = (one.path / name).read_bytes()
        assert content == (two.path / name).read_bytes()
        assert b"\r" not in content
        assert content.endswith(b"\n")
    assert sorted(p.name for p in one.path.iterdir()) == sorted([*FILES, "checksums.json"])
    assert json.loads((one.path / "config.json").read_text()) == config()
    lines = (one.path / "predictions.csv").read_text().splitlines()
    assert lines[0] == "track_id,segment,part,fold,genre," + ",".join(f"p_{g}" for g in GENRES)
    assert lines[1].startswith("blues.00002,-1,valid,fold1,blues,0.")
    assert all(len(cell) == 8 for cell in lines[1].split(",")[5:])


@given(st.permutations(sorted(config())))
def test_id_depends_on_content_and_not_on_the_order_of_keys(keys):
    assert fit_id({key: config()[key] for key in keys}) == fit_id(config())


def test_id_is_a_known_value():
    """The id is part of the format: committed records would lose their names if it changed."""
    assert canonical({"b": [1, 0.5], "a": "ü"}) == '{"a":"\\u00fc","b":[1,0.5]}'
    # printf '{"a":1}' | sha256sum
    assert fit_id({"a": 1}) == "015abd7f5cc57a2d"


def test_find_filters_and_sorts(store):
    for change in ({"model": "vgg16"}, {"model": "cnn", "seed": 2}, {"model": "cnn"}):
        save(store, **change)
    save(store, protocol="random", model="cnn")
    found = store.find(protocol="cv5")
    assert [(r.model, r.config["seed"]) for r in found] == [("cnn", 0), ("cnn", 2), ("vgg16", 0)]
    assert len(store.find()) == 4
    assert store.find(model="lstm") == []
    assert store.get(found[0].fit_id).config == found[0].config
    assert store.get("0" * 16) is None
    assert Store(store.root / "nowhere").find() == []


def test_saving_again_replaces(store):
    save(store, predictions(seed=1))
    again = save(store, predictions(seed=2))
    assert len(store.find()) == 1
    assert_frame_equal(store.get(again.fit_id).predictions, again.predictions)
    assert [p.name for p in store.fits.iterdir()] == [again.fit_id]


@pytest.mark.parametrize("look", [Store.find, lambda store: [store.get(fit_id(config()))]])
def test_killed_while_replacing_the_next_look_finds_the_new_record(store, look):
    """A child ends when the old record has left its place and the new one is not yet there."""
    save(store, predictions(seed=1))
    script = textwrap.dedent(f"""
        import os, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parents[3])!r})
        from mgc.records.store import Store
        from tests.helpers.records import predictions, save
        rename = Path.rename
        Path.rename = lambda old, new: os._exit(9) if old.name == "new" else rename(old, new)
        save(Store({str(store.root)!r}), predictions(seed=2))
    """)
    assert subprocess.run([sys.executable, "-c", script]).returncode == 9
    assert not (store.fits / fit_id(config())).exists()
    (record,) = look(store)
    again = save(Store(store.root / "other"), predictions(seed=2))
    assert_frame_equal(record.predictions, again.predictions)
    assert [path.name for path in store.fits.iterdir()] == [record.fit_id]


def test_what_is_half_written_is_never_found_and_an_error_leaves_what_was_there(
    store, monkeypatch
):
    kept = save(store, predictions(seed=1))

    def fail(*_):
        half = next(path for path in store.fits.iterdir() if path.name != kept.fit_id)
        assert half.name.startswith(".")
        assert [record.fit_id for record in store.find()] == [kept.fit_id]
        raise ZeroDivisionError

    monkeypatch.setattr("mgc.records.store.csv_bytes", fail)
    with pytest.raises(ZeroDivisionError):
        save(store, predictions(seed=2), seed=1)
    with pytest.raises(ZeroDivisionError):
        save(store, predictions(seed=2))
    assert [p.name for p in store.fits.iterdir()] == [kept.fit_id]
    assert_frame_equal(store.get(kept.fit_id).predictions, kept.predictions)


ROW = r"(?<=,blues,)[0-9.,]+"
"""The probabilities of a row."""


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("predictions.csv", "p_jazz", "jazz", "column p_jazz is missing"),
        ("predictions.csv", "fold1,blues", "fold1,rock", "blues.00002 has the wrong genre rock"),
        ("predictions.csv", "fold1,blues", "fold1,polka", "genre 'polka' is no known genre"),
        ("predictions.csv", "0,-1,test,fold1,blues", "2,-1,test,f,rock", "a track has two genres"),
        ("predictions.csv", ",valid,", ",train,", "part 'train' is no known part"),
        ("predictions.csv", ",-1,", ",3,", "segment 3 is no known segment"),
        ("predictions.csv", r".*,test,.*\n", "", "part test has no rows"),
        ("predictions.csv", r".*,fold1,.*\n", "", "holds no rows"),
        ("predictions.csv", r"(.*\n)\Z", r"\1\1", "predicted twice in fold fold1"),
        ("predictions.csv", r"(.*)fold1(.*\n)\Z", r"\g<0>\1f\2", "in the test part of two folds"),
        ("predictions.csv", "blues,0.", "blues,x.", "no number"),
        ("predictions.csv", r",[^,]*\Z", ",\n", "no number"),
        ("predictions.csv", ROW, "0.2" + ",0" * 9, "blues.00002 sum to 0.2000"),
        ("predictions.csv", ROW, "0.1001" + ",0.1" * 8 + ",0.101", "sum to 1.0011"),
        ("predictions.csv", ROW, "1.5,-0.5" + ",0" * 8, "negative or no number"),
        ("predictions.csv", ROW, "nan" + ",0.1" * 9, "no number"),
        ("predictions.csv", ROW, "inf" + ",0.1" * 9, "negative or no number"),
        ("predictions.csv", r"\A(?s:.)*", "", "not a readable table"),
        ("predictions.csv", r"\Z", "a" + "," * 99, "not a readable table"),
        ("predictions.csv", "blues.00000", "blues.00077", "was changed after it was written"),
        ("history.csv", ",fit,", ",warm,", "stage 'warm'"),
        ("history.csv", "val_loss", "v", "val_loss is missing"),
        ("history.csv", "2.3,", "two,", "loss holds something"),
        ("environment.json", r"(?s:.){9}\Z", "", "not valid JSON"),
        ("environment.json", "90.0", "NaN", "not valid JSON"),
        ("environment.json", r"\A(?s:.)*", "[]", "holds no environment"),
        ("environment.json", "device", "d", "device is missing"),
        ("environment.json", "packages", "p", "packages is missing"),
        ("environment.json", "90.0", "-1", "duration_s is missing"),
        ("architecture.json", r"\A(?s:.)*", "{}", "holds no list of layers"),
        ("architecture.json", '"type"', '"t"', "layer 0 has no type"),
        ("architecture.json", "20", '"20"', "'20' parameters"),
        ("config.json", '"seed": 0', '"seed": 1', "hashes to"),
        ("config.json", '"model"', '"m"', "key model is missing"),
        ("config.json", '"seed": 0', '"seed": true', "no int"),
        ("config.json", '"seed": 0', '"seed": -1', "below 0"),
        ("config.json", r"\A(?s:.)*", "[]", "holds no configuration"),
        ("config.json", '"format": 1', '"format": 2', "format 2"),
        ("config.json", "cv5", "cv7", "unknown protocol 'cv7'"),
        ("checksums.json", r"\A(?s:.)*", "{}", "does not list exactly"),
        ("edition.json", '"n_tracks"', '"n"', "n_tracks is missing"),
        ("edition.json", '"demo"', '"demi"', "describes demi-cdcdcdcd"),
        ("tracks.csv", ",rock,", ",polka,", "genre 'polka'"),
        ("tracks.csv", "blues.00000", "rock.00001", "rock.00001 occurs twice"),
        ("tabular.csv", "rock.00001", "rock.00002", "rock.00002 is not among the tracks"),
        ("tabular.csv", "-123.457", "much", "mfcc_01_mean holds something"),
        ("tabular.csv", "-123.457", "inf", "mfcc_01_mean holds something"),
        ("tabular.csv", "-123.457", "1\nrock.00001,2", "rock.00001 occurs twice"),
        ("tabular.csv", "track_id", "id", "track_id is missing"),
    ],
)
def test_each_damage_is_named_with_its_file(store, name, old, new, fault):
    record = save(store)
    store.save_edition(edition())
    (file,) = store.root.rglob(name)
    text = file.read_text()
    changed = re.sub(old, new, text)
    assert changed != text
    file.write_text(changed)
    reads = [lambda: load_record(record.path), store.find]
    if file.parent != record.path:
        reads = [lambda: store.edition("demo")]
    for read in reads:
        with pytest.raises(RecordError) as caught:
            read()
        assert str(file) in str(caught.value)
        assert fault in str(caught.value)


@pytest.mark.parametrize("name", [*FILES, "checksums.json"])
def test_a_missing_file_or_one_that_is_no_text_is_named(store, name):
    file = save(store).path / name
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordError, match=rf"{name}: not a text file"):
        load_record(file.parent)
    file.unlink()
    with pytest.raises(RecordError, match=rf"{name}: the file is missing"):
        load_record(file.parent)
    file.mkdir()
    with pytest.raises(RecordError, match=rf"{name}: cannot be read"):
        load_record(file.parent)
    with pytest.raises(RecordError, match="no such record"):
        load_record(store.root / "fits" / "0123")


class Bomb:
    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return (open, (self.target, "w"))


@pytest.mark.parametrize("name", [*FILES, "checksums.json"])
def test_a_pickle_in_place_of_a_file_is_refused_and_never_run(store, tmp_path, name):
    harmed = tmp_path / "harmed"
    record = save(store)
    for protocol in (0, pickle.HIGHEST_PROTOCOL):
        (record.path / name).write_bytes(pickle.dumps(Bomb(harmed), protocol))
        with pytest.raises(RecordError, match=name):
            load_record(record.path)
    assert not harmed.exists()


def test_checkout_with_other_line_ends_still_counts_as_unchanged(store):
    record = save(store)
    for name in FILES:
        file = record.path / name
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert_frame_equal(load_record(record.path).predictions, record.predictions)


def test_what_is_no_record_is_not_saved(store):
    cases = [
        (config(protocol="cv7"), ENVIRONMENT, predictions(), "unknown protocol"),
        (config(), {"device": "CPU"}, predictions(), "packages is missing"),
        (config(), ENVIRONMENT, predictions().drop(columns="fold"), "column fold is missing"),
        (config(), ENVIRONMENT, predictions().iloc[:0], "holds no rows"),
        (config(protocol="leaky_segments"), ENVIRONMENT, predictions(), "segment -1 is no known"),
    ]
    for settings, environment, rows, fault in cases:
        with pytest.raises(RecordError, match=fault):
            store.save(settings, environment, ARCHITECTURE, history(), rows)
    assert store.find() == []


def test_leaky_records_baselines_and_custom_names(store):
    leaky = save(store, predictions(segments=range(10)), protocol="leaky_segments")
    assert len(leaky.predictions) == 10 * len(predictions())
    plain = store.save(
        config(model="majority"), ENVIRONMENT, [], history().iloc[:0], predictions()
    )
    assert plain.parameters == 0
    assert plain.history.empty
    odd = predictions().replace({"track_id": {"blues.00000": "rock.my own, song"}})
    own = save(store, odd, edition="custom")
    assert "rock.my own, song" in set(own.predictions["track_id"])


def test_edition_round_trip(store):
    store.save_edition(edition())
    for name in ("demo", "demo-cdcdcdcd"):
        read = store.edition(name)
        assert (read.name, read.content_hash, read.n_tracks) == ("demo", "cd" * 32, 2)
        assert (read.missing_genres, read.left_out) == (("jazz",), {"blues.00000": "unreadable"})
        assert read.tracks["track_id"].tolist() == ["blues.00000", "rock.00001"]
        assert read.tracks["artist"].tolist() == ["blues-a", ""]
        assert read.tracks["silence_share"].tolist()[1] == 0.123457
        assert read.tabular["mfcc_01_mean"].tolist() == [-123.457]
    assert store.edition("gtzan") is None
    store.save_edition(edition(content_hash="01" * 32))
    with pytest.raises(RecordError, match="demo-01010101, demo-cdcdcdcd"):
        store.edition("demo")
    assert store.edition("demo-01010101").content_hash == "01" * 32
    store.save_edition(edition(name="gtzan-mini"))
    assert store.edition("gtzan") is None
    assert store.edition("gtzan-mini").name == "gtzan-mini"


def test_default_root(tmp_path, monkeypatch):
    records = tmp_path / "clone" / "book" / "records"
    below = tmp_path / "clone" / "book" / "sub"
    below.mkdir(parents=True)
    monkeypatch.delenv("MGC_RECORDS", raising=False)
    monkeypatch.chdir(below)
    with pytest.raises(RecordError, match="MGC_RECORDS"):
        default_root()
    records.mkdir()
    assert default_root() == records
    monkeypatch.setenv("MGC_RECORDS", str(tmp_path / "mine"))
    assert default_root() == tmp_path / "mine"


def test_reading_records_needs_no_tensorflow():
    code = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None; "
        "import mgc.records.store, mgc.datasets.protocols, mgc.evaluation.results; print('fine')"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert out.stdout == "fine\n"
