"""What the shipped network says of sounds that are not GTZAN: where it fails, on record.

Composed clips of the demo edition, which sound like no record of the 1990s, and sounds that are no
music at all. ``python -m mgc.inference.probes`` asks the network and writes the answers; the
appendix on the network shows them. A few clips are kept crop by crop: the examples of the page on
one's own music.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from mgc.audio.samples import SAMPLE_RATE
from mgc.datasets import demo
from mgc.datasets.tracks import P_COLUMNS
from mgc.inference.classifier import Answer, Classifier
from mgc.records.store import default_root
from mgc.util.atomic import write_whole
from mgc.util.textfiles import read_csv

FILE = "networks/probes.csv"
"""In the store of records."""

CROPS_FILE = "networks/examples.csv"
EXAMPLES = ("disco.00000", "jazz.00008", "metal.00000")
"""Clips whose crops are kept: one named rightly, one without being sure, one wrongly."""

SECONDS = 30
TEXTS = ("name", "kind", "genre", "said", "verdict")
Samples = npt.NDArray[np.float32]


def sounds() -> dict[str, Samples]:
    """Sounds without music, 30 s each, the same on every machine.

    Returns
    -------
    sounds : dict of str to ndarray [shape=(661500,)], float32, in [-1, 1]
    """
    n = SECONDS * SAMPLE_RATE
    rng = np.random.default_rng(0)
    time = np.arange(n) / SAMPLE_RATE
    white = rng.standard_normal(n)
    brown = np.cumsum(white)
    clicks = np.zeros(n)
    clicks[:: SAMPLE_RATE // 2] = 1.0
    found = {
        "white noise": white,
        "brown noise": brown - np.linspace(brown[0], brown[-1], n),
        "a tone of 440 Hz": np.sin(2 * np.pi * 440 * time),
        "two clicks a second": clicks,
        "a sweep from 50 Hz to 8 kHz": np.sin(
            2 * np.pi * 50 * SECONDS / np.log(160) * (160 ** (time / SECONDS) - 1)
        ),
    }
    return {name: (0.5 * x / np.abs(x).max()).astype(np.float32) for name, x in found.items()}


def ask(classifier: Classifier) -> pd.DataFrame:
    """Ask a network about the demo clips and the sounds.

    Parameters
    ----------
    classifier : Classifier

    Returns
    -------
    DataFrame
        ``name``, ``kind`` (``composed`` or ``no music``), ``genre`` (the true one, if any),
        ``said``, ``verdict`` and the ten probabilities.
    """
    import tempfile

    import soundfile

    rows = []
    for track in demo.manifest():
        answer = classifier.answer(demo.clip_path(track["track_id"]))
        rows.append(_row(track["track_id"], "composed", track["genre"], answer))
    with tempfile.TemporaryDirectory() as folder:
        for name, samples in sounds().items():
            file = Path(folder) / "sound.wav"
            soundfile.write(file, samples, SAMPLE_RATE, subtype="FLOAT")
            rows.append(_row(name, "no music", "", classifier.answer(file)))
    return pd.DataFrame(rows, columns=[*TEXTS, *P_COLUMNS])


def load(root: str | Path) -> pd.DataFrame:
    """Read the answers from a store; raises RecordError if they are missing or damaged."""
    return read_csv(Path(root) / FILE, TEXTS, blanks=True)


def ask_crops(classifier: Classifier) -> pd.DataFrame:
    """Ask a network about each crop of the examples.

    Parameters
    ----------
    classifier : Classifier

    Returns
    -------
    DataFrame
        ``name`` and the ten probabilities, a row for each crop in order of time.
    """
    frames = []
    for clip in EXAMPLES:
        (part,) = classifier.answer(demo.clip_path(clip)).parts
        frame = pd.DataFrame(part.crops.round(6), columns=list(P_COLUMNS))
        frame.insert(0, "name", clip)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def load_crops(root: str | Path) -> pd.DataFrame:
    """Read the answers for each crop from a store; raises RecordError as `load`."""
    return read_csv(Path(root) / CROPS_FILE, ("name",))


def _row(name: str, kind: str, genre: str, answer: Answer) -> dict[str, object]:
    facts = {"name": name, "kind": kind, "genre": genre}
    said = {"said": answer.top[0][0], "verdict": answer.verdict}
    p = dict(zip(P_COLUMNS, answer.probabilities.round(6), strict=True))
    return {**facts, **said, **p}


def main() -> None:
    """Ask the network that ships and write the answers into the store of records."""
    classifier, root = Classifier(), default_root()
    for name, table in ((FILE, ask(classifier)), (CROPS_FILE, ask_crops(classifier))):
        text = table.to_csv(index=False, float_format="%.6f", lineterminator="\n")
        write_whole(root / name, text.encode())
        print(root / name, file=sys.stderr)


if __name__ == "__main__":
    main()
