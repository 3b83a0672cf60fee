"""What a build says of itself and of its authors, and the tables of the colophon."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from typing import Any

import psutil

from mgc.util.machine import package_version
from tools.pages.content.evidence import Evidence
from tools.pages.execute.chapters import Outcome

SHOWN = ("tensorflow", "keras", "librosa", "numpy", "scikit-learn", "statsmodels", "jupyter-book")


def front_page(evidence: Evidence, commit: str) -> str:
    """Write the block that says what this build rests on, as Markdown."""
    packages = dict(evidence.packages)
    fitted = ", ".join(f"{name} {packages[name]}" for name in SHOWN if name in packages)
    rows = [
        ("Data", f"{evidence.edition}, {evidence.n_tracks} tracks"),
        ("Content hash of the data", f"`{evidence.content_hash[:16]}`"),
        ("Protocol", evidence.protocol),
        ("Recipe variant", evidence.variant),
        ("Records read", str(evidence.records)),
        ("Fitted on", "; ".join(evidence.devices) or "nothing was fitted"),
        ("Fitted with", fitted or "nothing was fitted"),
        ("Commit", commit),
        ("Built", "{sub-ref}`today`"),
    ]
    return table(("This build", "Value"), rows)


def authors(citation: Mapping[str, Any]) -> str:
    """Write the line of the front page that says whose book this is, as Markdown."""
    released = f"version {citation['version']}, {citation['date-released']}"
    return f"{_names(citation)}; {released}. [How to cite](how-to-cite)"


def how_to_cite(citation: Mapping[str, Any], site: str = "") -> str:
    """Write how the book is cited, from the contents of CITATION.cff, as Markdown.

    `site` is the book's address, where it is known.
    """
    year = str(citation["date-released"])[:4]
    whole = f"> {_names(citation)} ({year}). *{citation['title']}*. Version {citation['version']}."
    return f"{whole} <{site}>" if site else whole


def _names(citation: Mapping[str, Any]) -> str:
    """Join the authors: "Perry Cook, The mgc authors"."""
    return ", ".join(
        one.get("name") or f"{one.get('given-names', '')} {one['family-names']}".strip()
        for one in citation["authors"]
    )


def tables(outcomes: Sequence[Outcome], evidence: Evidence) -> str:
    """Write execution times, versions and hardware of one build, as Markdown."""
    chapters = [(f"{{doc}}`{o.name}`", o.when, f"{o.seconds:.1f}") for o in outcomes]
    chapters.append(("All chapters", "", f"{sum(o.seconds for o in outcomes):.1f}"))
    machine = [
        ("System", f"{platform.system()} {platform.machine()}"),
        ("Processors", str(os.cpu_count())),
        ("Memory", f"{psutil.virtual_memory().total / 2**30:.0f} GiB"),
        ("Python", platform.python_version()),
        *((name, package_version(name)) for name in SHOWN),
    ]
    fits = [
        ("Records read", str(evidence.records)),
        ("Time of all fits, minutes", f"{evidence.minutes:.1f}"),
        ("Devices", "; ".join(evidence.devices) or "none"),
        *evidence.packages,
    ]
    return "\n\n".join(
        (
            "### Execution of the chapters",
            table(("Chapter", "Executed", "Seconds"), chapters),
            "### Where the chapters were executed",
            table(("What", "Here"), machine),
            "### Where the models were fitted",
            table(("What", "According to the records"), fits),
            "",
        )
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table; bars in a cell are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    escaped = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in escaped) + "\n"
