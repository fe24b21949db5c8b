"""Switches that violate one hypothesis, with the failure that is then predicted."""

from __future__ import annotations

import numpy as np
from scipy.stats import f as f_law

from core.foundations.compare import at_least, equal, sampled
from core.foundations.pca_svd import formulas, instances
from core.foundations.pca_svd.instances import Floats
from core.foundations.schema import Break, Reading


def _nearly_equal_columns(rng: np.random.Generator) -> tuple[Floats, float]:
    """Return a matrix whose columns differ by less than the root of the rounding unit."""
    gap = float(rng.uniform(1e-9, 9e-9))
    return np.array([[1.0, 1.0], [gap, 0.0], [0.0, gap]]), gap


def _lost_root(rng: np.random.Generator) -> Reading:
    a, gap = _nearly_equal_columns(rng)
    smallest = np.sqrt(abs(np.linalg.eigvalsh(a.T @ a)[0]))
    return equal(
        smallest, np.linalg.norm(instances.rotated_columns(a), axis=0).min(), "smallest", scale=gap
    )


def _lost_outcome(rng: np.random.Generator) -> Reading:
    a, gap = _nearly_equal_columns(rng)
    gram = a.T @ a
    return equal(0.0, gram[0, 0] * gram[1, 1] - gram[0, 1] ** 2, "determinant of A'A", scale=gap**2)


def _hidden(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return a matrix of rank 1, and which of its entries are known."""
    whole = np.outer(rng.uniform(1, 3, 6), rng.uniform(1, 3, 5))
    known = np.ones(whole.shape, dtype=bool)
    known[np.arange(5), rng.permutation(5)] = False
    return whole, known


def _known_error(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the claimed error of the table with zeros, the one reached, and the size."""
    whole, known = _hidden(rng)
    claimed = formulas.frobenius_error(np.linalg.svd(whole * known, compute_uv=False), 1)
    left, right = np.ones(6), np.ones(5)
    for _ in range(200):
        left = (known * whole) @ right / (known @ right**2)
        right = (known * whole).T @ left / (known.T @ left**2)
    rest = np.sqrt(np.sum((known * (whole - np.outer(left, right))) ** 2))
    return claimed, float(rest), float(np.linalg.norm(whole))


def _hidden_fails(rng: np.random.Generator) -> Reading:
    claimed, reached, _ = _known_error(rng)
    return equal(claimed, reached, "error over the known entries, rank 1")


def _hidden_outcome(rng: np.random.Generator) -> Reading:
    _, reached, size = _known_error(rng)
    return equal(0.0, reached, "error over the known entries, rank 1", scale=size)


def _turned(rng: np.random.Generator) -> tuple[Floats, float]:
    """Return variances, and the covariance of the first two scores after a turn by 45 degrees."""
    x = instances.cloud(rng, 31, instances.spectrum(rng, 3))
    variances, axes = instances.axes(np.cov(x.T))
    first, second = (axes[:, 0] + axes[:, 1]) / np.sqrt(2), (axes[:, 1] - axes[:, 0]) / np.sqrt(2)
    return variances, float(np.cov(x @ first, x @ second)[0, 1])


def _turned_fails(rng: np.random.Generator) -> Reading:
    variances, covariance = _turned(rng)
    return equal(0.0, covariance, "covariance of two turned components", scale=variances[0])


def _turned_outcome(rng: np.random.Generator) -> Reading:
    variances, covariance = _turned(rng)
    return equal(
        (variances[1] - variances[0]) / 2, covariance, "covariance of two turned components"
    )


def _long(rng: np.random.Generator) -> tuple[Floats, Floats, float, float]:
    """Return a covariance, a direction that is too long, its length, and the error it leaves."""
    x = instances.cloud(rng, 31, instances.spectrum(rng, 3))
    length = float(rng.uniform(1.2, 1.6))
    w = length * instances.orthonormal(rng, 3, 1)
    centred = x - x.mean(axis=0)
    rest = centred - centred @ w @ w.T
    return np.cov(x.T), w, length, float(np.sum(rest**2) / (len(x) - 1))


def _long_fails(rng: np.random.Generator) -> Reading:
    c, w, _, error = _long(rng)
    return equal(formulas.reconstruction_error(c, w), error, "squared distance to the rows")


def _long_outcome(rng: np.random.Generator) -> Reading:
    c, w, length, error = _long(rng)
    along = float((w.T @ c @ w)[0, 0]) / length**2
    return equal(np.trace(c) + (length**4 - 2 * length**2) * along, error, "squared distance")


def _raw(rng: np.random.Generator) -> tuple[Floats, float]:
    """Return rows far from 0, and the variance that the raw table seems to have."""
    x = instances.cloud(rng, 28, instances.spectrum(rng, 3) / 4)
    return x, float(np.linalg.svd(x, compute_uv=False)[0] ** 2 / (len(x) - 1))


def _raw_fails(rng: np.random.Generator) -> Reading:
    x, found = _raw(rng)
    return equal(formulas.first_variance(formulas.covariance(x)), found, "largest variance")


def _raw_outcome(rng: np.random.Generator) -> Reading:
    x, found = _raw(rng)
    mean = float(np.sum(x.mean(axis=0) ** 2)) * len(x) / (len(x) - 1)
    return at_least(mean, found, "what the mean alone contributes")


def _own_units(rng: np.random.Generator) -> tuple[Floats, Floats, Floats, Floats]:
    """Return variances, axes and standard deviations of raw columns, and the correlations."""
    x = instances.cloud(rng, 33, instances.spectrum(rng, 3)) * np.array([1.0, 5.0, 0.2])
    variances, axes = instances.axes(np.cov(x.T))
    found = np.corrcoef(np.hstack([x, x @ axes]).T)[:3, 3:]
    return variances, axes, x.std(axis=0, ddof=1), found


def _own_units_fails(rng: np.random.Generator) -> Reading:
    variances, axes, _, found = _own_units(rng)
    return equal(formulas.loadings(variances, axes).ravel(), found.ravel(), "correlations")


def _own_units_outcome(rng: np.random.Generator) -> Reading:
    variances, axes, deviations, found = _own_units(rng)
    divided = formulas.loadings(variances, axes) / deviations[:, None]
    return equal(divided.ravel(), found.ravel(), "correlations")


def _twice(rng: np.random.Generator) -> Floats:
    """Return mean squared eigenvalues of noise tables in which every row stands twice."""
    x = rng.standard_normal((8_000, 7, 5)).repeat(2, axis=1)
    x -= x.mean(axis=1, keepdims=True)
    return np.asarray(np.mean(np.linalg.eigvalsh(x.transpose(0, 2, 1) @ x / 13) ** 2, axis=1))


def _twice_fails(rng: np.random.Generator) -> Reading:
    return sampled(formulas.noise_second_moment(14, 5), _twice(rng), "tables with doubled rows")


def _twice_outcome(rng: np.random.Generator) -> Reading:
    half = (12 / 13) ** 2 * formulas.noise_second_moment(7, 5)
    return sampled(half, _twice(rng), "tables with doubled rows")


def estimated_distances(rng: np.random.Generator, tables: int, n: int, p: int) -> Floats:
    """Return squared distances of a new normal row from n training rows, for many tables."""
    x = rng.standard_normal((tables, n, p))
    off = rng.standard_normal((tables, p)) - x.mean(axis=1)
    x -= x.mean(axis=1, keepdims=True)
    c = x.transpose(0, 2, 1) @ x / (n - 1)
    return np.asarray(np.sum(off * np.linalg.solve(c, off[:, :, None])[:, :, 0], axis=1))


_N, _P, _LIMIT = 15, 4, 5.5


def _few_rows(rng: np.random.Generator) -> Floats:
    return np.where(estimated_distances(rng, 30_000, _N, _P) > _LIMIT, 1.0, 0.0)


def _few_fails(rng: np.random.Generator) -> Reading:
    return sampled(formulas.chi_square_tail(_LIMIT, _P), _few_rows(rng), "new rows beyond 5.5")


def _few_outcome(rng: np.random.Generator) -> Reading:
    ratio = _LIMIT * _N * (_N - _P) / (_P * (_N**2 - 1))
    return sampled(float(f_law.sf(ratio, _P, _N - _P)), _few_rows(rng), "new rows beyond 5.5")


def _star(rng: np.random.Generator) -> tuple[Floats, Floats, float]:
    """Return a centre with three points around it, squared distances along the axes, and a side."""
    side = float(rng.uniform(1, 3))
    x = side * np.vstack([np.zeros(3), np.eye(3)])
    return x, np.square(np.abs(x[:, None] - x[None]).sum(axis=2)), side


def _along_axes_fails(rng: np.random.Generator) -> Reading:
    x, squared, _ = _star(rng)
    centred = x - x.mean(axis=0)
    claimed = formulas.gram_from_distances(squared)
    return equal(claimed.ravel(), (centred @ centred.T).ravel(), "inner products of four rows")


def _along_axes_outcome(rng: np.random.Generator) -> Reading:
    _, squared, side = _star(rng)
    found = np.linalg.eigvalsh(formulas.gram_from_distances(squared))[0]
    return equal(-(side**2) / 4, found, "smallest eigenvalue of the claimed inner products")


BREAKS = (
    Break(
        "PS-2-b1",
        "PS-2",
        "Columns that differ by less than 10⁻⁸",
        "The smallest singular value is below a hundred-millionth of the first, so the rounded "
        r"product $A^\top A$ cannot hold its square.",
        r"1 plus a squared difference below $10^{-16}$ is rounded to 1: the two columns are the "
        r"same for $A^\top A$.",
        _lost_root,
        r"The determinant of the computed $A^\top A$ is exactly 0; the true one is about twice the "
        "squared difference of the columns.",
        _lost_outcome,
    ),
    Break(
        "PS-11-b1",
        "PS-11",
        "Five entries are hidden and set to 0",
        "Not every entry counts the same: hidden ones should not count at all.",
        "The truncated sum fits the zeros too. Over the known entries other matrices of rank 1 "
        "are better.",
        _hidden_fails,
        "Alternating least squares over the known entries reaches error 0, as the table has rank "
        "1.",
        _hidden_outcome,
    ),
    Break(
        "PS-13-b1",
        "PS-13",
        "The first two axes turned by 45 degrees",
        "The directions are orthonormal but no eigenvectors, as after a varimax rotation.",
        "Mixed scores share variance of both components.",
        _turned_fails,
        "Their covariance is half the difference of the two eigenvalues.",
        _turned_outcome,
    ),
    Break(
        "PS-14-b1",
        "PS-14",
        "A direction that is longer than 1",
        r"The column of $W$ is not of unit length, so $WW^\top$ is no projection.",
        "What is taken away is not at a right angle to the rest, and Pythagoras does not apply.",
        _long_fails,
        r"With length $\ell$ and variance $v$ along the direction the error is the total plus "
        r"$(\ell^4-2\ell^2)v$.",
        _long_outcome,
    ),
    Break(
        "PS-16-b1",
        "PS-16",
        "The table is not centred",
        "The means are not subtracted before the decomposition.",
        "The squared mean is added to the matrix (PS-20).",
        _raw_fails,
        "The seeming variance is at least the squared length of the mean times $n/(n-1)$.",
        _raw_outcome,
    ),
    Break(
        "PS-18-b1",
        "PS-18",
        "Columns keep their units",
        "Columns have other variances than 1.",
        "The covariance is no longer divided by the standard deviation of the column.",
        _own_units_fails,
        "The correlation is the loading divided by the standard deviation of the column.",
        _own_units_outcome,
    ),
    Break(
        "PS-23-b1",
        "PS-23",
        "Every row stands twice",
        "Rows are not independent, as with two visits that repeat the same values.",
        "Fourteen rows carry the information of seven, so eigenvalues spread further.",
        _twice_fails,
        "The mean square is that of 7 rows, times $(12/13)^2$ for the divisor.",
        _twice_outcome,
    ),
    Break(
        "PS-25-b1",
        "PS-25",
        "Mean and covariance come from 15 rows",
        "They are estimated from few rows.",
        "The estimated axes fit the training rows; a new row lies further out in a cloud that "
        "looks too tight.",
        _few_fails,
        "The share beyond the limit is that of an F law, after division by $p(n^2-1)/(n(n-p))$.",
        _few_outcome,
    ),
    Break(
        "PS-29-b1",
        "PS-29",
        "Distances are counted along the axes",
        "Distances are not Euclidean (sums of absolute differences).",
        "The law of cosines does not hold for them, so double centring gives no inner products.",
        _along_axes_fails,
        "For a centre and three points at distance $a$, the claimed inner products have the "
        "eigenvalue $-a^2/4$: no drawing has these distances.",
        _along_axes_outcome,
    ),
)
