from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy.special import expit

from core.stats.calibration import ece, slope_intercept
from core.stats.calibration_batches import batch_calibration
from core.stats.calibration_line import Sample
from core.stats.calibration_trend import calibration_trend
from core.stats.intervals import wilson


def drawn(n, line=(0.0, 1.0), seed=0):
    rng = np.random.default_rng(seed)
    score = -1.15 + 1.3 * rng.standard_normal(n)
    return Sample.of((rng.random(n) < expit(line[0] + line[1] * score)).astype(int), expit(score))


def test_figures_by_other_functions():
    batch = drawn(250)
    found = batch_calibration([drawn(40, seed=1), batch])[1]
    p, y = expit(batch.score), batch.y.astype(np.int64)
    slope, level = slope_intercept(y, p)
    assert found.slope.estimate == pytest.approx(slope, abs=1e-6)
    assert found.intercept.estimate == pytest.approx(level, abs=1e-6)
    share = wilson(batch.events, 250)
    assert found.ratio.low == pytest.approx(share.low / p.mean())
    assert found.expected == pytest.approx(p.sum())
    half = 1.959964 * math.sqrt(np.sum(p * (1 - p)))
    assert found.ratio_null == pytest.approx((1 - half / p.sum(), 1 + half / p.sum()))
    assert found.bins == 10
    assert found.ece == pytest.approx(ece(y, p, equal_mass=True))
    json.dumps(found.to_dict(), allow_nan=False)


def test_calibrated_batches_lie_in_their_null_ranges():
    found = batch_calibration([drawn(100, seed=i) for i in range(1000)])
    for name in ("ratio", "intercept", "slope", "squared_error"):
        inside = [
            getattr(one, f"{name}_null")[0]
            <= getattr(one, name).estimate
            <= getattr(one, f"{name}_null")[1]
            for one in found
        ]
        # The null range is for the expected information; estimates of slopes scatter a bit more.
        assert np.mean(inside) > 0.92, name
    assert np.mean([one.ece_null[0] <= one.ece <= one.ece_null[1] for one in found]) > 0.92
    assert 0.03 < np.mean([one.p <= 0.05 for one in found]) < 0.07
    assert np.mean([one.squared_error.estimate for one in found]) == pytest.approx(0, abs=0.002)
    covered = {
        "slope": [one.slope.low <= 1 <= one.slope.high for one in found],
        "intercept": [one.intercept.low <= 0 <= one.intercept.high for one in found],
        "ratio": [one.ratio.low <= 1 <= one.ratio.high for one in found],
    }
    assert min(np.mean(values) for values in covered.values()) > 0.93


def test_undefined_figures_are_undefined():
    perfect = Sample(np.repeat([0.0, 1.0], 15), np.repeat([-3.0, 3.0], 15))
    single = Sample(np.zeros(12), np.linspace(-3, -1, 12))
    certain = Sample(np.repeat([0.0, 1.0], 5), np.repeat([-27.6, 27.6], 5))
    row = Sample(np.ones(1), np.zeros(1))
    found = batch_calibration([perfect, single, certain, row])
    assert math.isnan(found[0].slope.estimate)
    assert math.isnan(found[1].intercept.estimate)
    assert "single class" in found[1].intercept.method
    assert found[2].ece == pytest.approx(0, abs=1e-9)
    assert found[2].p == pytest.approx(1, abs=1e-3)
    assert math.isnan(found[3].squared_error.estimate)
    assert all(0 <= one.p <= 1 for one in found)
    json.dumps([one.to_dict() for one in found], allow_nan=False)
    assert batch_calibration([]) == ()


def test_trend_is_found_and_otherwise_rare():
    drift = calibration_trend([drawn(200, (0.1 * i, 1), seed=i) for i in range(10)])
    assert drift.p_intercept < 0.001
    assert drift.intercept_change.low < 0.9 < drift.intercept_change.high
    assert drift.slope_change.low < 0 < drift.slope_change.high
    turning = calibration_trend([drawn(200, (0, 1 - 0.08 * i), seed=i) for i in range(10)])
    assert turning.p_slope < 0.001
    assert turning.batches == 10
    assert turning.n == 2000
    quiet = [
        calibration_trend([drawn(50, seed=[i, j]) for j in range(6)]).p <= 0.05 for i in range(400)
    ]
    assert np.mean(quiet) < 0.085
    assert calibration_trend([drawn(50), drawn(50)]) is None
    json.dumps(drift.to_dict(), allow_nan=False)
    perfect = Sample(np.repeat([0.0, 1.0], 15), np.repeat([-3.0, 3.0], 15))
    assert math.isnan(calibration_trend([perfect] * 3).intercept_change.estimate)
    assert calibration_trend([perfect] * 3).p == pytest.approx(1, abs=1e-3)
