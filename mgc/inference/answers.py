"""Answers of a network as text: for the terminal, for spreadsheets, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mgc.datasets.tracks import GENRES
from mgc.inference.classifier import Answer, WindowAnswer
from mgc.typing import Double

if TYPE_CHECKING:
    import pandas as pd

BAR = 30
"""Characters of a probability of one."""

_EIGHTHS = " ▏▎▍▌▋▊▉"


def shown(name: str) -> str:
    """Write a file name so that no terminal stumbles over it: what is unprintable, as escapes."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name
    )


def text(answer: Answer) -> str:
    """Write an answer for the terminal: the verdict, then three genres with bars."""
    minutes, seconds = divmod(round(answer.duration_s), 60)
    first = answer.top[0][0] if answer.top else ""
    verdict = {
        "sure": first,
        "unsure": f"unsure, {first} perhaps",
        "none": f"none of the {len(answer.classes)} genres",
        "silent": "too little sound for a genre",
    }
    lines = [f"{shown(answer.file)} ({minutes}:{seconds:02d}): {verdict[answer.verdict]}"]
    lines += [f"  {genre:<10}{bar(p)} {p:4.0%}" for genre, p in answer.top]
    if answer.tags:
        lines.append(f"  tags: {', '.join(f'{tag} {p:.0%}' for tag, p in answer.top_tags)}")
    return "\n".join(lines)


def p_columns(classes: Sequence[str]) -> tuple[str, ...]:
    """Name the columns of probabilities."""
    return tuple(f"p_{name}" for name in classes)


def bar(share: float) -> str:
    """Draw a share of one as a bar of `BAR` characters, exact to an eighth of one."""
    full, eighths = divmod(round(share * BAR * 8), 8)
    drawn = "█" * full + (_EIGHTHS[eighths] if eighths else "")
    return drawn.ljust(BAR)


def rows(answer: Answer) -> list[dict[str, Any]]:
    """List an answer as rows, the whole file first and then its windows.

    Returns
    -------
    rows : list of dict
        ``window`` (0 for the whole file, then 1, 2, …), ``start_s``, ``duration_s``, ``verdict``,
        ``genre`` (the most probable one; empty for silence), and the probabilities ``p_blues`` to
        ``p_rock``, six decimals each; None for silence.
    """
    columns = p_columns(answer.classes)
    stretches: tuple[Answer | WindowAnswer, ...] = (answer, *answer.windows)
    return [
        {
            "window": number,
            "start_s": round(stretch.start_s, 3),
            "duration_s": round(stretch.duration_s, 3),
            "verdict": stretch.verdict,
            "genre": stretch.top[0][0] if stretch.top else "",
            **(_named(columns, stretch.probabilities) or dict.fromkeys(columns)),
        }
        for number, stretch in enumerate(stretches)
    ]


def table(answers: Sequence[Answer]) -> pd.DataFrame:
    """List answers as a table: ``file``, and the columns of `rows`."""
    import pandas as pd  # starts slowly, and not all who import this write a table

    classes = answers[0].classes if answers else GENRES
    facts = ["file", "window", "start_s", "duration_s", "verdict", "genre"]
    listed = [{"file": shown(answer.file), **row} for answer in answers for row in rows(answer)]
    return pd.DataFrame(listed, columns=[*facts, *p_columns(classes)])


def plain(answer: Answer) -> dict[str, Any]:
    """Put an answer in terms of JSON: the whole file, and a list of its windows.

    What is silent has empty ``top`` and ``tags``, and None for ``probabilities`` and ``music``. So
    have ``tags`` where the network knows none.
    """
    windows = [
        {"start_s": round(window.start_s, 3), **_facts(window)} for window in answer.windows
    ]
    return {"file": answer.file, **_facts(answer), "windows": windows}


def _facts(answer: Answer | WindowAnswer) -> dict[str, Any]:
    return {
        "duration_s": round(answer.duration_s, 3),
        "verdict": answer.verdict,
        "top": [{"genre": genre, "probability": round(value, 6)} for genre, value in answer.top],
        "probabilities": _named(answer.classes, answer.probabilities),
        "tags": [{"tag": tag, "probability": round(p, 6)} for tag, p in answer.top_tags],
        "music": None if answer.silent else round(answer.music, 6),
    }


def _named(names: Sequence[str], probabilities: Double) -> dict[str, float] | None:
    if np.isnan(probabilities).any():
        return None
    return {name: round(float(p), 6) for name, p in zip(names, probabilities, strict=True)}
