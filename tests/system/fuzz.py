"""Feed damaged files to the readers of our own formats: ``nox -s fuzz``, minutes, not in CI.

Each case is a valid file with a few changes, or random bytes. A reader may return an object or
raise MgcError; anything else is a failure, and so is a case that takes more than `PATIENCE_S`.
Case i of a format depends on the seed, the format and i alone.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

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
    if not content:
        return content
    changed = bytearray(content)
    changed[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(changed)


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
        names = (
            "../x",
            "/x",
            "a/../../x",
            "C:\\x",
            "x" * 300,
            "a\0b",
            " ",
            ".",
            "\xff",
            name + "/",
        )
        files[rng.choice(names)] = files.pop(name)
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
    layer = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 10}}
    config = {"module": "keras", "class_name": "Sequential", "config": {"layers": [layer] * 3}}
    content = zipped(
        {"config.json": json.dumps(config).encode(), "model.weights.h5": b"\x89HDF" * 9}
    )
    return Format(
        {"a.keras": content}, lambda folder: network_file.check(folder / "a.keras"), 16_000
    )


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
    return Format({"networks/probes.csv": content}, probes.load, 9_000)


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
        sums = {n: hashlib.sha256(c).hexdigest() for n, c in files.items() if n in _SEALED}
        return files | {"checksums.json": json_bytes(sums)}

    def name(files: Files) -> str:
        try:
            return fit_id(json.loads(files["config.json"]))
        except (ValueError, TypeError, RecursionError):
            return made.fit_id

    return Format(files, load_record, 9_000, seal, name)


_SEALED = frozenset(
    {"config.json", "environment.json", "architecture.json", "history.csv", "predictions.csv"}
)


def edition_format() -> Format:
    """`mgc.records.editions.load_edition`."""
    import pandas as pd

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


def run(name: str, seed: int, first: int, count: int, saved: Path) -> tuple[int, int, list[str]]:
    """Try some cases of a format; returns how many were read, how many refused, what failed."""
    warnings.simplefilter("ignore")
    form, valid, refused, failures = FORMATS[name](), 0, 0, []
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
                where = traceback.extract_tb(error.__traceback__)
                ours = [
                    f"{Path(f.filename).name}:{f.lineno}" for f in where if "/mgc/" in f.filename
                ]
                failures.append(f"{place}: {ours[-1:]} {type(error).__name__}: {error!s:.120}")
            finally:
                alarm(0)
            shutil.rmtree(folder, ignore_errors=True)
    return valid, refused, failures


def main() -> int:
    """Run all formats, print what came of them, and return 1 after a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0, help="times as many cases")
    parser.add_argument("--only", choices=sorted(FORMATS), help="one format")
    parser.add_argument("--case", type=int, help="one case of --only")
    parser.add_argument("--saved", type=Path, default=Path("_build/fuzz"))
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    begin, total, failed = time.monotonic(), 0, []
    names = [options.only] if options.only else list(FORMATS)
    with ProcessPoolExecutor(options.jobs) as pool:
        work = {}
        for name in names:
            cases = 1 if options.case is not None else round(FORMATS[name]().cases * options.scale)
            first = options.case or 0
            steps = range(first, first + cases, 1_000)
            work[name] = [
                pool.submit(run, name, options.seed, at, min(1_000, first + cases - at),
                            options.saved)
                for at in steps
            ]  # fmt: skip
        for name, pieces in work.items():
            found = [piece.result() for piece in pieces]
            valid, refused = (sum(one[k] for one in found) for k in (0, 1))
            failures = [failure for one in found for failure in one[2]]
            count = valid + refused + len(failures)
            print(f"{name:8} {count:7,} cases: {valid:,} read, {refused:,} refused, "
                  f"{len(failures)} failures", flush=True)  # fmt: skip
            for line in failures[:10]:
                print(f"  {line}")
            total, failed = total + count, failed + failures
    print(f"{total:,} cases with seed {options.seed} in {time.monotonic() - begin:.0f} s, "
          f"{len(failed)} failures")  # fmt: skip
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
