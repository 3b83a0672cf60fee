"""The confusion explorer's data: every group of fits in the record store, small enough to embed.

`describe` takes the records apart when a build reads them; `stage` writes them to
`explorer-data.js`, which assigns one global, and the matrix of the recommended model as a
plain table for readers without JavaScript.

Of each fit the file keeps which genre it named for each tested unit (a track, or a segment of
one), as a digit: the position of the largest probability in the record, so that counts on the page
are those of `mgc.evaluation.metrics.confusion` whatever is rounded. Probabilities are kept for
showing only: of each track the mean over its units and over the seeds of a group, in hundredths,
by `pack`.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from mgc.datasets import gtzan
from mgc.datasets import tracks as tracks_module
from mgc.datasets.splits import PROTOCOL_TITLES, SEGMENTED
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.display import formats
from mgc.display.figures import style
from mgc.errors import RecordError
from mgc.evaluation import metrics
from mgc.evaluation.accuracy import accuracy_summary
from mgc.models import BASELINES, NAMES, ON_PICTURES, TITLES
from mgc.models.recipe import VARIANTS
from mgc.records.config import fit_id
from mgc.records.editions import EditionRecord
from mgc.records.store import Record, Store
from mgc.records.study import SEEDS, Study

Data = dict[str, Any]

ALPHABET = "".join(chr(code) for code in range(35, 127) if chr(code) not in "\\<")
"""Ninety characters that mean themselves in a JavaScript string, wherever it stands."""

SINGLE = 89
"""Hundredths below this take one character, others two; most probabilities are small."""

EDITIONS: Mapping[str, str] = {
    "gtzan-archive": "GTZAN pictures",
    "gtzan-mini": "GTZAN mini set",
    "demo": "demo clips",
}
AUDIO = "_static/audio/"
FILE = "explorer-data.js"
SHOWN = (*BASELINES, ON_PICTURES)
"""Models beside the networks."""
VARIABLE = "mgcExplorer"
LEVELS = (0.0, 0.1, 0.25, 0.45, 0.65)
"""Shares of a row from which a cell is one shade darker; an empty cell has none."""


def pack(hundredths: Iterable[int]) -> str:
    """Write whole numbers from 0 to 100 as text, one or two characters each.

    Parameters
    ----------
    hundredths : iterable of int

    Returns
    -------
    str
        Characters of `ALPHABET`. A number below `SINGLE` is the character at its place; any other
        is less `SINGLE`, and written with two: `SINGLE` plus the whole part of its ninetieth, then
        the rest. `unpack` in `explorer.js` reads it.
    """
    base, text = len(ALPHABET), []
    for number in hundredths:
        if number < SINGLE:
            text.append(ALPHABET[number])
        else:
            high, low = divmod(number - SINGLE, base)
            text.append(ALPHABET[SINGLE + high] + ALPHABET[low])
    return "".join(text)


def describe(
    store: Store, records: Iterable[Record], start: tuple[str, str, str] = ("", "", "")
) -> Data:
    """Collect what the explorer shows from the records of a store.

    Parameters
    ----------
    store : Store
        For the editions.
    records : iterable of Record
        All fits of it, read and checked.
    start : tuple of str
        Edition, protocol and variant of the view that opens first, where there is one.

    Returns
    -------
    dict
        Ready for JSON: ``editions`` (tracks, true genres, known faults), ``units`` (which tracks a
        test part holds, how many units of each), ``groups`` (the fits of a model that differ in
        their seed), ``views`` (an edition, protocol and variant with its groups), ``start``.
        Without records ``views`` is empty.
    """
    known = {record.fit_id: record for record in records}
    made = _Made()
    for key in sorted({one.edition_key for one in known.values()}):
        if (edition := store.edition(key)) is not None:
            made.add(edition, store, known)
    data = made.data
    data["start"] = _start(data, start)
    return data


class _Made:
    """The data while they grow: lists whose entries refer to each other by position."""

    def __init__(self) -> None:
        self.data: Data = {
            "genres": list(GENRES),
            "labels": [tracks_module.label(genre) for genre in GENRES],
            "colours": [style.colour(genre) for genre in GENRES],
            "alphabet": ALPHABET,
            "single": SINGLE,
            "levels": list(LEVELS),
            "editions": [],
            "units": [],
            "groups": [],
            "views": [],
        }

    def add(self, edition: EditionRecord, store: Store, known: Mapping[str, Record]) -> None:
        """Append an edition and the views of it that have a record of a network or a baseline."""
        study = Study(store, None, edition, "cv5", "quick", (0,), Path())
        number, groups = len(self.data["editions"]), dict[tuple[str, ...], int]()
        tracks = sorted(edition.tracks["track_id"])
        place = {track: position for position, track in enumerate(tracks)}
        for protocol in reversed(tuple(PROTOCOL_TITLES)):
            bases = self._groups(study, protocol, "", SHOWN, known, groups, place)
            variants = [
                (variant, found)
                for variant in VARIANTS
                if (found := self._groups(study, protocol, variant, NAMES, known, groups, place))
            ]
            for variant, found in variants or ([("", [])] if bases else []):
                there = {self.data["groups"][one]["model"] for one in found}
                view = {
                    "edition": number,
                    "protocol": protocol,
                    "protocolTitle": PROTOCOL_TITLES[protocol],
                    "variant": variant,
                    "variantTitle": VARIANTS[variant].title if variant else "",
                    "segments": protocol in SEGMENTED,
                    "groups": found + bases,
                    "missing": [TITLES[name] for name in NAMES if name not in there],
                }
                self.data["views"].append(view)
        if groups:
            self.data["editions"].append(_edition(edition, tracks))

    def _groups(
        self,
        study: Study,
        protocol: str,
        variant: str,
        models: Iterable[str],
        known: Mapping[str, Record],
        groups: dict[tuple[str, ...], int],
        place: Mapping[str, int],
    ) -> list[int]:
        """Append the group of each model with a record, and return their positions."""
        found = []
        for model in models:
            configs = [study.config(model, variant, protocol, seed) for seed in SEEDS]
            records = [known[one] for one in map(fit_id, configs) if one in known]
            if records:
                key = (protocol, variant, model)
                if key not in groups:
                    groups[key] = len(self.data["groups"])
                    self.data["groups"].append(self._group(records, place))
                found.append(groups[key])
        return found

    def _group(self, records: Sequence[Record], place: Mapping[str, int]) -> Data:
        frames = [_ordered(record) for record in records]
        rows = pd.concat(frames, ignore_index=True)
        mean = rows.groupby("track_id", sort=True)[list(P_COLUMNS)].mean().to_numpy()
        hundredths = np.rint(100 * mean).astype(int)
        if (hundredths == hundredths[0]).all():
            hundredths = hundredths[:1]  # a model that says the same of every track
        together = _summary(records)
        return {
            "model": records[0].model,
            "title": TITLES[records[0].model],
            "all": together,
            "seeds": [
                {
                    "seed": int(record.config["seed"]),
                    "fit": record.fit_id,
                    "units": self._units(frame, place),
                    "said": "".join(map(str, metrics.predicted(frame))),
                    **(_summary([record]) if len(records) > 1 else together),
                }
                for record, frame in zip(records, frames, strict=True)
            ],
            "p": pack(hundredths.ravel().tolist()),
        }

    def _units(self, frame: pd.DataFrame, place: Mapping[str, int]) -> int:
        """Position of a test part in the list of them, appended if it is new."""
        counts = frame.groupby("track_id", sort=True).size()
        if missing := [track for track in counts.index if track not in place]:
            raise RecordError(f"{missing[0]} was tested, but its edition has no such track")
        tracks = [place[str(track)] for track in counts.index]
        steps = np.diff(tracks, prepend=0).tolist()
        each = counts.tolist()
        part = {"steps": steps, "each": each[0] if len(set(each)) == 1 else each}
        parts: list[Data] = self.data["units"]
        if part not in parts:
            parts.append(part)
        return parts.index(part)


def _ordered(record: Record) -> pd.DataFrame:
    rows = metrics.test_rows(record)
    return rows.sort_values(["track_id", "segment"], kind="stable", ignore_index=True)


def _summary(records: Sequence[Record]) -> Data:
    """Accuracy with its interval, as numbers and as the texts of the other pages."""
    found = accuracy_summary(records)
    return {
        "accuracy": found.accuracy,
        "low": found.low,
        "high": found.high,
        "text": formats.percent(found.accuracy, 1),
        "interval": formats.interval(found.low, found.high, 1),
        "covers": found.covers,
    }


def _edition(edition: EditionRecord, tracks: Sequence[str]) -> Data:
    genre = dict(zip(edition.tracks["track_id"], edition.tracks["genre"], strict=True))
    marks = gtzan.known_faults(edition.name)
    return {
        "name": edition.name,
        "title": f"{EDITIONS.get(edition.name, edition.name)} ({formats.count(len(tracks))})",
        "tracks": list(tracks),
        "genre": "".join(str(GENRES.index(genre[track])) for track in tracks),
        "faults": {
            str(number): [[gtzan.FAULT_KINDS[one.kind], one.text] for one in marks[track]]
            for number, track in enumerate(tracks)
            if track in marks
        },
        "audio": AUDIO if edition.name == "demo" else "",
    }


def _start(data: Data, wanted: tuple[str, str, str]) -> Data:
    """Choose the view that opens first, and in it the model with the highest accuracy."""
    if not data["views"]:
        return {}
    names = [
        (data["editions"][view["edition"]]["name"], view["protocol"], view["variant"])
        for view in data["views"]
    ]
    view = names.index(wanted) if wanted in names else 0
    groups = data["views"][view]["groups"]
    networks = [one for one in groups if data["groups"][one]["model"] in NAMES] or groups
    best = max(networks, key=lambda one: data["groups"][one]["all"]["accuracy"])
    return {"view": view, "group": best}


def clips(data: Data) -> set[str]:
    """Ids of the demo clips that the explorer plays."""
    heard = [one for one in data.get("editions", []) if one["audio"]]
    return {track for edition in heard for track in edition["tracks"]}


def stage(generated: Path, static: Path, data: Data) -> None:
    """Write the data as a script, and the table that stands on the page without JavaScript.

    Parameters
    ----------
    generated, static : Path
        Folders of included texts and of files that the site holds as they are.
    data : dict
        From `describe`; empty where a build knows of no records.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    (static / FILE).write_text(f"const {VARIABLE} = {text};\n", encoding="utf-8")
    page = table(data) if data.get("views") else NOTHING
    (generated / "explorer.md").write_text(page, encoding="utf-8")


NOTHING = "No model has a record yet, so there is nothing to explore.\n"


def table(data: Data) -> str:
    """Write the matrix of the view that opens first as HTML; the script replaces it."""
    view = data["views"][data["start"]["view"]]
    group = data["groups"][data["start"]["group"]]
    labels = [html.escape(name) for name in data["labels"]]
    counts = matrix(data, view, group)
    head = "".join(f'<th scope="col"><span>{label}</span></th>' for label in labels)
    rows = []
    for position, label in enumerate(labels):
        cells = "".join(
            f'<td class="{"right" if position == other else "wrong"}"'
            f' data-level="{level(count, sum(counts[position]))}">{count}</td>'
            for other, count in enumerate(counts[position])
        )
        rows.append(f'<tr><th scope="row">{label}</th>{cells}</tr>')
    what = [group["title"], view["variantTitle"], f"{view['protocolTitle']} protocol"]
    edition = data["editions"][view["edition"]]["title"]
    said = ", ".join(html.escape(part) for part in (*what, edition) if part)
    fits = len(group["seeds"])
    together = f" Counts of {fits} fits together." if fits > 1 else ""
    return (
        f'<div id="mgc-explorer" class="mgc-explorer"><table class="mgc-matrix">'
        f"<caption><strong>{group['all']['text']} right</strong> (95 % interval"
        f" {group['all']['interval']}): {said}.{together} Rows: true genre. Columns: genre that"
        f" the model names.</caption><thead><tr><td></td>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
        "<noscript><p>The buttons that choose a model, and the lists of tracks behind the cells,"
        " need JavaScript.</p></noscript></div>\n"
    )


def matrix(data: Data, view: Data, group: Data) -> list[list[int]]:
    """Count the units of all seeds of a group by true and named genre, from the data alone."""
    genre = data["editions"][view["edition"]]["genre"]
    counts = [[0] * len(data["genres"]) for _ in data["genres"]]
    for one in group["seeds"]:
        part = data["units"][one["units"]]
        tracks = np.cumsum(part["steps"])
        for track, named in zip(np.repeat(tracks, part["each"]), one["said"], strict=True):
            counts[int(genre[track])][int(named)] += 1
    return counts


def level(count: int, total: int) -> int:
    """Shade of a cell, from 0 for an empty one to the number of `LEVELS`."""
    return 0 if not count else sum(count / total >= bound for bound in LEVELS)
