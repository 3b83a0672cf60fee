"""Open any network: one that ships by its name, or a file in ONNX's or Keras's format."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from mgc.datasets.tracks import GENRES
from mgc.errors import NetworkError
from mgc.inference import network_file, tag_network
from mgc.inference.picture_network import OnnxCrops, PictureNetwork
from mgc.inference.tag_network import Heard
from mgc.typing import Float

SHIPPED = {
    "musicnn": tag_network.shipped(),
    "cnn": network_file.shipped().with_suffix(".onnx"),
}
"""Files of the networks that come with the package, the default first."""


class Network(Protocol):
    """What hears samples."""

    @property
    def sample_rate(self) -> int:
        """Of the samples, in Hz."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the genres."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Names of the tags it knows."""

    def hear(self, samples: Float, audible: npt.NDArray[np.bool_]) -> Heard:
        """Say what is in what is heard of samples [shape=(n,)]."""


def network_path(network: str | Path | None) -> Path:
    """Find the file of a network, by its name where it ships; raises NetworkError for no name."""
    try:
        named = str(Path(network)) if network is not None else "musicnn"
    except TypeError:
        what = f"a {type(network).__name__} in the place of a network's file"
        raise NetworkError(f"{what}: give its name, str or Path") from None
    return SHIPPED.get(named, Path(named))


def open_network(network: str | Path | None = None, threads: int | None = None) -> Network:
    """Open a network; nothing in its file can run as code.

    Parameters
    ----------
    network : str or Path, optional
        A key of `SHIPPED`, by default the first, or a file.
    threads : int, at least 1, optional
        By default the runtime decides.

    Raises
    ------
    NetworkError
        The file is no network that can be used and trusted; of Keras's format, and Keras is not
        installed.
    """
    file = network_path(network)
    if file.suffix != ".onnx":
        network_file.check(file)
        if threads is not None:
            from mgc.training import keras_fit

            keras_fit.set_up(threads)
        return PictureNetwork(network_file.open_network(file))
    session = tag_network.open_graph(file, threads)
    if session.get_inputs()[0].name == tag_network.SAMPLES:
        return tag_network.TagNetwork(session, str(file))
    return PictureNetwork(OnnxCrops(session, str(file)))


def classes_of(file: Path) -> tuple[str, ...]:
    """Tell the genres of a network before any work; raises NetworkError as `open_network` does."""
    if file.suffix == ".onnx":
        return open_network(file, 1).classes
    network_file.check(file)
    return GENRES
