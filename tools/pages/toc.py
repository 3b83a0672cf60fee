"""The pages of the book in reading order, as `_toc.yml` lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml


def read_toc(path: Path) -> list[str]:
    """Return the names of the pages in a file `_toc.yml`."""
    return page_names(yaml.safe_load(path.read_text(encoding="utf-8")))


def page_names(toc: Mapping[str, Any]) -> list[str]:
    """Return the names of all pages in a table of contents (`_toc.yml`), in reading order."""

    def below(entry: Mapping[str, Any]) -> Iterator[str]:
        if "file" in entry:
            yield str(entry["file"])
        for key in ("chapters", "sections"):
            for one in entry.get(key, ()):
                yield from below(one)

    parts = [name for part in toc.get("parts", ()) for name in below(part)]
    return [str(toc["root"]), *parts, *below({k: v for k, v in toc.items() if k == "chapters"})]
