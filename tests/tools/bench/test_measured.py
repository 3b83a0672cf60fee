"""Figures of speed: summed up right, kept, and their growth fitted; no second is asserted."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from mgc.errors import RecordError
from mgc.evaluation import speed
from mgc.evaluation.speed import Curve
from tools.bench import folders
from tools.bench.measured import exponent, figure, save


def test_a_figure_is_the_median_or_a_percentile_with_its_range() -> None:
    samples = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert figure("a", "A", samples, "ms").value == 3
    high = figure("a", "A", samples, "ms", -4.5, quantile=0.95)
    assert high.value == pytest.approx(np.percentile(samples, 95))
    assert (high.low, high.high, high.n) == (1, 5, 5)
    assert not high.met


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_law_is_found(power: float) -> None:
    sizes = np.array([10.0, 30.0, 100.0, 300.0])
    slope, error = exponent(sizes, 7 * sizes**power)
    assert slope == pytest.approx(power, abs=1e-12)
    assert error == pytest.approx(0, abs=1e-7)
    noisy = 7 * sizes**power * np.array([1.1, 0.9, 1.05, 0.95])
    slope, error = exponent(sizes, noisy)
    assert slope == pytest.approx(np.polyfit(np.log(sizes), np.log(noisy), 1)[0])
    assert error > 0


def test_the_record_keeps_what_was_not_measured_again(tmp_path: Path) -> None:
    file = tmp_path / "bench" / "bench.json"
    old = [figure("a", "A", [1.0], "s"), figure("b", "B", [2.0], "s")]
    curve = Curve("c", "C", "tracks", (10.0, 20.0), (1.0, 3.0))
    save(file, [*old, curve], {"cores": 2})
    new = figure("b", "B", [3.0, 4.0], "s", -5)
    save(file, [new], {"cores": 4})
    assert speed.load(file) == speed.Bench({"cores": 4}, [old[0], new], [curve])
    file.write_text('{"figures": [{"key": 1}]}')
    with pytest.raises(RecordError, match="nox -s bench"):
        speed.load(file)


def test_memory_of_children_counts() -> None:
    child = "import time; x = bytearray(200 * 2**20); time.sleep(1.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    largest = folders.memory([sys.executable, "-c", parent])
    assert 200 < largest < 300
    with pytest.raises(RuntimeError, match="status 3"):
        folders.memory([sys.executable, "-c", "raise SystemExit(3)"])
