from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapie.risk_control import BinaryClassificationController
from scipy.stats import binom

from core.breast_cancer import data
from core.breast_cancer.decision_curve import decision_curve
from core.breast_cancer.model import models
from core.breast_cancer.operating import GRID, at_threshold, choose
from core.breast_cancer.risk_control import FINE_GRID, kept_sensitivity, risk_controlled
from core.errors import InputError, NotEnoughDataError
from core.stats.binary import net_benefit
from core.stats.intervals import clopper_pearson


def sample(seed, n=400, spread=3.0):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.4).astype(np.int64)
    return y, 1 / (1 + np.exp(-(spread * (2 * y - 1) + 2 * rng.normal(size=n))))


# The threshold


@given(seed=st.integers(0, 10**6), exchange=st.sampled_from((0.5, 1.0, 4.0, 9.0, 30.0)))
def test_no_threshold_of_the_grid_beats_the_chosen_one(seed, exchange):
    y, p = sample(seed, 80)
    share = 1 / (1 + exchange)

    def worth(t):
        called = p >= t
        return np.sum(called & (y == 1)) - np.sum(called & (y == 0)) / exchange

    chosen = choose(y, p, exchange)
    worths = np.array([worth(t) for t in GRID])
    assert worth(chosen) >= worths.max() - 1e-9
    equals = GRID[worths >= worths.max() - 1e-9]
    assert abs(chosen - share) == pytest.approx(np.abs(equals - share).min())


def test_worth_is_the_net_benefit_at_the_exchanges_own_threshold():
    y, p = sample(3)
    chosen = choose(y, np.stack([p, p]))
    called = (p >= chosen).astype(float)
    best = max(net_benefit(y, (p >= t).astype(float), 0.1) for t in GRID)
    assert net_benefit(y, called, 0.1) == pytest.approx(best)


def test_a_dearer_missed_cancer_never_raises_the_threshold():
    y, p = sample(5)
    chosen = [choose(y, p, exchange) for exchange in (0.2, 1.0, 3.0, 9.0, 50.0)]
    assert chosen == sorted(chosen, reverse=True)


@pytest.mark.parametrize("exchange", [0.0, -1.0, math.nan, math.inf])
def test_an_impossible_exchange_is_refused(exchange):
    with pytest.raises(InputError, match="exchange"):
        choose(*sample(0), exchange)


def test_stored_operating_point_follows_from_the_stored_reference():
    loaded, cohort = models(), data.wdbc()
    point = loaded.operating
    assert json.loads(json.dumps(point.to_dict())) == point.to_dict()
    assert (point.n, point.exchange) == (512, 9.0)
    y = cohort.y[cohort.train]
    p = 1 / (1 + np.exp(-loaded.reference_log_odds))
    found = at_threshold(y, p, point.threshold)
    assert found.sensitivity.estimate == pytest.approx(point.sensitivity["estimate"], abs=0.02)
    assert found.specificity.estimate == pytest.approx(point.specificity["estimate"], abs=0.02)


# What a threshold does


def test_figures_at_a_threshold_counted_by_hand():
    y = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    p = np.array([0.9, 0.8, 0.3, 0.1, 0.7, 0.2, 0.2, 0.1, 0.1, 0.0])
    found = at_threshold(y, p, 0.3)
    assert (found.n_malignant, found.n_benign, found.missed, found.false_alarms) == (4, 6, 1, 1)
    assert found.sensitivity.estimate == 0.75
    assert found.ppv.estimate == pytest.approx(3 / 4)
    assert found.npv.estimate == pytest.approx(5 / 6)
    assert sum(found.per_100.values()) == pytest.approx(100)
    rare = at_threshold(y, p, 0.3, prevalence=0.01)
    assert rare.ppv.estimate == pytest.approx(0.0075 / (0.0075 + 0.99 / 6))
    assert rare.per_100 == pytest.approx(
        {"found": 0.75, "missed": 0.25, "false_alarms": 16.5, "left_alone": 82.5}
    )


@pytest.mark.parametrize(
    ("threshold", "prevalence"), [(0.0, 0.1), (1.0, 0.1), (0.5, 0.0), (0.5, 5e-324), (0.5, 1e-17)]
)
def test_impossible_settings_are_refused(threshold, prevalence):
    with pytest.raises(InputError, match="strictly between"):
        at_threshold(*sample(0), threshold, prevalence)


def test_one_class_alone_says_nothing():
    with pytest.raises(NotEnoughDataError):
        at_threshold(np.ones(5, dtype=np.int64), np.full(5, 0.9), 0.5)


def test_repeats_are_averaged():
    y, p = sample(8)
    both = at_threshold(y, np.stack([p, 1 - p]), 0.3)
    one, other = at_threshold(y, p, 0.3), at_threshold(y, 1 - p, 0.3)
    assert both.missed == (one.missed + other.missed) / 2
    assert both.sensitivity.n == one.sensitivity.n


# Decision curve


def test_decision_curve_is_the_net_benefit_with_its_band():
    y, p = sample(1)
    curve = decision_curve(y, np.stack([p, p]), np.array([0.1, 0.5]), n_boot=300)
    for i, t in enumerate((0.1, 0.5)):
        assert curve.model[i] == pytest.approx(net_benefit(y, p, t))
        assert curve.treat_all[i] == pytest.approx(net_benefit(y, np.ones(len(y)), t))
        assert curve.low[i] < curve.model[i] < curve.high[i]
    json.dumps(curve.to_dict(), allow_nan=False)


# A kept sensitivity


def exact_rule(y, p, target, confidence):
    """The highest threshold before the first whose missed cancers are too many to be sure."""
    malignant, best = p[y == 1], math.nan
    for t in FINE_GRID:
        missed = int(np.sum(malignant < t))
        # Clopper and Pearson's upper limit of the missed share, one-sided.
        high = clopper_pearson(missed, len(malignant), 2 * confidence - 1).high
        if high > 1 - target:
            break
        best = t
    return best


@pytest.mark.parametrize("target", [0.9, 0.95, 0.97])
@pytest.mark.parametrize("seed", range(6))
def test_threshold_is_that_of_the_exact_binomial_rule(seed, target):
    y, p = sample(seed, 700)
    found = risk_controlled(y, p, target, 0.9)
    assert found.threshold == exact_rule(y, p, target, 0.9)
    assert found.missed == int(np.sum(p[y == 1] < found.threshold))
    assert binom.cdf(found.missed, found.n_malignant, 1 - target) <= 0.1 + 1e-12


@pytest.mark.parametrize("seed", range(6))
def test_mapies_controller_is_never_less_careful(seed):
    y, p = sample(seed, 700)
    controller = BinaryClassificationController(
        lambda X: np.column_stack([1 - p, p]),
        "recall",
        0.95,
        confidence_level=0.9,
        list_predict_params=FINE_GRID,
        fwer_method="fixed_sequence",
    ).calibrate(np.zeros((len(y), 1)), y)
    theirs = float(controller.valid_predict_params.max())
    ours = risk_controlled(y, p, 0.95, 0.9)
    # Its counts come from shares, so that rounding may cost it one missed cancer, never win one.
    assert theirs <= ours.threshold
    assert np.sum(p[y == 1] < theirs) >= ours.missed - 1


def test_sensitivity_is_kept_with_the_stated_confidence():
    rng = np.random.default_rng(0)
    kept = []
    for _ in range(400):
        y = np.repeat([1, 0], [150, 50])
        p = np.r_[rng.random(150), rng.random(50) / 2]
        # The true sensitivity of a threshold t is 1 - t.
        kept.append(1 - risk_controlled(y, p, 0.95, 0.9).threshold >= 0.95 - 1e-9)
    assert np.mean(kept) >= 0.9 - 2 * math.sqrt(0.09 / 400)


def test_too_few_cancers_for_any_threshold():
    y, p = np.repeat([1, 0], [75, 75]), np.repeat([0.9, 0.1], [75, 75])
    with pytest.raises(NotEnoughDataError, match="at least 76"):
        risk_controlled(y, p, 0.97, 0.9)
    y = np.repeat([1, 0], [76, 75])
    assert risk_controlled(y, np.r_[p[:75], 0.9, p[75:]], 0.97, 0.9).missed == 0


def test_on_new_cases_the_rule_keeps_the_sensitivity_more_often_than_the_quantile():
    y, p = sample(11, 800)
    found = kept_sensitivity(y, np.stack([p, p]), 40)
    assert found["resplits"] == 40
    assert found["learnt"]["kept"]["estimate"] >= 0.9
    assert found["learnt"]["kept"]["estimate"] > found["quantile"]["kept"]["estimate"] + 0.2
    assert found["learnt"]["specificity_mean"] < found["quantile"]["specificity_mean"]
