"""Logistic regression with a ridge penalty, solved to machine precision."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

_MAX_STEPS = 200
_LONGEST_STEP = 4.0
_CONVERGED = 1e-9


def ridge_logistic(
    design: Floats, outcome: Floats, ridge: Floats, weight: Floats | None = None
) -> Floats:
    """Return the coefficients that minimise the weighted loss plus half the ridge times squares.

    Newton's method on a convex function: the answer does not depend on a solver's tolerance or
    random numbers, so that training again gives the same coefficients.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        Columns, a column of ones included where an intercept is wanted.
    outcome : ndarray, shape (n,)
        0 or 1.
    ridge : ndarray, shape (k,)
        Penalty of each coefficient; 0 leaves it free.
    weight : ndarray, shape (n,), optional
        Weight of each row; 1 by default.

    Raises
    ------
    RuntimeError
        If the fit does not converge, as for separated classes without a penalty.
    """
    weights = np.ones(len(outcome)) if weight is None else weight
    beta = np.zeros(design.shape[1])
    for _ in range(_MAX_STEPS):
        risk = expit(design @ beta)
        gradient = design.T @ (weights * (outcome - risk)) - ridge * beta
        curvature = (design * (weights * risk * (1 - risk))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(curvature, gradient)
        largest = float(np.abs(step).max())
        # Far from the optimum the curvature vanishes and a full step would overshoot.
        beta = beta + step * min(1.0, _LONGEST_STEP / max(largest, _CONVERGED))
        if largest < _CONVERGED:
            return beta
    message = f"the logistic fit did not converge in {_MAX_STEPS} steps"
    raise RuntimeError(message)
