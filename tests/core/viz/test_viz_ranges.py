"""Ranges, biplots and bars of amounts: what they carry, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import NotEnoughDataError, SuiteError
from core.viz import Range, amount_bars, biplot, ranges

ROWS = (
    Range("iPhone", "regression", 0.35, -0.08, 0.77),
    Range("iPhone", "declared", -2.5, -3.2, -1.8),
)


def test_ranges_have_one_colour_for_each_origin():
    chart = ranges(ROWS, axis="Elasticity", references=((-1.0, "-1"),))
    assert len(chart.figure.data) == 2
    colours = {trace.marker.color for trace in chart.figure.data}
    assert len(colours) == 2
    assert "iPhone, declared: −2.50 (−3.20 to −1.80)" in chart.alt
    assert "a line marks -1 at −1.00" in chart.alt
    assert list(chart.table["Upper end"]) == [0.77, -1.8]


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ((), NotEnoughDataError, "there is no range"),
        ((Range("a", "b", 2.0, 0.0, 1.0),), SuiteError, "the range of a is not ordered"),
        ((Range("a", "b", 0.0, float("nan"), 1.0),), SuiteError, "ends of a number 1"),
    ],
)
def test_ranges_refuse_what_they_cannot_draw(given, error, text):
    with pytest.raises(error, match=text):
        ranges(given, axis="Elasticity")


def test_amount_bars_keep_the_order_and_point_both_ways():
    chart = amount_bars(["Europe", "<b>China"], [9.6, -3.8], unit="Growth (%)")
    assert list(chart.figure.data[0].x) == [9.6, -3.8]
    assert chart.alt == "Growth (%): Europe: 9.6 and <b>China: −3.8."
    low, high = chart.figure.layout.xaxis.range
    assert low < -3.8
    assert high > 9.6
    assert "&lt;b&gt;China" in chart.figure.layout.annotations[1].text


def test_amount_bars_refuse_missing_amounts():
    with pytest.raises(SuiteError, match="number 2 is nan"):
        amount_bars(["a", "b"], [1.0, float("nan")], unit="Growth")
    with pytest.raises(NotEnoughDataError):
        amount_bars([], [], unit="Growth")


def test_a_biplot_carries_rows_and_columns():
    x = np.array([-1.0, 0.0, 1.0])
    arrows = {"iPhone": (0.9, -0.2), "Mac": (-0.7, 0.5), "iPad": (-0.7, 0.5)}
    chart = biplot({"Q1": (x, x)}, arrows, x_label="C1", y_label="C2", names=[["a", "b", "c"]])
    assert list(chart.figure.data[0].customdata) == ["a", "b", "c"]
    assert "iPhone +0.90, −0.20" in chart.alt
    assert len(chart.table) == 6
    names = [note for note in chart.figure.layout.annotations if "<b>" in (note.text or "")]
    assert len(names) == 3
    # Two arrows with one tip: their names do not lie over each other.
    shifts = {note.text: note.yshift for note in names}
    assert abs(shifts["<b>Mac</b>"] - shifts["<b>iPad</b>"]) >= 19


def test_a_biplot_names_all_groups_on_a_narrow_screen_and_thins_many_points():
    rng = np.random.default_rng(0)
    groups = {f"G{i}": tuple(rng.normal(size=(2, 60))) for i in range(5)}
    chart = biplot(groups, {"a": (1.0, 0.0)}, x_label="C1", y_label="C2")
    assert chart.figure.layout.annotations[0].text.count("<br>") == 2
    assert {trace.marker.opacity for trace in chart.figure.data} == {0.45}


def test_a_biplot_needs_an_arrow():
    with pytest.raises(NotEnoughDataError, match="there are no arrows"):
        biplot({"a": ([1.0], [1.0])}, {}, x_label="C1", y_label="C2")
