"""Scripts wait until a page has been read. A Sphinx extension.

Jupyter Book puts every script and style sheet below `_static` into every page, the scripts in the
head and at once, before there is anything for them to work on.
"""

from __future__ import annotations

from typing import Any


def deferred(files: list[Any]) -> list[Any]:
    """Return the scripts of a configuration, each once and with `defer`."""
    found: dict[str, dict[str, Any]] = {}
    for one in files:
        name, attributes = (one, {}) if isinstance(one, str) else one
        waits = {} if {"async", "defer"} & set(attributes) else {"defer": "defer"}
        found.setdefault(name, {**attributes, **waits})
    return list(found.items())


def setup(app: Any) -> dict[str, Any]:
    """Connect with Sphinx, after it has put the lists of files into one form."""

    def defer(_: Any, config: Any) -> None:
        config.html_js_files = deferred(config.html_js_files)

    app.connect("config-inited", defer, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
