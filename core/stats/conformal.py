"""Conformal p values: how unusual a score is among the scores of reference cases."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def conformal_p(scores: ArrayLike, calibration: Floats) -> Floats:
    """Return (1 + number of calibration scores at least as large) / (n + 1) for each score.

    Parameters
    ----------
    scores : array_like, shape (m,)
        Larger means more unusual; NaN gives NaN, infinity the smallest p value.
    calibration : ndarray, shape (n,)
        Scores of the reference cases, in ascending order.

    Returns
    -------
    ndarray, shape (m,)
        Between 1 / (n + 1) and 1.

    References
    ----------
    Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005), chapter 2.
    """
    values = np.asarray(scores, dtype=np.float64)
    n = len(calibration)
    at_least = n - np.searchsorted(calibration, values, side="left")
    return np.where(np.isnan(values), np.nan, (1 + at_least) / (n + 1))
