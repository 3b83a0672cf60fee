"""Every pair of models in one square that fits a phone: who is ahead, how far, how surely."""

from __future__ import annotations

import html
from collections.abc import Mapping

import numpy as np
import pandas as pd

from mgc.display import formats
from mgc.display.notebook import Html, file_link

CAPTION = (
    "Accuracy of the model of the row less that of the column, in percentage points. Rows and"
    " columns stand in the same order, the most accurate model first. Boxed: shown by the"
    " combined test after Holm's correction. Grey: not shown."
)


def matrix(tests: pd.DataFrame, labels: Mapping[str, str]) -> Html:
    """Write the result of `mgc.evaluation.significance.pairwise` as a square of all pairs.

    The columns have numbers for names, which stand before the names of the rows. A link below
    saves every pair with all of its tests as CSV. `labels` say what to call the models.
    """
    if tests.empty:
        return Html("<p>There are fewer than two models to compare.</p>")
    turned = tests.rename(columns={"first": "second", "second": "first"})
    both = pd.concat([tests, turned.assign(difference=-turned["difference"])])
    ahead = both.pivot_table("difference", "first", "second", aggfunc="first", sort=False)
    certain = both.pivot_table("significant", "first", "second", aggfunc="first", sort=False)
    order = list(ahead.mean(axis=1).sort_values(ascending=False, kind="stable").index)
    head = "".join(f'<th scope="col">{number}</th>' for number in range(1, len(order)))
    body = "".join(
        f'<tr><th scope="row">{number + 1} {html.escape(labels[row])}</th>'
        + "".join(
            _cell(float(ahead.loc[row, column]), bool(certain.loc[row, column]))
            for column in order[:number]
        )
        + "<td></td>" * (len(order) - 1 - number)
        + "</tr>"
        for number, row in enumerate(order)
    )
    link = file_link(_raw(tests, labels), "pairs.csv", "All pairs and tests as CSV")
    return Html(
        f'<div style="overflow-x:auto" tabindex="0"><table class="mgc-pairs"><caption>{CAPTION}'
        f'</caption><thead><tr><th scope="col">Model</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div><p>{link}</p>"
    )


def _cell(gap: float, certain: bool) -> str:
    points = formats.points(gap).split()[0]
    return f"<td><strong>{points}</strong></td>" if certain else f"<td>{points}</td>"


def _raw(tests: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
    """Put titles in place of keys, and the p values of all seeds into one text."""
    seeds = [" ".join(np.char.mod("%.6g", each)) for each in tests["p_seeds"]]
    names = {name: tests[name].map(labels) for name in ("first", "second")}
    return tests.assign(p_seeds=seeds, **names)
