"""A trained network as a file: written small, opened without trusting it.

The file has Keras's own format, a zip of a configuration and weights.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mgc.audio.windows import MINIMUM_S, WINDOW_S
from mgc.datasets.tracks import GENRES
from mgc.errors import NetworkError
from mgc.features.archive_picture import CLIP_COLUMNS, N_BINS
from mgc.typing import Double
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

SETTINGS = ("keras.initializers", "keras.regularizers", "keras.constraints")
"""Modules of Keras whose classes may stand among the settings of a layer."""

WIDEST = math.ceil(MINIMUM_S * CLIP_COLUMNS / WINDOW_S)
"""Columns of the shortest picture that is drawn; a network that reads more could not read it."""

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
        The file is missing, damaged, in another format, of a Keras that this one cannot read, has
        a layer that is not in `LAYERS`, does not end in probabilities, or reads or gives something
        else.
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
        fault, made = "damaged network", _keras_version(file)
        if made not in ("", keras.__version__):
            fault = f"made by Keras {made}, and the Keras {keras.__version__} here cannot read it"
        raise NetworkError(f"{file}: {fault} ({_line(error)}); {REMEDY}") from None
    shape_in, shape_out = tuple(model.input_shape), tuple(model.output_shape)
    fits = len(shape_in) == 4 and shape_in[1] == N_BINS and shape_in[3] == 1
    if not fits or not 0 < (shape_in[2] or 0) <= WIDEST or shape_out[1:] != (len(GENRES),):
        raise NetworkError(
            f"{file}: reads {shape_in} and gives {shape_out}, not pictures of {N_BINS} bins and at"
            f" most {WIDEST} columns, and {len(GENRES)} genres; {REMEDY}"
        )
    if not all(np.isfinite(weight).all() for weight in model.get_weights()):
        raise NetworkError(f"{file}: holds weights that are not finite; {REMEDY}")
    return model


def check_answers(p: Double) -> None:
    """Raise NetworkError unless a network's answers [shape=(n, 10)] are probabilities."""
    if not (np.isfinite(p).all() and (p >= 0).all() and np.allclose(p.sum(axis=1), 1, atol=1e-3)):
        raise NetworkError(f"the network gives numbers that are no probabilities; {REMEDY}")


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
        # What trained the network is in the file, and nobody asks Keras to make it again.
        strange = sorted(set(_strange(config | {"compile_config": None})))
        last = config["config"]["layers"][-1]["config"].get("activation")
    except NetworkError:
        raise
    except Exception as error:  # zipfile alone raises a dozen types for what is damaged
        what = f"{file}: no network in Keras's format ({_line(error)}); {REMEDY}"
        raise NetworkError(what) from None
    if strange:
        names = ", ".join(strange)
        raise NetworkError(f"{file}: holds {names}, which is not allowed here; {REMEDY}")
    if last != "softmax":
        raise NetworkError(
            f"{file}: ends in {last or 'no activation'} and not in softmax, so that what it gives"
            f" are no probabilities; {REMEDY}"
        )
    return config


def _strange(config: Any) -> Iterator[str]:
    """Name what a configuration would have Keras make and is neither a layer nor harmless."""
    if isinstance(config, Mapping):
        if "class_name" in config:
            name, module = str(config["class_name"]), str(config.get("module") or "keras")
            layer = name in LAYERS and module.partition(".")[0] == "keras"
            policy = (module, name) == ("keras", "DTypePolicy")
            if not (layer or policy or (module in SETTINGS and name != "function")):
                yield name if module.partition(".")[0] == "keras" else f"{module}.{name}"
        config = list(config.values())
    if isinstance(config, list):
        for inner in config:
            yield from _strange(inner)


def _keras_version(file: Path) -> str:
    """Version of Keras that a file says it was made by; empty where it does not say."""
    try:
        with zipfile.ZipFile(file) as archive:
            made = json.loads(archive.read("metadata.json"))["keras_version"]
    except Exception:  # see `check`
        return ""
    return made if isinstance(made, str) and re.fullmatch(r"[\w.+-]{1,30}", made) else ""


def _line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
