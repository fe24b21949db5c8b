"""Whether columns predict an outcome at all: cross-validated R2 with limits, and permutations."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.errors import NotEnoughDataError
from core.stats.error_size import Skill
from core.stats.intervals import Interval
from core.stats.learners import (
    NAMES,
    Fold,
    Name,
    folds,
    held_out_boosted,
    held_out_linear,
    linear_basis,
    quadratic_basis,
)

Floats = NDArray[np.float64]

FEWEST_ROWS = 10
MOST_ROWS = 4_000
"""More rows than this are judged by a random sample of this size."""

FOLDS, REPEATS = 5, 4
DRAWS, ENOUGH = 199, 10
LEVEL, ALPHA = 0.95, 0.01


@dataclasses.dataclass(frozen=True, slots=True)
class Learned:
    """What one learner predicts of rows it was not fitted on.

    Attributes
    ----------
    name : str
        One of :data:`core.stats.learners.NAMES`.
    r2 : Interval
        Cross-validated R2. The limits hold for all learners together, so that they also hold for
        the one picked as best.
    """

    name: Name
    r2: Interval


@dataclasses.dataclass(frozen=True, slots=True)
class Permutation:
    """Test that the outcome does not depend on the columns.

    Attributes
    ----------
    p : float
        Valid whenever the rows are exchangeable, at any number of rows.
    observed : float
        Largest R2 of the learners over one division into folds.
    null : tuple of float
        The same after each shuffling of the outcome.
    stopped_early : bool
        Whether enough shufflings beat the observed value to end before all draws.
    """

    p: float
    observed: float
    null: tuple[float, ...]
    stopped_early: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Signal:
    """Answer to the question whether anything can be learned.

    Attributes
    ----------
    n, rows : int
        Rows judged, and rows given.
    columns : int
        Number of columns learned from.
    folds, repeats : int
        Division of the cross-validation.
    mean_only : float
        R2 of predicting the mean of the training rows; just below 0 by construction.
    learned : tuple of Learned
        All learners, in the order of :data:`core.stats.learners.NAMES`.
    permutation : Permutation
        Test for the best of the learners.
    """

    n: int
    rows: int
    columns: int
    folds: int
    repeats: int
    mean_only: float
    learned: tuple[Learned, ...]
    permutation: Permutation

    @property
    def best(self) -> Learned:
        """The learner with the largest cross-validated R2."""
        return max(self.learned, key=lambda one: one.r2.estimate)

    @property
    def found(self) -> bool:
        """Whether the lower limit of the best R2 is above 0 and the permutation p below 0.01."""
        return self.best.r2.low > 0 and self.permutation.p < ALPHA


def signal(x: Floats, y: Floats, *, seed: int = 0, draws: int = DRAWS) -> Signal:
    """Ask whether any of a small family of learners predicts held-out rows better than the mean.

    R2 is that of the out-of-fold predictions, averaged over repeated five-fold divisions. The
    squared errors of held-out rows obey a central limit theorem if the learner is stable (Bayle
    and others 2020), so the limits are those of :class:`core.stats.error_size.Skill`. The best
    learner is reported; the limits therefore hold for all together (Bonferroni).

    The permutation test shuffles the outcome and repeats the whole choice: its statistic is the
    largest R2 of the family. It is exact for exchangeable rows, and ends when :data:`ENOUGH`
    shufflings did as well (Besag and Clifford 1991), so that noise is known as such quickly.

    Parameters
    ----------
    x : ndarray, shape (n, p)
        Columns to learn from, finite, at least one.
    y : ndarray, shape (n,)
        Outcome, finite.
    seed : int
        Seed of folds, shufflings and sampling.
    draws : int
        Greatest number of shufflings.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than :data:`FEWEST_ROWS` rows, no column, or an outcome that does not
        vary.

    References
    ----------
    Bayle, Bayle, Janson and Mackey, Cross-validation confidence intervals for test error, NeurIPS
    (2020). Besag and Clifford, Biometrika 78 (1991) 301-304. Ojala and Garriga, Journal of Machine
    Learning Research 11 (2010) 1833-1863.
    """
    from threadpoolctl import threadpool_limits

    _check(x, y)
    # Trees of this size gain nothing from threads and lose much where others compute too.
    with threadpool_limits(1, user_api="openmp"):
        return _judged(x, y, seed, draws)


def _judged(x: Floats, y: Floats, seed: int, draws: int) -> Signal:
    rng = np.random.default_rng(seed)
    rows = len(y)
    if rows > MOST_ROWS:
        kept = np.sort(rng.choice(rows, MOST_ROWS, replace=False))
        x, y = x[kept], y[kept]
    k = min(FOLDS, len(y) // 2)
    divisions = [folds(len(y), k, rng) for _ in range(REPEATS)]
    family = _Family(x, seed)
    squares = np.array([(y - family.predict(y, split)) ** 2 for split in divisions])
    errors = squares.mean(axis=0)
    level = 1 - (1 - LEVEL) / len(NAMES)
    learned = tuple(Learned(name, _r2(errors[i], y, level)) for i, name in enumerate(NAMES))
    first = 1 - squares[0].sum(axis=1) / np.square(y - y.mean()).sum()
    test = _permute(family, y, divisions[0], float(first.max()), rng, draws)
    return Signal(
        n=len(y),
        rows=rows,
        columns=x.shape[1],
        folds=k,
        repeats=REPEATS,
        mean_only=_mean_only(y, divisions),
        learned=learned,
        permutation=test,
    )


class _Family:
    """The learners on one table, their columns prepared once."""

    def __init__(self, x: Floats, seed: int) -> None:
        self.x, self.seed = x, seed
        self.bases = (linear_basis(x), quadratic_basis(x))

    def predict(self, y: Floats, split: tuple[Fold, ...]) -> Floats:
        """Return the out-of-fold predictions of every learner, shape (learners, n)."""
        linear = [held_out_linear(basis, y[:, None], split)[:, 0] for basis in self.bases]
        return np.array([*linear, held_out_boosted(self.x, y, split, self.seed)])

    def linear_best(self, outcomes: Floats, split: tuple[Fold, ...]) -> Floats:
        """Return the larger R2 of the linear learners for each outcome, shape (b,)."""
        spread = np.square(outcomes - outcomes.mean(axis=0)).sum(axis=0)
        squares = [
            np.square(outcomes - held_out_linear(basis, outcomes, split)).sum(axis=0)
            for basis in self.bases
        ]
        best: Floats = 1 - np.min(squares, axis=0) / spread
        return best


def _permute(
    family: _Family,
    y: Floats,
    split: tuple[Fold, ...],
    observed: float,
    rng: np.random.Generator,
    draws: int,
) -> Permutation:
    shuffled = np.column_stack([rng.permutation(y) for _ in range(draws)])
    linear = family.linear_best(shuffled, split)
    spread = float(np.square(y - y.mean()).sum())
    null: list[float] = []
    beaten = 0
    for one, plain in zip(shuffled.T, linear, strict=True):
        trees = held_out_boosted(family.x, one, split, family.seed)
        value = max(float(plain), 1 - float(np.square(one - trees).sum()) / spread)
        null.append(value)
        beaten += value >= observed
        if beaten == ENOUGH:
            return Permutation(ENOUGH / len(null), observed, tuple(null), len(null) < draws)
    return Permutation((beaten + 1) / (draws + 1), observed, tuple(null), False)


def _r2(error: Floats, y: Floats, level: float) -> Interval:
    spread = np.square(y - y.mean())
    table = np.cov(error, spread)
    found = Skill(
        n=len(y),
        error=float(error.mean()),
        spread=float(spread.mean()),
        var_error=float(table[0, 0]),
        var_spread=float(table[1, 1]),
        covariance=float(table[0, 1]),
    ).interval(level)
    method = f"out-of-fold errors, {found.method}, Bonferroni over {len(NAMES)} learners"
    return dataclasses.replace(found, level=LEVEL, method=method)


def _mean_only(y: Floats, divisions: list[tuple[Fold, ...]]) -> float:
    errors = [
        float(np.square(y[held] - y[train].mean()).sum())
        for split in divisions
        for train, held in split
    ]
    return 1 - sum(errors) / len(divisions) / float(np.square(y - y.mean()).sum())


def _check(x: Floats, y: Floats) -> None:
    if len(y) < FEWEST_ROWS:
        message = (
            f"There are {len(y)} rows; at least {FEWEST_ROWS} are needed to hold some out and "
            "learn from the rest."
        )
        raise NotEnoughDataError(message)
    if x.shape[1] == 0:
        message = "There is no column that varies to learn from; at least one is needed."
        raise NotEnoughDataError(message)
    if float(np.ptp(y)) == 0:
        message = f"The outcome is {y[0]:g} in every row: there is nothing to predict."
        raise NotEnoughDataError(message)
