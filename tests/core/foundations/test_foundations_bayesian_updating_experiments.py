"""What the page on Bayesian updating draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from core.foundations import bayesian_updating


def test_a_thousand_people_are_all_counted():
    found = bayesian_updating.screening(0.01, 0.9, 0.91)
    people = (found.ill_positive, found.ill_negative, found.well_positive, found.well_negative)
    assert sum(people) == pytest.approx(1000)
    assert found.after_positive == pytest.approx(9 / (9 + 89.1))
    assert found.after_negative == pytest.approx(1 / (1 + 900.9))


def test_curves_of_a_test_rise_with_the_prevalence_and_meet_the_mark():
    found = bayesian_updating.screening(0.2, 0.85, 0.8)
    assert (np.diff(found.positive_curve) > 0).all()
    assert (found.negative_curve < found.prevalences).all()
    at = np.interp(0.2, found.prevalences, found.positive_curve)
    assert at == pytest.approx(found.after_positive, abs=1e-3)


def test_prior_and_data_of_equal_size_meet_in_the_middle():
    found = bayesian_updating.updating(0.2, 10, 6, 10)
    assert found.mean == pytest.approx(0.4)
    assert found.weight == 0.5
    assert found.low < found.mean < found.high
    assert found.predictive.sum() == pytest.approx(1)
    for density in (found.prior, found.likelihood, found.posterior):
        assert np.trapezoid(density, found.theta) == pytest.approx(1, abs=0.01)


def test_the_prediction_is_wider_than_the_binomial_at_the_mean():
    found = bayesian_updating.updating(0.3, 5, 4, 12)
    assert found.plug_in_deviation == pytest.approx(
        stats.binom.std(bayesian_updating.NEW_PATIENTS, found.mean)
    )
    assert found.predictive_deviation == pytest.approx(
        stats.betabinom.std(bayesian_updating.NEW_PATIENTS, 5.5, 11.5)
    )
    assert found.predictive_deviation > found.plug_in_deviation


def test_more_events_than_patients_are_refused():
    with pytest.raises(ValueError, match="5 events in 4 patients"):
        bayesian_updating.updating(0.2, 10, 5, 4)


@pytest.mark.parametrize("n", [5, 20, 61])
def test_coverage_agrees_with_counting(n):
    found = bayesian_updating.coverage_curve(n, 0.9)
    x = np.arange(n + 1)
    low, high = stats.beta.interval(0.9, x + 0.5, n - x + 0.5)
    i = 137
    theta = found.theta[i]
    held = stats.binom.pmf(x, n, theta)[(low < theta) & (theta < high)].sum()
    assert found.credible[i] == pytest.approx(held)
    assert found.averages[0] == pytest.approx(0.9, abs=0.02)
    assert found.lowest[1] < found.lowest[0]


def test_no_threshold_costs_less_than_the_cost_ratio():
    found = bayesian_updating.threshold_cost(1.0, 4.0)
    assert found.best == pytest.approx(0.2)
    assert found.least <= found.cost.min() + 1e-9
    assert found.least < found.at_half
    assert found.cost[0] == pytest.approx(100 * 6.6 / 8)
    assert found.cost[-1] == pytest.approx(400 * 1.4 / 8)


def test_costs_agree_with_simulated_patients():
    rng = np.random.default_rng(0)
    risk = rng.beta(1.4, 6.6, 400_000)
    ill = rng.random(risk.size) < risk
    cost = 100 * np.where(risk > 0.2, ~ill, 4.0 * ill)
    found = bayesian_updating.threshold_cost(1.0, 4.0)
    assert abs(cost.mean() - found.least) < 4 * cost.std() / risk.size**0.5


def test_the_distance_to_normal_falls_to_its_limit_over_root_n():
    found = bayesian_updating.normality(0.1, 40)
    assert (np.diff(found.distances) < 0).all()
    assert found.distances[-1] == pytest.approx(found.limit_line[-1], rel=1e-3)
    assert np.interp(40, found.sizes, found.distances) == pytest.approx(found.distance, rel=0.05)


def test_the_distance_to_normal_agrees_with_the_crossings():
    # Between two crossings the sign of the difference is fixed, so distribution functions suffice.
    found = bayesian_updating.normality(0.3, 80)
    grid = np.linspace(-0.3, 1.3, 200_001)
    posterior, normal = stats.beta(25, 57), stats.norm(0.3, (0.21 / 80) ** 0.5)
    signs = np.sign(posterior.pdf(grid) - normal.pdf(grid))
    cuts = grid[1:][np.diff(signs) != 0]
    ends = np.r_[-np.inf, cuts, np.inf]
    gaps = np.diff(posterior.cdf(ends) - normal.cdf(ends))
    assert found.distance == pytest.approx(np.abs(gaps).sum() / 2, rel=1e-4)


def test_the_normal_interval_misses_the_next_of_few_values():
    found = bayesian_updating.next_value(5, 0.95)
    y = np.random.default_rng(0).normal(size=(200_000, 6))
    seen = y[:, :5]
    z = np.abs(y[:, 5] - seen.mean(axis=1)) / seen.std(axis=1, ddof=1)
    for factor, wanted in ((found.plug_in_factor, found.held), (found.factor, 0.95)):
        assert abs((z < factor).mean() - wanted) < 4 * (0.25 / len(z)) ** 0.5
    assert (np.diff(found.held_curve) > 0).all()
    assert found.held == pytest.approx(found.held_curve[2])
    assert np.trapezoid(found.student, found.distance) == pytest.approx(1, abs=0.02)
