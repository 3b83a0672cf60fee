"""What tests ask of the world around the package: commands, other processes, git."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import psutil
import pytest
from click.testing import CliRunner, Result

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 300


def invoke(command: click.Command, *arguments: object) -> Result:
    """Call a command in this process, as a shell would."""
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def python(code: str) -> subprocess.CompletedProcess[str]:
    """Run a few lines in a process of their own, which must succeed."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


@contextmanager
def started(line: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """Start a program, and kill it after the block: a test that fails there waits for nobody."""
    with subprocess.Popen(line, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def until(condition: Callable[[], object], what: str = "it happens") -> None:
    """Wait for something that another process or thread does."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def all_end(family: list[psutil.Process]) -> None:
    """See processes end that have no parent any more."""
    _, alive = psutil.wait_procs(family, timeout=60)
    assert alive == []


def committed(*patterns: str) -> list[str]:
    """Files of this checkout that git knows and that are there; skips where there is no git."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", *patterns]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [name for name in listed.split("\0") if (ROOT / name).is_file()]


def git(folder: Path, *arguments: str) -> None:
    """Let git work in a folder, as somebody with a name."""
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True)
