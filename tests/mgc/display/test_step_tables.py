"""What chapter 7 says of a step follows its verdict, and the figure draws every row."""

from __future__ import annotations

import numpy as np

from mgc.display import step_tables
from mgc.display.figures import step_plots
from mgc.experiments import continual, explanations, federated, ledger
from mgc.records.store import Store
from tests.helpers.outside import ROOT

TABLE = ledger.load(ROOT / "book" / "records")
MAPPED = explanations.load(ROOT / "book" / "records")
MAPS = explanations.load_facts(ROOT / "book" / "records")
STORE = Store(ROOT / "book" / "records").steps


def test_sentences_say_the_verdict_and_no_remark_outlives_it():
    rows = TABLE.dropna(subset=["difference"])
    said = [line for line in step_tables.sentences(TABLE).splitlines() if line.startswith("- ")]
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


def test_steps_are_told_with_their_question_the_best_first():
    said = step_tables.sentences(TABLE)
    best = TABLE.dropna(subset=["difference"]).sort_values("difference").iloc[-1]["step"]
    assert said.index(best) < said.index("CNN and LSTM, weighted")
    heading, first = said.index("**Continual learning.**"), said.index("Twenty old tracks")
    assert heading < first < said.index("**", first)


def test_curves_are_means_over_folds_of_what_records_hold():
    above, below = step_plots.curves(STORE).axes
    rounds, arrivals = federated.ROUNDS, continual.ARRIVALS
    assert [len(line.get_xdata()) for line in above.lines] == [rounds] * 3
    drawn = [line for line in below.lines if len(line.get_xdata())]
    assert [len(line.get_xdata()) for line in drawn] == [arrivals] * 6
    (naive,) = (
        r
        for r in STORE.find(model="mlp_continual", seed=0)
        if r.config["recipe"]["how"] == "naive"
    )
    last = naive.history[naive.history["epoch"] == arrivals]["accuracy"]
    assert len(last) == 5
    assert any(np.isclose(line.get_ydata()[-1], last.mean()) for line in drawn)


def test_tables_show_both_parts_of_a_search_and_all_that_was_degraded():
    found = step_tables.searched_table(STORE)
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
    said = step_tables.explanations_statement(MAPPED)
    assert said.count("not shown") < 4
    same = MAPPED.assign(deletion=0.1, insertion=0.2)
    assert step_tables.explanations_statement(same).count("not shown to be better") == 4
    row = step_tables.explanations_table(MAPPED).set_index("Order of patches")
    mean = MAPPED[MAPPED["method"] == "loudest first"]["deletion"].mean()
    assert f"{100 * mean:.1f}" in row.loc["Loudest first", "Taken away"]
    assert len(row.columns) <= 5


def test_maps_are_drawn_beside_their_pictures():
    *panels, _ = step_plots.maps(MAPS).axes
    assert len(panels) == 3 * len(MAPS["shown"])
    for row, track in zip(np.reshape(panels, (-1, 3)), MAPS["shown"], strict=True):
        occlusion = row[1].images[0].get_array()
        assert occlusion.shape == (8, 8)
        assert occlusion.ravel().tolist() == track["maps"]["occlusion"]
        assert row[0].images[0].get_array().shape == (32, 124)
