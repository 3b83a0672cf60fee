"""Where the parts of the book lie, and what one build of it is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mgc.errors import BookError
from mgc.util.places import place, place_in

# What the published book shows, and the chapters' defaults.
PUBLISHED_DATA = "gtzan-archive"
PUBLISHED_PROTOCOL = "artist_cv"
PUBLISHED_VARIANT = "tuned"

STATIC = "_extra/_static"
"""Where `book/_static` is staged. Sphinx copies `_extra` to the site as it is; of a folder
`_static`, Jupyter Book would load every script and style on every page."""


@dataclass(frozen=True)
class Options:
    """What one run of the chain is asked for.

    Attributes
    ----------
    working : bool
        True: fit what is missing on `data` and keep records in the working store
        (`nox -s build`). False: replay published records (`nox -s book`).
    data : str
        "demo", a folder in GTZAN's layout, or the name of an edition with records.
    records : str
        Folder of the record store; "" for the default of the mode.
    protocol, variant, seed
        As in `mgc.records.study.open_study`.
    only : tuple of str
        Chapters to execute ("05", "05_comparison"); empty for all.
    jobs : int
        Chapters and extractions done at the same time.
    fresh : bool
        Execute and fit even what is up to date.
    """

    working: bool = False
    data: str = PUBLISHED_DATA
    records: str = ""
    protocol: str = PUBLISHED_PROTOCOL
    variant: str = PUBLISHED_VARIANT
    seed: int = 0
    only: tuple[str, ...] = ()
    jobs: int = 2
    fresh: bool = False


@dataclass(frozen=True)
class Project:
    """A checkout of the repository: the folders that the chain reads and writes."""

    root: Path

    @property
    def sources(self) -> Path:
        """Folder of the chapters and pages that people edit."""
        return self.root / "book"

    @property
    def build(self) -> Path:
        """Folder of everything that is made; may be deleted at any time."""
        return self.root / "_build"

    @property
    def source(self) -> Path:
        """Folder that Jupyter Book reads: executed notebooks, pages, configuration."""
        return self.build / "source"

    @property
    def html(self) -> Path:
        """Folder of the finished site."""
        return self.build / "html"

    @property
    def settings(self) -> dict[str, Any]:
        """What `_config.yml` says."""
        return dict(yaml.safe_load((self.root / "_config.yml").read_text(encoding="utf-8")))

    @property
    def pages(self) -> list[str]:
        """Names of all pages in reading order."""
        return page_names(yaml.safe_load((self.root / "_toc.yml").read_text(encoding="utf-8")))

    def notebooks(self, options: Options) -> Path:
        """Folder of executed notebooks; the two modes do not overwrite each other's."""
        return self.build / "chapters" / ("working" if options.working else "published")

    def records(self, options: Options) -> Path:
        """Record store that chapters read under these options."""
        if options.records:
            return place(options.records).resolve()
        if options.working:
            return self.build / "records"
        return (place_in("MGC_RECORDS") or self.sources / "records").resolve()

    def chapters(self, only: tuple[str, ...] = ()) -> list[Path]:
        """Source files of the chapters with these numbers or names, by default of all, in order.

        Raises BookError if there is no chapter, or none of this name.
        """
        every = sorted(self.sources.glob("[0-9][0-9]_*.py"))
        if not every:
            raise BookError(f"no chapter NN_name.py in {self.sources}")
        wanted = {name.removesuffix(".py").rsplit("/")[-1] for name in only}
        chosen = [
            path
            for path in every
            if not wanted or wanted & {path.stem, path.stem[:2], path.stem[:2].lstrip("0")}
        ]
        if not chosen:
            known = ", ".join(path.stem for path in every)
            raise BookError(f"no chapter is called {' or '.join(sorted(only))}; there are {known}")
        return chosen


def find_project(start: Path | None = None) -> Project:
    """Find the checkout around a folder (by default the current one).

    Raises BookError if no folder upwards holds `_toc.yml` and `book/`.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "_toc.yml").is_file() and (folder / "book").is_dir():
            return Project(folder)
    raise BookError(
        f"{here} is not inside a checkout of the book: no _toc.yml beside a book/ folder"
    )


def page_names(toc: Mapping[str, Any]) -> list[str]:
    """Return the names of all pages in a table of contents (`_toc.yml`), in reading order."""

    def below(entry: Mapping[str, Any]) -> Iterator[str]:
        if "file" in entry:
            yield str(entry["file"])
        for key in ("chapters", "sections"):
            for child in entry.get(key, ()):
                yield from below(child)

    parts = [name for part in toc.get("parts", ()) for name in below(part)]
    return [str(toc["root"]), *parts, *below({"chapters": toc.get("chapters", ())})]


def content_hash(folder: Path) -> str:
    """Return a hash over the names and contents of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            name = path.relative_to(folder).as_posix()
            digest.update(f"\n{name} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()
