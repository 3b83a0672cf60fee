"""Facts about the machine and the code."""

from __future__ import annotations

import shutil
import subprocess
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np

from mgc.util import machine


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
    spec = spec_from_file_location("copied_machine", copy)
    assert spec is not None
    assert spec.loader is not None
    copied = module_from_spec(spec)
    spec.loader.exec_module(copied)

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", "-C", str(tmp_path), *who, *arguments], check=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    clean = copied.commit()
    assert len(clean) == 12
    (tmp_path / "notes").touch()
    assert copied.commit() == clean
    (tmp_path / "mgc" / "room.py").touch()
    assert copied.commit() == f"{clean}+"
