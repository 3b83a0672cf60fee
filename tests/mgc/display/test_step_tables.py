"""What chapter 7 says of a step follows its verdict, and the figure draws every row."""

from __future__ import annotations

import numpy as np

from mgc.display import step_tables
from mgc.display.figures import step_plots
from mgc.experiments import ledger
from tests.helpers.outside import ROOT

TABLE = ledger.load(ROOT / "book" / "records")


def test_sentences_say_the_verdict_and_no_remark_outlives_it():
    rows = TABLE.dropna(subset=["difference"])
    said = step_tables.sentences(TABLE).splitlines()
    assert len(said) == len(rows)
    assert "The dullest step works" in "".join(said)
    turned = TABLE.assign(verdict=np.where(TABLE["difference"].notna(), "hurts", ""))
    assert "The dullest step works" not in step_tables.sentences(turned)
    counts = step_tables.counts(TABLE)
    assert counts["c7_measured"] == str(len(rows))
    assert counts["c7_helps"] == str((rows["verdict"] == "helps").sum())


def test_the_figure_names_each_measured_step_the_best_first_and_writes_its_gain():
    (axis,) = step_plots.ledger(TABLE).axes
    texts = [text.get_text() for text in axis.texts]
    rows = TABLE.dropna(subset=["difference"])
    names = [text for text in texts if text in set(rows["step"])]
    assert sorted(names) == sorted(rows["step"])
    gains = rows.set_index("step")["difference"][names]
    assert gains[1:].is_monotonic_decreasing, "after what learned from outside music"
    assert f"{100 * gains.iloc[1]:+.1f}" in texts
    assert step_plots.ledger(TABLE.iloc[:0]).texts or step_plots.ledger(TABLE.iloc[:0]).axes
