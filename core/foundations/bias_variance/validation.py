"""Cross-validation: the shortcut, what k folds estimate, and what their spread says."""

from __future__ import annotations

import numpy as np
from scipy import integrate, special

from core.foundations.bias_variance import formulas_many
from core.foundations.bias_variance.instances import (
    NORMAL_LIKE,
    Floats,
    design,
    every,
    fit_ridge,
    mean_and_variance,
    skewed,
)
from core.foundations.compare import equal
from core.foundations.schema import Reading, Section, Statement, Step

SECTION = Section(
    "cross-validation",
    "Cross-validation",
    "Cross-validation tests on rows that the fit has not seen. Three things are often forgotten. "
    "Each fit sees fewer rows than the final one, so the estimate is of a slightly worse model. "
    "The folds share their training rows, so their spread gives no valid standard error. And a "
    "score that was used to choose among models is, for the winner, too good.",
)
SIZES = ((6, 3), (6, 2), (8, 4))
SHOWN = ", ".join(map(str, SIZES))


def shortcut(rng: np.random.Generator) -> Reading:
    """Refit ridge and least squares without each row in turn, for three sizes."""
    sizes = ((7, 3), (10, 2), (12, 5))
    claimed, measured = [], []
    for m, p in sizes:
        X, y = design(rng, m, p), rng.normal(size=m)
        for penalty in (0.0, float(rng.uniform(0.2, 1.0))):
            H = X @ fit_ridge(X, np.eye(m), penalty)
            claimed.append(formulas_many.leave_one_out(y - H @ y, np.diag(H)))
            left_out = [
                y[i] - X[i] @ fit_ridge(np.delete(X, i, axis=0), np.delete(y, i), penalty)
                for i in range(m)
            ]
            measured.append(np.mean(np.square(left_out)))
    rows = ", ".join(str(m) for m, _ in sizes)
    return equal(claimed, measured, f"least squares and ridge, {rows} refits each")


def fold_errors(y: Floats, k: int) -> Floats:
    """Return the error of the mean in each of k folds, for each data set (one a row)."""
    folds = np.arange(y.shape[1]) % k
    columns = []
    for fold in range(k):
        centre = y[:, folds != fold].mean(axis=1, keepdims=True)
        columns.append(np.mean((y[:, folds == fold] - centre) ** 2, axis=1))
    return np.column_stack(columns)


def fewer_rows(rng: np.random.Generator) -> Reading:
    """Run k-fold cross-validation of the mean on every data set, and test the final mean too."""
    sigma, centre = float(rng.uniform(0.5, 1.2)), float(rng.normal())
    law = skewed(rng, sigma)
    claimed, measured = [], []
    for m, k in SIZES:
        noise, chances = every(law, m)
        y = centre + noise
        fresh = (centre + law[0][:, None] - y.mean(axis=1)) ** 2
        claimed += [formulas_many.kfold_error(sigma, m, k), formulas_many.mean_error(sigma, m)]
        measured += [chances @ fold_errors(y, k).mean(axis=1), law[1] @ fresh @ chances]
    return equal(claimed, measured, f"k folds, and the mean of all rows; (m, k) = {SHOWN}")


def fold_spread(rng: np.random.Generator) -> Reading:
    """Enumerate data sets with the moments of normal noise; take the variances over all of them."""
    sigma, centre = float(rng.uniform(0.6, 1.2)), float(rng.normal())
    claimed, measured = [], []
    for m, k in SIZES:
        noise, chances = every(NORMAL_LIKE, m)
        errors = fold_errors(centre + sigma * noise, k)
        parts = formulas_many.fold_variance(sigma, m, k), formulas_many.fold_covariance(sigma, m, k)
        claimed += [
            formulas_many.reported_variance(*parts, k),
            formulas_many.cv_variance(*parts, k),
        ]
        measured += [
            chances @ errors.var(axis=1, ddof=1) / k,
            mean_and_variance(errors.mean(axis=1), chances)[1],
        ]
    return equal(claimed, measured, f"suggested and true variance; (m, k) = {SHOWN}")


def expected_lowest(mean: float, deviation: float, models: int) -> float:
    """Return the expected smallest score, by integrating how likely all scores are higher."""
    start, end = mean - 12 * deviation, mean + 12 * deviation

    def all_higher(score: float) -> float:
        return float(special.ndtr((mean - score) / deviation) ** models)

    return start + float(integrate.quad(all_higher, start, end, epsabs=1e-13, limit=200)[0])


def best_of_equals(rng: np.random.Generator) -> Reading:
    """Integrate the smallest of some scores, and compare two and three with closed forms."""
    mean, deviation = float(rng.uniform(1, 2)), float(rng.uniform(0.3, 0.9))
    sizes = (1, 2, 3, int(rng.integers(4, 11)), 20)
    claimed = [formulas_many.selection_optimism(deviation, models) for models in sizes]
    return equal(
        [*claimed, *claimed[1:3]],
        [
            *(mean - expected_lowest(mean, deviation, models) for models in sizes),
            deviation / np.sqrt(np.pi),
            1.5 * deviation / np.sqrt(np.pi),
        ],
        f"smallest of {', '.join(map(str, sizes))} scores; closed forms for 2 and 3",
    )


STATEMENTS = (
    Statement(
        id="BV-19",
        section="cross-validation",
        title="For ridge and least squares the leave-one-out error needs one fit: divide each "
        "residual by 1 minus its leverage.",
        claim=r"\frac1m\sum_i\big(y_i-\hat y_i^{(-i)}\big)^2=\frac1m\sum_i\Big(\frac{y_i-\hat y_i}"
        r"{1-H_{ii}}\Big)^2",
        hypotheses=(
            r"$\hat y=Hy$ with $H=X(X^\top X+\lambda I)^{-1}X^\top$; $\lambda\ge0$ is fixed and "
            "the same in all fits",
            r"$\lambda>0$, or $X$ has full column rank",
            r"$H_{ii}<1$ for all $i$ (true for every $\lambda>0$)",
        ),
        steps=(
            Step(
                r"Leave row $i$ out, and call the fit $\hat\theta^{(-i)}$. Now put the row back, "
                r"with the outcome $\hat y_i^{(-i)}=x_i^\top\hat\theta^{(-i)}$ instead of $y_i$.",
                r"\tilde y=y+\big(\hat y_i^{(-i)}-y_i\big)e_i",
            ),
            Step(
                r"For $\tilde y$ the sum to be minimised is that without row $i$, which is "
                r"smallest at $\hat\theta^{(-i)}$, plus the square of row $i$, which is 0 there. "
                r"So $\hat\theta^{(-i)}$ minimises the whole sum, and this has one minimiser "
                r"only, because $X^\top X+\lambda I$ is invertible.",
                r"\hat\theta(\tilde y)=\hat\theta^{(-i)}",
            ),
            Step(
                r"The fit is linear in the outcomes, with the same $H$: take its entry $i$.",
                r"\hat y_i^{(-i)}=(H\tilde y)_i=\hat y_i+H_{ii}\big(\hat y_i^{(-i)}-y_i\big)",
            ),
            Step(
                r"Subtract both sides from $y_i$, and sort.",
                r"\big(y_i-\hat y_i^{(-i)}\big)(1-H_{ii})=y_i-\hat y_i",
            ),
            Step(
                r"Divide by $1-H_{ii}>0$, square and average.",
                r"y_i-\hat y_i^{(-i)}=\frac{y_i-\hat y_i}{1-H_{ii}}",
            ),
        ),
        how="Least squares and ridge are refitted to 7, 10 and 12 rows, each time without one row.",
        check=shortcut,
        source="Allen, The relationship between variable selection and data augmentation and a "
        "method for prediction, Technometrics 16 (1974); Hastie, Tibshirani and Friedman, The "
        "Elements of Statistical Learning, 2nd ed. 2009, section 7.10 and exercise 7.3",
    ),
    Statement(
        id="BV-20",
        section="cross-validation",
        title=r"$k$-fold cross-validation estimates the error of a fit to $(k-1)m/k$ rows, not to "
        "$m$; for the mean the gap is known.",
        claim=r"\mathbb{E}\,\mathrm{CV}_k=\sigma^2\Big(1+\frac{k}{(k-1)m}\Big),\qquad"
        r"\mathbb{E}(y'-\bar y)^2=\sigma^2\Big(1+\frac1m\Big)",
        hypotheses=(
            r"The $m$ rows and the fresh $y'$ are independent, with the same mean $\mu$ and the "
            r"same variance $\sigma^2$",
            r"The prediction is the mean of the training rows",
            r"$k\ge2$ divides $m$, the folds do not depend on the outcomes, and $\mathrm{CV}_k$ is "
            "the mean over all rows of the squared error of the prediction made without their fold",
        ),
        steps=(
            Step(
                r"In a fold the fit is the mean of the $n=(k-1)m/k$ rows outside it. It is "
                r"unbiased and has variance $\sigma^2/n$.",
                r"\mathbb{E}\bar y_n=\mu,\qquad\operatorname{Var}\bar y_n=\frac{\sigma^2}{n}",
            ),
            Step(
                "A row of the fold is independent of that mean: BV-2.",
                r"\mathbb{E}(y_i-\bar y_n)^2=\sigma^2+0+\frac{\sigma^2}{n}",
            ),
            Step(
                r"All rows and folds have this expectation, so their average has it too. Put $n$ "
                "in.",
                r"\mathbb{E}\,\mathrm{CV}_k=\sigma^2\Big(1+\frac{k}{(k-1)m}\Big)",
            ),
            Step(
                r"The final model uses all $m$ rows: the same with $n=m$.",
                r"\mathbb{E}(y'-\bar y)^2=\sigma^2\Big(1+\frac1m\Big)",
            ),
            Step(
                r"So the expected estimate is too high, by an amount that shrinks as $k$ grows.",
                r"\frac{\sigma^2k}{(k-1)m}-\frac{\sigma^2}{m}=\frac{\sigma^2}{(k-1)m}",
            ),
        ),
        how="Cross-validation is run on all data sets that three-valued skewed noise allows at 6 "
        "rows (3 folds and 2) and at 8 (4 folds), 729 and 6,561 of them, and the final mean is "
        "tested on every fresh value.",
        check=fewer_rows,
        source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed. "
        "2009, section 7.10",
    ),
    Statement(
        id="BV-21",
        section="cross-validation",
        title="For the mean of normal rows the spread of the folds understates the uncertainty: "
        "the squared standard error it suggests is short by the covariance of two folds, which is "
        "positive.",
        claim=r"\begin{aligned}\operatorname{Var}\mathrm{CV}_k&=\frac vk+\Big(1-\frac1k\Big)c,"
        r"\qquad\mathbb{E}\,\frac{s^2}{k}=\frac{v-c}{k},\\ v&=\frac{2\sigma^4}{n}\Big(1+\frac2N"
        r"+\frac n{N^2}\Big),\qquad c=\frac{2\sigma^4m^2}{N^4}\end{aligned}",
        hypotheses=(
            r"The $m$ rows are independent and normal, with the same mean and variance $\sigma^2$",
            r"The prediction is the mean of the training rows",
            r"$k\ge2$ divides $m$: each fold has $n=m/k$ rows, and $N=m-n$ rows train",
            "$E_j$ is the error in fold $j$, $v$ its variance and $c$ the covariance of two of "
            r"them; $s^2$ is the sample variance of $E_1,\dots,E_k$ (divisor $k-1$)",
        ),
        steps=(
            Step(
                r"For $k$ equal folds with variance $v$ and pairwise covariance $c$: variance of "
                "the mean as in BV-15.",
                r"\operatorname{Var}\mathrm{CV}_k=\frac1{k^2}\big(kv+k(k-1)c\big)",
            ),
            Step(
                "The folds have equal means, so a mean square differs from a variance by the same "
                "number for each $E_j$ and for their mean: "
                r"$(k-1)s^2=\sum_jE_j^2-k\,\mathrm{CV}_k^2$ has the expectation "
                r"$kv-k\operatorname{Var}\mathrm{CV}_k$.",
                r"\mathbb{E}\,s^2=\frac{k}{k-1}\Big(v-\frac vk-\frac{k-1}{k}c\Big)=v-c",
            ),
            Step(
                r"The residuals of fold $j$ are $R_jy$; $R_j$ ($n\times m$) is the unit matrix on "
                "the fold and $-1/N$ on all training rows. Its rows add up to 0, so the mean "
                r"cancels and only the noise $\varepsilon$ is left.",
                r"E_j=\frac1n\lVert R_j\varepsilon\rVert^2=\varepsilon^\top A_j\varepsilon,\qquad "
                r"A_j=\tfrac1nR_j^\top R_j",
            ),
            Step(
                "Fourth moments of independent normal values: only equal pairs of indices count, "
                "and there are three ways to pair four indices.",
                r"\mathbb{E}\,\varepsilon_a\varepsilon_b\varepsilon_c\varepsilon_d=\sigma^4("
                r"\delta_{ab}\delta_{cd}+\delta_{ac}\delta_{bd}+\delta_{ad}\delta_{bc})",
            ),
            Step(
                r"Multiply by the entries of $A_i$ and $A_j$ and add up: the first pairing is the "
                "product of the two means and drops out of the covariance, the other two are equal "
                "because the matrices are symmetric.",
                r"\operatorname{Cov}(E_i,E_j)=2\sigma^4\operatorname{tr}A_iA_j"
                r"=\frac{2\sigma^4}{n^2}\lVert R_iR_j^\top\rVert_F^2",
            ),
            Step(
                "Two folds: each row of one is a training row of the other ($-1/N$ twice), and "
                r"$m-2n$ training rows are common. All $n^2$ entries of $R_iR_j^\top$ are equal; "
                "use $N=m-n$.",
                r"-\frac2N+\frac{m-2n}{N^2}=-\frac{m}{N^2}\;\Rightarrow\;c=\frac{2\sigma^4m^2}{N^4}",
            ),
            Step(
                r"One fold with itself: $R_jR_j^\top=I+\tfrac1N\mathbf 1\mathbf 1^\top$.",
                r"\lVert "
                r"R_jR_j^\top\rVert_F^2=n+\frac{2n}{N}+\frac{n^2}{N^2}\;\Rightarrow\;v=\frac{2"
                r"\sigma^4}{n}\Big(1+\frac2N+\frac n{N^2}\Big)",
            ),
            Step(
                "The shortfall is the difference of the two lines above.",
                r"\operatorname{Var}\mathrm{CV}_k-\mathbb{E}\frac{s^2}{k}=c>0",
            ),
        ),
        how="Cross-validation is run on all data sets of 6 rows (3 folds and 2) and of 8 "
        "(4 folds) with a three-valued noise that has the first five moments of the normal law. "
        "The variances hold fourth powers at most, so they are exactly those of normal noise.",
        check=fold_spread,
        source="Bengio and Grandvalet, No unbiased estimator of the variance of K-fold "
        "cross-validation, JMLR 5 (2004)",
    ),
    Statement(
        id="BV-22",
        section="cross-validation",
        title="The best validation score of several equally good models is too good, by a multiple "
        "of its standard deviation that grows with their number.",
        claim=r"\mu-\mathbb{E}\min_{b\le B}S_b=s\,B\int_{-\infty}^{\infty}z\,\varphi(z)\,"
        r"\Phi(z)^{B-1}\,dz",
        hypotheses=(
            r"The scores $S_1,\dots,S_B$ are independent and normal; a low score is good; "
            r"$\varphi$ and $\Phi$ are the standard normal density and distribution function",
            r"All have the same mean $\mu$ (equally good models) and the same standard deviation "
            "$s>0$",
        ),
        steps=(
            Step(
                r"Standardise: the smallest score belongs to the largest $Z_b=(\mu-S_b)/s$.",
                r"\mu-\min_bS_b=s\max_bZ_b,\qquad Z_b\sim N(0,1)",
            ),
            Step(
                "The largest is at most $z$ if all are; they are independent.",
                r"P(\max_bZ_b\le z)=\Phi(z)^B",
            ),
            Step("Differentiate for the density.", r"B\,\varphi(z)\,\Phi(z)^{B-1}"),
            Step(
                "Take the mean.",
                r"\mathbb{E}\max_bZ_b=B\int_{-\infty}^{\infty}z\,\varphi(z)\,\Phi(z)^{B-1}dz",
            ),
            Step(
                "One more model cannot lower the largest value, and raises it with a positive "
                "probability. So the mean is 0 for one model, positive for more, and grows: the "
                "winner's score is no unbiased estimate of its error, a fresh test set gives one.",
                r"0=\mathbb{E}Z_1<\mathbb{E}\max_{b\le2}Z_b<\mathbb{E}\max_{b\le3}Z_b<\dots",
            ),
        ),
        how="The probability that all scores lie above a value is integrated over that value, "
        "which gives the mean of the smallest, for 1, 2, 3, 4 to 10, and 20 models; 2 and 3 are "
        r"also compared with the known $s/\sqrt\pi$ and $3s/(2\sqrt\pi)$.",
        check=best_of_equals,
        source="David and Nagaraja, Order Statistics, 3rd ed. 2003, chapter 3; Cawley and Talbot, "
        "On over-fitting in model selection and subsequent selection bias in performance "
        "evaluation, JMLR 11 (2010)",
    ),
)
