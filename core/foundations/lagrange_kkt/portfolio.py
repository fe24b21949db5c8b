"""Portfolios of least variance, alone and with a promised return."""

from __future__ import annotations

import numpy as np
from scipy.linalg import null_space

from core.foundations.compare import equal
from core.foundations.lagrange_kkt import formulas_models as formulas
from core.foundations.lagrange_kkt import numeric
from core.foundations.lagrange_kkt.formulas import Floats, chord
from core.foundations.schema import Kind, Reading, Section, Statement, Step

MERTON = "Merton, An analytic derivation of the efficient portfolio frontier, JFQA 7 (1972)"

SECTION = Section(
    "portfolio",
    "Portfolio",
    "Money is spread over assets whose returns vary together. A portfolio of least variance obeys "
    "one equation (all money is spent) or two (a mean return is promised as well). Each equation "
    "has a multiplier, and the one of the promised return says how much variance one more unit of "
    "return costs. The planning pages of this suite weigh gain against risk in the same way.",
)


_ASSETS = (5, 3, 6)


def market(rng: np.random.Generator, n: int = 5) -> tuple[Floats, Floats]:
    """Return a covariance and mean returns, in percent."""
    spread = numeric.positive_definite(rng, n)
    return spread, rng.uniform(1.0, 6.0, n)


def best_mix(cov: Floats, rows: Floats, right: Floats) -> Floats:
    """Return the weights of least variance with ``rows @ w = right``, by least squares."""
    start, basis = np.linalg.lstsq(rows, right, rcond=None)[0], null_space(rows)
    root = np.linalg.cholesky(cov).T
    z = np.linalg.lstsq(root @ basis, -root @ start, rcond=None)[0]
    return np.asarray(start + basis @ z)


def frontier_mix(cov: Floats, mean: Floats, r: float) -> Floats:
    """Return the weights of least variance with sum 1 and mean return r, by least squares."""
    return best_mix(cov, np.vstack([np.ones(len(mean)), mean]), np.array([1.0, r]))


def _least(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for n in _ASSETS:
        cov, _ = market(rng, n)
        w = best_mix(cov, np.ones((1, n)), np.ones(1))
        claimed += [*formulas.least_variance_weights(cov), formulas.least_variance(cov)]
        measured += [*w, w @ cov @ w]
    return equal(claimed, measured, "weights and variance of three markets by least squares")


def _target(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for n in _ASSETS:
        (cov, mean), r = market(rng, n), rng.uniform(1.5, 7.0)
        claimed += list(formulas.target_weights(cov, mean, r))
        measured += list(frontier_mix(cov, mean, r))
    return equal(claimed, measured, "weights in three markets by least squares")


def _parabola(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for n in _ASSETS:
        (cov, mean), targets = market(rng, n), rng.uniform(0.0, 8.0, 3)
        mixes = [frontier_mix(cov, mean, r) for r in targets]
        measured += [w @ cov @ w for w in mixes]
        claimed += list(formulas.frontier_variance(cov, mean, targets))
    return equal(claimed, measured, "least variance at three target returns in three markets")


def _price(rng: np.random.Generator) -> Reading:
    (cov, mean), r = market(rng), rng.uniform(4.5, 7.5)

    def variance(target: float) -> float:
        w = frontier_mix(cov, mean, target)
        return float(w @ cov @ w)

    measured = numeric.central(variance, r, 1e-3)
    note = "slope of the least variance in the promised return"
    return equal(formulas.target_price(cov, mean, r), measured, note, kind=Kind.DIFFERENCE)


def _funds(rng: np.random.Generator) -> Reading:
    cov, mean = market(rng)
    first, second, r = rng.uniform(1, 2.5), rng.uniform(4, 5.5), rng.uniform(2.7, 7.5)
    share = formulas.fund_share(r, first, second)
    mixed = chord(share, frontier_mix(cov, mean, first), frontier_mix(cov, mean, second))
    return equal(mixed, frontier_mix(cov, mean, r), "weights at a third return, solved afresh")


_COV = r"The covariance matrix $\Sigma$ of the returns is positive definite"
_TWO = (
    _COV,
    r"The weights meet $\mathbf 1^\top w=1$ and $m^\top w=r$; they may be negative (short sales)",
    "The means $m$ are not all equal",
)
_ABC = (
    r"$A=\mathbf 1^\top\Sigma^{-1}\mathbf 1$, $B=\mathbf 1^\top\Sigma^{-1}m$, "
    r"$C=m^\top\Sigma^{-1}m$"
)

STATEMENTS = (
    Statement(
        "KKT-35",
        "portfolio",
        "The portfolio of least variance weighs by the inverse covariance.",
        r"w=\frac{\Sigma^{-1}\mathbf 1}{\mathbf 1^\top\Sigma^{-1}\mathbf 1},\qquad "
        r"w^\top\Sigma w=\frac{1}{\mathbf 1^\top\Sigma^{-1}\mathbf 1}",
        (_COV, "The weights $w$ sum to 1; they may be negative"),
        (
            Step(
                "Write the Lagrangian of variance with one equation.",
                r"L=w^\top\Sigma w-\lambda(\mathbf 1^\top w-1)",
            ),
            Step(
                r"Stationarity (KKT-1). $\Sigma$ can be inverted.",
                r"2\Sigma w=\lambda\mathbf 1\quad\Rightarrow\quad "
                r"w=\tfrac\lambda2\Sigma^{-1}\mathbf 1",
            ),
            Step(
                "The equation fixes the multiplier.",
                r"1=\mathbf 1^\top w=\tfrac\lambda2\,\mathbf 1^\top\Sigma^{-1}\mathbf 1",
            ),
            Step(
                r"Insert it; the variance is $w^\top(\tfrac\lambda2\mathbf 1)=\tfrac\lambda2$. It "
                r"is a minimum by KKT-6, as $2\Sigma$ is positive in every direction.",
                r"w^\top\Sigma w=\tfrac\lambda2=\frac{1}{\mathbf 1^\top\Sigma^{-1}\mathbf 1}",
            ),
        ),
        "The equation is solved once, its free directions are searched by least squares with a "
        "root of the covariance.",
        _least,
        MERTON,
    ),
    Statement(
        "KKT-36",
        "portfolio",
        "With a promised return the weights mix two vectors, and two equations fix the shares.",
        r"w(r)=\frac{(C-Br)\,\Sigma^{-1}\mathbf 1+(Ar-B)\,\Sigma^{-1}m}{AC-B^2}",
        (*_TWO, _ABC),
        (
            Step(
                r"Two equations, two multipliers (KKT-4; $\mathbf 1$ and $m$ are independent, as "
                "the means are not all equal).",
                r"L=w^\top\Sigma w-\lambda_1(\mathbf 1^\top w-1)-\lambda_r(m^\top w-r)",
            ),
            Step(
                "Stationarity.",
                r"2\Sigma w=\lambda_1\mathbf 1+\lambda_rm\quad\Rightarrow\quad "
                r"w=\tfrac12\Sigma^{-1}(\lambda_1\mathbf 1+\lambda_rm)",
            ),
            Step(
                "Insert it into both equations.",
                r"\begin{pmatrix}A&B\\B&C\end{pmatrix}\begin{pmatrix}\lambda_1/2\\\lambda_r/2"
                r"\end{pmatrix}=\begin{pmatrix}1\\r\end{pmatrix}",
            ),
            Step(
                "The determinant is positive by Cauchy and Schwarz, unless $m$ is a multiple of "
                "the ones. Solve.",
                r"\frac{\lambda_1}2=\frac{C-Br}{AC-B^2},\qquad\frac{\lambda_r}2=\frac{Ar-B}{AC-B^2}",
            ),
            Step("Insert into the weights. It is a minimum by KKT-6, as in KKT-35.",
                 r"w(r)=\tfrac{\lambda_1}2\Sigma^{-1}\mathbf 1+\tfrac{\lambda_r}2\Sigma^{-1}m"),
        ),
        "Both equations are solved once and the free directions searched by least squares.",
        _target,
        MERTON,
    ),
    Statement(
        "KKT-37",
        "portfolio",
        "The least variance is a parabola in the promised return.",
        r"V(r)=\min_ww^\top\Sigma w=\frac{Ar^2-2Br+C}{AC-B^2}",
        (*_TWO, _ABC),
        (
            Step(
                r"Multiply stationarity (KKT-36) from the left by $\tfrac12w^\top$.",
                r"w^\top\Sigma w=\tfrac12w^\top(\lambda_1\mathbf 1+\lambda_rm)",
            ),
            Step(
                "Both equations hold.",
                r"V=\tfrac{\lambda_1}2+\tfrac{\lambda_r}2\,r",
            ),
            Step(
                "Insert the multipliers.",
                r"V(r)=\frac{(C-Br)+(Ar-B)r}{AC-B^2}=\frac{Ar^2-2Br+C}{AC-B^2}",
            ),
            Step(
                "Its lowest point is the portfolio of KKT-35. (In the plane of return and "
                "standard deviation the same curve is a hyperbola.)",
                r"r=B/A,\qquad V=1/A",
            ),
        ),
        "The programme is solved by least squares at six returns.",
        _parabola,
        MERTON,
    ),
    Statement(
        "KKT-38",
        "portfolio",
        "The multiplier of the return is what one more unit of it costs in variance.",
        r"\lambda_r=\frac{dV}{dr}=\frac{2(Ar-B)}{AC-B^2}",
        (*_TWO, _ABC),
        (
            Step(
                "A multiplier is the slope of the best value in its level. With two equations the "
                "argument of KKT-3 reads: the first level stays 1, the second moves with $r$.",
                r"\frac{dV}{dr}=(\lambda_1\mathbf 1+\lambda_rm)^\top\frac{dw}{dr}"
                r"=\lambda_1\cdot0+\lambda_r\cdot1",
            ),
            Step("Check it with the parabola of KKT-37.",
                 r"V'(r)=\frac{2Ar-2B}{AC-B^2}"),
            Step("It is the multiplier that KKT-36 solved for.",
                 r"\lambda_r=\frac{2(Ar-B)}{AC-B^2}"),
        ),
        "The promised return is moved by 0.001 both ways and the programme solved again.",
        _price,
        MERTON,
    ),
    Statement(
        "KKT-39",
        "portfolio",
        "Two frontier portfolios are enough: every other one is a mixture of them.",
        r"w(r)=s\,w(r_1)+(1-s)\,w(r_2),\qquad s=\frac{r-r_2}{r_1-r_2}",
        (*_TWO, r"$r_1\neq r_2$"),
        (
            Step(
                "By KKT-36 the weights are a straight line in the return.",
                r"w(r)=a+b\,r",
            ),
            Step(
                "Two points fix a line. Write the return as a mixture of the two returns.",
                r"r=s\,r_1+(1-s)\,r_2\quad\Rightarrow\quad s=\frac{r-r_2}{r_1-r_2}",
            ),
            Step(
                "Insert it.",
                r"a+b\,r=s(a+br_1)+(1-s)(a+br_2)",
            ),
        ),
        "Three programmes are solved by least squares; two are mixed and held against the third.",
        _funds,
        MERTON,
    ),
)  # fmt: skip
