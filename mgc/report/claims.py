"""The checkable statements of the original report, read from a table and checked."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mgc.errors import DataError

COLUMNS = ("id", "section", "claim", "figure", "unit", "evidence", "decider", "note")
EVIDENCE: Mapping[str, str] = {
    "record": "predictions of recorded fits",
    "ablation": "fits that differ in one step",
    "measurement": "measurements of the audio",
    "facts": "tables of facts about GTZAN",
    "arithmetic": "worked out from the report's own figures and code",
    "code": "reading of the report's code",
    "none": "nothing at hand",
}


@dataclass(frozen=True)
class Claim:
    """One statement of the report, in our words.

    Attributes
    ----------
    id : str
        Section and number, for example ``s5-03``.
    section : int
        1 to 7, or 8 for its conclusion.
    claim : str
    figure : str
        The number that it states, as printed; empty for none.
    unit : str
    evidence : str
        Kind of evidence that decides it: a key of `EVIDENCE`.
    decider : str
        Name of a decider, and its argument after a colon.
    note : str
        What reading the code shows, or what would decide it.
    """

    id: str
    section: int
    claim: str
    figure: str
    unit: str
    evidence: str
    decider: str
    note: str

    @property
    def stated(self) -> str:
        """Figure and unit as one text."""
        if self.unit == "rank":
            return f"rank {self.figure}"
        return f"{self.figure}\u00a0{self.unit}".strip() if self.figure else ""

    @property
    def value(self) -> float:
        """The figure as a number. Raises DataError where it is none."""
        try:
            return float(self.figure.replace(",", ""))
        except ValueError:
            raise DataError(f"claim {self.id}: {self.figure!r} is no number") from None


def load_claims(path: str | Path) -> list[Claim]:
    """Read and check the table of claims.

    Parameters
    ----------
    path : str or Path
        CSV in UTF-8 with the columns `COLUMNS`.

    Returns
    -------
    claims : list of Claim

    Raises
    ------
    DataError
        Names the file, the line and what is wrong: columns, an id that repeats or does not fit
        its section, a kind of evidence that is not known, an empty statement or decider.
    """
    file = Path(path)
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            rows = list(reader)
            names = tuple(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{file}: no readable table of claims ({error})") from None
    if names != COLUMNS:
        raise DataError(f"{file}: the columns must be {', '.join(COLUMNS)}")
    claims: list[Claim] = []
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise DataError(f"{file}, line {line}: it does not have {len(COLUMNS)} columns")
        fault = _fault(row, {claim.id for claim in claims})
        if fault:
            raise DataError(f"{file}, line {line}: {fault}")
        texts = {name: row[name] for name in COLUMNS if name != "section"}
        claims.append(Claim(section=int(row["section"]), **texts))
    return claims


def find_claims() -> Path:
    """Find the table of the clone: the nearest ``book/claims.csv`` upward. For the chapter.

    Raises
    ------
    DataError
        There is none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (file := folder / "book" / "claims.csv").is_file():
            return file
    raise DataError(
        f"no book/claims.csv in {here} or above it: work inside a clone of the project"
    )


def _fault(row: Mapping[str, str], known: set[str]) -> str:
    if not re.fullmatch(r"s[1-8]-\d\d", row["id"]):
        return f"the id {row['id']!r} is not of the form s5-03"
    if row["id"] in known:
        return f"the id {row['id']} stands there already"
    if row["section"] != row["id"][1]:
        return f"section {row['section']} does not fit the id {row['id']}"
    if not row["claim"].strip() or not row["decider"].strip():
        return f"{row['id']} has no statement or no decider"
    if row["evidence"] not in EVIDENCE:
        return f"evidence {row['evidence']!r} is none of {', '.join(EVIDENCE)}"
    return ""
