"""Costs: operations against hand and TensorFlow's own count, and the table beside the report."""

import pytest

from mgc.display import cost_tables, formats
from mgc.evaluation import cost
from mgc.evaluation.results import accuracy_table
from mgc.models import build
from mgc.records.store import NotRun
from tests.helpers.records import predictions, unsaved
from tests.helpers.results import with_environment

DENSE = {"name": "dense", "type": "Dense", "output_shape": [4], "parameters": 3 * 4 + 4}
CONVOLUTION = {"name": "c", "type": "Conv2D", "output_shape": [5, 7, 2], "parameters": 54 * 2 + 2}
RECURRENT = [
    {"name": "a", "type": "LSTM", "output_shape": [10, 2], "parameters": 4 * 2 * (5 + 1)},
    {"name": "b", "type": "LSTM", "output_shape": [3], "parameters": 4 * 3 * (2 + 3 + 1)},
]


@pytest.mark.parametrize(
    ("layers", "operations"),
    [
        # Three inputs, four outputs: twelve multiplications and twelve additions.
        ([DENSE], 24),
        # Each of 5 x 7 places of 2 maps multiplies and adds 3 x 3 x 6 weights.
        ([CONVOLUTION], 2 * 54 * 2 * 35),
        # Four gates of 2 units read 3 inputs and 2 states, over 10 frames, in both layers.
        (RECURRENT, 10 * 2 * (40 + 60)),
    ],
)
def test_layers_by_hand(layers, operations):
    assert cost.flops(layers) == operations


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_operations_agree_with_tensorflows_profiler(name):
    """TensorFlow counts activations and normalisation too: within 3 %."""
    import tensorflow as tf
    from tensorflow.python.profiler.model_analyzer import profile
    from tensorflow.python.profiler.option_builder import ProfileOptionBuilder

    from mgc.training.keras_fit import describe

    shape = {"mlp": (156,), "cnn": (128, 124, 1)}[name]
    model = build(name, shape, 10)
    run = tf.function(lambda x: model(x, training=False))
    graph = run.get_concrete_function(tf.TensorSpec((1, *shape))).graph
    options = ProfileOptionBuilder.float_operation()
    options["output"] = "none"
    counted = profile(graph, options=options).total_float_ops
    assert cost.flops(describe(model)) == pytest.approx(counted, rel=0.03)


def test_the_decoder_of_an_autoencoder_does_not_count():
    """Naming a genre needs encoder and classifier alone: 100-8-2, then 2-10."""
    sizes = [("dense", 100, 8), ("code", 8, 2), ("d1", 2, 8), ("d2", 8, 100), ("c", 2, 10)]
    layers = [
        {"name": name, "type": "Dense", "output_shape": [out], "parameters": (into + 1) * out}
        for name, into, out in sizes
    ]
    assert cost.flops(layers) == 2 * (800 + 16 + 20)


def test_the_table_sets_the_reports_figures_beside_ours():
    """Means over fits, and what the report states for the same network."""
    records = [
        with_environment(unsaved(predictions(), variant="tuned", seed=seed),
                         duration_s=60.0 * seed, peak_memory_mb=800 + seed)
        for seed in (1, 3)
    ]  # fmt: skip
    (row,) = cost_tables.networks_table(cost.table(records)).to_dict("records")
    assert row["Fits"] == "2 on CPU, TensorFlow"
    assert row["Training"] == "2.0\u00a0min"
    nothing = cost_tables.networks_table(cost.table([]))
    assert set(row) == set(nothing) == {*cost_tables.TRAINING, *cost_tables.ANSWER}
    assert row["Parameters"] == "75"
    assert row["Report's parameters"] == "500,000"
    assert row["Report"] == "15\u00a0min"


@pytest.mark.parametrize(
    ("operations", "text"),
    [(0, "0"), (24, "24"), (1234, "1.2 thousand"), (329_560_000, "330 million"),
     (9.96e9, "10 billion")],
)  # fmt: skip
def test_operations_are_written_with_two_digits(operations, text):
    assert formats.operations(operations) == text.replace(" ", "\u00a0", 1)


def test_times_of_another_device_or_backend_stand_in_a_row_of_their_own():
    packages = {"tensorflow": "not installed", "jax": "1.0"}
    ways = ({}, {"packages": packages}, {"packages": packages, "device": "GPU 9"})
    records = [
        with_environment(unsaved(predictions(), variant="tuned", seed=seed), **way)
        for seed, way in enumerate(ways)
    ]
    shown = cost_tables.networks_table(cost.table(records))
    ways = ["CPU, TensorFlow", "CPU, JAX", "GPU 9, JAX"]
    assert shown["Measured on"].tolist() == ways
    assert shown["Fits"].tolist() == [f"1 on {way}" for way in ways]


def test_a_model_has_the_times_of_its_shortest_and_longest_fit():
    """Two fits of three minutes and nine; none of a model that was not run."""
    fits = [
        with_environment(unsaved(predictions(), seed=seed), duration_s=60.0 * minutes)
        for seed, minutes in enumerate((9, 3))
    ]
    groups = {"mlp": fits, "cnn": NotRun("cnn", "no record")}
    found = cost.with_range(accuracy_table(groups), groups)
    assert found.loc[0, ["least_minutes", "minutes", "most_minutes"]].tolist() == [3, 6, 9]
    assert found.loc[1, ["least_minutes", "most_minutes"]].isna().all()
