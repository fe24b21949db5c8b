"""Where an expected squared error comes from: noise, bias and variance."""

from __future__ import annotations

import numpy as np

from core.foundations.bias_variance import formulas
from core.foundations.bias_variance.instances import every, mean_and_variance, skewed
from core.foundations.compare import equal
from core.foundations.schema import Reading, Section, Statement, Step

SECTION = Section(
    "decomposition",
    "Three sources of error",
    "Imagine that the same study is repeated many times. Each repetition gives other training "
    "data, so another fitted model, so another prediction for the same new patient. The "
    "predictions scatter around their own mean (variance), their mean lies beside the truth "
    "(bias), and the patient's outcome scatters around the truth, whatever is predicted (noise). "
    "Under squared loss these three parts simply add up. The noise is a floor: no "
    "model gets below it.",
)


def regression_is_best(rng: np.random.Generator) -> Reading:
    """Sum the squared error over every pair of place and outcome of a finite joint law."""
    chances = rng.dirichlet(np.full(12, 3.0)).reshape(4, 3)
    outcomes = rng.normal(size=(4, 3))
    weights = chances.sum(axis=1)
    given = chances / weights[:, None]
    f = (given * outcomes).sum(axis=1)
    noise = (given * (outcomes - f[:, None]) ** 2).sum(axis=1)
    guesses = np.vstack([f, rng.normal(size=(2, 4))])
    measured = [float(np.sum(chances * (outcomes - g[:, None]) ** 2)) for g in guesses]
    claimed = [formulas.risk(noise, weights, f, g) for g in guesses]
    return equal(claimed, measured, "error of the conditional mean and of two other guesses")


def three_parts(rng: np.random.Generator) -> Reading:
    """Refit a median on every possible training set, and test it on every possible outcome."""
    sigma = rng.uniform(0.4, 0.9)
    law = skewed(rng, sigma)
    f, target = rng.normal(size=5), rng.normal()
    noise, chances = every(law, 5)
    fits = np.median(f + noise, axis=1)
    mean, variance = mean_and_variance(fits, chances)
    values, test_chances = law
    errors = (target + values - fits[:, None]) ** 2
    return equal(
        formulas.expected_error(sigma**2, mean - target, variance),
        chances @ errors @ test_chances,
        f"{len(fits)} training sets, {len(values)} outcomes each",
    )


def dependent_noise(rng: np.random.Generator) -> Reading:
    """Enumerate noise that training set and test outcome have in part in common."""
    shocks, chances = every(skewed(rng, 1.0), 6)
    mixing = rng.normal(size=(5, 6)) / 2
    f, weights = rng.normal(size=5), rng.dirichlet(np.ones(4))
    train, test = mixing[:4], mixing[4]
    data, noise = f[:4] + shocks @ train.T, shocks @ test
    linear, median = data @ weights, np.median(data, axis=1)
    mean, variance = mean_and_variance(median, chances)
    together = float(chances @ (noise * (median - mean)))
    claimed = [
        formulas.dependent_error(
            float(test @ test),
            float(weights @ f[:4] - f[4]),
            float(np.sum((weights @ train) ** 2)),
            float(weights @ train @ test),
        ),
        formulas.dependent_error(float(test @ test), mean - f[4], variance, together),
    ]
    measured = [chances @ (f[4] + noise - fits) ** 2 for fits in (linear, median)]
    return equal(claimed, measured, f"weighted mean and median, {len(shocks)} joint outcomes")


def bias_from_refits(rng: np.random.Generator) -> Reading:
    """Enumerate all results of some refits, and average both estimates of the squared bias."""
    sizes = (2, 3, 5)
    law = skewed(rng, rng.uniform(0.5, 1.0))
    bias, truth = rng.uniform(0.3, 0.8), rng.normal()
    variance = mean_and_variance(*law)[1]
    claimed, measured = [], []
    for refits in sizes:
        spread, chances = every(law, refits)
        fits = truth + bias + spread
        means, variances = fits.mean(axis=1), fits.var(axis=1, ddof=1)
        corrected = formulas.corrected_bias_squared(means, truth, variances, refits)
        claimed += [formulas.naive_bias_squared(bias, variance, refits), bias**2]
        measured += [chances @ (means - truth) ** 2, chances @ corrected]
    note = f"plain and corrected estimate, {', '.join(map(str, sizes))} refits"
    return equal(claimed, measured, note)


STATEMENTS = (
    Statement(
        id="BV-1",
        section="decomposition",
        title="Among all predictions made from $x$, the conditional mean $f(x)$ has the smallest "
        "expected squared error; any other one pays its mean squared distance from $f$ on top.",
        claim=r"\mathbb{E}\,(y-g(x))^2=\mathbb{E}\,\operatorname{Var}(y\mid x)"
        r"+\mathbb{E}\,(g(x)-f(x))^2,\qquad f(x)=\mathbb{E}[y\mid x]",
        hypotheses=(
            r"$y$ and $g(x)$ have finite second moments",
            r"$g$ is a fixed function: it depends on $x$ alone, not on the outcome $y$",
        ),
        steps=(
            Step(
                r"Add and subtract $f(x)$, then expand the square.",
                r"(y-g)^2=(y-f)^2+2(y-f)(f-g)+(f-g)^2",
            ),
            Step(
                r"Given $x$, the factor $f-g$ is a number and leaves the expectation; the mean of "
                r"$y-f$ given $x$ is 0 by the definition of $f$. (All these means exist: $f$ has a "
                r"finite second moment because $f(x)^2\le\mathbb{E}[y^2\mid x]$.)",
                r"\mathbb{E}[(y-f)(f-g)\mid x]=(f-g)\,\mathbb{E}[y-f\mid x]=0",
            ),
            Step(
                r"The mean of the first square given $x$ is the variance of $y$ given $x$.",
                r"\mathbb{E}[(y-g)^2\mid x]=\operatorname{Var}(y\mid x)+(f-g)^2",
            ),
            Step(
                "Average over $x$ (law of total expectation). The last term is never negative, "
                "and it is 0 for $g=f$: that is the minimum.",
                r"\mathbb{E}\,(y-g)^2=\mathbb{E}\operatorname{Var}(y\mid x)"
                r"+\mathbb{E}\,(g-f)^2\;\ge\;\mathbb{E}\operatorname{Var}(y\mid x)",
            ),
        ),
        how="A random joint law has 4 places with 3 outcomes each; the squared error of the "
        "conditional mean and of two other guesses is summed over all 12 pairs.",
        check=regression_is_best,
        source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed. "
        "2009, section 2.4",
    ),
    Statement(
        id="BV-2",
        section="decomposition",
        title="The expected squared error at a point is noise plus squared bias plus variance, for "
        "any way of fitting.",
        claim=r"\mathbb{E}\,(y-\hat y)^2=\sigma^2+(\mathbb{E}\hat y-f)^2+\operatorname{Var}\hat y",
        hypotheses=(
            r"$y=f+\varepsilon$ with a fixed number $f$, $\mathbb{E}\,\varepsilon=0$ and "
            r"$\operatorname{Var}\varepsilon=\sigma^2<\infty$",
            r"The test noise $\varepsilon$ is independent of the training data, so of the "
            r"prediction $\hat y$ that is made from them",
            "The loss is the square",
            r"$\operatorname{Var}\hat y<\infty$",
        ),
        steps=(
            Step(
                r"Write $\bar y=\mathbb{E}\hat y$ for the mean prediction, and split the error "
                "into three parts.",
                r"y-\hat y=\underbrace{\varepsilon}_{a}+\underbrace{(f-\bar y)}_{b}"
                r"+\underbrace{(\bar y-\hat y)}_{c}",
            ),
            Step(
                "Expand the square of a sum of three.",
                r"(y-\hat y)^2=a^2+b^2+c^2+2ab+2ac+2bc",
            ),
            Step(
                r"First cross term: $b$ is a number, and the noise has mean 0.",
                r"\mathbb{E}[ab]=(f-\bar y)\,\mathbb{E}\,\varepsilon=0",
            ),
            Step(
                r"Second cross term: $\varepsilon$ and $\hat y$ are independent, so the mean of "
                "the product is the product of the means.",
                r"\mathbb{E}[ac]=\mathbb{E}[\varepsilon]\;\mathbb{E}[\bar y-\hat y]=0",
            ),
            Step(
                r"Third cross term: $b$ is a number, and $\hat y$ has mean $\bar y$.",
                r"\mathbb{E}[bc]=(f-\bar y)\,(\bar y-\mathbb{E}\hat y)=0",
            ),
            Step(
                "Take the expectation of the three squares; each square stands inside its "
                "expectation.",
                r"\mathbb{E}[a^2]=\sigma^2,\quad \mathbb{E}[b^2]=(\bar y-f)^2,\quad "
                r"\mathbb{E}[c^2]=\operatorname{Var}\hat y",
            ),
            Step(
                "Add up the three squares; the three cross terms are 0.",
                r"\mathbb{E}\,(y-\hat y)^2=\sigma^2+(\bar y-f)^2+\operatorname{Var}\hat y",
            ),
        ),
        how="A median is fitted to every one of 243 possible training sets under skewed noise and "
        "compared with every possible outcome; the squared errors are added up with their "
        "probabilities.",
        check=three_parts,
        source="Geman, Bienenstock and Doursat, Neural networks and the bias/variance dilemma, "
        "Neural Computation 4 (1992); Hastie, Tibshirani and Friedman, The Elements of "
        "Statistical Learning, 2nd ed. 2009, section 7.3",
    ),
    Statement(
        id="BV-3",
        section="decomposition",
        title="Where the test noise has a covariance with the prediction, the error changes by "
        "minus twice that covariance: of the three cross terms only this one can survive.",
        claim=r"\mathbb{E}\,(y-\hat y)^2=\sigma^2+(\mathbb{E}\hat y-f)^2+\operatorname{Var}\hat y"
        r"-2\operatorname{Cov}(\varepsilon,\hat y)",
        hypotheses=(
            r"$y=f+\varepsilon$ with a fixed number $f$, $\mathbb{E}\,\varepsilon=0$ and "
            r"$\operatorname{Var}\varepsilon=\sigma^2<\infty$",
            r"$\operatorname{Var}\hat y<\infty$; noise and prediction may depend on each other",
        ),
        steps=(
            Step(
                "The expansion of BV-2 uses independence in one place only, the second cross term.",
                r"\mathbb{E}(y-\hat y)^2=\sigma^2+(f-\bar y)^2+\operatorname{Var}\hat y"
                r"+2\,\mathbb{E}[\varepsilon(\bar y-\hat y)]",
            ),
            Step(
                r"The noise has mean 0, so $\bar y\,\mathbb{E}\,\varepsilon$ drops out, and the "
                "mean of the product is the covariance.",
                r"\mathbb{E}[\varepsilon(\bar y-\hat y)]=-\mathbb{E}[\varepsilon\hat y]"
                r"=-\operatorname{Cov}(\varepsilon,\hat y)",
            ),
            Step(
                "Put this in.",
                r"\mathbb{E}\,(y-\hat y)^2=\sigma^2+(\bar y-f)^2+\operatorname{Var}\hat y"
                r"-2\operatorname{Cov}(\varepsilon,\hat y)",
            ),
            Step(
                r"For a linear fit $\hat y=\sum_j w_jy_j$ with fixed weights the covariance is a "
                r"weighted sum. If $y$ is the training value $y_i$ itself and the noise is "
                r"uncorrelated, only $w_i\sigma^2$ is left of it: training errors look too good "
                "wherever a value has a positive weight in its own prediction.",
                r"\operatorname{Cov}(\varepsilon,\hat y)=\sum_j w_j\operatorname{Cov}"
                r"(\varepsilon,\varepsilon_j)",
            ),
        ),
        how="Six independent shocks feed the noise of four training values and of the outcome. A "
        "weighted mean and a median of the four values are fitted to all 729 results, and their "
        "squared errors are added up with the probabilities.",
        check=dependent_noise,
        source="Efron, The estimation of prediction error: covariance penalties and "
        "cross-validation, Journal of the American Statistical Association 99 (2004)",
    ),
    Statement(
        id="BV-4",
        section="decomposition",
        title="The squared distance of the mean of $R$ refits from the truth overstates the "
        "squared bias by the variance over $R$; subtracting the sample variance over $R$ repairs "
        "it.",
        claim=r"\mathbb{E}\,(\bar y_R-f)^2=\text{bias}^2+\frac{\operatorname{Var}\hat y}{R},\qquad"
        r"\mathbb{E}\Big[(\bar y_R-f)^2-\frac{s_R^2}{R}\Big]=\text{bias}^2",
        hypotheses=(
            r"The $R\ge2$ refits $\hat y_1,\dots,\hat y_R$ use independent training sets with the "
            r"same law; $\bar y_R$ is their mean and $s_R^2$ their sample variance (divisor $R-1$)",
            r"$\operatorname{Var}\hat y<\infty$; the truth $f$ is known, and "
            r"$\text{bias}=\mathbb{E}\hat y-f$",
        ),
        steps=(
            Step(
                r"A mean square is the squared mean plus the variance, here of $\bar y_R-f$.",
                r"\mathbb{E}\,(\bar y_R-f)^2=(\mathbb{E}\bar y_R-f)^2+\operatorname{Var}\bar y_R",
            ),
            Step(
                r"All refits have the same mean, so $\bar y_R$ has it too.",
                r"\mathbb{E}\bar y_R-f=\mathbb{E}\hat y-f=\text{bias}",
            ),
            Step(
                r"The variance of a mean of $R$ independent values is one variance over $R$.",
                r"\operatorname{Var}\bar y_R=\frac{1}{R^2}\,R\operatorname{Var}\hat y"
                r"=\frac{\operatorname{Var}\hat y}{R}",
            ),
            Step(
                r"Write $\mu=\mathbb{E}\hat y$ and $V=\operatorname{Var}\hat y$. The squares "
                r"around $\bar y_R$ are those around $\mu$ less $R$ times the squared distance of "
                "the two centres, whose mean is $V/R$ by the last step.",
                r"\mathbb{E}\sum_r(\hat y_r-\bar y_R)^2=\mathbb{E}\sum_r(\hat y_r-\mu)^2"
                r"-R\,\mathbb{E}(\bar y_R-\mu)^2=RV-V",
            ),
            Step(
                "Divide by $R-1$: the sample variance is unbiased. Subtracting it over $R$ removes "
                "exactly the surplus. A single result may be negative: it is an estimate.",
                r"\mathbb{E}\,s_R^2=V\;\Rightarrow\;\mathbb{E}\Big[(\bar y_R-f)^2-\frac{s_R^2}{R}"
                r"\Big]=\text{bias}^2+\frac VR-\frac VR",
            ),
        ),
        how="All results of 2, 3 and 5 refits with a skewed three-valued law (9, 27 and 243) are "
        "enumerated, and both estimates are averaged with their probabilities.",
        check=bias_from_refits,
        source="Casella and Berger, Statistical Inference, 2nd ed. 2002, theorem 5.2.6",
    ),
)
