"""A trained network as a file: written small, opened without trusting it.

The file has Keras's own format, a zip of a configuration and weights.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mgc.datasets.tracks import GENRES
from mgc.errors import NetworkError
from mgc.features.archive_picture import N_BINS
from mgc.util.atomic import write_whole

if TYPE_CHECKING:
    import keras

KEPT_BITS = 12
"""Bits of a weight's fraction that are kept, of 23: half the file, the same answers."""

LAYERS = frozenset(
    ["Sequential", "InputLayer", "Conv2D", "BatchNormalization", "MaxPooling2D", "Dropout",
     "GlobalAveragePooling2D", "Dense"]
)  # fmt: skip
"""Classes that a network may consist of; all of them only compute."""

REMEDY = "make one with `mgc train`, or leave --network out to use the one that ships"
LARGEST = 256 * 2**20  # bytes that a file may unpack to


def shipped() -> Path:
    """Path of the network that comes with the package."""
    return Path(str(files("mgc") / "networks" / "cnn.keras"))


def check_name(target: str | Path) -> None:
    """Raise NetworkError for a name that does not end in `.keras`, before any work."""
    if Path(target).suffix != ".keras":
        raise NetworkError(f"{target}: the name of a network ends in .keras; choose one that does")


def write(model: keras.Model, target: str | Path) -> None:
    """Write a network as Keras does, weights rounded and packed, whole or not at all.

    The weights of the model are rounded in place to `KEPT_BITS` of their fraction, so that it
    computes what the file computes. Raises NetworkError if the target does not end in `.keras`.
    """
    file = Path(target)
    check_name(file)
    from mgc.models.backend import keras

    model.set_weights([rounded(weight) for weight in model.get_weights()])
    bare = keras.models.clone_model(model)  # without what only an optimiser needs
    bare.set_weights(model.get_weights())
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "network.keras"
        bare.save(plain)
        packed = io.BytesIO()
        with zipfile.ZipFile(plain) as source, zipfile.ZipFile(packed, "w") as compact:
            for name in sorted(source.namelist()):
                # No dates, so that the same weights give the same bytes.
                entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                content = source.read(name)
                if name == "metadata.json":
                    content = json.dumps({"keras_version": keras.__version__}).encode()
                compact.writestr(entry, content, compresslevel=9)
    write_whole(file, packed.getvalue())


def rounded(weight: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Round numbers to `KEPT_BITS` bits after the leading one: off by one part in 2^13 at most."""
    fraction, exponent = np.frexp(np.asarray(weight, np.float64))
    scale = 2.0 ** (KEPT_BITS + 1)
    return np.ldexp(np.rint(fraction * scale) / scale, exponent).astype(np.float32)


def open_network(path: str | Path | None = None) -> keras.Model:
    """Open a network from a file in Keras's format; nothing in it can run as code.

    Parameters
    ----------
    path : str or Path, optional
        By default the network that ships.

    Returns
    -------
    model : keras.Model
        Reads crops of pictures [n, 128, width, 1], standardised by track, and gives the
        probabilities of the ten genres.

    Raises
    ------
    NetworkError
        The file is missing, damaged, in another format, has a layer that is not in `LAYERS`, or
        reads or says something else.
    """
    try:
        file = Path(path) if path is not None else shipped()
    except TypeError:
        what = f"a {type(path).__name__} in the place of a network's file"
        raise NetworkError(f"{what}: give its name, str or Path") from None
    check(file)
    from mgc.models.backend import keras

    try:
        model = keras.saving.load_model(file, compile=False, safe_mode=True)
        model.compile(jit_compile=False)
    # h5py, zipfile and Keras raise a dozen types for what is damaged.
    except Exception as error:
        raise NetworkError(f"{file}: damaged network ({_line(error)}); {REMEDY}") from None
    shape_in, shape_out = tuple(model.input_shape), tuple(model.output_shape)
    fits = len(shape_in) == 4 and shape_in[1] == N_BINS and shape_in[3] == 1 and shape_in[2]
    if not fits or shape_out[1:] != (len(GENRES),):
        raise NetworkError(
            f"{file}: reads {shape_in} and gives {shape_out}, not pictures of {N_BINS} bins and"
            f" {len(GENRES)} genres; {REMEDY}"
        )
    return model


def sha256(path: str | Path) -> str:
    """SHA-256 of a file, by which a record names the network that it is about."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def input_width(path: str | Path) -> int:
    """Columns of the crops that a network reads, from its configuration; needs no TensorFlow.

    Raises NetworkError as `check` does, and where the configuration does not tell.
    """
    file = Path(path)
    try:
        return int(check(file)["config"]["layers"][0]["config"]["batch_shape"][2])
    except (KeyError, IndexError, TypeError, ValueError):
        what = f"{file}: its configuration does not say what it reads; {REMEDY}"
        raise NetworkError(what) from None


def check(file: Path) -> Any:
    """Refuse a file that is no network, or holds a layer that could do more than compute.

    Needs no TensorFlow. Returns the configuration; raises NetworkError as `open_network` does, as
    far as the configuration tells.
    """
    if not file.is_file():
        raise NetworkError(f"{file} does not exist or is no file; {REMEDY}")
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise NetworkError(f"{file}: unpacks to more than 256 MB; {REMEDY}")
            config = json.loads(archive.read("config.json"))
            strange = sorted(set(_classes(config)) - LAYERS)
    except NetworkError:
        raise
    except Exception as error:  # zipfile alone raises a dozen types for what is damaged
        what = f"{file}: no network in Keras's format ({_line(error)}); {REMEDY}"
        raise NetworkError(what) from None
    if strange:
        names = ", ".join(strange)
        raise NetworkError(f"{file}: holds {names}, which is not allowed here; {REMEDY}")
    return config


def _classes(config: Any) -> list[str]:
    """Name the classes of a model and of all its layers."""
    name, module = str(config["class_name"]), str(config.get("module") or "keras")
    own = name if module.startswith("keras") else f"{module}.{name}"
    layers = config["config"].get("layers", [])
    return [own, *(inner for layer in layers for inner in _classes(layer))]


def _line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
