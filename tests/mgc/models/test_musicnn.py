"""The port of MusiCNN says what the published network said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from mgc.datasets.taggrams import read_taggrams
from mgc.errors import DataError, WeightsError
from mgc.features.tag_mel import RATE, WINDOW_FRAMES, tag_mel
from mgc.models import musicnn

HOP_FRAMES = 61
AGREE = 0.985


def test_the_layers_are_those_of_the_checkpoint() -> None:
    model = musicnn.build()
    assert model.count_params() == 792_079
    assert (model.input_shape, model.output_shape) == ((None, WINDOW_FRAMES, 96), (None, 50))
    shapes = musicnn._shapes()
    named = {f"{layer.name}.{w.name}": w.shape for layer in model.layers for w in layer.weights}
    assert named.keys() == shapes.keys()
    assert all(np.prod(named[name]) == np.prod(shapes[name]) for name in shapes)


def test_the_port_agrees_with_the_published_tag_probabilities(
    musicnn_weights: Path, taggrams: Path, gtzan_mini: Path
) -> None:
    """Some windows of some; the file that ships is asked about all (`test_tag_network`)."""
    model, published = musicnn.load(musicnn_weights), read_taggrams(taggrams)
    assert published.tags == musicnn.TAGS
    heard = {path.stem: path for path in gtzan_mini.rglob("*.wav")}
    rows = [k for k, name in enumerate(published.track_id) if name in heard]
    assert len(rows) == 44
    for k in rows[::9]:
        samples, rate = soundfile.read(heard[published.track_id[k]], dtype="float32")
        mel = tag_mel(soxr.resample(samples, rate, RATE, quality="VHQ"))
        windows = [mel[s : s + WINDOW_FRAMES] for s in HOP_FRAMES * np.arange(0, 28, 4)]
        found = model.predict_on_batch(np.stack(windows))
        assert np.corrcoef(found.ravel(), published.probability[k, ::4].ravel())[0, 1] >= AGREE


def test_weights_that_are_missing_or_others_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(WeightsError, match="name their file in MGC_MUSICNN_WEIGHTS"):
        musicnn.read_weights()
    np.savez(tmp_path / "other.npz", kernel=np.zeros(3))
    monkeypatch.setenv("MGC_MUSICNN_WEIGHTS", str(tmp_path / "other.npz"))
    with pytest.raises(WeightsError, match="holds other values"):
        musicnn.read_weights()
    with pytest.raises(WeightsError, match="cannot be read"):
        musicnn.read_weights(tmp_path / "none.npz")


def test_taggrams_that_are_cut_or_mixed_are_refused(tmp_path: Path) -> None:
    file, names = tmp_path / "tags.npz", np.repeat(["blues.00000", "jazz.00001"], 28)
    facts = {"probability": np.zeros((56, 2)), "part": np.full(56, "test"), "tag": ["a", "b"]}
    np.savez(file, track_id=names, **facts)
    assert read_taggrams(file).probability.shape == (2, 28, 2)
    for wrong in (np.roll(names, 3), np.append(names[:-1], "jazz.00002")):
        np.savez(file, track_id=wrong, **facts)
        with pytest.raises(DataError, match="no tag probabilities"):
            read_taggrams(file)
    with pytest.raises(DataError, match="no tag probabilities"):
        read_taggrams(tmp_path / "none.npz")
