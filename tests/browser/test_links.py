"""Links and anchors of all pages lead somewhere, and nothing is loaded from elsewhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from .views import page_names

bs4 = pytest.importorskip("bs4")
LOADED = ("script[src]", "link[href]", "img[src]", "audio[src]", "source[src]", "iframe[src]",
          "video[src]", "object[data]", "embed[src]", "form[action]")  # fmt: skip
NOT_FETCHED = {"canonical", "alternate", "license", "author"}  # links of this kind are addresses


@cache
def soup(path: Path):
    return bs4.BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(path: Path) -> frozenset[str]:
    named = (one.get("id") or one.get("name") for one in soup(path).select("[id], a[name]"))
    return frozenset(name for name in named if name)


def targets(path: Path, *selectors: str):
    """Return the addresses in a page."""
    for element in soup(path).select(", ".join(selectors)):
        if element.name == "link" and NOT_FETCHED & set(element.get("rel", [])):
            continue
        keys = ("src", "href", "data", "action")
        yield next(element[key] for key in keys if key in element.attrs)


@pytest.mark.parametrize("name", page_names())
def test_links_within_the_site_lead_to_a_place(folder: Path, name: str) -> None:
    lost = []
    for address in targets(folder / name, "a[href]", "area[href]", *LOADED):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        assert not parts.path.startswith("/"), f"{address} works at the root of a host only"
        target = (folder / name).parent / unquote(parts.path) if parts.path else folder / name
        target = target / "index.html" if target.is_dir() else target
        if not target.is_file() or not target.resolve().is_relative_to(folder):
            lost.append(f"{address}: no such file")
        elif target.name == "explorer.html" and "=" in parts.fragment:
            continue  # a choice and no place; test_explorer follows it
        elif parts.fragment and target.suffix == ".html":
            known = anchors(target.resolve())
            if unquote(parts.fragment) not in known and address != "#":
                lost.append(f"{address}: no such anchor")
    assert lost == []


@pytest.mark.parametrize("name", page_names())
def test_nothing_is_loaded_from_another_host_and_ids_are_unique(folder: Path, name: str) -> None:
    assert [one for one in targets(folder / name, *LOADED) if urlsplit(one).netloc] == []
    ids = [one["id"] for one in soup(folder / name).select("[id]")]
    assert sorted({one for one in ids if ids.count(one) > 1}) == []


def test_every_page_is_linked_from_another(folder: Path) -> None:
    """A page that no page leads to is found by nobody."""
    names = set(page_names())
    addresses = [
        one for name in names for one in targets(folder / name, "a[href]", "form[action]")
    ]
    assert names - {urlsplit(address).path for address in addresses} == set()
