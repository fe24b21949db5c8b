"""Least squares on a fixed design: variance, polynomials, and when they pass through the data."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import legendre
from scipy import linalg

from core.foundations.bias_variance import formulas
from core.foundations.bias_variance.instances import (
    basis,
    design,
    every,
    hat,
    midpoints,
    skewed,
    wave,
)
from core.foundations.compare import equal
from core.foundations.schema import Reading, Statement, Step

DEGREES = (1, 3, 4, 9, 15)
GRIDS = (21, 30)
CURVES = 32


def projections(rng: np.random.Generator) -> Reading:
    """Run least squares on every possible data set, for three sizes."""
    sigma = float(rng.uniform(0.4, 0.9))
    sizes = ((5, 2), (6, int(rng.integers(3, 6))), (8, int(rng.integers(3, 7))))
    claimed, measured = [], []
    for m, p in sizes:
        X, f = design(rng, m, p), rng.normal(size=m)
        noise, chances = every(skewed(rng, sigma), m)
        y = (f + noise).T
        fits = X @ linalg.lstsq(X, y)[0]
        mean = fits @ chances
        bias_squared = float(np.mean((mean - f) ** 2))
        claimed += [
            formulas.ols_variance(sigma, p, m),
            formulas.ols_training_error(sigma, p, m, bias_squared),
        ]
        measured += [
            np.mean((fits - mean[:, None]) ** 2 @ chances),
            np.mean((y - fits) ** 2 @ chances),
        ]
    return equal(
        claimed, measured, f"variance, training error; (m, p) = {', '.join(map(str, sizes))}"
    )


def refitted(rng: np.random.Generator, m: int, degree: int, sigma: float) -> float:
    """Return the mean error on fresh values over 32 curves with uncorrelated noise."""
    x = midpoints(m)
    truth = wave(x)[:, None]
    # The columns of a Hadamard matrix are orthogonal; all but the first add up to 0.
    signs = linalg.hadamard(CURVES)[:, 1:]
    noise = sigma * rng.permutation(signs, axis=1)[:, :m].T
    fits = basis(x, degree) @ legendre.legfit(2 * x - 1, truth + noise, degree)
    fresh = (truth + sigma * np.array([-1.0, 1.0]))[:, None]
    return float(np.mean((fresh - fits[:, :, None]) ** 2))


def polynomial(rng: np.random.Generator) -> Reading:
    """Refit polynomials of five degrees on two grids to every curve of a finite noise law."""
    sigma = float(rng.uniform(0.2, 0.5))
    claimed, measured = [], []
    for m in GRIDS:
        x = midpoints(m)
        for degree in DEGREES:
            bias_squared = formulas.smoother_bias_squared(hat(x, degree), wave(x))
            variance = formulas.ols_variance(sigma, degree + 1, m)
            claimed.append(formulas.expected_error(sigma**2, bias_squared**0.5, variance))
            measured.append(refitted(rng, m, degree, sigma))
    return equal(claimed, measured, f"degrees {DEGREES[0]} to {DEGREES[-1]}, {CURVES} curves each")


def interpolates(rng: np.random.Generator) -> Reading:
    """Find the rank of the polynomial basis at distinct points, degree by degree."""
    sizes = (5, int(rng.integers(6, 9)))
    claimed, ranks = [], []
    for m in sizes:
        x = midpoints(m) + rng.uniform(-0.3, 0.3, m) / m
        for degree in range(1, m + 3):
            claimed.append(formulas.reach(degree, m))
            ranks.append(np.linalg.matrix_rank(basis(x, degree)))
    return equal(claimed, ranks, f"{sizes[0]} and {sizes[1]} points, degrees from 1")


STATEMENTS = (
    Statement(
        id="BV-8",
        section="fixed-design",
        title=r"Least squares with $p$ free parameters has mean variance $\sigma^2p/m$, whatever "
        "the design; its expected training error lies below noise plus squared bias by the same "
        "amount.",
        claim=r"\frac1m\sum_i\operatorname{Var}\hat y_i=\frac{\sigma^2p}{m},\qquad"
        r"\frac1m\,\mathbb{E}\lVert y-\hat y\rVert^2=\frac{\sigma^2(m-p)}{m}+\text{bias}^2",
        hypotheses=(
            r"$X$ is fixed, $m\times p$, with full column rank $p\le m$; the true curve $f$ need "
            r"not lie in its span, and $\text{bias}^2=\tfrac1m\lVert(H-I)f\rVert^2$",
            r"The noise values are uncorrelated, with mean 0 and the same variance $\sigma^2$",
        ),
        steps=(
            Step(
                r"Set the gradient of $\lVert y-X\theta\rVert^2$ to 0; full column rank makes "
                r"$X^\top X$ invertible. So least squares is the linear smoother with the hat "
                "matrix.",
                r"X^\top X\hat\theta=X^\top y\;\Rightarrow\;\hat y=Hy,\quad "
                r"H=X(X^\top X)^{-1}X^\top",
            ),
            Step(
                r"$H$ is symmetric, and multiplying it out shows that it is a projection.",
                r"HH^\top=H^2=X(X^\top X)^{-1}X^\top X(X^\top X)^{-1}X^\top=H",
            ),
            Step(
                "Under a trace factors may be moved round in a circle.",
                r"\operatorname{tr}HH^\top=\operatorname{tr}H=\operatorname{tr}"
                r"\big((X^\top X)^{-1}X^\top X\big)=\operatorname{tr}I_p=p",
            ),
            Step(
                "Put this into BV-5.",
                r"\frac{\sigma^2}{m}\operatorname{tr}HH^\top"
                r"=\frac{\sigma^2p}{m}",
            ),
            Step(
                "Put it into BV-6.",
                r"\sigma^2\Big(1-\frac{2p}{m}+\frac pm\Big)+\text{bias}^2"
                r"=\frac{\sigma^2(m-p)}{m}+\text{bias}^2",
            ),
        ),
        how="All 243, 729 and 6,561 data sets that a three-valued noise allows at 5, 6 and 8 "
        "points are fitted by a least-squares solver that forms no hat matrix; 2 to 6 parameters.",
        check=projections,
        source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed. "
        "2009, section 7.3 (equation 7.12)",
    ),
    Statement(
        id="BV-9",
        section="fixed-design",
        title="Polynomials of degree at most $d$ can pass through any values at $m$ distinct "
        r"points if and only if $d+1\ge m$.",
        claim=r"\dim\{(q(x_1),\dots,q(x_m)):\deg q\le d\}=\min(d+1,m)",
        hypotheses=(r"The points $x_1,\dots,x_m$ are distinct",),
        steps=(
            Step(
                r"The map from the $d+1$ coefficients to the $m$ values is linear. Let $d+1\le m$ "
                "and let a polynomial be sent to 0: it has $m$ distinct roots.",
                r"q(x_1)=\dots=q(x_m)=0,\qquad \deg q\le d<m",
            ),
            Step(
                "A polynomial of degree below $m$ with $m$ roots is the zero polynomial, so the "
                "map is one-to-one and its image has as many dimensions as there are coefficients.",
                r"q=0\;\Rightarrow\;\dim=d+1\quad(d+1\le m)",
            ),
            Step(
                "At $d+1=m$ the image has dimension $m$: it is all of the space. A higher degree "
                "keeps these polynomials, so its image is all of the space too.",
                r"\dim=m\quad(d+1\ge m)",
            ),
            Step(
                r"Any values are reached exactly when the image is the whole space. With "
                r"$d+1<m$ the training error of BV-8 keeps a noise part.",
                r"\dim=m\iff d+1\ge m,\qquad \frac{\sigma^2(m-d-1)}{m}>0\ \text{ otherwise}",
            ),
        ),
        how="The rank of the polynomial basis at 5 and at 6 to 8 random distinct points is found "
        "by singular values, for every degree up to two above the number of points.",
        check=interpolates,
        source="Stoer and Bulirsch, Introduction to Numerical Analysis, 3rd ed. 2002, theorem "
        "2.1.1.1",
    ),
    Statement(
        id="BV-10",
        section="fixed-design",
        title=r"For polynomials fitted to $\sin 2\pi x$ on a fixed grid, the error on fresh values "
        "is known before any fit is made.",
        claim=r"\frac1m\,\mathbb{E}\lVert y'-\hat y\rVert^2=\sigma^2+\frac1m\lVert(H_d-I)f\rVert^2"
        r"+\frac{\sigma^2(d+1)}{m}",
        hypotheses=(
            r"The points $x_i=(i+\tfrac12)/m$, $i=0,\dots,m-1$, are the same in every refit, "
            r"$f_i=\sin2\pi x_i$, and $d+1\le m$",
            r"$\hat y=H_dy$ is the least-squares polynomial of degree $d$",
            r"The noise values are uncorrelated, with mean 0 and the same variance $\sigma^2$",
            r"The fresh values belong to the same points; their noise has the same mean and "
            "variance, and is independent of the fit",
        ),
        steps=(
            Step(
                r"A polynomial of degree $d$ is a linear model with $p=d+1$ columns; at $m\ge d+1$ "
                r"distinct points they are linearly independent (BV-9), so $H_d$ is the hat matrix "
                "of BV-8.",
                r"\hat y=H_dy,\qquad \operatorname{tr}H_d=d+1",
            ),
            Step(
                "The noise of a fresh value is independent of the fit, so BV-2 holds at each "
                "point; average over the points.",
                r"\sigma^2+\frac1m\lVert\mathbb{E}\hat y-f\rVert^2"
                r"+\frac1m\sum_i\operatorname{Var}\hat y_i",
            ),
            Step("The bias is that of BV-5.", r"\mathbb{E}\hat y-f=(H_d-I)f"),
            Step(
                "The variance is that of BV-8.",
                r"\frac1m\sum_i\operatorname{Var}\hat y_i"
                r"=\frac{\sigma^2(d+1)}{m}",
            ),
        ),
        how="On grids of 21 and 30 points degrees 1, 3, 4, 9 and 15 are fitted to 32 equally "
        r"likely noisy curves, with noise $\pm\sigma$ after the signs of a Hadamard matrix, whose "
        "columns are uncorrelated; each fit is tested on both fresh values at every point.",
        check=polynomial,
        source="Bishop, Pattern Recognition and Machine Learning, 2006, sections 1.1 and 3.2",
    ),
)
