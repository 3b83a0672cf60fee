"""What the audit says about one claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from mgc.records.store import Record
from mgc.report.claims import Claim

CONFIRMED: Final = "confirmed"
PARTLY: Final = "partly"
CONTRADICTED: Final = "contradicted"
NOT_TESTABLE: Final = "not testable here"
VERDICTS: Final = (CONFIRMED, PARTLY, CONTRADICTED, NOT_TESTABLE)


@dataclass(frozen=True)
class Decision:
    """A claim, its verdict and what the verdict rests on.

    Attributes
    ----------
    claim : Claim
    verdict : str
        One of `VERDICTS`.
    measured : str
        The value beside the claimed one; empty where nothing was measured.
    uncertainty : str
        Its interval, or what makes it uncertain; empty for counts.
    reason : str
        Full sentences.
    records : tuple of str
        Fit ids, sorted.
    """

    claim: Claim
    verdict: str
    measured: str = ""
    uncertainty: str = ""
    reason: str = ""
    records: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"{self.verdict!r} is no verdict: use one of {', '.join(VERDICTS)}")


def ids(records: Iterable[Record]) -> tuple[str, ...]:
    """Fit ids of records, sorted and without repetition."""
    return tuple(sorted({record.fit_id for record in records}))
