"""What is said and drawn of degraded sound follows the table, whatever it holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mgc.datasets.tracks import label
from mgc.display import robustness_tables
from mgc.display.figures import robustness_plots, style
from mgc.experiments import robustness
from mgc.experiments.robustness import ANEW, COPIES, MP3, NOISE, PITCH, PLAIN, TIME, Condition
from tests.helpers.outside import ROOT
from tools.pages.content.sentences import faults

TABLE = robustness.load(ROOT / "book" / "records")
FACTS = robustness.load_facts(ROOT / "book" / "records")


def answered(right: pd.Series) -> pd.DataFrame:
    """Give the table with other answers."""
    wrong = np.where(TABLE["genre"] == "jazz", "rock", "jazz")
    return TABLE.assign(named=np.where(right, TABLE["genre"], wrong))


ALL = pd.Series(True, index=TABLE.index)
CASES = {
    "as it is": TABLE,
    "all right": answered(ALL),
    "all wrong": answered(~ALL),
    "only undegraded": answered(TABLE["kind"] == "none"),
    "only degraded": answered(TABLE["kind"] != "none"),
    "only with copies": answered(TABLE["model"] == COPIES),
    "only without": answered(TABLE["model"] == PLAIN),
    "noise": answered((TABLE["kind"] != NOISE) | (TABLE["model"] == ANEW)),
    "one track": answered(TABLE["track_id"] != "jazz.00001"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_statement_keeps_the_rules_of_sentences(case):
    said = robustness_tables.statement(CASES[case]).replace("\u00a0", " ")
    assert faults(said) == []
    assert "0.0 points" not in said
    assert "  " not in said
    assert ": 0 points" not in said


def test_a_statement_says_what_the_table_holds():
    said: dict[str, str] = {
        case: robustness_tables.statement(table) for case, table in CASES.items()
    }
    assert "not shown to cost accuracy" in said["all right"]
    assert "not shown to cost accuracy" in said["only degraded"]
    assert "A loss is shown at every strength." in said["only undegraded"]
    assert "Altered copies are not shown to change accuracy at any strength." in said["all right"]
    assert "Altered copies raise accuracy with time stretch" in said["only with copies"]
    assert "lower" not in said["only with copies"]
    assert "Altered copies lower accuracy with time stretch" in said["only without"]
    assert "nowhere shown to help" in said["only without"]
    assert "Most is lost with white noise" in said["noise"]
    assert "Scaling columns anew raises accuracy with white noise" in said["noise"]


def test_the_largest_loss_is_the_one_that_is_named():
    pairs = robustness.degradations()
    drops = [robustness.estimate(TABLE, Condition(*pair), Condition()).mean for pair in pairs]
    kind, strength = pairs[int(np.argmin(drops))]
    first = robustness_tables.statement(TABLE).split(".")[0]
    assert kind in first
    assert robustness_tables.how_far(kind, strength) in first
    asked = TABLE[(TABLE["kind"] == kind) & (TABLE["strength"] == strength)]
    named = asked.loc[asked["model"] == PLAIN, "named"].mode()[0]
    assert f"says {label(named)} of" in robustness_tables.statement(TABLE)


@pytest.mark.parametrize(
    ("kind", "strength", "text"),
    [
        (PITCH, -1.0, "−1 semitone"),
        (PITCH, 0.0, "0 semitones"),
        (PITCH, 4.0, "+4 semitones"),
        ("telephone band", 0.0, ""),
        (TIME, 1.25, "1.25 times the tempo"),
        (NOISE, 0.0, "0 dB"),
        (MP3, 64.0, "64 kbit/s"),
    ],
)
def test_strengths_have_units(kind, strength, text):
    assert robustness_tables.how_far(kind, strength).replace("\u00a0", " ") == text


def test_the_table_has_a_row_a_strength_and_a_column_a_way():
    shown = robustness_tables.accuracies(TABLE)
    assert len(shown) == sum(map(len, robustness.STRENGTHS.values()))
    assert list(shown.columns[2:]) == list(robustness_tables.WAY_TITLES.values())
    plain = TABLE.query("kind == 'none' and model == @PLAIN")
    share = 100 * (plain["named"] == plain["genre"]).mean()
    assert shown.iloc[0]["No copies"].startswith(f"{share:.1f}\u00a0%")
    numbers = robustness_tables.numbers(TABLE, FACTS)
    assert numbers["c22_sound_tracks"] == str(plain["track_id"].nunique())


def test_the_figure_draws_every_accuracy_and_is_legible_on_a_phone():
    figure = robustness_plots.curves(TABLE)
    assert figure.get_size_inches()[0] <= style.WIDTH
    *panels, legend = figure.axes
    assert len(panels) == 5
    for axis, kind in zip(panels, robustness_plots.PANELS, strict=True):
        lines = [line for line in axis.lines if line.get_marker() != "None"]
        assert len({line.get_linestyle() for line in lines}) == 3, "not told by colour alone"
        for way, line in zip(robustness.WAYS, lines, strict=True):
            known = [
                robustness.estimate(TABLE, Condition(kind, strength, way)).mean
                for strength in robustness.STRENGTHS[kind]
            ]
            assert list(line.get_ydata())[-len(known) :] == pytest.approx(known)
        labels = [*axis.get_xticklabels(), axis.xaxis.label, axis.title]
        assert min(text.get_fontsize() for text in labels) >= 9.5
    assert len(legend.get_legend().get_texts()) == 5
