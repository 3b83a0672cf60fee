"""Measure what smaller forms of the networks that ship cost: bytes, time, and answers.

``python -m tools.compression --data FOLDER --archive FILE`` writes what
`mgc.evaluation.compression` reads: MusiCNN on recordings, the small CNN on the pictures of the
test part. Static int8 is calibrated on training tracks.
"""

from __future__ import annotations

import gzip
import logging
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import onnx
import pandas as pd
import soxr
from onnxruntime import InferenceSession
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

from mgc.audio.samples import decode
from mgc.audio.windows import WINDOW_S
from mgc.cli import options
from mgc.cli.tables import console_for_output, print_frame
from mgc.datasets.archive import open_archive
from mgc.datasets.opening import open_edition
from mgc.datasets.tracks import GENRES
from mgc.evaluation.compression import FILE
from mgc.evaluation.stability import stability
from mgc.features.from_archive import decibels
from mgc.features.tag_mel import HOP_LENGTH, RATE
from mgc.inference import onnx_file, tag_network
from mgc.inference.make_network import shipped_record
from mgc.inference.picture_network import INPUT
from mgc.inference.tag_network import SAMPLES, STARTS
from mgc.records.store import default_root
from mgc.training import crops, inputs
from mgc.typing import Double
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes

SHARES = (0.5, 0.8, 0.9)
"""Of the weights of each layer that pruning sets to zero, the smallest first."""
N_CALIBRATE, N_TIMED = 40, 20
KERNELS = ("Conv", "Gemm")
Feed = Mapping[str, Any]


def named(content: bytes) -> Any:
    """Open a graph, each node called like its output, which quantisation asks for."""
    model = onnx.load_from_string(content)
    for node in model.graph.node:
        node.name = node.output[0]
    return model


def kernels(model: Any) -> list[Any]:
    """Constants that are kernels of convolutions and linear layers."""
    read = {node.input[1] for node in model.graph.node if node.op_type in KERNELS}
    return [constant for constant in model.graph.initializer if constant.name in read]


def half(content: bytes) -> bytes:
    """Keep constants in float16; they are cast back when the graph is loaded."""
    model, casts = named(content), []
    for constant in model.graph.initializer:
        value = onnx.numpy_helper.to_array(constant)
        if value.dtype == np.float32 and value.size > 1:
            short = onnx.numpy_helper.from_array(value.astype(np.float16), constant.name + ".half")
            casts.append(onnx.helper.make_node("Cast", [short.name], [constant.name], to=1))
            constant.CopyFrom(short)
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return bytes(model.SerializeToString())


def pruned(content: bytes, share: float) -> bytes:
    """Set the smallest weights of each layer to zero."""
    model = named(content)
    for constant in kernels(model):
        value = onnx.numpy_helper.to_array(constant)
        kept = np.where(np.abs(value) < np.quantile(np.abs(value), share), 0, value)
        constant.CopyFrom(onnx.numpy_helper.from_array(kept, constant.name))
    return bytes(model.SerializeToString())


class _Feeds(CalibrationDataReader):  # type: ignore[misc]  # no type hints there
    def __init__(self, feeds: Sequence[Feed]) -> None:
        self._feeds = iter(feeds)

    def get_next(self) -> Feed | None:
        return next(self._feeds, None)


def int8(content: bytes, calibrate: Sequence[Feed] = ()) -> bytes:
    """Quantise weights, and activations by some inputs, or, without any, as they come."""
    model = named(content)
    known = {constant.name for constant in model.graph.initializer}
    chosen = [
        node.name
        for node in model.graph.node
        if node.op_type in KERNELS and node.input[1] in known and not node.name.startswith("head")
    ]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.onnx", Path(folder) / "b.onnx"
        onnx.save(model, source)
        if calibrate:
            quantize_static(
                source, target, _Feeds(calibrate), quant_format=QuantFormat.QDQ,
                nodes_to_quantize=chosen, per_channel=True, weight_type=QuantType.QInt8,
            )  # fmt: skip
        else:
            quantize_dynamic(
                source, target, nodes_to_quantize=chosen, weight_type=QuantType.QUInt8
            )
        return target.read_bytes()


def forms(content: bytes, calibrate: Sequence[Feed]) -> Iterator[tuple[str, bytes]]:
    """Give a network in each form, that which ships first."""
    yield "as it ships (float32)", content
    yield "float16 weights", half(content)
    yield "int8, dynamic", int8(content)
    yield "int8, static", int8(content, calibrate)
    for share in SHARES:
        yield f"{share:.0%} of the weights pruned", pruned(content, share)


def measure(
    network: str,
    content: bytes,
    feeds: Sequence[Feed],
    calibrate: Sequence[Feed],
    genre: Sequence[str],
    output: str,
) -> pd.DataFrame:
    """Ask a network in each form about the same inputs; times are taken in turn."""
    made = list(forms(content, calibrate))
    sessions = [tag_network.session(form, 1) for _, form in made]
    asked = [_answers(session, feeds, output) for session in sessions]
    spent = np.array([
        [_seconds(session, feed, output) for session in sessions] for feed in feeds[:N_TIMED]
    ])  # fmt: skip
    rows = []
    for (form, blob), p, seconds in zip(made, asked, spent.T, strict=True):
        rows.append(
            {
                "network": network,
                "form": form,
                "bytes": len(blob),
                "packed": len(gzip.compress(blob, 9, mtime=0)),
                "time": float(np.median(seconds / spent[:, 0])),
                **stability(asked[0], p)._asdict(),
                "accuracy": np.mean(
                    [GENRES[k] == g for k, g in zip(p.argmax(axis=1), genre, strict=True)]
                ),
                "n": len(p),
            }
        )
    return pd.DataFrame(rows)


def _answers(session: InferenceSession, feeds: Sequence[Feed], output: str) -> Double:
    means = [session.run([output], dict(feed))[0].mean(axis=0) for feed in feeds]
    p = np.stack(means).astype(np.float64)
    return np.asarray(p / p.sum(axis=1, keepdims=True), np.float64)


def _seconds(session: InferenceSession, feed: Feed, output: str) -> float:
    begin = time.perf_counter()
    session.run([output], dict(feed))
    return time.perf_counter() - begin


def heard(data: str) -> tuple[list[Feed], list[str], list[str]]:
    """Read recordings as inputs of MusiCNN, with names and genres."""
    feeds: list[Feed] = []
    tracks = open_edition(data).tracks
    for track in tracks:
        samples, rate = decode(track.path, WINDOW_S)
        sound = np.asarray(soxr.resample(samples, rate, RATE), np.float32)
        starts = tag_network.crop_starts(1 + len(sound) // HOP_LENGTH)
        feeds.append({SAMPLES: sound, STARTS: starts})
    return feeds, [track.track_id for track in tracks], [track.genre for track in tracks]


def seen(archive: Path, names: Sequence[str], width: int) -> list[Feed]:
    """Read tracks of the archive as inputs of the small CNN."""
    source = open_archive(archive)
    rows = np.searchsorted(source.track_id, list(names))
    feeds: list[Feed] = []
    for picture in source.log_power[rows]:
        scaled = inputs.scale(decibels(picture[None]), np.empty(0, np.int64), "per track")
        cut = crops.regular(scaled, crops.TIME_AXIS["spectrogram"], width)[0]
        feeds.append({INPUT: np.ascontiguousarray(cut.transpose(0, 3, 1, 2), np.float32)})
    return feeds


@click.command()
@click.option("--data", required=True, help="Folder of recordings in GTZAN's layout.")
@click.option("--archive", required=True, type=options.FILE, help="Spectrogram archive of GTZAN.")
@click.option("--out", type=options.FOLDER, help="Store of records [book/records of the clone].")
def main(data: str, archive: Path, out: Path | None) -> None:
    """Measure the front of size, time and accuracy of both networks that ship."""
    logging.getLogger().setLevel(logging.ERROR)  # quantisation gives advice at the root
    root = out or default_root()
    feeds, names, genre = heard(data)
    record = shipped_record(default_root())
    test = record.predictions.query("part == 'test'")
    apart = set(test["track_id"]) | set(record.predictions["track_id"])
    known = [feed for name, feed in zip(names, feeds, strict=True) if name not in apart]
    first = measure("musicnn", tag_network.shipped().read_bytes(), feeds, known[:N_CALIBRATE],
                    genre, tag_network.GENRES_OUTPUT)  # fmt: skip
    content = onnx_file.shipped().read_bytes()
    width = tag_network.session(content).get_inputs()[0].shape[3]
    train = [name for name in open_archive(archive).track_id.tolist() if name not in apart]
    calibrate = seen(archive, train[:: len(train) // N_CALIBRATE], width)
    second = measure("cnn", content, seen(archive, test["track_id"].tolist(), width), calibrate,
                     test["genre"].tolist(), "probabilities")  # fmt: skip
    table = pd.concat([first, second], ignore_index=True)
    write_whole(root / FILE, csv_bytes(table, "%.6f"))
    print_frame(console_for_output(), "Compression", table, {
        "time": ".2f", "kept": ".1%", "change": ".3f", "accuracy": ".1%"})  # fmt: skip


if __name__ == "__main__":
    main(prog_name="python -m tools.compression")
