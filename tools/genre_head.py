"""Fit the genre head of the network that ships, write the network, and keep the record of both.

``python -m tools.genre_head`` needs the published weights and tag probabilities of MusiCNN. Folds
over artist groups within the training part choose everything; test tracks are predicted once, by
the head in the file.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import psutil
import soxr
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from mgc.audio.samples import decode
from mgc.cli import options
from mgc.cli.tables import console_for_output, print_frame
from mgc.cli.terminal import plain_where_needed
from mgc.datasets.artists import track_credits
from mgc.datasets.opening import open_edition
from mgc.datasets.taggrams import N_WINDOWS, Taggrams, read_taggrams
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.evaluation.transfer import (
    AGREEMENT_FILE,
    FACTS_FILE,
    FOLDS_FILE,
    NONE_FILE,
    READ_OUT_FILE,
)
from mgc.features.tag_mel import HOP_LENGTH, RATE
from mgc.inference import network_file, tag_graph, tag_network
from mgc.inference.make_network import temperature
from mgc.inference.tag_head import N_FOLDS, fit, inputs, out_of_fold
from mgc.inference.tag_network import ODDS, TAGS_OUTPUT
from mgc.models.musicnn import TAGS, read_weights
from mgc.records.checks import HISTORY_COLUMNS
from mgc.records.config import FORMAT
from mgc.records.store import Store, default_root
from mgc.typing import Double, IntArray
from mgc.util import machine
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes, json_bytes, sha256
from tools import non_music

READS, FITTED_ON, STRENGTHS = (
    (ODDS, TAGS_OUTPUT),
    ("tracks", "windows"),
    (0.01, 0.03, 0.1, 0.3, 1.0),
)
COUNTS = (1, 3, 5, 10, 28)
DRAWS = 3
MUSIC_C, REFUSED = 0.01, 0.02
HOP_FRAMES = 61
"""Frames from one published window to the next."""
NAMED = {"blues": "blues", "country": "country", "hiphop": "Hip-Hop", "jazz": "jazz",
         "metal": "metal", "pop": "pop", "rock": "rock"}  # fmt: skip
"""The tag of a genre's name, where there is one."""
PACKAGES = ("mgc", "numpy", "scipy", "scikit-learn", "soxr", "onnx", "onnxruntime")
FACTS = {
    "source": "MusiCNN for the Million Song Dataset (Pons and Serra 2019), package musicnn 0.1.0",
    "licence": "weights ISC (see musicnn-LICENSE.txt), head and graph MIT",
    "tags": "|".join(TAGS),
    "classes": "|".join(GENRES),
}


def windows(n: int) -> IntArray:
    """Which of the 28 published windows stand for n of them, evenly over the clip."""
    middle = [(N_WINDOWS - 1) // 2]
    places = np.rint(np.linspace(0, N_WINDOWS - 1, n)) if n > 1 else middle
    return np.asarray(places, np.int64)


def try_forms(
    probability: Double, genre: IntArray, groups: Any, forms: Iterator[tuple[str, str, float, int]]
) -> pd.DataFrame:
    """Score each form and number of windows by folds over artist groups."""
    rows = []
    for reads, fitted_on, strength, n in forms:
        x, scores, losses = inputs(probability[:, windows(n)], reads), [], []
        for draw in range(DRAWS):
            p, _ = out_of_fold(x, genre, groups, (reads, fitted_on, strength), draw=draw)
            mean = p.mean(axis=1)
            scores.append(np.mean(mean.argmax(axis=1) == genre))
            losses.append(log_loss(genre, mean, labels=range(len(GENRES))))
        row = {"reads": reads, "fitted_on": fitted_on, "C": strength, "n_windows": n}
        measured = {"accuracy": np.mean(scores), "sd": np.std(scores, ddof=1)}
        rows.append(row | measured | {"log_loss": np.mean(losses)})
    return pd.DataFrame(rows)


def from_file(content: bytes, probability: Double, reads: str) -> Double:
    """Ask the head in a file [n, n_windows, 10], by cutting the graph behind the tags."""
    import onnx
    import onnxruntime

    model = onnx.load_from_string(content)
    part = onnx.utils.Extractor(model).extract_model([reads], [tag_network.GENRES_OUTPUT])
    session = onnxruntime.InferenceSession(part.SerializeToString())
    rows = inputs(probability, reads).reshape(-1, probability.shape[2]).astype(np.float32)
    (p,) = session.run(None, {reads: rows})
    return np.asarray(p, np.float64).reshape(*probability.shape[:2], -1)


def agreement(content: bytes, published: Taggrams, folder: str) -> pd.DataFrame:
    """Correlation of the network's tags with the published ones, for tracks that have both."""
    session, rows = tag_network.session(content), []
    starts = (HOP_FRAMES * np.arange(N_WINDOWS)).astype(np.int32)
    places = {str(name): row for row, name in enumerate(published.track_id)}
    for track in open_edition(folder).tracks:
        if (row := places.get(track.track_id)) is not None:
            samples = soxr.resample(*decode(track.path), RATE, quality="HQ")
            _, tags, *_ = tag_network.run(session, samples, starts)
            both = np.corrcoef(tags.ravel(), published.probability[row].ravel())
            rows.append({"track_id": track.track_id, "correlation": both[0, 1]})
    return pd.DataFrame(rows)


def crop_odds(session: Any, samples: Any) -> Double:
    """Compute the log odds of the tags in the crops of half a minute [n_crops, 50]."""
    starts = tag_network.crop_starts(1 + len(samples) // HOP_LENGTH)
    _, tags, *_ = tag_network.run(session, samples, starts)
    return inputs(tags.astype(np.float64), ODDS)


def fit_music(music: Double, other: Double) -> tag_graph.Head:
    """Fit what tells music from other sounds by the crops of each [n, n_crops, 50]."""
    rows = np.concatenate([music.reshape(-1, len(TAGS)), other.reshape(-1, len(TAGS))])
    answers = np.repeat([1, 0], [music.size // len(TAGS), other.size // len(TAGS)])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=MUSIC_C, class_weight="balanced"))
    model.fit(rows, answers)
    scaler, regression = model[0], model[1]
    kernel = (regression.coef_ / scaler.scale_).T
    return tag_graph.Head(ODDS, kernel, regression.intercept_ - scaler.mean_ @ kernel)


def is_music(head: tag_graph.Head, odds: Double) -> Double:
    """Mean over crops of the probability of music [n]."""
    return np.asarray(expit(odds @ head.kernel + head.bias)[..., 0].mean(axis=1), np.float64)


def music_head(
    odds: Double, genre: IntArray, groups: Any, kinds: Any, others: Double, test: Double
) -> tuple[tag_graph.Head, pd.DataFrame]:
    """Fit the head that tells music, and measure what it takes for none: sounds it never heard.

    The threshold of 0.5 is put where training tracks of artists that are left out fall below it in
    `REFUSED` of the cases.
    """

    def shifted(own: Double, known: Double) -> tag_graph.Head:
        """Fit on some sounds, with the threshold from folds over artists."""
        logits, head = np.empty(len(own)), fit_music(own, known)
        folds = StratifiedGroupKFold(N_FOLDS, shuffle=True, random_state=0)
        for rest, left in folds.split(own, genre, groups):
            part = fit_music(own[rest], known)
            logits[left] = logit(is_music(part, own[left]).clip(1e-9, 1 - 1e-9))
        return tag_graph.Head(ODDS, head.kernel, head.bias - np.quantile(logits, REFUSED))

    even = np.arange(len(others)) % 2 == 0
    head, rows = shifted(odds, others[even]), []
    for kind in pd.unique(kinds):
        own, unknown = kinds == kind, shifted(odds, others[kinds != kind])
        rows.append({"kind": kind, "n": int((own & ~even).sum()),
                     "none": np.mean(is_music(head, others[own & ~even]) < 0.5),
                     "none_if_unknown": np.mean(is_music(unknown, others[own]) < 0.5),
                     })  # fmt: skip
    rate = np.mean(is_music(head, test) < 0.5)
    rows.append(
        {"kind": "GTZAN, test part", "n": len(test), "none": rate, "none_if_unknown": rate}
    )
    return head, pd.DataFrame(rows)


def predictions(names: Any, genre: IntArray, part: str, fold: Any, p: Double) -> pd.DataFrame:
    """Rows of a record."""
    facts = {"track_id": names, "segment": -1, "part": part, "fold": fold,
             "genre": np.array(GENRES)[genre]}  # fmt: skip
    return pd.DataFrame({**facts, **dict(zip(P_COLUMNS, p.T, strict=True))})


@click.command()
@click.option("--weights", required=True, type=options.FILE, help="Published weights.")
@click.option("--taggrams", required=True, type=options.FILE, help="Published tag probabilities.")
@click.option("--data", required=True, help="GTZAN's recordings, or some, to check the port by.")
@click.option("--speech", type=options.FOLDER, help="Recordings of speech, 30 s or more each.")
@click.option("--windows", "count", default=5, show_default=True, help="Windows of half a minute.")
@click.option("--out", type=options.FOLDER, help="Store of records [book/records of the clone].")
@click.option("--network", type=options.FILE, help="File to write [the network that ships].")
def main(
    weights: Path,
    taggrams: Path,
    data: str,
    speech: Path | None,
    count: int,
    out: Path | None,
    network: Path | None,
) -> None:
    """Choose and fit the head, write the network, and predict the published test rows from it."""
    plain_where_needed()
    begin, root = time.perf_counter(), out or default_root()
    published, values = read_taggrams(taggrams), read_weights(weights)
    console = console_for_output()
    probability = published.probability.astype(np.float64)
    genre = np.array([GENRES.index(name.split(".")[0]) for name in published.track_id])
    groups = np.array([track_credits()[name].group for name in published.track_id])
    train, test = published.part == "train", published.part == "test"
    learned = (probability[train], genre[train], groups[train])

    tried = try_forms(
        *learned, ((*form, count) for form in itertools.product(READS, FITTED_ON, STRENGTHS))
    )
    best = tried.sort_values(["accuracy", "log_loss"], ascending=[False, True]).iloc[0]
    form = (str(best["reads"]), str(best["fitted_on"]), float(best["C"]))
    by_count = try_forms(*learned, ((*form, n) for n in COUNTS if n != count))
    tried = pd.concat([tried, by_count], ignore_index=True)
    print_frame(
        console, "Folds over artists", tried, {"accuracy": ".1%", "sd": ".3f", "log_loss": ".3f"}
    )

    seen = windows(count)
    x = inputs(probability[:, seen], form[0])
    held_out = [
        out_of_fold(x[train], genre[train], groups[train], form, draw=draw)
        for draw in range(DRAWS)
    ]
    warmth = temperature(np.concatenate([p for p, _ in held_out]), np.tile(genre[train], DRAWS))
    head = fit(x[train], genre[train], form, len(GENRES))
    head = tag_graph.Head(head.reads, head.kernel / warmth, head.bias / warmth)
    target = network or tag_network.shipped()
    blank = tag_graph.Head(ODDS, np.zeros((len(TAGS), 1)), np.zeros(1))
    session = tag_network.session(tag_graph.graph(values, head, blank, {}))
    drawn = [(kind, crop_odds(session, samples)) for kind, samples in non_music.sounds(speech)]
    kinds, others = np.array([kind for kind, _ in drawn]), np.stack([odds for _, odds in drawn])
    odds = inputs(probability[:, seen], ODDS)
    music, rates = music_head(odds[train], genre[train], groups[train], kinds, others, odds[test])
    print_frame(console, "None of these", rates, {"none": ".0%", "none_if_unknown": ".0%"})
    facts = FACTS | {"weights": sha256(weights), "windows": str(count)}
    content = tag_graph.graph(values, head, music, facts)
    write_whole(target, content)

    said = from_file(target.read_bytes(), probability[test][:, seen], form[0]).mean(axis=1)
    p, fold = held_out[0]
    warm = np.exp(np.log(np.maximum(p, 1e-12)) / warmth)
    warm = (warm / warm.sum(axis=2, keepdims=True)).mean(axis=1)
    names = published.track_id
    rows = pd.concat([
        predictions(names[train], genre[train], "train", [f"artists {k}" for k in fold], warm),
        predictions(names[test], genre[test], "test", "1", said),
    ])  # fmt: skip
    config = {
        "format": FORMAT, "edition": "gtzan-tags", "edition_hash": sha256(taggrams),
        "protocol": "fault_filtered", "model": "musicnn", "variant": "tags", "seed": 0,
        "feature_version": "tag-mel-1",
        "recipe": {"reads": form[0], "fitted_on": form[1], "C": form[2], "n_windows": count},
    }  # fmt: skip
    environment = {
        "device": "CPU", "duration_s": round(time.perf_counter() - begin, 2),
        "peak_memory_mb": round(psutil.Process().memory_info().rss / 2**20),
        "temperature": round(warmth, 6), "network_sha256": network_file.sha256(target),
        **machine.machine(PACKAGES),
    }  # fmt: skip
    layers = tag_graph.layers(content)
    history = pd.DataFrame(columns=list(HISTORY_COLUMNS))
    record = Store(root).transfer.save(config, environment, layers, history, rows)

    tags = probability[test].mean(axis=1)[:, [TAGS.index(tag) for tag in NAMED.values()]]
    read_out = pd.DataFrame({"track_id": names[test], "genre": np.array(GENRES)[genre[test]],
                             "said": np.array(list(NAMED))[tags.argmax(axis=1)]})  # fmt: skip
    alike = agreement(content, published, data)
    described = {
        "form": list(form), "temperature": warmth, "n_windows": count, "bytes": len(content),
        "n_train": int(train.sum()), "n_test": int(test.sum()),
        "n_groups": len(set(groups[train])),
    }  # fmt: skip
    for name, table in (
        (FOLDS_FILE, tried),
        (READ_OUT_FILE, read_out),
        (AGREEMENT_FILE, alike),
        (NONE_FILE, rates),
    ):
        write_whole(root / name, csv_bytes(table, "%.6f"))
    write_whole(root / FACTS_FILE, json_bytes(described))
    right = np.mean(said.argmax(axis=1) == genre[test])
    plainly = np.mean(read_out["said"] == read_out["genre"])
    console.print(
        f"{target}: {len(content) / 1e6:.2f} MB, {right:.1%} of {test.sum()} test tracks; the tag"
        f" of the genre's name alone {plainly:.1%}; the port agrees at"
        f" {alike['correlation'].min():.4f} or more. Record: {record.path}"
    )


if __name__ == "__main__":
    main(prog_name="python -m tools.genre_head")
