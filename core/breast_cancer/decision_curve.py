"""Whether acting on the model is worth more than working up everybody, or nobody."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.operating import GRID
from core.stats import decision_curve as kernel

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclasses.dataclass(frozen=True, slots=True)
class DecisionCurve:
    """Net benefit over a range of thresholds, in cancers found per patient.

    Attributes
    ----------
    thresholds, model, low, high, treat_all : ndarray, shape (k,)
        Net benefit of working up patients by the model with its pointwise 95 % band (patient
        bootstrap), and of working up everybody; that of nobody is 0.
    n : int
        Patients.
    """

    thresholds: Floats
    model: Floats
    low: Floats
    high: Floats
    treat_all: Floats
    n: int

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as plain data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in plain.items()}


def decision_curve(
    y: Labels, p: Floats, thresholds: Floats = GRID[:60], n_boot: int = 1000, seed: int = 0
) -> DecisionCurve:
    """Return the net benefit of the model and of working up everybody.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        1 = malignant, 0 = benign.
    p : ndarray, shape (n,) or (repeats, n)
        Probabilities from models that have not seen the case; repeats are averaged.
    thresholds : ndarray, shape (k,)
        Threshold probabilities, strictly between 0 and 1.
    n_boot, seed : int
        Bootstrap resamples of the patients, and their seed.

    References
    ----------
    Vickers and Elkin, Medical Decision Making 26 (2006) 565-574.
    """
    rows = np.atleast_2d(p)
    curves = [kernel.decision_curve(y, row, thresholds) for row in rows]
    model = np.mean([curve.model for curve in curves], axis=0)
    acted = (rows[:, :, None] >= thresholds).mean(axis=0)
    worth = acted * np.where((y == 1)[:, None], 1.0, -thresholds / (1 - thresholds))
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(len(y), np.full(len(y), 1 / len(y)), n_boot) / len(y)
    low, high = np.quantile(weights @ worth, (0.025, 0.975), axis=0)
    return DecisionCurve(thresholds, model, low, high, curves[0].treat_all, len(y))
