"""Linear smoothers on a fixed design: bias, variance, training error and optimism."""

from __future__ import annotations

import numpy as np

from core.foundations.bias_variance import formulas
from core.foundations.bias_variance.instances import Floats, Law, every, kernel_smoother, skewed
from core.foundations.compare import equal
from core.foundations.schema import Reading, Section, Statement, Step

SECTION = Section(
    "fixed-design",
    "Fixed designs",
    "Keep the measuring points where they are and repeat only the noise. Many methods "
    r"(polynomials, splines, local means, ridge) then predict with a matrix, $\hat y=Hy$, and "
    "bias and variance can be computed without a single simulation. Bias is what the matrix does "
    "to the true curve, variance is what it does to the noise, and its trace tells how far the "
    "training error lies below the error on fresh values.",
)
M = 6
SIZES = (4, M, 7)


def smoothed(
    rng: np.random.Generator, m: int, sigma: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return a smoother, a curve, all noise vectors and their probabilities."""
    noise, chances = every(skewed(rng, sigma), m)
    return kernel_smoother(rng, m), rng.normal(size=m), noise, chances


def smoother_parts(rng: np.random.Generator) -> Reading:
    """Smooth every possible data set, and take mean and variance of the results point by point."""
    sigma = float(rng.uniform(0.4, 0.9))
    claimed, measured = [], []
    for m in SIZES:
        H, f, noise, chances = smoothed(rng, m, sigma)
        fits = (f + noise) @ H.T
        mean = chances @ fits
        claimed += [formulas.smoother_bias_squared(H, f), formulas.smoother_variance(H, sigma)]
        measured += [np.mean((mean - f) ** 2), np.mean(chances @ (fits - mean) ** 2)]
    note = f"squared bias and variance, {', '.join(map(str, SIZES))} points"
    return equal(claimed, measured, note)


def enumerated_errors(H: Floats, f: Floats, law: Law) -> tuple[float, float, Floats, Floats]:
    """Return expected training error and error on fresh values, over every data set.

    After these two numbers: the training error of each data set, and its probability.
    """
    values, odds = law
    noise, chances = every(law, len(f))
    y = f + noise
    fits = y @ H.T
    training: Floats = np.mean((y - fits) ** 2, axis=1)
    fresh = np.mean((f + values[:, None, None] - fits) ** 2, axis=2)
    return float(chances @ training), float(odds @ fresh @ chances), training, chances


def training_errors(rng: np.random.Generator) -> Reading:
    """Average the training error over every possible data set."""
    sigma = float(rng.uniform(0.4, 0.9))
    claimed, measured = [], []
    for m in SIZES:
        H, f, noise, chances = smoothed(rng, m, sigma)
        y = f + noise
        claimed.append(formulas.training_error(H, f, sigma))
        measured.append(chances @ np.mean((y - y @ H.T) ** 2, axis=1))
    note = f"mean training error, {', '.join(map(str, SIZES))} points"
    return equal(claimed, measured, note)


def optimism(rng: np.random.Generator) -> Reading:
    """Compare training error and error on fresh values, over every possible data set."""
    sigma = float(rng.uniform(0.4, 0.9))
    claimed, measured = [], []
    for m in SIZES:
        H, f = kernel_smoother(rng, m), rng.normal(size=m)
        shown, fresh, training, chances = enumerated_errors(H, f, skewed(rng, sigma))
        estimate = float(chances @ formulas.mallows(training, H, sigma))
        claimed += [formulas.optimism(H, sigma), estimate]
        measured += [fresh - shown, fresh]
    note = f"gap, and mean of Mallows' estimate, {', '.join(map(str, SIZES))} points"
    return equal(claimed, measured, note)


STATEMENTS = (
    Statement(
        id="BV-5",
        section="fixed-design",
        title=r"A linear smoother $\hat y=Hy$ has bias $(H-I)f$ and mean variance "
        r"$\sigma^2\operatorname{tr}(HH^\top)/m$.",
        claim=r"\frac1m\lVert\mathbb{E}\hat y-f\rVert^2=\frac1m\lVert(H-I)f\rVert^2,\qquad"
        r"\frac1m\sum_i\operatorname{Var}\hat y_i=\frac{\sigma^2}{m}\operatorname{tr}(HH^\top)",
        hypotheses=(
            r"$y=f+\varepsilon$ at $m$ points, with a fixed vector $f$ and "
            r"$\mathbb{E}\,\varepsilon=0$",
            r"The noise values are uncorrelated and have the same variance $\sigma^2$",
            r"$H$ does not depend on $y$",
        ),
        steps=(
            Step(
                "Put the model in. The matrix is fixed, so it acts on curve and noise apart.",
                r"\hat y=Hf+H\varepsilon",
            ),
            Step(
                r"The noise has mean 0; what is left is the bias.",
                r"\mathbb{E}\hat y-f=Hf-f=(H-I)f",
            ),
            Step(
                "The covariance of a fixed matrix times a vector has the matrix on both sides; "
                "equal variances and no correlation make the inner one a multiple of the identity.",
                r"\operatorname{Cov}\hat y=H\operatorname{Cov}(\varepsilon)H^\top=\sigma^2HH^\top",
            ),
            Step(
                "The sum of the variances is the trace of the covariance.",
                r"\frac1m\sum_i\operatorname{Var}\hat y_i=\frac{\sigma^2}{m}"
                r"\operatorname{tr}(HH^\top)=\frac{\sigma^2}{m}\sum_{i,j}H_{ij}^2",
            ),
        ),
        how="A local mean is applied to all 81, 729 and 2,187 data sets that a skewed three-valued "
        "noise allows at 4, 6 and 7 points.",
        check=smoother_parts,
        source="Buja, Hastie and Tibshirani, Linear smoothers and additive models, Annals of "
        "Statistics 17 (1989)",
    ),
    Statement(
        id="BV-6",
        section="fixed-design",
        title="The expected training error of a linear smoother is noise plus squared bias plus "
        r"variance, less $2\sigma^2\operatorname{tr}(H)/m$.",
        claim=r"\frac1m\,\mathbb{E}\lVert y-\hat "
        r"y\rVert^2=\sigma^2\Big(1-\frac{2\operatorname{tr}H}{m}+\frac{\operatorname{tr}HH^"
        r"\top}{m}\Big)+\frac1m\lVert(H-I)f\rVert^2",
        hypotheses=(
            r"$y=f+\varepsilon$ at $m$ points, with a fixed vector $f$ and "
            r"$\mathbb{E}\,\varepsilon=0$",
            r"The noise values are uncorrelated and have the same variance $\sigma^2$",
            r"$H$ does not depend on $y$",
        ),
        steps=(
            Step(
                "The residual is again a fixed matrix times the data.",
                r"y-\hat y=(I-H)f+(I-H)\varepsilon",
            ),
            Step(
                "Expand the squared length; the cross term is linear in the noise, which has "
                "mean 0.",
                r"\mathbb{E}\lVert y-\hat y\rVert^2=\lVert(I-H)f\rVert^2"
                r"+\mathbb{E}\lVert(I-H)\varepsilon\rVert^2",
            ),
            Step(
                "A squared length is the trace of its outer product, and trace and expectation "
                r"may be exchanged; uncorrelated noise with mean 0 and one variance has "
                r"$\mathbb{E}\,\varepsilon\varepsilon^\top=\sigma^2I$.",
                r"\mathbb{E}\lVert(I-H)\varepsilon\rVert^2=\operatorname{tr}\big((I-H)\,\sigma^2I\,"
                r"(I-H)^\top\big)",
            ),
            Step(
                r"Multiply out; $H$ and $H^\top$ have the same trace.",
                r"\sigma^2\operatorname{tr}(I-H-H^\top+HH^\top)=\sigma^2\big(m-2\operatorname{tr}H"
                r"+\operatorname{tr}HH^\top\big)",
            ),
            Step(
                "Divide by $m$.",
                r"\sigma^2\Big(1-\tfrac{2\operatorname{tr}H}{m}"
                r"+\tfrac{\operatorname{tr}HH^\top}{m}\Big)+\tfrac1m\lVert(H-I)f\rVert^2",
            ),
        ),
        how="The training error of a local mean is averaged over all possible data sets of 4, 6 "
        "and 7 points (81, 729 and 2,187).",
        check=training_errors,
        source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed. "
        "2009, sections 7.4 and 7.6",
    ),
    Statement(
        id="BV-7",
        section="fixed-design",
        title=r"The expected training error lies $2\sigma^2\operatorname{tr}(H)/m$ below the error "
        "on fresh values; adding this (Mallows' $C_p$) makes it an unbiased estimate of that "
        "error.",
        claim=r"\frac1m\,\mathbb{E}\lVert y'-\hat y\rVert^2-\frac1m\,\mathbb{E}\lVert y-\hat y"
        r"\rVert^2=\frac{2\sigma^2\operatorname{tr}H}{m},\qquad y'=f+\varepsilon'",
        hypotheses=(
            r"The fresh values $y'=f+\varepsilon'$ belong to the same points, and "
            r"$\varepsilon'$ is independent of $y$",
            r"All noise values have mean 0 and the same variance $\sigma^2$, and those of "
            r"$y=f+\varepsilon$ are uncorrelated",
            r"$H$ does not depend on $y$, and for the estimate $\sigma^2$ is known",
        ),
        steps=(
            Step(
                r"For fresh values BV-2 holds at each point; average over the points (BV-5).",
                r"\frac1m\mathbb{E}\lVert y'-\hat y\rVert^2=\sigma^2+\frac1m\lVert(H-I)f\rVert^2"
                r"+\frac{\sigma^2}{m}\operatorname{tr}HH^\top",
            ),
            Step(
                "For the training values take BV-6.",
                r"\frac1m\mathbb{E}\lVert y-\hat y\rVert^2=\sigma^2-\frac{2\sigma^2"
                r"\operatorname{tr}H}{m}+\frac{\sigma^2\operatorname{tr}HH^\top}{m}"
                r"+\frac1m\lVert(H-I)f\rVert^2",
            ),
            Step(
                "Subtract; noise, variance and bias stand in both and cancel.",
                r"\text{difference}=\frac{2\sigma^2}{m}\operatorname{tr}H",
            ),
            Step(
                "The same by BV-3: at a training point the covariance of noise and prediction is "
                r"$\sigma^2H_{ii}$, and twice its mean is the difference.",
                r"\frac2m\sum_i\operatorname{Cov}(\varepsilon_i,\hat y_i)"
                r"=\frac2m\sum_i\sigma^2H_{ii}",
            ),
            Step(
                "So the training error plus a known number has the right expectation.",
                r"\mathbb{E}\Big[\frac1m\lVert y-\hat y\rVert^2+\frac{2\sigma^2}{m}"
                r"\operatorname{tr}H\Big]=\frac1m\,\mathbb{E}\lVert y'-\hat y\rVert^2",
            ),
        ),
        how="All data sets of 4, 6 and 7 points (81, 729 and 2,187) are smoothed; each fit is "
        "compared with its own values and with every possible fresh value at every point.",
        check=optimism,
        source="Mallows, Some comments on Cp, Technometrics 15 (1973); Efron, The estimation of "
        "prediction error: covariance penalties and cross-validation, Journal of the American "
        "Statistical Association 99 (2004)",
    ),
)
