"""Claims that the report's own text or code decides, or that nothing here can."""

from __future__ import annotations

from mgc.errors import DataError
from mgc.report.claims import Claim
from mgc.report.decision import NOT_TESTABLE, VERDICTS, Decision
from mgc.report.evidence import Evidence


def code(claim: Claim, _: Evidence, verdict: str) -> Decision:
    """Take the verdict that reading the report's code led to; the note says what stands there.

    Raises
    ------
    DataError
        The table names a verdict that does not exist, or gives no note.
    """
    if verdict not in VERDICTS or not claim.note:
        raise DataError(f"claim {claim.id}: reading the code needs a verdict and a note")
    return Decision(claim, verdict, reason=claim.note)


def nothing(claim: Claim, _: Evidence, __: str) -> Decision:
    """Say why a claim cannot be decided here; the note does."""
    return Decision(claim, NOT_TESTABLE, reason=claim.note)
