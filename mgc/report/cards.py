"""The audit as cards, one a claim: what the report says, what became of it, and why.

A page of cards is a plain list; a script may filter it by the attributes of each card.
"""

from __future__ import annotations

import re
from html import escape
from textwrap import fill

from mgc.display import formats
from mgc.display.figures import style
from mgc.display.notebook import Html, file_link
from mgc.report.audit import Decisions, table
from mgc.report.claims import EVIDENCE, Claim, Decision, Plot

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


def finding(statement: str, decision: Decision) -> Html:
    """Write one finding of the report as a card: verdict, what it comes to, a plot, the tests."""
    verdict = str(decision.verdict)
    name = "finding-" + "-".join(re.findall(r"[a-z0-9]+", statement.lower()))
    plot = _drawing(decision.plot, name) if decision.plot and decision.plot.rows else ""
    tests = f"<p>{escape(decision.reason)}</p>"
    if decision.plain:
        tests = (
            f"<p>{escape(decision.plain)}</p>{plot}"
            f"<details><summary>How sure is that?</summary>{tests}</details>"
        )
    else:
        tests += plot
    return Html(
        f'<article class="mgc-claim mgc-{verdict.replace(" ", "-")}" id="{name}"'
        f' aria-labelledby="{name}-text">'
        f'<p class="mgc-claim-head"><strong class="mgc-verdict">{verdict}</strong></p>'
        f'<p class="mgc-claim-text" id="{name}-text">'
        f"{escape(statement[0].upper() + statement[1:])}</p>{tests}</article>"
    )


def _drawing(plot: Plot, name: str) -> str:
    """Draw the rows of a plot small enough for a phone: dots with intervals, diamonds stated."""
    height = 0.9 + 0.3 * len(plot.rows)
    figure, axis = style.single(4.6, height)
    for place, row in enumerate(plot.rows):
        axis.plot([row.low, row.high], [place, place], color=style.ACCENT, lw=2)
        axis.plot(row.value, place, "o", color=style.ACCENT, ms=6)
        axis.plot(row.stated, place, "D", color=style.WARNING, ms=6, mfc="none", mew=1.8)
    if plot.line is not None:
        axis.axvline(plot.line, color=style.MUTED, ls="--", lw=1.2)
        axis.set_title(f"dashed: {plot.about}", fontsize=10, fontweight="normal")
    elif any(row.stated == row.stated for row in plot.rows):  # NaN where nothing is stated
        axis.set_title("diamonds: what the report states", fontsize=10, fontweight="normal")
    axis.set_yticks(range(len(plot.rows)), [fill(row.label, 24) for row in plot.rows])
    axis.set(ylim=(len(plot.rows) - 0.5, -0.5), xlabel=plot.axis)
    axis.tick_params(axis="y", length=0)
    axis.xaxis.label.set_fontsize(10)
    if plot.shares:
        style.percent_axis(axis, "x")
    axis.locator_params(axis="x", nbins=5, steps=[1, 2, 5, 10])
    said = [
        f"{row.label} {formats.number(row.value)} ({formats.number(row.low)} to"
        f" {formats.number(row.high)})"
        for row in plot.rows
    ]
    held = f" Held against {formats.number(plot.line)}, {plot.about}." if plot.about else ""
    return style.page_svg(figure, name, f"{plot.axis.capitalize()}: {'; '.join(said)}.{held}")


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
