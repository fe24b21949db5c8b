from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.metrics import brier_score_loss, roc_auc_score

from core.stats.calibration import slope_intercept
from core.stats.intervals import wilson
from core.trust.groups.calibration import group_calibration, in_order
from core.trust.predictions import Grouping


def cases(n=900, size=3, seed=0, shift=(0.0, 0.0, 0.0)):
    rng = np.random.default_rng(seed)
    score, index = rng.normal(-0.5, 1.4, n), rng.integers(0, size, n)
    y = (rng.random(n) < expit(score + np.array(shift)[index])).astype(np.int64)
    return y, expit(score), Grouping("site", tuple("ABC"[:size]), index)


def found_for(y, p, grouping):
    return group_calibration(in_order(y, p), grouping)


def test_each_level_agrees_with_a_fit_of_its_own():
    y, p, grouping = cases()
    for i, level in enumerate(found_for(y, p, grouping).levels):
        here = grouping.index == i
        assert (level.n, level.events) == (here.sum(), y[here].sum())
        assert level.slope.estimate == pytest.approx(slope_intercept(y[here], p[here])[0], abs=1e-7)
        assert level.slope.low < level.slope.estimate < level.slope.high
        assert level.auc.estimate == pytest.approx(roc_auc_score(y[here], p[here]))
        assert level.brier.estimate == pytest.approx(brier_score_loss(y[here], p[here]))
        ratio = y[here].sum() / p[here].sum()
        share = wilson(int(y[here].sum()), int(here.sum()))
        assert level.observed_expected.estimate == pytest.approx(ratio)
        assert level.observed_expected.low == pytest.approx(share.low / p[here].mean())


def test_heterogeneity_agrees_with_a_general_optimiser():
    y, p, grouping = cases(400)
    found = found_for(y, p, grouping)

    def loss(beta, group):
        linear = beta[group + 1] + beta[0] * logit(p)
        return -float(np.sum(y * linear - np.logaddexp(0, linear)))

    apart = minimize(loss, [1.0, 0, 0, 0], args=(grouping.index,), tol=1e-10).fun
    together = minimize(loss, [1.0, 0], args=(np.zeros(400, dtype=int),), tol=1e-10).fun
    assert found.statistic == pytest.approx(2 * (together - apart), abs=1e-5)
    assert found.freedom == 2


def test_type_one_error_and_power_of_heterogeneity():
    fair = [found_for(*cases(400, seed=s)).p for s in range(300)]
    assert 0.02 <= np.mean(np.array(fair) < 0.05) <= 0.085
    shifted = [found_for(*cases(400, seed=s, shift=(0, 0, 1.2))).p for s in range(40)]
    assert np.mean(np.array(shifted) < 0.05) >= 0.85


def test_slope_intervals_cover():
    covered = []
    for seed in range(150):
        for level in found_for(*cases(360, seed=seed)).levels:
            covered.append(level.slope.low <= 1 <= level.slope.high)
    assert 0.92 <= np.mean(covered) <= 0.985


def test_a_small_level_is_shown_but_not_tested_and_changes_no_other():
    y, p, grouping = cases(300, 2)
    alone = found_for(y, p, grouping)
    wider = Grouping("site", ("A", "B", "C"), np.append(grouping.index, 2))
    more = found_for(np.append(y, 1), np.append(p, 0.4), wider)
    assert more.levels[:2] == alone.levels
    assert more.p == alone.p
    assert [(one.level, one.n) for one in more.excluded] == [("C", 0)]
    tiny = more.levels[2]
    assert math.isnan(tiny.slope.estimate)
    assert "needs 10 events and 10 non-events; has 1 and 0" in tiny.slope.method
    assert math.isnan(tiny.auc.estimate)
    assert tiny.observed_expected.estimate == pytest.approx(2.5)
    assert math.isnan(tiny.brier.low)


def test_perfect_separation_is_said_not_fitted():
    y = np.repeat([0, 1], 60)
    p = np.where(y == 1, 0.9, 0.1) + np.tile(np.linspace(-0.05, 0.05, 60), 2)
    found = found_for(y, p, Grouping("site", ("A", "B"), np.tile([0, 1], 60)))
    assert all(math.isnan(level.slope.estimate) for level in found.levels)
    assert "separated" in found.levels[0].slope.method
    assert math.isnan(found.p)
    assert found.levels[0].auc.estimate == 1
    assert found.levels[0].auc.low < 1


def test_probabilities_of_zero_and_an_empty_level():
    y = np.zeros(20, dtype=np.int64)
    found = found_for(y, np.zeros(20), Grouping("site", ("A", "B"), np.zeros(20, dtype=int)))
    assert math.isnan(found.levels[0].observed_expected.estimate)
    assert math.isnan(found.levels[1].brier.estimate)
    assert found.to_dict()["p"] is None
    assert found.levels[1].n == 0


def test_row_order_does_not_matter():
    y, p, grouping = cases(500)
    order = np.random.default_rng(1).permutation(500)
    other = found_for(y[order], p[order], Grouping("site", grouping.levels, grouping.index[order]))
    assert found_for(y, p, grouping) == other
