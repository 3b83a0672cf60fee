"""Ask a network about the same recordings in several forms, and keep its answers.

``python -m tools.stability --data FOLDER --out STORE`` converts each recording with ffmpeg and
writes what `mgc.evaluation.stability` reads.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np
import pandas as pd
import soundfile
from scipy.signal import firwin, oaconvolve

from mgc.audio.ffmpeg import find_ffmpeg
from mgc.audio.samples import SAMPLE_RATE, Samples, load
from mgc.cli import options
from mgc.cli.tables import console_for_output, print_frame
from mgc.cli.terminal import plain_where_needed
from mgc.datasets.opening import open_edition
from mgc.datasets.tracks import P_COLUMNS, Track
from mgc.errors import DataError
from mgc.evaluation.stability import (
    ANSWERS_FILE,
    CONTROL,
    FILE,
    ORIGINAL,
    SPLIT_HZ,
    TEXTS,
    by_form,
)
from mgc.inference import network_file
from mgc.inference.classifier import Classifier
from mgc.inference.opening import network_path
from mgc.util import machine
from mgc.util.atomic import write_whole
from mgc.util.pools import track_progress
from mgc.util.textfiles import csv_bytes, json_bytes

TAPS, KAISER = 1023, 14
SPLIT = f"split at {SPLIT_HZ} Hz by a FIR filter of {TAPS} taps, Kaiser window {KAISER}"
CONTROLS = ("WAV, 44.1 kHz", "MP3, 22.05 kHz, 64 kbit/s")
"""Forms that are also asked about with what the original has above `SPLIT_HZ`."""

FORMS = {
    "WAV, 44.1 kHz": ("wav", "-ar 44100 -c:a pcm_s16le"),
    "MP3, 44.1 kHz, 320 kbit/s": ("mp3", "-ar 44100 -c:a libmp3lame -b:a 320k"),
    "MP3, 44.1 kHz, 128 kbit/s": ("mp3", "-ar 44100 -c:a libmp3lame -b:a 128k"),
    "AAC, 44.1 kHz, 128 kbit/s": ("m4a", "-ar 44100 -c:a aac -b:a 128k"),
    "Opus, 48 kHz, 96 kbit/s": ("opus", "-ar 48000 -c:a libopus -b:a 96k"),
    "MP3, 22.05 kHz, 64 kbit/s": ("mp3", "-ar 22050 -c:a libmp3lame -b:a 64k"),
}
"""Ending of the file and settings of ffmpeg by the name of the form."""

PACKAGES = ("mgc", "numpy", "scipy", "soundfile", "soxr", "onnxruntime")


def convert(program: str, source: Path, target: Path, settings: str) -> None:
    """Write a recording in another form; DataError with ffmpeg's reason where it cannot."""
    line = [program, "-nostdin", "-loglevel", "error", "-y", "-i", f"file:{source}"]
    line += ["-map", "0:a:0", "-map_metadata", "-1", *settings.split(), f"file:{target}"]
    done = subprocess.run(line, capture_output=True, check=False)
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DataError(f"{source}: ffmpeg cannot convert it ({reason[-1] if reason else '?'})")


def with_top_of(original: Samples, form: Samples) -> Samples:
    """Take a recording from its form [shape=(n,)], but what it has above `SPLIT_HZ` from another.

    A control: what a network says of it differs from what it says of the original by what the form
    changed further down.
    """
    low = firwin(TAPS, SPLIT_HZ, window=("kaiser", KAISER), fs=SAMPLE_RATE)
    n = min(len(original), len(form))
    difference = form[:n].astype(np.float64) - original[:n]
    return np.asarray(original[:n] + oaconvolve(difference, low, "same"), np.float32)


def ask(classifier: Classifier, tracks: Sequence[Track], program: str) -> pd.DataFrame:
    """Answers to each recording in each form, as `mgc.evaluation.stability.by_form` reads them."""
    rows = []

    def note(form: str, track: Track, file: Path) -> None:
        p = classifier.answer(file).probabilities.round(6)
        facts = {"form": form, "track_id": track.track_id, "genre": track.genre}
        rows.append({**facts, **dict(zip(P_COLUMNS, p, strict=True))})

    with tempfile.TemporaryDirectory() as folder:
        mixed = Path(folder) / "mixed.wav"
        for track in track_progress(tracks, len(tracks), "Stability", show=True):
            note(ORIGINAL, track, track.path)
            for form, (ending, settings) in FORMS.items():
                file = Path(folder) / f"recording.{ending}"
                convert(program, track.path, file, settings)
                note(form, track, file)
                if form in CONTROLS:
                    joined = with_top_of(load(track.path), load(file))
                    soundfile.write(mixed, joined, SAMPLE_RATE, subtype="FLOAT")
                    note(form + CONTROL, track, mixed)
    answers = pd.DataFrame(rows, columns=[*TEXTS, *P_COLUMNS])
    forms = pd.Categorical(answers["form"], answers["form"].unique())
    return answers.assign(form=forms).sort_values(["form", "track_id"]).astype({"form": str})


@click.command()
@click.option("--data", required=True, help="Folder of recordings in GTZAN's layout.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Store of records to write to.")  # fmt: skip
@options.NETWORK
def main(data: str, out: Path, network: Path | None) -> None:
    """Measure how far the answers of a network hold in other forms of the same recordings."""
    plain_where_needed()
    program = find_ffmpeg()
    if program is None:
        raise click.ClickException("ffmpeg is missing, which makes the forms; install it")
    edition = open_edition(data)
    answers = ask(Classifier(network), edition.tracks, program)
    said = subprocess.run([program, "-version"], capture_output=True, check=True).stdout
    facts = {
        "network_sha256": network_file.sha256(network_path(network)),
        "data": edition.key,
        "ffmpeg": said.decode("utf-8", "replace").split(" Copyright")[0],
        "forms": {name: settings for name, (_, settings) in FORMS.items()}
        | {name + CONTROL: SPLIT for name in CONTROLS},
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        **machine.machine(PACKAGES),
    }
    for name, content in ((FILE, json_bytes(facts)), (ANSWERS_FILE, csv_bytes(answers, "%.6f"))):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(out / name, content)
    print_frame(console_for_output(), "Stability", by_form(answers),
                {"kept": ".0%", "change": ".3f", "accuracy": ".0%"})  # fmt: skip


if __name__ == "__main__":
    main(prog_name="python -m tools.stability")
