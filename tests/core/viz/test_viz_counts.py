"""The table of counts, and reliability before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.errors import NotEnoughDataError, SuiteError
from core.stats.calibration import reliability
from core.viz import count_grid, reliability_pair, theme

COUNTS = pd.DataFrame(
    {"COVID-19": [250, 0], "Lung <b>Opacity</b>": [0, 12]}, index=["Valencia", "<i>NIH</i>"]
)


def test_counts_are_said_drawn_and_tabled():
    chart = count_grid(
        COUNTS, quantity="Films by source", row="Source", marked=[("Valencia", "COVID-19")]
    )
    assert chart.alt.startswith("Films by source. Valencia, n = 250: COVID-19 250;")
    assert chart.alt.endswith("<i>NIH</i>, n = 12: Lung <b>Opacity</b> 12.")
    assert list(chart.table["Source"]) == ["Valencia", "<i>NIH</i>"]
    assert chart.table["COVID-19"].tolist() == [250, 0]
    heat = chart.figure.data[0]
    assert heat.z[0][0] == 1.0
    assert np.isnan(heat.z[0][1])
    assert len(chart.figure.layout.shapes) == 1


def test_names_are_escaped_and_figures_can_be_read_on_their_field():
    counts = COUNTS.copy()
    counts.loc["Valencia"] = [90, 10]
    chart = count_grid(counts, quantity="Films", row="Source")
    notes = {note["text"]: note for note in chart.figure.layout.annotations}
    assert not any("<i>" in text or "<b>" in text for text in notes)
    assert notes["90"]["font"]["color"] == "#ffffff"
    assert notes["10"]["font"]["color"] not in {"#ffffff", theme.INK}
    assert notes["0"]["font"]["color"] == theme.INK


@pytest.mark.parametrize("counts", [pd.DataFrame(), pd.DataFrame({"a": [0, 0]})])
def test_nothing_counted_is_not_enough_data(counts):
    with pytest.raises(NotEnoughDataError, match="nothing was counted as films"):
        count_grid(counts, quantity="films", row="Source")


@pytest.mark.parametrize("bad", [-1.0, 0.5, np.nan])
def test_what_is_no_count_is_refused(bad):
    with pytest.raises(SuiteError, match="not a whole number"):
        count_grid(pd.DataFrame({"a": [3.0, bad]}), quantity="films", row="Source")


def bins(p):
    return reliability(np.array([0, 1, 1, 1]), np.array(p))


def test_before_and_after_stand_on_one_diagonal():
    given = {"before": bins([0.55, 0.55, 0.95, 0.95]), "after": bins([0.45, 0.45, 0.99, 0.99])}
    chart = reliability_pair(given, event="the call is right", unit="films")
    assert "n = 4 films" in chart.alt
    assert "before: predicted 55 %, observed 50 % (n = 2)" in chart.alt
    assert list(chart.table["Series"]) == ["before", "before", "after", "after"]
    assert chart.table["Observed (%)"].tolist() == [50.0, 100.0, 50.0, 100.0]
    assert [len(trace.x) for trace in chart.figure.data] == [2, 2, 2]


def test_a_side_without_bins_is_named():
    with pytest.raises(NotEnoughDataError, match="no films for “after”"):
        reliability_pair({"before": bins([0.5] * 4), "after": ()}, event="x", unit="films")
