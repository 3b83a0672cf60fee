"""Row functions that worker processes import: cheap, counted, and some of them deadly."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mgc.errors import AudioError
from mgc.inference.batch.parts import write_parts


@dataclass(frozen=True)
class CountedRows:
    """Rows of small text files; each call leaves a line with name and process in the log.

    A file that holds ``bad`` is refused, ``deadly`` kills the process, ``once`` kills the first
    process that meets it, and ``wait`` makes the process wait for a file called ``go``.
    """

    log: Path
    version: str = "counted-1"

    @property
    def columns(self) -> Mapping[str, str]:
        return {"length": "int64", "share": "float32", "text": "string"}

    def __call__(self, path: Path) -> list[dict[str, int | float | str]]:
        text = path.read_text(encoding="utf-8")
        with self.log.open("a", encoding="utf-8", errors="replace") as log:
            log.write(f"{path.name} {os.getpid()}\n")
        if "bad" in text:
            raise AudioError(f"{path}: not readable as audio; replace it")
        if "odd" in text:
            raise ZeroDivisionError("a fault that nobody foresaw")
        if "deadly" in text or ("once" in text and calls(self.log)[path.name] == 1):
            os.kill(os.getpid(), signal.SIGSEGV)
            time.sleep(60)  # another thread may take the signal, a moment later
        while "wait" in text and not (self.log.parent / "go").exists():
            time.sleep(0.02)
        rows = [{"length": len(text), "share": len(text) / 7, "text": text}]
        return rows * 2 if "twice" in text else rows


def _lines(log: Path) -> list[list[str]]:
    text = log.read_text(encoding="utf-8") if log.exists() else ""
    return [line.split() for line in text.splitlines()]


def calls(log: Path) -> Counter[str]:
    """How often each file was worked on."""
    return Counter(line[0] for line in _lines(log))


def worker_of(log: Path, name: str) -> int:
    """Process that worked on a file last."""
    return int(dict(_lines(log))[name])


def write_files(folder: Path, count: int, **special: str) -> dict[str, Path]:
    """Small files ``f00`` and so on, some with other contents; by their names."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [f"f{number:02d}" for number in range(count)]
    for name in names:
        (folder / name).write_text(special.get(name, f"text of {name}"), encoding="utf-8")
    return {name: folder / name for name in names}


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of everything in a folder, hidden files included."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def undisturbed(files: dict[str, Path], folder: Path) -> dict[str, str]:
    """Digests of what one process of this machine writes, two files a part."""
    rows_of = CountedRows(folder / "undisturbed-log")
    write_parts(files, rows_of, folder / "undisturbed", jobs=1, per_part=2)
    return digests(folder / "undisturbed")
