"""Fixtures for all tests: real data where there is some, a small generated edition everywhere."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mgc.datasets.tracks import GENRES
from mgc.models import NAMES
from mgc.util.places import place_in

# Read once, before `clean_environment` hides the variables from the code under test.
_DATA = place_in("MGC_DATA")
_WEIGHTS = place_in("MGC_VGG16_WEIGHTS")
_ARCHIVE = place_in("MGC_ARCHIVE")
_MUSICNN = place_in("MGC_MUSICNN_WEIGHTS")
_TAGGRAMS = place_in("MGC_TAGGRAMS")

# Two processes that fill one cache of numba's at a time may crash each other (numba issue 10128).
os.environ.setdefault(
    "NUMBA_CACHE_DIR",
    str(
        Path(tempfile.gettempdir()) / f"mgc-numba-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    ),
)

LONGEST = ("training", "report", "inference")
"""Rooms whose modules of tests take longest; begun first, or one core would wait for another."""
SMALL_TRACKS = 3
SMALL_SECONDS = 5.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest modules first."""
    items.sort(key=lambda item: item.path.parent.name not in LONGEST)


@pytest.fixture(autouse=True, scope="session")
def clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting of the developer's machine reaches a test, and no test fills their cache."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("MGC_"):
                patch.delenv(name)
        patch.setenv("MGC_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def gtzan_mini() -> Path:
    """Folder of the 100 real tracks; tests that ask for it are skipped without one."""
    if _DATA is None:
        pytest.skip("MGC_DATA does not name the folder of GTZAN mini (`mgc data fetch mini`)")
    if not _DATA.is_dir():
        pytest.skip(f"MGC_DATA names {_DATA}, which is no folder")
    return _DATA.resolve()


@pytest.fixture(scope="session")
def gtzan_archive() -> Path:
    """File of the 999 real pictures; tests that ask for it are skipped without one."""
    if _ARCHIVE is None or not _ARCHIVE.is_file():
        pytest.skip("MGC_ARCHIVE does not name the spectrogram archive of GTZAN (a .npz file)")
    return _ARCHIVE.resolve()


@pytest.fixture
def vgg16_weights(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of ImageNet weights, set for the code under test; skipped without one."""
    if _WEIGHTS is None or not _WEIGHTS.is_file():
        pytest.skip("MGC_VGG16_WEIGHTS does not name a file of ImageNet weights")
    monkeypatch.setenv("MGC_VGG16_WEIGHTS", str(_WEIGHTS))
    return _WEIGHTS.resolve()


@pytest.fixture(scope="session")
def musicnn_weights() -> Path:
    """File of MusiCNN's published weights; tests that ask for it are skipped without one."""
    if _MUSICNN is None or not _MUSICNN.is_file():
        pytest.skip("MGC_MUSICNN_WEIGHTS does not name the weights of MusiCNN (a .npz file)")
    return _MUSICNN.resolve()


@pytest.fixture(scope="session")
def taggrams() -> Path:
    """File of published tag probabilities of GTZAN; tests that ask for it are skipped without."""
    if _TAGGRAMS is None or not _TAGGRAMS.is_file():
        pytest.skip("MGC_TAGGRAMS does not name the tag probabilities of GTZAN (a .npz file)")
    return _TAGGRAMS.resolve()


@pytest.fixture
def ffmpeg(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the real program ffmpeg, first on the PATH; skipped without one."""
    imageio_ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is missing")
    folder = tmp_path_factory.mktemp("bin")
    program = Path(imageio_ffmpeg.get_ffmpeg_exe())
    place = shutil.copy if os.name == "nt" else os.symlink  # a link takes a right there
    place(program, folder / f"ffmpeg{program.suffix if os.name == 'nt' else ''}")
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder


@pytest.fixture
def short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let every recipe stop after three epochs, and compute them step by step.

    To compile a network takes longer than to run it so little, but for the LSTM with its many
    steps.
    """
    import tensorflow as tf

    for name in NAMES:
        module = import_module(f"mgc.models.{name}")
        monkeypatch.setattr(module, "RECIPE", replace(module.RECIPE, epochs=3))
    parameters = getattr(request.node, "callspec", None)
    tf.config.run_functions_eagerly(not parameters or parameters.params.get("model") != "lstm")
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="session")
def small_edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with three 5-s tracks a genre, a chord in noise each; read it, never change it."""
    root = tmp_path_factory.mktemp("small")
    rng = np.random.default_rng(7)
    time = np.arange(int(SMALL_SECONDS * 22_050)) / 22_050
    for index, genre in enumerate(GENRES):
        (root / genre).mkdir()
        for number in range(SMALL_TRACKS):
            pitch = 110.0 * 2 ** (index / 4) * (1 + 0.02 * number)
            beat = 0.5 + 0.5 * np.sin(2 * np.pi * (1 + index / 3) * time)
            chord = sum(np.sin(2 * np.pi * pitch * ratio * time) for ratio in (1, 1.25, 1.5))
            noise = rng.normal(0, 0.02 + 0.01 * index, len(time))
            samples = np.clip(0.2 * beat * chord + noise, -0.99, 0.99)
            path = root / genre / f"{genre}.{number:05d}.wav"
            soundfile.write(path, samples, 22_050, subtype="PCM_16")
    return root
