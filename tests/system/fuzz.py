"""Feed damaged files to the readers of our own formats: ``nox -s fuzz``, minutes, not in CI.

Each case is a valid file with a few changes, or random bytes. A reader may return an object or
raise MgcError; anything else is a failure, and so is a case that takes more than `PATIENCE_S`.
Case i of a format depends on the seed, the format and i alone.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import shutil
import signal
import sys
import tempfile
import traceback
import warnings
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd

from mgc.datasets.archive import open_archive
from mgc.datasets.tracks import GENRES
from mgc.errors import MgcError
from mgc.inference import network_file, probes
from mgc.records.config import fit_id
from mgc.records.editions import EditionRecord, load_edition, write_edition
from mgc.records.store import Store, load_record
from mgc.report.claims import load_claims
from mgc.training import trials
from mgc.util import cache
from mgc.util.textfiles import json_bytes
from tests.helpers import records as record_helpers

PATIENCE_S = 20
Files = dict[str, bytes]
Random = random.Random

NUMBERS = (
    b"1e999", b"-1e999", b"-1", b"NaN", b"Infinity", b"1e308", b"0", b"-0.0", b"1.5", b"",
    b"9" * 30, b"9" * 5_000, b"9223372036854775808", b"true", b"null", b"inf", b"nan", b"0x10",
)  # fmt: skip
TOKENS = (
    b"null", b"[]", b"{}", b'""', b"true", b"[null]", b'"x"', b"[[[[", b'"\\ud800"', b"\xff",
    b"\x00", b"\r", b'"', b",", b"\n", b"[" * 2_000, b'{"a":' * 2_000,
)  # fmt: skip
NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
VALUE = re.compile(rb'"[^"\n]*"|[^,\n\[\]{}:"]+')


@dataclass(frozen=True)
class Format:
    """One of our formats: valid files, how to read them, how to mend what only guards them."""

    files: Files
    read: Callable[[Path], object]
    cases: int
    seal: Callable[[Files], Files] = dict
    folder: Callable[[Files], str] = lambda files: "case"


def mutated(content: bytes, rng: Random) -> bytes:
    """Change a file in one to four ways, or replace it by random bytes."""
    if rng.random() < 0.04:
        return rng.randbytes(rng.randrange(300))
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        content = rng.choice(CHANGES)(content, rng)
    return content


def flip(content: bytes, rng: Random) -> bytes:
    """Flip a bit."""
    place = rng.randrange(len(content) or 1)
    flipped = bytes(byte ^ 1 << rng.randrange(8) for byte in content[place : place + 1])
    return content[:place] + flipped + content[place + 1 :]


def cut(content: bytes, rng: Random) -> bytes:
    """Drop the end."""
    return content[: rng.randrange(len(content) + 1)]


def insert(content: bytes, rng: Random) -> bytes:
    """Insert a few random bytes, or something that a parser knows."""
    place = rng.randrange(len(content) + 1)
    new = rng.choice((rng.randbytes(rng.randrange(1, 9)), rng.choice(TOKENS)))
    return content[:place] + new + content[place:]


def repeat(content: bytes, rng: Random) -> bytes:
    """Repeat a stretch, or leave it out."""
    begin, end = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return content[:begin] + content[begin:end] * rng.choice((0, 2)) + content[end:]


def _replaced(pattern: re.Pattern[bytes], content: bytes, rng: Random, new: bytes) -> bytes:
    start = rng.randrange(len(content) + 1)
    found = pattern.search(content, start) or pattern.search(content)
    return content[: found.start()] + new + content[found.end() :] if found else content


def number(content: bytes, rng: Random) -> bytes:
    """Replace a number."""
    return _replaced(NUMBER, content, rng, rng.choice(NUMBERS))


def value(content: bytes, rng: Random) -> bytes:
    """Replace a value, or a key, by one of another kind."""
    return _replaced(VALUE, content, rng, rng.choice(TOKENS))


def swap(content: bytes, rng: Random) -> bytes:
    """Swap two fields or keys."""
    places = [found.span() for found in VALUE.finditer(content[:20_000])]
    if len(places) < 2:
        return content
    (a, b), (c, d) = sorted(rng.sample(places, 2))
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


CHANGES = (flip, cut, insert, repeat, number, number, value, swap)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Pack files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return buffer.getvalue()


def inside(content: bytes, rng: Random) -> bytes:
    """Change an entry of a zip, or its name, and pack anew, so that its checksum is right."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        files = {name: source.read(name) for name in source.namelist()}
    name = rng.choice(sorted(files))
    if rng.random() < 0.15:
        strange = ("../x", "/x", "a/../../x", "C:\\x", "x" * 300, "a\0b", " ", ".", "\xff")
        files[rng.choice((*strange, name + "/"))] = files.pop(name)
    else:
        files[name] = mutated(files[name], rng)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return zipped(files)


def _npy(array: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def archive_format() -> Format:
    """`mgc.datasets.archive.open_archive`."""
    arrays = {
        "log_power": np.arange(2 * 3 * 90, dtype=np.uint8).reshape(2, 3, 90),
        "track_id": np.array(["blues.00000", "jazz.00001"]),
        "freq_hz": np.array([10.0, 20.0, 40.0]),
        "frame_rate_hz": np.array(20.0),
    }
    content = zipped({f"{name}.npy": _npy(array) for name, array in arrays.items()})
    return Format({"a.npz": content}, lambda folder: open_archive(folder / "a.npz"), 14_000)


def cache_format() -> Format:
    """`mgc.util.cache.read`: an entry that does not serve is None, never an exception."""
    payload = zipped({"a.npy": _npy(np.eye(3)), "b.npy": _npy(np.array(["x", "y"]))})

    def seal(files: Files) -> Files:
        content = files["a"]
        if content[:2] != b"PK":
            content = content[64:]
        return {"a": hashlib.sha256(content).hexdigest().encode() + content}

    def read(folder: Path) -> object:
        found = cache.read(folder / "a")
        if found is None:
            raise MgcError("damaged")  # counts as refused
        return found

    return Format(seal({"a": payload}), read, 14_000, seal)


def network_format() -> Format:
    """`mgc.inference.network_file.check`."""
    layer = {
        "module": "keras.layers",
        "class_name": "Dense",
        "config": {"units": 10, "activation": "softmax"},
    }
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer] * 3}}
    parts = {"config.json": json.dumps(config).encode(), "model.weights.h5": b"\x89HDF" * 9}
    files = {"a.keras": zipped(parts)}
    return Format(files, lambda folder: network_file.check(folder / "a.keras"), 16_000)


def trial_format() -> Format:
    """`mgc.training.trials.load`."""
    trial = {"config": record_helpers.config(), "environment": {"device": "CPU"}}
    content = json_bytes(trial | dict.fromkeys(trials.MEASURES, 0.5))

    def read(folder: Path) -> object:
        (file,) = folder.iterdir()
        return trials.load(file)

    def seal(files: Files) -> Files:
        (content,) = files.values()
        try:
            return {f"{fit_id(json.loads(content)['config'])}.json": content}
        except (ValueError, TypeError, KeyError, RecursionError):
            return files

    return Format(seal({"a.json": content}), read, 16_000, seal)


def probes_format() -> Format:
    """`mgc.inference.probes.load`."""
    head = ",".join([*probes.TEXTS, *record_helpers.PROBABILITIES])
    rows = [f"clip{i},composed,rock,rock,sure," + ",".join(["0.1"] * 10) for i in range(3)]
    content = "\n".join([head, *rows, ""]).encode()
    return Format({"probes.csv": content}, probes.load, 9_000)


def claims_format() -> Format:
    """`mgc.report.claims.load_claims`."""
    rows = ["id,section,claim,figure,unit,evidence,decider,note"]
    rows += [f's{i}-0{i},{i},"A, claim",0.5,%,code,code:confirmed,' for i in range(1, 6)]
    content = "\n".join([*rows, ""]).encode()
    return Format({"c.csv": content}, lambda folder: load_claims(folder / "c.csv"), 16_000)


def record_format() -> Format:
    """`mgc.records.store.load_record`; half of the cases have new checksums and the right name."""
    with tempfile.TemporaryDirectory() as folder:
        made = record_helpers.save(Store(folder), record_helpers.predictions(per_genre=1))
        files = {path.name: path.read_bytes() for path in made.path.iterdir()}

    def seal(files: Files) -> Files:
        sums = {
            n: hashlib.sha256(c).hexdigest() for n, c in files.items() if n != "checksums.json"
        }
        return files | {"checksums.json": json_bytes(sums)}

    def name(files: Files) -> str:
        try:
            return fit_id(json.loads(files["config.json"]))
        except (ValueError, TypeError, RecursionError):
            return made.fit_id

    return Format(files, load_record, 9_000, seal, name)


def edition_format() -> Format:
    """`mgc.records.editions.load_edition`."""
    ids = [f"{genre}.00000" for genre in GENRES]
    tracks = pd.DataFrame({"track_id": ids, "genre": GENRES, "artist": "", "duration_s": 30.0})
    tabular = pd.DataFrame({"track_id": ids, "a": 0.25, "b": range(10)})
    facts: dict[str, Any] = {"name": "gtzan", "content_hash": "ab" * 32, "n_tracks": 10}
    record = EditionRecord(
        **facts, feature_version="1", missing_genres=(), left_out={}, tracks=tracks,
        tabular=tabular,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / record.key
        write_edition(record, target)
        files = {path.name: path.read_bytes() for path in target.iterdir()}

    def name(files: Files) -> str:
        try:
            facts = json.loads(files["edition.json"])
            key = f"{facts['name']}-{facts['content_hash'][:8]}"
            return key if re.fullmatch(r"[\w-]{1,100}", key, re.ASCII) else record.key
        except (ValueError, TypeError, KeyError, RecursionError):
            return record.key

    return Format(files, load_edition, 8_000, folder=name)


FORMATS: Mapping[str, Callable[[], Format]] = {
    "archive": archive_format, "cache": cache_format, "network": network_format,
    "trial": trial_format, "probes": probes_format, "claims": claims_format,
    "record": record_format, "edition": edition_format,
}  # fmt: skip


def case(form: Format, rng: Random) -> tuple[str, Files]:
    """Make the files of one case, and the name of their folder."""
    files = dict(form.files)
    name = rng.choice(sorted(files))
    content = files[name]
    within = content[:2] == b"PK" or content[64:66] == b"PK"
    if within and rng.random() < 0.5:
        start = content.index(b"PK")
        files[name] = content[:start] + inside(content[start:], rng)
    else:
        files[name] = mutated(content, rng)
    if rng.random() < 0.02 and len(files) > 1:
        del files[rng.choice(sorted(files))]
    if rng.random() < 0.5:
        files = form.seal(files)
    return (form.folder(files) if len(files) == len(form.files) else "case"), files


class Hang(BaseException):
    """A case took longer than `PATIENCE_S`."""


def _hang(*_: object) -> None:
    raise Hang(f"more than {PATIENCE_S} s")


def run(name: str, seed: int, first: int, count: int, saved: Path) -> tuple[int, int, int]:
    """Try some cases of a format: how many were read, were refused, failed; prints the last."""
    warnings.simplefilter("ignore")
    form, valid, refused, failed = FORMATS[name](), 0, 0, 0
    if hasattr(signal, "SIGALRM"):  # Windows has none: there a person has to see that it hangs
        signal.signal(signal.SIGALRM, _hang)
    alarm = getattr(signal, "alarm", int)
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as top:
        for index in range(first, first + count):
            rng = random.Random(f"{seed}/{name}/{index}")
            folder_name, files = case(form, rng)
            folder = Path(top) / folder_name
            for path, content in files.items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
            alarm(PATIENCE_S)
            try:
                form.read(folder)
                valid += 1
            except MgcError:
                refused += 1
            except (Exception, Hang) as error:
                place = saved / f"{name}-{seed}-{index}"
                shutil.copytree(folder, place, dirs_exist_ok=True)
                where = traceback.format_exception(error, limit=-3)
                print(f"{place}:\n{''.join(where):.2000}", flush=True)
                failed += 1
            finally:
                alarm(0)
            shutil.rmtree(folder, ignore_errors=True)
    return valid, refused, failed


@click.command()
@click.option("--seed", default=0)
@click.option("--scale", default=1.0, help="Times as many cases.")
@click.option("--only", type=click.Choice(sorted(FORMATS)), help="One format.")
@click.option("--case", type=int, help="One case of --only.")
@click.option("--saved", type=click.Path(path_type=Path), default=Path("_build/fuzz"))
@click.option("--jobs", default=2)
def main(
    seed: int, scale: float, only: str | None, case: int | None, saved: Path, jobs: int
) -> None:
    """Run all formats and print what came of them; status 1 after a failure."""
    failed = 0
    with ProcessPoolExecutor(jobs) as pool:
        work = {}
        for name in [only] if only else FORMATS:
            cases = 1 if case is not None else round(FORMATS[name]().cases * scale)
            first = case or 0
            parts = [(at, min(1_000, first + cases - at))
                     for at in range(first, first + cases, 1_000)]  # fmt: skip
            work[name] = [pool.submit(run, name, seed, *part, saved) for part in parts]
        for name, pieces in work.items():
            valid, refused, failures = map(
                sum, zip(*(one.result() for one in pieces), strict=True)
            )
            print(f"{name:8} {valid:,} read, {refused:,} refused, {failures} failures", flush=True)
            failed += failures
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
