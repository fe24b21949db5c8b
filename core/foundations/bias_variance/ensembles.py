"""Averages of models: what happens to variance, bias and error."""

from __future__ import annotations

import itertools

import numpy as np

from core.foundations.bias_variance import formulas, formulas_many
from core.foundations.bias_variance.instances import Floats, every, mean_and_variance, skewed
from core.foundations.compare import equal, sampled
from core.foundations.schema import Reading, Section, Statement, Step

SECTION = Section(
    "ensembles",
    "Ensembles",
    "Averaging models removes what differs between them, and nothing else. If they were "
    "independent, the variance of $B$ of them would be a $B$-th; they rarely are, because they "
    "learn from the same patients. What they have in common, shared errors and shared bias, stays "
    "however many are averaged.",
)
DRAWS = 100_000


def correlated(rng: np.random.Generator, covariance: Floats, draws: int = DRAWS) -> Floats:
    """Return the deviation of the average of models with a covariance, one draw a row."""
    models = rng.normal(size=(draws, len(covariance))) @ np.linalg.cholesky(covariance).T
    average: Floats = models.mean(axis=1)
    return average


def equicorrelation(correlation: float, variance: float, models: int) -> Floats:
    """Return the covariance of models with equal variances and correlations."""
    mixed = correlation + (1 - correlation) * np.eye(models)
    covariance: Floats = variance * mixed
    return covariance


def equal_correlation(rng: np.random.Generator) -> Reading:
    """Draw correlated models and average them."""
    models = int(rng.integers(5, 10))
    correlation, variance = float(rng.uniform(0.2, 0.6)), float(rng.uniform(0.5, 1.5))
    draws = correlated(rng, equicorrelation(correlation, variance, models))
    claimed = formulas_many.ensemble_variance(correlation, variance, models)
    return sampled(claimed, draws**2, f"{models} models, correlation {correlation:.2f}")


def resamples(m: int) -> Floats:
    """Return all ordered resamples of m rows, as places."""
    return np.array(list(itertools.product(range(m), repeat=m)))


def bagging(rng: np.random.Generator) -> Reading:
    """Enumerate all data sets and all triples of bootstrap resamples; the model is a median."""
    noise, chances = every(skewed(rng, float(rng.uniform(0.4, 0.9))), 3)
    fits = np.median((rng.normal(size=3) + noise)[:, resamples(3)], axis=2)
    means = fits.mean(axis=1)
    between = mean_and_variance(means, chances)[1]
    within = float(chances @ fits.var(axis=1))
    apart = fits - chances @ means
    averages = (apart[:, :, None, None] + apart[:, None, :, None] + apart[:, None, None, :]) / 3
    products = apart[:, :, None] * apart[:, None, :]
    covariance = chances @ products.mean(axis=(1, 2))
    variance = chances @ np.mean(apart**2, axis=1)
    return equal(
        [
            formulas_many.bagged_variance(between, within, 3),
            formulas_many.bagged_correlation(between, within),
        ],
        [chances @ np.mean(averages**2, axis=(1, 2, 3)), covariance / variance],
        f"variance of {averages.size:,} averages of three medians; correlation of two",
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
        how="100,000 draws of 5 to 9 normal predictions with the given covariance; the squared "
        "deviation of their average is averaged.",
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
        how="Medians of bootstrap resamples of three rows: for all 27 data sets all 19,683 ordered "
        "triples of resamples are enumerated for the variance, and all 729 pairs for the "
        "correlation.",
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
