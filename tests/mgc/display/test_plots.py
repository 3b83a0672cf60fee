"""Figures of results: what they show is what the records hold, and no reader is left out."""

from io import StringIO

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from mgc.datasets import facts
from mgc.datasets.tracks import GENRES
from mgc.display.figures import comparison_plots, literature_plots, model_plots, speed_plots, style
from mgc.evaluation import metrics
from mgc.evaluation.results import accuracy_table
from mgc.evaluation.significance import only_run
from mgc.models import TITLES
from mgc.records.checks import HISTORY_COLUMNS
from mgc.records.store import NotRun
from tests.helpers.records import one_hot, predictions, unsaved
from tools.pages.sphinx_ext import figures

MISSING = NotRun("vgg16", "no ImageNet weights; name a file in MGC_VGG16_WEIGHTS")


def texts(figure: Figure) -> str:
    """Return all that is written in a figure."""
    found = [text.get_text() for axis in figure.axes for text in axis.texts]
    for axis in figure.axes:
        found += [axis.get_title(loc="left"), axis.get_xlabel(), axis.get_ylabel()]
        found += [label.get_text() for label in (*axis.get_xticklabels(), *axis.get_yticklabels())]
    return "\n".join(found)


@pytest.fixture
def good():
    return unsaved(predictions(skill=4.0), model="mlp")


@pytest.fixture
def poor():
    return unsaved(predictions(seed=1, skill=0.0), model="cnn")


def history(folds):
    """Return learning curves with the lowest validation loss at epoch 2 of each fold."""
    rows = [
        (f"fold{fold}", "fit", epoch, 2.0 / epoch, 0.2 * epoch, loss, 0.3, 1e-3)
        for fold in range(1, folds + 1)
        for epoch, loss in ((1, 2.0), (2, 1.0 + fold / 10), (3, 1.8))
    ]
    return pd.DataFrame(rows, columns=list(HISTORY_COLUMNS))


def test_curves_show_each_fold_and_mark_the_epoch_that_was_kept(good):
    record = type(good)(**{**vars(good), "history": history(folds=3)})
    loss, accuracy = model_plots.learning_curves(record).axes
    dots = [line for line in loss.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert [float(dot.get_xdata()[0]) for dot in dots] == [2.0, 2.0, 2.0]
    assert [round(float(dot.get_ydata()[0]), 6) for dot in dots] == [1.1, 1.2, 1.3]
    curves = [line for line in accuracy.lines if len(line.get_xdata()) == 3]
    assert len(curves) == 2 * 3
    # Folds differ in their dashes, so that they can be told apart without colour.
    dark = [line for line in curves if line.get_color() == style.ACCENT]
    assert len({str(line._dash_pattern) for line in dark}) == 3
    legend = [text.get_text() for text in loss.figure.legends[0].get_texts()]
    assert legend == ["training", "validation (3 folds)", "kept"]
    single = type(good)(**{**vars(good), "history": history(folds=1)})
    legend = model_plots.learning_curves(single).legends[0].get_texts()
    assert legend[1].get_text() == "validation"


def test_confusion_writes_the_counts_of_the_test_part():
    pairs = [(f"{genre}.{i:05d}", genre, genre) for genre in GENRES for i in range(3)]
    pairs[0] = ("blues.00000", "blues", "jazz")
    axis = model_plots.confusion(unsaved(one_hot(pairs))).axes[0]
    cells = {(t.get_position()[1], t.get_position()[0]): t.get_text() for t in axis.texts}
    assert cells[0, GENRES.index("jazz")] == "1"
    assert cells[0, 0] == "2"
    assert sum(int(text) for text in cells.values()) == len(pairs)


def test_a_model_that_was_not_run_gives_a_figure_with_reason_and_remedy(good):
    assert "epochs" in texts(model_plots.learning_curves(good, "decoder"))
    for draw in (model_plots.learning_curves, model_plots.confusion):
        shown = texts(draw(MISSING)).replace("\n", " ")
        assert TITLES["vgg16"] in shown
        assert "MGC_VGG16_WEIGHTS" in shown


PHONE = 342
"""Pixels of the column on a phone of 390."""


def points(axis, shape):
    """Return where marks of a shape stand, without those of the legend."""
    found = [line for line in axis.lines if line.get_marker() == shape and len(line.get_xdata())]
    return [(float(x), float(line.get_ydata()[0])) for line in found for x in line.get_xdata()]


def test_accuracies_stand_where_the_records_put_them_and_claims_beside_them(good):
    records = {"mlp": good, "vgg16": MISSING}
    claims = {"vgg16": 0.8923}
    table = accuracy_table(records)
    axis = comparison_plots.accuracies(table, claims=claims, line=0.1, width=7.6).axes[0]
    accuracy = metrics.accuracy(metrics.test_rows(good))
    assert points(axis, "o") == [(accuracy, 0)]
    assert points(axis, "D") == [(0.8923, 1)]
    assert {f"{100 * accuracy:.0f}\u00a0%", "89\u00a0%", "not run"} == {
        text.get_text() for text in axis.texts
    }


def test_groups_of_a_row_differ_in_height_marker_and_colour_and_seeds_are_dots():
    table = pd.DataFrame(
        [
            ("MLP", "random", 0.6, 0.5, 0.7, (0.55, 0.65)),
            ("CNN", "random", 0.7, 0.6, 0.8, (0.7,)),
            ("MLP", "strict", 0.4, 0.3, 0.5, (0.4,)),
        ],
        columns=["label", "group", "accuracy", "low", "high", "single"],
    ).assign(model="mlp")
    for width in (7.6, 3.5):
        figure = comparison_plots.accuracies(table, width=width)
        axis = figure.axes[0]
        (upper, other), (lower,) = points(axis, "o"), points(axis, "s")
        assert (upper[0], lower[0], other[0]) == (0.6, 0.4, 0.7)
        assert upper[1] < lower[1] < other[1]
        assert [x for x, _ in points(axis, ".")] == [0.55, 0.65]
        names = [text.get_text() for text in figure.legends[0].get_texts()]
        assert names == ["random", "strict", "one seed"]
        assert {"MLP", "CNN"} <= set(texts(figure).split("\n"))


def test_a_marker_means_the_same_model_in_both_panels_of_the_cost(good, poor):
    records = {"mlp": unsaved(good.predictions, model="majority"), "cnn": poor}
    frame = accuracy_table(records)
    frame.loc[0, "parameters"] = 0  # a model without parameters has no place on that axis
    left, right = comparison_plots.cost(frame).axes
    look = {c.get_label(): c.lines[0].get_marker() for c in left.containers}
    assert {c.get_label(): c.lines[0].get_marker() for c in right.containers} == {
        "CNN": look["CNN"]
    }
    assert len(set(look.values())) == 2
    ranged = comparison_plots.cost(frame.assign(least_minutes=0.5, most_minutes=7.0)).axes
    spans = [[*line.get_xdata()] for line in ranged[0].lines]
    assert spans.count([0.5, 7.0]) == 2
    assert [0.5, 7.0] not in [[*line.get_xdata()] for line in ranged[1].lines]


def test_seeds_share_the_bins_of_a_reliability_diagram(good, poor):
    """The same answers twice leave dots where they were; the error is the mean over seeds."""
    groups = {"cnn": [good, poor]}
    (once,), (twice,) = (
        model_plots.reliability({"cnn": fits}).axes for fits in ([good], [good, good])
    )
    for curve in (0, 1):
        assert (once.lines[curve].get_xydata() == twice.lines[curve].get_xydata()).all()
    (axis,) = model_plots.reliability(groups).axes
    errors = [metrics.calibration(metrics.test_rows(record)).ece for record in (good, poor)]
    assert axis.get_title(loc="left").endswith(f"ECE {sum(errors) / 2:.2f}")


def test_own_results_stand_only_in_the_group_of_their_protocol():
    figure = literature_plots.literature(facts.literature(), "random", {"MLP": 0.5})
    axis = figure.axes[0]
    groups = [text.get_text() for text in axis.texts]
    assert groups[0] == "random"
    assert len(groups) == facts.literature()["protocol"].nunique()
    own = [line for line in axis.lines if line.get_marker() == "o"]
    next_group = axis.texts[1].get_position()[1]
    assert [float(line.get_xdata()[0]) for line in own] == [0.5]
    assert float(own[0].get_ydata()[0]) < next_group


def test_systems_stand_between_guess_and_ceilings_by_what_they_learned_from():
    columns = ["system", "outside", "accuracy", "low", "high"]
    ours = pd.DataFrame([("A", "", 0.5, 0.4, 0.6), ("B", "web", 0.8, 0.7, 0.9)], columns=columns)
    published = pd.DataFrame({"system": ["C"], "accuracy": [60.0], "taught": [False]})
    axis = literature_plots.between(ours, published, {"people": 0.7, "labels": 0.945}).axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["A", "C", "B"]
    drawn = {line.get_ydata()[0]: line for line in axis.lines if line.get_marker() in ("o", "s")}
    named = dict(zip(axis.get_yticks(), "ACB", strict=True))
    marks = {named[y]: (line.get_xdata()[0], line.get_mfc()) for y, line in drawn.items()}
    assert {name: x for name, (x, _) in marks.items()} == pytest.approx(
        {"A": 0.5, "C": 0.6, "B": 0.8}
    )
    assert [name for name, (_, fill) in marks.items() if fill == "white"] == ["B"]
    upright = [line.get_xdata()[0] for line in axis.lines if line.get_linestyle() == "--"]
    assert upright == [0.1, 0.7, 0.945]


def test_targets_are_drawn_with_their_values():
    figure = speed_plots.targets(
        {"MLP": 2.0, "CNN": 300.0}, 100.0, unit="milliseconds", target_label="target"
    )
    axis = figure.axes[0]
    assert [(text.xy[0], text.get_text()) for text in axis.texts] == [(2.0, "2"), (300.0, "300")]
    assert points(axis, "o")[:2] == [(2.0, 0.0), (300.0, 0.0)]
    assert not axis.patches, "a bar has no length on a logarithmic axis"
    assert axis.get_xlim()[0] < 2.0 < 300.0 < axis.get_xlim()[1]


def every_figure(good, poor):
    records = {"mlp": good, "cnn": poor, "vgg16": MISSING}
    run = only_run(records)
    summary = accuracy_table(records)
    scores = pd.DataFrame({name: metrics.per_genre(metrics.test_rows(r))["f1"]
                           for name, r in run.items()}).T  # fmt: skip
    yield model_plots.learning_curves(good)
    yield model_plots.learning_curves(good, "autoencoder")
    yield model_plots.confusion(good)
    yield model_plots.reliability(run)
    yield comparison_plots.accuracies(summary, claims={"mlp": 0.7}, line=0.1)
    yield comparison_plots.cost(summary)
    yield comparison_plots.genre_scores(scores)
    yield literature_plots.literature(facts.literature(), "cv5", {})
    yield speed_plots.targets({"MLP": 1.0}, 2.0, unit="s", target_label="target")


def test_every_figure_fits_a_page_and_is_legible(good, poor):
    for figure in every_figure(good, poor):
        drawn = StringIO()
        figure.savefig(drawn, format="svg", bbox_inches="tight")
        least, _ = figures.widths(drawn.getvalue())
        assert least <= PHONE
        assert to_hex(figure.get_facecolor()) == "#ffffff"  # dark pages have another drawing


def test_figures_without_any_model_say_so_instead_of_failing():
    nothing = {"mlp": NotRun("mlp", "no record"), "cnn": NotRun("cnn", "no record")}
    summary = accuracy_table(nothing)
    for figure in (
        comparison_plots.cost(summary),
        comparison_plots.genre_scores(pd.DataFrame()),
        speed_plots.targets({}, 1.0, unit="s", target_label="target"),
        model_plots.reliability({}),
        comparison_plots.accuracies(summary),
    ):
        figure.canvas.draw()
        assert texts(figure).strip()
