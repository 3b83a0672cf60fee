"""The audit as cards, one a claim: what the report says, what became of it, and why.

A page of cards is a plain list; a script may filter it by the attributes of each card.
"""

from __future__ import annotations

from html import escape

from mgc.display.notebook import Html, file_link
from mgc.report.audit import Decisions, table
from mgc.report.claims import EVIDENCE, Claim, Decision

SECTIONS = {
    1: "Objective",
    2: "Data",
    3: "Cleaning, features and splits",
    4: "Training",
    5: "Results",
    6: "Findings",
    7: "Next steps",
    8: "Conclusion",
}
"""Of the report, by the first digit of a claim's id."""


def filters(decisions: Decisions) -> Html:
    """Write the place where a script puts the filter, and the link to all claims as CSV."""
    link = file_link(table(decisions), "audit.csv", "All claims, verdicts and reasons as CSV")
    return Html(f'<div class="mgc-claims-filter" hidden></div><p>{link}</p>')


def cards(decisions: Decisions, *sections: int) -> Html:
    """Write a card for each claim of some sections of the report; ``#claim-s5-03`` leads to it."""
    chosen = [item for item in decisions.items() if item[0].section in sections]
    return Html("\n".join(_card(claim, decision) for claim, decision in chosen))


def _card(claim: Claim, decision: Decision) -> str:
    place, verdict = f"claim-{claim.id}", str(decision.verdict)
    kind = verdict.replace(" ", "-")
    uncertain = f" ({decision.uncertainty})" if decision.uncertainty else ""
    measured = f"{decision.measured}{uncertain}"
    facts = "".join(
        f"<div><dt>{name}</dt><dd>{escape(text)}</dd></div>"
        for name, text in (("Stated", claim.stated), ("Measured", measured))
        if text
    )
    facts = f"<dl>{facts}</dl>" if facts else ""
    statement = claim.claim[0].upper() + claim.claim[1:]
    basis = (
        f'<p class="mgc-claim-evidence">Decided by {escape(EVIDENCE[claim.evidence])}.</p>'
        if claim.evidence != "none"
        else ""
    )
    return (
        f'<article class="mgc-claim mgc-{kind}" id="{place}" aria-labelledby="{place}-text"'
        f' data-section="{claim.section} {escape(SECTIONS[claim.section])}"'
        f' data-verdict="{verdict}" data-evidence="{escape(EVIDENCE[claim.evidence])}">'
        f'<p class="mgc-claim-head"><strong class="mgc-verdict">{verdict}</strong>'
        f' <a href="#{place}">{claim.id}</a></p>'
        f'<p class="mgc-claim-text" id="{place}-text">{escape(statement)}</p>{facts}'
        f"<p>{escape(decision.reason)}</p>{basis}</article>"
    )
