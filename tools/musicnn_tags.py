"""Ask MusiCNN's tags of GTZAN's tracks for the genre, and keep the answers in the open table.

``python -m tools.musicnn_tags --taggrams FILE --out STORE``. MusiCNN (Pons and Serra 2019) learned
tags of the Million Song Dataset. FILE holds its published probabilities of 50 tags for the
fault-filtered training and test tracks, once a second (jordipons/sklearn-audio-transfer-learning,
ISC licence). Two systems come of them: the tags that are genres, taken at their word, and logistic
regression on all tags, fitted to the training part.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mgc.cli import options
from mgc.datasets.gtzan import gtzan_table
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.evaluation.open_table import COLUMNS, FOLDER, LIST
from mgc.evaluation.outside import GENRE_TAGS, GENRES_FILE, TAGS_FILE
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes, read_csv

OUTSIDE = "Million Song Dataset (tags)"
SOURCE = "MusiCNN's published tags of GTZAN (jordipons/sklearn-audio-transfer-learning)"
TITLES = {
    TAGS_FILE: "MusiCNN tags + logistic regression",
    GENRES_FILE: "MusiCNN tags at their word",
}


def track_means(taggrams: Path) -> pd.DataFrame:
    """Mean probability of each tag on each track, with ``track_id`` and ``part``."""
    with np.load(taggrams, allow_pickle=False) as arrays:
        table = pd.DataFrame(arrays["probability"].astype(np.float64), columns=arrays["tag"])
        keys = [arrays["track_id"], arrays["part"]]
    return table.groupby(keys).mean().rename_axis(["track_id", "part"]).reset_index()


def at_their_word(means: pd.DataFrame) -> pd.DataFrame:
    """Probabilities of the test tracks from the tags that are genres; other genres have none."""
    test = means[means["part"] == "test"]
    p = pd.DataFrame(0.0, index=test.index, columns=list(P_COLUMNS))
    for tag, genre in GENRE_TAGS.items():
        p[f"p_{genre}"] = test[tag]
    return p.div(p.sum(axis=1), axis=0).assign(track_id=test["track_id"])


def regressed(means: pd.DataFrame) -> pd.DataFrame:
    """Probabilities of the test tracks by logistic regression on the logits of all tags."""
    genre = means["track_id"].map(gtzan_table().set_index("track_id")["genre"])
    p = means.drop(columns=["track_id", "part"])
    logits = np.log(p.to_numpy() / (1 - p.to_numpy()))
    train = (means["part"] == "train").to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000))
    model.fit(logits[train], genre[train])
    found = model.predict_proba(logits[~train])
    columns = [f"p_{name}" for name in GENRES]
    return pd.DataFrame(found, columns=columns).assign(
        track_id=means.loc[~train, "track_id"].to_numpy()
    )


@click.command()
@click.option("--taggrams", type=options.FILE, required=True, help="Published tags (.npz).")
@click.option("--out", type=options.FOLDER, required=True, help="Store of records to write to.")
def main(taggrams: Path, out: Path) -> None:
    """Write the answers of both systems, and list them."""
    means, folder = track_means(taggrams), out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, answers in ((TAGS_FILE, regressed(means)), (GENRES_FILE, at_their_word(means))):
        table = answers.sort_values("track_id")[["track_id", *P_COLUMNS]]
        write_whole(folder / name, csv_bytes(table, "%.5f"))
    listed = pd.DataFrame(columns=list(COLUMNS), dtype=str)
    if (folder / LIST).exists():
        listed = read_csv(folder / LIST, COLUMNS)
        listed = listed[~listed["answers"].isin(list(TITLES))]
    rows = [(title, "fault_filtered", file, OUTSIDE, SOURCE) for file, title in TITLES.items()]
    listed = pd.concat([listed, pd.DataFrame(rows, columns=list(COLUMNS))])
    write_whole(folder / LIST, csv_bytes(listed))


if __name__ == "__main__":
    main(prog_name="python -m tools.musicnn_tags")
