"""Forecasters by hand, MASE against a published table, parity with statsmodels, honest verdicts."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import NotEnoughDataError
from core.stats.error_size import mean_interval
from core.stats.forecasters import FORECASTERS, NAIVE, Forecaster, ForecastFailedError
from core.stats.forecasting import compare, mase, mean_difference, scaled_errors, seasonal_scale
from core.stats.rolling_origin import BEST, roll

# Quarterly Australian beer production, megalitres, 1992 to 2010 Q2 (ABS; the series ausbeer of
# Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 2nd ed., section 3.4).
BEER = np.array([
    443, 410, 420, 532, 433, 421, 410, 512, 449, 381, 423, 531, 426, 408, 416, 520, 409, 398, 398,
    507, 432, 398, 406, 526, 428, 397, 403, 517, 435, 383, 424, 521, 421, 402, 414, 500, 451, 380,
    416, 492, 428, 408, 406, 506, 435, 380, 421, 490, 435, 390, 412, 454, 416, 403, 408, 482, 438,
    386, 405, 491, 427, 383, 394, 473, 420, 390, 410, 488, 415, 398, 419, 488, 414, 374,
], dtype=float)  # fmt: skip
TRAIN, TEST = BEER[:64], BEER[64:]

POSITIVE = arrays(np.float64, st.integers(8, 20), elements=st.floats(1, 1e5, width=32))


def growing(n: int = 24) -> np.ndarray:
    rng = np.random.default_rng(4)
    t = np.arange(n)
    season = np.array([1.4, 0.9, 0.8, 1.0])[t % 4]
    return 100 * season * np.exp(0.03 * t + 0.02 * rng.standard_normal(n))


def test_seasonal_naive_by_hand():
    history = np.array([1.0, 2, 3, 4, 5, 6, 7, 8])
    assert NAIVE.forecast(history, 6, 4).tolist() == [5, 6, 7, 8, 5, 6]


def test_drift_by_hand():
    history = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 11])
    # Changes between seasons: 4, 4, 4, 4, 6; mean 4.4.
    found = FORECASTERS["drift"].forecast(history, 5, 4)
    assert found == pytest.approx([6 + 4.4, 7 + 4.4, 8 + 4.4, 11 + 4.4, 6 + 8.8])


def test_trend_continues_an_exact_growth():
    t = np.arange(14)
    level = np.array([3.0, 1, 2, 5])
    found = FORECASTERS["trend"].forecast(level[t % 4] * 1.05**t, 4, 4)
    ahead = np.arange(14, 18)
    assert found == pytest.approx(level[ahead % 4] * 1.05**ahead)


def test_mase_of_the_published_table():
    """Seasonal naive on beer: RMSE 14.31, MAE 13.40, MASE 0.94 (section 3.4)."""
    said = NAIVE.forecast(TRAIN, len(TEST), 4)
    assert round(float(np.sqrt(np.mean((TEST - said) ** 2))), 2) == 14.31
    assert round(float(np.abs(TEST - said).mean()), 2) == 13.40
    assert round(mase(TEST, said, TRAIN, 4), 2) == 0.94


def test_a_series_without_change_has_no_scale():
    flat = np.full(12, 5.0)
    assert seasonal_scale(flat, 4) == 0
    assert np.isnan(mase(flat[:2], flat[:2] + 1, flat, 4))
    assert np.isnan(seasonal_scale(flat[:4], 4))


def test_parity_with_statsmodels():
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    y = np.log(growing(40))
    ets = ETSModel(y, error="add", trend="add", seasonal="add", seasonal_periods=4)
    assert FORECASTERS["ets"].forecast(np.exp(y), 4, 4) == pytest.approx(
        np.exp(ets.fit(disp=False).forecast(4)), rel=1e-3
    )
    sarima = SARIMAX(y, order=(0, 1, 1), seasonal_order=(0, 1, 1, 4)).fit(disp=False, maxiter=500)
    assert FORECASTERS["sarima"].forecast(np.exp(y), 4, 4) == pytest.approx(
        np.exp(sarima.forecast(4)), rel=1e-2
    )


@pytest.mark.parametrize("slug", FORECASTERS)
@pytest.mark.parametrize("season", [1, 4])
def test_every_model_forecasts_with_and_without_a_season(slug, season):
    found = FORECASTERS[slug].forecast(growing(), 3, season)
    assert found.shape == (3,)
    assert np.isfinite(found).all()


@pytest.mark.parametrize("slug", ["trend", "ets", "sarima"])
def test_logarithms_refuse_values_at_or_below_zero(slug):
    history = growing()
    history[3] = 0
    with pytest.raises(ForecastFailedError, match="needs values above 0; the lowest is 0"):
        FORECASTERS[slug].forecast(history, 4, 4)


def test_a_short_history_says_how_much_is_needed():
    with pytest.raises(NotEnoughDataError, match="SARIMA needs 10 periods of history; there are 9"):
        FORECASTERS["sarima"].forecast(growing(9), 4, 4)


def test_a_warning_of_the_fit_is_a_failure_and_not_an_answer(monkeypatch):
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    def warned(self, **_):
        warnings.warn("did not converge", ConvergenceWarning, stacklevel=1)

    monkeypatch.setattr(SARIMAX, "fit", warned)
    with pytest.raises(ForecastFailedError, match="SARIMA did not converge on these 24 periods"):
        FORECASTERS["sarima"].forecast(growing(), 4, 4)


def test_failed_fits_are_counted_and_shown():
    def refuse(*_):
        raise ForecastFailedError("It failed.")

    failing = Forecaster("sarima", "SARIMA", "", lambda m: 10, refuse)
    found = roll(growing(16), 4, 4, {"naive": NAIVE, "sarima": failing})
    assert found.failures["sarima"] == dict.fromkeys(range(10, 17), "It failed.")
    score = next(s for s in compare(found) if s.slug == "sarima" and s.horizon == 1)
    assert (score.verdict, score.failed, score.n) == ("failed", 7, 0)
    assert "sarima" not in found.chosen


def test_every_forecast_rests_on_its_own_past():
    """Changing a value changes no forecast and no choice made before it."""
    y = growing(16)
    changed = y.copy()
    changed[12:] *= 3
    first, second = roll(y, 4, 4), roll(changed, 4, 4)
    assert first.chosen[:13] == second.chosen[:13]
    for slug in first.forecasts:
        assert np.array_equal(
            first.forecasts[slug][:13], second.forecasts[slug][:13], equal_nan=True
        )


def test_errors_line_up_with_origins_and_horizons():
    y = growing(12)
    errors = roll(y, 4, 2).errors("naive")
    assert errors[5, 0] == pytest.approx(y[5] - y[1])
    assert errors[5, 1] == pytest.approx(y[6] - y[2])
    assert np.isnan(errors[3, 0])
    assert np.isnan(errors[11, 1])


def test_the_choice_waits_for_evidence_and_then_takes_the_smaller_error():
    t = np.arange(20)
    straight = 100.0 + 10 * t
    found = roll(straight, 4, 4, {s: FORECASTERS[s] for s in ("naive", "drift")})
    # Drift needs a season and one value, then four errors of its own.
    assert found.chosen == ("",) * 4 + ("naive",) * 5 + ("drift",) * 12


def test_too_short_a_series_is_refused():
    with pytest.raises(NotEnoughDataError, match="needs 8 periods; there are 7"):
        roll(growing(7), 4, 4)


@given(POSITIVE)
def test_the_choice_is_always_one_of_the_forecasts(y):
    found = roll(y, 4, 4, {s: FORECASTERS[s] for s in ("naive", "drift", "trend")})
    for origin in range(4, len(y) + 1):
        chosen = found.forecasts[found.chosen[origin]][origin]
        assert np.array_equal(found.forecasts[BEST][origin], chosen)


@given(POSITIVE, st.floats(0.01, 100))
def test_mase_does_not_depend_on_the_unit(y, unit):
    models = {"naive": NAIVE}
    first = scaled_errors(roll(y, 4, 2, models), "naive")
    second = scaled_errors(roll(unit * y, 4, 2, models), "naive")
    assert first == pytest.approx(second, rel=1e-6, abs=1e-9, nan_ok=True)


def test_one_step_differences_are_students_t():
    d = np.array([0.3, -0.1, 0.4, 0.2, 0.0, 0.5])
    ours, usual = mean_difference(d, 1), mean_interval(d)
    assert (ours.low, ours.high) == pytest.approx((usual.low, usual.high))


def test_overlapping_differences_count_their_covariance():
    """Harvey, Leybourne and Newbold (1997), eq. 9, written out for h = 2."""
    from scipy.stats import t

    d = np.array([1.0, 2, 3, 4, 3, 2, 1, 2, 3, 5])
    n, c = len(d), d - d.mean()
    variance = (c @ c / n + 2 * (c[1:] @ c[:-1]) / n) / n
    corrected = variance / ((n + 1 - 4 + 2 / n) / n)
    reach = t.ppf(0.975, n - 1) * np.sqrt(corrected)
    found = mean_difference(d, 2)
    assert (found.low, found.high) == pytest.approx((d.mean() - reach, d.mean() + reach))


def test_three_forecasts_are_not_enough():
    found = mean_difference(np.array([1.0, 1, 1]), 1)
    assert np.isnan(found.low)
    assert found.method == "an interval needs 4 forecasts"


def test_noise_is_rarely_called_better():
    """On a white series nothing beats the naive one in truth; verdicts keep the stated level."""
    wrong = 0
    for seed in range(60):
        y = 100 + np.random.default_rng(seed).standard_normal(24)
        naive = roll(y, 1, 1, {"naive": NAIVE, "drift": FORECASTERS["drift"]})
        wrong += any(s.verdict == "better" for s in compare(naive))
    # 5 % of 60 is 3; 9 or more has probability below 0.5 % (binomial).
    assert wrong <= 8


def test_scores_are_plain_data():
    import json

    for score in compare(roll(growing(16), 4, 4)):
        json.dumps(score.to_dict(), allow_nan=False)
