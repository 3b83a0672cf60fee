"""Measure how far packed audio agrees with the published archive, and whether answers stay.

``python -m tools.packing --mini FOLDER --archive FILE --out STORE`` packs the mini set by the rule
of the archive and writes what `mgc.evaluation.packing` reads.
"""

from __future__ import annotations

import hashlib
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from mgc.cli import options
from mgc.cli.tables import console_for_output, print_frame
from mgc.datasets.archive import Archive, open_archive
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.opening import open_edition
from mgc.datasets.splits import ARTIST_CV
from mgc.datasets.tracks import GENRES
from mgc.evaluation.packing import FILE, TEXTS, TRACKS_FILE, by_genre, by_model
from mgc.features import from_archive, pack
from mgc.inference import network_file
from mgc.inference.picture_network import crop_probabilities
from mgc.records.study import open_study
from mgc.training import inputs
from mgc.typing import Grey, IntArray
from mgc.util import machine
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes, json_bytes

PACKAGES = ("mgc", "numpy", "scipy", "scikit-learn", "soundfile", "tensorflow", "keras")


def compare(published: Grey, drawn: Grey) -> pd.DataFrame:
    """Compare pictures [shape=(n, 128, 496)] cell by cell: ``equal``, ``near``, ``apart``."""
    apart = np.abs(published.astype(np.int64) - drawn)
    shares = {"equal": apart == 0, "near": apart <= 1, "apart": apart}
    return pd.DataFrame({name: cells.mean(axis=(1, 2)) for name, cells in shares.items()})


def ask_network(pictures: Grey) -> list[str]:
    """Answers of the small CNN that ships to some pictures."""
    crops = crop_probabilities(network_file.open_network(), pictures)
    return [GENRES[int(p.mean(axis=0).argmax())] for p in crops]


def ask_logistic(archive: Archive, names: list[str], drawn: Grey) -> pd.DataFrame:
    """Answers of logistic regression under the artist folds to both pictures of some tracks.

    Each fold is fitted again, on published pictures, as the published baseline is, and asked about
    the tracks that it tests.
    """
    study = open_study("gtzan-archive", protocol=ARTIST_CV)
    usable = study.edition_record.usable["track_id"].tolist()
    place = {name: row for row, name in enumerate(archive.track_id.tolist())}
    rows = np.array([place[name] for name in usable])
    known = from_archive.features(archive.log_power[rows], archive.freq_hz)["tabular"]
    packed = from_archive.features(drawn, archive.freq_hz)["tabular"]
    genre = gtzan_table().set_index("track_id").loc[usable, "genre"].to_numpy(dtype=np.str_)
    split, drawn_row = study.split(), {name: row for row, name in enumerate(names)}
    said = []
    for fold in split.folds:
        train, test = (split.example_track[part] for part in (fold.train, fold.test))
        asked = [track for track in test.tolist() if usable[track] in drawn_row]
        joined = np.concatenate([known, packed[[drawn_row[usable[track]] for track in asked]]])
        scaled = inputs.scale(joined, train, "per column")
        model = LogisticRegression(max_iter=5000).fit(scaled[train], genre[train])
        both = (scaled[_array(asked)], scaled[len(known) :])
        answers = [model.predict(x) for x in both]
        said.append(
            pd.DataFrame(
                {
                    "track_id": [usable[track] for track in asked],
                    "logistic_archive": answers[0],
                    "logistic_audio": answers[1],
                }
            )
        )
    return pd.concat(said)


def _array(rows: list[int]) -> IntArray:
    return np.array(rows, dtype=np.int64)


@click.command()
@click.option("--mini", type=options.DATA, required=True, help="Folder of the mini set.")
@click.option("--archive", type=options.FILE, required=True, help="Archive of all of GTZAN.")
@click.option("--out", type=options.FOLDER, required=True, help="Store of records to write to.")
def main(mini: str, archive: Path, out: Path) -> None:
    """Measure, write the record, and print it."""
    published = open_archive(archive)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mini.npz"
        left_out = pack.pack(mini, file, like=pack.PUBLISHED)
        packed = open_archive(file)
    names = [name for name in packed.track_id.tolist() if name in set(published.track_id)]
    theirs, ours = (
        found.log_power[[found.track_id.tolist().index(name) for name in names]]
        for found in (published, packed)
    )
    genre = gtzan_table().set_index("track_id").loc[names, "genre"].to_numpy(dtype=np.str_)
    table = pd.DataFrame({"track_id": names, "genre": genre})
    table = pd.concat([table, compare(theirs, ours)], axis=1)
    table["cnn_archive"], table["cnn_audio"] = ask_network(theirs), ask_network(ours)
    table = table.merge(ask_logistic(published, names, ours), on="track_id", how="left")
    table = table.fillna(dict.fromkeys(TEXTS, ""))
    facts = {
        "archive": open_edition(archive).key,
        "mini": open_edition(mini).key,
        "left_out": left_out,
        "network_sha256": network_file.sha256(network_file.shipped()),
        "archive_sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        **machine.machine(PACKAGES),
    }
    for name, content in ((FILE, json_bytes(facts)), (TRACKS_FILE, csv_bytes(table, "%.6f"))):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(out / name, content)
    console = console_for_output()
    print_frame(console, "Cells", by_genre(table),
                {"equal": ".1%", "near": ".1%", "apart": ".2f"})  # fmt: skip
    print_frame(console, "Answers", by_model(table),
                {"same": ".1%", "archive": ".1%", "audio": ".1%"})  # fmt: skip


if __name__ == "__main__":
    main(prog_name="python -m tools.packing")
