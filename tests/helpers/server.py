"""A real `mgc serve` on loopback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from mgc.datasets import demo
from tests.helpers.outside import until

CLIP = demo.clip_path("jazz.00004")


@dataclass
class Server:
    url: str
    process: subprocess.Popen[str]
    scratch: Path

    def post(self, content: bytes, **headers: str) -> httpx2.Response:
        return httpx2.post(f"{self.url}/v1/predictions", content=content, headers=headers,
                          timeout=60)  # fmt: skip

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def metric(self, start: str) -> float:
        """Sum of the counters whose lines begin so."""
        text = httpx2.get(f"{self.url}/metrics").text
        return sum(float(v) for v in re.findall(rf"^{start}\S* (\S+)$", text, re.MULTILINE))

    def uploads(self) -> list[Path]:
        """What lies in the folders of uploads."""
        return [file for file in self.scratch.rglob("*") if file.suffix not in (".part", ".lock")]

    def stop(self) -> int:
        """Ask it to end, and give its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


@contextmanager
def serving(scratch: Path, *options: str, path: Path | None = None) -> Iterator[Server]:
    """Start a server on a free port, wait until it answers, and kill it at the end.

    `scratch` is for its temporary files, `path` comes first where it looks for programs.
    """
    settings = os.environ | {"TMPDIR": str(scratch), "OMP_NUM_THREADS": "1"}
    if path is not None:
        settings["PATH"] = f"{path}{os.pathsep}{os.environ['PATH']}"
    line = [sys.executable, "-m", "mgc", "serve", "--port", "0", "--jobs", "1", *options]
    with (
        (scratch.parent / f"{scratch.name}.log").open("w") as log,
        subprocess.Popen(
            line, env=settings, stdout=log, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        try:
            assert process.stderr is not None
            url = re.match(r"http://\S+\d", process.stderr.readline())
            assert url, process.stderr.read()
            server = Server(url.group(), process, scratch)
            until(lambda: _answers(server), "the server answers")
            yield server
        finally:
            process.kill()


def _answers(server: Server) -> bool:
    assert server.process.poll() is None
    try:
        return httpx2.get(f"{server.url}/healthz", timeout=30).status_code == 200
    except httpx2.HTTPError:
        return False
