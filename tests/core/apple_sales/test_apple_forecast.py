"""Forecasts of the 16 reported quarters: what is used, what is promised, what came later."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core.apple_sales import (
    FORECAST_MODELS,
    FORECAST_SERIES,
    forecast,
    forecast_frame,
    later_figures,
    quarters,
    services_models,
)
from core.apple_sales.forecasting.forecast_series import labels_after
from core.errors import InputError, NotEnoughDataError


@pytest.fixture(scope="module")
def total():
    return forecast()


def uploaded(n: int = 16, **changes: object) -> pd.Series:
    periods = [f"{2010 + i // 4} Q{i % 4 + 1}" for i in range(n)]
    values = pd.Series([100.0 + 10 * (i % 4) + i for i in range(n)], index=periods, name="revenue")
    return values.astype(object).replace(changes) if changes else values


def test_the_sixteen_quarters_and_nothing_later(total):
    assert total.periods[0] == "2015 Q1"
    assert total.periods[-1] == "2018 Q4"
    assert len(total.values) == 16
    assert [one.period for one in total.ahead] == ["2019 Q1", "2019 Q2", "2019 Q3", "2019 Q4"]


@pytest.mark.parametrize("series", FORECAST_SERIES)
def test_every_series_is_forecast_with_bands(series):
    made = forecast(series)
    assert made.series == series
    for one in (*made.ahead, made.season_sum):
        assert one.band.exists
        assert 0 <= one.band.low < one.band.estimate < one.band.high
    # Naive forecasts start after four quarters: 12, 11, 10 and 9 errors.
    assert [one.band.n for one in made.ahead] == [12, 11, 10, 9]
    json.dumps(made.to_dict(), allow_nan=False)


def test_the_seasonal_naive_by_hand():
    made = forecast("Total", model="naive", horizon=1)
    y = quarters("revenue").iloc[:, 0].to_numpy()
    shares = np.sort(np.abs(y[4:] - y[:-4]) / y[:-4])
    # ceil(13 * 0.9) = 12: the largest of twelve errors.
    assert made.ahead[0].band.estimate == 88_293
    assert made.ahead[0].band.high == pytest.approx(88_293 * (1 + shares[-1]))


def test_past_bands_know_only_the_past(total):
    for one in total.past:
        assert (one.inside is None) == (not one.band.exists)
    first = [one for one in total.past if one.horizon == 1]
    assert [one.band.n for one in first] == list(range(12))
    third = [one for one in total.past if one.horizon == 3]
    # An error three quarters ahead is known two origins later than one a quarter ahead.
    assert [one.band.n for one in third] == [0, 0, 0, *range(1, 8)]


def test_the_record_counts_the_past_bands(total):
    record = total.records[0].share
    hits = [one.inside for one in total.past if one.horizon == 1 and one.inside is not None]
    assert record.n == len(hits) == 3
    assert record.estimate == pytest.approx(np.mean(hits))


def test_the_total_of_2019_was_missed_and_that_is_said(total):
    later = later_figures(total)
    first, year = later.checks
    assert (first.period, first.actual, first.mark, first.inside) == (
        "2019 Q1",
        84_310,
        "primary",
        False,
    )
    assert (year.period, year.actual, year.mark) == ("FY2019", 260_174, "secondary")
    assert "2019 Q2" in later.reason


def test_segments_are_checked_by_the_year_and_categories_not_at_all():
    japan = later_figures(forecast("Japan"))
    assert [one.period for one in japan.checks] == ["FY2019"]
    mac = later_figures(forecast("Mac"))
    assert mac.checks == ()
    assert "new basis" in mac.reason


def test_services_follow_time_and_not_units():
    """Leave-one-out R2 of the reference study: -0.28, 0.95 and 0.951."""
    units, time, both = (one.r2 for one in services_models())
    assert round(units.estimate, 2) == -0.28
    assert round(time.estimate, 2) == 0.95
    assert round(both.estimate, 3) == 0.951
    assert units.low < 0 < time.low


def test_leave_one_out_by_refitting():
    table = quarters("revenue by category")["Services"].to_numpy()
    t = np.arange(16)
    errors, baseline = [], []
    for i in t:
        kept = t != i
        line = np.polyfit(t[kept], table[kept], 1)
        errors.append(table[i] - np.polyval(line, i))
        baseline.append(table[i] - table[kept].mean())
    expected = 1 - np.square(errors).sum() / np.square(baseline).sum()
    assert services_models()[1].r2.estimate == pytest.approx(expected)


def test_services_beat_the_naive_and_ipad_does_not():
    services, ipad = forecast("Services"), forecast("iPad")
    assert services.score("trend").verdict == "better"
    assert services.score("best").verdict == "better"
    assert {ipad.score(slug).verdict for slug in FORECAST_MODELS} <= {
        "not better",
        "the yardstick",
    }


def test_a_level_that_needs_more_errors_is_refused_in_place():
    made = forecast(level=0.95)
    assert not made.ahead[0].band.exists
    assert "needs 19 earlier errors at this horizon, there are 12" in made.ahead[0].band.reason
    assert made.ahead[0].to_dict()["low"] is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"series": "Watch"}, "There is no series 'Watch'. Choose one of Total, iPhone"),
        ({"horizon": 5}, "horizon: 5 is not allowed here. Give 1 to 4 periods."),
        ({"level": 1.0}, "level: 1.0 is not allowed here. Give a share from 0.5 to 0.99."),
        ({"model": "oracle"}, "model: oracle is not allowed here. Choose one of best, naive"),
    ],
)
def test_arguments_out_of_range_are_named(change, sentence):
    with pytest.raises(InputError) as caught:
        forecast(**change)
    assert sentence in caught.value.message


def test_an_uploaded_series_is_forecast_the_same_way():
    reported = quarters("revenue").iloc[:, 0].rename("Total")
    ours, theirs = forecast(), forecast_frame(reported)
    assert [one.band for one in ours.ahead] == [one.band for one in theirs.ahead]


def test_months_have_twelve_periods():
    periods = [f"{2015 + i // 12}-{i % 12 + 1:02d}" for i in range(25)]
    values = pd.Series(np.linspace(50, 90, 25) + np.tile(np.arange(12.0), 3)[:25], index=periods)
    made = forecast_frame(values, season=12, horizon=6, level=0.8, model="naive")
    assert made.ahead[0].period == "2017-02"
    assert made.season_sum.period == "2017-02 to 2018-01"


def test_negative_values_get_bands_of_fixed_width_and_say_which_models_failed():
    values = uploaded() - 105
    made = forecast_frame(values, level=0.8)
    assert not made.in_shares
    assert "needs values above 0" in made.failures["sarima"][0]
    with pytest.raises(NotEnoughDataError, match="Choose another model"):
        forecast_frame(values, model="ets")


def test_a_model_without_enough_history_says_so():
    with pytest.raises(NotEnoughDataError, match="Exponential smoothing needs 10 periods"):
        forecast_frame(uploaded(9), model="ets")
    with pytest.raises(NotEnoughDataError, match="needs 8 periods; there are 7"):
        forecast_frame(uploaded(7))


def test_cells_that_are_no_numbers_are_named():
    with pytest.raises(InputError) as caught:
        forecast_frame(uploaded().astype(object).replace({100.0: "n/a"}))
    assert caught.value.message == (
        "Row 1, column revenue: The value of 2010 Q1 is n/a, not a finite number. "
        "Fill it in, or start the series after it: a gap cannot be forecast over."
    )


def test_repeated_and_missing_periods_are_named():
    twice = uploaded()
    twice.index = [*twice.index[:-1], twice.index[0]]
    with pytest.raises(InputError, match=r"Row 16.*The period 2010 Q1 is there twice"):
        forecast_frame(twice)
    with pytest.raises(InputError, match=r"2010 Q4 does not follow 2010 Q2.*2010 Q3 comes next"):
        forecast_frame(uploaded().drop("2010 Q3"))


def test_names_of_the_next_periods():
    assert labels_after(["2018 Q4"], 2) == ("2019 Q1", "2019 Q2")
    assert labels_after(["2018Q3"], 2) == ("2018 Q4", "2019 Q1")
    assert labels_after(["2018-12"], 1) == ("2019-01",)
    assert labels_after(["spring"], 2) == ("1 ahead", "2 ahead")


def test_the_table_holds_past_and_future(total):
    table = total.table()
    assert list(table["period"][-4:]) == [one.period for one in total.ahead]
    assert table["reported"][:16].notna().all()
    assert table["reported"][16:].isna().all()
    assert table["forecast"][:4].isna().all()


def test_a_series_without_season_or_change():
    made = forecast_frame(pd.Series([5.0] * 20, name="flat"), season=1, horizon=2)
    assert [one.band.estimate for one in made.ahead] == [5, 5]
    assert made.season_sum is None
    assert {one.verdict for one in made.scores} <= {"not enough data", "failed"}


def test_too_long_a_series_is_refused():
    with pytest.raises(InputError, match="Give the last 400 periods"):
        forecast_frame(pd.Series(np.ones(401)))
