"""Bars over periods and bridges: zero-based, told in words, breaks kept apart, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from core import viz
from core.errors import NotEnoughDataError, SuiteError

PERIODS = ("2016", "2017", "2018", "2018 again", "2019")
PARTS = {"Phones": (5.0, 6.0, 7.0, 6.5, 6.0), "Services": (1.0, 1.5, 2.0, 2.5, 3.0)}
BREAK = {3: "restated"}


@pytest.mark.parametrize("build", [viz.stacked_bars, viz.bar_panels])
def test_amounts_are_drawn_told_and_tabled(build):
    chart = build(PERIODS, PARTS, unit="USD billion", breaks=BREAK)
    assert [trace.name for trace in chart.figure.data] == list(PARTS)
    for trace, amounts in zip(chart.figure.data, PARTS.values(), strict=True):
        np.testing.assert_array_equal(trace.y, amounts)
    assert chart.alt == (
        "USD billion from 2016 to 2019: Phones 5.0 to 7.0, then 6.5 to 6.0; Services 1.0 to 2.0,"
        " then 2.5 to 3.0; all together 6.0 to 9.0, then 9.0 to 9.0. Before 2018 again stands a"
        " break: restated."
    )
    assert list(chart.table["Period"]) == list(PERIODS)
    assert list(chart.table["Services (USD billion)"]) == list(PARTS["Services"])


@pytest.mark.parametrize("build", [viz.stacked_bars, viz.bar_panels])
def test_a_break_leaves_a_gap_with_a_line_in_it(build):
    chart = build(PERIODS, PARTS, unit="units", breaks=BREAK)
    assert list(chart.figure.data[0].x) == [0, 1, 2, 4, 5]
    assert {shape.x0 for shape in chart.figure.layout.shapes} == {3}
    whole = build(PERIODS, PARTS, unit="units")
    assert list(whole.figure.data[0].x) == [0, 1, 2, 3, 4]
    assert not whole.figure.layout.shapes
    assert "break" not in whole.alt


def test_stacks_start_at_zero_and_name_their_colours():
    layout = viz.stacked_bars(PERIODS, PARTS, unit="units", breaks=BREAK).figure.layout
    assert (layout.barmode, layout.yaxis.rangemode) == ("stack", "tozero")
    texts = [note.text for note in layout.annotations]
    assert any("Phones" in text and "Services" in text for text in texts)
    assert "restated" in texts


def test_every_panel_has_its_own_scale_from_zero():
    drawn = viz.bar_panels(PERIODS, PARTS, unit="units").figure
    assert [trace.yaxis for trace in drawn.data] == ["y", "y2"]
    assert drawn.layout.yaxis.range[0] == drawn.layout.yaxis2.range[0] == 0
    assert drawn.layout.yaxis.domain[0] >= drawn.layout.yaxis2.domain[1]
    texts = [note.text for note in drawn.layout.annotations]
    assert texts == ["<b>Phones</b>  6.0 in 2019", "<b>Services</b>  3.0 in 2019"]


def test_one_panel_is_enough():
    drawn = viz.bar_panels(("2016",), {"All": [0.0]}, unit="units").figure
    assert drawn.layout.xaxis.anchor == "y"


def test_a_bridge_leads_from_one_amount_to_the_other():
    chart = viz.amount_bridge(("2015", 155.0), {"Volume": -9.7, "Price": 21.4}, ("2018", 166.7),
                              unit="USD billion")  # fmt: skip
    bars = chart.figure.data[0]
    np.testing.assert_allclose(np.asarray(bars.base, float), [0, 155.0, 145.3, 0])
    np.testing.assert_allclose(bars.x, [155.0, -9.7, 21.4, 166.7])
    assert chart.figure.layout.xaxis.range[0] == 0
    assert chart.alt == (
        "From 2015 at 155.0 to 2018 at 166.7 USD billion: Volume −9.7 and Price +21.4."
    )
    np.testing.assert_allclose(chart.table["After it (USD billion)"], [155, 145.3, 166.7, 166.7])


def test_a_bridge_below_zero_has_room_there():
    chart = viz.amount_bridge(("A", 1.0), {"Loss": -3.0}, ("B", -2.0), unit="units")
    assert chart.figure.layout.xaxis.range[0] < -2


def test_a_bridge_that_does_not_arrive_is_refused():
    with pytest.raises(SuiteError, match="the steps lead to 3, not to 4"):
        viz.amount_bridge(("A", 1.0), {"Up": 2.0}, ("B", 4.0), unit="units")


@pytest.mark.parametrize("build", [viz.stacked_bars, viz.bar_panels])
@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"A": (1.0, -2.0)}, "an amount of A is below 0"),
        ({"A": (1.0, float("nan"))}, "amounts of A number 2 is nan"),
        ({"A": (1.0, 2.0, 3.0)}, "its columns differ in length"),
    ],
)
def test_amounts_that_cannot_be_drawn_are_refused(build, parts, sentence):
    with pytest.raises(SuiteError, match=sentence):
        build(("2016", "2017"), parts, unit="units")


def test_nothing_to_draw_is_said():
    with pytest.raises(NotEnoughDataError, match="there are no amounts of A"):
        viz.stacked_bars((), {"A": ()}, unit="units")


def test_names_are_escaped():
    chart = viz.stacked_bars(("<b>x",), {"<i>A": [1.0]}, unit="<u>")
    assert chart.figure.data[0].name == "&lt;i&gt;A"
    assert chart.figure.layout.xaxis.ticktext == ("&lt;b&gt;x",)
