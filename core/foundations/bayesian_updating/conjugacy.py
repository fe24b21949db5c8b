"""Conjugate updates of a share: Beta, Beta-binomial, Dirichlet, and a rate: Gamma."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.foundations.bayesian_updating import formulas
from core.foundations.bayesian_updating.numeric import average, counts, integral
from core.foundations.compare import equal
from core.foundations.schema import Reading, Section, Statement, Step

Floats = NDArray[np.float64]

SECTION = Section(
    key="conjugacy",
    title="Conjugate updates",
    intuition=(
        "For some pairs of prior and likelihood the posterior has the shape of the prior, and "
        "updating is adding. A Beta prior acts like patients seen before: $a$ with the event, $b$ "
        "without. New patients are added to the two counts, and the answer slides from the prior "
        "to the data as the counts grow. Rates, means and classes have their own pairs. In each of "
        "them the addition is checked against an integral that knows nothing of it."
    ),
)


def beta_weight(a: float, b: float, x: float, n: float) -> Callable[[Floats], Floats]:
    """Return prior density times likelihood of x successes in n trials, as a function."""

    def weight(t: Floats) -> Floats:
        return np.asarray(stats.beta.pdf(t, a, b) * t**x * (1 - t) ** (n - x))

    return weight


def share_studies(rng: np.random.Generator, number: int) -> Iterator[tuple[float, float, int, int]]:
    """Draw studies, no two of one size: parameters of a Beta prior, successes and trials."""
    for n in rng.choice(np.arange(12, 40), number, replace=False):
        a, b = rng.uniform(2.2, 6.0, 2)
        yield float(a), float(b), int(rng.integers(3, n - 3)), int(n)


def _posterior(rng: np.random.Generator) -> Reading:
    claimed: list[float] = []
    measured: list[float] = []
    for a, b, x, n in share_studies(rng, 3):
        weight = beta_weight(a, b, x, n)
        after = formulas.beta_update(a, b, x, n)
        theta = rng.uniform(0.1, 0.9, 5)
        mean, variance = _moments(weight)
        # The variance is small beside densities, so that it is compared as a share of itself.
        claimed += [*formulas.beta_density(theta, *after), formulas.beta_mean(*after), 1.0]
        measured += [*(weight(theta) / integral(weight, 0, 1)), mean]
        measured.append(variance / float(formulas.beta_variance(*after)))
    return equal(claimed, measured, "density at 5 points, mean, ratio of variances in 3 studies")


def _moments(weight: Callable[[Floats], Floats]) -> tuple[float, float]:
    """Return mean and variance of a share under a weight."""
    mean = float(average(lambda t: t, weight, 0, 1))
    return mean, float(average(lambda t: (t - mean) ** 2, weight, 0, 1))


def _weighted(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for a, b, x, n in share_studies(rng, 5):
        claimed.append(float(formulas.shrunken_mean(a, b, x, n)))
        measured.append(float(average(lambda t: t, beta_weight(a, b, x, n), 0, 1)))
    return equal(claimed, measured, "posterior means of 5 studies")


def _next_patients(rng: np.random.Generator) -> Reading:
    claimed: list[float] = []
    measured: list[float] = []
    ahead = [int(m) for m in rng.choice(np.arange(4, 9), 3, replace=False)]
    for m, (a, b, x, n) in zip(ahead, share_studies(rng, 3), strict=True):
        k = counts(m)
        after = formulas.beta_update(a, b, x, n)
        found = _mixture(m, beta_weight(a, b, x, n))
        variance = float(found @ (k - found @ k) ** 2)
        claimed += [*formulas.beta_binomial(k, m, float(after[0]), float(after[1])), 1.0]
        measured += [*found, variance / formulas.beta_binomial_variance(m, *map(float, after))]
    first, second, third = ahead
    return equal(
        claimed,
        measured,
        f"every count of successes in {first}, {second} and {third} new trials, "
        "ratios of variances",
    )


def _mixture(m: int, weight: Callable[[Floats], Floats]) -> Floats:
    """Average the binomial probabilities of 0 to m successes under a weight."""
    k = counts(m)
    return average(lambda t: stats.binom.pmf(k[:, None], m, t), weight, 0, 1)


def _rates(rng: np.random.Generator) -> Reading:
    shape, rate, ahead = rng.uniform([1.3, 0.3, 0.4], [4.0, 1.5, 2.5])
    times = rng.uniform(0.5, 2.0, 6)
    seen = rng.poisson(3 * times) + 1

    def weight(t: Floats) -> Floats:
        each = np.asarray(stats.poisson.pmf(seen[:, None], times[:, None] * t))
        return np.asarray(stats.gamma.pdf(t, shape, scale=1 / rate) * each.prod(axis=0))

    after = formulas.gamma_update(shape, rate, float(seen.sum()), float(times.sum()))
    top = float(stats.gamma.isf(1e-18, after[0], scale=1 / after[1]))
    k = counts(7)
    claimed = formulas.negative_binomial(k, *after, ahead)
    measured = average(lambda t: stats.poisson.pmf(k[:, None], ahead * t), weight, 0, 2 * top)
    return equal(claimed, measured, "probability of 0 to 7 events in the time to come")


def _classes(rng: np.random.Generator) -> Reading:
    prior = rng.uniform(1.6, 4.0, 3)
    seen = rng.integers(3, 9, 3).astype(float)
    nodes, weights = np.polynomial.legendre.leggauss(80)
    u = (nodes + 1) / 2
    # The triangle of three shares, unfolded to a square: the first share, then how the rest splits.
    first, split = np.meshgrid(u, u, indexing="ij")
    shares = np.array([first, (1 - first) * split, (1 - first) * (1 - split)])
    area = np.outer(weights, weights) * (1 - first)
    density = np.prod(shares ** (prior - 1 + seen)[:, None, None], axis=0) * area
    measured = (shares * density).sum(axis=(1, 2)) / density.sum()
    return equal(formulas.dirichlet_mean(prior, seen), measured, "probability of each of 3 classes")


STATEMENTS = (
    Statement(
        id="BU-6",
        section="conjugacy",
        title="A Beta prior and $x$ events in $n$ trials give a Beta posterior: counts add.",
        claim=r"\theta\mid x\;\sim\;\mathrm{Beta}(a+x,\;b+n-x)",
        hypotheses=(
            "$\\theta\\sim\\mathrm{Beta}(a,b)$ with $a,b>0$",
            "Given $\\theta$, the $n$ trials are independent with success probability $\\theta$; "
            "$x$ of them are successes",
        ),
        steps=(
            Step(
                "Bayes' rule for a density: the posterior is proportional to prior times "
                "likelihood.",
                r"p(\theta\mid x)\propto p(\theta)\,P(x\mid\theta)",
            ),
            Step(
                "The Beta prior, without its constant.",
                r"p(\theta)\propto\theta^{a-1}(1-\theta)^{b-1}",
            ),
            Step(
                "Independent trials multiply; the number of orders does not depend on $\\theta$.",
                r"P(x\mid\theta)\propto\theta^{x}(1-\theta)^{n-x}",
            ),
            Step(
                "Exponents of equal bases add.",
                r"p(\theta\mid x)\propto\theta^{a+x-1}(1-\theta)^{b+n-x-1}",
            ),
            Step(
                "A density is known once its shape is known, for it must integrate to 1: this is "
                "the shape of a Beta.",
                r"p(\theta\mid x)=\frac{\theta^{a+x-1}(1-\theta)^{b+n-x-1}}{B(a+x,\,b+n-x)}",
            ),
            Step(
                "Its mean and variance follow from the first two steps of BU-5, which hold for "
                "any Beta, with $A=a+x$ and $B_0=b+n-x$.",
                r"E[\theta\mid x]=\frac{A}{A+B_0},\qquad "
                r"\operatorname{Var}(\theta\mid x)=\frac{AB_0}{(A+B_0)^2(A+B_0+1)}",
            ),
        ),
        how="Integrates prior times likelihood numerically for three studies of different size "
        "and divides by that integral; mean and variance are further integrals.",
        check=_posterior,
        source="Gelman et al., Bayesian Data Analysis, 3rd ed. 2013, section 2.4.",
    ),
    Statement(
        id="BU-7",
        section="conjugacy",
        title="The posterior mean lies between data and prior, weighted by their numbers of "
        "patients.",
        claim=r"E[\theta\mid x]=w\,\frac{x}{n}+(1-w)\,\frac{a}{a+b},\qquad w=\frac{n}{a+b+n}",
        hypotheses=("The model of BU-6", "$n\\ge 1$"),
        steps=(
            Step(
                "The mean of the posterior of BU-6.",
                r"E[\theta\mid x]=\frac{a+x}{a+b+n}",
            ),
            Step(
                "Split the numerator into what comes from the data and what from the prior.",
                r"E[\theta\mid x]=\frac{x}{a+b+n}+\frac{a}{a+b+n}",
            ),
            Step(
                "Multiply and divide the first part by $n$, the second by $a+b$.",
                r"E[\theta\mid x]=\frac{n}{a+b+n}\cdot\frac{x}{n}"
                r"+\frac{a+b}{a+b+n}\cdot\frac{a}{a+b}",
            ),
            Step(
                "The two weights sum to 1, so $a+b$ acts as the number of patients the prior is "
                "worth.",
                r"w=\frac{n}{a+b+n},\qquad 1-w=\frac{a+b}{a+b+n}",
            ),
        ),
        how="Integrates $\\theta$ against prior times likelihood numerically.",
        check=_weighted,
        source="Diaconis and Ylvisaker, Conjugate priors for exponential families, Annals of "
        "Statistics, 1979.",
    ),
    Statement(
        id="BU-8",
        section="conjugacy",
        title="The count $K$ of events among the next $m$ patients is Beta-binomial, wider than "
        "the binomial with the same mean.",
        claim=r"\begin{gathered}P(K=k\mid x)=\binom{m}{k}\frac{B(A+k,\,B_0+m-k)}{B(A,B_0)},"
        r"\qquad A=a+x,\;B_0=b+n-x\\[4pt]\operatorname{Var}(K\mid x)=m\,p\,(1-p)\,"
        r"\frac{A+B_0+m}{A+B_0+1},\qquad p=\frac{A}{A+B_0}\end{gathered}",
        hypotheses=(
            "The model of BU-6",
            "Given $\\theta$, the new trials are independent of the old ones and of each other, "
            "each a success with probability $\\theta$",
        ),
        steps=(
            Step(
                "The unknown $\\theta$ is averaged out with what is believed of it now.",
                r"P(K=k\mid x)=\int_0^1 P(K=k\mid\theta)\,p(\theta\mid x)\,d\theta",
            ),
            Step(
                "Given $\\theta$ the new count is binomial, and by BU-6 the posterior is a Beta.",
                r"P(K=k\mid x)=\int_0^1\binom{m}{k}\theta^k(1-\theta)^{m-k}\,"
                r"\frac{\theta^{A-1}(1-\theta)^{B_0-1}}{B(A,B_0)}\,d\theta",
            ),
            Step(
                "Take the constants out and add the exponents.",
                r"P(K=k\mid x)=\binom{m}{k}\frac{1}{B(A,B_0)}"
                r"\int_0^1\theta^{A+k-1}(1-\theta)^{B_0+m-k-1}\,d\theta",
            ),
            Step(
                "The integral is the definition of the Beta function.",
                r"P(K=k\mid x)=\binom{m}{k}\frac{B(A+k,\,B_0+m-k)}{B(A,B_0)}",
            ),
            Step(
                "The variance of such a count was found in BU-5; now the prior is "
                "$\\mathrm{Beta}(A,B_0)$ and there are $m$ trials.",
                r"\operatorname{Var}(K\mid x)=m\,(A+B_0+m)\operatorname{Var}(\theta\mid x)",
            ),
            Step(
                "By BU-6 the variance of $\\theta$ is $p(1-p)/(A+B_0+1)$. The factor beside the "
                "binomial variance $m\\,p(1-p)$ exceeds 1 as soon as $m\\ge 2$.",
                r"\operatorname{Var}(K\mid x)=m\,p\,(1-p)\,\frac{A+B_0+m}{A+B_0+1}",
            ),
        ),
        how="For three studies and numbers of new trials, averages scipy's binomial probabilities "
        "over prior times likelihood by numerical integration, and takes the variance of these "
        "averages.",
        check=_next_patients,
        source="Skellam, A probability distribution derived from the binomial distribution, "
        "Journal of the Royal Statistical Society B, 1948.",
    ),
    Statement(
        id="BU-9",
        section="conjugacy",
        title="Events add to a Gamma prior of a rate, observed time adds to its second parameter.",
        claim=r"\lambda\mid y\sim\mathrm{Gamma}\Big(\alpha+\sum y_i,\;\beta+\sum t_i\Big),\qquad "
        r"P(K=k\mid y)=\frac{\Gamma(A+k)}{\Gamma(A)\,k!}\,q^{A}(1-q)^k,\;\; q=\frac{R}{R+t}",
        hypotheses=(
            "$\\lambda\\sim\\mathrm{Gamma}(\\alpha,\\beta)$ with shape $\\alpha>0$ and rate "
            "$\\beta>0$",
            "Given $\\lambda$, the counts $y_i$ are independent and Poisson with mean "
            "$\\lambda t_i$",
            "Given $\\lambda$, the count $K$ in the time $t>0$ to come is independent of them and "
            "Poisson with mean $\\lambda t$",
        ),
        steps=(
            Step(
                "Prior times likelihood, without the factors that are free of $\\lambda$.",
                r"p(\lambda\mid y)\propto\lambda^{\alpha-1}e^{-\beta\lambda}"
                r"\prod_i\lambda^{y_i}e^{-\lambda t_i}",
            ),
            Step(
                "Add exponents: a Gamma shape with $A=\\alpha+\\sum y_i$ and $R=\\beta+\\sum t_i$.",
                r"p(\lambda\mid y)\propto\lambda^{A-1}e^{-R\lambda}",
            ),
            Step(
                "Average the Poisson probability of $k$ events over this posterior.",
                r"P(K=k\mid y)=\int_0^\infty\frac{(\lambda t)^ke^{-\lambda t}}{k!}\,"
                r"\frac{R^A}{\Gamma(A)}\lambda^{A-1}e^{-R\lambda}\,d\lambda",
            ),
            Step(
                "The integral is a Gamma function with $A+k$ and rate $R+t$.",
                r"P(K=k\mid y)=\frac{t^kR^A}{k!\,\Gamma(A)}\cdot\frac{\Gamma(A+k)}{(R+t)^{A+k}}",
            ),
            Step(
                "Share the powers of $R+t$ out: a negative binomial.",
                r"P(K=k\mid y)=\frac{\Gamma(A+k)}{\Gamma(A)\,k!}"
                r"\Big(\frac{R}{R+t}\Big)^{A}\Big(\frac{t}{R+t}\Big)^{k}",
            ),
        ),
        how="Averages scipy's Poisson probabilities over prior times likelihood by numerical "
        "integration.",
        check=_rates,
        source="Greenwood and Yule, An inquiry into the nature of frequency distributions, "
        "Journal of the Royal Statistical Society, 1920.",
    ),
    Statement(
        id="BU-10",
        section="conjugacy",
        title="With several classes, the next case falls into one with its share of prior and "
        "observed counts.",
        claim=r"P(\text{class }j\mid n_1,\dots,n_K)=\frac{\alpha_j+n_j}{\sum_i(\alpha_i+n_i)}",
        hypotheses=(
            "The shares have the Dirichlet prior "
            "$p(\\theta)\\propto\\prod_i\\theta_i^{\\alpha_i-1}$ with all $\\alpha_i>0$",
            "Given the shares, the cases are independent; $n_i$ of them fell into class $i$",
        ),
        steps=(
            Step(
                "Prior times likelihood; exponents of each share add, as in BU-6.",
                r"p(\theta\mid n)\propto\prod_i\theta_i^{\alpha_i+n_i-1}",
            ),
            Step(
                "For its constant take a product of Gamma integrals, with $A_i=\\alpha_i+n_i$, "
                "and write $t_i=s\\,\\theta_i$, where $s$ is the sum of the $t_i$ and the shares "
                "sum to 1; then $dt=s^{K-1}\\,ds\\,d\\theta$.",
                r"\prod_i\Gamma(A_i)=\int\prod_it_i^{A_i-1}e^{-t_i}\,dt="
                r"\int_0^\infty s^{\sum_iA_i-1}e^{-s}\,ds\int\prod_i\theta_i^{A_i-1}\,d\theta",
            ),
            Step(
                "The integral over $s$ is $\\Gamma(\\sum_iA_i)$: divide by it.",
                r"\int\prod_i\theta_i^{A_i-1}\,d\theta=\frac{\prod_i\Gamma(A_i)}"
                r"{\Gamma(\sum_iA_i)}",
            ),
            Step(
                "The next case is in class $j$ with probability $\\theta_j$, averaged over the "
                "posterior: one more power of $\\theta_j$.",
                r"E[\theta_j\mid n]=\frac{\Gamma(A_j+1)}{\Gamma(A_j)}\cdot"
                r"\frac{\Gamma(\sum_iA_i)}{\Gamma(\sum_iA_i+1)}",
            ),
            Step(
                "$\\Gamma(z+1)=z\\,\\Gamma(z)$, twice.",
                r"E[\theta_j\mid n]=\frac{A_j}{\sum_iA_i}",
            ),
        ),
        how="Integrates prior times likelihood over the triangle of three shares with 80 by 80 "
        "Gauss nodes.",
        check=_classes,
        source="Good, The Estimation of Probabilities, 1965.",
    ),
)
