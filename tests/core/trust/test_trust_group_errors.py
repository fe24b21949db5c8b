from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest
from scipy.stats import t as student
from scipy.stats import ttest_ind

from core.errors import InputError
from core.trust.groups.errors import group_errors, welch_anova
from core.trust.groups.findings import error_findings
from core.trust.groups.gap_evidence import Means
from core.trust.predictions import Context, Estimates, Grouping


def estimates(sizes, bias, sd=1.0, seed=0, spread=10.0):
    rng = np.random.default_rng(seed)
    index = np.repeat(np.arange(len(sizes)), sizes)
    y = rng.normal(100, spread, len(index))
    off = np.asarray(bias, dtype=float)[index] + rng.normal(0, 1, len(index)) * sd
    levels = tuple(f"L{i}" for i in range(len(sizes)))
    return Estimates(y, y + off, context=Context((Grouping("site", levels, index),)))


def only(panel):
    return panel.attributes[0].test


def test_levels_have_mean_errors_with_t_intervals():
    given_ = estimates([40, 60], [0, 1])
    for i, level in enumerate(group_errors(given_).attributes[0].levels):
        here = given_.context.groups[0].index == i
        error = given_.predicted[here] - given_.y[here]
        low, high = student.interval(
            0.95, len(error) - 1, error.mean(), error.std(ddof=1) / np.sqrt(len(error))
        )
        assert (level.bias.low, level.bias.high) == pytest.approx((low, high))
        assert level.mae.estimate == pytest.approx(np.abs(error).mean())


def test_two_levels_agree_with_welchs_t():
    given_ = estimates([30, 70], [0, 0.4])
    error, index = given_.predicted - given_.y, given_.context.groups[0].index
    expected = ttest_ind(error[index == 0], error[index == 1], equal_var=False)
    test = only(group_errors(given_))
    assert test.p == pytest.approx(expected.pvalue, rel=1e-9)
    interval = expected.confidence_interval(0.95)
    found = test.gaps[0].difference
    scale = given_.y.std(ddof=1)
    assert sorted([abs(interval.low), abs(interval.high)]) == pytest.approx(
        sorted([abs(found.low) * scale, abs(found.high) * scale])
    )


def test_three_answers():
    assert only(group_errors(estimates([200] * 3, [0, 0, 5]))).status == "difference shown"
    assert only(group_errors(estimates([200] * 3, [0, 0, 0]))).status == "equivalence shown"
    small = only(group_errors(estimates([12] * 3, [0, 0, 0], sd=15)))
    assert small.status == "not enough data"
    assert "would show" in small.reason


def test_findings_say_the_margin_in_standard_deviations():
    panel = group_errors(estimates([200] * 2, [0, 5]))
    (one,) = error_findings(panel, margin=0.2)
    assert one.id == "fairness.site.bias"
    assert "0.2 standard deviations" in one.claim
    assert one.p_broken < 0.001
    assert error_findings(panel, margin=0.9)[0].p_met < 0.001


def test_perfect_estimates_are_not_unfair():
    given_ = estimates([20, 30], [0, 0], sd=0)
    test = only(group_errors(dataclasses.replace(given_, predicted=given_.y.copy())))
    assert test.p == 1
    assert test.p_broken == 1
    assert test.status == "equivalence shown"


def test_small_levels_change_nothing():
    base = estimates([50, 50], [0, 1])
    index = np.append(base.context.groups[0].index, 2)
    more = Estimates(
        np.append(base.y, 100.0),
        np.append(base.predicted, 100.0),
        context=Context((Grouping("site", ("L0", "L1", "tiny"), index),)),
    )
    one, other = group_errors(base), group_errors(more)
    assert one.attributes[0].levels == other.attributes[0].levels[:2]
    assert only(one).p == pytest.approx(only(other).p, rel=1e-9)
    assert other.attributes[0].levels[2].bias.method == "one row has no spread"
    assert [(e.level, e.n) for e in only(other).excluded] == [("tiny", 1)]


def test_row_order_does_not_matter():
    given_ = estimates([30, 40, 50], [0, 1, 2])
    order = np.random.default_rng(3).permutation(120)
    (grouping,) = given_.context.groups
    other = Estimates(
        given_.y[order],
        given_.predicted[order],
        context=Context((dataclasses.replace(grouping, index=grouping.index[order]),)),
    )
    assert json.dumps(group_errors(given_).to_dict()) == json.dumps(group_errors(other).to_dict())


def test_what_cannot_be_judged():
    constant = Estimates(
        np.full(40, 3.0), np.arange(40.0), context=estimates([20, 20], [0, 0]).context
    )
    test = only(group_errors(constant))
    assert test.p_met is None
    assert math.isnan(test.p)
    assert test.reason == "The outcome does not vary, so no difference can be scaled."
    plain = json.dumps(group_errors(constant).to_dict(), allow_nan=False)
    assert "NaN" not in plain
    with pytest.raises(InputError, match="margin: 0 is not positive"):
        group_errors(constant, margin=0)


def test_type_one_error_with_unequal_spreads():
    p = [
        welch_anova(Means(n, mean, variance))
        for n, mean, variance in _samples(2000, np.array([12, 30, 80]), np.array([3.0, 1.0, 2.0]))
    ]
    assert 0.035 <= np.mean(np.array(p) < 0.05) <= 0.068


def _samples(runs, n, sd):
    rng = np.random.default_rng(0)
    for _ in range(runs):
        drawn = [rng.normal(0, s, size) for s, size in zip(sd, n, strict=True)]
        yield n, np.array([d.mean() for d in drawn]), np.array([d.var(ddof=1) for d in drawn])
