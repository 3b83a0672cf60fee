"""The same fit twice gives the same predictions, for each model."""

from __future__ import annotations

from pathlib import Path

import pytest

from mgc.models import BASELINES, NAMES
from tests.helpers.fits import fit


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("model", [*(n for n in NAMES if n != "vgg16"), *BASELINES])
def test_the_same_fit_twice_gives_the_same_files(model: str, tmp_path: Path) -> None:
    first, second = fit(model, tmp_path / "a"), fit(model, tmp_path / "b")
    assert first.fit_id == second.fit_id
    for name in ("config.json", "architecture.json", "history.csv", "predictions.csv"):
        assert (first.path / name).read_bytes() == (second.path / name).read_bytes(), name
    assert not list((tmp_path / "a" / "cache" / "folds").iterdir())


@pytest.mark.usefixtures("short", "vgg16_weights")
def test_vgg16_fits_on_the_real_base_and_repeats(tmp_path: Path) -> None:
    # Three genres are enough: the base takes a second a track.
    first, second = (fit("vgg16", tmp_path / name, n_genres=3) for name in "ab")
    a, b = ((r.path / "predictions.csv").read_bytes() for r in (first, second))
    assert a == b
    assert first.parameters == 15_111_242
    assert first.environment["base_seconds_per_track"] > 0
    assert len(first.environment["weights_sha256"]) == 64
