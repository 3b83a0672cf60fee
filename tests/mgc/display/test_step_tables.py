"""What the pages say of a step follows its verdict, and the figure draws every row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mgc.display import explanation_tables, step_tables
from mgc.display.figures import step_plots
from mgc.experiments import continual, ensembles, explanations, ledger, plan
from mgc.records.store import Store
from mgc.records.study import open_study
from tests.helpers.outside import ROOT

TABLE = ledger.load(ROOT / "book" / "records")
MAPPED = explanations.load(ROOT / "book" / "records")
STORE = Store(ROOT / "book" / "records").steps


def test_remarks_follow_the_verdict_and_no_step_is_silent():
    said = step_tables.remarks(TABLE, plan.STEPS)
    assert all(f"**{step.name}.**" in said for step in plan.STEPS)
    assert "The dullest step works" in said
    turned = TABLE.assign(verdict=np.where(TABLE["difference"].notna(), "hurts", ""))
    outlived = step_tables.remarks(turned, [ensembles.STEP])
    assert "The dullest step works" not in outlived
    assert "It hurts." in outlived, "a step without a remark says its verdict"


def test_every_row_is_told_on_the_page_of_its_step_with_its_verdict():
    rows = TABLE.dropna(subset=["difference"])
    told = [
        line
        for step in plan.STEPS
        for line in step_tables.details(TABLE, step).splitlines()
        if line.startswith("- ")
    ]
    assert len(told) == len(rows)
    words = {"helps": "It helps.", "hurts": "It hurts.", "not shown": "No difference is shown."}
    for row in rows.itertuples():
        (line,) = (line for line in told if line.startswith(f"- *{row.step}.*"))
        assert words[row.verdict] in line
        assert row.control in line
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


def test_the_figure_marks_what_was_trained_on_outside_music():
    (axis,) = step_plots.ledger(TABLE).axes
    (mark,) = (text for text in axis.texts if text.get_text() == "trained on outside music")
    (name,) = (text for text in axis.texts if "MusiCNN" in text.get_text())
    assert 0 < mark.get_position()[1] - name.get_position()[1] < 1, "in its row"


def test_no_measured_row_is_left_without_a_remark():
    rows = TABLE.dropna(subset=["difference"])
    told = step_tables.remarks(TABLE, plan.STEPS)
    assert [step for step in rows["step"] if f"- *{step}.*" not in told] == []


def test_counts_of_page_22_are_those_of_the_tables():
    fits = Store(ROOT / "book" / "records").find(
        model="vgg16", protocol="artist_cv", variant="tuned", edition="gtzan-archive"
    )
    artists = pd.read_csv(ROOT / "mgc" / "tables" / "gtzan_artists.csv", keep_default_na=False)
    counts = step_tables.without_year(fits)
    assert counts["c22_no_year"] == str((artists["released"] == "").sum())
    table = step_tables.blocks_table(fits)
    assert sum(int(n.replace(",", "")) for n in table["Tracks"]) == int(counts["c22_tested"])
    assert len(table.columns) <= 6


def test_steps_are_told_with_their_question_the_best_first():
    said = step_tables.remarks(TABLE, plan.STEPS)
    best = TABLE.dropna(subset=["difference"]).sort_values("difference").iloc[-1]["step"]
    assert said.index(best) < said.index("CNN and LSTM, weighted")
    heading, first = said.index("**Continual learning.**"), said.index("Twenty old tracks")
    assert heading < first < said.index("**", first)
    full = step_tables.details(TABLE, continual.STEP)
    places = [full.index(text) for text in (continual.STEP.question, continual.STEP.changed)]
    assert places == sorted(places)
    assert places[-1] < full.index("Twenty old tracks")


def test_tables_show_both_parts_of_a_search_and_all_that_was_degraded():
    study = open_study("gtzan-archive", protocol="artist_cv", variant="tuned")
    found = step_tables.searched_table(study)
    assert list(found["Settings"]) == ["by hand", "found"] * (len(found) // 2)
    (plain,) = (
        r
        for r in STORE.find(model="logistic_picture", seed=0)
        if r.config["recipe"].get("left_out") == ""
    )
    table = step_tables.degraded_table(STORE, plain)
    assert set(table["Test pictures"]) == {"clean", "noise", "telephone band"}
    assert not table.duplicated(["Test pictures", "Columns scaled"]).any()


def test_what_is_said_of_maps_turns_with_what_was_measured():
    said = explanation_tables.statement(MAPPED)
    assert said.count("not shown") < 4
    same = MAPPED.assign(deletion=0.1, insertion=0.2)
    assert explanation_tables.statement(same).count("not shown to be better") == 4
    row = explanation_tables.table_of_orders(MAPPED).set_index("Order of patches")
    mean = MAPPED[MAPPED["method"] == "loudest first"]["deletion"].mean()
    assert f"{100 * mean:.1f}" in row.loc["Loudest first", "Taken away"]
    assert len(row.columns) <= 5
