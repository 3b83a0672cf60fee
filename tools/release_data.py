"""Pack what others may want to cite: facts, folds and predictions, described, as one dated file.

``python -m tools.release_data [--date YYYY-MM-DD] [--out FOLDER]``. The same checkout gives the
same bytes at any time and place (with one release of zlib), so that a file with a DOI can be made
again; its ``datapackage.json`` names the SHA-256 of each table.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import click
import pandas as pd
import yaml

from mgc.cli import options
from mgc.datasets.facts import described_tables
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.evaluation.accuracy import accuracy_summary
from mgc.evaluation.open_table import FOLDER, LIST, PROTOCOLS, open_table, systems
from mgc.evaluation.scoring import PARTS, published, split_table
from mgc.records.study import Study, open_study
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes, json_bytes
from tools.pages.project import Project, find_project

NAME, TITLE = "gtzan-facts", "GTZAN: artists, folds, faults, tempo, keys, and predictions"
OF_THE_REPORT = ("report-claims", "report-targets")
"""Tables that say nothing of GTZAN."""
LICENCE = {
    "name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}  # fmt: skip
EPOCH = (1980, 1, 1, 0, 0, 0)
README = """\
# {title}

Of {date}. Facts about the tracks of GTZAN, two splits with the artists of each track, and what
the published networks of "Music genre classification, measured" say of each test track.
No recording, and nothing that one could be made from.

- `facts/`: a table each for tracks, artists, folds, faults, tempo and key, published figures.
- `folds/`: the splits, a row for each track in each fold: train, valid or test.
- `predictions/`: a table for each published fit; `predictions.csv` lists them with their scores.
- `systems/`: answers of systems of others; `systems.csv` lists them.
- `open_table.csv`: the scores of all of them.
- `datapackage.json`: every table with its columns, sources, terms, size and SHA-256, as a
  Frictionless Data Package.

How to cite it: `CITATION.cff`. The facts were collected by others, who are named as sources of
each table: cite them, too. Folds and predictions: CC BY 4.0.
"""


def _field(name: str, kind: str, text: str, **limits: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": text} | (
        {"constraints": limits} if limits else {}
    )


TRACK = _field("track_id", "string", "Genre and number of a track of GTZAN", required=True)
FOLD = _field("fold", "string", "Name of the fold", required=True)
PART = _field("part", "string", "Part of the fold", enum=list(PARTS))
GENRE = _field("genre", "string", "Label", enum=list(GENRES))
SEGMENT = _field("segment", "integer", "-1: the whole track")
PROBABILITIES = [
    _field(name, "number", "Probability of the genre", minimum=0, maximum=1) for name in P_COLUMNS
]


def described(path: str, title: str, fields: list[dict[str, Any]], key: list[str]) -> Any:
    """Describe a table of this project's own."""
    return {
        "name": path.removesuffix(".csv").replace("/", "-").replace("_", "-").lower(),
        "path": path, "title": title, "mediatype": "text/csv", "encoding": "utf-8",
        "licenses": [LICENCE], "sources": [{"title": "Music genre classification, measured"}],
        "schema": {"fields": fields, "primaryKey": key, "missingValues": [""]},
    }  # fmt: skip


def contents(study: Study) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Give each table of the release with its description."""
    for table in described_tables():
        if table["name"] not in OF_THE_REPORT:
            source = resources.files("mgc") / "tables" / table["path"]
            text = source.read_bytes().replace(b"\r\n", b"\n")
            yield table | {"path": f"facts/{table['path']}"}, text
    group = _field("group", "string", "Artist group", required=True)
    for protocol in PROTOCOLS:
        fields, key = [TRACK, SEGMENT, FOLD, PART, GENRE, group], ["fold", "track_id"]
        split = split_table(study.edition_record, protocol)
        yield described(f"folds/{protocol}.csv", protocol, fields, key), csv_bytes(split)
    lines = []
    for protocol in PROTOCOLS:
        for title, fits in published(study, protocol).items():
            for fit in fits:
                path = f"predictions/{protocol}/{fit.fit_id}.csv"
                fields = [TRACK, SEGMENT, PART, FOLD, GENRE, *PROBABILITIES]
                rows = fit.predictions[[field["name"] for field in fields]]
                what = f"{title}, {protocol}, seed {fit.config['seed']}"
                known = accuracy_summary(fit)
                lines.append((path, title, protocol, fit.config["seed"], fit.fit_id,
                              known.accuracy, known.macro_f1))  # fmt: skip
                yield (
                    described(path, what, fields, ["fold", "part", "track_id"]),
                    csv_bytes(rows, "%.6f"),
                )
    yield _listed(lines)
    yield from _systems(study)


def _listed(lines: list[tuple[Any, ...]]) -> tuple[dict[str, Any], bytes]:
    share = {"minimum": 0, "maximum": 1}
    fields = [
        _field("path", "string", "Table of its predictions", required=True),
        _field("model", "string", "Model and recipe"),
        _field("protocol", "string", "Split", enum=list(PROTOCOLS)),
        _field("seed", "integer", "Of the training"),
        _field("fit_id", "string", "Hash of its configuration"),
        _field("accuracy", "number", "On the test parts", **share),
        _field("macro_f1", "number", "On the test parts", **share),
    ]
    table = pd.DataFrame(lines, columns=[field["name"] for field in fields])
    what = described("predictions.csv", "Published fits", fields, ["path"])
    return what, csv_bytes(table, "%.6f")


def _systems(study: Study) -> Iterator[tuple[dict[str, Any], bytes]]:
    table = open_table(systems(study))
    kinds = {"i": "integer", "f": "number"}
    fields = [
        _field(name, kinds.get(table[name].dtype.kind, "string"), name.replace("_", " "))
        for name in map(str, table)
    ]
    what = described("open_table.csv", "The open table", fields, ["system", "protocol"])
    yield what, csv_bytes(table, "%.6f")
    folder = study.store.root / FOLDER
    for file in sorted(folder.glob("*.csv")):
        text = file.read_bytes().replace(b"\r\n", b"\n")
        names = text.decode().partition("\n")[0].split(",")
        known = {field["name"]: field for field in (TRACK, FOLD, GENRE, *PROBABILITIES)}
        fields = [known.get(name) or _field(name, "string", name) for name in names]
        key = ["system", "protocol"] if file.name == LIST else ["track_id"]
        yield described(f"systems/{file.name}", f"Answers: {file.stem}", fields, key), text


def citation(project: Project, date: str) -> bytes:
    """Write how to cite the release, in Citation File Format."""
    book = yaml.safe_load((project.root / "CITATION.cff").read_text(encoding="utf-8"))
    kept = {key: book[key] for key in ("cff-version", "authors", "keywords")}
    release = kept | {
        "message": "If you use these tables, please cite them as below, and the sources of each.",
        "type": "dataset", "title": TITLE, "version": date, "date-released": date,
        "license": LICENCE["name"],
        "references": [{"type": book["type"], "title": book["title"], "version": book["version"],
                        "authors": deepcopy(book["authors"])}, *book["references"]],
    }  # fmt: skip
    text: str = yaml.safe_dump(release, sort_keys=False, allow_unicode=True)
    return text.encode()


def release(study: Study, project: Project, date: str) -> bytes:
    """Make the release of a date: a zip whose bytes depend on nothing but its content."""
    files: dict[str, bytes] = {}
    tables = []
    for what, text in contents(study):
        files[what["path"]] = text
        size = {"bytes": len(text), "hash": f"sha256:{hashlib.sha256(text).hexdigest()}"}
        tables.append(what | size)
    package = {
        "name": NAME, "title": TITLE, "version": date, "created": f"{date}T00:00:00Z",
        "profile": "data-package", "licenses": [LICENCE], "resources": tables,
    }  # fmt: skip
    files["datapackage.json"] = json_bytes(package)
    files["CITATION.cff"] = citation(project, date)
    files["README.md"] = README.format(title=TITLE, date=date).encode()
    files["LICENSE"] = (project.root / "LICENSE").read_bytes().replace(b"\r\n", b"\n")
    return zipped({f"{NAME}-{date}/{path}": text for path, text in files.items()})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Zip files in the order of their names, without times, owners and machines."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[path], zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()


@click.command()
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="Of the release [today, UTC].")
@click.option("--out", type=options.FOLDER, help="Folder to write to [_build/release].")
def main(date: datetime | None, out: Path | None) -> None:
    """Write the release of the data, and say how large it is."""
    project, day = find_project(), (date or datetime.now(UTC)).strftime("%Y-%m-%d")
    study = open_study("gtzan-archive", records=project.sources / "records", protocol=PROTOCOLS[0])
    content = release(study, project, day)
    file = (out or project.build / "release") / f"{NAME}-{day}.zip"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, content)
    digest = hashlib.sha256(content).hexdigest()
    click.echo(f"{file}: {len(content) / 1e6:.1f} MB, SHA-256 {digest}")


if __name__ == "__main__":
    main(prog_name="python -m tools.release_data")
