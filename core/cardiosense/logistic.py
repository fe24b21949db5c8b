"""Logistic regression whose every coefficient can be read: fit, exact contributions, refits."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cardiosense.encoding import Encoding, make_encoding
from core.fields import FieldSet
from core.stats.platt import Calibration
from core.stats.ridge import ridge_logistic

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

SEVERITY_CUTS = (1, 2, 3)
SEVERITY_WEIGHT = 0.5


@dataclasses.dataclass(frozen=True)
class LogisticModel:
    """A calibrated logistic model over encoded clinical features.

    Attributes
    ----------
    name : str
        Such as ``"logistic-13"``.
    encoding : Encoding
        From clinical values to columns.
    intercept : float
        Log-odds of a patient whose every encoded column equals the training mean.
    coefficients : ndarray, shape (k,)
        Change of the log-odds per unit of the encoded (centred, scaled) column.
    refit_intercepts : ndarray, shape (b,)
        Intercepts of the bootstrap refits.
    refit_coefficients : ndarray, shape (b, k)
        Coefficients of the bootstrap refits, on the same encoding.
    tag : str
        Artefact and model name, shown beside results.
    """

    name: str
    encoding: Encoding
    intercept: float
    coefficients: Floats
    refit_intercepts: Floats = dataclasses.field(default_factory=lambda: np.empty(0))
    refit_coefficients: Floats = dataclasses.field(default_factory=lambda: np.empty((0, 0)))
    tag: str = ""

    @property
    def features(self) -> tuple[str, ...]:
        """Clinical features, in column order of every matrix given to the model."""
        return self.encoding.features

    @property
    def base(self) -> float:
        """Log-odds of the reference patient: the training mean of every encoded column."""
        return self.intercept

    def log_odds(self, X: Floats) -> Floats:
        """Return the log-odds of disease.

        Parameters
        ----------
        X : ndarray, shape (n, d)
            Clinical values in the order of ``features``; NaN = missing.

        Returns
        -------
        ndarray, shape (n,)
        """
        return self.encoding(X) @ self.coefficients + self.intercept

    def contributions(self, X: Floats) -> Floats:
        """Return each clinical feature's additive share of the log-odds, shape (n, d)."""
        return self.encoding.by_feature(self.encoding(X) * self.coefficients)

    def refits(self, X: Floats) -> Floats:
        """Return the log-odds under each bootstrap refit, shape (b, n)."""
        return self.refit_coefficients @ self.encoding(X).T + self.refit_intercepts[:, None]

    def thresholds(self, feature: str) -> tuple[float, ...]:
        """Return no split values: a linear model changes everywhere."""
        if feature not in self.features:
            raise KeyError(feature)
        return ()

    def slopes(self) -> dict[str, float]:
        """Return the log-odds per unit of each feature that enters as a plain number."""
        return {
            term.feature: float(coefficient) / term.scale
            for term, coefficient in zip(self.encoding.terms, self.coefficients, strict=True)
            if term.kind == "linear"
        }

    def calibrated(self, scale: Calibration) -> LogisticModel:
        """Return the model with Platt scaling folded into intercept and coefficients."""
        return dataclasses.replace(
            self,
            intercept=scale.a + scale.b * self.intercept,
            coefficients=scale.b * self.coefficients,
        )

    def recoded(self, encoding: Encoding) -> tuple[float, Floats]:
        """Return intercept and coefficients of the same function on another centring and scale.

        Parameters
        ----------
        encoding : Encoding
            Same terms in the same order, but with other means and divisors.
        """
        own = self.encoding
        shift = (encoding.centers - own.centers) / own.scales
        intercept = self.intercept + float(shift @ self.coefficients)
        return intercept, self.coefficients * encoding.scales / own.scales

    def with_refits(self, refits: Sequence[LogisticModel]) -> LogisticModel:
        """Return the model with bootstrap refits, expressed on its own encoding."""
        recoded = [refit.recoded(self.encoding) for refit in refits]
        return dataclasses.replace(
            self,
            refit_intercepts=np.array([intercept for intercept, _ in recoded]),
            refit_coefficients=np.array([coefficients for _, coefficients in recoded]),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the model as plain data, for JSON."""
        return {
            "kind": "logistic",
            "name": self.name,
            "encoding": self.encoding.to_dict(),
            "intercept": self.intercept,
            "coefficients": self.coefficients.tolist(),
            "refits": {
                "intercepts": _rounded(self.refit_intercepts),
                "coefficients": _rounded(self.refit_coefficients),
            },
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any], tag: str = "") -> LogisticModel:
        """Rebuild a model from :meth:`to_dict`."""
        return cls(
            name=stored["name"],
            encoding=Encoding.from_dict(stored["encoding"]),
            intercept=float(stored["intercept"]),
            coefficients=np.array(stored["coefficients"], dtype=np.float64),
            refit_intercepts=np.array(stored["refits"]["intercepts"], dtype=np.float64),
            refit_coefficients=np.array(stored["refits"]["coefficients"], dtype=np.float64),
            tag=tag,
        )


def fit_logistic(
    X: Floats,
    severity: Labels,
    *,
    name: str,
    features: Sequence[str],
    fields: FieldSet,
    penalty: float,
) -> LogisticModel:
    """Fit the penalised model, without calibration and bootstrap refits.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Training values; NaN = missing.
    severity : ndarray of int, shape (n,)
        0 = no disease; 1 and above = disease, of rising severity where the source tells.
    name : str
        Name of the model.
    features : sequence of str
        Names of the columns of ``X``.
    fields : FieldSet
        Descriptions of the features.
    penalty : float
        Weight of half the squared coefficients against the mean loss of a patient.
    """
    encoding = make_encoding(X, features, fields)
    intercept, coefficients = solve(encoding(X), severity, penalty)
    return LogisticModel(name, encoding, intercept, coefficients)


def solve(Z: Floats, severity: Labels, penalty: float) -> tuple[float, Floats]:
    """Return intercept and coefficients for the log-odds of severity >= 1.

    Where severity has more than two levels, the questions "severity >= 2" and "severity >= 3" are
    fitted along with half weight: same coefficients, own intercepts (a cumulative-logit model by
    composite likelihood). Knowing how severe the disease was steadies the shared coefficients.

    Parameters
    ----------
    Z : ndarray, shape (n, k)
        Encoded matrix.
    severity : ndarray of int, shape (n,)
        Outcome; 0 and 1 only gives plain ridge logistic regression.
    penalty : float
        Weight of half the squared coefficients against the mean loss; intercepts are free.
    """
    n, k = Z.shape
    cuts = [cut for cut in SEVERITY_CUTS if cut == 1 or np.any(severity >= cut)]
    outcome = np.concatenate([severity >= cut for cut in cuts]).astype(np.float64)
    weight = np.repeat([1.0 if cut == 1 else SEVERITY_WEIGHT for cut in cuts], n)
    design = np.hstack([np.repeat(np.eye(len(cuts)), n, axis=0), np.tile(Z, (len(cuts), 1))])
    ridge = np.r_[np.zeros(len(cuts)), np.full(k, penalty * n)]
    beta = ridge_logistic(design, outcome, ridge, weight)
    return float(beta[0]), beta[len(cuts) :]


def _rounded(values: Floats) -> list[Any]:
    # Refits only feed intervals; six decimals keep the file small.
    rounded: list[Any] = np.round(values, 6).tolist()
    return rounded
