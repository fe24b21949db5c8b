"""Errors of common texts, each refuted where it is read."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from core.foundations.compare import at_least, at_most, equal, sampled
from core.foundations.information_theory import formulas as f
from core.foundations.information_theory import instances as draw
from core.foundations.information_theory.learning import null_indices
from core.foundations.information_theory.mutual import opposite
from core.foundations.schema import Erratum, Reading
from core.stats.psi import LARGE


def _one_outcome(rng: np.random.Generator) -> Reading:
    rare = float(rng.uniform(0.05, 0.15))
    usual = np.array([0.94, 0.02, 0.02, 0.02])
    rows = np.stack([np.full(4, 0.25), usual])
    before = float(stats.entropy(np.array([rare, 1 - rare]) @ rows))
    return at_most(before, float(stats.entropy(rows[0])), "entropy after the rare answer")


def _symmetric(rng: np.random.Generator) -> Reading:
    narrow, wide = rng.uniform(0.4, 0.8), rng.uniform(1.5, 3)
    x = np.linspace(-12 * wide, 12 * wide, 8_001)
    p, q = stats.norm.logpdf(x, 0, narrow), stats.norm.logpdf(x, 0, wide)
    there, back = (float(np.trapezoid(np.exp(a) * (a - b), x)) for a, b in ((p, q), (q, p)))
    return equal(there, back, "narrow from wide, and wide from narrow")


def _detour(rng: np.random.Generator) -> Reading:
    step = float(rng.uniform(0.5, 2))
    x = np.linspace(-12, 12 + 2 * step, 4_001)
    a, b, c = (stats.norm.logpdf(x, k * step, 1) for k in range(3))
    legs = [float(np.trapezoid(np.exp(u) * (u - v), x)) for u, v in ((a, b), (b, c), (a, c))]
    return at_most(legs[0] + legs[1], legs[2], "three normals in a row, equally far apart")


def _jensen_triangle(rng: np.random.Generator) -> Reading:
    a = float(rng.uniform(0.05, 0.3))
    p, q, even = np.array([a, 1 - a]), np.array([1 - a, a]), np.array([0.5, 0.5])

    def js(u: draw.Floats, v: draw.Floats) -> float:
        middle = (u + v) / 2
        return (draw.relative(u, middle) + draw.relative(v, middle)) / 2

    return at_most(js(p, even) + js(even, q), js(p, q), "two coins and the even one between")


def _uncorrelated(rng: np.random.Generator) -> Reading:
    _, found = opposite(rng)
    return equal(0.0, found, "two normal variables with correlation 0", scale=1.0)


def _spurious(rng: np.random.Generator) -> Reading:
    margins = np.outer(draw.shares(rng, 2), draw.shares(rng, 6))
    tables = rng.multinomial(100, margins.ravel(), size=400).reshape(-1, 2, 6) / 100
    found = [draw.dependence(table) for table in tables]
    return sampled(0.0, found, "400 tables of 100 cases of an unrelated feature")


def _negative(rng: np.random.Generator) -> Reading:
    sd = float(rng.uniform(0.02, 0.15))
    return at_least(0.0, float(stats.norm(0, sd).entropy()), "a narrow normal variable")


def _base_rate(rng: np.random.Generator) -> Reading:
    weights = draw.shares(rng, 4)
    rates = np.array([0.08, 0.3, 0.65, 0.9])
    base = float(weights @ rates)
    loss = -base * math.log(base) - (1 - base) * math.log(1 - base)
    floor = f.conditional_entropy(weights, np.stack([rates, 1 - rates], axis=1))
    return equal(floor, loss, "log loss of the base rate, which is calibrated")


def _zero_loss(rng: np.random.Generator) -> Reading:
    rates = rng.uniform(0.15, 0.85, size=5)
    seen = rng.integers(5, size=20_000)
    happened = rng.random(20_000) < rates[seen]
    loss = np.where(happened, -np.log(rates[seen]), -np.log1p(-rates[seen]))
    return sampled(0.0, loss, "loss of the true probabilities, 20,000 cases")


def _cut_off(rng: np.random.Generator) -> Reading:
    drawn = null_indices(rng, 50, 50, np.full(10, 0.1), 2_000)
    return at_most(LARGE, float(drawn.mean()), "mean index of unchanged samples of 50 rows")


ERRATA = (
    Erratum(
        id="IT-e1",
        claim="Every observation reduces uncertainty, because conditioning reduces entropy.",
        counterexample="Most patients are in a group where one diagnosis is nearly certain. The "
        "rare answer that places a patient in the other group leaves four diagnoses equally "
        "likely.",
        check=_one_outcome,
        corrected="Conditioning reduces entropy on average over the answers. A single answer may "
        "raise it.",
        statement="IT-6",
    ),
    Erratum(
        id="IT-e2",
        claim="The Kullback–Leibler divergence is a distance, the same in both directions.",
        counterexample="A narrow and a wide normal law with the same mean: the wide one often "
        "produces what the narrow one holds to be almost impossible, not the other way round.",
        check=_symmetric,
        corrected="$D(p\\|q)$ and $D(q\\|p)$ answer different questions: in the first the draws "
        "come from $p$ and the belief is $q$, in the second the other way round.",
        statement="IT-10",
    ),
    Erratum(
        id="IT-e3",
        claim="Divergence can be used like a distance: no detour is shorter.",
        counterexample="Three normal laws in a row, a step apart: the whole way costs four times "
        "one step, the detour over the middle only twice.",
        check=_detour,
        corrected="Between normal laws of one scale divergence is half of a squared distance, so "
        "it breaks the triangle inequality. So does its sum over both directions (the stability "
        "index).",
        statement="IT-10",
    ),
    Erratum(
        id="IT-e4",
        claim="The Jensen–Shannon divergence is a metric, being symmetric and bounded.",
        counterexample="Two coins with opposite leanings and the even coin between them.",
        check=_jensen_triangle,
        corrected="Its square root is a metric.",
        statement="IT-17",
    ),
    Erratum(
        id="IT-e5",
        claim="Normal variables without correlation share no information.",
        counterexample="An even mixture of two bivariate normal laws with opposite correlations: "
        "normal margins, correlation 0.",
        check=_uncorrelated,
        corrected="The formula needs joint normality; correlation 0 means no information only "
        "then.",
        statement="IT-19",
    ),
    Erratum(
        id="IT-e6",
        claim="An estimated mutual information averages 0 for a feature that is unrelated, so "
        "features with a positive estimate may be kept.",
        counterexample="A feature with six values drawn independently of a label, in samples of "
        "100.",
        check=_spurious,
        corrected="The plug-in estimate is never negative and too high by about "
        "$(k-1)(m-1)/(2n)$, most for features with many values. Compare with that, or with "
        "permuted labels.",
        statement="IT-21",
    ),
    Erratum(
        id="IT-e7",
        claim="Entropy is never negative, for continuous variables as for discrete ones.",
        counterexample="A normal variable with a standard deviation of at most 0.15.",
        check=_negative,
        corrected="Differential entropy depends on the unit and may have any sign. Divergences "
        "and informations of continuous variables are free of units and never negative.",
        statement="IT-25",
    ),
    Erratum(
        id="IT-e8",
        claim="A perfectly calibrated model has brought the log loss down to $H(Y\\mid X)$.",
        counterexample="A model that states the base rate for everyone: perfectly calibrated.",
        check=_base_rate,
        corrected="A calibrated score costs $H(Y\\mid S)=H(Y)-I(Y;S)$. The base rate has $I=0$ "
        "and costs all of $H(Y)$.",
        statement="IT-31",
    ),
    Erratum(
        id="IT-e9",
        claim="The best possible model has a log loss of 0.",
        counterexample="A forecaster who knows the true probability of every case.",
        check=_zero_loss,
        corrected="The floor is $H(Y\\mid X)$, which is 0 only if the features determine the "
        "label.",
        statement="IT-32",
    ),
    Erratum(
        id="IT-e10",
        claim="A stability index stays below 0.25 unless the population has shifted.",
        counterexample="Two samples of 50 rows from one population in ten bins.",
        check=_cut_off,
        corrected="Without any change the index is about $(B-1)(1/n+1/m)$: a fixed cut-off means "
        "nothing without the number of rows.",
        statement="IT-37",
    ),
)
