"""Whether probabilities mean what they say: slope, intercept, ECE with its null, reliability."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr

from core.stats.intervals import Interval, wilson

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

_EPSILON = 1e-12
_STEPS = 100
_LONGEST_STEP = 4.0
_CONVERGED = 1e-10
_NO_FINITE_FIT = 100.0


@dataclasses.dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Patients whose probability lies in one bin.

    Attributes
    ----------
    low, high : float
        Limits of the bin; the upper one belongs to the next bin, except in the last.
    n : int
        Number of patients.
    mean_p : float
        Mean predicted probability.
    observed : Interval
        Share with the outcome, with its Wilson interval.
    """

    low: float
    high: float
    n: int
    mean_p: float
    observed: Interval

    def to_dict(self) -> dict[str, object]:
        """Return the bin as plain data."""
        return {**dataclasses.asdict(self), "observed": self.observed.to_dict()}


def slope_intercept(y: Labels, p: Floats) -> tuple[float, float]:
    """Return calibration slope and intercept; (1, 0) is perfect.

    The slope is that of a logistic regression of the outcome on logit(p). The intercept is fitted
    with the slope held at 1 (calibration in the large): above 0, risks are too low on average.
    Either is NaN where its fit does not exist (one class only, or perfect separation).

    References
    ----------
    Van Calster et al., J. Clin. Epidemiol. 74 (2016) 167-176.
    """
    score = log_odds(p)
    return recalibration(y, score)[1], offset(y, score)


def recalibration(y: Labels, score: Floats) -> tuple[float, float]:
    """Return intercept a and slope b of the logistic regression of the outcome on a score.

    a + b * score are the recalibrated log-odds (Platt scaling). Both are NaN where the fit does not
    exist: one class only, or perfect separation.
    """
    columns = np.column_stack([np.ones(len(score)), score])
    a, b = _newton(columns, np.asarray(y, dtype=np.float64), np.zeros(len(score)))
    return float(a), float(b)


def offset(y: Labels, score: Floats) -> float:
    """Return the shift of the log-odds that makes the mean risk equal the observed share.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Outcomes.
    score : ndarray, shape (n,)
        Predicted log-odds.
    """
    ones = np.ones((len(score), 1))
    outcomes = np.asarray(y, dtype=np.float64)
    return float(_newton(ones, outcomes, np.asarray(score, dtype=np.float64))[0])


def log_odds(p: Floats) -> Floats:
    """Return logit(p), with probabilities of exactly 0 or 1 pulled in by 1e-12."""
    clipped: Floats = logit(np.clip(np.asarray(p, dtype=np.float64), _EPSILON, 1 - _EPSILON))
    return clipped


def ece(y: Labels, p: Floats, bins: int = 10, *, equal_mass: bool = False) -> float:
    """Return the expected calibration error over bins of equal width, or of equally many patients.

    Read it beside :func:`ece_null_quantile`: with few patients it is far from 0 even for a
    perfectly calibrated model.
    """
    index = _mass_index(p, bins) if equal_mass else bin_index(p, bins)
    gap = np.bincount(index, weights=np.asarray(y) - np.asarray(p), minlength=bins)
    return float(np.abs(gap).sum() / len(index))


def ece_null_quantile(
    p: Floats,
    q: float = 0.95,
    bins: int = 10,
    n_sims: int = 2000,
    seed: int = 0,
    *,
    equal_mass: bool = False,
) -> float:
    """Return the q-quantile of the ECE if the probabilities were exactly right.

    Parameters
    ----------
    p : ndarray, shape (n,)
        Predicted probabilities; outcomes are simulated from them.
    q : float, default 0.95
        Quantile of the null distribution.
    bins : int, default 10
        Number of bins.
    n_sims : int, default 2000
        Number of simulated outcome vectors.
    seed : int, default 0
        Seed of the simulation.
    equal_mass : bool, default False
        Whether the bins hold equally many patients instead of being equally wide.
    """
    p = np.asarray(p, dtype=np.float64)
    member = np.eye(bins)[_mass_index(p, bins) if equal_mass else bin_index(p, bins)]
    simulated = np.random.default_rng(seed).random((n_sims, len(p))) < p
    null = np.abs((simulated - p) @ member).sum(axis=1) / len(p)
    return float(np.quantile(null, q))


def reliability(
    y: Labels, p: Floats, bins: int = 10, level: float = 0.95
) -> tuple[ReliabilityBin, ...]:
    """Return the occupied equal-width bins with observed shares and Wilson intervals."""
    y, p = np.asarray(y), np.asarray(p, dtype=np.float64)
    index = bin_index(p, bins)
    return tuple(
        ReliabilityBin(
            low=int(b) / bins,
            high=(int(b) + 1) / bins,
            n=int(np.sum(index == b)),
            mean_p=float(np.mean(p[index == b])),
            observed=wilson(int(np.sum(y[index == b])), int(np.sum(index == b)), level),
        )
        for b in np.unique(index)
    )


def spiegelhalter(y: Labels, p: Floats) -> tuple[float, float]:
    """Return Spiegelhalter's z and two-sided p-value; a small p-value means miscalibrated.

    References
    ----------
    Spiegelhalter, Statistics in Medicine 5 (1986) 421-433.
    """
    y, p = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    spread = float(np.sum((1 - 2 * p) ** 2 * p * (1 - p)))
    if spread == 0:
        return math.nan, math.nan
    z = float(np.sum((y - p) * (1 - 2 * p))) / math.sqrt(spread)
    return z, float(2 * ndtr(-abs(z)))


def bin_index(p: Floats, bins: int) -> NDArray[np.intp]:
    """Return the equal-width bin 0..bins-1 of each probability; an inner edge opens its bin.

    The edges are those of ``numpy.linspace``, as in netcal and TrustLens: multiplying by the number
    of bins would put shares such as 0.3 elsewhere than their published figures do.
    """
    inner = np.linspace(0.0, 1.0, bins + 1)[1:-1]
    return np.searchsorted(inner, np.asarray(p, dtype=np.float64), side="right")


def _mass_index(p: Floats, bins: int) -> NDArray[np.intp]:
    index = np.empty(len(p), dtype=np.intp)
    index[np.argsort(p, kind="stable")] = np.arange(len(p)) * bins // len(p)
    return index


def _newton(columns: Floats, y: Floats, shift: Floats) -> Floats:
    """Fit an unpenalised logistic regression with an offset; NaN when it has no finite fit."""
    beta = np.zeros(columns.shape[1])
    for _ in range(_STEPS):
        risk = expit(columns @ beta + shift)
        hessian = (columns * (risk * (1 - risk))[:, None]).T @ columns
        try:
            step = np.linalg.solve(hessian, columns.T @ (y - risk))
        except np.linalg.LinAlgError:
            break
        largest = float(np.abs(step).max())
        # Far from the optimum the curvature vanishes and a full step would overshoot.
        beta = beta + step * min(1.0, _LONGEST_STEP / max(largest, _EPSILON))
        if largest < _CONVERGED:
            return beta
        if np.abs(beta).max() > _NO_FINITE_FIT:
            break
    return np.full(columns.shape[1], math.nan)
