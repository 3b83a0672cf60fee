"""Formulas become MathML that browsers draw without a script."""

import xml.etree.ElementTree as ET

import pytest

from mgc.errors import BookError
from tools.pages.sphinx_ext.mathml import rows, to_mathml

SPACE = "{http://www.w3.org/1998/Math/MathML}"


def tags(tex, tag):
    root = ET.fromstring(to_mathml(tex))
    return ["".join(one.itertext()) for one in root.iter(SPACE + tag)]


def test_formula_keeps_its_source():
    tex = r"m(f) = \dfrac{3 f}{200}"
    assert tags(tex, "annotation") == [tex]
    assert 'display="block"' in to_mathml(tex, display=True)


@pytest.mark.parametrize(
    ("tex", "sign"), [(r"a \pm b", "±"), (r"x \sim y", "∼"), (r"a \le b", "≤")]
)
def test_signs_are_operators_not_letters(tex, sign):
    assert sign in tags(tex, "mo")
    assert sign not in tags(tex, "mi")


def test_names_of_functions_stand_apart_from_letters_but_not_from_brackets():
    assert len(tags(r"\log x", "mspace")) == 1
    assert len(tags(r"L_m \cos x", "mspace")) == 2
    assert tags(r"\ln (x)", "mspace") == []


def test_row_spacing_is_no_part_of_the_formula():
    tex = r"\begin{cases} a & b,\\[1ex] c & d \end{cases}"
    assert len(tags(tex, "mtr")) == 2
    assert "1ex" not in "".join(tags(tex, "mtd"))
    assert "columnalign" not in to_mathml(tex)


def test_lines_stand_below_each_other_but_those_of_an_environment_are_left_to_it():
    for tex in ("a = 1 \\\\ b = 2", "a = 1\n\nb = 2"):
        assert len(tags(rows(tex), "mtr")) == 2
    inside = r"f = \begin{cases} a\\ b \end{cases}"
    assert rows(inside) == inside


@pytest.mark.parametrize("tex", [r"\unknowncommand x", r"\begin{cases} a"])
def test_formula_that_cannot_be_written_is_refused(tex):
    with pytest.raises(BookError, match="MathML"):
        to_mathml(tex)
