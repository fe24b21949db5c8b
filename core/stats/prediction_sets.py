"""Prediction sets aimed at the same coverage in each class (cross-conformal)."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Conformal:
    """Thresholds that say which outcomes a probability leaves possible.

    "Disease" stays possible while p >= ``disease_from``; "no disease" while p <= ``healthy_to``.
    Each is the class's own quantile of out-of-fold scores, aimed at keeping the true label with the
    stated probability (class-conditional: Vovk et al., Algorithmic Learning in a Random World,
    2005, section 4.5; from folds: Vovk, Annals of Mathematics and Artificial Intelligence 74 (2015)
    9-28). Thresholds taken from folds, like these, come without the finite-sample guarantee of a
    held-out calibration set: measure the coverage on patients outside the folds.

    Attributes
    ----------
    level : float
        Coverage aimed at within each class, such as 0.9.
    disease_from, healthy_to : float
        Thresholds on the probability of disease.
    n_disease, n_healthy : int
        Patients the thresholds rest on.
    """

    level: float
    disease_from: float
    healthy_to: float
    n_disease: int
    n_healthy: int

    def possible(self, p: Floats) -> NDArray[np.bool_]:
        """Return which labels stay possible, shape (n, 2): columns no disease, disease."""
        p = np.asarray(p, dtype=np.float64)
        return np.column_stack([p <= self.healthy_to, p >= self.disease_from])

    def labels(self, p: float) -> tuple[int, ...]:
        """Return the prediction set of one patient: (), (0,), (1,) or (0, 1)."""
        healthy, disease = self.possible(np.array([p]))[0]
        return (*((0,) if healthy else ()), *((1,) if disease else ()))

    def to_dict(self) -> dict[str, float | int]:
        """Return the thresholds as plain data."""
        return dataclasses.asdict(self)


def fit_conformal(p: Floats, y: NDArray[np.int64], level: float) -> Conformal:
    """Choose the thresholds from probabilities of patients the model was not trained on.

    Parameters
    ----------
    p : ndarray, shape (n,) or (r, n)
        Out-of-fold probabilities of disease; with several rows, repeats of the folding.
    y : ndarray of int, shape (n,)
        The outcomes.
    level : float
        Coverage within each class.
    """
    p = np.atleast_2d(p)
    disease, healthy = p[:, y == 1], p[:, y == 0]
    return Conformal(
        level,
        1.0 - _quantile(1.0 - disease, level),
        _quantile(healthy, level),
        disease.shape[1],
        healthy.shape[1],
    )


def _quantile(scores: Floats, level: float) -> float:
    # The finite-sample rank rests on the number of patients, not on the number of repeats.
    n = scores.shape[1]
    rank = math.ceil((n + 1) * level)
    if rank > n:
        return 1.0
    return float(np.quantile(scores, rank / n, method="inverted_cdf"))
