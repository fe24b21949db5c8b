"""Logistic regression on the thirty standardised values: every coefficient can be read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.schema import FEATURES
from core.stats.platt import Calibration
from core.stats.ridge import ridge_logistic

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class LinearModel:
    """A calibrated logistic model.

    Attributes
    ----------
    name : str
        Such as ``"logistic"``.
    mean, scale : ndarray, shape (d,)
        What the columns are centred on and divided by.
    intercept : float
        Log-odds of the reference case, whose every value is the training mean.
    coefficients : ndarray, shape (d,)
        Change of the log-odds per training standard deviation.
    refit_intercepts, refit_coefficients : ndarray, shape (b,) and (b, d)
        Bootstrap refits, on the same centring and scale.
    tag : str
        Artefact and model name, shown beside results.
    """

    name: str
    mean: Floats
    scale: Floats
    intercept: float
    coefficients: Floats
    refit_intercepts: Floats = dataclasses.field(default_factory=lambda: np.empty(0))
    refit_coefficients: Floats = dataclasses.field(default_factory=lambda: np.empty((0, 0)))
    tag: str = ""

    @property
    def base(self) -> float:
        """Log-odds of the reference case."""
        return self.intercept

    @property
    def slopes(self) -> Floats:
        """Change of the log-odds per unit of each column, shape (d,)."""
        return self.coefficients / self.scale

    def log_odds(self, X: Floats) -> Floats:
        """Return the log-odds of malignancy.

        Parameters
        ----------
        X : ndarray, shape (n, 30)
            Values in the order of ``FEATURES``; a case with a missing value has no log-odds (NaN).

        Returns
        -------
        ndarray, shape (n,)
        """
        return (X - self.mean) @ self.slopes + self.intercept

    def contributions(self, X: Floats) -> Floats:
        """Return the exact additive share of each column in the log-odds, shape (n, d)."""
        return (X - self.mean) * self.slopes

    def refits(self, X: Floats) -> Floats:
        """Return the log-odds under each bootstrap refit, shape (b, n)."""
        z = (X - self.mean) / self.scale
        return self.refit_coefficients @ z.T + self.refit_intercepts[:, None]

    def calibrated(self, line: Calibration) -> LinearModel:
        """Return the model with Platt scaling folded into intercept and coefficients."""
        return dataclasses.replace(
            self,
            intercept=line.a + line.b * self.intercept,
            coefficients=line.b * self.coefficients,
        )

    def with_refits(self, refits: Sequence[LinearModel]) -> LinearModel:
        """Return the model with bootstrap refits, expressed on its own centring and scale."""
        slopes = np.array([refit.slopes for refit in refits])
        at_own_mean = [float(refit.log_odds(self.mean[None])[0]) for refit in refits]
        return dataclasses.replace(
            self, refit_intercepts=np.array(at_own_mean), refit_coefficients=slopes * self.scale
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the model as plain data, for JSON."""
        return {
            "kind": "linear",
            "name": self.name,
            "features": list(FEATURES.names),
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
            "intercept": self.intercept,
            "coefficients": self.coefficients.tolist(),
            # Refits only feed intervals; six decimals keep the file small.
            "refit_intercepts": np.round(self.refit_intercepts, 6).tolist(),
            "refit_coefficients": np.round(self.refit_coefficients, 6).tolist(),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], tag: str = "") -> LinearModel:
        """Rebuild a model from :meth:`to_dict`."""
        arrays = ("mean", "scale", "coefficients", "refit_intercepts", "refit_coefficients")
        return cls(
            name=stored["name"],
            intercept=float(stored["intercept"]),
            tag=tag,
            **{name: np.array(stored[name], dtype=np.float64) for name in arrays},
        )


def fit_linear(X: Floats, y: Labels, penalty: float, name: str = "logistic") -> LinearModel:
    """Fit the penalised model, without calibration and bootstrap refits.

    Parameters
    ----------
    X : ndarray, shape (n, 30)
        Complete training cases.
    y : ndarray of int, shape (n,)
        1 = malignant, 0 = benign.
    penalty : float
        Weight of half the squared coefficients against the sum of the losses (scikit-learn's 1/C).
    name : str
        Name of the model.
    """
    mean, scale = X.mean(axis=0), X.std(axis=0)
    design = np.column_stack([np.ones(len(X)), (X - mean) / scale])
    ridge = np.r_[0.0, np.full(X.shape[1], penalty)]
    beta = ridge_logistic(design, y.astype(np.float64), ridge)
    return LinearModel(name, mean, scale, float(beta[0]), beta[1:])
