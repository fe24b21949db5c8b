"""Cells are an estimate that keeps both sets of reported sums, whatever the tilt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.apple_sales import CATEGORIES, SEGMENTS, annual, category_eras, cell_estimate, years
from core.errors import InputError


def margins(year):
    old, new = category_eras()
    return (new if year in new.index else old).loc[year], annual("revenue by segment").loc[year]


@given(st.sampled_from(years()), st.floats(0.25, 4))
def test_both_sums_are_kept(year, tilt):
    cells = cell_estimate(year, tilt).values
    rows, columns = margins(year)
    np.testing.assert_allclose(cells.sum(axis=1), rows, rtol=1e-11)
    np.testing.assert_allclose(cells.sum(axis=0), columns[list(SEGMENTS)], rtol=1e-11)


def test_without_tilt_a_cell_is_row_times_column_over_total():
    rows, columns = margins(2025)
    expected = np.outer(rows, columns[list(SEGMENTS)]) / rows.sum()
    found = cell_estimate(2025)
    np.testing.assert_allclose(found.values, expected, rtol=1e-12)
    assert list(found.values.index) == list(CATEGORIES)
    assert list(found.values.columns) == list(SEGMENTS)


@given(st.floats(0.25, 4))
def test_the_tilt_is_the_odds_ratio_of_iphone_in_china(tilt):
    found = cell_estimate(2025, tilt)
    inside, outside = (found.share("iPhone", place) for place in ("Greater China", "Japan"))
    ratio = inside / (1 - inside) / (outside / (1 - outside))
    assert ratio == pytest.approx(tilt, rel=1e-9)


def test_it_says_that_it_is_an_estimate():
    told = cell_estimate(2024, 1.5).to_dict()
    assert (told["mark"], told["unit"], told["tilt"]) == ("estimate", "USD million", 1.5)
    assert set(told["cells"]) == set(CATEGORIES)


@pytest.mark.parametrize("tilt", [0.2, 5.0, float("nan")])
def test_a_tilt_out_of_range_is_refused(tilt):
    with pytest.raises(InputError, match=r"tilt: .* is out of range. Give a number from 0.25 to 4"):
        cell_estimate(2025, tilt)


def test_an_unreported_year_is_refused():
    with pytest.raises(InputError, match=r"2030 is not reported\. Choose a year from 2015 to 2025"):
        cell_estimate(2030)
