"""Decisions as tables: for the terminal, and as CSV, JSON and HTML files."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from mgc.report.decide import counts
from mgc.report.decision import Decision
from mgc.util.atomic import write_whole

HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Audit of the original report</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem;
  padding: 0 1rem; }
div { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8888; padding: .3rem .6rem; text-align: left;
  vertical-align: top; }
td:first-child { white-space: nowrap; }
</style>
</head>
<body>
"""


def table(decisions: Sequence[Decision]) -> pd.DataFrame:
    """Give one row a claim: what is stated, the verdict, what was measured, and why."""
    return pd.DataFrame(
        [
            {
                "id": d.claim.id,
                "section": d.claim.section,
                "claim": d.claim.claim,
                "stated": d.claim.stated,
                "verdict": d.verdict,
                "measured": d.measured,
                "uncertainty": d.uncertainty,
                "reason": d.reason,
                "evidence": d.claim.evidence,
                "records": " ".join(d.records),
            }
            for d in decisions
        ]
    )


def section_table(decisions: Sequence[Decision], *sections: int) -> pd.DataFrame:
    """Write the decisions on some sections of the report as texts for the audit's chapter.

    Parameters
    ----------
    decisions : sequence of Decision
    *sections : int

    Returns
    -------
    DataFrame
        ``Claim``, ``Verdict``, ``Stated``, ``Measured`` (with its uncertainty), ``Why``: on a
        phone, which shows the first columns, what became of the claim stands beside it.
    """
    rows = [d for d in decisions if d.claim.section in sections]
    return pd.DataFrame(
        {
            "Claim": [d.claim.claim for d in rows],
            "Verdict": [d.verdict for d in rows],
            "Stated": [d.claim.stated for d in rows],
            "Measured": [
                f"{d.measured} ({d.uncertainty})" if d.uncertainty else d.measured for d in rows
            ],
            "Why": [d.reason for d in rows],
        }
    )


def as_csv(decisions: Sequence[Decision]) -> str:
    """Write the table as CSV."""
    return str(table(decisions).to_csv(index=False, lineterminator="\n"))


def as_json(decisions: Sequence[Decision]) -> str:
    """Write counts and decisions as JSON."""
    content = {
        "counts": counts(decisions),
        "decisions": [
            asdict(d.claim) | {
                "verdict": d.verdict, "measured": d.measured, "uncertainty": d.uncertainty,
                "reason": d.reason, "records": list(d.records),
            }
            for d in decisions
        ],
    }  # fmt: skip
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def as_html(decisions: Sequence[Decision]) -> str:
    """Write a page of its own, which needs no other file."""
    shown = table(decisions).drop(columns=["section", "evidence"])
    lines = [HEAD, "<h1>Audit of the original report</h1>", "<ul>"]
    lines += [f"<li>{html.escape(v)}: {n}</li>" for v, n in counts(decisions).items()]
    lines += ["</ul>", "<div><table>", "<thead><tr>"]
    lines += [f'<th scope="col">{html.escape(name)}</th>' for name in shown.columns]
    lines += ["</tr></thead>", "<tbody>"]
    for row in shown.itertuples(index=False):
        cells = "".join(f"<td>{html.escape(str(value))}</td>" for value in row)
        lines.append(f"<tr>{cells}</tr>")
    lines += ["</tbody></table></div>", "</body>", "</html>", ""]
    return "\n".join(lines)


def write_all(decisions: Sequence[Decision], folder: str | Path) -> list[Path]:
    """Write ``audit.csv``, ``audit.json`` and ``audit.html``, each whole or not at all.

    Parameters
    ----------
    decisions : sequence of Decision
    folder : str or Path
        Made if it is not there.

    Returns
    -------
    files : list of Path
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    written = []
    for suffix, make in (("csv", as_csv), ("json", as_json), ("html", as_html)):
        file = place / f"audit.{suffix}"
        write_whole(file, make(decisions).encode())
        written.append(file)
    return written
