"""What the score equations promise in the sample, and what a calibrated forecast is worth."""

from __future__ import annotations

import numpy as np
from scipy.special import expit
from scipy.stats import bernoulli

from core.foundations.compare import equal
from core.foundations.logistic_regression import formulas_fit as formulas
from core.foundations.logistic_regression.support import (
    Floats,
    best_loss,
    design,
    fitted,
    outcomes,
    overlapping,
    worst,
)
from core.foundations.schema import Reading, Section, Statement, Step
from core.stats.calibration import recalibration

SECTION = Section(
    "calibration",
    "Calibration",
    "Among people given a risk of 20 %, do 20 % have the event? In its own sample a fit by maximum"
    " likelihood has the right mean and a calibration line of slope 1, by algebra and not by merit;"
    " that answers neither this question nor what happens in new data. Calibration alone is also"
    " not enough: a forecaster who always names the base rate is calibrated and useless. And if"
    " cases were sampled more often than controls, one number repairs the estimates.",
)

FRESH = 8_000
"""Rows outside the sample on which an overfitted model is judged."""


def _scores(rng: np.random.Generator) -> Reading:
    samples = [grouped_rows(rng, n) for n in (80, 61)]
    return worst(*(score_reading(X, y, expit(X @ fitted(X, y))) for X, y in samples))


def grouped_rows(rng: np.random.Generator, n: int = 80) -> tuple[Floats, Floats]:
    """Return rows with a column of ones, two findings and one yes-or-no finding; outcomes."""
    X, y = overlapping(rng, n)
    group = (np.arange(len(X)) % 3 == 0).astype(float)
    return np.column_stack([X, group]), y


def score_reading(X: Floats, y: Floats, p: Floats) -> Reading:
    """Compare the mean of each column times the outcome with that of the column times p."""
    measured = [float(np.mean(column * p)) for column in X.T]
    return equal(formulas.moments(X, y), measured, f"{X.shape[1]} columns of {len(X)} rows")


def line_reading(y: Floats, z: Floats) -> Reading:
    """Compare the recalibration line of log-odds with intercept 0 and slope 1."""
    found = recalibration(y.astype(np.int64), z)
    return equal(formulas.in_sample_line(), found, f"intercept and slope, {len(y)} rows")


def _line(rng: np.random.Generator) -> Reading:
    X, y = overlapping(rng)
    return line_reading(y, X @ fitted(X, y))


def forecasts(rng: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """Return forecasts and outcomes row by row, and per group the weight and share of events."""
    sizes = rng.integers(20, 60, 5)
    events = np.array([int(rng.integers(3, size - 2)) for size in sizes])
    named = rng.uniform(0.1, 0.9, 5)
    p = np.repeat(named, sizes)
    y = np.concatenate(
        [np.arange(size) < event for size, event in zip(sizes, events, strict=True)]
    ).astype(float)
    return p, y, named, np.array([sizes / sizes.sum(), events / sizes])


def _log_loss(rng: np.random.Generator) -> Reading:
    p, y, named, (weights, shares) = forecasts(rng)
    claimed = formulas.calibration_loss(weights, shares, named)
    claimed += formulas.refinement_loss(weights, shares)
    measured = -float(np.mean(bernoulli(p).logpmf(y)))
    return equal(claimed, measured, f"the mean log loss of {len(y)} rows")


def _brier(rng: np.random.Generator) -> Reading:
    p, y, named, (weights, shares) = forecasts(rng)
    claimed = formulas.brier_sum(weights, shares, named)
    return equal(claimed, float(np.mean((p - y) ** 2)), f"the Brier score of {len(y)} rows")


def groups(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the weights of five groups and the probability of the event in each."""
    return rng.dirichlet(np.full(5, 6.0)), rng.uniform(0.05, 0.95, 5)


def _information(rng: np.random.Generator) -> Reading:
    weights, p = groups(rng)
    one = np.ones(1)
    known = sum(w * best_loss(one, np.array([q])) for w, q in zip(weights, p, strict=True))
    measured = best_loss(weights, p) - known
    return equal(formulas.information(weights, p), measured, "what knowing 5 groups is worth")


def overfitted(rng: np.random.Generator, noise: int = 16, n: int = 120) -> tuple[Floats, Floats]:
    """Return new outcomes and their log-odds by a fit to few rows with many columns of noise."""
    beta = np.concatenate([[-0.3, 0.7], np.zeros(noise)])
    X = design(rng, n, noise + 1)
    w = fitted(X, outcomes(rng, X, beta))
    fresh = design(rng, FRESH, noise + 1)
    return outcomes(rng, fresh, beta), fresh @ w


STATEMENTS = (
    Statement(
        id="LR-26",
        section="calibration",
        title="In the sample of the fit mean risk equals observed share, overall and in every group"
        " with a column of its own.",
        claim=r"\sum_i x_{ij}\,\hat p_i=\sum_i x_{ij}\,y_i\ \text{ for every column }j",
        hypotheses=(
            "The coefficients maximise the likelihood, without a penalty; a maximum exists"
            " (LR-21).",
            "The model has an intercept (a column of ones), and an indicator column for the group.",
        ),
        steps=(
            Step(
                "At the maximum, which is at finite coefficients, the gradient of LR-10 is 0.",
                r"X^\top(\hat p-y)=0",
            ),
            Step("The row of a column $j$.", r"\sum_i x_{ij}\,(\hat p_i-y_i)=0"),
            Step(
                "For the column of ones.",
                r"\frac1n\sum_i\hat p_i=\frac1n\sum_i y_i",
            ),
            Step(
                "For an indicator only the rows of its group $G$ are left.",
                r"\sum_{i\in G}\hat p_i=\sum_{i\in G}y_i",
            ),
        ),
        how="A numerical maximum of the likelihood, found without the gradient formula, in two"
        " samples of different size; means are taken column by column.",
        check=_scores,
        source="Agresti, Categorical Data Analysis, 3rd ed. (2013), section 5.5.",
    ),
    Statement(
        id="LR-27",
        section="calibration",
        title="In the sample of the fit the recalibration line is always perfect: intercept 0,"
        " slope 1.",
        claim=r"\arg\min_{\alpha,\beta}L(\alpha+\beta\,\hat z)=(0,1)",
        hypotheses=(
            "$\\hat z=X\\hat w$ of the fit that maximised the likelihood of the **same** rows.",
            "The model has an intercept, and $\\hat z$ varies.",
        ),
        steps=(
            Step(
                "The line's two score equations, by LR-10 with the columns $1$ and $\\hat z$.",
                r"\sum_i(p_i-y_i)=0,\qquad\sum_i\hat z_i\,(p_i-y_i)=0",
            ),
            Step(
                "Try $\\alpha=0$, $\\beta=1$: then $p=\\hat p$. The first holds by LR-26.",
                r"\sum_i(\hat p_i-y_i)=0",
            ),
            Step(
                "The second is a combination of the equations of LR-26.",
                r"\sum_i\hat z_i(\hat p_i-y_i)=\hat w^\top X^\top(\hat p-y)=0",
            ),
            Step(
                "By LR-11 the loss is strictly convex in $(\\alpha,\\beta)$ as $\\hat z$ varies:"
                " there is no other solution.",
                r"(\alpha,\beta)=(0,1)",
            ),
        ),
        how="The calibration fit that the clinical pages use, on the log-odds of a numerical"
        " maximum of the likelihood.",
        check=_line,
        source="Van Calster and others, A calibration hierarchy for risk models was defined,"
        " Journal of Clinical Epidemiology 74 (2016).",
    ),
    Statement(
        id="LR-28",
        section="calibration",
        title="Log loss is calibration loss plus refinement loss.",
        claim=r"\begin{aligned}-\frac1n\sum_i\log P_{f_i}(y_i)"
        r"&=\sum_k\omega_k\,\mathrm{KL}(o_k\Vert f_k)\\&+\sum_k\omega_k\,H(o_k)\end{aligned}",
        hypotheses=(
            "Finitely many different forecasts $f_k$, each given to a share $\\omega_k$ of the"
            " rows, of which a share $o_k$ has the event; all inside (0, 1).",
        ),
        steps=(
            Step(
                "Sum the rows group by group.",
                r"-\sum_k\omega_k\bigl[o_k\log f_k+(1-o_k)\log(1-f_k)\bigr]",
            ),
            Step(
                "The bracket is an expected cross-entropy with $q=o_k$ and $p=f_k$: LR-9.",
                r"-o_k\log f_k-(1-o_k)\log(1-f_k)=H(o_k)+\mathrm{KL}(o_k\Vert f_k)",
            ),
            Step(
                "Insert. By LR-9 the first sum is 0 exactly when every forecast is the share of its"
                " group; the second does not depend on the numbers named, only on the groups they"
                " make.",
                r"\sum_k\omega_k\mathrm{KL}(o_k\Vert f_k)+\sum_k\omega_k H(o_k)",
            ),
        ),
        how="The mean over single rows of the log probability that scipy gives.",
        check=_log_loss,
        source="Bröcker, Reliability, sufficiency, and the decomposition of proper scores,"
        " Quarterly Journal of the Royal Meteorological Society 135 (2009).",
    ),
    Statement(
        id="LR-29",
        section="calibration",
        title="The Brier score is reliability minus resolution plus uncertainty.",
        claim=r"\begin{aligned}\frac1n\sum_i(f_i-y_i)^2&=\sum_k\omega_k(f_k-o_k)^2\\"
        r"&-\sum_k\omega_k(o_k-\bar o)^2+\bar o(1-\bar o)\end{aligned}",
        hypotheses=("As in LR-28; $\\bar o=\\sum_k\\omega_k o_k$.",),
        steps=(
            Step(
                "Within a group, $y$ is 1 for a share $o_k$.",
                r"o_k(f_k-1)^2+(1-o_k)f_k^2=f_k^2-2f_ko_k+o_k",
            ),
            Step(
                "Complete the square.",
                r"f_k^2-2f_ko_k+o_k=(f_k-o_k)^2+o_k(1-o_k)",
            ),
            Step(
                "The average of the first term over the groups is the reliability. Of the second"
                " term: add and subtract $\\bar o^2$.",
                r"\sum_k\omega_k o_k-\sum_k\omega_k o_k^2"
                r"=\bar o-\bar o^2-\Bigl(\sum_k\omega_k o_k^2-\bar o^2\Bigr)",
            ),
            Step(
                "The bracket is the variance of the shares, since the $\\omega_k$ sum to 1. With"
                " the reliability these are the three terms claimed.",
                r"\sum_k\omega_k o_k(1-o_k)=\bar o(1-\bar o)-\sum_k\omega_k(o_k-\bar o)^2",
            ),
        ),
        how="The mean squared error over single rows.",
        check=_brier,
        source="Murphy, A new vector partition of the probability score, Journal of Applied"
        " Meteorology 12 (1973).",
    ),
    Statement(
        id="LR-30",
        section="calibration",
        title="Naming the base rate is calibrated, and costs exactly the information it ignores.",
        claim=r"\begin{gathered}"
        r"H(\bar p)-\sum_k\pi_kH(p_k)=\sum_k\pi_k\,\mathrm{KL}(p_k\Vert\bar p)\ge0,\\"
        r"\bar p=\sum_k\pi_kp_k"
        r"\end{gathered}",
        hypotheses=(
            "The people fall into groups with shares $\\pi_k$ and probabilities $p_k$ inside"
            " (0, 1).",
        ),
        steps=(
            Step(
                "By LR-28 with the one forecast $\\bar p$ for all, the calibration loss is 0: the"
                " share among all is $\\bar p$.",
                r"\text{loss of the base rate}=H(\bar p)",
            ),
            Step(
                "By LR-9 the best forecast of a group is its own probability.",
                r"\text{lowest loss}=\sum_k\pi_kH(p_k)",
            ),
            Step(
                "By LR-9 within each group, the loss of $\\bar p$ there exceeds the lowest by a"
                " divergence; over all groups it averages to the loss of the first step.",
                r"H(\bar p)=\sum_k\pi_k\bigl[H(p_k)+\mathrm{KL}(p_k\Vert\bar p)\bigr]",
            ),
            Step(
                "Subtract. By LR-9 the gap is at least 0, and 0 only if all groups have one"
                " probability; calibration does not make it small.",
                r"H(\bar p)-\sum_k\pi_kH(p_k)=\sum_k\pi_k\mathrm{KL}(p_k\Vert\bar p)",
            ),
        ),
        how="A search finds the lowest loss that one forecast for all can have, and the lowest"
        " within every group; the difference is compared.",
        check=_information,
        source="Cover and Thomas, Elements of Information Theory, 2nd ed. (2006), section 2.4.",
    ),
)
