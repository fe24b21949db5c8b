"""Credible intervals: what they cover, the shortest one, and their tie to p values."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import minimize_scalar
from scipy.special import betaln, comb, log_expit, logit

from core.foundations.bayesian_updating import formulas_choice as formulas
from core.foundations.bayesian_updating.numeric import counts, integral
from core.foundations.compare import equal
from core.foundations.schema import Reading, Section, Statement, Step

Floats = NDArray[np.float64]

SECTION = Section(
    key="intervals",
    title="Intervals",
    intuition=(
        "A 95 % credible interval holds 95 % of what is believed now. A 95 % confidence interval "
        "is made by a recipe that succeeds in 95 % of studies, whatever the truth. Both speak of "
        "95 %, of different averages: over parameters drawn from the prior, or over data at one "
        "fixed parameter. For a share from few patients the two can be computed exactly, and "
        "differ by several percentage points."
    ),
)


_FAR = 60.0
"""Log odds beyond which no density here has mass that counts."""


def _over_prior(rng: np.random.Generator) -> Reading:
    a, b = (float(v) for v in rng.uniform(0.6, 4.0, 2))
    n, level = int(rng.integers(8, 16)), float(rng.uniform(0.8, 0.97))
    x = counts(n)
    low, high = formulas.equal_tailed(a + x, b + n - x, level)

    def parts(k: float, ends: tuple[float, float]) -> list[Floats]:
        def mass(v: Floats) -> Floats:
            joint = np.exp((a + k) * log_expit(v) + (b + n - k) * log_expit(-v) - betaln(a, b))
            return np.asarray(comb(n, k) * joint)

        # In log odds the integrand is smooth, also where the density has a pole at 0 or 1.
        edges = -_FAR, *logit(ends), _FAR
        return [integral(mass, *edge) for edge in itertools.pairwise(edges)]

    mass = np.array([parts(*one) for one in zip(x, zip(low, high, strict=True), strict=True)])
    tail = (1 - level) / 2
    sides = np.array([tail, level, tail])
    claimed = np.vstack([sides, np.tile(sides, (n + 1, 1))])
    measured = np.vstack([mass.sum(axis=0), mass / mass.sum(axis=1, keepdims=True)])
    return equal(claimed, measured, "mass below, inside and above: over the prior, each count")


def _at_one(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for n in rng.choice(np.arange(12, 30), 3, replace=False):
        level, x = float(rng.uniform(0.6, 0.95)), counts(int(n))
        low, high = (np.asarray(v) for v in stats.beta.interval(level, x + 0.5, n - x + 0.5))
        for theta in rng.uniform(0.15, 0.8, 3):
            # Both ends rise with the count, so the intervals that hold a share stand in one run.
            first, last = np.searchsorted(high, theta), np.searchsorted(low, theta) - 1
            run = stats.binom.cdf(last, n, theta) - stats.binom.cdf(first - 1, n, theta)
            claimed.append(formulas.coverage(float(theta), low, high))
            measured.append(float(run))
    return equal(claimed, measured, "coverage at 9 shares, 3 for each of 3 numbers of patients")


def _shortest(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for _ in range(4):
        a, b = (float(v) for v in rng.uniform([1.6, 4.0], [4.0, 15.0]))
        level = float(rng.uniform(0.7, 0.97))
        posterior = stats.beta(a, b)
        low, high = formulas.highest_density(a, b, level)
        found = minimize_scalar(
            lambda below, p=posterior, c=level: p.ppf(below + c) - p.ppf(below),
            bounds=(0, 1 - level),
            method="bounded",
            options={"xatol": 1e-9},
        )
        claimed += [high - low, level]
        measured += [found.fun, posterior.cdf(high) - posterior.cdf(low)]
    return equal(claimed, measured, "width and mass of 4 intervals")


def _one_sided(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for n in rng.choice(np.arange(6, 30), 3, replace=False):
        reference, deviation, gap = rng.uniform([1.0, 0.7, 0.4], [4.0, 2.5, 2.0])
        unit = deviation / np.sqrt(n)
        y = rng.normal(0, deviation, n)
        y += reference + gap * unit - y.mean()
        centre = float(y.mean())
        claimed += [formulas.flat_tail(centre, deviation, int(n), reference)] * 2
        measured.append(_mass_below(y, deviation, reference))
        measured.append(float(stats.norm.sf(centre, reference, unit)))
    return equal(claimed, measured, "posterior tail, one-sided p value, 3 numbers of values")


def _mass_below(y: Floats, deviation: float, reference: float) -> float:
    """Integrate the likelihood of the mean for its share below the reference."""
    centre, far = float(y.mean()), 12 * deviation / np.sqrt(y.size)

    def likelihood(t: Floats) -> Floats:
        z = (y[:, None] - t) / deviation
        best = (((y - centre) / deviation) ** 2).sum()
        return np.asarray(np.exp((best - (z**2).sum(axis=0)) / 2))

    below = integral(likelihood, centre - far, reference)
    return float(below / (below + integral(likelihood, reference, centre + far)))


STATEMENTS = (
    Statement(
        id="BU-13",
        section="intervals",
        title="When parameters come from the prior, a credible interval covers at exactly its "
        "level.",
        claim=r"P\big(\theta\in C(X)\big)=\gamma\quad\text{if}\quad "
        r"P\big(\theta\in C(x)\mid X=x\big)=\gamma\;\text{ for every }x",
        hypotheses=(
            "$\\theta$ is drawn from the prior that the interval is made with, which has a density",
            "$X$ is drawn from the likelihood that it is made with",
        ),
        steps=(
            Step(
                "Split by what is observed: the rule of total probability over all $x$, with "
                "$m(x)=P(X=x)$.",
                r"P(\theta\in C(X))=\sum_x m(x)\,P(\theta\in C(x)\mid X=x)",
            ),
            Step(
                "An equal-tailed interval runs between two quantiles of the posterior.",
                r"C(x)=\big[Q_x(\tfrac{1-\gamma}{2}),\;Q_x(\tfrac{1+\gamma}{2})\big]",
            ),
            Step(
                "The posterior is the distribution of $\\theta$ given $x$ because prior and "
                "likelihood are the true ones, so each interval holds the mass $\\gamma$.",
                r"P(\theta\in C(x)\mid X=x)=\tfrac{1+\gamma}{2}-\tfrac{1-\gamma}{2}=\gamma",
            ),
            Step(
                "An average of equal numbers is that number.",
                r"P(\theta\in C(X))=\gamma\sum_xm(x)=\gamma",
            ),
        ),
        how="For each count, integrates prior times binomial probability below, over and above "
        "its interval, and adds the integrals; each count alone must split the same way.",
        check=_over_prior,
        source="Rubin, Bayesianly justifiable and relevant frequency calculations, Annals of "
        "Statistics, 1984.",
    ),
    Statement(
        id="BU-14",
        section="intervals",
        title="At one fixed parameter the coverage is a sum over counts that jumps, so it cannot "
        "be the level everywhere.",
        claim=r"\operatorname{cov}(\theta)=\sum_{x:\,\theta\in C(x)}\binom nx"
        r"\theta^x(1-\theta)^{n-x}",
        hypotheses=(
            "$X\\sim\\mathrm{Bin}(n,\\theta)$ with one fixed $\\theta$",
            "The interval $C(x)$ is a function of the count alone",
        ),
        steps=(
            Step(
                "The interval is random only through the count.",
                r"\operatorname{cov}(\theta)=P_\theta\big(\theta\in C(X)\big)",
            ),
            Step(
                "Only $n+1$ counts are possible, and they exclude each other: add the "
                "probabilities of those whose interval holds $\\theta$.",
                r"\operatorname{cov}(\theta)=\sum_{x=0}^nP_\theta(X=x)\,"
                r"\mathbf 1[\theta\in C(x)]",
            ),
            Step(
                "Put in the binomial probabilities.",
                r"\operatorname{cov}(\theta)=\sum_{x:\,\theta\in C(x)}\binom nx"
                r"\theta^x(1-\theta)^{n-x}",
            ),
            Step(
                "Where $\\theta$ crosses an end that belongs to one $C(x)$ alone, a whole positive "
                "term enters or leaves while the others change continuously: the curve jumps, so "
                "it is not constant. If the intervals are credible for a prior $p$, BU-13 fixes "
                "only the average over that prior.",
                r"\int_0^1\operatorname{cov}(\theta)\,p(\theta)\,d\theta=\gamma",
            ),
        ),
        how="Finds the first and the last count whose Jeffreys interval (scipy) holds the share, "
        "and subtracts scipy's cumulative probabilities, for three numbers of patients.",
        check=_at_one,
        source="Brown, Cai and DasGupta, Interval estimation for a binomial proportion, "
        "Statistical Science, 2001.",
    ),
    Statement(
        id="BU-15",
        section="intervals",
        title="The shortest interval of a level has equal density at both ends.",
        claim=r"\min_{l<u}\;u-l\;\;\text{s.t.}\;F(u)-F(l)=\gamma"
        r"\quad\Rightarrow\quad f(l)=f(u)",
        hypotheses=(
            "The posterior has a continuous density $f$, positive inside, that strictly rises to "
            "one peak and then strictly falls",
            "$f$ is 0 at both ends, as for a Beta with $a,b>1$",
        ),
        steps=(
            Step(
                "Let $t$ be the mass left below. The quantile function $Q$ gives both ends, and "
                "the mass is $\\gamma$ for every $t$.",
                r"l=Q(t),\qquad u=Q(t+\gamma),\qquad 0\le t\le 1-\gamma",
            ),
            Step(
                "The derivative of a quantile function is one over the density.",
                r"Q'(t)=\frac1{f(Q(t))}",
            ),
            Step(
                "So the width changes with $t$ like this.",
                r"\frac{d}{dt}(u-l)=\frac1{f(u)}-\frac1{f(l)}",
            ),
            Step(
                "So the width falls while the density is lower at the lower end, and rises while "
                "it is higher there.",
                r"\frac{d}{dt}(u-l)<0\;\Longleftrightarrow\;f(l)<f(u)",
            ),
            Step(
                "Near $t=0$ the density below is almost 0, near $t=1-\\gamma$ the one above: the "
                "width first falls and at last rises.",
                r"f(l)<f(u)\;\text{ near }t=0,\qquad f(l)>f(u)\;\text{ near }t=1-\gamma",
            ),
            Step(
                "While both ends lie before the peak $f(l)<f(u)$, and when both lie after it "
                "$f(l)>f(u)$. In between, $f(l)$ rises with $t$ and $f(u)$ falls, so they are "
                "equal at one $t$ only, and there the width is least.",
                r"f(l)=f(u)",
            ),
        ),
        how="Searches the shortest interval of the level between scipy's quantiles; the claimed "
        "one is found from equal densities.",
        check=_shortest,
        source="Box and Tiao, Bayesian Inference in Statistical Analysis, 1973, section 2.8.",
    ),
    Statement(
        id="BU-16",
        section="intervals",
        title="With a flat prior for a normal mean, the one-sided p value is a posterior "
        "probability.",
        claim=r"P(\mu\le\mu_0\mid y)=\Phi\Big(\frac{(\mu_0-\bar y)\sqrt n}{\sigma}\Big)"
        r"=P(\bar Y\ge\bar y\mid\mu=\mu_0)",
        hypotheses=(
            "The $y_i$ are independent and $N(\\mu,\\sigma^2)$ with $\\sigma$ known",
            "The prior of $\\mu$ is flat, that is, constant on the whole line",
            "The p value is that of $\\mu\\le\\mu_0$ against larger means",
        ),
        steps=(
            Step(
                "With a flat prior the posterior is proportional to the likelihood: the derivation "
                "of BU-11 holds with $1/v_0=0$.",
                r"\mu\mid y\;\sim\;N(\bar y,\;\sigma^2/n)",
            ),
            Step(
                "Standardise the posterior.",
                r"P(\mu\le\mu_0\mid y)=\Phi\Big(\frac{\mu_0-\bar y}{\sigma/\sqrt n}\Big)",
            ),
            Step(
                "If the mean is $\\mu_0$, the average of the data varies around it.",
                r"\bar Y\mid\mu_0\;\sim\;N(\mu_0,\;\sigma^2/n)",
            ),
            Step(
                "The p value is the chance of an average at least as large.",
                r"P(\bar Y\ge\bar y\mid\mu_0)=1-\Phi\Big(\frac{\bar y-\mu_0}"
                r"{\sigma/\sqrt n}\Big)",
            ),
            Step(
                "The normal curve is symmetric, $1-\\Phi(z)=\\Phi(-z)$: both are the same number.",
                r"1-\Phi\Big(\frac{\bar y-\mu_0}{\sigma/\sqrt n}\Big)"
                r"=\Phi\Big(\frac{\mu_0-\bar y}{\sigma/\sqrt n}\Big)",
            ),
        ),
        how="Integrates the likelihood numerically below and above the reference, and takes the "
        "p value from scipy's normal distribution, for three different numbers of values.",
        check=_one_sided,
        source="Casella and Berger, Reconciling Bayesian and frequentist evidence in the "
        "one-sided testing problem, Journal of the American Statistical Association, 1987.",
    ),
)
