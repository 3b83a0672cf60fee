"""Scripts and styles of one page are loaded by that page alone."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from tools.pages.project import STATIC
from tools.pages.sphinx_ext.assets import add_assets


@pytest.mark.parametrize(
    ("page", "own"),
    [
        ("explorer", ["explorer-data.js", "explorer.js", "explorer.css"]),
        ("index", ["index-answer.css"]),
        ("glossary", []),
    ],
)
def test_a_page_loads_what_is_named_after_it_and_data_first(
    tmp_path: Path, page: str, own: list[str]
) -> None:
    folder = tmp_path / STATIC
    folder.mkdir(parents=True)
    for name in ("explorer.js", "explorer-data.js", "explorer.css", "explorers.js", "custom.css",
                 "index-answer.css"):  # fmt: skip
        (folder / name).touch()
    added: list[str] = []
    deferred: list[str] = []

    def add_js(name: str, loading_method: str) -> None:
        added.append(name)
        deferred.append(loading_method)

    app = SimpleNamespace(srcdir=str(tmp_path), add_js_file=add_js, add_css_file=added.append)
    add_assets(app, page, "page.html", {}, None)
    assert added == own
    assert set(deferred) <= {"defer"}
