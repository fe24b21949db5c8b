"""How estimates change with the sample: kept cases, another prevalence, chance."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import expit

from core.foundations.compare import equal
from core.foundations.logistic_regression import formulas, formulas_fit
from core.foundations.logistic_regression.support import Floats, fitted, worst
from core.foundations.schema import Reading, Statement, Step

ROWS = (10, 7)
"""Rows whose outcomes are all gone through."""


def population(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return findings of nine groups, their shares, and intercept and slope of the log-odds."""
    x = np.linspace(-1.5, 2, 9) + rng.uniform(-0.1, 0.1, 9)
    truth = np.array([rng.uniform(-3, -2), rng.uniform(0.5, 1.2)])
    return np.column_stack([np.ones(9), x]), rng.dirichlet(np.full(9, 8.0)), truth


def kept_fit(
    X: Floats,
    shares: Floats,
    truth: Floats,
    kept: tuple[Floats | float, Floats | float],
    columns: Floats | None = None,
) -> Floats:
    """Return the fit to the population of which shares of cases and of controls are kept.

    It is a fit on the findings ``X``, or on other ``columns`` of the same groups.
    """
    used = X if columns is None else columns
    p = expit(X @ truth)
    mass = np.concatenate([shares * p * kept[0], shares * (1 - p) * kept[1]])
    y = np.repeat([1.0, 0.0], len(X))
    return fitted(np.vstack([used, used]), y, mass=mass / mass.sum())


def case_control_reading(
    X: Floats,
    shares: Floats,
    truth: Floats,
    kept: tuple[Floats | float, Floats | float],
    used: tuple[float, float],
) -> Reading:
    """Compare log-odds after the correction for the shares ``used`` with those of all people."""
    z = X @ kept_fit(X, shares, truth, kept)
    claimed = formulas_fit.population_logit(z, *used)
    return equal(claimed, X @ truth, f"the log-odds of {len(X)} groups")


def _case_control(rng: np.random.Generator) -> Reading:
    kept = float(rng.uniform(0.7, 0.95)), float(rng.uniform(0.05, 0.2))
    return case_control_reading(*population(rng), kept, kept)


def _shift(rng: np.random.Generator) -> Reading:
    given_event, given_none = rng.dirichlet(np.full(6, 4.0), 2)
    share, new = float(rng.uniform(0.2, 0.4)), float(rng.uniform(0.05, 0.15))
    old, moved = (
        rate * given_event / (rate * given_event + (1 - rate) * given_none) for rate in (share, new)
    )
    claimed = formulas_fit.shifted_probability(old, share, new)
    return equal(claimed, moved, "6 findings, share of events changed")


def rows_and_direction(
    rng: np.random.Generator, rows: int = ROWS[0]
) -> tuple[Floats, Floats, Floats]:
    """Return rows with three columns, coefficients, and a direction."""
    X = np.column_stack([np.ones(rows), rng.standard_normal((rows, 2))])
    return X, rng.uniform(-0.9, 0.9, 3), rng.uniform(0.3, 1, 3)


def enumerated_variance(X: Floats, w: Floats, direction: Floats, copies: int = 1) -> float:
    """Return the variance of the score over all outcomes, each counted ``copies`` times."""
    p = expit(X @ w)
    outcomes = np.array(list(itertools.product((0.0, 1.0), repeat=len(X))))
    chances = np.prod(np.where(outcomes == 1, p, 1 - p), axis=1)
    score = copies * (outcomes - p) @ (X @ direction)
    return float(chances @ score**2 - (chances @ score) ** 2)


def _identity(rng: np.random.Generator) -> Reading:
    readings = []
    for rows in ROWS:
        X, w, direction = rows_and_direction(rng, rows)
        claimed = formulas_fit.score_variance(X, w, direction)
        measured = enumerated_variance(X, w, direction)
        readings.append(equal(claimed, measured, f"all {2**rows} outcomes of {rows} rows"))
    return worst(*readings)


def wald(beta: NDArray[Any], n: int) -> NDArray[Any]:
    """Return the Wald statistic of the hypothesis that the log-odds are 0."""
    p = 1 / (1 + np.exp(-beta))
    statistic: NDArray[Any] = n * beta**2 * p * (1 - p)
    return statistic


def likelihood_ratio(beta: NDArray[Any], n: int) -> NDArray[Any]:
    """Return the likelihood-ratio statistic of the same hypothesis."""
    p = 1 / (1 + np.exp(-beta))
    statistic: NDArray[Any] = 2 * n * (p * np.log(2 * p) + (1 - p) * np.log(2 * (1 - p)))
    return statistic


def turning_point() -> float:
    """Return the estimated log-odds at which the Wald statistic is largest, found by a search."""
    found = minimize_scalar(
        lambda beta: -float(wald(np.asarray(beta), 1)), bounds=(0.5, 6), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    return float(found.x)


def _hauck_donner(rng: np.random.Generator) -> Reading:
    sizes = (int(rng.integers(40, 75)), int(rng.integers(80, 120)))
    beta = np.append(rng.uniform(0.3, 2, 4), rng.uniform(2.6, 5, 4))
    moved = beta + 1e-30j
    return worst(
        equal(
            [formulas_fit.wald_slope(beta, n) for n in sizes],
            [wald(moved, n).imag / 1e-30 for n in sizes],
            f"Wald, 8 places, n = {sizes[0]} and {sizes[1]}",
        ),
        equal(
            [formulas_fit.ratio_slope(beta, n) for n in sizes],
            [likelihood_ratio(moved, n).imag / 1e-30 for n in sizes],
            f"likelihood ratio, 8 places, n = {sizes[0]} and {sizes[1]}",
        ),
    )


def flipped_log_odds_ratio(shares: Floats, flips: Floats) -> float:
    """Return the log odds ratio of two shares after outcomes were flipped with these rates."""
    seen = shares * (1 - flips) + (1 - shares) * flips
    rows = np.column_stack([seen, 1 - seen])
    return formulas.log_odds_ratio(rows[1], rows[0])


STATEMENTS = (
    Statement(
        id="LR-31",
        section="calibration",
        title="Sampling cases and controls at different rates moves the intercept alone.",
        claim=r"\begin{aligned}&\operatorname{logit}P(1\mid x,\text{kept})\\"
        r"&=\operatorname{logit}P(1\mid x)+\log\frac{s_1}{s_0}\end{aligned}",
        hypotheses=(
            "A case is kept with probability $s_1>0$, a control with $s_0>0$, **whatever its"
            " findings**.",
            "The model is right in the population: the logit is linear in the columns.",
        ),
        steps=(
            Step(
                "Bayes' rule for a case among those kept.",
                r"P(1\mid x,\text{kept})=\frac{s_1\,P(1\mid x)}{s_1P(1\mid x)+s_0P(0\mid x)}",
            ),
            Step(
                "The odds: the denominator cancels.",
                r"\frac{P(1\mid x,\text{kept})}{P(0\mid x,\text{kept})}"
                r"=\frac{s_1}{s_0}\cdot\frac{P(1\mid x)}{P(0\mid x)}",
            ),
            Step(
                "The logarithm. The added number does not depend on $x$, so it goes into the"
                " intercept and no slope changes.",
                r"\operatorname{logit}P(1\mid x,\text{kept})=b+\log\frac{s_1}{s_0}+w^\top x",
            ),
            Step(
                "Subtracting it from the log-odds of a fit to the kept rows gives those of the"
                " population.",
                r"\hat z-\log\frac{s_1}{s_0}",
            ),
        ),
        how="The likelihood of the kept part of a whole population of nine groups is maximised"
        " numerically; its corrected log-odds are compared with the true ones.",
        check=_case_control,
        source="Prentice and Pyke, Logistic disease incidence models and case-control studies,"
        " Biometrika 66 (1979).",
    ),
    Statement(
        id="LR-32",
        section="calibration",
        title="Where the share of events is another one, Bayes' rule says how every estimate"
        " moves.",
        claim=r"p'=\frac{p\,\pi'/\pi}{p\,\pi'/\pi+(1-p)\,(1-\pi')/(1-\pi)}",
        hypotheses=(
            "The findings of people with the event, and of those without it, are distributed as"
            " before; only the share of events changes from $\\pi$ to $\\pi'$, both inside (0, 1).",
        ),
        steps=(
            Step(
                "Bayes' rule before, solved for the densities.",
                r"f(x\mid1)=\frac{p\,f(x)}{\pi},\qquad f(x\mid0)=\frac{(1-p)\,f(x)}{1-\pi}",
            ),
            Step(
                "Bayes' rule after, with the same densities.",
                r"p'=\frac{\pi'f(x\mid1)}{\pi'f(x\mid1)+(1-\pi')f(x\mid0)}",
            ),
            Step(
                "Insert; $f(x)$ cancels.",
                r"p'=\frac{p\,\pi'/\pi}{p\,\pi'/\pi+(1-p)(1-\pi')/(1-\pi)}",
            ),
            Step(
                "In log-odds it is LR-31 once more: one number is added.",
                r"\operatorname{logit}p'=\operatorname{logit}p"
                r"+\operatorname{logit}\pi'-\operatorname{logit}\pi",
            ),
        ),
        how="Two tables of findings by outcome, one for each share, are read directly.",
        check=_shift,
        source="Saerens, Latinne and Decaestecker, Adjusting the outputs of a classifier to new a"
        " priori probabilities, Neural Computation 14 (2002).",
    ),
    Statement(
        id="LR-33",
        section="calibration",
        title="The variance of the score is the curvature, on which the usual standard errors"
        " rest.",
        claim=r"\operatorname{Var}\bigl[v^\top X^\top(y-p)\bigr]=v^\top X^\top DX\,v",
        hypotheses=(
            "The model is right: row $i$ has the event with probability"
            " $p_i=\\sigma(x_i^\\top w)$.",
            "The outcomes are independent.",
        ),
        steps=(
            Step(
                "An outcome minus its probability has mean 0 and variance $p_i(1-p_i)$ (LR-3).",
                r"\mathbb E[y_i-p_i]=0,\qquad\operatorname{Var}(y_i)=p_i-p_i^2",
            ),
            Step(
                "The score along $v$ is a sum over independent rows: variances add.",
                r"\operatorname{Var}\Bigl[\sum_i(x_i^\top v)(y_i-p_i)\Bigr]"
                r"=\sum_i(x_i^\top v)^2p_i(1-p_i)",
            ),
            Step("As a matrix this is the curvature of LR-11.", r"=v^\top X^\top DX\,v"),
            Step(
                "What follows from it, as an approximation for many rows: one Newton step (LR-13)"
                " from the truth gives the estimate up to terms that vanish beside it as rows are"
                " added, and its variance is that of the score between two inverses.",
                r"\hat w-w\approx(X^\top DX)^{-1}X^\top(y-p)\ \Rightarrow\ "
                r"\operatorname{Var}(\hat w)\approx(X^\top DX)^{-1}",
            ),
        ),
        how="All outcomes of ten rows (1,024) and of seven rows (128) are gone through; each score"
        " counts with the probability of its outcomes.",
        check=_identity,
        source="van der Vaart, Asymptotic Statistics (1998), section 5.5.",
    ),
    Statement(
        id="LR-34",
        section="calibration",
        title="The Wald statistic turns back for strong effects; the likelihood ratio never does.",
        claim=r"\begin{gathered}"
        r"\frac{dW}{d\hat\beta}=n\hat\beta\,\hat p(1-\hat p)\bigl(2-\hat\beta\tanh\tfrac{\hat"
        r"\beta}2\bigr),\\"
        r"\frac{d\Lambda}{d\hat\beta}=2n\,\hat\beta\,\hat p(1-\hat p)"
        r"\end{gathered}",
        hypotheses=(
            "$n$ outcomes of one group, of which a share $\\hat p=\\sigma(\\hat\\beta)$ has the"
            " event, $0<\\hat p<1$; tested is $\\beta=0$.",
        ),
        steps=(
            Step(
                "The Wald statistic is the squared estimate times its information: LR-33 with one"
                " column of ones.",
                r"W=n\,\hat\beta^2\,\hat p(1-\hat p)",
            ),
            Step(
                "Product rule, with $\\frac{d}{d\\beta}p(1-p)=(1-2p)\\,p(1-p)$ (LR-12).",
                r"\frac{dW}{d\hat\beta}=n\,\hat p(1-\hat p)\bigl[2\hat\beta"
                r"+\hat\beta^2(1-2\hat p)\bigr]",
            ),
            Step(
                "By LR-5, $2p-1=\\tanh(\\beta/2)$. The bracket is negative once"
                " $\\hat\\beta\\tanh(\\hat\\beta/2)>2$: from 2.40, a share of 92 %, and in the same"
                " way below -2.40.",
                r"2\hat\beta+\hat\beta^2(1-2\hat p)"
                r"=\hat\beta\,\bigl(2-\hat\beta\tanh\tfrac{\hat\beta}{2}\bigr)",
            ),
            Step(
                "The likelihood ratio is twice the difference of the log-likelihoods at $\\hat p$"
                " and at one half.",
                r"\Lambda=2n\bigl[\hat p\log(2\hat p)+(1-\hat p)\log(2(1-\hat p))\bigr]",
            ),
            Step(
                "Its derivative in $\\hat p$ is $2n[\\log(2\\hat p)-\\log(2(1-\\hat"
                " p))]=2n\\hat\\beta$; chain rule with LR-3. It has the sign of $\\hat\\beta$"
                " everywhere.",
                r"\frac{d\Lambda}{d\hat\beta}=2n\,\hat\beta\,\hat p(1-\hat p)",
            ),
        ),
        how="Complex steps on both statistics, for two numbers of rows, at eight estimates on"
        " both sides of the turning point.",
        check=_hauck_donner,
        source="Hauck and Donner, Wald's test as applied to hypotheses in logit analysis, Journal"
        " of the American Statistical Association 72 (1977).",
    ),
)
