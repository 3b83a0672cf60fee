"""Answers of a network as text: for the terminal, for spreadsheets, for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.inference.classifier import Answer, Part, top

BAR = 30
"""Characters of a probability of one."""

_EIGHTHS = " ▏▎▍▌▋▊▉"


def shown(name: str) -> str:
    """Write a file name so that no terminal or table stumbles over it.

    Parameters
    ----------
    name : str
        A name may hold line ends, control characters, and bytes that are no text.

    Returns
    -------
    name : str
        Unprintable characters as Python escapes, all others as they are.
    """
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name
    )


def text(answer: Answer) -> str:
    """Write an answer for the terminal: the verdict, then three genres with bars."""
    minutes, seconds = divmod(round(answer.duration_s), 60)
    said = {
        "sure": answer.top[0][0],
        "unsure": f"unsure, {answer.top[0][0]} perhaps",
        "silent": "no sound",
    }[answer.verdict]
    lines = [f"{shown(answer.file)} ({minutes}:{seconds:02d}): {said}"]
    if answer.verdict != "silent":
        lines += [f"  {genre:<10}{bar(p)} {p:4.0%}" for genre, p in answer.top]
    return "\n".join(lines)


def bar(share: float) -> str:
    """Draw a share of one as a bar of `BAR` characters, exact to an eighth of one."""
    full, eighths = divmod(round(share * BAR * 8), 8)
    drawn = "█" * full + (_EIGHTHS[eighths] if eighths else "")
    return drawn.ljust(BAR)


def table(answers: Sequence[Answer]) -> pd.DataFrame:
    """List answers as rows, the whole file first and then its windows.

    Parameters
    ----------
    answers : sequence of Answer

    Returns
    -------
    DataFrame
        ``file``, ``window`` (0 for the whole file, then 1, 2, …), ``start_s``, ``duration_s``,
        ``verdict``, ``genre`` (the most probable one), and the probabilities ``p_blues`` to
        ``p_rock``, six decimals each.
    """
    rows: list[dict[str, Any]] = []
    for answer in answers:
        whole = {"start_s": 0.0, "duration_s": answer.duration_s, "verdict": answer.verdict}
        rows.append(_row(answer.file, 0, whole, answer.probabilities))
        for number, part in enumerate(answer.parts, 1):
            facts = {
                "start_s": part.start_s,
                "duration_s": part.duration_s,
                "verdict": part.verdict,
            }
            rows.append(_row(answer.file, number, facts, part.probabilities))
    columns = ["file", "window", "start_s", "duration_s", "verdict", "genre", *P_COLUMNS]
    return pd.DataFrame(rows, columns=columns)


def plain(answer: Answer) -> dict[str, Any]:
    """Put an answer in terms of JSON: the whole file, and a list of its windows."""
    return {
        "file": answer.file,
        "duration_s": round(answer.duration_s, 3),
        "verdict": answer.verdict,
        "top": _top(answer.top),
        "probabilities": _probabilities(answer.probabilities),
        "windows": [_window(part) for part in answer.parts],
    }


def _row(file: str, number: int, facts: dict[str, Any], p: Any) -> dict[str, Any]:
    times = {name: round(facts[name], 3) for name in ("start_s", "duration_s")}
    genre = top(p)[0][0] if facts["verdict"] != "silent" else ""
    probabilities = dict(zip(P_COLUMNS, (round(float(v), 6) for v in p), strict=True))
    named = {"file": shown(file), "window": number}
    return {**named, **facts, **times, "genre": genre, **probabilities}


def _window(part: Part) -> dict[str, Any]:
    return {
        "start_s": round(part.start_s, 3),
        "duration_s": round(part.duration_s, 3),
        "verdict": part.verdict,
        "top": _top(top(part.probabilities)),
        "probabilities": _probabilities(part.probabilities),
    }


def _top(pairs: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
    return [{"genre": genre, "probability": round(p, 6)} for genre, p in pairs]


def _probabilities(p: Any) -> dict[str, float]:
    return {genre: round(float(v), 6) for genre, v in zip(GENRES, p, strict=True)}
