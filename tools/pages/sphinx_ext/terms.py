"""Definitions where terms stand: each link to the glossary is described by its entry.

A Sphinx extension. The definitions that a page uses are part of the page, hidden, and each link
names its own by `aria-describedby`; `terms.js` shows it on hover and on focus.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

PAGE = "glossary"
LINK = re.compile(rf'<a class="reference internal" href="(?:{PAGE}\.html)?#(term-[^"]+)"')


def definitions(tree: Any) -> dict[str, str]:
    """Read what the terms of a glossary page mean, by the id that links to a term name."""
    from docutils import nodes

    found = {}
    for item in tree.findall(nodes.definition_list_item):
        text = " ".join(one.astext() for one in item.findall(nodes.definition))
        for term in item.findall(nodes.term):
            for name in term["ids"]:
                found[name] = " ".join(text.split())
    return found


def described(body: str, known: Mapping[str, str]) -> str:
    """Return the HTML of a page with its definitions below, and with links that name them."""
    used: dict[str, str] = {}

    def describe(found: re.Match[str]) -> str:
        name = found[1]
        if name not in known:
            return found[0]
        used[name] = known[name]
        return f'{found[0]} aria-describedby="about-{name}"'

    changed = LINK.sub(describe, body)
    if not used:
        return body
    texts = "".join(
        f'<div role="tooltip" id="about-{name}" hidden>{html.escape(text)}</div>'
        for name, text in sorted(used.items())
    )
    return f'{changed}<div class="mgc-definitions">{texts}</div>'


def add_definitions(
    app: Any, pagename: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Describe the terms of one page; on the glossary itself they stand a line away."""
    if tree is None or "body" not in context or PAGE not in app.env.found_docs:
        return
    if pagename != PAGE:
        known = definitions(app.env.get_doctree(PAGE))
        context["body"] = described(context["body"], known)


def setup(app: Any) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", add_definitions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
