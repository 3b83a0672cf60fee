"""Networks are fitted on TensorFlow or JAX, as Keras's own setting says."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("keras", reason="needs the extra 'fit'")

from mgc.errors import MgcError
from mgc.evaluation.metrics import accuracy, test_rows
from mgc.models.backend import keras
from mgc.records.store import load_record
from mgc.training import keras_fit
from tests.helpers.fits import conclude, first_fold
from tests.helpers.outside import python


def test_a_network_is_fitted_on_jax_where_there_is_no_tensorflow(tmp_path, monkeypatch):
    """And learns there what it learns on TensorFlow, from features that tell the genre."""
    pytest.importorskip("jax", reason="needs the extra 'jax'")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    out = python(
        "import sys; sys.modules['tensorflow'] = None\n"
        "from pathlib import Path\n"
        "from tests.helpers.fits import conclude, first_fold\n"
        f"print(conclude(first_fold('mlp', Path({str(tmp_path / 'jax')!r}))).path)"
    )
    there = load_record(Path(out.stdout.splitlines()[-1]))
    here = conclude(first_fold("mlp", tmp_path / "tensorflow"))
    assert there.fit_id == here.fit_id
    assert there.architecture == here.architecture
    assert there.history["epoch"].max() > 1
    right = [accuracy(test_rows(record)) for record in (there, here)]
    assert right[0] == pytest.approx(right[1], abs=0.2)
    assert right[0] > 0.3
    assert there.environment["packages"]["jax"] != "not installed"


def test_a_backend_that_nobody_tried_is_refused_by_name(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(MgcError, match="KERAS_BACKEND=torch"):
        keras_fit.set_up(1)
