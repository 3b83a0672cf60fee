"""What a number on a page rests on, kept beside the number when a chapter glues it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mgc.records.editions import EditionRecord
from mgc.records.store import NotRun, Record

KEY = "mgc"
"""Where the metadata of a notebook's output hold it."""

PREFIX = "application/papermill.record/"
"""What MyST-NB marks glued values by; named here so that a chapter runs without MyST-NB."""

CLAIMS = "mgc/tables/report_claims.csv"
TARGETS = "mgc/tables/report_targets.csv"
TRACKS = "mgc/tables/gtzan_tracks.csv"
ARTISTS = "mgc/tables/gtzan_artists.csv"
FAULTS = "mgc/tables/gtzan_track_faults.csv"
TEMPO = "mgc/tables/gtzan_tempo_key.csv"
INVENTORY = "mgc/tables/gtzan_faults.csv"
CEILINGS = "mgc/tables/ceilings.csv"
LITERATURE = "mgc/tables/literature.csv"
CHAPTER = "the chapter itself"
"""For what is calculated from constants of the code that the page shows."""

Basis = Any
"""Record, NotRun, EditionRecord, the name of a source, or an iterable or mapping of these."""


class Glue:
    """Name values so that prose can refer to them, and keep what each value rests on.

    `basis` is what the values rest on where a call names nothing else; a str names a source that
    is no record: a table of the package, or `CHAPTER`.
    """

    def __init__(self, *basis: Basis) -> None:
        self._basis = _described(basis)

    def __call__(self, key: str, text: str, *basis: Basis) -> None:
        """Glue a formatted text as `myst_nb.glue` does, without showing it.

        `key` is its name for ``{glue:text}``, the same as in every other chapter for none; `basis`
        what this value rests on instead.
        """
        from IPython.display import display

        display(  # type: ignore[no-untyped-call]  # IPython leaves it without hints
            {f"{PREFIX}text/plain": repr(text)},
            raw=True,
            metadata={
                "scrapbook": {"name": key, "mime_prefix": PREFIX},
                KEY: _described(basis) if basis else self._basis,
            },
        )

    def many(self, texts: Mapping[str, str], *basis: Basis) -> None:
        """Glue several texts, each under its key, as one call for each would."""
        for key, text in texts.items():
            self(key, text, *basis)


def _described(basis: Basis) -> dict[str, list[str]]:
    """Sort a basis into ids of fits and names of other sources."""
    fits: set[str] = set()
    sources: dict[str, None] = {}
    for source in _flat(basis):
        if isinstance(source, Record):
            fits.add(source.fit_id)
        elif isinstance(source, EditionRecord):
            sources[f"edition {source.key}"] = None
        elif isinstance(source, str):
            sources[source] = None
    return {"fits": sorted(fits), "sources": list(sources)}


def _flat(basis: Basis) -> Iterable[Record | NotRun | EditionRecord | str]:
    if isinstance(basis, Mapping):
        basis = basis.values()
    if isinstance(basis, str | Record | NotRun | EditionRecord):
        yield basis
        return
    for one in basis:
        yield from _flat(one)
