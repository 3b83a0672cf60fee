"""The tables of the colophon: how long each chapter took, on what, and what fitted the models."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence

from mgc.util.machine import package_version
from tools.pages.content.evidence import Evidence
from tools.pages.execute.chapters import Outcome

SHOWN = ("tensorflow", "keras", "librosa", "numpy", "scikit-learn", "statsmodels", "jupyter-book")


def tables(outcomes: Sequence[Outcome], evidence: Evidence) -> str:
    """Write execution times, versions and hardware of one build, as Markdown."""
    chapters = [(f"{{doc}}`{one.name}`", one.when, f"{one.seconds:.1f}") for one in outcomes]
    chapters.append(("All chapters", "", f"{sum(one.seconds for one in outcomes):.1f}"))
    machine = [
        ("System", f"{platform.system()} {platform.machine()}"),
        ("Processors", str(os.cpu_count())),
        ("Memory", memory()),
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


def memory() -> str:
    """Return the memory of this machine in GiB, as far as the system tells."""
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return "unknown"
    return f"{pages / 2**30:.0f} GiB"
