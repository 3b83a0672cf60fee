"""Editions are found, named by content, and their files checked."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile

from mgc.datasets import demo, gtzan, opening, quality
from mgc.datasets import edition as edition_module
from mgc.datasets import tracks as tracks_module
from mgc.datasets.edition import Edition
from mgc.datasets.tracks import GENRES, Track
from mgc.datasets.verify import verify
from mgc.errors import DataError
from tests.helpers import corpus


def write(path: Path, seconds: float = 2.0, rate: int = 22_050, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).normal(0, 0.1, int(seconds * rate))
    soundfile.write(path, noise, rate)
    return path


def cut(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])


def check_one(tmp_path: Path, track_id: str) -> dict[str, Any]:
    rows = verify(opening.open_edition(tmp_path)).set_index("track_id")
    return {str(name): value for name, value in rows.loc[track_id].items()}


def digests_of(table: pd.DataFrame) -> dict[str, edition_module.Digest]:
    pairs = zip(table["track_id"], table["md5"], strict=True)
    return {track_id: edition_module.Digest(md5, "") for track_id, md5 in pairs}


# Finding tracks


@pytest.mark.parametrize("layout", [".", "genres", "genres_original"])
@pytest.mark.parametrize("suffix", [".wav", ".au", ".flac", ".ogg", ".aiff", ".WAV"])
def test_tracks_are_found_in_every_layout_and_format(
    tmp_path: Path, layout: str, suffix: str
) -> None:
    path = write(tmp_path / layout / "jazz" / f"jazz.00003{suffix}")
    tracks, _ = tracks_module.find_tracks(tmp_path)
    assert [(t.track_id, t.genre, t.artist) for t in tracks] == [("jazz.00003", "jazz", None)]
    assert tracks[0].path.resolve() == path.resolve()
    assert set(opening.make_edition(tracks).missing_genres) == set(GENRES) - {"jazz"}


def test_tracks_are_sorted_and_what_is_no_music_is_ignored(tmp_path: Path) -> None:
    for name in ("rock/rock.00001.wav", "rock/rock.00000.wav", "blues/blues.00007.wav"):
        write(tmp_path / name)
    write(tmp_path / "rock" / "._rock.00000.wav")
    (tmp_path / "rock" / "cover.jpg").write_bytes(b"picture")
    (tmp_path / "polka").mkdir()
    tracks, passed_over = tracks_module.find_tracks(str(tmp_path))
    assert [track.track_id for track in tracks] == ["blues.00007", "rock.00000", "rock.00001"]
    assert passed_over == {}


@pytest.mark.parametrize("folder", ["hiphop", "hip-hop", "Hip Hop", "HIP_HOP", "HipHop"])
def test_obvious_spellings_of_a_genre_are_read(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "a.opus").touch()
    tracks, passed_over = tracks_module.find_tracks(tmp_path)
    assert [(track.track_id, track.genre) for track in tracks] == [("a", "hiphop")]
    assert passed_over == {}


def test_music_that_is_no_track_is_counted_with_the_reason(tmp_path: Path) -> None:
    names = ["Blues/a.m4a", "Blues/b.opus", "Blues/c.aiff", "jazz/d.mp3", "polka/e.wav"]
    names += ["polka/cd 1/f.mp3", "jazz/album/g.wav", "jazz/album/cd 2/h.flac", "i.wav", "j.wav"]
    names += ["genres/readme.txt", "jazz/cover.wav/front.jpg", ".trash/k.wav"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    edition = opening.open_edition(tmp_path)
    assert [track.track_id for track in edition.tracks] == ["a", "b", "c", "d"]
    told = {Path(name): why for name, why in edition.passed_over.items()}
    assert told.keys() == {tmp_path, tmp_path / "polka", tmp_path / "jazz" / "album"}
    for place, words in (
        (tmp_path, "2 audio files beside the genre folders"),
        (tmp_path / "polka", "2 audio files in a folder that is called after none of blues, "),
        (tmp_path / "jazz" / "album", "2 audio files deeper than tracks lie; move them up into"),
    ):
        assert words in told[place]


@pytest.mark.skipif(os.name == "nt", reason="no pipes there, and links take a right")
def test_a_pipe_and_a_link_to_nothing_cost_no_other_track(tmp_path: Path) -> None:
    write(tmp_path / "pop" / "whole.wav")
    os.mkfifo(tmp_path / "pop" / "pipe.wav")
    (tmp_path / "pop" / "gone.wav").symlink_to("nowhere.wav")
    (tmp_path / "pop" / "up").symlink_to(tmp_path)
    (tmp_path / "rock").symlink_to("pop")  # a genre folder may be a link
    with pytest.raises(DataError, match="same track id gone"):
        opening.open_edition(tmp_path)
    (tmp_path / "rock").unlink()
    edition = opening.open_edition(tmp_path)
    assert list(edition.passed_over) == [str(tmp_path / "pop" / "up")]
    status = verify(edition).set_index("track_id")["status"].to_dict()
    assert status == {"gone": "unreadable", "pipe": "unreadable", "whole": "unknown"}
    assert quality.leave_out(quality.flag(quality.measure(edition))).keys() == {"gone", "pipe"}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are Unicode")
def test_names_that_are_no_text_are_written_with_escapes(tmp_path: Path) -> None:
    write(tmp_path / "pop" / "a.wav").rename(tmp_path / "pop" / os.fsdecode(b"caf\xe9.wav"))
    write(tmp_path / "polka" / "a.wav")
    (tmp_path / "polka").rename(tmp_path / os.fsdecode(b"p\xf6lka"))
    edition = opening.open_edition(tmp_path)
    assert [track.track_id for track in edition.tracks] == [r"caf\xe9"]
    assert list(edition.passed_over) == [str(tmp_path / r"p\xf6lka")]
    assert verify(edition)["status"].tolist() == ["unknown"]


@pytest.mark.parametrize(
    ("files", "root", "words"),
    [
        (["pop/pop.00000.wav", "pop/pop.00000.flac"], "", ("pop.00000.wav", "pop.00000.flac")),
        (["pop/jazz.00000.wav"], "", ("pop/jazz.00000.wav", "named as jazz")),
        (["pop/pop.00000.wav", "genres/pop/pop.00001.wav"], "", ("the one of these folders",)),
        (["Data/genres_original/pop/pop.00000.wav"], "", ("did you mean", "Data?")),
        (["Data/genres/pop/pop.00000.wav"], "Data/genres/pop", ("did you mean its parent",)),
        (["file.wav"], "file.wav", ("is a file",)),
        (["file.wav"], "nowhere", ("does not exist",)),
        (["file.wav"], "", ("holds no tracks",)),
    ],
)
def test_a_wrong_folder_is_refused_with_the_places_and_the_remedy(
    tmp_path: Path, files: list[str], root: str, words: tuple[str, ...]
) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    with pytest.raises(DataError) as caught:
        tracks_module.find_tracks(tmp_path / root)
    for word in words:
        assert str(Path(word)) in str(caught.value)


# Editions


def test_the_content_hash_is_the_documented_one(small_edition: Path) -> None:
    edition = opening.open_edition(small_edition)
    lines = sorted(
        f"{path.stem} {hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for path in small_edition.rglob("*.wav")
    )
    assert edition.content_hash == hashlib.sha256("".join(lines).encode()).hexdigest()
    assert edition.name == "custom"
    assert edition.key == f"custom-{edition.content_hash[:8]}"
    assert edition.n_tracks == len(edition.genres) == 30
    assert edition.missing_genres == ()


def test_an_edition_is_known_by_content_not_by_path(tmp_path: Path, small_edition: Path) -> None:
    first = opening.open_edition(small_edition)
    copy = Path(shutil.copytree(small_edition, tmp_path / "gtzan" / "genres"))
    second = opening.open_edition(tmp_path / "gtzan")
    assert (second.key, second.name) == (first.key, "custom")
    with (copy / "pop" / "pop.00000.wav").open("ab") as stream:
        stream.write(b"\0")
    assert opening.open_edition(copy).content_hash != first.content_hash
    (copy / "pop" / "pop.00000.wav").unlink()
    assert opening.open_edition(copy).content_hash != first.content_hash


def test_a_copy_of_the_demo_is_the_demo_artists_included(tmp_path: Path) -> None:
    original = opening.open_edition()
    copy = opening.open_edition(shutil.copytree(demo.CLIPS, tmp_path / "anything"))
    assert copy.name == original.name == "demo"
    assert copy.key == original.key
    assert [t.artist for t in copy.tracks] == [t.artist for t in original.tracks]
    assert all(t.artist for t in copy.tracks)


@pytest.mark.parametrize("name", [None, "demo"])
def test_the_demo_is_the_default(name: str | None) -> None:
    assert opening.open_edition(name).name == "demo"


def test_an_edition_stays_what_it_is_and_other_things_are_refused() -> None:
    edition = opening.open_edition("demo")
    assert opening.open_edition(edition) is edition
    for wrong in (["demo"], 7, np.zeros(3), b"demo"):
        given: Any = wrong
        with pytest.raises(DataError, match=f"a {type(given).__name__} in the place of an edit"):
            opening.open_edition(given)


def test_no_tracks_make_no_edition() -> None:
    with pytest.raises(DataError, match="at least one track"):
        opening.make_edition([])


def test_full_gtzan_is_told_by_its_checksums() -> None:
    table = gtzan.gtzan_table()
    known = digests_of(table[table["genre"] != "pop"])
    assert opening._name_from_content(known) == "custom"  # 900 of 1,000
    every = digests_of(table)
    assert opening._name_from_content(every) == "gtzan"
    every["jazz.00054"] = edition_module.Digest("0" * 32, "")  # damaged in the Kaggle copy
    assert opening._name_from_content(every) == "gtzan"
    mini = digests_of(table[table["in_mini"]])
    assert opening._name_from_content(mini) == "gtzan-mini"
    mini["pop.00000"] = edition_module.Digest("0" * 32, "")
    assert opening._name_from_content(mini) == "custom"


def test_the_table_of_gtzan_agrees_with_the_literature() -> None:
    table = gtzan.gtzan_table()
    assert table["genre"].value_counts().to_dict() == dict.fromkeys(GENRES, 100)
    assert table["track_id"].is_unique
    assert list(table["track_id"]) == sorted(table["track_id"])
    assert table["md5"].str.fullmatch("[0-9a-f]{32}").all()
    counts = table["fault_filtered"].value_counts().to_dict()
    assert counts == {"train": 443, "valid": 197, "test": 290, "": 70}  # Kereliuk et al. 2015
    assert table.loc[table["in_mini"], "genre"].value_counts().to_dict() == dict.fromkeys(
        GENRES, 10
    )
    pairs = table[table["identical_to"] != ""]
    assert len(pairs) == 14
    md5 = table.set_index("track_id")["md5"]
    assert (md5[pairs["track_id"]].to_numpy() == md5[pairs["identical_to"]].to_numpy()).all()
    assert "rock.00016" in set(pairs["track_id"]) | set(pairs["identical_to"])


# Verification


def test_sound_files_of_no_table_are_unknown(small_edition: Path) -> None:
    table = verify(opening.open_edition(small_edition))
    assert set(table["status"]) == {"unknown"}
    assert not table["md5_known"].any()
    assert table["duration_s"].to_numpy() == pytest.approx(5.0)
    assert set(table["sample_rate"]) == {22_050}
    assert set(table["channels"]) == {1}


@pytest.mark.parametrize("suffix", [".wav", ".au", ".flac"])
@pytest.mark.parametrize("share", [0.9, 0.5])
def test_a_cut_file_is_not_usable(tmp_path: Path, suffix: str, share: float) -> None:
    cut(write(tmp_path / "jazz" / f"jazz.00054{suffix}", 5.0), share)
    row = check_one(tmp_path, "jazz.00054")
    # A .flac that is cut does not decode to its end; the others do, and hold less.
    assert row["status"] in ("truncated", "unreadable")
    if suffix != ".flac":
        assert row["status"] == "truncated"
        assert f"{1 - share:.0%}" in row["note"]
        assert row["duration_s"] == pytest.approx(5.0 * share, abs=0.01)


@pytest.mark.parametrize(
    "content",
    [b"", b"not audio at all", b"RIFF\0\0\0\0WAVE", bytes(5000), corpus.with_value(np.nan), None],
)
def test_a_file_that_does_not_decode_is_a_row(tmp_path: Path, content: bytes | None) -> None:
    bad = write(tmp_path / "jazz" / "jazz.00000.wav").with_stem("jazz.00054")
    if content is None:
        bad.symlink_to(tmp_path / "gone.wav")
    else:
        bad.write_bytes(content)
    row = check_one(tmp_path, "jazz.00054")
    assert row["status"] == "unreadable"
    assert row["note"]
    assert np.isnan(row["duration_s"])
    assert check_one(tmp_path, "jazz.00000")["status"] == "unknown"


def test_rates_lengths_and_repetitions_are_reported(tmp_path: Path) -> None:
    write(tmp_path / "pop" / "pop.00000.wav", rate=44_100)
    write(tmp_path / "pop" / "pop.00001.wav", seconds=0.5)
    copied = write(tmp_path / "rock" / "rock.00000.wav", seed=3)
    shutil.copy(copied, tmp_path / "rock" / "rock.00001.wav")
    table = verify(opening.open_edition(tmp_path)).set_index("track_id")
    status = table["status"].to_dict()
    assert status["pop.00000"] == "wrong rate"
    assert status["pop.00001"] == "too short"
    assert table["identical_to"].to_dict()["rock.00001"] == "rock.00000"
    assert table["identical_to"].to_dict()["rock.00000"] == ""
    assert "rock.00000" in table["note"].to_dict()["rock.00001"]


def test_an_unknown_size_in_a_header_is_no_damage(tmp_path: Path) -> None:
    path = write(tmp_path / "pop" / "pop.00000.wav")
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = b"\xff\xff\xff\xff"  # as programs write that stream to a pipe
    path.write_bytes(content)
    row = check_one(tmp_path, "pop.00000")
    assert (row["status"], row["duration_s"]) == ("unknown", 2.0)


def test_the_demo_is_sound() -> None:
    table = verify(opening.open_edition())
    assert set(table["status"]) == {"ok"}
    assert (table["identical_to"] == "").all()


def test_real_tracks_are_recognised(gtzan_mini: Path, tmp_path: Path) -> None:
    edition = opening.open_edition(gtzan_mini)
    assert edition.name == "gtzan-mini"
    table = verify(edition)
    assert set(table["status"]) == {"ok"}
    assert table["md5_known"].all()
    assert table["duration_s"].between(29.9, 30.7).all()
    # One other file among real ones is "changed", and the edition is no longer the mini set.
    other = write(tmp_path / "jazz.00000.wav", 30.0)
    tracks = [
        replace(t, path=other) if t.track_id == "jazz.00000" else t for t in edition.tracks[40:60]
    ]
    mixed = opening.make_edition(tracks)
    assert mixed.name == "custom"
    status = verify(mixed).set_index("track_id")["status"].to_dict()
    assert status.pop("jazz.00000") == "changed"
    assert set(status.values()) == {"ok"}


def test_an_edition_without_digests_can_be_verified(small_edition: Path) -> None:
    tracks, _ = tracks_module.find_tracks(small_edition)
    edition = Edition("custom", tuple(tracks[:2]), "0" * 64)
    assert list(verify(edition)["track_id"]) == [track.track_id for track in tracks[:2]]
    assert isinstance(tracks[0], Track)
