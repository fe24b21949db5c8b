"""Peaks, evidence and normal approximations of a posterior."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq, root
from scipy.special import betainc

from core.foundations.bayesian_updating import formulas_choice as formulas
from core.foundations.bayesian_updating.conjugacy import beta_weight
from core.foundations.bayesian_updating.numeric import integral
from core.foundations.compare import equal
from core.foundations.measuring import complex_gradient
from core.foundations.schema import Reading, Section, Statement, Step

Floats = NDArray[np.float64]

SECTION = Section(
    key="approximation",
    title="Evidence and approximation",
    intuition=(
        "The peak of a posterior is often a familiar penalised estimate: a normal prior gives "
        "ridge regression. The integral below the curve, the evidence, says how well a model "
        "predicted the data one by one; a model that gives many outcomes a small probability "
        "each has less of it. With much data the curve becomes normal, and how fast it does can "
        "be computed."
    ),
)


def _ridge(rng: np.random.Generator) -> Reading:
    n, k = 25, 4
    noise, spread = (float(v) for v in rng.uniform([0.6, 0.5], [1.5, 1.4]))
    design = rng.normal(size=(n, k))
    y = design @ rng.normal(0, spread, k) + rng.normal(0, noise, n)

    def log_posterior(w: NDArray[np.complex128]) -> complex:
        fit = -np.sum((y - design @ w) ** 2) / (2 * noise**2)
        return complex(fit - np.sum(w**2) / (2 * spread**2))

    def gradient(w: Floats) -> Floats:
        return complex_gradient(log_posterior, w)

    peak = root(gradient, np.zeros(k), tol=1e-13)
    return equal(
        formulas.map_weights(design, y, noise, spread), peak.x, "4 coefficients at the peak"
    )


def _chain(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    sizes = rng.choice(np.arange(14, 31), 3, replace=False)
    events = rng.choice(np.arange(2, 12), 3, replace=False)
    for n, x in zip(sizes, events, strict=True):
        a, b = (float(v) for v in rng.uniform(1.4, 4.0, 2))
        ill, well, chained = a, b, 0.0
        for value in rng.permutation(np.arange(n) < x).astype(float):
            chance = ill / (ill + well)
            chained += float(np.log(chance if value else 1 - chance))
            ill, well = ill + value, well + 1 - value
        weight = beta_weight(a, b, int(x), int(n))
        claimed += [formulas.log_evidence(a, b, int(x), int(n))] * 2
        measured += [chained, float(np.log(integral(weight, 0, 1)))]
    return equal(claimed, measured, "predictions in turn and the integral, 3 sequences")


def _free(x: int, n: int) -> float:
    return float(integral(lambda t: stats.binom.pmf(x, n, t), 0, 1))


def _occam(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for _ in range(5):
        n, theta = int(rng.integers(15, 60)), float(rng.uniform(0.2, 0.8))
        x = int(rng.binomial(n, theta))
        flexible = _free(x, n)
        claimed.append(np.log(formulas.bayes_factor(x, n, theta)))
        measured.append(np.log(stats.binom.pmf(x, n, theta) / flexible))
    return equal(claimed, measured, "log Bayes factors of 5 studies", scale=1.0)


def at_infinity(values: Floats) -> float:
    """Extrapolate values at n, 2n, 4n, ... whose error is a series in 1/n (Richardson)."""
    power = 2.0
    while values.size > 1:
        values = (power * values[1:] - values[:-1]) / (power - 1)
        power *= 2
    return float(values[0])


SIZES = 60.0 * 2 ** np.arange(5)


def log_integral(x: float, y: float) -> float:
    """Return the log integral of t^x (1 - t)^y, numerically, measured from its peak."""
    peak = x * np.log(x / (x + y)) + y * np.log(y / (x + y))
    return float(
        peak + np.log(integral(lambda t: np.exp(x * np.log(t) + y * np.log1p(-t) - peak), 0, 1))
    )


def normal_width(x: float, y: float) -> tuple[float, float]:
    """Return the log peak of t^x (1 - t)^y and the area of a normal curve of height 1 on it.

    Only values of the log integrand are used: their gradient by complex steps is 0 at the peak,
    their second derivative there is a mean over a circle (Cauchy's integral formula).
    """

    def log_curve(t: NDArray[np.complex128]) -> NDArray[np.complex128]:
        return np.asarray(x * np.log(t) + y * np.log(1 - t))

    def slope(t: float) -> float:
        return float(complex_gradient(lambda z: log_curve(z)[0], np.array([t]))[0])

    peak = brentq(slope, 1e-3, 1 - 1e-3, xtol=1e-15)
    radius = min(peak, 1 - peak) / 2
    turns = np.exp(2j * np.pi * np.arange(64) / 64)
    bend = 2 * np.mean(log_curve(peak + radius * turns) / (radius * turns) ** 2).real
    far = 9 / np.sqrt(-bend)
    area = integral(lambda d: np.exp(bend * d**2 / 2), -far, far)
    return float(log_curve(np.array([peak + 0j]))[0].real), float(area)


def _laplace(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for x, y in rng.uniform(3.0, 30.0, (4, 2)):
        height, area = normal_width(float(x), float(y))
        claimed.append(np.exp(formulas.laplace_log_integral(float(x), float(y)) - height))
        measured.append(area)
    for share in rng.uniform(0.2, 0.8, 3):
        pairs = list(zip(share * SIZES, (1 - share) * SIZES, strict=True))
        gaps = [log_integral(x, y) - formulas.laplace_log_integral(x, y) for x, y in pairs]
        claimed.append(formulas.laplace_gap(float(share)))
        measured.append(at_infinity(SIZES * np.array(gaps)))
    return equal(
        claimed, measured, "areas of 4 normal curves, limits of n times the log error of 3 shares"
    )


def _normal_rate(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for share in rng.uniform(0.15, 0.4, 3):
        above = 1 - betainc(share * SIZES + 1, (1 - share) * SIZES + 1, share)
        claimed.append(formulas.skew_gap(float(share)))
        measured.append(at_infinity(np.sqrt(SIZES) * (above - 0.5)))
    return equal(claimed, measured, "limit of root n times (mass above the mode less 1/2)")


STATEMENTS = (
    Statement(
        id="BU-21",
        section="approximation",
        title="With a normal prior, the most probable coefficients are those of ridge regression.",
        claim=r"\hat w=\arg\max_w p(w\mid y)=(X^\top X+\lambda I)^{-1}X^\top y,\qquad "
        r"\lambda=\frac{\sigma^2}{\tau^2}",
        hypotheses=(
            "$y=Xw+\\varepsilon$ with known $X$ and independent $\\varepsilon_i\\sim "
            "N(0,\\sigma^2)$",
            "The $w_j$ are $N(0,\\tau^2)$, independent of each other and of the noise; "
            "$\\sigma,\\tau>0$",
        ),
        steps=(
            Step(
                "The logarithm of prior times likelihood, constants left out.",
                r"\log p(w\mid y)=-\frac{\lVert y-Xw\rVert^2}{2\sigma^2}"
                r"-\frac{\lVert w\rVert^2}{2\tau^2}+\text{const}",
            ),
            Step(
                "Multiply by $-2\\sigma^2$: a maximum becomes a minimum in the same place.",
                r"\hat w=\arg\min_w\;\lVert y-Xw\rVert^2+\frac{\sigma^2}{\tau^2}\lVert w\rVert^2",
            ),
            Step(
                "The gradient is 0 at the minimum.",
                r"-2X^\top(y-Xw)+2\lambda w=0",
            ),
            Step(
                "Collect $w$. The matrix is positive definite since $\\lambda>0$, so there is one "
                "solution; twice the matrix is the Hessian, so it is the minimum.",
                r"(X^\top X+\lambda I)\,\hat w=X^\top y",
            ),
        ),
        how="Writes the log posterior as sums of squares, takes its gradient by complex steps, "
        "and lets scipy search where that is 0.",
        check=_ridge,
        source="Hoerl and Kennard, Ridge regression, Technometrics, 1970; Lindley and Smith, "
        "Bayes estimates for the linear model, 1972.",
    ),
    Statement(
        id="BU-22",
        section="approximation",
        title="The evidence is the product of the predictions made one case at a time.",
        claim=r"p(y_{1:n})=\prod_{i=1}^np(y_i\mid y_{1:i-1})=\frac{B(a+x,\,b+n-x)}{B(a,b)}",
        hypotheses=("The model of BU-6 for a sequence $y_1,\\dots,y_n$ of 0 and 1 with sum $x$",),
        steps=(
            Step(
                "The chain rule of probability, which needs no model.",
                r"p(y_{1:n})=p(y_1)\,p(y_2\mid y_1)\cdots p(y_n\mid y_{1:n-1})",
            ),
            Step(
                "Given $\\theta$ the next case is an event with probability $\\theta$, so its "
                "probability now is the posterior mean, which BU-6 gives after $s$ events in $i$ "
                "cases.",
                r"p(y_{i+1}=1\mid y_{1:i})=E[\theta\mid y_{1:i}]=\frac{a+s}{a+b+i}",
            ),
            Step(
                "Multiply. The events bring the factors $a,a+1,\\dots$, the others "
                "$b,b+1,\\dots$, in whatever order they come.",
                r"p(y_{1:n})=\frac{\prod_{j=0}^{x-1}(a+j)\,\prod_{j=0}^{n-x-1}(b+j)}"
                r"{\prod_{i=0}^{n-1}(a+b+i)}",
            ),
            Step(
                "Each product is a ratio of Gamma functions.",
                r"\prod_{j=0}^{x-1}(a+j)=\frac{\Gamma(a+x)}{\Gamma(a)}",
            ),
            Step(
                "Collect them into Beta functions, $B(a,b)=\\Gamma(a)\\Gamma(b)/\\Gamma(a+b)$.",
                r"p(y_{1:n})=\frac{B(a+x,\,b+n-x)}{B(a,b)}",
            ),
        ),
        how="Predicts 14 to 30 cases in turn and adds the log probabilities; integrates prior "
        "times likelihood as well. Three sequences differ in length and events.",
        check=_chain,
        source="Dawid, Present position and potential developments: the prequential approach, "
        "Journal of the Royal Statistical Society A, 1984.",
    ),
    Statement(
        id="BU-23",
        section="approximation",
        title="A free rate gives every count the same probability, and loses to a fixed rate that "
        "fits.",
        claim=r"\frac{P(x\mid\theta_0)}{P(x\mid\text{free})}=(n+1)\binom nx"
        r"\theta_0^x(1-\theta_0)^{n-x}",
        hypotheses=(
            "One model fixes the rate at $\\theta_0$, the other has a uniform prior on $(0,1)$",
            "Given the rate, $x$ is binomial with $n$ trials",
        ),
        steps=(
            Step(
                "The free model averages over its prior.",
                r"P(x\mid\text{free})=\int_0^1\binom nx\theta^x(1-\theta)^{n-x}d\theta",
            ),
            Step(
                "The integral is a Beta function of whole numbers.",
                r"\int_0^1\theta^x(1-\theta)^{n-x}d\theta=\frac{x!\,(n-x)!}{(n+1)!}",
            ),
            Step(
                "All factorials but one cancel: every count is equally likely in advance.",
                r"P(x\mid\text{free})=\frac1{n+1}",
            ),
            Step(
                "Divide the binomial probability of the fixed model by it.",
                r"\frac{P(x\mid\theta_0)}{P(x\mid\text{free})}=(n+1)\binom nx"
                r"\theta_0^x(1-\theta_0)^{n-x}",
            ),
            Step(
                "If $x=n\\theta_0$ exactly, Stirling's formula gives its growth: the penalty for "
                "one free number is about $\\tfrac12\\log n$.",
                r"\log\frac{P(x\mid\theta_0)}{P(x\mid\text{free})}\approx"
                r"\frac12\log\frac{n}{2\pi\theta_0(1-\theta_0)}",
            ),
        ),
        how="Takes the binomial probabilities from scipy and integrates them over the rate "
        "numerically.",
        check=_occam,
        source="MacKay, Information Theory, Inference, and Learning Algorithms, 2003, ch. 28; "
        "Jeffreys, Theory of Probability, 3rd ed. 1961, ch. 5.",
    ),
    Statement(
        id="BU-24",
        section="approximation",
        title="Laplace's approximation of an integral is off by a known constant over $n$.",
        claim=r"n\,\Big(\log\!\int_0^1\! t^{x}(1-t)^{n-x}dt-\log\mathcal L_n\Big)\;\to\;"
        r"\frac1{12}\Big(\frac1q+\frac1{1-q}-13\Big),\qquad x=qn",
        hypotheses=(
            "The share $q=x/n$ stays fixed with $0<q<1$ as $n$ grows ($x$ need not be whole)",
            "$\\mathcal L_n$ replaces the integrand by a normal curve with its peak and its "
            "curvature there",
        ),
        steps=(
            Step(
                "The log of the integrand, its peak and its curvature there.",
                r"g(t)=x\log t+(n-x)\log(1-t),\qquad\hat t=\frac xn,\qquad "
                r"-g''(\hat t)=\frac{n^3}{x(n-x)}",
            ),
            Step(
                "A normal curve with this peak and curvature has this area.",
                r"\mathcal L_n=e^{g(\hat t)}\sqrt{\frac{2\pi\,x(n-x)}{n^3}}",
            ),
            Step(
                "The exact integral is a Beta function.",
                r"\int_0^1t^x(1-t)^{n-x}dt=\frac{\Gamma(x+1)\,\Gamma(n-x+1)}{(n+1)\,\Gamma(n+1)}",
            ),
            Step(
                "Stirling's series for each Gamma function.",
                r"\log\Gamma(z+1)=z\log z-z+\tfrac12\log(2\pi z)+\frac1{12z}+O(z^{-3})",
            ),
            Step(
                "The main terms add up to $\\log\\mathcal L_n$; what is left is small.",
                r"\log\!\int-\log\mathcal L_n=\frac1{12x}+\frac1{12(n-x)}-\frac1{12n}"
                r"-\log\Big(1+\frac1n\Big)+O(n^{-3})",
            ),
            Step(
                "Multiply by $n$, with $x=qn$ and $n\\log(1+1/n)\\to1$.",
                r"\frac1{12}\Big(\frac1q+\frac1{1-q}-1\Big)-1"
                r"=\frac1{12}\Big(\frac1q+\frac1{1-q}-13\Big)",
            ),
        ),
        how="Finds peak and curvature of 4 integrands from their values alone and integrates the "
        "normal curve of height 1; then computes $n$ times the error at $n=60$ to 960 with "
        "numerical integrals, and extrapolates to infinite n (Richardson).",
        check=_laplace,
        source="Tierney and Kadane, Accurate approximations for posterior moments and marginal "
        "densities, Journal of the American Statistical Association, 1986.",
    ),
    Statement(
        id="BU-25",
        section="approximation",
        title="A posterior with $q\\ne\\frac12$ becomes normal no faster than one over root $n$: "
        "its mass above the mode shows it.",
        claim=r"\sqrt n\,\Big(P(\theta>\hat\theta\mid x)-\tfrac12\Big)\;\to\;"
        r"\frac{1-2q}{3\sqrt{q(1-q)}}\sqrt{\frac2\pi},\qquad\hat\theta=q=\frac xn",
        hypotheses=(
            "The model of BU-6 with a uniform prior, so the posterior peaks at $x/n$",
            "The share $q$ stays fixed with $0<q<1$ as $n$ grows",
        ),
        steps=(
            Step(
                "Measure $\\theta$ from the mode in units of the normal approximation.",
                r"z=(\theta-q)\sqrt{\frac{n}{q(1-q)}}",
            ),
            Step(
                "Expand the log posterior. The curvature gives $-z^2/2$; the third derivative at "
                "the mode is $2n(1/q^2-1/(1-q)^2)$.",
                r"\log p=\text{const}-\frac{z^2}{2}+\frac{s}{6\sqrt n}z^3+O(n^{-1}),\qquad "
                r"s=\frac{2(1-2q)}{\sqrt{q(1-q)}}",
            ),
            Step(
                "Exponentiate. The terms of order $1/n$ are even in $z$. Outside "
                "$|z|\\le\\log n$ both sides hold less than any power of $1/n$, so the integrals "
                "below may use this line for all $z$.",
                r"p(z)=\varphi(z)\Big(1+\frac{s}{6\sqrt n}z^3+\frac{e(z)}{n}\Big)"
                r"+O(n^{-3/2})",
            ),
            Step(
                "The odd term integrates to 0 over the line, so $e$ must too, as $p$ integrates "
                "to 1; an even function then integrates to 0 over half of it.",
                r"\int_0^\infty\varphi(z)\,e(z)\,dz=0",
            ),
            Step(
                "Half of the third absolute moment of a normal variable.",
                r"\int_0^\infty z^3\varphi(z)\,dz=\sqrt{\frac2\pi}",
            ),
            Step(
                "The mass above the mode; a normal curve would have one half.",
                r"P(z>0)=\frac12+\frac{s}{6\sqrt n}\sqrt{\frac2\pi}+O(n^{-3/2})",
            ),
            Step(
                "Let $N$ be the normal curve at the mode with the curvature there; it puts one "
                "half above. The largest difference over all events is at least that of this one, "
                "so in total variation the distance falls no faster than $1/\\sqrt n$ unless "
                "$q=1/2$.",
                r"\sup_A\big|P(A\mid x)-N(A)\big|\ge\Big|P(\theta>\hat\theta\mid x)"
                r"-\frac12\Big|",
            ),
        ),
        how=r"Computes $\sqrt n$ times the gap at $n=60$ to 960 with scipy's incomplete Beta "
        "function, and extrapolates to infinite n (Richardson).",
        check=_normal_rate,
        source="van der Vaart, Asymptotic Statistics, 1998, section 10.2; Johnson, Asymptotic "
        "expansions associated with posterior distributions, 1970.",
    ),
)
