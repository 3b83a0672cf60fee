"""MusiCNN and a head for genres as one ONNX graph, from samples to genres; needs the package onnx.

Most filters of the published network never fire: weight decay has taken all their weights to zero.
They are left out, which changes nothing, and makes the graph an eighth as much work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mgc.errors import NetworkError
from mgc.features.tag_mel import (
    GAIN,
    HOP_LENGTH,
    N_BANDS,
    N_FFT,
    WINDOW_FRAMES,
    mel_filters,
)
from mgc.inference.tag_network import GENRES_OUTPUT, MEL, MUSIC, ODDS, SAMPLES, STARTS, TAGS_OUTPUT
from mgc.models.musicnn import EPSILON, MIDDLE, N_DENSE, TEMPORAL, TIMBRAL
from mgc.typing import Double
from mgc.util.machine import need

OPSET, IR_VERSION = 13, 8
"""Old enough for every runtime of the last years; the graph needs nothing newer."""

SILENT = 1e-6
"""A filter without a larger weight gives the same value everywhere."""

ODDS_LIMIT = 10.0
"""Log odds of a tag beyond which the head does not look: four zeros behind the point."""

PADS = {name: (kernel[0] - 1) // 2 for name, (kernel, _) in (TIMBRAL | TEMPORAL).items()}
"""Frames of zeros before the window, as Keras pads."""


@dataclass(frozen=True)
class Head:
    """A linear layer from tags to the logits of classes.

    ``reads`` is `TAGS_OUTPUT` or `ODDS`: probabilities of the tags, or the logarithms of their
    odds within ±`ODDS_LIMIT`. ``kernel`` [shape=(50, n_classes)], ``bias`` [shape=(n_classes,)].
    With one class, its logit is that of a yes.
    """

    reads: str
    kernel: Double
    bias: Double


def graph(
    weights: Mapping[str, npt.NDArray[np.float32]],
    head: Head,
    music: Head,
    facts: Mapping[str, str],
) -> bytes:
    """Write the graph.

    Parameters
    ----------
    weights : mapping of str to ndarray
        Of `mgc.models.musicnn.read_weights`.
    head, music : Head
        The second has one class: whether it is music at all.
    facts : mapping of str to str
        Kept as the graph's metadata: source, licence and more.

    Returns
    -------
    content : bytes
        A graph of ``samples`` [n_samples] (mono, 16 kHz) and ``starts`` [n] (first frame of each
        window, int32) to ``genres`` [n, n_classes], ``tags`` [n, 50], ``music`` [n, 1] and ``mel``
        [n_frames, 96].

    Raises
    ------
    NetworkError
        The package `onnx` is missing.
    """
    onnx = need("onnx", "export", NetworkError)
    writer = _Writer(onnx)
    mel = _front_end(writer)
    every = _convolutions(writer, weights, mel)
    _answers(writer, weights, every, head, music)
    real, whole = onnx.TensorProto.FLOAT, onnx.TensorProto.INT32
    info = onnx.helper.make_tensor_value_info
    made = onnx.helper.make_graph(
        writer.nodes,
        "mgc",
        [info(SAMPLES, real, ["n_samples"]), info(STARTS, whole, ["n"])],
        [
            info(GENRES_OUTPUT, real, ["n", head.bias.size]),
            info(TAGS_OUTPUT, real, ["n", weights["dense_1.bias"].size]),
            info(MUSIC, real, ["n", 1]),
            info(MEL, real, ["n_frames", N_BANDS]),
        ],
        writer.constants,
    )
    model = onnx.helper.make_model(
        made,
        producer_name="mgc",
        ir_version=IR_VERSION,
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
    )
    onnx.helper.set_model_props(model, dict(facts))
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _front_end(writer: _Writer) -> str:
    """Compute the spectrogram of `mgc.features.tag_mel.tag_mel` [n_frames, 96]."""
    add, constant = writer.add, writer.constant
    column = constant("column", np.array([1, 1, -1], np.int64))
    ends = constant("ends", np.array([0, 0, N_FFT // 2, 0, 0, N_FFT // 2], np.int64))
    padded = add("Pad", [add("Reshape", [SAMPLES, column]), ends])
    # The kernels of the Fourier transform are computed when the graph is loaded: a megabyte less.
    bins = constant("bins", np.arange(N_FFT // 2 + 1, dtype=np.int64)[:, None, None])
    times = constant("times", np.arange(N_FFT, dtype=np.int64)[None, None])
    turns = add("Mod", [add("Mul", [bins, times]), constant("turn", np.int64(N_FFT))])
    real = add("Cast", [turns], to=1)
    angle = add("Mul", [real, constant("step", np.float32(2 * np.pi / N_FFT))])
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)
    taper = constant("hann", hann[None, None].astype(np.float32))
    power = []
    for wave in ("Cos", "Sin"):
        kernel = add("Mul", [add(wave, [angle]), taper])
        part = add("Conv", [padded, kernel], strides=[HOP_LENGTH])
        power.append(add("Mul", [part, part]))
    filters = constant("mel_filters", mel_filters().T)
    bands = add("MatMul", [filters, add("Add", power)])
    raised = add("Mul", [bands, constant("gain", np.float32(GAIN))])
    logarithm = add("Log", [add("Add", [raised, constant("one", np.float32(1))])])
    level = add("Mul", [logarithm, constant("to_log10", np.float32(1 / np.log(10)))])
    flat = add("Reshape", [level, constant("bands", np.array([N_BANDS, -1], np.int64))])
    return add("Transpose", [flat], MEL, perm=[1, 0])


def _convolutions(writer: _Writer, weights: Mapping[str, Any], mel: str) -> list[str]:
    """Compute the maps of each window [n, channels, 187], the deepest last."""
    add, constant = writer.add, writer.constant
    offsets = constant("offsets", np.arange(WINDOW_FRAMES, dtype=np.int32)[None])
    first = add("Unsqueeze", [STARTS, constant("axis", np.array([1], np.int64))])
    windows = add("Gather", [mel, add("Add", [first, offsets])], axis=0)
    scale, shift = _affine(weights, 0)
    level = add("Mul", [windows, constant("input/scale", scale.astype(np.float32))])
    level = add("Add", [level, constant("input/shift", shift.astype(np.float32))])
    image = add("Unsqueeze", [level, constant("axis", np.array([1], np.int64))])
    maps = []
    for number, (name, (extent, _)) in enumerate((TIMBRAL | TEMPORAL).items(), start=1):
        alive = ~_fixed(weights, name)
        x = writer.convolution(
            name,
            image,
            weights[f"{name}.kernel"].transpose(3, 2, 0, 1)[alive],
            weights[f"{name}.bias"][alive],
            [PADS[name], 0, extent[0] - 1 - PADS[name], 0],
        )
        scale, shift = (v[alive][:, None, None] for v in _affine(weights, number))
        x = add("Mul", [x, constant(f"{name}/scale", scale.astype(np.float32))])
        x = add("Add", [x, constant(f"{name}/shift", shift.astype(np.float32))])
        maps.append(add("ReduceMax", [x], axes=[3], keepdims=0))
    levels = [add("Concat", maps, axis=1)]
    fixed, value = _front(weights)
    for depth, name in enumerate(MIDDLE):
        kernel = weights[f"{name}.kernel"][:, :, 0].astype(np.float64)
        bias = weights[f"{name}.bias"]
        if depth == 0:  # what never changes adds the same everywhere, but for three frames
            bias = bias + np.einsum("tio,i->o", kernel[:, fixed], value[fixed])
            kernel = kernel[:, ~fixed]
        x = writer.convolution(name, levels[-1], kernel.transpose(2, 1, 0), bias, [3, 3])
        scale, shift = (v[:, None] for v in _affine(weights, 6 + depth))
        x = add("Mul", [x, constant(f"{name}/scale", scale.astype(np.float32))])
        x = add("Add", [x, constant(f"{name}/shift", shift.astype(np.float32))])
        levels.append(add("Add", [x, levels[-1]]) if depth else x)
    return levels


def _answers(
    writer: _Writer, weights: Mapping[str, Any], levels: Sequence[str], head: Head, music: Head
) -> None:
    """Compute tags and genres, and whether it is music."""
    add, constant = writer.add, writer.constant
    every = add("Concat", list(levels), axis=1)
    pooled = add("Concat", [add("ReduceMax", [every], axes=[2], keepdims=0),
                            add("ReduceMean", [every], axes=[2], keepdims=0)], axis=1)  # fmt: skip
    scale, shift = _affine(weights, 9)
    kernel = weights["dense.kernel"].astype(np.float64)
    bias = weights["dense.bias"] + shift @ kernel
    kernel = (scale[:, None] * kernel).reshape(-1, 2, N_DENSE)  # channel, maximum or mean, unit
    front, value = _front(weights)
    fixed = np.pad(front, (0, len(kernel) - len(front)))
    bias = bias + value[front] @ kernel[fixed].sum(axis=1)
    x = writer.dense("dense", pooled, kernel[~fixed].transpose(1, 0, 2).reshape(-1, N_DENSE), bias)
    scale, shift = _affine(weights, 10)
    kernel, bias = weights["dense_1.kernel"], weights["dense_1.bias"]
    odds = writer.dense(
        "dense_1", add("Relu", [x]), scale[:, None] * kernel, bias + shift @ kernel
    )
    limits = [constant("low", np.float32(-ODDS_LIMIT)), constant("high", np.float32(ODDS_LIMIT))]
    add("Sigmoid", [odds], TAGS_OUTPUT)
    add("Clip", [odds, *limits], ODDS)
    add("Softmax", [writer.head("head", head)], GENRES_OUTPUT, axis=1)
    add("Sigmoid", [writer.head("music", music)], MUSIC)


def _affine(weights: Mapping[str, Any], number: int) -> tuple[Double, Double]:
    """Scale and shift of a batch normalisation with its stored statistics."""
    name = f"batch_normalization_{number}" if number else "batch_normalization"
    gamma, beta, mean, variance = (
        weights[f"{name}.{value}"].astype(np.float64)
        for value in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    scale = gamma / np.sqrt(variance + EPSILON)
    return scale, beta - scale * mean


def _fixed(weights: Mapping[str, Any], name: str) -> npt.NDArray[np.bool_]:
    """Tell which filters of a convolution give the same value everywhere."""
    return np.asarray(np.abs(weights[f"{name}.kernel"]).max(axis=(0, 1, 2)) < SILENT)


def _front(weights: Mapping[str, Any]) -> tuple[npt.NDArray[np.bool_], Double]:
    """Tell which of the front's 561 channels never change, and their values [shape=(561,)]."""
    fixed, values = [], []
    for number, name in enumerate(TIMBRAL | TEMPORAL, start=1):
        scale, shift = _affine(weights, number)
        fixed.append(_fixed(weights, name))
        values.append(scale * np.maximum(weights[f"{name}.bias"], 0) + shift)
    return np.concatenate(fixed), np.concatenate(values)


class _Writer:
    """Nodes and constants of a graph."""

    def __init__(self, onnx: Any) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._onnx = onnx

    def constant(self, name: str, value: npt.ArrayLike) -> str:
        """Keep a value, once a name."""
        if name not in [constant.name for constant in self.constants]:
            self.constants.append(self._onnx.numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(self, kind: str, inputs: list[str], output: str = "", **settings: Any) -> str:
        """Add a node; returns the name of its output."""
        output = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(self._onnx.helper.make_node(kind, inputs, [output], output, **settings))
        return output

    def convolution(
        self, name: str, x: str, kernel: npt.ArrayLike, bias: npt.ArrayLike, pads: list[int]
    ) -> str:
        """Add a convolution with ReLU; the kernel counts filters, channels, then its extent."""
        values = [np.ascontiguousarray(v, np.float32) for v in (kernel, bias)]
        names = [
            self.constant(f"{name}/{k}", v)
            for k, v in zip(("kernel", "bias"), values, strict=True)
        ]
        return self.add("Relu", [self.add("Conv", [x, *names], pads=pads)])

    def dense(self, name: str, x: str, kernel: npt.ArrayLike, bias: npt.ArrayLike) -> str:
        """Add a linear layer."""
        values = [np.ascontiguousarray(v, np.float32) for v in (kernel, bias)]
        names = [
            self.constant(f"{name}/{k}", v)
            for k, v in zip(("kernel", "bias"), values, strict=True)
        ]
        return self.add("Gemm", [x, *names])

    def head(self, name: str, head: Head) -> str:
        """Add a head."""
        return self.dense(name, head.reads, head.kernel, head.bias)


def with_head(content: bytes, head: Head, classes: Sequence[str]) -> bytes:
    """Put another head into a graph of `graph`, for other classes, which takes all for music."""
    onnx = need("onnx", "export", NetworkError)
    model = onnx.load_from_string(content)
    values = {"head/kernel": head.kernel, "head/bias": head.bias}
    values |= {"music/kernel": np.zeros((len(head.kernel), 1)), "music/bias": np.full(1, 30.0)}
    for constant in model.graph.initializer:
        if constant.name in values:
            value = np.ascontiguousarray(values[constant.name], np.float32)
            constant.CopyFrom(onnx.numpy_helper.from_array(value, constant.name))
    for output in model.graph.output:
        if output.name == GENRES_OUTPUT:
            output.type.tensor_type.shape.dim[1].dim_value = len(classes)
    for entry in model.metadata_props:
        if entry.key == "classes":
            entry.value = "|".join(classes)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def layers(content: bytes) -> list[dict[str, Any]]:
    """List the weights in a graph by layer, as a record describes an architecture."""
    onnx = need("onnx", "export", NetworkError)
    sizes: dict[str, int] = {}
    for constant in onnx.load_from_string(content).graph.initializer:
        name, _, kind = constant.name.partition("/")
        if kind:
            sizes[name] = sizes.get(name, 0) + int(np.prod(constant.dims))
    return [
        {"name": name, "type": "Dense" if name.startswith(("dense", "head")) else "Conv",
         "output_shape": [], "parameters": size, "trainable": name == "head"}
        for name, size in sizes.items()
    ]  # fmt: skip
