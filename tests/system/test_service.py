"""`mgc serve` as a whole: a real server, real uploads, clients and decoders that misbehave."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.helpers import corpus
from tests.helpers.outside import all_end, until
from tests.helpers.server import CLIP, Server, serving
from tools.bench import load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGTERM and no shell scripts"),
]


def folder(tmp: Path) -> Path:
    (tmp / "scratch").mkdir()
    return tmp / "scratch"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(folder(tmp_path_factory.mktemp("server")), "--max-size", "3") as running:
        yield running


def test_whatever_is_sent_the_answer_is_one_that_the_description_has(
    server: Server, tmp_path: Path
) -> None:
    """All checks of schemathesis but one: not every file of bytes is music, as schemas think."""
    line = [sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json",
            "--checks", "all", "--exclude-checks", "positive_data_acceptance", "--no-color",
            "--max-examples", "100", "--seed", "1", "--generation-database", "none"]  # fmt: skip
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert server.metric('mgc_requests_total{path="/v1/predictions",status="422"') > 50
    assert server.metric('mgc_requests_total{path="[^"]*",status="5') == 0


def test_the_answer_is_that_of_the_command(server: Server) -> None:
    line = [sys.executable, "-m", "mgc", "predict", str(CLIP), "--json", "-"]
    said = subprocess.run(line, capture_output=True, check=True).stdout
    (expected,) = json.loads(said)
    form = httpx2.post(f"{server.url}/v1/predictions", timeout=60,
                      files={"file": ("名.ogg", CLIP.read_bytes())})  # fmt: skip
    assert form.json() == expected | {"file": "名.ogg"}
    assert server.post(CLIP.read_bytes()).json() == expected | {"file": "upload"}


@pytest.mark.parametrize("name", sorted(corpus.BAD))
def test_every_bad_file_is_refused_with_its_reason(server: Server, name: str) -> None:
    content, why = corpus.BAD[name]
    answer = server.post(content())
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["title"]) == (422, "Unprocessable Entity")
    assert why in problem["detail"]
    assert str(server.scratch) not in problem["detail"]
    assert server.uploads() == []


@pytest.mark.parametrize("name", sorted(corpus.STRANGE))
def test_every_strange_sound_is_answered(server: Server, name: str) -> None:
    content = corpus.STRANGE[name]()
    too_large = len(content) > 3e6
    assert server.post(content).status_code == (413 if too_large else 200)


def test_a_client_that_hangs_up_costs_nothing(server: Server) -> None:
    content = CLIP.read_bytes()
    head = f"POST /v1/predictions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n"
    for sent in (content[:1000], content):
        before = server.metric("mgc_clients_gone_total")
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(head.encode() + sent)
        until(lambda gone=before: server.metric("mgc_clients_gone_total") > gone, "it is noticed")
    until(lambda: server.uploads() == [], "the uploads go")
    assert server.post(content).status_code == 200


FFMPEG = r"""#!/bin/sh
file=$(echo "$*" | sed 's/.*file:\([^ ]*\) .*/\1/')
grep -q hang "$file" && exec sleep 987
kill -9 $PPID
"""


def test_a_decoder_that_hangs_or_dies_costs_one_request(tmp_path: Path) -> None:
    """The server asks a program called ffmpeg about whatever libsndfile cannot read."""
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(FFMPEG)
    program.chmod(0o755)
    good = CLIP.read_bytes()
    with serving(folder(tmp_path), "--max-time", "5", path=program.parent) as server:
        hung = server.post(b"this hangs")
        assert hung.status_code == 503
        assert "more than 5 s; send a part" in hung.json()["detail"]
        hanging = [p for p in psutil.process_iter(["cmdline"])
                   if (p.info["cmdline"] or [])[-2:] == ["sleep", "987"]]  # fmt: skip
        assert hanging == []
        until(lambda: server.post(good).status_code == 200, "another process works")
        died = server.post(b"this kills")
        assert died.status_code == 503
        assert "died; send it as another format" in died.json()["detail"]
        until(lambda: server.post(good).status_code == 200, "another process works")
        for reason in ("hung", "died"):
            assert server.metric(f'mgc_workers_lost_total{{reason="{reason}"}}') == 1
        (idle,) = (p for p in psutil.Process(server.process.pid).children()
                   if "spawn_main" in " ".join(p.cmdline()))  # fmt: skip
        idle.kill()
        idle.wait()
        until(lambda: server.post(good).status_code == 200, "another process works")
        assert server.stop() == 0


def test_what_is_under_way_is_answered_before_the_end_and_others_are_told_to_wait(
    tmp_path: Path,
) -> None:
    content = CLIP.read_bytes()
    head = f"POST /v1/predictions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n"
    with serving(folder(tmp_path), "--max-requests", "1") as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as client:
            client.sendall(head.encode() + content[:1000])
            until(lambda: server.metric("mgc_under_way") == 1)
            busy = server.post(content)
            assert (busy.status_code, busy.headers["retry-after"]) == (429, "1")
            server.process.terminate()
            until(lambda: not listens(server.port), "it takes no more")
            client.sendall(content[1000:])
            answer = client.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert server.process.wait(60) == 0
        assert list(server.scratch.iterdir()) == []


def listens(port: int) -> bool:
    with socket.socket() as client:
        client.settimeout(5)
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_what_a_killed_server_left_goes_at_the_next_start(tmp_path: Path) -> None:
    scratch = folder(tmp_path)
    with serving(scratch) as server:
        family = psutil.Process(server.process.pid).children(recursive=True)
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            client.sendall(b"POST /v1/predictions HTTP/1.1\r\nHost: x\r\n"
                           b"Content-Length: 1000000\r\n\r\n" + bytes(100_000))  # fmt: skip
            until(server.uploads, "the upload begins")
            server.process.kill()
            server.process.wait()
    all_end(family)
    assert server.uploads()
    with serving(scratch) as server:
        assert server.uploads() == []
        assert server.post(CLIP.read_bytes()).status_code == 200
        assert server.stop() == 0
    assert list(scratch.iterdir()) == []


def test_under_load_nothing_fails_and_memory_stays(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "CLIENTS", (1, 24))
    few, many = asyncio.run(load.measure(server.url, server.process.pid, 8.0))
    for level in (few, many):
        assert level["failed"] == 0
        assert level["answered"] > 0
        assert level["p50_ms"] <= level["p95_ms"]
    assert many["told_to_wait"] > few["told_to_wait"] == 0
    assert many["memory_after_mb"] < 1.1 * few["memory_after_mb"]
    until(lambda: server.uploads() == [], "the uploads go")
