"""Where the parts of the book lie, and what one build of it is asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mgc.errors import BookError

# What the published book shows, and the chapters' defaults.
PUBLISHED_DATA = "gtzan-archive"
PUBLISHED_PROTOCOL = "fault_filtered"
PUBLISHED_VARIANT = "tuned"


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
    def working_records(self) -> Path:
        """Record store of `nox -s build`."""
        return self.build / "records"

    def notebooks(self, options: Options) -> Path:
        """Folder of executed notebooks; the two modes do not overwrite each other's."""
        return self.build / "chapters" / ("working" if options.working else "published")

    def records(self, options: Options) -> Path:
        """Record store that chapters read under these options."""
        if options.records:
            return Path(options.records).expanduser().resolve()
        if options.working:
            return self.working_records
        return Path(os.environ.get("MGC_RECORDS") or self.sources / "records").resolve()

    def chapters(self, only: tuple[str, ...] = ()) -> list[Path]:
        """Source files of the chapters, in order.

        Parameters
        ----------
        only : tuple of str
            Numbers or names; empty for every chapter.

        Raises
        ------
        BookError
            There is no chapter, or none of this name.
        """
        found = sorted(self.sources.glob("[0-9][0-9]_*.py"))
        if not found:
            raise BookError(f"no chapter NN_name.py in {self.sources}")
        wanted = {name.removesuffix(".py").rsplit("/")[-1] for name in only}
        chosen = [
            path
            for path in found
            if not wanted or wanted & {path.stem, path.stem[:2], path.stem[:2].lstrip("0")}
        ]
        if not chosen:
            known = ", ".join(path.stem for path in found)
            raise BookError(f"no chapter is called {' or '.join(sorted(only))}; there are {known}")
        return chosen


def find_project(start: Path | None = None) -> Project:
    """Find the checkout around a folder (by default the current one).

    Raises
    ------
    BookError
        No folder upwards holds `_toc.yml` and `book/`.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "_toc.yml").is_file() and (folder / "book").is_dir():
            return Project(folder)
    raise BookError(
        f"{here} is not inside a checkout of the book: no _toc.yml beside a book/ folder"
    )
