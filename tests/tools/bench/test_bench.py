"""What is measured around the package: memory of processes, and a start without TensorFlow."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tools.bench import folders


def test_memory_of_children_counts() -> None:
    child = "import time; x = bytearray(200 * 2**20); time.sleep(1.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    largest = folders.memory([sys.executable, "-c", parent])
    assert 200 < largest < 300
    with pytest.raises(RuntimeError, match="status 3"):
        folders.memory([sys.executable, "-c", "raise SystemExit(3)"])


def test_the_package_and_its_help_leave_tensorflow_alone() -> None:
    code = (
        "import sys; from mgc.cli.main import main; from click.testing import CliRunner; "
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0; "
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras', 'librosa')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
