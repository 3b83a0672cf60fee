"""Make a network that classifies music: fit the tuned CNN, calibrate, write, test the file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import softmax

from mgc.audio.samples import SAMPLE_RATE, decode
from mgc.datasets.archive import open_archive
from mgc.datasets.protocols import make_split
from mgc.datasets.splits import Fold, Split
from mgc.datasets.tracks import P_COLUMNS
from mgc.errors import DataError, RecordError
from mgc.features import archive_picture
from mgc.features.arrays import Arrays
from mgc.features.extract import prepare
from mgc.features.from_archive import decibels
from mgc.inference import network_file
from mgc.inference.picture_network import crop_probabilities
from mgc.records.checks import HISTORY_COLUMNS
from mgc.records.store import Record, Store
from mgc.training import environment
from mgc.training.fold_fit import FoldFit, OnEpoch, Settings
from mgc.typing import Double, Grey
from mgc.util import machine
from mgc.util.pools import extract_many

if TYPE_CHECKING:
    from mgc.records.study import Study

MODEL, VARIANT = "cnn", "tuned"
TEMPERATURES = (0.1, 10.0)
SMALLEST = 1e-12
"""Stands for a probability of zero, whose logarithm is not finite."""


def make(
    study: Study,
    target: str | Path,
    *,
    threads: int = 1,
    on_epoch: OnEpoch | None = None,
) -> Record:
    """Fit the CNN on the training part of the first fold of a study and write it as a file.

    Parameters
    ----------
    study : Study
        Its first seed is used. The edition is a folder of audio, the demo, or an archive whose
        pictures follow the rule of `mgc.features.archive_picture`.
    target : str or Path
        File of the network, ending in `.keras`.
    threads : int
    on_epoch : callable, optional

    Returns
    -------
    record : Record
        What the file, read as a user reads it, says of the validation and test part. It is kept
        in `Store.networks` of the study's store. Its environment also names the
        ``temperature`` and the file's ``network_sha256``.

    Raises
    ------
    DataError
        The archive's pictures follow another rule.
    NetworkError
        `target` has another ending.

    Notes
    -----
    The training part alone moves weights. The validation part chooses the best epoch and the
    temperature. The test part is predicted once, from the file.
    """
    from mgc.training import keras_fit, trainer

    network_file.check_name(target)
    config = study.config(MODEL, VARIANT)
    arrays, pictures = _pictures(study)
    seed = study.seeds[0]
    split = make_split(study.protocol, arrays.track_id, arrays.genre, arrays.artist, seed)
    fold = split.folds[0]
    settings = Settings(threads=threads, cache_dir=study.cache)
    begin = time.perf_counter()
    fold_fit = FoldFit(arrays, split, fold, config, settings, on_epoch=on_epoch)
    with machine.PeakMemory() as memory:
        trained = trainer.train(fold_fit)
    crops = np.stack(crop_probabilities(trained.model, pictures[split.example_track[fold.valid]]))
    warmth = temperature(crops, fold_fit.targets()[fold.valid].argmax(axis=1))
    kernel, bias = trained.model.layers[-1].get_weights()
    trained.model.layers[-1].set_weights([kernel / warmth, bias / warmth])
    network_file.write(trained.model, target)
    duration = time.perf_counter() - begin
    predictions, seconds = _predictions(Path(target), arrays, pictures, split, fold)
    facts = {
        "duration_s": round(duration, 2),
        "peak_memory_mb": round(memory.mb),
        "device": trained.device,
        "predict_seconds_per_track": seconds,
        "measured": {},
    }
    described = environment.describe([facts], threads, config) | {
        "temperature": round(warmth, 6),
        "network_sha256": network_file.sha256(target),
    }
    history = pd.DataFrame(trained.history).assign(fold=fold.name)[list(HISTORY_COLUMNS)]
    layers = keras_fit.describe(trained.model)
    return study.store.networks.save(config, described, layers, history, predictions)


def temperature(crops: Double, truth: npt.NDArray[np.int64]) -> float:
    """Find the temperature with the lowest log loss of the mean over crops.

    Parameters
    ----------
    crops : ndarray [shape=(n, n_crops, n_classes)]
        Probabilities of the crops of each validation track.
    truth : ndarray [shape=(n,)], int
        Position of the true class.

    Returns
    -------
    temperature : float, in [0.1, 10]
        Divides the logits. Above 1 the probabilities become more alike, below 1 less (Guo et al.
        2017, "On calibration of modern neural networks").
    """
    logits = np.log(np.maximum(crops, SMALLEST))

    def loss(logarithm: float) -> float:
        mean = softmax(logits / np.exp(logarithm), axis=-1).mean(axis=1)
        chosen = mean[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(chosen, SMALLEST)).mean())

    least = minimize_scalar(loss, bounds=np.log(TEMPERATURES), method="bounded")
    return float(np.exp(least.x))


def shipped_record(root: str | Path) -> Record:
    """Record of the network that comes with the package, in the store of published records.

    Raises RecordError if the store has none.
    """
    store, digest = Store(root).networks, network_file.sha256(network_file.shipped())
    for record in store.find():
        if record.environment.get("network_sha256") == digest:
            return record
    name = network_file.shipped().name
    raise RecordError(f"{store.root}: no record of {name}; restore the folder")


def _pictures(study: Study) -> tuple[Arrays, Grey]:
    """Pictures of an edition's usable tracks, as features and in grey levels."""
    edition = study.source()
    if edition.archive is not None:
        archive, arrays = open_archive(edition.archive), study.arrays()
        shape = (archive_picture.N_BINS, archive_picture.CLIP_COLUMNS)
        alike = archive.log_power.shape[1:] == shape and np.allclose(
            archive.freq_hz, archive_picture.FREQ_HZ, atol=0.1
        )
        if not alike:
            raise DataError(
                f"{archive.path}: its pictures follow another rule than those that `mgc predict`"
                " draws; name the folder of audio that it was made from"
            )
        rows = np.searchsorted(archive.track_id, arrays.track_id)
        return arrays, archive.log_power[rows]
    left_out = dict(study.edition_record.left_out)
    wanted = [track for track in edition.tracks if track.track_id not in left_out]
    paths = [track.path for track in wanted]
    grey = np.stack(list(extract_many(_draw, paths, "Pictures", None, show=True)))
    empty = np.empty((len(wanted), archive_picture.CLIP_COLUMNS, 0), np.float32)
    arrays = Arrays(
        track_id=np.array([track.track_id for track in wanted]),
        genre=np.array([track.genre for track in wanted]),
        artist=np.array([track.artist or "" for track in wanted]),
        tabular=empty[:, 0],
        spectrogram=decibels(grey),
        sequence=empty,
        segments=empty[:, :1],
        left_out=left_out,
        frame_rate=archive_picture.CLIP_COLUMNS * SAMPLE_RATE / archive_picture.CLIP_SAMPLES,
    )
    return arrays, grey


def _draw(path: Path) -> Grey:
    """Picture of a clip, cut or padded to 30 s."""
    return archive_picture.picture(prepare(*decode(path)))


def _predictions(
    file: Path, arrays: Arrays, pictures: Grey, split: Split, fold: Fold
) -> tuple[pd.DataFrame, float]:
    """Predictions of the file for the validation and the test part, and seconds a track."""
    model = network_file.open_network(file)
    frames, spent = [], 0.0
    for part in ("valid", "test"):
        tracks = split.example_track[getattr(fold, part)]
        begin = time.perf_counter()
        predicted = [p.mean(axis=0) for p in crop_probabilities(model, pictures[tracks])]
        spent = (time.perf_counter() - begin) / len(tracks)
        facts: dict[str, Any] = {
            "track_id": arrays.track_id[tracks],
            "segment": -1,
            "part": part,
            "fold": fold.name,
            "genre": arrays.genre[tracks],
        }
        p = pd.DataFrame(np.stack(predicted), columns=list(P_COLUMNS))
        frames.append(pd.concat([pd.DataFrame(facts), p], axis=1))
    return pd.concat(frames, ignore_index=True), spent
