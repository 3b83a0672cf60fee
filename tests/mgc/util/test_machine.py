"""Facts about the machine and the code."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from runpy import run_path

import numpy as np

from mgc.util import machine
from tests.helpers.outside import git


def test_the_peak_of_memory_is_that_of_the_block() -> None:
    with machine.PeakMemory() as nothing:
        pass
    with machine.PeakMemory() as block:
        held = np.ones(2**25)  # 256 MB, gone before the block ends
        time.sleep(0.5)
        del held
    with machine.PeakMemory() as later:
        pass
    assert 20 < nothing.mb < block.mb - 200
    assert later.mb < block.mb - 200


def test_the_commit_is_marked_when_any_room_of_the_package_has_changed(tmp_path: Path) -> None:
    copy = tmp_path / "mgc" / "util" / "machine.py"
    copy.parent.mkdir(parents=True)
    shutil.copy(machine.__file__, copy)
    commit = run_path(str(copy))["commit"]
    for line in ("init -q", "add .", "commit -q -m one"):
        git(tmp_path, *line.split())
    clean = commit()
    assert len(clean) == 12
    (tmp_path / "notes").touch()
    assert commit() == clean
    (tmp_path / "mgc" / "room.py").touch()
    assert commit() == f"{clean}+"
