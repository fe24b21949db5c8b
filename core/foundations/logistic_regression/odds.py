"""From odds to the sigmoid: what a coefficient says, and where the linear logit comes from."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit
from scipy.stats import multivariate_normal

from core.foundations.compare import at_most, equal
from core.foundations.logistic_regression import formulas, formulas_fit
from core.foundations.logistic_regression.support import Floats, fitted, worst
from core.foundations.schema import Reading, Section, Statement, Step

SECTION = Section(
    "odds",
    "Odds",
    "A probability is caught between 0 and 1; a weighted sum of findings is not. The odds p/(1 - p)"
    " run over all positive numbers and their logarithm over all numbers, so it is the log-odds"
    " that a linear model may describe. Every finding then multiplies the odds by its own factor,"
    " which is what makes a clinical estimate readable finding by finding.",
)


def _probability_at(z: float) -> float:
    """Return the probability whose log-odds are ``z`` by closing in on it."""
    edge = 1e-12
    return float(brentq(lambda p: np.log(p / (1 - p)) - z, edge, 1 - edge, xtol=1e-15))


def _inverse(rng: np.random.Generator) -> Reading:
    z = rng.uniform(-6, 6, 12)
    found = [_probability_at(value) for value in z]
    return equal(formulas.sigmoid(z), found, "12 log-odds between -6 and 6")


def _mirror(rng: np.random.Generator) -> Reading:
    z = rng.uniform(-6, 6, 12)
    found = [_probability_at(-value) for value in z]
    return equal(formulas.mirrored(z), found, "the probability at -z, 12 times")


def _slope(rng: np.random.Generator) -> Reading:
    z = rng.uniform(-5, 5, 12)
    # Mean squared distance of an outcome of 0 or 1 from its mean.
    spread = [(1 - p) * p**2 + p * (1 - p) ** 2 for p in map(_probability_at, z)]
    steepest = minimize_scalar(lambda at: -float(_slope_at(np.asarray(at))), bracket=(-1.0, 1.5))
    claimed = formulas.sigmoid_slope(z)
    return worst(
        equal(claimed, _slope_at(z), "the slope at 12 places"),
        equal(claimed, spread, "the variance of 12 outcomes"),
        equal(formulas.steepest_slope(), -float(steepest.fun), "the largest slope"),
    )


def _slope_at(z: Floats) -> Floats:
    moved = np.exp(z + 1e-30j)
    slope: Floats = (moved / (1 + moved)).imag / 1e-30
    return slope


def table_coefficient(exposed: Floats, unexposed: Floats) -> float:
    """Return the coefficient of a fit to a table with rows (with event, without event)."""
    x = np.array([1.0, 1.0, 0.0, 0.0])
    y = np.array([1.0, 0.0, 1.0, 0.0])
    counts = np.concatenate([exposed, unexposed])
    return float(fitted(np.column_stack([np.ones(4), x]), y, mass=counts)[1])


def _table(rng: np.random.Generator) -> Reading:
    tables = rng.uniform(5, 60, (3, 2, 2))
    claimed = [formulas.log_odds_ratio(*table) for table in tables]
    found = [table_coefficient(*table) for table in tables]
    start, w = rng.uniform(-1.5, 1.5, 4), rng.uniform(0.3, 1.8, 4) * np.array([1, -1, 1, -1])
    odds = [[p / (1 - p) for p in map(_probability_at, z)] for z in (start, start + w)]
    return worst(
        equal(claimed, found, "the fitted coefficient of 3 tables"),
        equal(
            formulas_fit.odds_factor(start, start + w),
            np.divide(odds[1], odds[0]),
            "the factor of the odds, 4 coefficients",
        ),
    )


def _largest(rng: np.random.Generator) -> Reading:
    w = rng.uniform(0.3, 4, 6) * np.array([1, -1, 1, -1, 1, -1])
    found = [_most_change(value) for value in w]
    short = 1e-5 * w
    return worst(
        equal(formulas.largest_change(w), found, "the largest change for 6 coefficients"),
        at_most(formulas.quarter(w), found, "6 coefficients, against the limit"),
        equal(
            formulas.quarter(short), [_most_change(value) for value in short],
            "6 short steps, for which the limit is met",
        ),
    )  # fmt: skip


def _most_change(w: float) -> float:
    found = minimize_scalar(
        lambda z: -abs(expit(z + w) - expit(z)), bounds=(-abs(w) - 3, abs(w) + 3), method="bounded",
        options={"xatol": 1e-9},
    )  # fmt: skip
    return float(-found.fun)


def gaussian_classes(rng: np.random.Generator) -> tuple[Floats, Floats, Floats, float, Floats]:
    """Return two means, a covariance, the share of the second class, and places to compare."""
    low, high = rng.normal(0, 1, 3), rng.normal(0.8, 1, 3)
    root = rng.standard_normal((3, 3))
    covariance = root @ root.T / 3 + 0.5 * np.eye(3)
    return low, high, covariance, float(rng.uniform(0.15, 0.4)), rng.standard_normal((10, 3))


def _bayes(rng: np.random.Generator) -> Reading:
    low, high, covariance, prior, x = gaussian_classes(rng)
    return compare_bayes(low, high, (covariance, covariance), prior, x)


def compare_bayes(
    low: Floats, high: Floats, covariances: tuple[Floats, Floats], prior: float, x: Floats
) -> Reading:
    """Compare the linear logit, made from the first covariance, with that of Bayes' rule."""
    weights = formulas.gaussian_weights(low, high, covariances[0])
    claimed = x @ weights + formulas.gaussian_intercept(low, high, covariances[0], prior)
    return equal(claimed, bayes_logit(low, high, covariances, prior, x), "the logit at 10 places")


def bayes_logit(
    low: Floats, high: Floats, covariances: tuple[Floats, Floats], prior: float, x: Floats
) -> Floats:
    """Return the log-odds of the second class by Bayes' rule from the two densities."""
    event = np.log(prior) + multivariate_normal(high, covariances[1]).logpdf(x)
    no_event = np.log(1 - prior) + multivariate_normal(low, covariances[0]).logpdf(x)
    return np.asarray(event - no_event, dtype=np.float64)


def _distance(rng: np.random.Generator) -> Reading:
    X, w, b = rng.standard_normal((8, 3)), rng.uniform(0.4, 2, 3), float(rng.uniform(-0.8, 0.8))
    claimed = formulas.signed_distance(X, w, b)
    return equal(claimed, nearest(X, w, b), "8 points, with their side")


def nearest(X: Floats, w: Floats, b: float) -> Floats:
    """Return how far the nearest point of the boundary is, negative where p is below one half."""
    way = np.array([np.linalg.lstsq(w[None], np.array([-b - w @ x]))[0] for x in X])
    side = np.where(expit(X @ w + b) > 0.5, 1.0, -1.0)
    return np.asarray(side * np.linalg.norm(way, axis=1), dtype=np.float64)


STATEMENTS = (
    Statement(
        id="LR-1",
        section="odds",
        title="The sigmoid is the logit turned round.",
        claim=r"\log\frac{p}{1-p}=z\iff p=\sigma(z)=\frac{1}{1+e^{-z}}",
        hypotheses=(r"$0<p<1$, so that the odds are a positive number.",),
        steps=(
            Step(
                "Both sides are exponentiated. The exponential is strictly increasing, so this step"
                " can be undone, and so can all that follow: the two equations are equivalent.",
                r"\frac{p}{1-p}=e^{z}",
            ),
            Step("Multiply by $1-p$, which is not 0.", r"p=e^{z}-p\,e^{z}"),
            Step("Collect the terms with $p$.", r"p\,(1+e^{z})=e^{z}"),
            Step(
                "Divide by $1+e^{z}>0$, then divide numerator and denominator by $e^{z}>0$.",
                r"p=\frac{e^{z}}{1+e^{z}}=\frac{1}{1+e^{-z}}",
            ),
        ),
        how="A root finder closes in on the probability whose log-odds are z; it knows the logit"
        " alone.",
        check=_inverse,
        source="Hosmer, Lemeshow and Sturdivant, Applied Logistic Regression, 3rd ed. (2013),"
        " chapter 1.",
    ),
    Statement(
        id="LR-2",
        section="odds",
        title="Naming the other outcome the event turns the sign of the log-odds, nothing else.",
        claim=r"\sigma(-z)=1-\sigma(z)",
        hypotheses=("$z$ is any real number.",),
        steps=(
            Step("Insert $-z$ in LR-1.", r"\sigma(-z)=\frac{1}{1+e^{z}}"),
            Step(
                "One minus the form of LR-1 with denominator $1+e^{z}$.",
                r"1-\sigma(z)=1-\frac{e^{z}}{1+e^{z}}=\frac{1+e^{z}-e^{z}}{1+e^{z}}",
            ),
            Step("Both are the same fraction.", r"1-\sigma(z)=\frac{1}{1+e^{z}}=\sigma(-z)"),
        ),
        how="A root finder closes in on the probability whose log-odds are -z.",
        check=_mirror,
        source="Cox, The regression analysis of binary sequences, Journal of the Royal Statistical"
        " Society B 20 (1958).",
    ),
    Statement(
        id="LR-3",
        section="odds",
        title="The sigmoid's slope is the variance of the outcome, and a quarter at most.",
        claim=r"\sigma'(z)=\sigma(z)\,\bigl(1-\sigma(z)\bigr)=\operatorname{Var}(y)\le\tfrac14",
        hypotheses=(
            "$z$ is any real number; the outcome $y$ is 1 with probability $\\sigma(z)$, else 0.",
        ),
        steps=(
            Step(
                "Chain rule on $(1+e^{-z})^{-1}$: outer derivative times inner derivative.",
                r"\sigma'(z)=-\,(1+e^{-z})^{-2}\cdot(-e^{-z})=\frac{e^{-z}}{(1+e^{-z})^{2}}",
            ),
            Step(
                "Split the fraction in two factors.",
                r"\sigma'(z)=\frac{1}{1+e^{-z}}\cdot\frac{e^{-z}}{1+e^{-z}}",
            ),
            Step(
                "The second factor is $1/(1+e^{z})$, which is $1-\\sigma(z)$ by LR-2.",
                r"\sigma'(z)=\sigma(z)\,(1-\sigma(z))",
            ),
            Step(
                "Write $p=\\sigma(z)$. As $y$ is 0 or 1, $y^2=y$, and both have the mean $p$.",
                r"\operatorname{Var}(y)=\mathbb E[y^2]-\mathbb E[y]^2=p-p^2=p(1-p)",
            ),
            Step(
                "Complete the square: the slope is largest where $p=1/2$, which is at $z=0$.",
                r"p(1-p)=\tfrac14-\bigl(p-\tfrac12\bigr)^{2}\le\tfrac14",
            ),
        ),
        how="A complex step: the imaginary part of the function just off the real axis, divided by"
        " the step, is its slope, without a difference of near-equal numbers. The variance is"
        " summed over both outcomes, and a search looks for the largest slope.",
        check=_slope,
        source="McCullagh and Nelder, Generalized Linear Models, 2nd ed. (1989), section 4.3.",
    ),
    Statement(
        id="LR-4",
        section="odds",
        title="A coefficient is a log odds ratio: one unit more multiplies the odds by $e^{w}$.",
        claim=r"\begin{gathered}"
        r"\frac{\text{odds}(x+1)}{\text{odds}(x)}=e^{w},\\"
        r"\hat w=\log\frac{a\,d}{b\,c}\ \text{ for the table }\begin{pmatrix}a&b\\c&d\end{pmatrix}"
        r"\end{gathered}",
        hypotheses=(
            "The logit is linear: $\\log\\frac{p}{1-p}=b_0+w\\,x$.",
            "For the table: its rows are $x=1$ and $x=0$, its columns count who has the event and"
            " who has not; all four counts are positive.",
            "Every outcome is recorded as it was.",
        ),
        steps=(
            Step(
                "The log-odds at $x+1$ and at $x$ differ by one coefficient.",
                r"\log\text{odds}(x+1)-\log\text{odds}(x)=w",
            ),
            Step("Exponentiate.", r"\text{odds}(x+1)=e^{w}\,\text{odds}(x)"),
            Step(
                "With $x$ in {0, 1} intercept and slope reach any pair of probabilities, so the"
                " likelihood may be made largest row by row. For the first row it is $p^a(1-p)^b$;"
                " the slope of its logarithm falls and is 0 at one place.",
                r"\frac{a}{p}-\frac{b}{1-p}=0\iff p=\frac{a}{a+b}",
            ),
            Step(
                "In the same way for the second row: each row gets its own share.",
                r"\hat p_1=\frac{a}{a+b},\qquad\hat p_0=\frac{c}{c+d}",
            ),
            Step(
                "The odds of the two rows are $a/b$ and $c/d$; their ratio is $e^{\\hat w}$.",
                r"\hat w=\log\frac{a/b}{c/d}=\log\frac{a\,d}{b\,c}",
            ),
        ),
        how="The likelihood of the table is maximised numerically, by Newton steps from complex"
        " steps and differences; the factor of the odds comes from probabilities that a root finder"
        " gives for the log-odds at both ends.",
        check=_table,
        source="Agresti, Categorical Data Analysis, 3rd ed. (2013), section 5.1.",
    ),
    Statement(
        id="LR-5",
        section="odds",
        title="The probability moves by at most a quarter of the coefficient.",
        claim=r"\max_{z}\bigl|\sigma(z+w)-\sigma(z)\bigr|=\tanh\frac{|w|}{4}\le\frac{|w|}{4}",
        hypotheses=("The log-odds move from any $z$ to $z+w$, by the same $w$.",),
        steps=(
            Step(
                "Take $w>0$; for $w<0$ exchange the ends. The change is positive and vanishes for"
                " $z\\to\\pm\\infty$, so it is largest somewhere; there its derivative in $z$"
                " is 0.",
                r"\sigma'(z+w)=\sigma'(z)",
            ),
            Step(
                "By LR-2 and LR-3 the slope is the same at $z$ and $-z$ and falls strictly with"
                " $|z|$, so both ends lie equally far from 0: $|z+w|=|z|$ with $w>0$.",
                r"z=-\tfrac w2,\qquad z+w=\tfrac w2",
            ),
            Step(
                "Insert, and use LR-2.",
                r"\sigma(\tfrac w2)-\sigma(-\tfrac w2)=2\,\sigma(\tfrac w2)-1",
            ),
            Step(
                "Multiply numerator and denominator of $(1-e^{-w/2})/(1+e^{-w/2})$ by $e^{w/4}$.",
                r"2\,\sigma(\tfrac w2)-1=\frac{1-e^{-w/2}}{1+e^{-w/2}}=\tanh\tfrac w4",
            ),
            Step(
                "The hyperbolic tangent is 0 at 0 and has the slope $1-\\tanh^2\\le1$; for short"
                " steps both sides are equal in the limit.",
                r"\tanh\tfrac w4\le\tfrac w4",
            ),
        ),
        how="A one-dimensional search looks for the place where the probability moves most; the"
        " limit is compared with short steps, which meet it.",
        check=_largest,
        source="Gelman and Hill, Data Analysis Using Regression and Multilevel/Hierarchical Models"
        " (2007), section 5.2.",
    ),
    Statement(
        id="LR-6",
        section="odds",
        title="Two normal classes with one covariance have a linear logit.",
        claim=r"\begin{gathered}"
        r"\log\frac{P(1\mid x)}{P(0\mid x)}=w^\top x+b,\\"
        r"w=S^{-1}(m_1-m_0),\\"
        r"b=\log\frac{\pi}{1-\pi}-\tfrac12(m_0+m_1)^\top w"
        r"\end{gathered}",
        hypotheses=(
            "Within class $k$ the findings are normal with mean $m_k$ and the **same** invertible"
            " covariance $S$.",
            "A share $\\pi$ of all, strictly between 0 and 1, belongs to class 1.",
        ),
        steps=(
            Step(
                "Bayes' rule for both classes; what they share cancels in the ratio.",
                r"\log\frac{P(1\mid x)}{P(0\mid x)}=\log\frac{\pi}{1-\pi}"
                r"+\log\frac{f_1(x)}{f_0(x)}",
            ),
            Step(
                "Insert the normal densities, proportional to"
                " $\\exp(-\\frac12(x-m_k)^\\top S^{-1}(x-m_k))$. The factors in front, with the"
                " determinant of $S$, are equal and cancel.",
                r"\log\frac{f_1}{f_0}=\tfrac12(x-m_0)^\top S^{-1}(x-m_0)"
                r"-\tfrac12(x-m_1)^\top S^{-1}(x-m_1)",
            ),
            Step(
                "Multiply out. The quadratic terms $x^\\top S^{-1}x$ are equal and cancel.",
                r"\log\frac{f_1}{f_0}=x^\top S^{-1}(m_1-m_0)"
                r"+\tfrac12 m_0^\top S^{-1}m_0-\tfrac12 m_1^\top S^{-1}m_1",
            ),
            Step(
                "The constants are a difference of squares. Multiplied out, the mixed terms"
                " $m_0^\\top S^{-1}m_1$ and $m_1^\\top S^{-1}m_0$ cancel: $S^{-1}$ is symmetric.",
                r"\tfrac12 m_0^\top S^{-1}m_0-\tfrac12 m_1^\top S^{-1}m_1"
                r"=-\tfrac12(m_0+m_1)^\top S^{-1}(m_1-m_0)",
            ),
            Step(
                "Write $w=S^{-1}(m_1-m_0)$ in both terms and collect what does not depend on $x$.",
                r"\log\frac{P(1\mid x)}{P(0\mid x)}=w^\top x"
                r"+\log\frac{\pi}{1-\pi}-\tfrac12(m_0+m_1)^\top w",
            ),
        ),
        how="Bayes' rule with the two densities of scipy, at ten places.",
        check=_bayes,
        source="Efron, The efficiency of logistic regression compared to normal discriminant"
        " analysis, Journal of the American Statistical Association 70 (1975).",
    ),
    Statement(
        id="LR-7",
        section="odds",
        title="The signed distance to the boundary is the log-odds over the length of $w$.",
        claim=r"\begin{gathered}"
        r"d(x)=\frac{w^\top x+b}{\lVert w\rVert},\\"
        r"d(x)>0\iff\sigma(w^\top x+b)>\tfrac12"
        r"\end{gathered}",
        hypotheses=(
            "$w\\neq0$; the boundary is where the log-odds $w^\\top x+b$ are 0.",
            "$d(x)$ is the distance of $x$ to the boundary, with a minus sign where the estimate is"
            " below one half.",
        ),
        steps=(
            Step(
                "Let $u$ be any point of the boundary. By the Cauchy-Schwarz inequality it is no"
                " nearer than this, and so near only if $x-u$ is parallel to $w$.",
                r"|w^\top x+b|=|w^\top(x-u)|\le\lVert w\rVert\,\lVert x-u\rVert",
            ),
            Step(
                "So the nearest point is reached along the normal $w$.",
                r"u=x-t\,\frac{w}{\lVert w\rVert}",
            ),
            Step(
                "It lies on the boundary.",
                r"0=w^\top u+b=w^\top x+b-t\,\lVert w\rVert",
            ),
            Step(
                "Solve for $t$; its size is the distance and its sign the side.",
                r"t=\frac{w^\top x+b}{\lVert w\rVert}",
            ),
            Step(
                "The denominator is positive, so $t$ has the sign of the log-odds, and by LR-1"
                " positive log-odds are probabilities above one half.",
                r"t>0\iff w^\top x+b>0\iff\sigma(w^\top x+b)>\tfrac12",
            ),
        ),
        how="The shortest way to the boundary comes from a least-squares solver, its sign from the"
        " side on which the probability lies.",
        check=_distance,
        source="Bishop, Pattern Recognition and Machine Learning (2006), section 4.1.1.",
    ),
)
