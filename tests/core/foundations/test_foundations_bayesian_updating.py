"""Bayesian updating: formulas against published values, other libraries, and laws they obey."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from core.foundations import bayesian_updating
from core.foundations.bayesian_updating import formulas, formulas_choice, numeric
from core.foundations.bayesian_updating.approximation import SIZES, at_infinity, complex_gradient

probabilities = st.floats(0.01, 0.99)
sizes = st.floats(0.5, 50.0)


def test_the_article_is_as_large_as_promised():
    topic = bayesian_updating.TOPIC
    assert len(topic.statements) >= 14
    assert len(topic.breaks) >= 5
    assert len(topic.errata) >= 6
    assert len(topic.questions) >= 5


def test_the_share_of_the_ill_among_positives_in_the_mammography_problem():
    # Gigerenzer and Hoffrage 1995: 1 %, 80 %, 9.6 % false alarms give 7.8 %.
    assert formulas.predictive_value(0.01, 0.8, 1 - 0.096) == pytest.approx(0.0776, abs=5e-5)


def test_the_placenta_praevia_posterior():
    # Bayesian Data Analysis, section 2.4: 437 girls of 980 births, uniform prior.
    after = formulas.beta_update(1.0, 1.0, 437.0, 980.0)
    assert after == (438.0, 544.0)
    assert formulas.beta_mean(*after) == pytest.approx(0.446, abs=5e-4)
    assert formulas.beta_variance(*after) ** 0.5 == pytest.approx(0.016, abs=5e-4)
    low, high = formulas_choice.equal_tailed(*after, 0.95)
    assert (round(float(low), 3), round(float(high), 3)) == (0.415, 0.477)


def test_bayes_gave_every_count_the_same_chance():
    mass = formulas.beta_binomial(numeric.counts(9), 9, 1.0, 1.0)
    assert mass == pytest.approx(np.full(10, 0.1))


def test_the_asthma_mortality_posterior():
    # Bayesian Data Analysis, section 2.6: 3 deaths in 2.0 units of exposure, Gamma(3, 5).
    assert formulas.gamma_update(3.0, 5.0, 3.0, 2.0) == (6.0, 7.0)


def test_distributions_agree_with_scipy():
    k, x = numeric.counts(12), np.linspace(-3, 5, 9)
    assert formulas.beta_binomial(k, 12, 2.3, 4.1) == pytest.approx(
        stats.betabinom.pmf(k, 12, 2.3, 4.1)
    )
    assert formulas.beta_binomial_variance(12, 2.3, 4.1) == pytest.approx(
        stats.betabinom.var(12, 2.3, 4.1)
    )
    assert formulas.negative_binomial(k, 2.6, 1.7, 0.9) == pytest.approx(
        stats.nbinom.pmf(k, 2.6, 1.7 / 2.6)
    )
    scale = (1.9 * (3.2 + 1) / (2.4 * 3.2)) ** 0.5
    assert formulas.student_density(x, 0.7, 3.2, 2.4, 1.9) == pytest.approx(
        stats.t.pdf(x, 4.8, 0.7, scale)
    )
    assert formulas.beta_density(k / 12, 2.3, 4.1) == pytest.approx(
        stats.beta.pdf(k / 12, 2.3, 4.1)
    )


def test_ridge_agrees_with_sklearn():
    from sklearn.linear_model import Ridge

    rng = np.random.default_rng(0)
    design, y = rng.normal(size=(20, 3)), rng.normal(size=20)
    found = Ridge(alpha=0.7**2 / 1.3**2, fit_intercept=False).fit(design, y).coef_
    assert formulas_choice.map_weights(design, y, 0.7, 1.3) == pytest.approx(found)


@given(probabilities, probabilities, probabilities)
def test_odds_and_counts_agree(prior, sensitivity, specificity):
    ratio, _ = formulas.likelihood_ratios(sensitivity, specificity)
    assert formulas.updated(prior, ratio) == pytest.approx(
        formulas.predictive_value(prior, sensitivity, specificity)
    )


@given(probabilities, st.floats(0.05, 20), st.floats(0.05, 20))
def test_two_updates_are_one_with_the_product(prior, first, second):
    twice = formulas.updated(formulas.updated(prior, first), second)
    assert twice == pytest.approx(formulas.updated(prior, first * second))


@given(sizes, sizes, st.integers(1, 60), st.data())
def test_the_posterior_mean_lies_between_prior_and_data(a, b, n, data):
    x = data.draw(st.integers(0, n))
    mean = formulas.shrunken_mean(a, b, float(x), float(n))
    ends = sorted((a / (a + b), x / n))
    assert ends[0] - 1e-12 <= mean <= ends[1] + 1e-12


@given(st.floats(1.2, 20), st.floats(1.2, 20), st.floats(0.55, 0.97))
def test_the_highest_density_interval_is_never_longer(a, b, level):
    low, high = formulas_choice.highest_density(a, b, level)
    tails = formulas_choice.equal_tailed(a, b, level)
    assert stats.beta.cdf(high, a, b) - stats.beta.cdf(low, a, b) == pytest.approx(level)
    assert high - low <= float(tails[1] - tails[0]) + 1e-9


@given(probabilities, probabilities, probabilities, st.floats(0.1, 5), st.floats(0.1, 5))
def test_information_is_never_worth_less_than_nothing(prior, sensitivity, specificity, harm, gain):
    value = formulas_choice.value_of_test(prior, sensitivity, specificity, harm, gain)
    assert value >= -1e-12


def test_the_panels_agree_with_scipy_quadrature():
    found = numeric.integral(lambda t: np.exp(-t) * np.sin(5 * t), 0.0, 4.0)
    assert float(found) == pytest.approx(
        integrate.quad(lambda t: np.exp(-t) * np.sin(5 * t), 0, 4)[0], abs=1e-12
    )
    mean = numeric.average(lambda t: t, lambda t: 7 * t**2 * (1 - t), 0, 1)
    assert float(mean) == pytest.approx(0.6)


def test_extrapolation_and_complex_steps_are_exact_for_what_they_are_made_for():
    assert at_infinity(3.7 + 2 / SIZES - 9 / SIZES**2) == pytest.approx(3.7, abs=1e-12)
    found = complex_gradient(lambda w: complex(w[0] ** 3 * w[1]), np.array([2.0, 5.0]))
    assert found == pytest.approx([60.0, 8.0])


COMMANDS = (
    "Big Gamma Lambda Longleftrightarrow Phi Rightarrow alpha approx arg bar begin beta big binom "
    "cdot cdots dots end exp frac gamma ge hat iff in infty int kappa lVert lambda le left log "
    "mathbf mathcal mathrm max mid min mu ne nu operatorname pi prod propto qquad quad rVert right "
    "sigma sim sqrt star sum sup tau text textstyle tfrac theta to top varepsilon varphi"
)
KNOWN = set(COMMANDS.split())


def test_formulas_hold_no_command_that_ran_into_the_next_letter():
    topic = bayesian_updating.TOPIC
    texts = [text for one in topic.statements for text in (one.claim, one.title, *one.hypotheses)]
    texts += [text for one in topic.statements for s in one.steps for text in (s.why, s.gives)]
    assert set(re.findall(r"\\([a-zA-Z]+)", " ".join(texts))) <= KNOWN
