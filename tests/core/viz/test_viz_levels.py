"""The matrix of levels: every pair once, the worst one, and a sign beside the colour."""

from __future__ import annotations

import pytest

from core.errors import NotEnoughDataError, SuiteError
from core.viz.levels import Level, level_matrix

LEVELS = (Level("bad", "B", "critical"), Level("mild", "m", "attention"))


def draw(pairs, names=("a", "b", "c")):
    return level_matrix(names, LEVELS, pairs, quantity="Levels")


def test_a_pair_is_drawn_below_the_diagonal_whatever_its_order():
    one, other = draw({("a", "c"): (0, "x")}), draw({("c", "a"): (0, "x")})
    assert one.figure == other.figure
    (sign,) = one.figure.layout.annotations
    assert (sign.text, sign.x, sign.y) == ("B", 0, 2)


def test_the_worst_of_several_counts():
    chart = draw({("a", "b"): (1, "mild thing"), ("b", "a"): (0, "bad thing")})
    assert list(chart.table["Level"]) == ["bad"]
    assert list(chart.table["What"]) == ["bad thing"]


def test_the_table_and_the_text_say_the_same_worst_first():
    chart = draw({("c", "c"): (1, "alone"), ("a", "b"): (0, "together")})
    assert list(chart.table["With"]) == ["b", ""]
    assert chart.alt == "Levels among 3. a with b: bad and c: mild."


def test_without_pairs_it_says_so():
    chart = draw({})
    assert chart.alt == "Levels among 3. No field is filled."
    assert chart.table.empty
    assert list(chart.table.columns) == ["Of", "With", "Level", "What"]


def test_mark_up_in_names_is_harmless():
    chart = draw({("<b>a", "b"): (0, "<i>")}, names=("<b>a", "b"))
    assert chart.figure.layout.xaxis.ticktext[0] == "&lt;b&gt;a"
    assert "&lt;i&gt;" in chart.figure.data[0].customdata[1][0]


@pytest.mark.parametrize("pairs", [{("a", "z"): (0, "")}, {("a", "b"): (2, "")}])
def test_an_unknown_name_or_level_is_refused(pairs):
    with pytest.raises(SuiteError, match="has no place in it"):
        draw(pairs)


def test_no_names_are_refused():
    with pytest.raises(NotEnoughDataError, match="there are no names"):
        draw({}, names=())
