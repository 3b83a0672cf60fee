"""Ask a network that ships about sounds that are not GTZAN, and put its answers on record.

Composed clips of the demo edition, which sound like no record of the 1990s, sounds that are no
music at all, and speech. ``python -m tools.probes NAME`` writes what `mgc.inference.probes` reads.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
import pandas as pd
import soundfile

from mgc.audio.files import audio_files
from mgc.audio.samples import SAMPLE_RATE
from mgc.cli import options
from mgc.datasets import demo
from mgc.datasets.tracks import P_COLUMNS
from mgc.inference.classifier import Answer, Classifier
from mgc.inference.probes import CROPS_FILE, EXAMPLES, FILE, TEXTS
from mgc.records.store import Store, default_root
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes

SECONDS = 30


def sounds() -> dict[str, npt.NDArray[np.float32]]:
    """Sounds without music by name, 30 s each, in [-1, 1], the same on every machine."""
    n = SECONDS * SAMPLE_RATE
    rng = np.random.default_rng(0)
    time = np.arange(n) / SAMPLE_RATE
    white = rng.standard_normal(n)
    brown = np.cumsum(white)
    clicks = np.zeros(n)
    clicks[:: SAMPLE_RATE // 2] = 1.0
    waves = {
        "white noise": white,
        "brown noise": brown - np.linspace(brown[0], brown[-1], n),
        "a tone of 440 Hz": np.sin(2 * np.pi * 440 * time),
        "two clicks a second": clicks,
        "a sweep from 50 Hz to 8 kHz": np.sin(
            2 * np.pi * 50 * SECONDS / np.log(160) * (160 ** (time / SECONDS) - 1)
        ),
    }
    return {name: (0.5 * x / np.abs(x).max()).astype(np.float32) for name, x in waves.items()}


def ask(classifier: Classifier, speech: Path | None) -> pd.DataFrame:
    """Answers about the demo clips, the sounds, and the files of a folder of speech, if any.

    As `mgc.inference.probes.load` reads them.
    """
    rows = []
    for track in demo.manifest():
        answer = classifier.answer(demo.clip_path(track["track_id"]))
        rows.append(_row(track["track_id"], "composed", track["genre"], answer))
    with tempfile.TemporaryDirectory() as folder:
        for name, samples in sounds().items():
            file = Path(folder) / "sound.wav"
            soundfile.write(file, samples, SAMPLE_RATE, subtype="FLOAT")
            rows.append(_row(name, "no music", "", classifier.answer(file)))
    spoken = audio_files([speech])[0] if speech else []
    rows += [_row(file.stem, "speech", "", classifier.answer(file)) for file in spoken]
    return pd.DataFrame(rows, columns=[*TEXTS, *P_COLUMNS])


def ask_crops(classifier: Classifier) -> pd.DataFrame:
    """Probabilities of each crop of the examples, as `mgc.inference.probes.load_crops` reads."""
    frames = []
    for clip in sorted(EXAMPLES):
        (window,) = classifier.answer(demo.clip_path(clip)).windows
        frame = pd.DataFrame(window.crops.round(6), columns=list(P_COLUMNS))
        frame.insert(0, "name", clip)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _row(name: str, kind: str, genre: str, answer: Answer) -> dict[str, object]:
    facts = {"name": name, "kind": kind, "genre": genre}
    said = {"said": answer.top[0][0], "verdict": answer.verdict}
    p = dict(zip(P_COLUMNS, answer.probabilities.round(6), strict=True))
    return {**facts, **said, **p}


def store_of(network: str) -> Store:
    """Store of the records of a network that ships: ``musicnn`` or ``cnn``."""
    store = Store(default_root())
    return store.networks if network == "cnn" else store.transfer


@click.command()
@click.argument("name", default="musicnn")
@click.option("--speech", type=options.FOLDER, help="Recordings of speech, VOICE_NUMBER.wav.")
def main(name: str, speech: Path | None) -> None:
    """Write the answers of a network that ships into its store of records."""
    classifier, root = Classifier(name), store_of(name).root
    for file, table in ((FILE, ask(classifier, speech)), (CROPS_FILE, ask_crops(classifier))):
        write_whole(root / file, csv_bytes(table, "%.6f"))
        click.echo(root / file, err=True)


if __name__ == "__main__":
    main(prog_name="python -m tools.probes")
