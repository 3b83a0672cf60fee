"""The checkable statements of the original report, and what can become of one."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from mgc.errors import DataError

EVIDENCE: Mapping[str, str] = {
    "record": "predictions of recorded fits",
    "ablation": "fits that differ in one step",
    "measurement": "measurements of the audio",
    "facts": "tables of facts about GTZAN",
    "arithmetic": "worked out from the report's own figures and code",
    "code": "reading of the report's code",
    "none": "nothing at hand",
}


class Verdict(StrEnum):
    """What a claim can come to, in the order in which tables count them.

    Confirmed takes a test that the claim could have failed. Compatible is a claim whose figure
    lies in an interval that holds much else, too. Not shown is what was tested and left open, not
    testable here what could not be tested.
    """

    CONFIRMED = "confirmed"
    COMPATIBLE = "compatible"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    NOT_SHOWN = "not shown"
    NOT_TESTABLE = "not testable here"

    @classmethod
    def of_parts(cls, hold: Collection[bool]) -> Verdict:
        """Judge a claim by whether each of its parts holds."""
        return cls.CONFIRMED if all(hold) else cls.PARTLY if any(hold) else cls.CONTRADICTED

    @classmethod
    def of_intervals(cls, inside: Collection[bool]) -> Verdict:
        """Judge figures that are stated together by whether each lies in its interval.

        One that lies outside contradicts the claim. That others lie inside shows no part of it,
        since an interval holds much else, too.
        """
        return cls.COMPATIBLE if all(inside) else cls.CONTRADICTED

    @classmethod
    def of_signs(cls, *signs: int) -> Verdict:
        """Judge a claim of whose parts each is shown (1), shown to be false (-1) or open (0)."""
        if 1 in signs:
            return cls.of_parts([sign == 1 for sign in signs])
        return cls.CONTRADICTED if -1 in signs else cls.NOT_SHOWN

    @classmethod
    def of_interval(cls, low: float, high: float, limit: float) -> Verdict:
        """Judge by its interval whether a value lies above a limit."""
        return cls.of_signs(sign_of(low, high, limit))


def sign_of(low: float, high: float, limit: float) -> int:
    """Say whether an interval lies above a limit (1), below it (-1), or holds it (0)."""
    return int(low > limit) - int(high < limit)


class Row(NamedTuple):
    """One value of a plot, with the ends of its interval, and what the report states (or NaN)."""

    label: str
    value: float
    low: float
    high: float
    stated: float = float("nan")


@dataclass(frozen=True)
class Plot:
    """Values to be drawn beside a verdict, named by `axis`.

    `line` is what the claim is held against, `about` says what that is. `shares` are written in
    percent.
    """

    axis: str
    rows: tuple[Row, ...]
    line: float | None = None
    about: str = ""
    shares: bool = True


@dataclass(frozen=True)
class Decision:
    """What became of a claim, and what that rests on.

    Attributes
    ----------
    reason : str
        Full sentences.
    measured, uncertainty : str
        The value beside the claimed one; its interval, or what makes it uncertain. Empty where
        nothing was measured, or only counted.
    records : tuple of str
        Fit ids, sorted; empty where chapter 6 decides, whose page names its records itself.
    plain : str
        What the reason comes to, without its p values and intervals; empty where it has none.
    plot : Plot or None
    """

    verdict: Verdict
    reason: str
    measured: str = ""
    uncertainty: str = ""
    records: tuple[str, ...] = ()
    plain: str = ""
    plot: Plot | None = None


def of_both_recipes(further: Decision, first: Decision) -> Decision:
    """Judge a claim by the networks with the most trials, and say what others make of it.

    `first` is by the recipes that were chosen before. A claim that the one confirms and the other
    does not holds partly. Otherwise the verdict is that of `further`, for which all networks were
    tuned with the same care, as where the first were not run.
    """
    if first.verdict in (further.verdict, Verdict.NOT_TESTABLE):
        return further
    said = f"Verdict by these recipes: {further.verdict}; by those chosen first: {first.verdict}."
    return replace(
        further,
        verdict=Verdict.PARTLY
        if Verdict.CONFIRMED in (further.verdict, first.verdict)
        else further.verdict,
        reason=f"{further.reason} {said}",
        plain=f"{further.plain} {said}" if further.plain else "",
        records=tuple(sorted({*further.records, *first.records})),
    )


class NotTestableError(Exception):
    """What decides a claim is not at hand; the message says what, in a full sentence."""


@dataclass(frozen=True)
class Claim:
    """One statement of the report, in our words.

    Attributes
    ----------
    id : str
        Section and number, for example ``s5-03``.
    section : int
        1 to 7, or 8 for its conclusion.
    figure : str
        The number that it states, as printed; empty for none.
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
    """Read and check the table of claims: CSV in UTF-8, its columns the attributes of `Claim`.

    Raises
    ------
    DataError
        Names the file, the line and what is wrong: columns, an id that repeats or does not fit
        its section, a kind of evidence that is not known, an empty statement or decider.
    """
    file, columns = Path(path), [field.name for field in fields(Claim)]
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            rows = list(reader)
            names = list(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{file}: no readable table of claims ({error})") from None
    if names != columns:
        raise DataError(f"{file}: the columns must be {', '.join(columns)}")
    claims: dict[str, Claim] = {}
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise DataError(f"{file}, line {line}: it does not have {len(columns)} columns")
        if fault := _fault(row, claims):
            raise DataError(f"{file}, line {line}: {fault}")
        texts = {name: row[name] for name in columns if name != "section"}
        claims[row["id"]] = Claim(section=int(row["section"]), **texts)
    return list(claims.values())


def _fault(row: Mapping[str, str], known: Collection[str]) -> str:
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


def find_claims() -> Path:
    """Find the table of the clone: the nearest ``book/claims.csv`` upward; else DataError."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (file := folder / "book" / "claims.csv").is_file():
            return file
    raise DataError(
        f"no book/claims.csv in {here} or above it: work inside a clone of the project"
    )
