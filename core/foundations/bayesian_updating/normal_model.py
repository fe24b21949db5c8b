"""Conjugate updates of a normal mean, with its variance known and unknown."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.foundations.bayesian_updating import formulas
from core.foundations.bayesian_updating.numeric import average
from core.foundations.compare import equal
from core.foundations.schema import Reading, Section, Statement, Step

Floats = NDArray[np.float64]

SECTION = Section(
    key="normal-model",
    title="Measurements",
    intuition=(
        "A blood pressure is known roughly before it is measured, and better afterwards. For "
        "normal values the currency is **precision**, one over the variance: precisions of prior "
        "and measurements add, and the estimate is their weighted mean. When the spread of the "
        "measurements must be learned from the same few values, the next value is less certain "
        "than a normal curve says: its distribution has the heavier tails of Student's t."
    ),
)


def _precisions(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for n in rng.choice(np.arange(4, 12), 3, replace=False):
        mean, spread, noise = rng.uniform([3.0, 0.8, 1.1], [9.0, 2.5, 3.0])
        y = rng.normal(mean + 1.3, noise, n)
        after, variance = formulas.normal_update(mean, spread**2, float(y.mean()), noise**2, y.size)
        width = 10 * np.sqrt(variance)
        found, square = _moments(y, (mean, spread, noise), after - width, after + width)
        claimed += [after, 1.0]
        measured += [found, square / variance]
    return equal(claimed, measured, "posterior means, ratios of variances for 3 numbers of values")


def _moments(
    y: Floats, model: tuple[float, float, float], low: float, high: float
) -> tuple[float, float]:
    """Integrate prior times likelihood for the mean and the variance of the posterior."""
    mean, spread, noise = model

    def weight(t: Floats) -> Floats:
        each = np.asarray(stats.norm.logpdf(y[:, None], t, noise))
        return np.asarray(np.exp(stats.norm.logpdf(t, mean, spread) + each.sum(axis=0)))

    found = float(average(lambda t: t, weight, low, high))
    return found, float(average(lambda t: (t - found) ** 2, weight, low, high))


def _next_value(rng: np.random.Generator) -> Reading:
    mean, weight, shape, scale = rng.uniform([2.0, 0.4, 2.2, 1.5], [5.0, 1.8, 4.0, 4.0])
    y = rng.normal(mean + 0.7, 1.4, int(rng.integers(5, 10)))
    after = formulas.normal_gamma_update(y, mean, weight, shape, scale)
    points = after[0] + np.array([-2.1, -0.6, 0.3, 1.2, 2.7])
    measured = _predictive(y, points, (mean, weight, shape, scale))
    return equal(formulas.student_density(points, *after), measured, "density at 5 points")


def _predictive(y: Floats, points: Floats, prior: tuple[float, float, float, float]) -> Floats:
    """Average the normal density of the points over mean and variance on a grid."""
    mean, weight, shape, scale = prior
    logs = np.linspace(-5, 9, 281)
    deviation = np.exp(logs / 2)
    # The mean is walked in units of its own spread, so that the grid fits every variance.
    units = np.linspace(-8.5, 8.5, 111)
    centre = (y.sum() + weight * mean) / (y.size + weight)
    step = deviation / np.sqrt(y.size + weight)
    mu = centre + step[:, None] * units
    with np.errstate(under="ignore"):
        values = stats.invgamma.logpdf(deviation**2, shape, scale=scale) + logs + np.log(step)
        belief = values[:, None] + stats.norm.logpdf(
            mu, mean, (deviation / np.sqrt(weight))[:, None]
        )
        z = (y[:, None, None] - mu) / deviation[:, None]
        belief = belief - (z**2).sum(axis=0) / 2 - y.size * np.log(deviation)[:, None]
        mass = np.exp(belief - belief.max())
        mass /= mass.sum()
        z = (points[:, None, None] - mu) / deviation[:, None]
        density = np.exp(-(z**2) / 2) / (np.sqrt(2 * np.pi) * deviation[:, None])
    return np.asarray((density * mass).sum(axis=(1, 2)))


STATEMENTS = (
    Statement(
        id="BU-11",
        section="normal-model",
        title="For normal values precisions add, and the mean is weighted by precision.",
        claim=r"\frac{1}{v_n}=\frac{1}{v_0}+\frac{n}{\sigma^2},\qquad "
        r"m_n=v_n\Big(\frac{m_0}{v_0}+\frac{n\bar y}{\sigma^2}\Big)",
        hypotheses=(
            "$\\mu\\sim N(m_0,v_0)$ with $v_0>0$",
            "Given $\\mu$, the $y_i$ are independent and $N(\\mu,\\sigma^2)$ with $\\sigma$ known",
        ),
        steps=(
            Step(
                "The logarithm of prior times likelihood, constants left out.",
                r"\log p(\mu\mid y)=-\frac{(\mu-m_0)^2}{2v_0}"
                r"-\sum_i\frac{(y_i-\mu)^2}{2\sigma^2}+\text{const}",
            ),
            Step(
                "Multiply out; terms without $\\mu$ are constants.",
                r"\log p(\mu\mid y)=-\frac12\Big(\frac1{v_0}+\frac n{\sigma^2}\Big)\mu^2"
                r"+\Big(\frac{m_0}{v_0}+\frac{n\bar y}{\sigma^2}\Big)\mu+\text{const}",
            ),
            Step(
                "A normal density with mean $m$ and variance $v$ has this logarithm.",
                r"-\frac{(\mu-m)^2}{2v}=-\frac1{2v}\mu^2+\frac mv\mu+\text{const}",
            ),
            Step(
                "Compare the factors of $\\mu^2$: precisions add.",
                r"\frac1{v_n}=\frac1{v_0}+\frac n{\sigma^2}",
            ),
            Step(
                "Compare the factors of $\\mu$, and multiply by $v_n$: each source weighs by its "
                "precision.",
                r"\frac{m_n}{v_n}=\frac{m_0}{v_0}+\frac{n\bar y}{\sigma^2}\;\Rightarrow\;"
                r"m_n=v_n\Big(\frac{m_0}{v_0}+\frac{n\bar y}{\sigma^2}\Big)",
            ),
        ),
        how="Takes mean and variance of prior times likelihood by numerical integration, for three "
        "different numbers of values.",
        check=_precisions,
        source="Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, section 2.5.",
    ),
    Statement(
        id="BU-12",
        section="normal-model",
        title="With the variance unknown too, the next value follows a Student distribution.",
        claim=r"\begin{aligned}y_{n+1}\mid y&\sim t_{2\alpha_n}\!\Big(m_n,\;"
        r"\tfrac{\beta_n(\kappa_n+1)}{\alpha_n\kappa_n}\Big)\\"
        r"\kappa_n&=\kappa+n,\quad m_n=\tfrac{\kappa m+n\bar y}{\kappa_n},\quad "
        r"\alpha_n=\alpha+\tfrac n2\\"
        r"\beta_n&=\beta+\tfrac12\textstyle\sum(y_i-\bar y)^2"
        r"+\tfrac{\kappa n(\bar y-m)^2}{2\kappa_n}\end{aligned}",
        hypotheses=(
            "$1/v\\sim\\mathrm{Gamma}(\\alpha,\\beta)$ with rate $\\beta$, and "
            "$\\mu\\mid v\\sim N(m,v/\\kappa)$, with $\\alpha,\\beta,\\kappa>0$",
            "Given $\\mu$ and $v$, all values are independent and $N(\\mu,v)$",
            "$t_\\nu(m,\\tau^2)$ is the law of $m+\\tau T$, where $T$ has Student's law with "
            "$\\nu$ degrees of freedom",
        ),
        steps=(
            Step(
                "Prior times likelihood, as a function of $\\mu$ and $v$. If $1/v$ is Gamma, the "
                "density of $v$ is proportional to $v^{-\\alpha-1}e^{-\\beta/v}$, and each normal "
                "density brings a factor $v^{-1/2}$.",
                r"p(\mu,v\mid y)\propto v^{-\alpha-1-\frac{1+n}{2}}\exp\!\Big(-\frac1v\Big["
                r"\beta+\tfrac\kappa2(\mu-m)^2+\tfrac12\sum_i(y_i-\mu)^2\Big]\Big)",
            ),
            Step(
                "Write every value as its distance to $\\bar y$ and on to $\\mu$; the cross term "
                "vanishes.",
                r"\sum_i(y_i-\mu)^2=\sum_i(y_i-\bar y)^2+n(\mu-\bar y)^2",
            ),
            Step(
                "Complete the square of the two terms that hold $\\mu$.",
                r"\kappa(\mu-m)^2+n(\mu-\bar y)^2=\kappa_n(\mu-m_n)^2"
                r"+\frac{\kappa n}{\kappa_n}(\bar y-m)^2",
            ),
            Step(
                "So the posterior has the shape of the prior with new parameters.",
                r"p(\mu,v\mid y)\propto v^{-\alpha_n-1-\frac12}\exp\!\Big(-\frac1v\Big["
                r"\beta_n+\tfrac{\kappa_n}{2}(\mu-m_n)^2\Big]\Big)",
            ),
            Step(
                "Integrate over $\\mu$: the normal integral is proportional to $v^{1/2}$.",
                r"p(v\mid y)\propto v^{-\alpha_n-1}e^{-\beta_n/v}",
            ),
            Step(
                "Given $v$, the mean $\\mu$ has variance $v/\\kappa_n$, and the next value is "
                "$\\mu$ plus independent noise of variance $v$: the variances add.",
                r"y_{n+1}\mid v,y\;\sim\;N\Big(m_n,\;v\,\frac{\kappa_n+1}{\kappa_n}\Big)",
            ),
            Step(
                "Average over $v$; with $c=\\kappa_n/(\\kappa_n+1)$ the integral is a Gamma "
                "function.",
                r"p(y_{n+1}\mid y)\propto\int_0^\infty v^{-\alpha_n-\frac32}"
                r"e^{-\left[\beta_n+\frac c2(y_{n+1}-m_n)^2\right]/v}dv\propto"
                r"\Big[\beta_n+\tfrac c2(y_{n+1}-m_n)^2\Big]^{-\alpha_n-\frac12}",
            ),
            Step(
                "Divide by $\\beta_n$: the Student shape with $2\\alpha_n$ degrees of freedom and "
                "squared scale $\\tau^2$.",
                r"p(y_{n+1}\mid y)\propto\Big[1+\frac{(y_{n+1}-m_n)^2}{2\alpha_n\,\tau^2}"
                r"\Big]^{-\frac{2\alpha_n+1}2},\qquad "
                r"\tau^2=\frac{\beta_n(\kappa_n+1)}{\alpha_n\kappa_n}",
            ),
        ),
        how="Averages the normal density over prior times likelihood on a grid of 281 variances "
        "and 111 means.",
        check=_next_value,
        source="Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, section 3.3.",
    ),
)
