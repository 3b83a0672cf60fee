"""Measure what answers of the small CNN that ships rest on, and whether the maps can be believed.

``python -m tools.explanations --archive FILE`` writes what `mgc.experiments.explanations` reads:
maps of test tracks by occlusion and by integrated gradients, tested beside a random order of
the same patches and the loudest first, and beside maps of networks with random weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import spearmanr

from mgc.cli import options
from mgc.datasets.archive import Archive, open_archive
from mgc.datasets.tracks import GENRES
from mgc.experiments.explanations import (
    FACTS,
    FILE,
    GRADIENTS,
    LOUDEST,
    OCCLUSION,
    RANDOM,
)
from mgc.inference import explanations as maps
from mgc.inference import network_file
from mgc.inference.make_network import shipped_record
from mgc.records.store import default_root
from mgc.typing import Double
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes, json_bytes

SHOWN = ("classical", "hiphop", "metal")
"""Genres whose first test track the figure shows."""
N_UNTRAINED, EVERY = 5, 3
"""Networks with random weights; every third track is shown to one of them, which take turns."""
STRIDE = 41
"""Of tracks that follow each other when not all are explained."""


Result = tuple[list[dict[str, Any]], dict[str, Any]]
"""Rows of the table, and facts, of one track."""


@lru_cache(maxsize=1)
def _archive(file: Path) -> Archive:
    return open_archive(file)


@lru_cache(maxsize=N_UNTRAINED + 1)
def _network(seed: int | None = None) -> Any:
    trained = network_file.open_network()
    return trained if seed is None else maps.untrained(trained, seed)


def measure(file: Path, track: str, number: int) -> Result:
    """Explain the answer about one track, the `number`-th: a row a method, and facts."""
    archive, model = _archive(file), _network()
    picture = archive.log_power[np.searchsorted(archive.track_id, track)]
    seen = maps.standardised(picture)
    p, empty = maps.answers(model, np.stack([seen, maps.neutral(seen)]))
    genre = int(p.argmax())
    by_method = _maps(model, seen, genre)
    compared = number % EVERY == 0
    control = _maps(_network(number // EVERY % N_UNTRAINED), seen, genre) if compared else {}
    ranked = by_method | {
        LOUDEST: maps.patch_sums(seen),
        RANDOM: np.random.default_rng(number).random(maps.N_PATCHES),
    }
    rows, curves = [], {}
    for method, value in ranked.items():
        order = np.argsort(-value, kind="stable")
        row: dict[str, Any] = {"track_id": track, "genre": track.split(".")[0]}
        row |= {"named": GENRES[genre], "method": method}
        for name, insert in (("deletion", False), ("insertion", True)):
            drawn = maps.curve(model, seen, genre, order, insert=insert)
            row[name], curves[f"{name}, {method}"] = maps.area(drawn), drawn.tolist()
        if method in by_method:
            if compared:
                row["untrained"] = _rank(value, control[method])
                row["untrained_size"] = _rank(np.abs(value), np.abs(control[method]))
            row["loudness"] = _rank(value, ranked[LOUDEST])
            row["agreement"] = _rank(by_method[OCCLUSION], by_method[GRADIENTS])
        rows.append(row)
    apart = maps.score(model, seen, genre) - maps.score(model, maps.neutral(seen), genre)
    facts = {
        "track_id": track, "named": GENRES[genre], "p": float(p[genre]),
        "p_neutral": float(empty[genre]), "neutral_named": GENRES[int(empty.argmax())],
        "apart": apart, "gap": float(by_method[GRADIENTS].sum()) - apart,
        "curves": curves,
        "maps": {method: value.round(5).tolist() for method, value in by_method.items()},
        "picture": levels(picture),
    }  # fmt: skip
    return rows, facts


def _maps(model: Any, seen: Any, genre: int) -> dict[str, Double]:
    return {
        OCCLUSION: maps.occlusion(model, seen, genre),
        GRADIENTS: maps.patch_sums(maps.integrated_gradients(model, seen, genre)),
    }


def _rank(first: Double, second: Double) -> float:
    return float(spearmanr(first, second).statistic)


def summary(known: Sequence[Mapping[str, Any]], n_test: int) -> dict[str, Any]:
    """Sum up what is no column of the table, and keep the tracks that are shown."""
    firsts = {genre: min(f["track_id"] for f in known if f["track_id"].startswith(genre))
              for genre in SHOWN}  # fmt: skip
    shown = [f for f in known if f["track_id"] in firsts.values()]
    kept = ("track_id", "named", "p", "maps", "picture")
    return {
        "network_sha256": network_file.sha256(network_file.shipped()),
        "patches": list(maps.GRID), "steps": maps.STEPS, "nodes": maps.NODES,
        "untrained_networks": N_UNTRAINED, "test_tracks": n_test,
        "p": float(np.mean([f["p"] for f in known])),
        "p_neutral": float(np.mean([f["p_neutral"] for f in known])),
        "neutral_named": dict(Counter(f["neutral_named"] for f in known)),
        "score_apart": float(np.mean([abs(f["apart"]) for f in known])),
        "score_gap": float(np.mean([abs(f["gap"]) for f in known])),
        "curves": {
            name: np.mean([f["curves"][name] for f in known], axis=0).round(4).tolist()
            for name in known[0]["curves"]
        },
        "shown": [{key: track[key] for key in kept} for track in shown],
    }  # fmt: skip


def spread(n: int) -> list[int]:
    """Order n tracks so that the first ones come from all parts of the list."""
    each = n // EVERY + 1
    return sorted(range(n), key=lambda i: (i % EVERY > 0, i // EVERY * STRIDE % each))


def levels(picture: npt.NDArray[np.uint8]) -> list[str]:
    """Write a picture of 128 rows with sixteen levels of grey, a text for each four rows."""
    coarse = picture.reshape(32, 4, -1, 4).mean(axis=(1, 3)).round().astype(int)
    return ["".join(f"{value // 16:x}" for value in row) for row in coarse]


def write(root: Path, found: Sequence[Result], n_test: int) -> None:
    """Write the results of `measure` to a store of records."""
    table = pd.DataFrame([row for rows, _ in found for row in rows])
    (root / FILE).parent.mkdir(exist_ok=True)
    write_whole(root / FILE, csv_bytes(table, "%.4f"))
    write_whole(root / FACTS, json_bytes(summary([facts for _, facts in found], n_test)))


@click.command()
@click.option("--archive", required=True, type=options.FILE, help="Spectrogram archive of GTZAN.")
@click.option("--tracks", "n", type=click.IntRange(min=30), help="First so many, spread [all].")
@click.option("--out", type=options.FOLDER, help="Store of records [book/records of the clone].")
def main(archive: Path, n: int | None, out: Path | None) -> None:
    """Explain what the small CNN says of its test tracks, and write table and facts."""
    root = out or default_root()
    record = shipped_record(default_root())
    tracks = sorted(record.predictions.query("part == 'test'")["track_id"])
    chosen = sorted(spread(len(tracks))[:n])
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        found = []
        asked = [tracks[number] for number in chosen]
        for result in pool.map(measure, repeat(archive), asked, chosen):
            found.append(result)
            click.echo(f"{len(found)} of {len(asked)}: {asked[len(found) - 1]}", err=True)
    write(root, found, len(tracks))


if __name__ == "__main__":
    main(prog_name="python -m tools.explanations")
