"""What ``mgc predict`` does: every file gets an answer or a reason, and none stops the rest."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import click

from mgc.audio.files import audio_files
from mgc.cli.outputs import STREAM, check_apart, check_file, check_folder
from mgc.cli.tables import print_left_out
from mgc.errors import AudioError, DataError, FeatureError, why
from mgc.inference import answers
from mgc.inference.classifier import Answer, Classifier
from mgc.util.atomic import write_whole

BEGINNINGS = {"--json": (b"[]", b"[\n {"), "--csv": (b"file,window,",)}
"""How the files begin that the command writes, and therefore may replace."""

NAME_BYTES = 120
"""Of a recording's name in that of its picture."""


def predict_each(
    paths: Sequence[Path],
    *,
    network: Path | None,
    as_json: str | None,
    as_csv: str | None,
    plots: str | None,
) -> None:
    """Classify files and folders; print the answers, or write them where it is asked.

    Raises AudioError where some file got no answer; all others have theirs. Raises DataError where
    there is no audio at all, or an output cannot be written or would destroy something.
    """
    given = (("--json", as_json), ("--csv", as_csv))
    asked = [(option, target) for option, target in given if target]
    check_apart(asked)
    for option, target in asked:
        check_file(option, target, BEGINNINGS[option])
    if plots:
        check_folder("--plot", plots)
    files, passed_over = audio_files(paths)
    print_left_out({answers.shown(str(path)): reason for path, reason in passed_over.items()})
    if not files:
        raise DataError(f"no audio file in {answers.shown(', '.join(map(str, paths)))}")
    classifier, answered = Classifier(network), list[Answer]()
    for file in files:
        try:
            answer = classifier.answer(file)
        except (AudioError, FeatureError, OSError) as error:
            name = answers.shown(str(file))
            click.echo(f"no answer: {name}: {why(file, error)}", err=True)
            continue
        answered.append(answer)
        if STREAM not in (as_json, as_csv):
            click.echo(answers.text(answer))
        if plots:
            _plot(answer, Path(plots), len(answered))
    if as_json:
        _write(as_json, json.dumps(list(map(answers.plain, answered)), indent=1) + "\n")
    if as_csv:
        _write(as_csv, answers.table(answered).to_csv(index=False, lineterminator="\n"))
    if failed := len(files) - len(answered):
        raise AudioError(f"{failed} of {len(files)} files got no answer; the reasons stand above")


def _plot(answer: Answer, folder: Path, number: int) -> None:
    from mgc.display.figures.model_plots import genres_over_time

    folder.mkdir(parents=True, exist_ok=True)
    name = answers.shown(Path(answer.file).name)
    picture = io.BytesIO()
    genres_over_time(answer, name).savefig(picture, format="png", dpi=120)
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in name)
    # File systems count bytes, some allow 143 of them.
    safe = safe.encode()[:NAME_BYTES].decode(errors="ignore")
    write_whole(folder / f"{number:04d}-{safe}.png", picture.getvalue())


def _write(target: str, content: str) -> None:
    if target == STREAM:
        click.echo(content.encode(), nl=False)  # the bytes of a file, whatever the terminal's own
    else:
        write_whole(Path(target), content.encode())
