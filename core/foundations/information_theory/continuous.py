"""Differential entropy: what is left of entropy where values have no probabilities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from scipy import stats

from core.foundations.compare import equal
from core.foundations.information_theory import formulas as f
from core.foundations.information_theory import instances as draw
from core.foundations.schema import Reading, Statement, Step

_COVER = "Cover and Thomas, Elements of Information Theory, 2nd ed., 2006"
_SKEWED = 3.3
"""Shape of the gamma law in the checks."""


def _normal(rng: np.random.Generator) -> Reading:
    sds, means = rng.uniform(0.05, 3, size=4), rng.normal(0, 2, size=4)
    found = []
    for sd, mean in zip(sds, means, strict=True):
        x = np.linspace(mean - 12 * sd, mean + 12 * sd, 2_001)
        log_p = stats.norm.logpdf(x, mean, sd)
        found.append(float(np.trapezoid(-np.exp(log_p) * log_p, x)))
    return equal([f.normal_entropy(float(sd)) for sd in sds], found, "four normals, integrated")


class Law(Protocol):
    """A distribution with a density, such as SciPy's."""

    def logpdf(self, x: draw.Floats, /) -> draw.Floats:
        """Return the log-density."""
        ...


def density_entropy(law: Law, edges: Sequence[float]) -> float:
    """Return the differential entropy by quadrature between the edges."""

    def inside(x: draw.Floats) -> draw.Floats:
        log_p = law.logpdf(x)
        return np.where(np.isfinite(log_p), -np.exp(log_p) * np.nan_to_num(log_p), 0.0)

    return draw.integral(inside, *edges)


def pieces(mean: float) -> tuple[float, ...]:
    """Return edges for the quadrature of a positive law with this mean."""
    return (0.0, mean / 4, mean, 3 * mean, 12 * mean, 40 * mean)


def _units(rng: np.random.Generator) -> Reading:
    """Rescale a Gumbel variable; SciPy knows its mirror image as a law of its own."""
    scale, shift, size = rng.uniform(0.5, 2), rng.normal(0, 3), rng.uniform(2, 9)
    before = float(stats.gumbel_r(scale=scale).entropy())
    reach = [scale * size * edge for edge in (-6, -2, 0, 3, 10, 45)]
    up = density_entropy(stats.gumbel_r(shift, scale * size), [shift + x for x in reach])
    down = density_entropy(
        stats.gumbel_l(shift, scale * size), [shift - x for x in reversed(reach)]
    )
    return equal(
        [f.rescaled_entropy(before, size), f.rescaled_entropy(before, -size)],
        [up, down],
        f"entropy of a Gumbel variable times {size:.2f} and times {-size:.2f}, integrated",
    )


def _gap(law: Law, reference: Law, edges: Sequence[float]) -> float:
    """Return the divergence of one density from another by quadrature."""

    def inside(x: draw.Floats) -> draw.Floats:
        log_p = law.logpdf(x)
        ratio = np.nan_to_num(log_p) - reference.logpdf(x)
        return np.where(np.isfinite(log_p), np.exp(log_p) * ratio, 0.0)

    return draw.integral(inside, *edges)


def _widest(rng: np.random.Generator) -> Reading:
    size = float(rng.uniform(0.5, 3))
    laws = (
        (stats.logistic(scale=size), 60 * size, -60 * size),
        (stats.laplace(scale=size), 60 * size, -60 * size),
        (stats.uniform(-size, 2 * size), size, -size),
    )
    claimed, measured = [], []
    for law, high, low in laws:
        sd = float(law.std())
        edges = (low, low / 6, 0.0, high / 6, high)
        claimed.append(f.normal_entropy(sd))
        measured.append(float(law.entropy()) + _gap(law, stats.norm(0, sd), edges))
    return equal(claimed, measured, "logistic, Laplace and uniform: entropy plus divergence")


def _longest(rng: np.random.Generator) -> Reading:
    size = float(rng.uniform(0.5, 3))
    laws = (
        stats.gamma(_SKEWED, scale=size),
        stats.weibull_min(1.7, scale=size),
        stats.halfnorm(scale=size),
    )
    claimed, measured = [], []
    for law in laws:
        mean = float(law.mean())
        claimed.append(f.exponential_entropy(mean))
        measured.append(float(law.entropy()) + _gap(law, stats.expon(scale=mean), pieces(mean)))
    return equal(claimed, measured, "gamma, Weibull and half-normal: entropy plus divergence")


def _sum(rng: np.random.Generator) -> Reading:
    first, second = rng.uniform(0.5, 1), rng.uniform(1.3, 2)
    x = np.linspace(-24, 24, 2_401)
    step = x[1] - x[0]
    together = np.convolve(stats.norm.pdf(x, 0, first), stats.norm.pdf(x, 0, second)) * step
    entropies = [float(stats.norm(0, sd).entropy()) for sd in (first, second)]
    return equal(
        f.summed_entropy(*entropies),
        float(stats.entropy(together) + math.log(step)),
        "entropy of the convolved densities on a grid",
    )


STATEMENTS = (
    Statement(
        id="IT-25",
        section="continuous",
        title="A normal variable has differential entropy $\\frac12\\log(2\\pi e\\sigma^2)$.",
        claim=r"h(X)=-\int p(x)\log p(x)\,dx=\tfrac12\log(2\pi e\sigma^2)",
        hypotheses=("$X$ is normal with standard deviation $\\sigma>0$.",),
        steps=(
            Step(
                "The logarithm of the density, with the sign turned.",
                r"-\log p(x)=\tfrac12\log(2\pi\sigma^2)+\frac{(x-\mu)^2}{2\sigma^2}",
            ),
            Step(
                "Average over $X$: the second term is half of a standardised variance.",
                r"h(X)=\tfrac12\log(2\pi\sigma^2)+\tfrac12",
            ),
            Step(
                "Write $\\frac12=\\frac12\\log e$. For $\\sigma^2<1/(2\\pi e)$ this is negative: a "
                "density may exceed 1, so its surprise may be below 0.",
                r"h(X)=\tfrac12\log(2\pi e\sigma^2)",
            ),
        ),
        how="The trapezoidal rule across 24 standard deviations.",
        check=_normal,
        source=f"{_COVER}, example 8.1.2",
    ),
    Statement(
        id="IT-26",
        section="continuous",
        title="Differential entropy changes with the unit of measurement.",
        claim=r"h(aX+b)=h(X)+\log|a|",
        hypotheses=(
            "$X$ has a density and a finite differential entropy.",
            "The map is $x\\mapsto ax+b$ with $a\\ne0$: its slope is the same everywhere.",
        ),
        steps=(
            Step(
                "The density of $Y=aX+b$ by change of variables.",
                r"q(y)=\frac1{|a|}\,p\!\left(\frac{y-b}a\right)",
            ),
            Step(
                "Its surprise at $y=ax+b$ is that of $x$ plus a constant.",
                r"-\log q(ax+b)=-\log p(x)+\log|a|",
            ),
            Step(
                "Average over $X$. The constant does not depend on $x$ because the slope is the "
                "same everywhere.",
                r"h(aX+b)=\mathbb E\big[-\log p(X)\big]+\log|a|",
            ),
            Step(
                "So the entropy of a temperature in °F exceeds that in °C by $\\log1.8$, although "
                "nothing was learnt. In a divergence or an information both densities change by "
                "the same factor, which cancels.",
                r"D(aX+b\,\|\,aY+b)=D(X\|Y)",
            ),
        ),
        how="Quadrature of SciPy's density of a shifted and rescaled Gumbel variable, and of its "
        "mirror image for the negative factor.",
        check=_units,
        source=f"{_COVER}, theorems 8.6.3 and 8.6.4",
    ),
    Statement(
        id="IT-27",
        section="continuous",
        title="Of all laws with a given variance the normal has the largest entropy; the rest "
        "fall short by their divergence from it.",
        claim=r"h(X)=\tfrac12\log(2\pi e\sigma^2)-D\big(p\,\|\,\mathcal N(\mu,\sigma^2)\big)",
        hypotheses=(
            "$X$ has a density, mean $\\mu$, variance $\\sigma^2>0$ and a finite differential "
            "entropy.",
        ),
        steps=(
            Step(
                "Let $\\varphi$ be the normal density with the same mean and variance; its "
                "surprise is quadratic in $x$.",
                r"-\log\varphi(x)=\tfrac12\log(2\pi\sigma^2)+\frac{(x-\mu)^2}{2\sigma^2}",
            ),
            Step(
                "So its mean depends on mean and variance only, and is the same under $p$ as "
                "under $\\varphi$ (IT-25).",
                r"-\int p\log\varphi=\tfrac12\log(2\pi e\sigma^2)",
            ),
            Step(
                "Expected surprise is entropy plus divergence (IT-9, with integrals).",
                r"-\int p\log\varphi=h(X)+D(p\|\varphi)",
            ),
            Step(
                "Divergence is at least 0 (IT-8).",
                r"h(X)\le\tfrac12\log(2\pi e\sigma^2)",
            ),
        ),
        how="SciPy's entropies of logistic, Laplace and uniform laws plus their divergences from "
        "the normal with the same variance, by quadrature.",
        check=_widest,
        source=f"{_COVER}, theorem 8.6.5 and chapter 12",
    ),
    Statement(
        id="IT-28",
        section="continuous",
        title="Of all laws of a positive quantity with a given mean the exponential has the "
        "largest entropy; the rest fall short by their divergence from it.",
        claim=r"h(X)=1+\log\mu-D\big(p\,\|\,\mathrm{Exp}(\mu)\big)",
        hypotheses=(
            "$X\\ge0$ has a density, mean $\\mu$ and a finite differential entropy.",
            "$\\mathrm{Exp}(\\mu)$ is the exponential law with mean $\\mu$.",
        ),
        steps=(
            Step(
                "The surprise of the exponential density is linear in $x$.",
                r"-\log\frac{e^{-x/\mu}}\mu=\log\mu+\frac x\mu",
            ),
            Step(
                "Its mean under any law with mean $\\mu$ is the same.",
                r"\mathbb E\Big[\log\mu+\frac X\mu\Big]=\log\mu+1",
            ),
            Step(
                "Expected surprise is entropy plus divergence (IT-9), and divergence is at least "
                "0 (IT-8).",
                r"1+\log\mu=h(X)+D\big(p\|\mathrm{Exp}(\mu)\big)\ge h(X)",
            ),
            Step(
                "The pattern: where a density with a logarithm linear in $t(x)$ meets a constraint "
                "on the mean of $t(x)$, the same three steps show that its entropy is the largest.",
                r"p(x)\propto e^{-\lambda t(x)}",
            ),
        ),
        how="SciPy's entropies of gamma, Weibull and half-normal laws plus their divergences from "
        "the exponential with the same mean, by quadrature.",
        check=_longest,
        source=f"{_COVER}, theorem 12.1.1 and section 12.2",
    ),
    Statement(
        id="IT-29",
        section="continuous",
        title="For independent normal variables the entropy powers add.",
        claim=r"e^{2h(X+Y)}=e^{2h(X)}+e^{2h(Y)}",
        hypotheses=(
            "$X$ and $Y$ are independent.",
            "Both are normal with positive variances $\\sigma_1^2$ and $\\sigma_2^2$.",
        ),
        steps=(
            Step(
                "The sum of independent normals is normal, and the variances add.",
                r"X+Y\sim\mathcal N\big(\mu_1+\mu_2,\ \sigma_1^2+\sigma_2^2\big)",
            ),
            Step("Solve IT-25 for the variance.", r"e^{2h(X)}=2\pi e\,\sigma_1^2"),
            Step(
                "Add the variances in this form.",
                r"e^{2h(X+Y)}=2\pi e(\sigma_1^2+\sigma_2^2)=e^{2h(X)}+e^{2h(Y)}",
            ),
            Step(
                "The entropy power inequality (Shannon, Stam, Blachman; not derived here) says "
                "that other laws can only do better, with $\\ge$; the switch below shows it for "
                "uniform ones.",
                r"e^{2h(X+Y)}\ge e^{2h(X)}+e^{2h(Y)}",
            ),
        ),
        how="Two densities are convolved on a grid and the entropy of the result is added up.",
        check=_sum,
        source=f"{_COVER}, theorem 17.7.3; Stam, 1959",
    ),
)
