"""CONTRIBUTING.md says where to add what: each recipe is followed here, in a copy of `mgc`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import nbformat
import pytest

from mgc.records.study import open_study
from mgc.report import audit
from mgc.report.claims import Claim, Decision, Verdict, load_claims
from mgc.report.evidence import Evidence
from tests.helpers.book import write_chapter
from tests.helpers.outside import ROOT
from tools.pages import chain
from tools.pages.execute import chapters
from tools.pages.project import Project

pytestmark = pytest.mark.slow

MODEL = '''
"""One layer."""

from mgc.models.recipe import Recipe, TunedRecipe

RECIPE = Recipe(representation="tabular", scaling="per column", batch_size=4, epochs=1)
TUNED = TunedRecipe(representation="tabular", scaling="per column", batch_size=4, epochs=1)


def build(input_shape, n_classes):
    """A weight for each input and class."""
    from keras import Input, Sequential, layers

    return Sequential([Input(input_shape), layers.Dense(n_classes, activation="softmax")])
'''
ADDED: Mapping[str, tuple[tuple[str, str], ...]] = {
    # A model: its name and title, beside a module of its own.
    "models/__init__.py": (
        ("NAMES = (", 'NAMES = ("linear", '),
        ("TITLES = {", 'TITLES = {"linear": "One layer", '),
    ),
    # A feature: its value in each frame, its name in the same place, a new version.
    "features/extract.py": (
        ("descriptors = [", "descriptors = [extremes.max(axis=1, keepdims=True),"),
    ),
    "features/names.py": (
        ("FRAME_DESCRIPTORS = (", 'FRAME_DESCRIPTORS = ("peak", '),
        ('AUDIO_VERSION = "1"', 'AUDIO_VERSION = "of the test"'),
    ),
    # A protocol: its name and title, and how it is drawn.
    "datasets/splits.py": (
        ("\nPROTOCOLS = (", '\nPROTOCOLS = ("again", '),
        ('"random": "random"', '"random": "random", "again": "random again"'),
    ),
    "datasets/protocols.py": (
        (
            '    if protocol == "fault_filtered":\n',
            '    if protocol == "again":\n'
            "        whole = np.full(len(order), -1)\n"
            "        return Split(protocol, order, whole, (_holdout(genres[order], rng),))\n"
            '    if protocol == "fault_filtered":\n',
        ),
    ),
}
"""What the recipes add to files of the package: text, and what replaces it once."""


def test_a_new_model_is_fitted_with_a_new_feature_on_a_new_protocol(
    small_edition: Path, tmp_path: Path
) -> None:
    """Four statistics more: the model reads 232 columns, with ten weights each and ten biases."""
    shutil.copytree(
        ROOT / "mgc", tmp_path / "mgc", ignore=shutil.ignore_patterns("*.ogg", "*.pyc")
    )
    (tmp_path / "mgc" / "models" / "linear.py").write_text(MODEL, encoding="utf-8")
    for name, changes in ADDED.items():
        file = tmp_path / "mgc" / name
        text = file.read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, f"{name}: the recipe and its test no longer fit {old!r}"
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
    for genre in ("blues", "rock"):
        shutil.copytree(small_edition / genre, tmp_path / "audio" / genre)
    command = [sys.executable, "-m", "mgc", "run", "--data", "audio", "--records", "records"]
    command += ["--models", "linear", "--protocol", "again", "--jobs", "1"]
    here = {"PYTHONPATH": str(tmp_path), "MGC_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | here, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert "linear" in done.stdout
    (file,) = (tmp_path / "records").rglob("config.json")
    config = json.loads(file.read_text(encoding="utf-8"))
    layers = json.loads((file.parent / "architecture.json").read_text(encoding="utf-8"))
    assert (config["model"], config["protocol"]) == ("linear", "again")
    assert config["feature_version"] == "of the test"
    assert sum(layer["parameters"] for layer in layers) == (228 + 4 + 1) * 10


def test_a_new_chapter_is_a_file_that_the_chain_finds_and_executes(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.sources.mkdir()
    write_chapter(project, "13_new", 'print("heard", data)')
    chain.check_sources(project)
    (chapter,) = project.chapters()
    with chapters.this_interpreter(project.build):
        done = chapters.execute(chapter, tmp_path / "made", {}, "")
    cells = nbformat.read(done.notebook, as_version=4).cells
    assert "heard gtzan-mini" in "".join(str(cell.get("outputs", "")) for cell in cells)


def test_a_new_claim_is_a_line_that_a_decider_judges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def longest(claim: Claim, evidence: Evidence, argument: str) -> Decision:
        said = f"{evidence.study.protocol} {argument}"
        return Decision(Verdict.CONFIRMED, f"There are {claim.figure}.", measured=said)

    line = "s1-99,1,there are ten genres,10,genres,facts,longest:word,\n"
    claims = (ROOT / "book" / "claims.csv").read_text(encoding="utf-8") + line
    (tmp_path / "claims.csv").write_text(claims, encoding="utf-8")
    monkeypatch.setattr(audit, "DECIDERS", {**audit.DECIDERS, "longest": longest})
    new = load_claims(tmp_path / "claims.csv")[-1]
    study = open_study("gtzan-archive", records=ROOT / "book" / "records")
    assert audit.decide(new, Evidence(study)).measured == f"{study.protocol} word"
