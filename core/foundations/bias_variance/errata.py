"""Errors of common texts on bias and variance, each refuted by a computed instance."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from core.foundations.bias_variance import formulas, formulas_many
from core.foundations.bias_variance.ensembles import average_variance, equicorrelation
from core.foundations.bias_variance.fixed_design import enumerated_errors
from core.foundations.bias_variance.instances import (
    NORMAL_LIKE,
    Floats,
    basis,
    design,
    every,
    hat,
    mean_and_variance,
    midpoints,
    normal_designs,
    skewed,
    wave,
)
from core.foundations.bias_variance.regularisation import decayed, error_matrix
from core.foundations.bias_variance.validation import fold_errors
from core.foundations.compare import at_least, at_most, equal, sampled
from core.foundations.schema import Erratum, Reading


def _median_fit(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Return noise variance, bias, expected squared error and squared expected error."""
    sigma = float(rng.uniform(0.5, 0.9))
    law = skewed(rng, sigma)
    f = rng.normal(size=5)
    target = float(f.mean() + rng.uniform(0.5, 1))
    noise, chances = every(law, 5)
    fits = np.median(f + noise, axis=1)
    mean = mean_and_variance(fits, chances)[0]
    gaps = target + law[0] - fits[:, None]
    squared = float(chances @ gaps**2 @ law[1])
    return sigma**2, mean - target, squared, float(chances @ gaps @ law[1]) ** 2


def ceiling(rng: np.random.Generator) -> Reading:
    """Compare an expected error with the noise."""
    noise, _, squared, _ = _median_fit(rng)
    return at_most(noise, squared, "noise as the highest error, against a median's error")


def outside(rng: np.random.Generator) -> Reading:
    """Square after the expectation instead of before."""
    _, _, squared, outer = _median_fit(rng)
    return equal(outer, squared, "square of the mean error, against the mean squared error")


def passes_through(rng: np.random.Generator) -> Reading:
    """Fit degree 15 to 20 noisy values."""
    x = midpoints(20)
    y = wave(x) + 0.3 * rng.normal(size=20)
    columns = basis(x, 15)
    residual = y - columns @ linalg.lstsq(columns, y)[0]
    return equal(0.0, np.sqrt(np.mean(residual**2)), "training error (root mean square), degree 15")


def interval_bias(m: int, k: int = 5) -> float:
    """Return the mean squared bias of k nearest neighbours for a wave on a grid in [0, 1]."""
    x = midpoints(m)
    nearest = np.argsort(np.abs(x[:, None] - x), axis=1, kind="stable")[:, :k]
    return float(np.mean((wave(x)[nearest].mean(axis=1) - wave(x)) ** 2))


def bias_stays(rng: np.random.Generator) -> Reading:
    """Compute the bias of five nearest neighbours at 20 and at 300 to 600 points."""
    m = int(rng.integers(300, 600))
    return equal(interval_bias(20), interval_bias(m), f"bias² at m = 20, and at m = {m}")


def decay_divided(rng: np.random.Generator) -> Reading:
    """Divide the penalty by the number of rows although the loss is a sum."""
    m, p, penalty = 9, 3, float(rng.uniform(0.6, 1.2))
    X, y = design(rng, m, p), rng.normal(size=m)
    claimed = formulas.ridge_coefficients(X, y, penalty)
    theta = decayed(X, y, penalty / m, share=1.0)
    return equal(claimed, theta, f"ridge, against decay λ/m on a summed loss, m = {m}")


def independent_models(rng: np.random.Generator) -> Reading:
    """Average ten correlated models, and expect a tenth of the variance."""
    models, correlation = 10, float(rng.uniform(0.3, 0.6))
    measured = average_variance(equicorrelation(correlation, 1.0, models))
    return equal(1 / models, measured, f"{models} models, correlation {correlation:.2f}")


def gap_is_bias(rng: np.random.Generator) -> Reading:
    """Enumerate the gap of a model without bias: a straight line fitted to a straight line."""
    x = midpoints(7)
    f = rng.normal() + rng.normal() * x
    H = hat(x, 1)
    shown, fresh, _, _ = enumerated_errors(H, f, skewed(rng, float(rng.uniform(0.2, 0.5))))
    bias_squared = formulas.smoother_bias_squared(H, f)
    return equal(bias_squared, fresh - shown, "bias², against the gap of training and test error")


def cv_unbiased(rng: np.random.Generator) -> Reading:
    """Take two-fold cross-validation for the error of the final model."""
    m, sigma = 6, float(rng.uniform(0.6, 1.2))
    noise, chances = every(skewed(rng, sigma), m)
    measured = chances @ fold_errors(rng.normal() + noise, 2).mean(axis=1)
    claimed = formulas_many.mean_error(sigma, m)
    return equal(claimed, measured, "error of the mean of 6 rows, against 2-fold cross-validation")


def fold_deviation(rng: np.random.Generator) -> Reading:
    """Take the squared standard error of the folds for the variance of the estimate."""
    m, k, sigma = 8, 4, float(rng.uniform(0.6, 1.2))
    noise, chances = every(NORMAL_LIKE, m)
    errors = fold_errors(sigma * noise, k)
    overall = errors.mean(axis=1)
    true = chances @ (overall - chances @ overall) ** 2
    suggested = chances @ errors.var(axis=1, ddof=1) / k
    return equal(suggested, true, "variance that the folds suggest, against the true one")


def validation_unbiased(rng: np.random.Generator) -> Reading:
    """Report the best validation score of ten equal models as its error."""
    mean, deviation = float(rng.uniform(0.2, 0.3)), float(rng.uniform(0.02, 0.03))
    best = rng.normal(mean, deviation, (20_000, 10)).min(axis=1)
    return sampled(mean, best, "error of ten equal models, against the best score")


def bias_of_mean(rng: np.random.Generator) -> Reading:
    """Estimate the squared bias of an unbiased fit from the mean of four refits."""
    law = skewed(rng, float(rng.uniform(0.5, 1.0)))
    fits, chances = every(law, 4)
    return equal(0.0, chances @ fits.mean(axis=1) ** 2, "bias² of an unbiased fit, four refits")


def always_worse(rng: np.random.Generator) -> Reading:
    """Compare the variance for 13 and for 60 features, with 10 rows and no signal."""
    m = 10
    few = formulas_many.interpolation_variance(1.0, 13, m)
    inverse = np.linalg.pinv(normal_designs(rng, m, 60, 500))
    many = float(np.mean(np.sum(inverse**2, axis=(1, 2))))
    return at_least(few, many, "variance at p = 13, against p = 60, m = 10")


def ridge_needs_collinearity(rng: np.random.Generator) -> Reading:
    """Apply a small penalty to a design with orthogonal columns of equal length."""
    m, p, sigma = 9, 3, float(rng.uniform(0.4, 0.9))
    X = np.linalg.qr(rng.normal(size=(m, p)))[0]
    theta = rng.normal(size=p)
    theta *= float(rng.uniform(1, 2)) / np.sqrt(theta @ theta)
    penalty = formulas.ridge_safe_limit(theta, sigma) / 2
    errors: Floats = np.array([np.trace(error_matrix(X, theta, sigma, a)) for a in (0.0, penalty)])
    return at_least(errors[0], errors[1], "error of least squares, against ridge")


ERRATA = (
    Erratum(
        id="BV-e1",
        claim="Irreducible noise is called a ceiling: an upper limit of the expected error.",
        counterexample="A median fitted to five noisy values: its expected squared error lies "
        "above the noise.",
        check=ceiling,
        corrected="The noise is a floor: squared bias and variance are added to it and are never "
        "negative.",
        statement="BV-2",
    ),
    Erratum(
        id="BV-e2",
        claim="A polynomial of degree 15 is said to pass through all 20 points.",
        counterexample="20 noisy values of a sine, least squares with 16 coefficients: residuals "
        "remain.",
        check=passes_through,
        corrected=r"Degree $d$ passes through $m$ distinct points for all values if and only if "
        r"$d+1\ge m$: degree 19 is needed.",
        statement="BV-9",
    ),
    Erratum(
        id="BV-e3",
        claim="More data are said to reduce variance only, never bias.",
        counterexample="Five nearest neighbours on a sine over $[0,1]$, with 20 points and with "
        "300 to 600.",
        check=bias_stays,
        corrected="For a fixed family (polynomials of one degree) the bias tends to that of the "
        "best member and stays. Where the neighbourhood shrinks it falls: on the circle of BV-23, "
        "at fixed $k$, the squared bias falls like $m^{-4}$.",
        statement="BV-23",
    ),
    Erratum(
        id="BV-e4",
        claim=r"Weight decay is written with $\lambda/m$ although the loss is a sum, not a mean.",
        counterexample="Nine rows, three features: gradient descent with that decay ends elsewhere "
        "than ridge.",
        check=decay_divided,
        corrected=r"Decay $a$ on the mean loss $\tfrac1{2m}\lVert y-X\theta\rVert^2$ is ridge with "
        r"$\lambda=ma$; on the sum $\tfrac12\lVert y-X\theta\rVert^2$ it is ridge with "
        r"$\lambda=a$.",
        statement="BV-13",
    ),
    Erratum(
        id="BV-e5",
        claim=r"Models trained on the same data are called independent, so that averaging $B$ of "
        r"them leaves a $B$-th of the variance.",
        counterexample="Ten models with a correlation between 0.3 and 0.6.",
        check=independent_models,
        corrected=r"The variance is $\rho v+(1-\rho)v/B$; the part $\rho v$ stays.",
        statement="BV-15",
    ),
    Erratum(
        id="BV-e6",
        claim="A lasting gap between training and test error is read as a sign of bias.",
        counterexample="A straight line fitted to noisy values of a straight line at seven points: "
        "no bias, and a gap over all 2,187 possible data sets.",
        check=gap_is_bias,
        corrected=r"For a linear smoother the gap is $2\sigma^2\operatorname{tr}(H)/m$, whatever "
        "the bias is. Bias raises both errors by the same amount, so it does not show in the gap.",
        statement="BV-7",
    ),
    Erratum(
        id="BV-e7",
        claim="Cross-validation is called an unbiased estimate of the error of the final model.",
        counterexample="The mean of six rows, two folds, every possible data set.",
        check=cv_unbiased,
        corrected="For independent rows it is unbiased for a fit to $(k-1)m/k$ rows; for the mean "
        "of all rows it is too high by a known amount.",
        statement="BV-20",
    ),
    Erratum(
        id="BV-e8",
        claim="The standard deviation of the folds, divided by the root of their number, is given "
        "as the uncertainty of cross-validation.",
        counterexample="The mean of eight normal rows, four folds: both variances by enumeration.",
        check=fold_deviation,
        corrected="Folds share training rows; on average the suggested variance is short by the "
        "covariance of two folds, which is positive for the mean of normal rows.",
        statement="BV-21",
    ),
    Erratum(
        id="BV-e9",
        claim="The validation set is said to give an unbiased error although it was used for "
        "tuning.",
        counterexample="Ten equally good models with independent normal scores; the best score is "
        "reported.",
        check=validation_unbiased,
        corrected="The winner's score is too good by a multiple of its standard deviation that "
        "grows with the number of models; a test set that chose nothing is unbiased.",
        statement="BV-22",
    ),
    Erratum(
        id="BV-e10",
        claim="In the derivation the square is put outside the expectation, as if the order did "
        "not matter.",
        counterexample="A median with bias: the square of the mean error is the squared bias "
        "alone.",
        check=outside,
        corrected=r"$(\mathbb{E}[y-\hat y])^2=\text{bias}^2$, while $\mathbb{E}[(y-\hat y)^2]$ "
        "also holds noise and variance.",
        statement="BV-2",
    ),
    Erratum(
        id="BV-e11",
        claim="The squared distance of the mean of some refits from the truth is reported as the "
        "squared bias.",
        counterexample="An unbiased fit, four refits: the estimate is positive on average.",
        check=bias_of_mean,
        corrected=r"On average it is too large by $\operatorname{Var}(\hat y)/R$; subtract "
        "$s_R^2/R$.",
        statement="BV-4",
    ),
    Erratum(
        id="BV-e12",
        claim="Variance is said to rise with every further parameter.",
        counterexample="Ten rows, normal features, the shortest interpolating fit: 13 against 60 "
        "features.",
        check=always_worse,
        corrected=r"For the shortest fit to normal features it is $\sigma^2m/(p-m-1)$ beyond "
        "$p=m+1$, which falls.",
        statement="BV-25",
    ),
    Erratum(
        id="BV-e13",
        claim="Ridge is said to pay only where features are collinear.",
        counterexample="Three orthogonal features of equal length, and half the safe penalty.",
        check=ridge_needs_collinearity,
        corrected=r"Every penalty up to $2\sigma^2/\lVert\theta\rVert^2$ beats least squares, on "
        "every fixed design of full column rank.",
        statement="BV-12",
    ),
)
