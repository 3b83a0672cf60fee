"""Put a service under load, and keep how it held: `python -m tools.bench.load --out STORE`.

The server is a real `mgc serve` on loopback. Its clients share the machine with it.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import httpx2
import numpy as np
import pandas as pd

from mgc.cli.tables import console_for_output, print_frame
from mgc.cli.terminal import plain_where_needed
from mgc.datasets import demo
from mgc.service.records import LOAD_FILE
from mgc.util import machine
from mgc.util.atomic import write_whole
from mgc.util.textfiles import json_bytes
from tools.bench.folders import memory_now

CLIENTS = (1, 4, 16, 64)
GOOD, BAD, GONE = "good", "bad", "gone"
MIX = {GOOD: 0.8, BAD: 0.1, GONE: 0.1}
"""Shares of uploads: clips, files that hold no music, and clips whose clients hang up."""
PATIENCE_S = 120
Seen = tuple[str, int, float]
"""Kind, status (0 for none) and seconds of an upload."""
PACKAGES = ("mgc", "numpy", "onnxruntime", "tensorflow", "fastapi", "uvicorn", "starlette")


async def client(url: str, until: float, rng: np.random.Generator, seen: list[Seen]) -> None:
    """Send uploads one after the other until a time, and note kind, status and seconds of each."""
    clips = [demo.clip_path(row["track_id"]).read_bytes() for row in demo.manifest()]
    broken = [b"", b"this is text " * 4000, clips[0][: len(clips[0]) // 2]]
    host, port = url.removeprefix("http://").split(":")
    async with httpx2.AsyncClient(timeout=PATIENCE_S) as http:
        while time.perf_counter() < until:
            kind = str(rng.choice(list(MIX), p=list(MIX.values())))
            begin, status = time.perf_counter(), 0
            if kind == GONE:
                await hang_up(host, int(port), clips[rng.integers(len(clips))], rng.random())
                await asyncio.sleep(1)  # or those who hang up would soon be most of those who ask
            else:
                source = clips if kind == GOOD else broken
                content = source[rng.integers(len(source))]
                answer = await http.post(f"{url}/v1/predictions", content=content)
                status = answer.status_code
                if status == 429:
                    await asyncio.sleep(float(answer.headers["retry-after"]))
            seen.append((kind, status, time.perf_counter() - begin))


async def hang_up(host: str, port: int, content: bytes, share: float) -> None:
    """Send a share of an upload, or all of it, and wait for no answer."""
    _, writer = await asyncio.open_connection(host, port)
    head = f"POST /v1/predictions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content[: round(2 * share * len(content))])
    await writer.drain()
    await asyncio.sleep(0.01)
    writer.close()


async def level(url: str, pid: int, clients: int, seconds: float) -> dict[str, Any]:
    """Let so many clients ask for some seconds, and sum up."""
    seen: list[Seen] = []
    memory = [memory_now(pid)]

    async def watch() -> None:
        while True:
            await asyncio.sleep(0.5)
            memory.append(await asyncio.to_thread(memory_now, pid))

    watcher = asyncio.create_task(watch())
    begin = time.perf_counter()
    rngs = np.random.default_rng(clients).spawn(clients)
    await asyncio.gather(*(client(url, begin + seconds, rng, seen) for rng in rngs))
    spent = time.perf_counter() - begin
    watcher.cancel()
    statuses = Counter(status for kind, status, _ in seen if kind != GONE)
    ms = [1000 * s for _, status, s in seen if status == 200]
    p50, p95 = np.quantile(ms, (0.5, 0.95)) if ms else (np.nan, np.nan)
    return {
        "clients": clients,
        "seconds": round(spent, 1),
        "answered": statuses[200],
        "refused": statuses[422],
        "told_to_wait": statuses[429],
        "hung_up": sum(kind == GONE for kind, *_ in seen),
        "failed": sum(n for status, n in statuses.items() if status not in (200, 422, 429)),
        "p50_ms": round(float(p50), 1),
        "p95_ms": round(float(p95), 1),
        "a_second": round(statuses[200] / spent, 2),
        "memory_mb": round(max(memory)),
        "memory_after_mb": round(memory_now(pid)),
    }


async def measure(url: str, pid: int, seconds: float) -> list[dict[str, Any]]:
    """Warm up, then measure each number of `CLIENTS`."""
    await level(url, pid, 4, min(seconds, 5))
    return [await level(url, pid, clients, seconds) for clients in CLIENTS]


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Store of records to write to.")  # fmt: skip
@click.option("--seconds", default=60.0, show_default=True, help="For each number of clients.")
@click.option("--jobs", default=os.cpu_count() or 1, help="Processes of the service [all cores].")
def main(out: Path, seconds: float, jobs: int) -> None:
    """Measure how a service holds under load; nothing else should run on the machine."""
    plain_where_needed()
    line = [sys.executable, "-m", "mgc", "serve", "--port", "0", "--jobs", str(jobs)]
    with subprocess.Popen(
        line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            url = re.match(r"http://\S+\d", said)
            if url is None:
                raise click.ClickException(said + process.stderr.read())
            httpx2.get(f"{url.group()}/healthz", timeout=PATIENCE_S).raise_for_status()
            facts = httpx2.get(f"{url.group()}/v1/model").json()
            rows = asyncio.run(measure(url.group(), process.pid, seconds))
        finally:
            process.terminate()
        if status := process.wait(PATIENCE_S):
            raise click.ClickException(f"the service ended with status {status}")
    content = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine.machine(PACKAGES),
        "processes": jobs,
        "mix": MIX,
        "model": facts,
        "levels": rows,
    }
    target = out / LOAD_FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, json_bytes(content))
    print_frame(console_for_output(), "Load", pd.DataFrame(rows), {})
    if any(row["failed"] for row in rows):
        raise click.ClickException("the service failed at requests that it should have answered")


if __name__ == "__main__":
    main(prog_name="python -m tools.bench.load")
