"""What Windows and macOS need, as far as this system can show it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.outside import ROOT, committed

# As on Windows, where no process can be forked; its workers run the first lines, too.
SPAWNED = """
import multiprocessing, os, sys
del os.fork, os.forkpty

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    from mgc.cli.main import main
    main(sys.argv[1:])
"""


def spawned(tmp_path: Path, *arguments: object) -> str:
    script = tmp_path / "spawned.py"
    script.write_text(SPAWNED, encoding="utf-8")
    settings = {"PYTHONPATH": str(ROOT), "MGC_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, str(script), *map(str, arguments)],
        env=os.environ | settings, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.slow
def test_features_and_fits_are_made_by_spawned_processes(
    small_edition: Path, tmp_path: Path
) -> None:
    table, records = tmp_path / "table.csv", tmp_path / "records"
    spawned(tmp_path, "features", small_edition, "--csv", table, "--jobs", "2")
    assert len(pd.read_csv(table)) == 30
    fit = ("--protocol", "random", "--models", "mlp,logistic", "--jobs", "2")
    said = spawned(tmp_path, "run", "--data", small_edition, *fit, "--records", records)
    assert re.search(r"MLP, seed 0: fold 1 done", said)
    assert len(list((records / "fits").iterdir())) == 2


def test_windows_and_macos_can_check_out_every_file() -> None:
    """No forbidden character or name, no path that differs from another in capitals alone."""
    reserved = re.compile(r"(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?", re.IGNORECASE)
    forbidden = re.compile(r'[<>:"\\|?*\x00-\x1f]|[. ]$')
    names = committed()
    parts = {part for name in names for part in name.split("/")}
    assert [one for one in parts if forbidden.search(one) or reserved.fullmatch(one)] == []
    alike = [name for name, count in Counter(map(str.lower, names)).items() if count > 1]
    assert alike == []
    assert max(map(len, names)) < 150
