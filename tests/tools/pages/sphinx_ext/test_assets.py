"""Scripts and styles of one page are loaded by that page alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tools.pages.sphinx_ext.assets import owner, select

PAGES = {"index", "explorer", "hear", "two-words", "two"}


@pytest.mark.parametrize(
    ("filename", "page"),
    [
        ("_static/explorer.js", "explorer"),
        ("explorer.css", "explorer"),
        ("_static/explorer-data.js", "explorer"),
        ("two-words.js", "two-words"),
        ("two-others.js", "two"),
        ("custom.css", None),
        ("_static/explorers.js", None),
        ("_static/hear/clip.webp", None),
        ("None", None),
    ],
)
def test_a_file_named_after_a_page_belongs_to_it(filename: str, page: str | None) -> None:
    assert owner(filename, PAGES) == page


def asset(filename: str) -> Any:
    return SimpleNamespace(filename=filename, attributes={})


@pytest.mark.parametrize(("page", "own"), [("explorer", ["explorer.js"]), ("index", [])])
def test_other_pages_do_not_load_it(page: str, own: list[str]) -> None:
    app = SimpleNamespace(env=SimpleNamespace(found_docs=PAGES))
    scripts = [asset("everywhere.js"), asset("explorer.js"), asset("hear.js")]
    styles = [asset("custom.css"), asset("explorer.css")]
    context = {"script_files": scripts, "css_files": styles}
    select(app, page, "page.html", context, None)
    assert context["script_files"] is scripts, "the builder's list, not a copy"
    assert [one.filename for one in scripts] == ["everywhere.js", *own]
    assert [one.filename for one in styles] == [
        "custom.css",
        *(name.replace("js", "css") for name in own),
    ]
    assert [one.filename for one in scripts if "defer" in one.attributes] == own
