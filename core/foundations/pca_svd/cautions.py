"""What principal components do not do."""

from __future__ import annotations

import itertools

import numpy as np

from core.foundations.compare import equal
from core.foundations.pca_svd import formulas, instances
from core.foundations.pca_svd.instances import Floats
from core.foundations.schema import Reading, Statement, Step

SCALES = (0.3, 0.9, 1.7, 4.5)


def turn(rng: np.random.Generator) -> Reading:
    """Compare the angle formula with the direction of largest variance after a change of unit."""
    x = instances.cloud(rng, 25, instances.spectrum(rng, 2))
    (a, c), (_, b) = np.cov(x.T)
    claimed = [formulas.angle_after_scaling(a, b, c, t) for t in SCALES]
    measured = []
    for t in SCALES:
        scaled = (x - x.mean(axis=0)) * [t, 1.0]
        w = np.linalg.svd(scaled)[2][0]
        measured.append(np.arctan(w[1] / w[0]))
    return equal(claimed, measured, "angle of the first axis in four units")


def around_zero(rng: np.random.Generator) -> Reading:
    """Compare second moments about 0 with spread plus mean, and the axis of a round cloud."""
    x = instances.cloud(rng, 23, instances.spectrum(rng, 3))
    spread = np.cov(x.T, ddof=0)
    moment = formulas.uncentred_moment(spread, x.mean(axis=0))
    flat = instances.cloud(rng, 23, np.full(3, rng.uniform(0.5, 2.0)))
    mean = flat.mean(axis=0)
    top = np.linalg.svd(flat)[2][0]
    claimed = np.concatenate([moment.ravel(), mean / np.linalg.norm(mean)])
    measured = np.concatenate([(x.T @ x / len(x)).ravel(), top * np.sign(top @ mean)])
    return equal(claimed, measured, "mean products, and the first axis of a round cloud")


def squared_condition(rng: np.random.Generator) -> Reading:
    """Compare the square of a condition number with that of A'A found by search."""
    a = instances.matrix(rng, 6, 4)
    gram = a.T @ a
    s = np.linalg.svd(a, compute_uv=False)
    claimed = formulas.gram_condition(float(s[0] / s[-1]))
    measured = instances.stretch(gram, rng) * instances.stretch(np.linalg.inv(gram), rng)
    return equal(claimed, measured, "condition number of A'A")


def two_groups(rng: np.random.Generator, rows: int = 40) -> tuple[Floats, Floats]:
    """Return two groups of rows whose means differ along a direction of small variance."""
    variances = instances.spectrum(rng, 3) ** 2
    one, other = instances.cloud(rng, rows, variances), instances.cloud(rng, rows, variances)
    axes = instances.axes(np.cov(one.T))[1]
    other = (
        one.mean(axis=0)
        + (other - other.mean(axis=0)) @ instances.axes(np.cov(other.T))[1] @ axes.T
    )
    return one, other + axes @ np.array([0.1, 0.4, 1.9])


def difference_and_spread(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Return the difference of the means and the pooled covariance of equally large groups."""
    return other.mean(axis=0) - one.mean(axis=0), (np.cov(one.T) + np.cov(other.T)) / 2


def separation_along(w: Floats, one: Floats, other: Floats) -> float:
    """Return the squared distance of the projected means in pooled standard deviations."""
    pooled = (np.var(one @ w, ddof=1) + np.var(other @ w, ddof=1)) / 2
    return float((np.mean(other @ w) - np.mean(one @ w)) ** 2 / pooled)


def separation(rng: np.random.Generator) -> Reading:
    """Compare the formula of the best separation with what a search finds."""
    one, other = two_groups(rng)
    difference, within = difference_and_spread(one, other)
    w = instances.best_direction(np.outer(difference, difference), rng, within)
    claimed = formulas.best_separation(difference, within)
    stated = np.linalg.solve(within, difference)
    return equal(
        [claimed, claimed],
        [separation_along(w, one, other), separation_along(stated, one, other)],
        "separation of two groups along the direction found, and along the stated one",
    )


def noise_spectra(rng: np.random.Generator, tables: int, n: int, p: int) -> Floats:
    """Return the eigenvalues of the covariance of many tables of independent unit noise."""
    return _spectra(rng.standard_normal((tables, n, p)))


def _spectra(x: Floats) -> Floats:
    off = x - x.mean(axis=1, keepdims=True)
    return np.asarray(np.linalg.eigvalsh(off.transpose(0, 2, 1) @ off / (x.shape[1] - 1)))


NOISE_SIZES = ((3, 2), (4, 2), (3, 3), (2, 4), (7, 1))


def noise(rng: np.random.Generator) -> Reading:
    """Compare the expected mean square of noise eigenvalues with a mean over all tables."""
    values, weights = np.sqrt(3) * np.array([-1.0, 0.0, 1.0]), np.array([1, 4, 1]) / 6
    claimed, measured = [], []
    for n, p in NOISE_SIZES:
        picks = np.array(list(itertools.product(range(3), repeat=n * p)))
        tables = values[picks].reshape(-1, n, p) + rng.uniform(-2, 2, p)
        chances = weights[picks].prod(axis=1)
        claimed.append(formulas.noise_second_moment(n, p))
        measured.append(float(chances @ np.mean(_spectra(tables) ** 2, axis=1)))
    return equal(claimed, measured, "mean over every table of three values, five sizes")


STATEMENTS = (
    Statement(
        "PS-19",
        "cautions",
        "Multiplying a column by $t$, as a change of unit does, turns the first axis by a stated "
        "angle.",
        r"\begin{gathered}\tan "
        r"2\varphi=\frac{2tc}{t^2a-b},\\[4pt]\varphi=\tfrac12\operatorname{atan2}(2tc,\;t^2a-b)"
        r"\end{gathered}",
        (
            "Two columns with variances $a$, $b$ and covariance $c\\ne 0$; the first is "
            "multiplied by $t>0$",
        ),
        (
            Step(
                "After the change the covariance matrix is",
                r"\begin{pmatrix}t^2a&tc\\tc&b\end{pmatrix}",
            ),
            Step(
                "The variance along the direction with angle $\\varphi$.",
                r"\begin{gathered}t^2a\cos^2\varphi+b\sin^2\varphi\\[4pt]{}+2tc\sin\varphi\cos"
                r"\varphi\end{gathered}",
            ),
            Step(
                "Use double angles.",
                r"\frac{t^2a+b}{2}+\frac{t^2a-b}{2}\cos2\varphi+tc\sin2\varphi",
            ),
            Step(
                "The last two terms are an inner product with the unit vector "
                "$(\\cos2\\varphi,\\sin2\\varphi)$: largest if both point the same way.",
                r"(\cos2\varphi,\sin2\varphi)\ \parallel\ \big(\tfrac{t^2a-b}{2},\,tc\big)",
            ),
            Step(
                "As $t$ grows the angle goes to 0: the column with the large numbers becomes the "
                "first component.",
                r"\begin{gathered}t\to\infty:\ \varphi\to0,\\[4pt]t\to0:\ "
                r"|\varphi|\to\tfrac{\pi}{2}\end{gathered}",
            ),
        ),
        "Rescales the rows and takes the first axis from a decomposition of the table, in four "
        "units.",
        turn,
        "Jolliffe (2002), section 2.3",
    ),
    Statement(
        "PS-20",
        "cautions",
        "Without centring the mean enters the matrix; for a round cloud it takes the first axis.",
        r"\begin{gathered}\frac1nX^\top X=C_n+\bar x\bar x^\top;\\[4pt]C_n=s^2I\ \Rightarrow\ "
        r"v_1=\frac{\bar x}{\lVert\bar x\rVert}\end{gathered}",
        (r"$C_n$ is the covariance with divisor $n$", r"$\bar x\ne0$"),
        (
            Step("Write every row as mean plus deviation.", r"x_i=\bar x+d_i,\qquad \sum_id_i=0"),
            Step(
                "Multiply out; the mixed terms vanish.",
                r"\frac1n\sum_ix_ix_i^\top=\bar x\bar x^\top+\frac1n\sum_id_id_i^\top",
            ),
            Step(
                "For a round cloud every direction has the same spread, so the mean decides.",
                r"(s^2I+\bar x\bar x^\top)\bar x=(s^2+\lVert\bar x\rVert^2)\,\bar x",
            ),
            Step(
                "All directions at a right angle to it have the smaller eigenvalue.",
                r"w\perp\bar x:\quad (s^2I+\bar x\bar x^\top)w=s^2w",
            ),
        ),
        "Adds the products of the raw rows, and decomposes a round cloud that was not centred.",
        around_zero,
        "Jolliffe (2002), section 14.2",
    ),
    Statement(
        "PS-21",
        "cautions",
        "Forming $A^\\top A$ squares the condition number: twice as many digits may be lost.",
        r"\kappa(A^\top A)=\kappa(A)^2",
        (r"$A$ has full column rank, and $\kappa$ is the ratio of its extreme singular values",),
        (
            Step("By PS-2 the singular values enter squared.", r"A^\top A=VS^2V^\top"),
            Step(
                "$A^\\top A$ is symmetric with positive eigenvalues: these are its singular "
                "values.",
                r"\sigma_i(A^\top A)=\sigma_i(A)^2",
            ),
            Step("Take the extreme ones (PS-7).", r"\frac{\sigma_1^2}{\sigma_n^2}=\kappa(A)^2"),
            Step(
                "With 16 digits, $\\kappa(A)\\ge10^8$ leaves none for the smallest direction.",
                r"10^{-16}\cdot\kappa(A)^2\ge1",
            ),
        ),
        "Searches the largest stretch of A'A and of its inverse and multiplies them.",
        squared_condition,
        "Golub and Van Loan (2013), section 5.3",
    ),
    Statement(
        "PS-22",
        "cautions",
        "The direction that separates two groups best is in general not the one of largest "
        "variance.",
        r"\max_w\frac{(w^\top\delta)^2}{w^\top Sw}=\delta^\top S^{-1}\delta,\qquad w\propto "
        r"S^{-1}\delta",
        (
            r"$\delta\ne0$ is the difference of the means, $S$ the pooled covariance of both "
            r"groups, invertible",
        ),
        (
            Step("Take a symmetric root of $S$ and put", r"z=S^{1/2}w,\qquad w=S^{-1/2}z"),
            Step(
                "The ratio in these terms.",
                r"\frac{(z^\top S^{-1/2}\delta)^2}{z^\top z}",
            ),
            Step(
                "Cauchy-Schwarz.",
                r"(z^\top S^{-1/2}\delta)^2\le(z^\top z)\,(\delta^\top S^{-1}\delta)",
            ),
            Step(
                "Equality if $z$ is parallel to $S^{-1/2}\\delta$. The first component maximises "
                "$w^\\top Cw$ instead, where $\\delta$ hardly counts beside a large spread.",
                r"w=S^{-1/2}z\propto S^{-1}\delta",
            ),
        ),
        "Searches the direction and measures the squared distance of the projected means in "
        "pooled standard deviations; then the same along $S^{-1}\\delta$.",
        separation,
        "Fisher, Annals of Eugenics 7 (1936) 179-188",
    ),
    Statement(
        "PS-23",
        "cautions",
        "Sample eigenvalues of noise are unequal: with $p$ columns and $n$ rows their expected "
        "mean is 1, but their expected mean square is larger.",
        r"\mathbb E\Big[\frac1p\sum_i\lambda_i^2\Big]=1+\frac{p+1}{n-1}",
        (
            "Rows are independent; columns are independent normal with variance 1",
            r"$\lambda_i$ are the eigenvalues of the sample covariance $C=(c_{jk})$, with divisor "
            r"$n-1$",
        ),
        (
            Step(
                "The squared eigenvalues add up to the squared entries (PS-4; the eigenvalues of "
                "$C$ are its singular values, as it is symmetric and none is negative).",
                r"\sum_i\lambda_i^2=\sum_{j,k}c_{jk}^2",
            ),
            Step(
                "$(n-1)c_{jj}$ is a chi-square variable with $n-1$ degrees of freedom, so $c_{jj}$ "
                "has mean 1 and variance $2/(n-1)$.",
                r"\mathbb E[c_{jj}^2]=1+\frac{2}{n-1}",
            ),
            Step(
                "A sample covariance of independent columns has mean 0 and variance $1/(n-1)$: "
                "given column $k$, it is a sum of normal values with the weights "
                "$(x_{ik}-\\bar x_k)/(n-1)$, which has variance $c_{kk}/(n-1)$.",
                r"\mathbb E[c_{jk}^2]=\frac{\mathbb E[c_{kk}]}{n-1}=\frac{1}{n-1}",
            ),
            Step(
                "There are $p$ of the first and $p(p-1)$ of the second.",
                r"\begin{aligned}\frac1p\Big(p+\frac{2p}{n-1}&+\frac{p(p-1)}{n-1}\Big)\\[4pt]&=1+"
                r"\frac{p+1}{n-1}\end{aligned}",
            ),
            Step(
                "The expected mean eigenvalue is 1, as the trace of $C$ has mean $p$, so they "
                "spread around it with variance about $p/n$. For large tables with $p\\le n$ they "
                "fill the interval of Marchenko and Pastur.",
                r"\big[(1-\sqrt{p/n})^2,\ (1+\sqrt{p/n})^2\big]",
            ),
        ),
        "Lists every table with entries $-\\sqrt3$, 0 and $\\sqrt3$, of chances 1/6, 2/3 and 1/6, "
        "in five sizes, and averages the squared eigenvalues. The first five moments of an entry "
        "are those of a normal one, and the sum of the squared eigenvalues has degree 4 in the "
        "entries, so its mean is that of normal noise. Random column means are added, which no "
        "covariance sees.",
        noise,
        "Anderson, An Introduction to Multivariate Statistical Analysis, 3rd ed. (2003), chapter "
        "7; Marchenko and Pastur, Mathematics of the USSR-Sbornik 1 (1967) 457-483",
    ),
)
