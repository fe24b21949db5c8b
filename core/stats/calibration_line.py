"""Outcomes with the log-odds they were predicted at, and the calibration line through them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InputError
from core.stats.calibration import log_odds
from core.stats.grouped_logistic import Counts, Floats, fit_grouped

NO_LINE = "no finite line: a single class, or classes that are separated perfectly"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Outcomes with the log-odds they were predicted at.

    Attributes
    ----------
    y : ndarray, shape (n,)
        Outcomes, 0 or 1.
    score : ndarray, shape (n,)
        Predicted log-odds, finite.
    """

    y: Floats
    score: Floats

    @classmethod
    def of(cls, y: NDArray[np.generic], p: Floats) -> Sample:
        """Make a sample from probabilities, in an order that does not depend on the rows'."""
        order = np.lexsort((y, p))
        return cls(np.asarray(y, dtype=np.float64)[order], log_odds(np.asarray(p)[order]))

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.y)

    @property
    def events(self) -> int:
        """Number of rows with the outcome."""
        return int(self.y.sum())

    @property
    def has_line(self) -> bool:
        """Whether the line that fits best has finite coefficients."""
        ones, zeros = self.score[self.y == 1], self.score[self.y == 0]
        if not len(ones) or not len(zeros):
            return False
        return bool(ones.min() < zeros.max() and zeros.min() < ones.max())


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A fitted line, its level read at one score.

    Attributes
    ----------
    level, slope : float
        Log-odds of the outcome at that score, and their change per unit of the score.
    var_level, covariance, var_slope : float
        Their variances and covariance.
    """

    level: float
    slope: float
    var_level: float
    covariance: float
    var_slope: float

    @classmethod
    def at(cls, centre: float, beta: Floats, information: Floats) -> Line:
        """Read a fit (intercept and slope, shape (2,), and their information) at a score."""
        move = np.array([[1.0, centre], [0.0, 1.0]])
        covariance = move @ np.linalg.inv(information) @ move.T
        level, slope = move @ beta
        return cls(
            float(level),
            float(slope),
            float(covariance[0, 0]),
            float(covariance[0, 1]),
            float(covariance[1, 1]),
        )


def checked_sample(y: ArrayLike, p: ArrayLike) -> Sample:
    """Return outcomes and probabilities as a sample.

    Raises
    ------
    InputError
        If there are none, their numbers differ, an outcome is neither 0 nor 1, or a probability
        lies outside 0 to 1 or is missing.
    """
    try:
        outcomes, risks = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("Outcomes and probabilities have to be numbers.") from error
    if outcomes.ndim != 1 or outcomes.shape != risks.shape or not len(outcomes):
        raise InputError(
            f"There are outcomes of shape {outcomes.shape} and probabilities of shape "
            f"{risks.shape}. Give two lists of one, positive length."
        )
    wrong = int(np.sum(~np.isin(outcomes, (0, 1))))
    if wrong:
        raise InputError(f"{wrong} of {len(outcomes)} outcomes are neither 0 nor 1. Mend them.")
    outside = int(np.sum(~((risks >= 0) & (risks <= 1))))
    if outside:
        raise InputError(
            f"{outside} of {len(risks)} probabilities are missing or outside 0 to 1. Mend them."
        )
    return Sample.of(outcomes, risks)


def line_of(sample: Sample) -> tuple[Floats, float, Floats]:
    """Return the line of a sample that has one, its typical score, and a root of its covariance.

    Returns
    -------
    ndarray, shape (2,)
        Intercept and slope.
    float
        Mean score, each row weighted by the variance of its outcome: there the level is known best.
    ndarray, shape (2, 2)
        Lower triangular matrix whose product with its transpose is the covariance of the line.
    """
    fit = fit_grouped((np.ones(sample.n), sample.score), sample.y, np.array([sample.n]))
    information = fit.information[0]
    root = np.linalg.cholesky(np.linalg.inv(information))
    return fit.beta[0], float(information[0, 1] / information[0, 0]), root


def stack(samples: Sequence[Sample]) -> tuple[Floats, Floats, Counts]:
    """Return outcomes and scores of samples one after the other, and the size of each."""
    y = np.concatenate([sample.y for sample in samples])
    score = np.concatenate([sample.score for sample in samples])
    return y, score, np.array([sample.n for sample in samples], dtype=np.intp)
