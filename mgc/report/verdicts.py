"""What a claim can come to, and the rules that lead from a test to a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

CONFIRMED: Final = "confirmed"
PARTLY: Final = "partly"
CONTRADICTED: Final = "contradicted"
NOT_SHOWN: Final = "not shown"
NOT_TESTABLE: Final = "not testable here"
VERDICTS: Final = (CONFIRMED, PARTLY, CONTRADICTED, NOT_SHOWN, NOT_TESTABLE)


@dataclass(frozen=True)
class Finding:
    """One claim and what became of it.

    Attributes
    ----------
    claim : str
        What the report says, in a few words of our own.
    verdict : str
        One of `VERDICTS`.
    evidence : str
        Full sentences with the measured values.
    """

    claim: str
    verdict: str
    evidence: str

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"{self.verdict!r} is no verdict: use one of {', '.join(VERDICTS)}")


def combine(signs: Sequence[int | None]) -> str:
    """Verdict on "the first beats the second", for one or more pairs.

    Parameters
    ----------
    signs : sequence of int or None
        From `direction`, one a pair.

    Returns
    -------
    str
        One of `VERDICTS`.
    """
    known = [sign for sign in signs if sign is not None]
    if not known:
        return NOT_TESTABLE
    if any(sign < 0 for sign in known):
        return CONTRADICTED
    if all(sign > 0 for sign in known):
        return CONFIRMED if len(known) == len(signs) else PARTLY
    return PARTLY if any(sign > 0 for sign in known) else NOT_SHOWN
