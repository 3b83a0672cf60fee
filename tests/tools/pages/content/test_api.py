"""The page for those who use the package names what is there, and its examples run."""

import doctest
import inspect
from importlib import import_module
from types import ModuleType

import pytest

from tests.helpers.outside import ROOT, python
from tools.pages.content import api
from tools.rooms import layers

INSIDE = {"cli", "util", "typing", "errors"}
"""Rooms that are no library: a command, and what all others stand on."""


def test_every_room_has_its_section_in_the_order_of_the_house():
    assert [room for room in reversed(layers(ROOT)) if room not in INSIDE] == list(api.ROOMS)


@pytest.mark.parametrize("room", api.ROOMS)
def test_a_room_names_what_exists_and_explains_it(room):
    names = api.public_names(room)
    assert names
    for name in names:
        there = api.found(name)
        assert isinstance(there, tuple) or inspect.getdoc(there), name
        assert not any(part.startswith("_") for part in name.split("."))


@pytest.mark.parametrize("room", api.ROOMS)
def test_the_example_of_a_room_runs_and_says_what_it_says(room, monkeypatch):
    monkeypatch.chdir(ROOT)
    module = import_module(f"mgc.{room}")
    done = doctest.testmod(module)
    assert done.attempted >= 2, "an example"
    assert done.failed == 0
    assert f"from mgc.{room}" in inspect.getdoc(module)


def test_the_page_needs_no_tensorflow():
    missing = "for name in ('tensorflow', 'keras', 'fastapi', 'onnx'): sys.modules[name] = None"
    python(f"import sys\n{missing}\nfrom tools.pages.content import api\nassert api.page()")


def test_names_become_directives_and_links():
    page = api.page()
    assert "{py:obj}`samples.load <mgc.audio.samples.load>`" in page
    assert ".. autofunction:: mgc.audio.samples.load\n" in page
    assert ".. autoclass:: mgc.inference.classifier.Classifier\n   :members:\n" in page
    assert isinstance(api.found("mgc.evaluation.metrics"), ModuleType)
    assert ".. automodule:: mgc.evaluation.metrics\n" in page
    assert ".. autodata:: mgc.features.names.FEATURE_NAMES\n" in page
    with pytest.raises(ModuleNotFoundError):
        api.found("mgc.audio.samples" + ".none")
