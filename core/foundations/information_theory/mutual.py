"""Mutual information: what two variables tell about each other, and what a table pretends."""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy import stats
from scipy.special import xlogy

from core.foundations.compare import equal
from core.foundations.information_theory import formulas as f
from core.foundations.information_theory import instances as draw
from core.foundations.schema import Kind, Reading, Statement, Step

_COVER = "Cover and Thomas, Elements of Information Theory, 2nd ed., 2006"


def _information(rng: np.random.Generator) -> Reading:
    table = draw.joint(rng, 3, 4)
    unrelated = np.outer(*draw.rows(rng, 2, 4))
    return equal(
        [f.mutual_information(table), f.mutual_information(unrelated)],
        [draw.dependence(table), 0.0],
        "a table against its margins, and a table that is the product of its margins",
    )


def plane_information(log_density: draw.Floats, x: draw.Floats) -> float:
    """Return the information of a density with standard normal margins, on the grid x by x."""
    margins = stats.norm.logpdf(x)[:, None] + stats.norm.logpdf(x)
    inside = np.exp(log_density) * (log_density - margins)
    return float(np.trapezoid(np.trapezoid(inside, x), x))


def plane(correlation: float) -> tuple[draw.Floats, draw.Floats]:
    """Return a grid along one axis and the log-density of two normals on its square."""
    x = np.linspace(-9, 9, 241)
    points = np.stack(np.meshgrid(x, x), axis=-1)
    cov = [[1, correlation], [correlation, 1]]
    return x, np.asarray(stats.multivariate_normal([0, 0], cov).logpdf(points))


def opposite(rng: np.random.Generator) -> tuple[float, float]:
    """Return the size of two opposite correlations, and the information of their even mixture."""
    size = float(rng.uniform(0.6, 0.8))
    x, rising = plane(size)
    _, falling = plane(-size)
    return size, plane_information(np.logaddexp(rising, falling) - math.log(2), x)


def _normal(rng: np.random.Generator) -> Reading:
    correlation = rng.uniform(0.3, 0.8) * rng.choice([-1, 1])
    x, log_density = plane(correlation)
    return equal(
        f.normal_information(correlation),
        plane_information(log_density, x),
        "double integral over 58,081 points",
    )


def _tables(n: int, cells: int) -> draw.Floats:
    """Return every way to put n cases into the cells, one a row."""
    bars = itertools.combinations(range(n + cells - 1), cells - 1)
    edges = np.array([(-1, *places, n + cells - 1) for places in bars])
    return np.diff(edges, axis=1) - 1.0


def _plugin_exact(rng: np.random.Generator) -> Reading:
    sizes = [int(n) for n in rng.choice(np.arange(5, 11), 2, replace=False)]
    claimed, measured = [], []
    for n in sizes:
        table, samples = draw.joint(rng, 2, 2), _tables(n, 4)
        chances = stats.multinomial.pmf(samples, n, table.ravel())
        found = [draw.dependence(sample.reshape(2, 2) / n) for sample in samples]
        claimed.append(f.expected_plugin_information(table, n))
        measured.append(float(np.dot(chances, found)))
    first, second = sizes
    return equal(claimed, measured, f"mean over all tables of {first} and of {second} cases")


def entropy_shortfall(p: draw.Floats, n: int) -> float:
    """Return n times the mean shortfall of the plug-in entropy, without cancellation."""
    total = 0.0
    for cell in p[p > 0]:
        reach = 12 * math.sqrt(n * cell * (1 - cell)) + 12
        counts = np.arange(max(0, int(n * cell - reach)), min(n, int(n * cell + reach)) + 1)
        ratio = counts / (n * cell)
        bent = xlogy(ratio, ratio) - ratio + 1
        total += n * cell * float(np.sum(stats.binom.pmf(counts, n, cell) * bent))
    return total


def limit_of_bias(table: draw.Floats) -> float:
    """Return the limit of n times the bias, extrapolated from three sample sizes."""
    margins = (table.sum(axis=1), table.sum(axis=0))
    a, b, c = (
        entropy_shortfall(table.ravel(), n) - sum(entropy_shortfall(p, n) for p in margins)
        for n in (4_000, 8_000, 16_000)
    )
    return (8 * c - 6 * b + a) / 3


def even_joint(rng: np.random.Generator, k: int, m: int) -> draw.Floats:
    """Return a table whose smallest cells are not far below the mean cell."""
    drawn = rng.uniform(0.7, 1.3, size=(k, m))
    return np.asarray(drawn / drawn.sum())


def _plugin_bias(rng: np.random.Generator) -> Reading:
    found = []
    for k, m in ((2, 3), (4, 3), (2, 5)):
        n = float(rng.integers(50, 500))
        found.append(limit_of_bias(even_joint(rng, k, m)) / n / f.plugin_bias(k, m, n))
    return equal(
        np.ones(3),
        found,
        "2 by 3, 4 by 3 and 2 by 5 tables, exact means at 4,000 to 16,000 cases over the formula",
        kind=Kind.DIFFERENCE,
    )


def _fano(rng: np.random.Generator) -> Reading:
    """Add to what is open how far a table is from evenly spread errors: that is the bound."""
    claimed, measured = [], []
    for k, error in ((3, 0.0), (4, 1.0), *zip((2, 3, 5, 7), rng.uniform(0.1, 0.6, 4), strict=True)):
        table = _evenly_wrong(np.eye(k), error) / k
        claimed.append(f.fano_bound(error, k))
        measured.append(_open(table))
    for k in 2 * (2, 3, 4, 5, 6):
        table = draw.joint(rng, 5, k)
        guesses = np.eye(k)[table.argmax(axis=1)]
        error = 1 - float(np.sum(guesses * table))
        even = table.sum(axis=1, keepdims=True) * _evenly_wrong(guesses, error)
        claimed.append(f.fano_bound(error, k))
        measured.append(_open(table) + draw.relative(table, even))
    return equal(claimed, measured, "six tables that meet the bound, and what ten others lack")


def _evenly_wrong(guesses: draw.Floats, error: float) -> draw.Floats:
    """Return the chances of the classes if guesses, one a row, fail evenly in an error's share."""
    chances: draw.Floats = guesses * (1 - error) + (1 - guesses) * error / (guesses.shape[1] - 1)
    return chances


def _open(table: draw.Floats) -> float:
    return float(stats.entropy(table.ravel()) - stats.entropy(table.sum(axis=1)))


def _test(rng: np.random.Generator) -> Reading:
    prevalence, sensitivity = rng.uniform(0.05, 0.4), rng.uniform(0.7, 0.95)
    specificity = rng.uniform(0.7, 0.95)
    table = np.array(
        [
            [prevalence * sensitivity, prevalence * (1 - sensitivity)],
            [(1 - prevalence) * (1 - specificity), (1 - prevalence) * specificity],
        ]
    )
    return equal(
        f.diagnostic_bits(prevalence, sensitivity, specificity),
        draw.dependence(table) / math.log(2),
        "divergence of the two by two table, in bits",
    )


def _processing(rng: np.random.Generator) -> Reading:
    table, channel = draw.joint(rng, 3, 4), draw.rows(rng, 4, 3)
    triple = table[:, :, None] * channel
    return processed(triple, "information lost when Y is replaced by a noisy copy")


def processed(triple: draw.Floats, note: str) -> Reading:
    """Compare the fall of the information with what is open given the copy (axes X, Y, Z)."""
    fall = draw.dependence(triple.sum(axis=2)) - draw.dependence(triple.sum(axis=1))
    weights = triple.sum(axis=(0, 1))
    given = np.moveaxis(triple / weights, 2, 0)
    return equal(f.conditional_information(weights, given), fall, note)


STATEMENTS = (
    Statement(
        id="IT-18",
        section="mutual-information",
        title="Mutual information is the divergence of the table from the product of its margins; "
        "it is 0 only for independent variables.",
        claim=r"I(X;Y)=H(X)+H(Y)-H(X,Y)=\sum_{x,y}p(x,y)\log\frac{p(x,y)}{p(x)p(y)}\ge0",
        hypotheses=("$X$ and $Y$ take finitely many values and have a joint distribution.",),
        steps=(
            Step(
                "Split the logarithm of the ratio into three.",
                r"\log\frac{p(x,y)}{p(x)p(y)}=\log p(x,y)-\log p(x)-\log p(y)",
            ),
            Step(
                "Average over the table. The second and third term depend on one variable, so the "
                "sum over the other leaves a margin.",
                r"-H(X,Y)+H(X)+H(Y)",
            ),
            Step(
                "The product of the margins is a distribution, so IT-8 applies.",
                r"I(X;Y)=D\big(p(x,y)\|p(x)p(y)\big)\ge0",
            ),
            Step(
                "IT-8 also says when it is 0.",
                r"I(X;Y)=0\iff p(x,y)=p(x)p(y)\ \text{ for all }x,y",
            ),
            Step(
                "With IT-4 it is the fall of either entropy, the same number both ways.",
                r"I(X;Y)=H(Y)-H(Y\mid X)=H(X)-H(X\mid Y)",
            ),
        ),
        how="SciPy's relative entropy of a three by four table and the outer product of its "
        "margins; for a table made as a product it must be 0.",
        check=_information,
        source=f"{_COVER}, section 2.4",
    ),
    Statement(
        id="IT-19",
        section="mutual-information",
        title="For jointly normal variables the information depends on the correlation alone.",
        claim=r"I(X;Y)=-\tfrac12\log(1-\rho^2)",
        hypotheses=("$(X,Y)$ is jointly normal with correlation $\\rho$, $|\\rho|<1$.",),
        steps=(
            Step(
                "Shifting and scaling a variable changes densities and margins by the same "
                "factor, so take means 0 and variances 1. Then $Y-\\rho X$ is uncorrelated with "
                "$X$, and independent of it because the two are jointly normal; its variance is "
                "$1-2\\rho^2+\\rho^2$.",
                r"Y\mid X=x\ \sim\ \mathcal N(\rho x,\,1-\rho^2)",
            ),
            Step(
                "As in IT-6, the information is the mean divergence of the rows from the margin; "
                "sums become integrals.",
                r"I(X;Y)=\mathbb E_X\,D\big(\mathcal N(\rho X,1-\rho^2)\|\mathcal N(0,1)\big)",
            ),
            Step(
                "IT-10 for these two normals.",
                r"D=-\tfrac12\log(1-\rho^2)+\tfrac12\big(1-\rho^2+\rho^2X^2\big)-\tfrac12",
            ),
            Step(
                "Average: $\\mathbb E X^2=1$, and all but the logarithm cancels.",
                r"I(X;Y)=-\tfrac12\log(1-\rho^2)",
            ),
        ),
        how="A double integral of SciPy's bivariate density by the trapezoidal rule.",
        check=_normal,
        source=f"{_COVER}, example 8.5.1",
    ),
    Statement(
        id="IT-20",
        section="mutual-information",
        title="The expected plug-in information of a sample is a sum of binomial means.",
        claim=r"\mathbb E\,\hat I=\sum_x\beta(p_x)+\sum_y\beta(p_y)-\sum_{x,y}\beta(p_{xy}),\qquad"
        r"\beta(p)=-\sum_{c=0}^n\binom nc p^c(1-p)^{n-c}\,\frac cn\log\frac cn",
        hypotheses=("$n$ independent cases are counted in a table and shares are plugged in.",),
        steps=(
            Step(
                "The plug-in value is IT-18 with shares for probabilities: three sums over cells.",
                r"\hat I=\hat H(X)+\hat H(Y)-\hat H(X,Y),\qquad"
                r"\hat H=-\sum_i\frac{C_i}n\log\frac{C_i}n",
            ),
            Step(
                "Expectation is linear, whether or not the cells are independent (they are not).",
                r"\mathbb E\,\hat H=\sum_i\mathbb E\Big[-\frac{C_i}n\log\frac{C_i}n\Big]",
            ),
            Step(
                "A single count of independent cases is binomial, for cells and for margins.",
                r"C_i\sim\mathrm{Bin}(n,p_i)\ \Longrightarrow\ "
                r"\mathbb E\Big[-\frac{C_i}n\log\frac{C_i}n\Big]=\beta(p_i)",
            ),
        ),
        how="Every possible two by two table of two sizes, from 5 to 10 cases, is listed with its "
        "multinomial probability and its own information.",
        check=_plugin_exact,
        source="Paninski, Estimation of entropy and mutual information, 2003",
    ),
    Statement(
        id="IT-21",
        section="mutual-information",
        title="Plugged-in information is too high by about $(k-1)(m-1)/(2n)$, even where there "
        "is none.",
        claim=r"\mathbb E\,\hat I=I+\frac{(k-1)(m-1)}{2n}+O(n^{-2})",
        hypotheses=(
            "All $k\\times m$ cells have positive probability.",
            "The $n$ cases are independent.",
        ),
        steps=(
            Step(
                "Expand $f(u)=-u\\log u$ around $p_i>0$; $f''(u)=-1/u$ and $f^{(3)}(u)=1/u^2$.",
                r"f(\hat p_i)=f(p_i)+f'(p_i)(\hat p_i-p_i)-\frac{(\hat p_i-p_i)^2}{2p_i}"
                r"+\frac{(\hat p_i-p_i)^3}{6p_i^2}+R",
            ),
            Step(
                "Where $\\hat p_i\\ge p_i/2$ the rest is at most a constant times "
                "$(\\hat p_i-p_i)^4$. Elsewhere it is bounded, and the chance of that falls "
                "exponentially in $n$ (Hoeffding's inequality).",
                r"\mathbb E|R|\le C\,\mathbb E(\hat p_i-p_i)^4+C'e^{-np_i^2/2}",
            ),
            Step(
                "Average. The share is unbiased with variance $p_i(1-p_i)/n$; its third and fourth "
                "central moments are of order $n^{-2}$.",
                r"\mathbb E f(\hat p_i)=f(p_i)-\frac{1-p_i}{2n}+O(n^{-2})",
            ),
            Step(
                "Add up over $K$ cells of positive probability.",
                r"\mathbb E\hat H=H-\frac{K-1}{2n}+O(n^{-2})",
            ),
            Step(
                "Use it for both margins and the table, with the signs of IT-18.",
                r"-(k-1)-(m-1)+(km-1)=(k-1)(m-1)",
            ),
            Step(
                "Independence of $X$ and $Y$ was not used: the excess is there whatever $I$ is. "
                "For $I=0$ it says that $2n\\hat I$, the likelihood ratio statistic, has a mean "
                "near its degrees of freedom.",
                r"\mathbb E\,\hat I-I\approx\frac{(k-1)(m-1)}{2n}",
            ),
        ),
        how="The exact mean of IT-20 at 4,000, 8,000 and 16,000 cases, times the number of cases, "
        "extrapolated to its limit.",
        check=_plugin_bias,
        source="Miller, Note on the bias of information estimates, 1955; Paninski, 2003",
    ),
    Statement(
        id="IT-22",
        section="mutual-information",
        title="What is open about the class bounds from below how often it is guessed wrong.",
        claim=r"H(Y\mid X)\le h(e)+e\log(k-1),\qquad e=P\big(\hat Y(X)\ne Y\big)",
        hypotheses=(
            "$Y$ is one of $k\\ge2$ classes; $h(e)=-e\\log e-(1-e)\\log(1-e)$.",
            "The guess $\\hat Y(X)$ is a function of $X$ alone.",
        ),
        steps=(
            Step(
                "Let $E=1$ if the guess is wrong. Use IT-4 for each $x$ and average. Given $X$ and "
                "$Y$ it is known whether the guess is wrong, so nothing is added.",
                r"H(E,Y\mid X)=H(Y\mid X)+H(E\mid X,Y)=H(Y\mid X)",
            ),
            Step("The same in the other order.", r"H(E,Y\mid X)=H(E\mid X)+H(Y\mid E,X)"),
            Step("Conditioning cannot raise the mean entropy (IT-6).", r"H(E\mid X)\le H(E)=h(e)"),
            Step(
                "Given $X$ and a right guess nothing is open; given a wrong one $k-1$ classes "
                "remain, with an entropy of at most $\\log(k-1)$ by IT-2.",
                r"H(Y\mid E,X)\le(1-e)\cdot0+e\log(k-1)",
            ),
            Step(
                "Both bounds are met when errors are spread evenly and come equally often for "
                "every $x$.",
                r"H(Y\mid X)=h(e)+e\log(k-1)",
            ),
            Step(
                "In general the distance to the bound is a divergence: that of the truth from $r$, "
                "which gives the guess $1-e$ and every other class $e/(k-1)$. For the expected "
                "surprise under $r$ is the bound, and IT-9 splits it.",
                r"-\mathbb E\log r(Y\mid X)=h(e)+e\log(k-1)=H(Y\mid X)"
                r"+\sum_xp(x)\,D\big(p(\cdot\mid x)\,\|\,r(\cdot\mid x)\big)",
            ),
        ),
        how="Evenly spread confusions must meet the bound, one without errors and one that is "
        "always wrong among them; for ten random tables the best guess for each $x$ is scored, and "
        "what is open plus the divergence of the last step must be the bound.",
        check=_fano,
        source=f"{_COVER}, theorem 2.10.1",
    ),
    Statement(
        id="IT-23",
        section="mutual-information",
        title="A test's answer gives, on average, the entropy of the answer less its noise.",
        claim=r"I(D;T)=h_2\big(P(+)\big)-\pi\,h_2(\mathrm{se})-(1-\pi)\,h_2(\mathrm{sp}),\qquad "
        r"P(+)=\pi\,\mathrm{se}+(1-\pi)(1-\mathrm{sp})",
        hypotheses=(
            "Disease $D$ has prevalence $\\pi$; the test has sensitivity $\\mathrm{se}$ and "
            "specificity $\\mathrm{sp}$.",
            "$h_2$ is the entropy of yes or no, in bits.",
        ),
        steps=(
            Step(
                "By IT-18 information is the fall of the entropy of the answer.",
                r"I(D;T)=H(T)-H(T\mid D)",
            ),
            Step(
                "A positive answer comes from the sick that are found and the healthy that are not "
                "cleared.",
                r"P(+)=\pi\,\mathrm{se}+(1-\pi)(1-\mathrm{sp}),\qquad H(T)=h_2(P(+))",
            ),
            Step(
                "Given disease the answer is positive with chance $\\mathrm{se}$, given health "
                "negative with chance $\\mathrm{sp}$; $h_2$ does not care which of the two is "
                "named. Average with IT-4.",
                r"H(T\mid D)=\pi\,h_2(\mathrm{se})+(1-\pi)\,h_2(\mathrm{sp})",
            ),
            Step(
                "Seen from the disease the same number is bounded by what is open before testing: "
                "where disease is rare, even a very good test tells little on average.",
                r"I(D;T)=H(D)-H(D\mid T)\le h_2(\pi)",
            ),
        ),
        how="The divergence of the two by two table from the product of its margins.",
        check=_test,
        source="Metz, Goodenough and Rossmann, Evaluation of receiver operating characteristic "
        "curve data in terms of information theory, 1973",
    ),
    Statement(
        id="IT-24",
        section="mutual-information",
        title="A processed copy cannot tell more than the original.",
        claim=r"I(X;Y)-I(X;Z)=I(X;Y\mid Z)\ge0",
        hypotheses=(
            "$Z$ is made from $Y$ alone, perhaps with noise of its own: $X\\to Y\\to Z$.",
            "$I(X;Y\\mid Z)=\\sum_zp(z)\\,I(X;Y\\mid Z=z)$ is the mean information of $X$ and $Y$ "
            "among the cases with one value of $Z$.",
        ),
        steps=(
            Step(
                "Open the information about the pair $(Y,Z)$ with $Z$ first: put $H(X\\mid Z)$ "
                "between the two entropies of IT-18. The second bracket is IT-18 for each $z$, "
                "averaged.",
                r"I(X;Y,Z)=\big[H(X)-H(X\mid Z)\big]+\big[H(X\mid Z)-H(X\mid Y,Z)\big]"
                r"=I(X;Z)+I(X;Y\mid Z)",
            ),
            Step("The same with $Y$ first.", r"I(X;Y,Z)=I(X;Y)+I(X;Z\mid Y)"),
            Step(
                "Given $Y$ the copy depends on noise alone, so it is independent of $X$ and tells "
                "nothing more (IT-18).",
                r"I(X;Z\mid Y)=0",
            ),
            Step(
                "Compare. What remains is an average of informations, so it is at least 0.",
                r"I(X;Y)=I(X;Z)+I(X;Y\mid Z)",
            ),
        ),
        how="Two divergences of tables are subtracted, before and after a random channel.",
        check=_processing,
        source=f"{_COVER}, theorem 2.8.1",
    ),
)
