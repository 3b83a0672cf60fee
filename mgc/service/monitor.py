"""Answers to music that comes in, watched for a change against answers to a reference."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from mgc.audio.files import AUDIO_EXTENSIONS, audio_files
from mgc.errors import AudioError, DataError, FeatureError
from mgc.evaluation.drift import Change, Detector
from mgc.inference import answers
from mgc.inference.classifier import Classifier
from mgc.typing import Double

REMEDY = "give a folder of music, what `mgc predict --json` wrote, or the lines of `mgc serve`"


def read(source: Path, network: Path | None = None) -> Iterator[dict[str, Any]]:
    """Give the answers in a folder, or a file of answers or audio, one after the other.

    A folder has no order in time: its files are heard in a random one, the same in every run.
    Answers of a file keep their order. Raises DataError for what is no list of answers.
    """
    if source.is_dir() or source.suffix.lower() in AUDIO_EXTENSIONS:
        yield from _hear(source, network)
        return
    with source.open("rb") as stream:
        yield from read_lines(stream, str(source))


def read_lines(stream: IO[bytes], name: str) -> Iterator[dict[str, Any]]:
    """Give the answers of a stream: a list in JSON, or an object on each line, as they come."""
    for number, line in enumerate(stream, 1):
        try:
            if number == 1 and line.lstrip().startswith(b"["):
                content = json.loads(line + stream.read())
            else:
                content = [json.loads(line)] if line.strip() else []
        except ValueError as problem:
            raise DataError(f"{name}, line {number}: no JSON ({problem}); {REMEDY}") from None
        for answer in content:
            if not isinstance(answer, dict):
                raise DataError(f"{name}, line {number}: no answer; {REMEDY}")
            yield answer


def _hear(source: Path, network: Path | None) -> Iterator[dict[str, Any]]:
    files, _ = audio_files([source])
    if not files:
        raise DataError(f"{source}: there is no audio file; {REMEDY}")
    classifier = Classifier(network)
    for number in np.random.default_rng(0).permutation(len(files)):
        try:
            answer = classifier.answer(files[number])
            yield answers.plain(answer) | {"tags": dict(getattr(answer, "tags", {}))}
        except (AudioError, FeatureError):
            yield {"file": str(files[number])}


def values(answer: Mapping[str, Any]) -> dict[str, float] | None:
    """Take the probabilities of the genres, then those of tags, by name; None for no answer."""
    try:
        genres = answer.get("probabilities")
        if genres is None:
            return None
        tags = answer.get("tags") or {}
        if not isinstance(tags, Mapping):  # a list of the first few is not all
            tags = {}
        found = {name: float(p) for name, p in genres.items()}
        return found | {f"tag {name}": float(p) for name, p in tags.items()}
    except (AttributeError, TypeError, ValueError):
        raise DataError(f"an answer has no readable probabilities; {REMEDY}") from None


@dataclass
class Watch:
    """What a monitor has seen so far.

    Attributes
    ----------
    heard, skipped : int
        Answers that counted, and those without probabilities: silence, or what was refused.
    changed : list of int
        Answers after which there was an alarm.
    """

    heard: int = 0
    skipped: int = 0
    changed: list[int] = field(default_factory=list)


def make_detector(reference: Iterable[Mapping[str, Any]], window: int) -> Detector:
    """Learn what is usual; raises DataError for too few answers, or those of several networks."""
    known = [row for row in map(values, reference) if row is not None]
    columns = list(known[0]) if known else []
    n_genres = sum(not name.startswith("tag ") for name in columns)
    table = np.array([_row(row, columns) for row in known]).reshape(len(known), len(columns))
    return Detector(table, columns, n_genres, window)


def watch(
    detector: Detector, stream: Iterable[Mapping[str, Any]], seen: Watch
) -> Iterator[tuple[int, bool, Change]]:
    """Look at a stream while it comes in; give number of answers, alarm, and what is different.

    `seen` is kept up to date. Raises DataError where an answer lacks what the reference has.
    """
    recent: deque[Double] = deque(maxlen=detector.window)
    for answer in stream:
        row = values(answer)
        if row is None:
            seen.skipped += 1
            continue
        recent.append(_row(row, detector.columns))
        seen.heard += 1
        behind = seen.heard - detector.window
        if behind >= 0 and behind % detector.step == 0:
            alarm, change = detector.look(np.array(recent))
            if alarm:
                seen.changed.append(seen.heard)
            yield seen.heard, alarm, change


def _row(row: Mapping[str, float], columns: Iterable[str]) -> Double:
    try:
        return np.array([row[name] for name in columns], np.float64)
    except KeyError as missing:
        raise DataError(
            f"an answer has no probability of {missing}, and the reference has; use one network"
            " for both"
        ) from None
