from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from core.errors import InputError
from core.trust.predictions import Context, Estimates
from core.trust.regression import error_panel, regression_findings


def estimates(n=400, seed=0, noise=1.0, *, claimed=1.0, whole=False):
    rng = np.random.default_rng(seed)
    predicted = rng.normal(120, 10, n)
    y = predicted + rng.normal(0, 1, n) * noise
    if whole:
        y = np.round(y).astype(np.int64)
    half = 1.96 * claimed
    spread = rng.uniform(0.5, 2, n)
    frame = pd.DataFrame({"age": rng.uniform(20, 80, n), "sex": rng.choice(["f", "m"], n)})
    return Estimates(
        y, predicted, predicted - half, predicted + half, 0.95, spread, Context(features=frame)
    )


def judged(given, skill=0.0, tolerance=0.05):
    found = regression_findings(error_panel(given), skill=skill, tolerance=tolerance)
    return {one.id: one for one in found}


def test_figures_agree_with_scikit_learn():
    given = estimates()
    panel = error_panel(given)
    assert panel.mae.estimate == pytest.approx(mean_absolute_error(given.y, given.predicted))
    assert panel.rmse.estimate == pytest.approx(root_mean_squared_error(given.y, given.predicted))
    assert panel.r2.estimate == pytest.approx(r2_score(given.y, given.predicted))
    size = np.abs(given.y - given.predicted)
    assert panel.median_error.estimate == pytest.approx(np.median(size))
    assert panel.p90_error.estimate == pytest.approx(np.quantile(size, 0.9))
    assert panel.largest_error.estimate == size.max()
    assert math.isnan(panel.largest_error.high)
    inside = int(((given.low <= given.y) & (given.y <= given.high)).sum())
    exact = binomtest(inside, 400).proportion_ci(0.95, "exact")
    assert (panel.coverage.low, panel.coverage.high) == pytest.approx((exact.low, exact.high))
    assert panel.counts.sum() == sum(band.n for band in panel.bands) == 400
    assert len(panel.bands) == 10


def test_a_target_of_whole_numbers_works():
    # TrustLens takes whole-numbered blood pressures for classes and raises.
    panel = error_panel(estimates(whole=True))
    assert panel.r2.estimate > 0.9
    assert json.dumps(panel.to_dict(), allow_nan=False)


def test_honest_intervals_pass_and_narrow_ones_fail():
    honest = judged(estimates(2000))
    assert honest["regression.skill"].p_met < 0.001
    assert honest["regression.coverage"].p_met < 0.05
    assert honest["regression.coverage"].p_broken > 0.5
    narrow = judged(estimates(2000, claimed=0.5))
    assert narrow["regression.coverage"].p_broken < 0.001


def test_coverage_test_is_exact():
    given = estimates(50)
    found = judged(given, tolerance=0.05)["regression.coverage"]
    panel = error_panel(given)
    expected = binomtest(panel.covered, 50, 0.9)
    assert found.p_met == pytest.approx(
        binomtest(panel.covered, 50, 0.9, alternative="greater").pvalue
    )
    assert found.p_broken == pytest.approx(
        binomtest(panel.covered, 50, 0.9, alternative="less").pvalue
    )
    assert expected.n == panel.n


def test_worse_than_the_mean_is_broken():
    given = estimates(300, noise=1.0)
    scrambled = Estimates(given.y, np.random.default_rng(1).permutation(given.predicted))
    found = judged(scrambled)
    assert set(found) == {"regression.skill"}
    assert found["regression.skill"].p_broken < 0.01


def test_perfect_predictions_never_fail():
    y = np.random.default_rng(0).normal(size=60)
    found = judged(Estimates(y, y, y - 1, y + 1))
    assert found["regression.skill"].p_met < 0.001
    assert all(one.p_broken > 0.99 for one in found.values())


@pytest.mark.parametrize("n", [1, 2, 3, 171])
def test_few_rows_and_equal_outcomes_are_undefined_and_strict_json(n):
    for y in (np.ones(n), np.arange(float(n))):
        panel = error_panel(Estimates(y, y + 0.5, y, y + 1, 0.9, np.ones(n)))
        assert json.dumps(panel.to_dict(), allow_nan=False)
        found = regression_findings(panel, skill=0.0, tolerance=0.05)
        if n < 3 or y[0] == y[-1]:
            assert found[0].p_met is None
            assert "cannot be measured" in found[0].reason


def test_variance_that_knows_the_error_is_associated():
    rng = np.random.default_rng(0)
    spread = rng.uniform(0.1, 3, 500)
    y = rng.normal(size=500)
    panel = error_panel(Estimates(y, y + spread * rng.normal(size=500), variance=spread**2))
    assert panel.association.low > 0.3


def test_a_slice_with_larger_errors_is_found():
    given = estimates(6000)
    old = given.context.features.age.to_numpy() > 65
    y = given.predicted + np.random.default_rng(3).normal(size=6000) * np.where(old, 3, 1)
    panel = error_panel(Estimates(y, given.predicted, context=given.context))
    assert panel.slices.found[0].rule.startswith("age above")


def test_row_order_never_matters():
    given = estimates()
    order = np.random.default_rng(5).permutation(400)
    shuffled = Estimates(
        given.y[order],
        given.predicted[order],
        given.low[order],
        given.high[order],
        0.95,
        given.variance[order],
        Context(features=given.context.features.iloc[order]),
    )
    assert error_panel(given).to_dict() == error_panel(shuffled).to_dict()


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"skill": 1.0, "tolerance": 0.05}, "skill"),
        ({"skill": 0.0, "tolerance": 0.95}, "tolerance"),
    ],
)
def test_limits_outside_their_range_are_refused(limits, name):
    with pytest.raises(InputError, match=name):
        regression_findings(error_panel(estimates()), **limits)
