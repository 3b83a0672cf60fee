"""The network that ships: what MusiCNN says, and the genres that its record speaks of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
import soundfile
import soxr

from mgc.datasets import demo
from mgc.datasets.taggrams import read_taggrams
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.errors import NetworkError
from mgc.evaluation import transfer
from mgc.evaluation.accuracy import accuracy_summary
from mgc.features.tag_mel import RATE, WINDOW_FRAMES, tag_mel
from mgc.inference import network_file, tag_network
from mgc.inference.classifier import Classifier
from mgc.inference.opening import open_network
from mgc.models import musicnn
from tests.helpers.outside import ROOT, python
from tools.genre_head import windows
from tools.non_music import KINDS

AGREE = 0.985
RECORDS = ROOT / "book" / "records"


@pytest.fixture(scope="module")
def session() -> onnxruntime.InferenceSession:
    return tag_network.open_graph(tag_network.shipped(), threads=1)


def clip(name: str) -> np.ndarray:
    samples, rate = soundfile.read(demo.clip_path(name), dtype="float32")
    return soxr.resample(samples, rate, RATE, quality="HQ")


def test_the_spectrogram_in_the_file_is_that_of_librosa(
    session: onnxruntime.InferenceSession,
) -> None:
    samples = clip("rock.00001")
    *_, mel = tag_network.run(session, samples, np.zeros(1, np.int32))
    assert np.abs(mel - tag_mel(samples)).max() < 1e-3


def test_filters_that_never_fire_change_nothing(
    session: onnxruntime.InferenceSession, musicnn_weights: Path
) -> None:
    """All of the published network in Keras, beside the few of its filters in the file."""
    noise = np.random.default_rng(0).normal(0, 0.3, 4 * RATE).astype(np.float32)
    model = musicnn.load(musicnn_weights)
    for samples in (clip("metal.00003")[: 4 * RATE], noise):
        _, tags, *_ = tag_network.run(session, samples, np.zeros(1, np.int32))
        assert np.allclose(
            tags, model.predict_on_batch(tag_mel(samples)[None, :WINDOW_FRAMES]), atol=1e-4
        )


def test_the_file_agrees_with_the_published_tag_probabilities(
    session: onnxruntime.InferenceSession, taggrams: Path, gtzan_mini: Path
) -> None:
    published, starts = read_taggrams(taggrams), (61 * np.arange(28)).astype(np.int32)
    heard = {path.stem: path for path in gtzan_mini.rglob("*.wav")}
    found = {}
    for name, expected in zip(published.track_id, published.probability, strict=True):
        if name in heard:
            samples, rate = soundfile.read(heard[name], dtype="float32")
            resampled = soxr.resample(samples, rate, RATE, quality="HQ")
            _, tags, *_ = tag_network.run(session, resampled, starts)
            found[name] = np.corrcoef(tags.ravel(), expected.ravel())[0, 1]
    recorded = transfer.load(RECORDS).agreement.set_index("track_id")["correlation"]
    assert len(found) == 44
    assert min(found.values()) >= AGREE
    assert np.allclose(recorded[list(found)], list(found.values()), atol=1e-3)


def test_the_record_is_about_the_head_in_the_file(taggrams: Path) -> None:
    """Read the head's numbers and apply them by hand to the published test rows."""
    record = transfer.load(RECORDS).record
    file = tag_network.shipped()
    assert record.environment["network_sha256"] == network_file.sha256(file)
    assert record.config["recipe"]["n_windows"] == tag_network.N_CROPS
    assert record.config["recipe"]["reads"] == "tags"
    constants = {c.name: onnx.numpy_helper.to_array(c) for c in onnx.load(file).graph.initializer}
    published = read_taggrams(taggrams)
    rows = published.part == "test"
    tags = published.probability[rows][:, windows(tag_network.N_CROPS)]
    logits = tags @ constants["head/kernel"] + constants["head/bias"]
    p = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = (p / p.sum(axis=-1, keepdims=True)).mean(axis=1)
    said = record.predictions[record.predictions["part"] == "test"]
    assert said["track_id"].tolist() == published.track_id[rows].tolist()
    assert np.allclose(said[list(P_COLUMNS)], p, atol=1e-4)
    assert accuracy_summary(record).accuracy == np.mean(
        [
            GENRES[k] == name.split(".")[0]
            for k, name in zip(p.argmax(axis=1), published.track_id[rows], strict=True)
        ]
    )


def test_training_rows_were_answered_by_heads_that_knew_no_artist_of_them() -> None:
    rows = transfer.load(RECORDS).record.predictions.query("part == 'train'")
    groups = pd.read_csv(ROOT / "mgc/tables/gtzan_artists.csv").set_index("track_id")["group"]
    folds = rows["fold"].groupby(groups[rows["track_id"]].to_numpy()).nunique()
    assert len(rows) == 443
    assert folds.max() == 1


def test_the_file_says_whence_it_comes_and_is_small(session: onnxruntime.InferenceSession) -> None:
    facts = session.get_modelmeta().custom_metadata_map
    assert "Pons and Serra 2019" in facts["source"]
    assert "ISC" in facts["licence"]
    assert tuple(facts["tags"].split("|")) == musicnn.TAGS
    assert tag_network.shipped().stat().st_size < 3_500_000
    notice = tag_network.shipped().with_name("musicnn-LICENSE.txt").read_text(encoding="utf-8")
    assert "Permission to use, copy, modify" in notice


@pytest.mark.parametrize(("frames", "n"), [(187, 1), (400, 1), (1876, 5), (1000, 3)])
def test_crops_lie_evenly_and_inside(frames: int, n: int) -> None:
    starts = tag_network.crop_starts(frames)
    assert len(starts) == n
    assert starts.min() >= 0
    assert starts.max() <= frames - WINDOW_FRAMES
    assert n == 1 or (starts[0], starts[-1]) == (0, frames - WINDOW_FRAMES)


@pytest.mark.parametrize("kind", ["noise", "clicks"])
def test_sounds_without_music_are_none_of_the_genres(kind: str, tmp_path: Path) -> None:
    time = np.arange(10 * RATE) / RATE
    samples = KINDS[kind](np.random.default_rng(99), time)
    soundfile.write(tmp_path / "a.wav", 0.5 * samples / np.abs(samples).max(), RATE)
    answer = Classifier(threads=1).answer(tmp_path / "a.wav")
    assert answer.verdict == answer.windows[0].verdict == "none"
    assert answer.music < 0.5


def test_predict_imports_no_tensorflow_and_little_else() -> None:
    arguments = ["predict", str(demo.clip_path("metal.00000")), "--json", "-"]
    done = python(
        f"import sys; from mgc.cli.main import main; main({arguments!r}, standalone_mode=False);"
        " print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    loaded = set(done.stderr.split())
    assert not loaded & {
        "tensorflow",
        "keras",
        "librosa",
        "sklearn",
        "matplotlib",
        "pandas",
        "onnx",
    }
    (said,) = json.loads(done.stdout)
    assert len(said["tags"]) == 5
    assert 0 <= said["music"] <= 1


def test_the_small_network_goes_by_its_name_and_other_files_are_refused(tmp_path: Path) -> None:
    assert open_network("cnn").tags == ()
    assert len(open_network("musicnn").tags) == 50
    (tmp_path / "bad.onnx").write_bytes(b"no graph")
    with pytest.raises(NetworkError, match=r"bad\.onnx: no network in ONNX's format"):
        open_network(tmp_path / "bad.onnx")
    with pytest.raises(NetworkError, match="does not exist"):
        open_network(tmp_path / "none.onnx")
    x = onnx.helper.make_tensor_value_info("samples", 1, ["n"])
    y = onnx.helper.make_tensor_value_info("genres", 1, ["n"])
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Relu", ["samples"], ["genres"])], "g", [x], [y]
    )
    opset = [onnx.helper.make_opsetid("", 13)]
    onnx.save(
        onnx.helper.make_model(graph, opset_imports=opset, ir_version=8), tmp_path / "other.onnx"
    )
    with pytest.raises(NetworkError, match="does not give genres and tags by name"):
        open_network(tmp_path / "other.onnx")


def test_the_runtime_tells_nobody_that_it_was_used(tmp_path: Path) -> None:
    """Telemetry would leave a file among temporary ones, and a name of this machine at home."""
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    home.mkdir()
    scratch.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    places = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(scratch)}
    code = "from mgc.inference import tag_network as t; t.open_graph(t.shipped())"
    subprocess.run([sys.executable, "-c", code], env=kept | places, check=True)
    assert list(scratch.iterdir()) == []
    assert list(home.rglob("*Microsoft*")) == []
    plain = [sys.executable, "-c", "import onnxruntime"]
    subprocess.run(plain, env=kept | places, check=True)
    if not list(scratch.iterdir()):
        pytest.skip("this build of ONNX Runtime has no telemetry, so nothing was tested")
