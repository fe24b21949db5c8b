"""Formulas of logistic regression against known values, libraries and their own laws."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special, stats
from sklearn.linear_model import LogisticRegression

from core.foundations.logistic_regression import TOPIC, breaks, formulas, support
from core.foundations.logistic_regression import formulas_fit as fit
from core.foundations.schema import Kind
from core.stats.calibration_fit import fit_line
from core.stats.calibration_null import Tally
from core.stats.reliability import murphy

moderate = hnp.arrays(float, st.integers(2, 7), elements=st.floats(-20, 20))
wide = hnp.arrays(float, st.integers(2, 7), elements=st.floats(-900, 900))
inner = st.floats(0.01, 0.99)


def test_the_article_has_what_was_promised():
    assert len(TOPIC.statements) >= 30
    assert len(TOPIC.breaks) >= 10
    assert len(TOPIC.errata) >= 10
    assert len(TOPIC.questions) >= 6


def test_no_space_command_swallows_a_letter():
    for one in TOPIC.statements:
        for text in (one.claim, *(step.gives for step in one.steps)):
            assert not re.search(r"quad[a-zA-Z]", text), (one.id, text)


@pytest.mark.parametrize("seed", [41, 42, 43])
def test_checks_stay_precise(seed):
    for k, one in enumerate(TOPIC.statements):
        reading = one.check(np.random.default_rng([seed, k]))
        if reading.kind is Kind.SAMPLED:
            assert reading.standard_error is not None
            assert reading.standard_error < 0.01 * abs(reading.claimed), one.id
        else:
            assert reading.passed, (one.id, reading)


@pytest.mark.parametrize("one", TOPIC.breaks, ids=lambda one: one.id)
def test_breaks_fail_by_a_wide_margin(one):
    for seed in range(5):
        reading = one.check(np.random.default_rng(seed))
        if not math.isfinite(reading.claimed):
            continue
        away = abs(reading.measured - reading.claimed)
        assert away > 0.01 * reading.scale, (seed, reading)


@pytest.mark.parametrize(
    ("number", "right"),
    [("q1", 1), ("q2", 2), ("q3", 2), ("q4", 3), ("q5", 1), ("q6", 1), ("q7", 1), ("q8", 1)],
)
def test_the_self_test_computes_the_known_answers(number, right):
    (one,) = (q for q in TOPIC.questions if q.id == f"LR-{number}")
    assert one.answer() == right


def test_published_values():
    # Doll and Hill, Smoking and carcinoma of the lung (1950): the men's table.
    ratio = math.exp(formulas.log_odds_ratio(np.array([647.0, 622.0]), np.array([2.0, 27.0])))
    assert ratio == pytest.approx(14.04, abs=0.01)
    # Murphy's decomposition of a forecast that is always right: only uncertainty and resolution.
    weights, shares = np.array([0.3, 0.7]), np.array([0.2, 0.9])
    assert fit.brier_sum(weights, shares, shares) == pytest.approx(0.3 * 0.16 + 0.7 * 0.09)
    assert float(formulas.entropy(np.array(0.5))) == pytest.approx(math.log(2))
    assert float(fit.flow_weight(1, 1.0, np.array(0.0))) == pytest.approx(0.0, abs=1e-12)


@given(moderate)
def test_sigmoid_and_losses_are_those_of_scipy(z):
    np.testing.assert_allclose(formulas.sigmoid(z), special.expit(z), rtol=1e-12)
    np.testing.assert_allclose(formulas.mirrored(z), special.expit(-z), atol=1e-15)
    np.testing.assert_allclose(formulas.two_class(z, np.zeros_like(z)), special.expit(z))
    target = np.eye(len(z))[0]
    np.testing.assert_allclose(
        formulas.softmax_residual(z, target), special.softmax(z) - target, atol=1e-14
    )


@given(wide)
def test_stable_forms_are_those_of_scipy_at_any_size(z):
    assert formulas.log_sum_exp(z) == pytest.approx(special.logsumexp(z), rel=1e-14, abs=1e-13)
    np.testing.assert_allclose(formulas.softplus(z), np.logaddexp(0, z), rtol=1e-14)
    np.testing.assert_allclose(formulas.stable_loss(z, np.ones_like(z)), np.logaddexp(0, -z),
                               rtol=1e-13, atol=1e-13)  # fmt: skip


@given(inner, inner)
def test_divergence_is_that_of_scipy_and_never_negative(q, p):
    found = float(formulas.divergence(np.array(q), p))
    expected = special.rel_entr(q, p) + special.rel_entr(1 - q, 1 - p)
    assert found == pytest.approx(float(expected), abs=1e-12)
    assert found >= -1e-15
    assert float(formulas.entropy(np.array(q))) == pytest.approx(float(stats.entropy([q, 1 - q])))


@given(inner, st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_a_change_of_prevalence_is_undone_by_its_reverse(p, share, new):
    there = fit.shifted_probability(np.array(p), share, new)
    assert float(fit.shifted_probability(there, new, share)) == pytest.approx(p)
    kept = fit.population_logit(np.array(special.logit(p)), 0.5, 0.5)
    assert float(special.expit(kept)) == pytest.approx(p)


@given(st.floats(-5, 5), st.floats(0.1, 2))
def test_soft_thresholding_shrinks_and_keeps_the_sign(v, t):
    found = float(fit.soft_threshold(np.array(v), t))
    assert abs(found) == pytest.approx(max(abs(v) - t, 0))
    assert found * v >= 0


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_fits_are_those_of_sklearn(seed):
    X, y = support.overlapping(np.random.default_rng(seed))
    model = LogisticRegression(C=1 / 0.7, solver="newton-cholesky", fit_intercept=False, tol=1e-10)
    expected = model.fit(X, y).coef_[0]
    np.testing.assert_allclose(support.fitted(X, y, ridge=0.7), expected, rtol=1e-6, atol=1e-8)
    w = np.zeros(3)
    for _ in range(8):
        w = formulas.newton_step(X, y, w)
    np.testing.assert_allclose(w, support.fitted(X, y), atol=1e-10)


def test_decompositions_are_those_of_the_kernel():
    events, trials = np.array([3, 9, 20]), np.array([30, 20, 25])
    named = np.array([0.15, 0.4, 0.7])
    known = murphy(Tally(named, trials, events))
    weights, shares = trials / trials.sum(), events / trials
    expected = known.reliability - known.resolution + known.uncertainty
    assert fit.brier_sum(weights, shares, named) == pytest.approx(expected)


def test_the_line_of_the_clinical_pages_is_that_of_both_programs():
    rng = np.random.default_rng(5)
    z = np.sort(rng.normal(0, 1.5, 200))
    p = special.expit(z)
    y = (rng.random(200) < p).astype(float)
    again = support.fitted(np.column_stack([np.ones(200), z]), y)
    found = fit_line(Tally(p, np.ones(200), y))
    assert found is not None
    np.testing.assert_allclose(found, again, atol=1e-8)


def test_a_linear_programme_tells_separated_from_overlapping_rows():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X, y = support.separated(rng)
        direction, margin = support.separation(X, y)
        assert margin > 0.05
        assert ((2 * y - 1) * (X @ direction) >= margin - 1e-9).all()
        assert support.separation(*support.overlapping(rng))[1] == pytest.approx(0, abs=1e-9)


def test_the_law_of_the_number_of_events_is_that_of_scipy():
    p = np.random.default_rng(5).uniform(0.02, 0.95, 23)
    law = breaks.cardiosense.law_of_events(p)
    np.testing.assert_allclose(law, stats.poisson_binom(p).pmf(np.arange(24)), atol=1e-13)


def test_the_variance_of_all_outcomes_is_that_of_a_binomial_count():
    w = np.array([0.7])
    p = special.expit(0.7)
    found = breaks.sampling.enumerated_variance(np.ones((6, 1)), w, np.array([2.0]))
    assert found == pytest.approx(4 * stats.binom(6, p).var())


def test_precise_values_hold_their_digits():
    assert float(support.precise_softplus(-700.0)) == pytest.approx(math.exp(-700), rel=1e-14)
    assert float(support.precise_loss(-40.0, 0.0)) == pytest.approx(math.exp(-40), rel=1e-12)
    assert float(support.precise_loss(800.0, 0.0)) == pytest.approx(800)


def test_the_turning_point_of_the_wald_statistic_is_where_it_was_published():
    # beta * tanh(beta / 2) = 2
    peak = breaks.sampling.turning_point()
    assert peak * math.tanh(peak / 2) == pytest.approx(2, abs=1e-6)
    assert float(fit.wald_slope(np.array(peak + 0.1), 50)) < 0
    assert float(fit.ratio_slope(np.array(peak + 0.1), 50)) > 0
