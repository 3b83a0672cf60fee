"""Each defect is found by its rule, on signals that were made to have it, and only there."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import soundfile
from scipy import stats

from mgc.datasets import archive, measures, opening, quality
from mgc.datasets.gtzan import gtzan_table
from mgc.errors import DataError
from tests.helpers.archives import small

RATE = 22_050
SECONDS = 30


def noise(seed: int = 0, level: float = 0.1) -> npt.NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, level, RATE * SECONDS).clip(-0.9, 0.9)


def save(root: Path, track_id: str, samples: npt.NDArray[np.float64], rate: int = RATE) -> Path:
    path = root / track_id.split(".")[0] / f"{track_id}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return path


def measured(root: Path) -> pd.DataFrame:
    return quality.measure(opening.open_edition(root))


def rules_of(root: Path) -> dict[str, set[str]]:
    frame = measured(root)
    flags = quality.flag(frame)
    return {key: set(flags.loc[flags["track_id"] == key, "rule"]) for key in frame["track_id"]}


def value_of(root: Path, column: str) -> float:
    return float(measured(root)[column].to_numpy()[0])


def test_a_place_is_measured_like_the_edition_that_lies_there(tmp_path: Path) -> None:
    save(tmp_path, "pop.00000", noise())
    by_name = quality.measure(tmp_path)
    pd.testing.assert_frame_equal(by_name, quality.measure(opening.open_edition(tmp_path)))
    wrong: Any = tmp_path
    with pytest.raises(DataError, match=r"the table that .*measure returns"):
        quality.flag(wrong)


@pytest.mark.parametrize(("silent_seconds", "flagged"), [(5, False), (7, True), (30, True)])
def test_silence_over_a_fifth_is_flagged(
    tmp_path: Path, silent_seconds: int, flagged: bool
) -> None:
    samples = noise()
    samples[: silent_seconds * RATE] *= 1e-3  # -80 dBFS
    save(tmp_path, "pop.00000", samples)
    assert ("silence" in rules_of(tmp_path)["pop.00000"]) is flagged
    share = value_of(tmp_path, "silence_share")
    assert share == pytest.approx(silent_seconds / SECONDS, abs=0.005)


@pytest.mark.parametrize("decibels", [-59.0, -61.0])
def test_the_limit_of_silence_is_60_decibels(tmp_path: Path, decibels: float) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE * SECONDS) / RATE)
    save(tmp_path, "pop.00000", tone * np.sqrt(2) * 10 ** (decibels / 20))
    assert value_of(tmp_path, "silence_share") == (1.0 if decibels < -60 else 0.0)


@pytest.mark.parametrize("gain", [1.0, 0.4])
def test_clipping_is_found_even_when_turned_down(tmp_path: Path, gain: float) -> None:
    tone = np.sin(2 * np.pi * 110 * np.arange(RATE * SECONDS) / RATE)
    save(tmp_path, "pop.00000", np.clip(1.5 * tone, -1, 1) * gain)
    expected = 2 * np.arccos(1 / 1.5) / np.pi  # share of a period above the limit
    assert value_of(tmp_path, "clipped_share") == pytest.approx(expected, rel=0.05)
    assert "clipping" in rules_of(tmp_path)["pop.00000"]


@pytest.mark.parametrize("frequency", [55, 220, 5_000])
def test_a_pure_tone_is_not_clipped(tmp_path: Path, frequency: int) -> None:
    tone = np.sin(2 * np.pi * frequency * np.arange(RATE * SECONDS) / RATE)
    save(tmp_path, "pop.00000", 0.9 * tone)
    assert "clipping" not in rules_of(tmp_path)["pop.00000"]


def test_beyond_full_scale_counts_as_clipped_and_silence_does_not() -> None:
    samples = np.zeros(1000, dtype=np.float32)
    assert measures.clipped_share(samples) == 0.0
    samples[100:104] = [1.0, 1.1, 1.2, 1.05]
    assert measures.clipped_share(samples) == pytest.approx(0.004)


@pytest.mark.parametrize("offset", [-0.05, 0.05])
def test_an_offset_is_flagged_with_its_sign(tmp_path: Path, offset: float) -> None:
    save(tmp_path, "pop.00000", noise() + offset)
    assert rules_of(tmp_path)["pop.00000"] == {"dc_offset"}
    assert value_of(tmp_path, "dc_offset") == pytest.approx(offset, abs=0.002)


def test_short_and_repeated_tracks_are_flagged(tmp_path: Path) -> None:
    save(tmp_path, "metal.00058", noise(1))
    (tmp_path / "rock").mkdir()
    shutil.copy(tmp_path / "metal" / "metal.00058.wav", tmp_path / "rock" / "rock.00016.wav")
    save(tmp_path, "pop.00000", noise(2)[: RATE * 20])
    found = rules_of(tmp_path)
    assert found == {"metal.00058": set(), "rock.00016": {"duplicate"}, "pop.00000": {"short"}}
    reasons = quality.flag(measured(tmp_path)).set_index("track_id")["reason"].to_dict()
    assert reasons == {
        "rock.00016": "same bytes as metal.00058",
        "pop.00000": "20.00 s long, limit 29 s",
    }


def test_bad_files_are_rows_and_left_out(tmp_path: Path) -> None:
    path = save(tmp_path, "jazz.00001", noise(1))
    path.write_bytes(path.read_bytes()[:600_000])
    save(tmp_path, "jazz.00000", noise(2))
    (tmp_path / "jazz" / "jazz.00054.wav").write_bytes(b"not audio")
    frame = measured(tmp_path)
    assert list(frame["track_id"]) == ["jazz.00000", "jazz.00001", "jazz.00054"]
    flags = quality.flag(frame)
    out = quality.leave_out(flags)
    assert set(out) == {"jazz.00001", "jazz.00054"}
    assert out["jazz.00001"].startswith("truncated: 55% of the sound is missing")
    assert out["jazz.00054"].startswith("unreadable: ")
    assert str(tmp_path) not in out["jazz.00054"]  # reasons are published, paths are not
    assert np.isnan(frame["duration_s"].to_numpy()[2])


def test_a_spectrum_unlike_its_genre_is_an_outlier(tmp_path: Path) -> None:
    for number in range(8):
        save(tmp_path, f"rock.{number:05d}", noise(number))
    dull = np.convolve(noise(99), np.ones(40) / 40, "same") * 5
    save(tmp_path, "rock.00008", dull)
    for number in range(4):  # too few for a verdict
        save(tmp_path, f"pop.{number:05d}", dull if number else noise())
    frame = measured(tmp_path).set_index("track_id")
    assert frame["spectral_z"].abs().idxmax() == "rock.00008"
    assert frame["spectral_z"].to_dict()["rock.00008"] < -3.5
    assert frame.loc[frame["genre"] == "pop", "spectral_z"].isna().all()
    assert "spectral_outlier" in rules_of(tmp_path)["rock.00008"]


def test_the_robust_z_is_that_of_iglewicz_and_hoaglin() -> None:
    values = pd.Series([2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3])
    # scipy's scaled deviation is an independent source for the denominator
    scale = stats.median_abs_deviation(values, scale="normal")
    expected = (values - np.median(values)) / scale
    np.testing.assert_allclose(measures.robust_z(values), expected, rtol=1e-4)
    assert (measures.robust_z(values).abs() > 3.5).tolist() == [False] * 8 + [True] * 2


def test_the_robust_z_of_equal_values_is_defined() -> None:
    assert measures.robust_z(pd.Series([1.0] * 6)).tolist() == [0.0] * 6
    mostly = measures.robust_z(pd.Series([1.0] * 9 + [2.0]))
    # mean absolute deviation 0.1, so (2 - 1) / (1.253314 * 0.1)
    assert mostly.tolist() == pytest.approx([0.0] * 9 + [7.979], abs=0.001)
    assert measures.robust_z(pd.Series([1.0, 2.0, 3.0, 4.0])).isna().all()


def test_a_replayed_table_gives_the_same_flags(tmp_path: Path) -> None:
    save(tmp_path, "pop.00000", noise() + 0.05)
    (tmp_path / "pop" / "pop.00001.wav").write_bytes(b"not audio")
    frame = measured(tmp_path)
    frame.to_csv(tmp_path / "tracks.csv", index=False)
    replayed = quality.flag(pd.read_csv(tmp_path / "tracks.csv"))
    pd.testing.assert_frame_equal(replayed, quality.flag(frame), check_dtype=False)


def test_the_demo_can_all_be_used() -> None:
    flags = quality.flag(quality.measure(opening.open_edition()))
    assert quality.leave_out(flags) == {}
    assert not set(flags["rule"]) & {"duplicate", "short", "silence", "dc_offset"}


def test_real_tracks_have_few_faults(gtzan_mini: Path) -> None:
    frame = measured(gtzan_mini)
    assert len(frame) == 100
    assert (frame["error"] == "").all()
    flags = quality.flag(frame)
    found = {rule: set(part["track_id"]) for rule, part in flags.groupby("rule")}
    assert found["clipping"] == {"hiphop.00009"}
    assert found["dc_offset"] == {"hiphop.00000"}
    assert set(found) == {"clipping", "dc_offset", "spectral_outlier"}
    assert quality.leave_out(flags) == {}


def test_the_table_of_tracks_says_what_is_known_and_no_more(tmp_path: Path) -> None:
    table = gtzan_table()
    pair = table[table["identical_to"] != ""].iloc[0]
    both = (str(pair["identical_to"]), str(pair["track_id"]))
    frame = quality.measure(archive.edition(small(tmp_path / "a.npz", both)))
    assert list(frame.columns) == list(quality.COLUMNS)
    repeats = dict(zip(frame["track_id"], frame["identical_to"], strict=True))
    assert repeats == {both[0]: "", both[1]: both[0]}
    assert frame["duration_s"].isna().all()
    # A track repeats nothing where the other one is not there.
    alone = quality.measure(archive.edition(small(tmp_path / "b.npz", both[1:])))
    assert alone["identical_to"].tolist() == [""]
