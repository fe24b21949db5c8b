"""Unusual quarters: ranks of one-step errors, stated rates, and what 16 quarters cannot show."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core.apple_sales import FORECAST_SERIES, anomalies, anomalies_frame, forecast
from core.errors import InputError, NotEnoughDataError


def test_errors_are_those_of_the_forecast():
    found = anomalies("Total", 0.1)
    past = [one for one in forecast().past if one.horizon == 1]
    assert [one.period for one in found.judged] == [one.period for one in past[1:]]
    shares = [abs(one.actual - one.band.estimate) / one.band.estimate for one in past]
    last = found.judged[-1]
    assert last.p == pytest.approx(np.mean(np.array(shares) >= shares[-1]))
    assert last.n == 11


@pytest.mark.parametrize("series", FORECAST_SERIES[::4])
def test_every_series_states_its_rate(series):
    found = anomalies(series, 0.1)
    # Nine earlier errors are needed for 10 %: three quarters have them.
    assert found.expected_false_alarms == pytest.approx(1 / 10 + 1 / 11 + 1 / 12)
    assert found.smallest_p == pytest.approx(1 / 12)
    assert all(one.stated_rate > 0 for one in found.flagged)
    assert not any(one.together for one in found.judged)
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_rate_of_five_percent_is_out_of_reach():
    found = anomalies("Total", 0.05)
    assert found.flagged == ()
    assert found.expected_false_alarms == 0
    assert "Nothing can be flagged" in found.limits[0]


def test_a_break_in_a_long_series_is_flagged():
    rng = np.random.default_rng(1)
    values = 100 + 10 * np.tile([3.0, 1, 0, 2], 8) + rng.standard_normal(32)
    values[28] *= 2
    series = pd.Series(values, index=[f"{2000 + i // 4} Q{i % 4 + 1}" for i in range(32)])
    found = anomalies_frame(series, rate=0.05)
    assert "2007 Q1" in [one.period for one in found.flagged]


@pytest.mark.parametrize("rate", [0.0, 0.9])
def test_rates_out_of_range_are_named(rate):
    with pytest.raises(InputError, match=r"Give a share from 0.01 to 0.5"):
        anomalies("Total", rate)


def test_a_short_series_is_refused():
    with pytest.raises(NotEnoughDataError, match="needs 8 periods; there are 5"):
        anomalies_frame(pd.Series([1.0, 2, 3, 4, 5]))
