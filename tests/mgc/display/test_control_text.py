"""What is said of changed recipes follows intervals and p values."""

from __future__ import annotations

import pandas as pd

from mgc.display import control_text
from mgc.display.figures import control_plots
from mgc.training.trials import best
from tests.helpers.records import answers, unsaved


def row(variant, gain, p, model="cnn"):
    return {
        "model": model, "variant": variant, "seeds": 1, "accuracy": 0.5 + gain, "usual": 0.5,
        "gain": gain, "low": gain - 0.02, "high": gain + 0.02, "p_holm": p, "valid": gain / 2,
    }  # fmt: skip


TABLE = pd.DataFrame(
    [
        row("no_dropout", 0.05, 0.01),
        row("no_mixup", -0.05, 0.01),
        row("long", 0.05, 0.2, "mlp"),
        row("jax", 0.01, 0.01),
    ]
)


def test_only_what_both_interval_and_p_show_is_shown():
    assert control_text.statement(TABLE) == (
        "Shown to help: CNN, without dropout. Shown to hurt: CNN, without mixup."
        " No difference is shown: MLP, three times as many epochs; CNN."
    )
    assert control_text.statement(TABLE.iloc[:0])


def test_a_table_has_a_row_for_each_change():
    shown = control_text.changes_table(TABLE)
    assert len(shown) == len(TABLE)
    assert shown["Trained"].is_unique
    assert shown.loc[0, "Points (95 %, Holm)"] == "+5.0 (+3.0 to +7.0; p\u00a0=\u00a00.010)"
    assert "Trained" not in control_text.changes_table(TABLE.iloc[:1])


def test_a_table_of_lengths_says_in_how_many_folds_the_longer_one_was_chosen():
    table = TABLE.iloc[[2]].assign(variant="chosen", longer=7, folds=15)
    (line,) = control_text.lengths_table(table).to_dict("records")
    assert line["Longer, in folds"] == "7 of 15"
    assert not {"Trained", "Validation"} & line.keys()
    assert control_text.statement(table) == "No difference is shown: MLP."


def test_a_table_of_places_names_each_and_says_what_stood_there_before():
    table = TABLE.iloc[[2, 2]].assign(variant="retuned")
    lines = control_text.places_table(table, ["here", "there"]).to_dict("records")
    assert [line["Where"] for line in lines] == ["here", "there"]
    assert lines[0]["Before"] == f"{100 * table['usual'].iloc[0]:.1f}\u00a0%"


def test_a_table_of_trials_sets_the_best_of_all_beside_the_best_of_the_first():
    trials = pd.DataFrame(
        [("mlp", 1.534, 0.5), ("mlp", 1.526, 0.4), ("mlp", 1.531, 0.6), ("mlp", 1.492, 0.1)],
        columns=["model", "valid_log_loss", "valid_accuracy"],
    )
    table = TABLE.iloc[[2]].assign(variant="retuned")
    (line,) = control_text.trials_table(table, trials.iloc[:3], trials).to_dict("records")
    assert line["Trials"] == "3 → 4"
    assert line["Validation loss"] == "1.53 → 1.49"
    assert best(trials.iloc[:3])["valid_accuracy"].tolist() == [0.6], "accuracy among equals"


def test_the_tests_are_told_from_the_side_of_the_first():
    right = {"the one": [True] * 8, "the other": [False] * 8, "the third": [True] * 8}
    groups = {name: unsaved(answers(each), seed=0) for name, each in right.items()}
    assert control_text.beside("the one", groups).startswith("The one beats the other by 100.0")
    assert "between the one and the third" in control_text.beside("the one", groups)


def test_marks_are_filled_where_a_gain_is_shown():
    (axis,) = control_plots.changes(TABLE).axes
    names = [label.get_text() for label in axis.get_yticklabels()]
    marks = [line for line in axis.lines if line.get_marker() in ("o", "s")]
    filled = {name for name, mark in zip(names, marks, strict=True) if mark.get_mfc() != "white"}
    assert filled == {"without dropout", "without mixup"}
    nothing = control_plots.changes(TABLE.iloc[:0])
    assert nothing.texts or nothing.axes, "a note where nothing was changed"
