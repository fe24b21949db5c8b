"""The fan chart: every number drawn is in the words and in the table."""

from __future__ import annotations

import math

import pytest

from core.errors import NotEnoughDataError, SuiteError
from core.viz.fan import Foreseen, fan

PERIODS, VALUES = ["2018 Q3", "2018 Q4"], [53.3, 62.9]
AHEAD = [
    Foreseen("2019 Q1", 90.0, 80.0, 100.0),
    Foreseen("2019 Q2", 70.0, math.nan, math.nan),
]


def test_words_and_table_carry_every_number():
    chart = fan(
        PERIODS, VALUES, AHEAD,
        before=[Foreseen("2018 Q4", 60.0, 55.0, 65.0)],
        later={"2019 Q1": 84.3},
        y_label="Total (USD billion)", band_label="forecast with 90 % band",
    )  # fmt: skip
    assert "2019 Q1 90, 80 to 100" in chart.alt
    assert "2019 Q2 70 without a band" in chart.alt
    assert "reported later for 2019 Q1: 84.3" in chart.alt
    table = chart.table.set_index("Period")
    assert table.loc["2019 Q1"].tolist() == [84.3, 90, 80, 100]
    assert table.loc["2018 Q4"].tolist() == [62.9, 60, 55, 65]
    assert math.isnan(table.loc["2018 Q3", "Forecast"])


def test_bands_are_drawn_from_limit_to_limit():
    chart = fan(PERIODS, VALUES, AHEAD, y_label="y", band_label="forecast")
    (bars,) = (trace for trace in chart.figure.data if trace.type == "bar")
    assert (list(bars.base), list(bars.y), list(bars.x)) == ([80], [20], [2])


def test_names_from_files_cannot_inject_markup():
    chart = fan(["<b>a</b>"], [1.0], [Foreseen("b", 2, 1, 3)], y_label="y", band_label="f")
    assert "&lt;b&gt;a" in chart.figure.layout.xaxis.ticktext[0]


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(NotEnoughDataError, match="there are no forecasts"):
        fan(PERIODS, VALUES, [], y_label="y", band_label="f")
    with pytest.raises(SuiteError, match="differ in length"):
        fan(PERIODS, [1.0], AHEAD, y_label="y", band_label="f")
    with pytest.raises(SuiteError, match="values number 2 is nan"):
        fan(PERIODS, [1.0, math.nan], AHEAD, y_label="y", band_label="f")
