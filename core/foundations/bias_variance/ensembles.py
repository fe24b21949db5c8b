"""Averages of models: what happens to variance, bias and error."""

from __future__ import annotations

import itertools

import numpy as np

from core.foundations.bias_variance import formulas, formulas_many
from core.foundations.bias_variance.instances import COIN, Floats, every, mean_and_variance, skewed
from core.foundations.compare import equal
from core.foundations.schema import Reading, Section, Statement, Step

SECTION = Section(
    "ensembles",
    "Ensembles",
    "Averaging models removes what differs between them, and nothing else. If they were "
    "independent, the variance of $B$ of them would be a $B$-th; they rarely are, because they "
    "learn from the same patients. What they have in common, shared errors and shared bias, stays "
    "however many are averaged.",
)


def equicorrelation(correlation: float, variance: float, models: int) -> Floats:
    """Return the covariance of models with equal variances and correlations, entry by entry."""
    covariance: Floats = np.full((models, models), correlation * variance)
    np.fill_diagonal(covariance, variance)
    return covariance


def average_variance(covariance: Floats) -> float:
    """Return the variance of the average of models, over every outcome of their shocks."""
    shocks, chances = every(COIN, len(covariance))
    models = shocks @ np.linalg.cholesky(covariance).T
    return mean_and_variance(models.mean(axis=1), chances)[1]


def equal_correlation(rng: np.random.Generator) -> Reading:
    """Enumerate correlated models, some with a negative correlation, and average them."""
    sizes = (2, 5, 8)
    correlations = [*rng.uniform(0.2, 0.6, 2), rng.uniform(-0.12, -0.05)]
    variance = float(rng.uniform(0.5, 1.5))
    cases = [(float(r), variance, models) for r, models in zip(correlations, sizes, strict=True)]
    return equal(
        [formulas_many.ensemble_variance(*case) for case in cases],
        [average_variance(equicorrelation(*case)) for case in cases],
        f"averages of {', '.join(map(str, sizes))} models",
    )


def resamples(m: int) -> Floats:
    """Return all ordered resamples of m rows, as places."""
    return np.array(list(itertools.product(range(m), repeat=m)))


def repeated(fits: Floats, models: int) -> tuple[Floats, Floats]:
    """Return every result of independent resamples of one data set, and its probability."""
    values, counts = np.unique(fits, return_counts=True)
    return every((values, counts / len(fits)), models)


def bagging(rng: np.random.Generator) -> Reading:
    """Enumerate all data sets and all results of some resamples; the model is a median."""
    noise, chances = every(skewed(rng, float(rng.uniform(0.4, 0.9))), 3)
    fits = np.median((rng.normal(size=3) + noise)[:, resamples(3)], axis=2)
    between = mean_and_variance(fits.mean(axis=1), chances)[1]
    within = float(chances @ fits.var(axis=1))
    apart = fits - chances @ fits.mean(axis=1)
    sizes = (2, 3, 5)
    variances = []
    for models in sizes:
        drawn = [repeated(row, models) for row in apart]
        variances.append(chances @ [odds @ results.mean(axis=1) ** 2 for results, odds in drawn])
    pairs = [repeated(row, 2) for row in apart]
    covariance = chances @ [odds @ results.prod(axis=1) for results, odds in pairs]
    variance = chances @ np.mean(apart**2, axis=1)
    return equal(
        [
            *(formulas_many.bagged_variance(between, within, models) for models in sizes),
            formulas_many.bagged_correlation(between, within),
        ],
        [*variances, covariance / variance],
        f"averages of {', '.join(map(str, sizes))} medians; correlation of two",
    )


def linear_bias(rng: np.random.Generator) -> Reading:
    """Average resampled local means on every data set; take bias and variance of the result."""
    x, f, target = rng.uniform(0, 1, 3), rng.normal(size=3), float(rng.normal())
    sigma = float(rng.uniform(0.4, 0.9))
    chosen = resamples(3)
    weights = np.exp(-((x[chosen] - rng.uniform(0, 1)) ** 2) / 0.2)
    weights /= weights.sum(axis=1, keepdims=True)
    noise, chances = every(skewed(rng, sigma), 3)
    shares = rng.dirichlet(np.ones(len(chosen)))
    mean, variance = mean_and_variance(
        np.sum(weights * (f + noise)[:, chosen], axis=2) @ shares, chances
    )
    rows = np.sum(weights[:, :, None] * np.eye(3)[chosen], axis=1)
    return equal(
        [
            formulas_many.average_bias(shares, rows @ f - target),
            formulas.smoother_variance((shares @ rows)[None, :], sigma),
        ],
        [mean - target, variance],
        f"bias and variance of an average over {len(chosen)} resamples",
    )


def ambiguity(rng: np.random.Generator) -> Reading:
    """Compare the squared error of random weighted averages with the split."""
    weights, predictions = rng.dirichlet(np.ones(6), size=4), rng.normal(size=(4, 6))
    target = rng.normal(size=4)
    claimed = [
        formulas_many.ambiguity_error(w, f, float(y))
        for w, f, y in zip(weights, predictions, target, strict=True)
    ]
    measured = (np.sum(weights * predictions, axis=1) - target) ** 2
    return equal(claimed, measured, "four averages of six models")


STATEMENTS = (
    Statement(
        id="BV-15",
        section="ensembles",
        title=r"The average of $B$ models with equal variance $v$ and pairwise correlation $\rho$ "
        r"has variance $\rho v+(1-\rho)v/B$.",
        claim=r"\operatorname{Var}\Big(\frac1B\sum_b\hat y_b\Big)=\rho v+\frac{1-\rho}{B}\,v",
        hypotheses=(
            r"All $B$ models have the same variance $v$",
            r"All pairs of different models have the same correlation $\rho$",
        ),
        steps=(
            Step(
                "The variance of a sum is the sum of all covariances.",
                r"\operatorname{Var}\Big(\frac1B\sum_b\hat y_b\Big)=\frac1{B^2}\sum_{b,c}"
                r"\operatorname{Cov}(\hat y_b,\hat y_c)",
            ),
            Step(
                r"$B$ of the pairs are a model with itself (covariance $v$), the other $B(B-1)$ "
                r"are two models (covariance $\rho v$).",
                r"\frac1{B^2}\big(Bv+B(B-1)\rho v\big)",
            ),
            Step(
                "Divide and sort by $B$.",
                r"\frac vB+\rho v-\frac{\rho v}{B}"
                r"=\rho v+\frac{1-\rho}{B}\,v",
            ),
            Step(
                r"As $B$ grows the second part vanishes; $\rho v$ stays. Only for uncorrelated "
                r"models ($\rho=0$) the variance is $v/B$.",
                r"\lim_{B\to\infty}\operatorname{Var}\Big(\frac1B\sum_b\hat y_b\Big)=\rho v",
            ),
        ),
        how="The covariance matrix is filled entry by entry for 2, 5 and 8 models. Independent "
        "two-valued shocks are mixed to models with this covariance, and the variance of their "
        "average is taken over all results; the 8 models have a negative correlation.",
        check=equal_correlation,
        source="Breiman, Random forests, Machine Learning 45 (2001); Hastie, Tibshirani and "
        "Friedman, The Elements of Statistical Learning, 2nd ed. 2009, equation 15.1",
    ),
    Statement(
        id="BV-16",
        section="ensembles",
        title="For bagged models the correlation is the share of variance that comes from the "
        "data, and no number of resamples removes that share.",
        claim=r"\operatorname{Var}\Big(\frac1B\sum_b\hat y_b\Big)=\operatorname{Var}\big("
        r"\mathbb{E}[\hat y\mid Z]\big)+\frac1B\,\mathbb{E}\operatorname{Var}(\hat y\mid Z),\qquad"
        r"\rho=\frac{\operatorname{Var}(\mathbb{E}[\hat y\mid Z])}{\operatorname{Var}\hat y}",
        hypotheses=(
            r"Given the data $Z$, the $B$ resamples are independent and follow the same law; $\hat "
            r"y$ is the prediction from one of them, $\bar y_B$ the average of all, and "
            r"$v=\operatorname{Var}\hat y$",
            r"$0<v<\infty$",
        ),
        steps=(
            Step(
                r"Law of total variance, given the data $Z$.",
                r"\operatorname{Var}\bar y_B=\operatorname{Var}(\mathbb{E}[\bar y_B\mid Z])"
                r"+\mathbb{E}\operatorname{Var}(\bar y_B\mid Z)",
            ),
            Step(
                "Given $Z$ all models have the same mean, so their average has it too.",
                r"\mathbb{E}[\bar y_B\mid Z]=\mathbb{E}[\hat y\mid Z]",
            ),
            Step(
                "Given $Z$ they are independent, so the variance of their average is a $B$-th.",
                r"\operatorname{Var}(\bar y_B\mid Z)=\frac1B\operatorname{Var}(\hat y\mid Z)",
            ),
            Step(
                r"Law of total covariance for two models. Given $Z$ they are independent, so the "
                "inner part is 0; what is left is the variance of the mean that they share.",
                r"\operatorname{Cov}(\hat y_b,\hat y_c)=\operatorname{Var}(\mathbb{E}[\hat y\mid "
                r"Z])=\rho\operatorname{Var}\hat y",
            ),
            Step(
                r"With this $\rho$, and $v-\rho v=\mathbb{E}\operatorname{Var}(\hat y\mid Z)$, the "
                "result is that of BV-15.",
                r"\rho v+\frac{1-\rho}{B}v=\operatorname{Var}(\mathbb{E}[\hat y\mid Z])"
                r"+\frac1B\mathbb{E}\operatorname{Var}(\hat y\mid Z)",
            ),
        ),
        how="Medians of bootstrap resamples of three rows: for each of 27 data sets the 27 "
        "resamples give the probabilities of the median's values, and all results of 2, 3 and 5 "
        "independent resamples are enumerated for the variance, those of 2 for the correlation.",
        check=bagging,
        source="Breiman, Bagging predictors, Machine Learning 24 (1996); Hastie, Tibshirani and "
        "Friedman, The Elements of Statistical Learning, 2nd ed. 2009, section 15.4",
    ),
    Statement(
        id="BV-17",
        section="ensembles",
        title="The bias of a weighted average is the same average of the biases; an average of "
        "linear smoothers is the linear smoother with the mean matrix.",
        claim=r"\mathbb{E}\Big[\sum_bw_b\hat y_b\Big]-f=\sum_bw_b\,(\mathbb{E}\hat y_b-f),\qquad"
        r"\sum_bw_bH_by=\bar Hy,\;\bar H=\sum_bw_bH_b",
        hypotheses=(
            r"The weights are fixed, and $\sum_bw_b=1$",
            r"All $\mathbb{E}\hat y_b$ exist",
            r"For the second part: $\hat y_b=H_by$, and the matrices $H_b$ do not depend on $y$",
        ),
        steps=(
            Step(
                "Expectation is linear, also for dependent models.",
                r"\mathbb{E}\sum_bw_b\hat y_b=\sum_bw_b\,\mathbb{E}\hat y_b",
            ),
            Step(
                r"Because the weights add up to 1, $f$ may be moved inside the sum.",
                r"\sum_bw_b\,\mathbb{E}\hat y_b-f=\sum_bw_b(\mathbb{E}\hat y_b-f)",
            ),
            Step(
                "If all models follow the same law they share one bias, and the average has "
                "exactly that bias.",
                r"\mathbb{E}\hat y_b-f=\beta\;\Rightarrow\;\mathbb{E}\bar y_B-f=\beta",
            ),
            Step(
                r"Linear smoothers: $\sum_bw_bH_by=\bar Hy$ because multiplying by $y$ is linear, "
                "so BV-5 holds for the mean matrix. If resampling leaves the matrix unchanged on "
                "average, the bias is unchanged too.",
                r"(\bar H-I)f=\sum_bw_b(H_b-I)f",
            ),
        ),
        how="A local mean is fitted to all 27 resamples of each of 27 data sets, and these are "
        "averaged with random weights; bias and variance of the averages are taken over the data "
        "sets.",
        check=linear_bias,
        source="Buja and Stuetzle, Observations on bagging, Statistica Sinica 16 (2006)",
    ),
    Statement(
        id="BV-18",
        section="ensembles",
        title="Under squared loss a weighted average is never worse than its members are on "
        "average: it gains exactly their spread.",
        claim=r"(\bar y-y)^2=\sum_bw_b(\hat y_b-y)^2-\sum_bw_b(\hat y_b-\bar y)^2,\qquad"
        r"\bar y=\sum_bw_b\hat y_b",
        hypotheses=(
            r"$w_b\ge0$ and $\sum_bw_b=1$; the inequality of the title needs the signs, the "
            "formula does not",
            "The loss is the square",
        ),
        steps=(
            Step(
                r"Put $\bar y$ between prediction and outcome, for each member.",
                r"\hat y_b-y=(\hat y_b-\bar y)+(\bar y-y)",
            ),
            Step(
                "Square, and add up with the weights, whose sum is 1.",
                r"\sum_bw_b(\hat y_b-y)^2=\sum_bw_b(\hat y_b-\bar y)^2+(\bar y-y)^2"
                r"+2(\bar y-y)\sum_bw_b(\hat y_b-\bar y)",
            ),
            Step(
                r"The last sum is 0, by the definition of $\bar y$ and because the weights add up "
                "to 1.",
                r"\sum_bw_b\hat y_b-\bar y\sum_bw_b=\bar y-\bar y=0",
            ),
            Step(
                "Solve for the error of the average. The spread is never negative, so the average "
                "is at most as bad as its members on average; a single member may still be better.",
                r"(\bar y-y)^2\le\sum_bw_b(\hat y_b-y)^2",
            ),
        ),
        how="Four random sets of six predictions with random weights; the error of each average is "
        "computed directly.",
        check=ambiguity,
        source="Krogh and Vedelsby, Neural network ensembles, cross validation, and active "
        "learning, NIPS 7 (1995)",
    ),
)
