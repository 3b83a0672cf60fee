"""Run the network that ships: ONNX Runtime on samples, MusiCNN's tags and the genres they mean."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from mgc.audio.windows import MINIMUM_S, WINDOW_S
from mgc.errors import NetworkError
from mgc.features.tag_mel import HOP_LENGTH, N_BANDS, RATE, WINDOW_FRAMES
from mgc.inference.network_file import REMEDY, check_answers
from mgc.typing import Double, Float, Grey

if TYPE_CHECKING:
    import onnxruntime

SAMPLES, STARTS = "samples", "starts"
GENRES_OUTPUT, TAGS_OUTPUT, MEL = "genres", "tags", "mel"
ODDS, MUSIC = "odds", "music"
"""Names in the graph that `mgc.inference.tag_graph` writes."""
N_CROPS = 5
"""Crops of half a minute, spread evenly: more cost time and are not right more often."""
LOUDEST = 6.0
"""Level of the spectrogram that is drawn in the brightest colour."""
LARGEST = 64 * 2**20
"""Bytes of a graph; both that ship have less than 3 million."""


class Heard(NamedTuple):
    """What a network says of samples, crop by crop.

    ``crops`` [shape=(n, 10)] are the probabilities of the genres, ``middles`` [shape=(n,)] the
    samples in the middle, ``tags`` [shape=(n, n_tags)] and ``music`` [shape=(n,)] the probability
    of each tag and of its being music, as far as the network knows.
    """

    crops: Double
    middles: npt.NDArray[np.int64]
    tags: Double
    music: Double
    picture: Grey


def shipped() -> Path:
    """Path of the network that comes with the package."""
    return Path(str(files("mgc") / "networks" / "musicnn.onnx"))


def crop_starts(n_frames: int) -> npt.NDArray[np.int32]:
    """First frame of each crop [shape=(n,)]: `N_CROPS` for half a minute, fewer for less."""
    n = max(1, round(N_CROPS * n_frames * HOP_LENGTH / RATE / WINDOW_S))
    room = n_frames - WINDOW_FRAMES
    return np.rint(np.linspace(0, room, n) if n > 1 else [room / 2]).astype(np.int32)


def open_graph(file: Path, threads: int | None = None) -> onnxruntime.InferenceSession:
    """Open a file as a graph for the processor; raises NetworkError where it is none."""
    if not file.is_file():
        raise NetworkError(f"{file} does not exist; {REMEDY}")
    if file.stat().st_size > LARGEST:
        raise NetworkError(f"{file}: larger than any network here; {REMEDY}")
    return session(file.read_bytes(), threads, str(file))


def session(
    content: bytes, threads: int | None = None, name: str = "network"
) -> onnxruntime.InferenceSession:
    """Open the content of a file as `open_graph` does; it can name no other files.

    The runtime tells its makers of each process that loads it, unless it is told not to before.
    """
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads or 0
    settings.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, settings, providers=["CPUExecutionProvider"])
    # The runtime raises a dozen types of its own, all of them plain exceptions.
    except Exception as error:
        line = str(error).strip().partition("\n")[0]
        raise NetworkError(f"{name}: no network in ONNX's format ({line}); {REMEDY}") from None


def run(
    session: onnxruntime.InferenceSession, samples: Float, starts: npt.NDArray[np.int32]
) -> tuple[Float, Float, Float, Float]:
    """Genres [n, n_classes], tags [n, 50] and music [n, 1] of each crop, and the spectrogram."""
    asked = {SAMPLES: samples.astype(np.float32, copy=False), STARTS: starts}
    genres, tags, music, mel = session.run([GENRES_OUTPUT, TAGS_OUTPUT, MUSIC, MEL], asked)
    return genres, tags, music, mel


def grey(mel: Float) -> Grey:
    """Draw a spectrogram [n_frames, 96] in grey levels [96, n_frames]."""
    return np.asarray(np.clip(mel.T * (255 / LOUDEST), 0, 255), np.uint8)


class TagNetwork:
    """A graph from samples to tags and genres.

    Attributes
    ----------
    sample_rate : int, Hz
    classes, tags : tuple of str
        Names of the genres and of the tags.
    """

    sample_rate = RATE

    def __init__(self, session: onnxruntime.InferenceSession, name: str) -> None:
        self._session = session
        known: Mapping[str, str] = session.get_modelmeta().custom_metadata_map
        self.tags = tuple(known.get("tags", "").split("|"))
        self.classes = tuple(known.get("classes", "").split("|"))
        shapes = {node.name: node.shape for node in session.get_outputs()}
        widths = [shapes.get(key, [0])[-1] for key in (GENRES_OUTPUT, TAGS_OUTPUT, MUSIC, MEL)]
        if widths != [len(self.classes), len(self.tags), 1, N_BANDS]:
            raise NetworkError(f"{name}: does not give genres and tags by name; {REMEDY}")

    def hear(self, samples: Float, audible: npt.NDArray[np.bool_]) -> Heard:
        """Say what is in what is heard of samples [shape=(n,)], mono at `sample_rate`."""
        heard = np.flatnonzero(audible)
        picture = np.zeros((N_BANDS, 1 + len(samples) // HOP_LENGTH), np.uint8)
        if len(heard) < round(MINIMUM_S * RATE):
            genres, tags = (np.empty((0, len(names))) for names in (self.classes, self.tags))
            return Heard(genres, np.empty(0, np.int64), tags, np.empty(0), picture)
        starts = crop_starts(1 + len(heard) // HOP_LENGTH)
        said, levels, music, mel = run(self._session, samples[heard], starts)
        crops = said.astype(np.float64)
        check_answers(crops)
        frames = np.minimum(np.arange(len(mel)) * HOP_LENGTH, len(heard) - 1)
        picture[:, heard[frames] // HOP_LENGTH] = grey(mel)
        middles = heard[(starts + WINDOW_FRAMES // 2) * HOP_LENGTH]
        crops /= crops.sum(axis=1, keepdims=True)
        return Heard(
            crops, middles, levels.astype(np.float64), music[:, 0].astype(np.float64), picture
        )
