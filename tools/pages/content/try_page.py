"""What the page *Try your own music* needs besides its text: runtime, network, rule, an example.

The scripts of the page stand in `book/_static/try`. They get all numbers of the rule from here,
that is from the Python that they must agree with. Large things are scripts, too, which carry
packed bytes: a page opened as a file may load scripts, and nothing else.
"""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.image
import numpy as np
import soxr

from mgc.audio import decoders, loudness, windows
from mgc.audio.samples import decode
from mgc.datasets import demo, tracks
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.display.figures import style
from mgc.errors import BookError
from mgc.evaluation import metrics, transfer
from mgc.features import tag_mel
from mgc.inference import classifier, network_file, probes, tag_network
from mgc.models.musicnn import TAGS
from mgc.records.store import Record, default_root
from tools.pages.content import try_markup, vendor

RUNTIME = vendor.Package(
    "onnxruntime-web",
    "1.30.0",
    "sha512-q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ==",
)
MODULE, PROGRAM = "dist/ort.wasm.bundle.min.mjs", "dist/ort-wasm-simd-threaded.wasm"
"""The smallest of the package's builds: for the processor alone, with one thread or several."""

MOST_MINUTES, MOST_MEGABYTES = 10, 150
"""A browser holds a whole decoded sound in memory: ten minutes in stereo are some 300 MB."""


def stage(generated: Path, static: Path) -> bool:
    """Write the page's data and its generated part.

    Parameters
    ----------
    generated, static : Path
        Folders of included texts and of files that the site holds as they are. The records are
        those of `default_root`.

    Returns
    -------
    bool
        Whether the page is whole. If the runtime cannot be had, it says so.

    Raises
    ------
    BookError
        The network and its record do not belong together, or the runtime's archive is not the
        expected one.
    """
    folder = static / "try"
    folder.mkdir()
    root = default_root()
    record = transfer.load(root).record
    file = tag_network.shipped()
    if record.environment.get("network_sha256") != network_file.sha256(file):
        raise BookError(f"{file.name}: the record is of another; run: python -m tools.genre_head")
    missing = _stage_runtime(folder)
    _script(folder / "network.js", "packed.network", _packed(file.read_bytes()))
    for clip in probes.EXAMPLES:
        sound = base64.b64encode(demo.clip_path(clip).read_bytes()).decode()
        _script(folder / f"{_name(clip)}.js", f'packed["{_name(clip)}"]', sound)
    data = _data(record)
    start = "window.mgcTry = { Problem: class extends Error {}, packed: {} };\n"
    text = start + f"Object.assign(mgcTry, {json.dumps(data)});\n"
    (folder / "data.js").write_text(text, encoding="utf-8")
    clip = probes.EXAMPLES[0]
    samples, rate = decode(demo.clip_path(clip), windows.WINDOW_S)
    drawn = tag_network.grey(tag_mel.tag_mel(soxr.resample(samples, rate, tag_mel.RATE)))
    mpl.image.imsave(folder / "example.png", drawn[:, ::4], cmap=style.SEQUENTIAL, origin="lower")
    crops = probes.load_crops(root / "transfer")
    shown = crops.loc[crops["name"] == clip, list(P_COLUMNS)].to_numpy()
    examples = {clip: _name(clip) for clip in probes.EXAMPLES}
    page = try_markup.page(examples, shown, missing=missing)
    (generated / "try.md").write_text(page, encoding="utf-8")
    return not missing


def _stage_runtime(folder: Path) -> bool:
    """Write the runtime as a script; returns whether it could not be had."""
    try:
        module, program = vendor.read(RUNTIME, (MODULE, PROGRAM))
    except vendor.UnreachableError:
        return True
    content = {"module": module.decode(), "wasm": _packed(program)}
    _script(folder / "runtime.js", "packed.runtime", content)
    return False


def _script(file: Path, name: str, content: Any) -> None:
    file.write_text(f"mgcTry.{name} = {json.dumps(content)};\n", encoding="utf-8")


def _packed(content: bytes) -> str:
    """Compress bytes as a browser can unpack them by itself; the same bytes each time."""
    return base64.b64encode(gzip.compress(content, compresslevel=6, mtime=0)).decode()


def _name(clip: str) -> str:
    return f"example-{clip.replace('.', '-')}"


def _data(record: Record) -> dict[str, Any]:
    """All that the scripts know: the rule, the genres, and how often each was said rightly."""
    ramp = mpl.colormaps[style.SEQUENTIAL](np.arange(256))[:, :3]
    rate = tag_mel.RATE
    counts = metrics.confusion(metrics.test_rows(record)).to_numpy()
    return {
        "rule": {
            "rate": rate,
            "hop": tag_mel.HOP_LENGTH,
            "bins": tag_mel.N_BANDS,
            "loudest": tag_network.LOUDEST,
            "width": tag_mel.WINDOW_FRAMES,
            "crops": tag_network.N_CROPS,
            "genres": len(GENRES),
            "tags": TAGS,
            "windowSamples": round(windows.WINDOW_S * rate),
            "leastSamples": round(windows.MINIMUM_S * rate),
            "gate": loudness.GATE_LUFS,
            "step": rate // 10,
            "pauseSteps": loudness.PAUSE_STEPS,
            "kWeighting": loudness.k_weighting(rate).tolist(),
            "cancelled": decoders.CANCELLED,
            "blockValues": decoders.BLOCK_VALUES,
            "sureFrom": classifier.SURE_FROM,
            "musicFrom": classifier.MUSIC_FROM,
            "mostMinutes": MOST_MINUTES,
            "mostMegabytes": MOST_MEGABYTES,
            "recordSeconds": try_markup.RECORD_SECONDS,
            "labelFrom": try_markup.LABEL_FROM,
        },
        "genres": [{"id": genre, "label": tracks.label(genre)} for genre in GENRES],
        "tally": [
            {"named": int(counts[:, k].sum()), "right": int(counts[k, k])}
            for k in range(len(GENRES))
        ],
        "ramp": np.rint(255 * ramp).astype(int).ravel().tolist(),
    }
