"""The network as an ONNX file, for programs without Keras: the page *Try your own music* is one.

The graph is written layer by layer and not by a general converter: a network of
`mgc.inference.network_file` has few kinds of layers, and what comes out is small, reads as it was
drawn, and is the same to the byte each time.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mgc.errors import NetworkError
from mgc.inference import network_file
from mgc.inference.picture_network import INPUT, OUTPUT
from mgc.util.atomic import write_whole
from mgc.util.machine import need

if TYPE_CHECKING:
    import keras

OPSET, IR_VERSION = 13, 8
"""Old enough for every runtime of the last years; the graph needs nothing newer."""

SOURCE = "sha256 of the Keras file"
"""Key of the graph's metadata that names the network it was made from."""

ACTIVATIONS = {"relu": ("Relu", {}), "softmax": ("Softmax", {"axis": 1}), "linear": None}


def shipped() -> Path:
    """Path of the ONNX file that comes with the package."""
    return network_file.shipped().with_suffix(".onnx")


def write(target: str | Path, source: str | Path | None = None) -> None:
    """Write a network as an ONNX file, whole or not at all.

    Parameters
    ----------
    target : str or Path
        File to write or replace; its name ends in `.onnx`.
    source : str or Path, optional
        A file that ``mgc train`` made; by default the network that ships.

    Raises
    ------
    NetworkError
        The name has another ending, the package `onnx` is missing, the source cannot be opened,
        or holds a layer in a form that this module does not write.

    Notes
    -----
    The graph reads crops [n, 1, 128, width], standardised by track, and gives calibrated
    probabilities [n, 10]: the temperature is part of the last layer's weights.
    """
    file = Path(target)
    if file.suffix != ".onnx":
        raise NetworkError(f"{file}: the name of an ONNX file ends in .onnx; choose one that does")
    origin = Path(source) if source is not None else network_file.shipped()
    content = graph(network_file.open_network(origin), network_file.sha256(origin))
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, content)


def is_from(content: bytes, source: str | Path) -> bool:
    """Whether the content of an ONNX file was made from a network in Keras's format."""
    return network_file.sha256(source).encode() in content


def graph(model: keras.Model, digest: str) -> bytes:
    """Translate an open network; see `write`. The graph keeps `digest` as `SOURCE`."""
    onnx = need("onnx", "export", NetworkError)
    writer = _Writer(onnx)
    for layer in model.layers:
        writer.add(layer)
    _, bins, width, _ = model.input_shape
    real = onnx.TensorProto.FLOAT
    made = onnx.helper.make_graph(
        writer.nodes,
        "mgc",
        [onnx.helper.make_tensor_value_info(INPUT, real, ["n", 1, bins, width])],
        [onnx.helper.make_tensor_value_info(OUTPUT, real, ["n", model.output_shape[1]])],
        writer.weights,
    )
    made.node[-1].output[0] = OUTPUT
    whole = onnx.helper.make_model(
        made,
        producer_name="mgc",
        ir_version=IR_VERSION,
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
    )
    onnx.helper.set_model_props(whole, {SOURCE: digest})
    onnx.checker.check_model(whole, full_check=True)
    return bytes(whole.SerializeToString(deterministic=True))


class _Writer:
    """Nodes and weights of a graph, one layer after the other, channels before rows."""

    def __init__(self, onnx: Any) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self._onnx, self._last = onnx, INPUT

    def add(self, layer: keras.layers.Layer) -> None:
        """Translate one layer."""
        kind, settings = type(layer).__name__, layer.get_config()
        weights = [np.asarray(weight, np.float32) for weight in layer.get_weights()]
        if kind in ("InputLayer", "Dropout"):  # neither does anything when a network is asked
            return
        if kind == "Conv2D":
            self._expect(layer, padding="valid", dilation_rate=(1, 1), groups=1, use_bias=True,
                         data_format="channels_last")  # fmt: skip
            kernel, bias = weights
            self._node(layer.name, "Conv", [kernel.transpose(3, 2, 0, 1), bias],
                       strides=list(settings["strides"]))  # fmt: skip
        elif kind == "BatchNormalization":
            self._expect(layer, axis=-1, center=True, scale=True)
            self._node(layer.name, kind, weights, epsilon=float(settings["epsilon"]))
        elif kind == "MaxPooling2D":
            self._expect(layer, padding="valid", data_format="channels_last")
            self._node(layer.name, "MaxPool", [], kernel_shape=list(settings["pool_size"]),
                       strides=list(settings["strides"]))  # fmt: skip
        elif kind == "GlobalAveragePooling2D":
            self._expect(layer, keepdims=False, data_format="channels_last")
            self._node(layer.name, "GlobalAveragePool", [])
            self._node(f"{layer.name}/flat", "Flatten", [])
        elif kind == "Dense":
            self._expect(layer, use_bias=True)
            self._node(layer.name, "Gemm", weights)
        else:
            raise NetworkError(f"layer {layer.name}: no rule writes a {kind} as ONNX")
        self._activate(layer.name, settings.get("activation", "linear"))

    def _activate(self, name: str, activation: Any) -> None:
        if activation not in ACTIVATIONS:
            raise NetworkError(f"layer {name}: no rule writes the activation {activation} as ONNX")
        if (rule := ACTIVATIONS[activation]) is not None:
            self._node(f"{name}/{activation}", rule[0], [], **rule[1])

    def _node(
        self, name: str, kind: str, weights: list[npt.NDArray[np.float32]], **settings: Any
    ) -> None:
        names = [f"{name}/{number}" for number in range(len(weights))]
        for key, weight in zip(names, weights, strict=True):
            plain = np.ascontiguousarray(weight)
            self.weights.append(self._onnx.numpy_helper.from_array(plain, key))
        self.nodes.append(
            self._onnx.helper.make_node(kind, [self._last, *names], [name], name, **settings)
        )
        self._last = name

    def _expect(self, layer: keras.layers.Layer, **wanted: Any) -> None:
        """Refuse a layer with a setting that its rule does not write."""
        settings = layer.get_config()
        for name, value in wanted.items():
            got = settings.get(name, value)
            if (tuple(got) if isinstance(got, list) else got) != value:
                raise NetworkError(f"layer {layer.name}: no rule writes {name}={got} as ONNX")
