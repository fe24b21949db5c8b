"""What each planted fault does to the values of the rows it strikes."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.data import wdbc
from core.breast_cancer.schema import FEATURES
from core.errors import InputError

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Columns = NDArray[np.intp]
Rng = np.random.Generator

AREA = FEATURES.names.index("mean_area")


@dataclasses.dataclass(frozen=True)
class Typical:
    """What the training cases look like, column by column; each array of shape (30,).

    Attributes
    ----------
    mean, sd, least, most : ndarray
        Moments and range.
    floor : ndarray
        What a value below the limit of its field is raised to: half the smallest value.
    """

    mean: Floats
    sd: Floats
    least: Floats
    most: Floats
    floor: Floats


@functools.cache
def typical() -> Typical:
    """Return the description of the training cases."""
    X = wdbc().X[wdbc().train]
    least = X.min(axis=0)
    return Typical(X.mean(axis=0), X.std(axis=0, ddof=1), least, X.max(axis=0), least / 2)


@dataclasses.dataclass(frozen=True)
class Strike:
    """Rows about to be spoilt.

    Attributes
    ----------
    X : ndarray, shape (m, 30)
        The rows as measured.
    y : ndarray of int, shape (m,), or None
        Their diagnoses, where the fault needs them.
    columns : ndarray of int, shape (m, k)
        The columns to be spoilt, row by row.
    severity : float
        How badly.
    rng : Generator
        Source of chance.
    shared : bool
        Whether all rows have the same columns and hence, where it applies, the same error.
    """

    X: Floats
    y: Labels | None
    columns: Columns
    severity: float
    rng: Rng
    shared: bool

    @property
    def values(self) -> Floats:
        """The values to be spoilt, shape (m, k)."""
        return np.take_along_axis(self.X, self.columns, axis=1)

    def signs(self) -> Floats:
        """Return a random direction for each value; one per column where rows share theirs."""
        shape = (1, self.columns.shape[1]) if self.shared else self.columns.shape
        return np.broadcast_to(self.rng.choice([-1.0, 1.0], size=shape), self.columns.shape)


def unit(strike: Strike) -> Floats:
    """Multiply by the severity."""
    return strike.values * strike.severity


def bias(strike: Strike) -> Floats:
    """Add or take away standard deviations of the training cases."""
    return strike.values + strike.signs() * strike.severity * typical().sd[strike.columns]


def gain(strike: Strike) -> Floats:
    """Multiply or divide by 1 + the severity."""
    return strike.values * (1 + strike.severity) ** strike.signs()


def noise(strike: Strike) -> Floats:
    """Add independent Gaussian noise, in standard deviations of the training cases."""
    size = strike.severity * typical().sd[strike.columns]
    return strike.values + size * strike.rng.standard_normal(strike.columns.shape)


def proportional_noise(strike: Strike) -> Floats:
    """Multiply by independent random factors around 1."""
    spread = np.log1p(strike.severity)
    factors: Floats = np.exp(spread * strike.rng.standard_normal(strike.columns.shape))
    return strike.values * factors


def shuffle(strike: Strike) -> Floats:
    """Give each value to another row."""
    everyone = np.arange(len(strike.X))
    return _from_others(strike, [everyone])


def shuffle_within_class(strike: Strike) -> Floats:
    """Give each value to another row with the same diagnosis."""
    if strike.y is None:
        raise InputError("To shuffle within a class, give the diagnoses y of the rows.")
    return _from_others(strike, [np.nonzero(strike.y == label)[0] for label in (0, 1)])


def _from_others(strike: Strike, groups: list[Columns]) -> Floats:
    """Give each value to another row of its group, column by column, so that the marginals stay."""
    moved = strike.X.copy()
    for group in groups:
        for j in np.unique(strike.columns[group]) if len(group) else ():
            order = strike.rng.permutation(group)
            moved[order, j] = strike.X[np.roll(order, 1), j]
    return np.take_along_axis(moved, strike.columns, axis=1)


def swap(strike: Strike) -> Floats:
    """Exchange the first chosen column with the second, the third with the fourth, and so on."""
    first, second = strike.values[:, 0::2], strike.values[:, 1::2]
    return np.stack([second, first], axis=2).reshape(strike.columns.shape)


def impute(strike: Strike) -> Floats:
    """Replace by the mean of the training cases."""
    means: Floats = typical().mean[strike.columns]
    return means


def stuck(strike: Strike) -> Floats:
    """Repeat one reading: that of a random row."""
    if not len(strike.X):
        return strike.values
    reading: Floats = strike.X[strike.rng.integers(len(strike.X))][strike.columns]
    return reading


def missing(strike: Strike) -> Floats:
    """Take the values out."""
    return np.full(strike.columns.shape, np.nan)


def rounding(strike: Strike) -> Floats:
    """Round to multiples of a step, in standard deviations of the training cases."""
    step = strike.severity * typical().sd[strike.columns]
    return np.round(strike.values / step) * step if strike.severity > 0 else strike.values


def synthetic(strike: Strike) -> Floats:
    """Draw rows from one Gaussian with the moments of the training cases, cut to their range."""
    X = wdbc().X[wdbc().train]
    drawn = strike.rng.multivariate_normal(X.mean(axis=0), np.cov(X.T), size=len(strike.X))
    return np.take_along_axis(drawn, strike.columns, axis=1)


def by_share(X: Floats, y: Labels | None, severity: float, size: int, rng: Rng) -> Columns:
    """Choose rows so that a share of ``severity`` is malignant; each once if there are enough."""
    if y is None:
        raise InputError("To change the share of malignant cases, give the diagnoses y.")
    wanted = round(severity * size)
    chosen = [_some(y, 1, wanted, rng), _some(y, 0, size - wanted, rng)]
    return rng.permutation(np.concatenate(chosen))


def _some(y: Labels, label: int, count: int, rng: Rng) -> Columns:
    rows = np.nonzero(y == label)[0]
    if count and not len(rows):
        name = "malignant" if label else "benign"
        raise InputError(f"There is no {name} row to draw from. Give rows of both diagnoses.")
    return rng.choice(rows, count, replace=count > len(rows)) if count else rows[:0]


def by_size(X: Floats, y: Labels | None, severity: float, size: int, rng: Rng) -> Columns:
    """Choose rows with replacement, those with larger nuclei more often (negative: smaller)."""
    area = np.log(X[:, AREA])
    weight = np.exp(severity * (area - area.mean()) / (area.std() or 1.0))
    return rng.choice(len(X), size, p=weight / weight.sum())
