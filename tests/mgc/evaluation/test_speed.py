"""Measured speeds against their goals, and how their curves grow; no second is asserted."""

import pytest

from mgc.evaluation.speed import Curve, Figure


@pytest.mark.parametrize(
    ("value", "goal", "met"), [(6, 6, True), (5, 6, False), (3, -3, True), (4, -3, False)]
)
def test_a_goal_is_a_least_or_a_most(value, goal, met):
    figure = Figure("a", "A", "times", value, value, value, 1, goal)
    assert figure.met is met
    assert (figure.times_the_goal >= 1) is met


def test_a_curve_has_the_exponent_of_its_line_and_refuses_what_has_none():
    curve = Curve("a", "A", "processes", (1.0, 2.0), (8.0, 4.0))
    assert curve.exponent == pytest.approx(-1)
    assert curve.fitted() == pytest.approx(curve.seconds)
    for sizes, seconds in (((1.0,), (2.0,)), ((1.0, 2.0), (3.0,)), ((0.0, 1.0), (1.0, 1.0))):
        with pytest.raises(ValueError, match="a: "):
            Curve("a", "A", "tracks", sizes, seconds)


def test_a_row_says_what_was_measured_and_whether_it_is_enough():
    row = Figure("a", "A", "ms", 2.0, 1.0, 3.0, 3, -1.5, estimate=True).row()
    assert row == {
        "Figure": "A (estimate)", "Value": "2 ms", "Range": "1 to 3", "n": "3",
        "Goal": "at most 1.5", "Reached": "no",
    }  # fmt: skip
