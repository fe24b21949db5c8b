"""Platt scaling: from a raw score to calibrated log-odds."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.stats.calibration import recalibration

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Calibration:
    """The line from a raw score to calibrated log-odds: a + b * score."""

    a: float
    b: float

    def __call__(self, score: Floats) -> Floats:
        """Return the calibrated log-odds."""
        return self.a + self.b * score


def fit_platt(score: Floats, y: NDArray[np.int64]) -> Calibration:
    """Fit the line by maximum likelihood.

    Parameters
    ----------
    score : ndarray, shape (n,) or (r, n)
        Raw scores of patients the model was not trained on; several rows are repeats.
    y : ndarray of int, shape (n,)
        Outcomes.
    """
    score = np.atleast_2d(score)
    a, b = recalibration(np.tile(y, len(score)), score.ravel())
    return Calibration(a, b)
