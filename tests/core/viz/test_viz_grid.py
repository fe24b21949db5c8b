from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.errors import SuiteError
from core.viz.grid import change_grid
from core.viz.swings import swings

CHANGES = pd.DataFrame(
    {"North": [1.26, -8.0], "South America": [np.nan, 0.0]}, index=["Phones", "<b>Pads</b>"]
)


def test_a_grid_says_in_words_and_in_its_table_what_it_draws():
    chart = change_grid(CHANGES, quantity="Change", unit="%", row="Product")
    assert chart.alt.startswith("Change; largest: <b>Pads</b> in North \u22128.0 %")
    assert list(chart.table.columns) == ["Product", "North (%)", "South America (%)"]
    texts = [note["text"] for note in chart.figure.layout.annotations]
    assert texts == ["+1.3", "", "\u22128.0", "0.0"]
    assert chart.figure.data[0].zmin == -chart.figure.data[0].zmax == -8.0


def test_names_are_escaped_and_the_largest_change_is_written_in_white():
    chart = change_grid(CHANGES, quantity="Change", unit="%")
    assert "<b>" not in str(chart.figure.data[0].y)
    colours = {note["text"]: note["font"]["color"] for note in chart.figure.layout.annotations}
    assert colours["\u22128.0"] == "#ffffff"
    assert colours["+1.3"] != "#ffffff"


@pytest.mark.parametrize("value", [np.inf, np.nan])
def test_a_grid_without_a_finite_change_is_refused(value):
    with pytest.raises(SuiteError):
        change_grid(pd.DataFrame({"a": [value]}), quantity="Change", unit="%")


def test_swings_start_at_the_centre_and_end_at_their_outcomes():
    chart = swings(
        ["A", "B"], [9.0, 11.0], [12.0, 10.5], centre=10.0, ends=("low", "high"), x_label="Gain"
    )
    low, high = chart.figure.data
    assert [low.base, high.base] == [10.0, 10.0]
    assert (np.array(low.x) + 10).tolist() == [9.0, 11.0]
    assert (np.array(high.x) + 10).tolist() == [12.0, 10.5]
    assert "A 9 to 12 and B 11 to 10.5." in chart.alt
    assert chart.table["high"].tolist() == [12.0, 10.5]


def test_swings_need_finite_outcomes_for_each_name():
    ends = ("low", "high")
    with pytest.raises(SuiteError):
        swings(["A"], [np.nan], [1.0], centre=0.0, ends=ends, x_label="Gain")
    with pytest.raises(SuiteError):
        swings(["A"], [1.0, 2.0], [1.0, 2.0], centre=0.0, ends=ends, x_label="Gain")
