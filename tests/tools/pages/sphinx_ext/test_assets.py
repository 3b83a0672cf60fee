"""Scripts and styles of one page are loaded by that page alone."""

from pathlib import Path
from unittest.mock import Mock, call

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
    app = Mock(srcdir=str(tmp_path))
    add_assets(app, page, "page.html", {}, None)
    styles = [call(name) for name in own if name.endswith("css")]
    scripts = [call(name, loading_method="defer") for name in own if name.endswith("js")]
    assert app.add_js_file.mock_calls + app.add_css_file.mock_calls == scripts + styles
