"""A network for genres of one's own: the tags of the one that ships, and a head on a folder.

What counts is how well the head knows artists that it has not heard. So folds keep together what
shares an artist by the files' own tags, else an album, else a folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mgc.audio.files import audio_files
from mgc.errors import AudioError, DataError, why
from mgc.evaluation import clusters
from mgc.inference import tag_graph, tag_network
from mgc.inference.classifier import Classifier
from mgc.inference.make_network import temperature
from mgc.inference.tag_head import N_FOLDS, fit, out_of_fold
from mgc.inference.tag_network import TAGS_OUTPUT
from mgc.util.atomic import write_whole
from mgc.util.pools import track_progress

FORM = (TAGS_OUTPUT, "tracks", 0.1)
"""Of the head that ships (`mgc.inference.tag_head.fit`)."""
N_CROPS = 5
"""Crops by which a track is known, spread over it."""
FEW_TRACKS, FEW_GROUPS = 10, 5
"""Fewer of them in a genre, and its score means little."""


@dataclass(frozen=True)
class Fitted:
    """How often heads of this kind are right about artists that they have not heard.

    ``recall`` is by genre; ``low`` and ``high`` end the 95 % interval over groups of tracks;
    ``chance`` is the share of the most frequent genre; ``warnings`` are sentences, and
    ``left_out`` says why a file was not used.
    """

    n_tracks: int
    n_groups: int
    accuracy: float
    low: float
    high: float
    chance: float
    recall: Mapping[str, float]
    warnings: tuple[str, ...]
    left_out: Mapping[str, str]


def fit_own(folder: Path, target: Path, *, show: bool = False) -> Fitted:
    """Fit a head on the folders in a folder, score it by folds, and write the network.

    Parameters
    ----------
    folder : Path
        Holds a folder a genre, each with audio at any depth.
    target : Path
        File to write, ending in `.onnx`.
    show : bool
        Show progress where there is a terminal.

    Raises
    ------
    DataError
        There are fewer than two genres, or one with tracks of fewer than two groups.
    NetworkError
        The package `onnx` is missing.
    """
    tracks, left_out = _listen(folder, show=show)
    sizes = tracks.groupby("genre")["group"].agg(["size", "nunique"])
    if len(sizes) < 2 or sizes["nunique"].min() < 2:
        known = ", ".join(f"{name}: {n}" for name, n in sizes["nunique"].items()) or "none"
        raise DataError(
            f"{folder}: give a folder with two folders or more, a genre each, with tracks of two"
            f" artists or more in each (found {known})"
        )
    classes = [str(name) for name in sizes.index]
    genre = tracks["genre"].map(classes.index).to_numpy(np.int64)
    groups, x = tracks["group"].to_numpy(str), np.stack(tracks["tags"].tolist())
    p, _ = out_of_fold(x, genre, groups, FORM, n_folds=int(min(N_FOLDS, sizes["nunique"].min())))
    head, warmth = fit(x, genre, FORM, len(classes)), temperature(p, genre)
    content = tag_graph.with_head(
        tag_network.shipped().read_bytes(),
        tag_graph.Head(head.reads, head.kernel / warmth, head.bias / warmth),
        classes,
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, content)
    scored = tracks.assign(right=p.mean(axis=1).argmax(axis=1) == genre)
    members = dict(zip(tracks["track_id"], groups, strict=True))
    warnings = [
        f"{name}: {size} tracks in {n} groups are few, and the score may be far off"
        for name, size, n in sizes.itertuples()
        if size < FEW_TRACKS or n < FEW_GROUPS
    ]
    if len(set(groups)) == len(tracks):
        warnings.append(
            "no artist, album or folder joins tracks: the score is too good where artists recur"
        )
    if find_spec("mutagen") is None:
        warnings.append('artists are not read from files without mutagen: pip install "mgc[own]"')
    low, high = clusters.interval(clusters.count([scored], members))
    return Fitted(
        n_tracks=len(tracks),
        n_groups=len(set(groups)),
        accuracy=float(scored["right"].mean()),
        low=low,
        high=high,
        chance=float(sizes["size"].max() / len(tracks)),
        recall={str(k): float(v) for k, v in scored.groupby("genre")["right"].mean().items()},
        warnings=tuple(warnings),
        left_out=left_out,
    )


def _listen(folder: Path, *, show: bool) -> tuple[pd.DataFrame, dict[str, str]]:
    """Name genre, group and the tags of some crops of each track; say why files were left out."""
    files, passed_over = audio_files(folder)
    left_out = {str(path): reason for path, reason in passed_over.items()}
    inside = [path for path in files if len(path.relative_to(folder).parts) > 1]
    classifier, rows = Classifier(), []
    for path in track_progress(inside, len(inside), "Tags", show=show):
        try:
            tags = classifier.crop_tags(path)
        except (AudioError, OSError) as error:
            left_out[str(path)] = why(path, error)
            continue
        if not len(tags):
            left_out[str(path)] = "too little sound for a genre"
            continue
        chosen = np.rint(np.linspace(0, len(tags) - 1, N_CROPS)).astype(np.int64)
        genre = path.relative_to(folder).parts[0]
        facts = {"genre": genre, "group": _group(path, folder), "tags": tags[chosen]}
        rows.append({"track_id": str(path), **facts})
    return pd.DataFrame(rows, columns=["track_id", "genre", "group", "tags"]), left_out


def _group(path: Path, folder: Path) -> str:
    """Name what a track shares with others: artist, else album, else folder, else nothing."""
    known: Any = None
    if find_spec("mutagen") is not None:
        import mutagen

        try:
            known = mutagen.File(path, easy=True)
        except mutagen.MutagenError:  # its sound was read; its tags are damaged
            known = None
    for key in ("artist", "albumartist", "album"):
        words = " ".join((known.get(key) if known else None) or []).split()
        if words:
            return f"{key} {' '.join(words).casefold()}"
    parts = path.relative_to(folder).parts
    return "/".join(parts[:-1]) if len(parts) > 2 else str(path)
