"""The command ``mgc predict``: every file gets an answer or a reason, and none stops the rest."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from mgc.audio.files import audio_files
from mgc.errors import AudioError, DataError, FeatureError, why
from mgc.inference import answers
from mgc.inference.classifier import Answer, Classifier
from mgc.util.atomic import write_whole

STREAM = "-"


def run(
    paths: Sequence[str],
    *,
    network: str | None,
    as_json: str,
    as_csv: str,
    plots: str,
) -> None:
    """Classify files and folders; print the answers, or write them where it is asked.

    Parameters
    ----------
    paths : sequence of str
        Files, and folders that are searched for audio.
    network : str or None
        File of a network; None for the one that ships.
    as_json, as_csv : str
        File to write, ``-`` for the standard output, or nothing.
    plots : str
        Folder for one picture a file, or nothing.

    Raises
    ------
    AudioError
        Some file got no answer; all others have theirs.
    DataError
        There is no audio file at all, or two outputs claim the standard output.
    """
    if as_json == as_csv == STREAM:
        raise DataError("--json and --csv cannot both go to the standard output; name a file")
    files, passed_over = audio_files(paths)
    for path, reason in passed_over.items():
        _say(f"left out: {answers.shown(str(path))}: {reason}")
    if not files:
        raise DataError(f"no audio file in {', '.join(map(answers.shown, paths))}")
    quiet = STREAM in (as_json, as_csv)
    classifier = Classifier(network)
    said, failed = [], 0
    for file, result in _answers(classifier, files):
        if isinstance(result, str):
            failed += 1
            _say(f"no answer: {answers.shown(str(file))}: {result}")
            continue
        said.append(result)
        if not quiet:
            click.echo(answers.text(result))
        if plots:
            _plot(result, Path(plots), len(said))
    if as_json:
        _write(as_json, json.dumps([answers.plain(one) for one in said], indent=1) + "\n")
    if as_csv:
        _write(as_csv, answers.table(said).to_csv(index=False, lineterminator="\n"))
    if failed:
        raise AudioError(f"{failed} of {len(files)} files got no answer; the reasons stand above")


def _answers(classifier: Classifier, files: Sequence[Path]) -> Iterator[tuple[Path, Answer | str]]:
    """Pair each file with its answer, or with the reason why it has none."""
    for file in files:
        try:
            yield file, classifier.answer(file)
        except (AudioError, FeatureError, OSError) as error:
            yield file, why(file, error)


def _plot(answer: Answer, folder: Path, number: int) -> None:
    from mgc.display.figures.model_plots import genres_over_time

    folder.mkdir(parents=True, exist_ok=True)
    name = answers.shown(Path(answer.file).name)
    picture = io.BytesIO()
    genres_over_time(answer, name).savefig(picture, format="png", dpi=120)
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in name)[:80]
    write_whole(folder / f"{number:04d}-{safe}.png", picture.getvalue())


def _write(target: str, content: str) -> None:
    if target == STREAM:
        click.echo(content, nl=False)
    else:
        write_whole(Path(target), content.encode())


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
