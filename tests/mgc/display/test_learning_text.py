"""What is said of learning curves follows their intervals."""

from __future__ import annotations

from mgc.display import learning_text
from mgc.display.figures import learning_plots
from mgc.evaluation import learning
from mgc.evaluation.gain import Estimate
from mgc.records.study import open_study
from tests.helpers.outside import ROOT


def test_what_is_said_follows_the_intervals():
    def change(model, what, low):
        return learning.Change(model, what, Estimate(low + 0.02, low, low + 0.04))

    found = [
        change("cnn", "tracks", 0.01),
        change("mlp", "tracks", -0.01),
        change("cnn", "artists", -0.03),
        change("mlp", "artists", -0.01),
        change("cnn", "spread", 0.01),
        change("mlp", "spread", 0.02),
    ]
    said = learning_text.statement(found)
    assert said == (
        "From twice the tracks, CNN gains; of MLP that is not shown."
        " From twice the artists and their tracks, no gain is shown for any model."
        " From as many tracks of more artists, every model gains."
    )
    mixed = [change("logistic", "tracks", -0.1), change("cnn", "tracks", 0.1)]
    assert "CNN gains; of logistic regression" in learning_text.statement(mixed)
    shown = learning_text.changes_table(found)
    assert shown["Model"].tolist() == ["CNN", "MLP"]
    assert "+3.0" in shown.iloc[0, 1]
    assert learning_text.statement([])


def test_the_figure_has_a_line_for_each_model_in_both_panels():
    study = open_study("gtzan-archive", records=ROOT / "book" / "records", protocol="artist_cv")
    table = learning.curves(study, learning.fits(study))
    figure = learning_plots.curves(table)
    for axis in figure.axes:
        assert len(axis.containers) == table["model"].nunique()
    assert learning_plots.curves(table.iloc[:0]).axes, "a note where nothing was fitted"
