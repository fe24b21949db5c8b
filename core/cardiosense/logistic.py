"""Logistic regression whose every coefficient can be read: encoding, fit, exact contributions."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.fields import FieldSet

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """One column of the design matrix, made from one clinical feature.

    ``"linear"`` is the value itself and ``"code"`` is 1 where the value equals ``code``, else 0.
    Either is then centred and divided by ``scale``. A missing value gives 0, which is the training
    mean of the encoded column.
    """

    feature: str
    kind: Literal["linear", "code"]
    center: float
    scale: float
    code: float = math.nan


@dataclasses.dataclass(frozen=True)
class LogisticModel:
    """A calibrated logistic model over encoded clinical features.

    Attributes
    ----------
    name : str
        Such as ``"logistic-13"``.
    features : tuple of str
        Clinical features, in column order of every matrix given to the model.
    terms : tuple of Term
        The design matrix.
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
    features: tuple[str, ...]
    terms: tuple[Term, ...]
    intercept: float
    coefficients: Floats
    refit_intercepts: Floats
    refit_coefficients: Floats
    tag: str = ""

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
        return self.encode(X) @ self.coefficients + self.intercept

    def contributions(self, X: Floats) -> Floats:
        """Return each clinical feature's additive share of the log-odds, shape (n, d)."""
        return (self.encode(X) * self.coefficients) @ self._owner

    def refits(self, X: Floats) -> Floats:
        """Return the log-odds under each bootstrap refit, shape (b, n)."""
        return self.refit_coefficients @ self.encode(X).T + self.refit_intercepts[:, None]

    def thresholds(self, feature: str) -> tuple[float, ...]:
        """Return no split values: a linear model changes everywhere."""
        if feature not in self.features:
            raise KeyError(feature)
        return ()

    def slopes(self) -> dict[str, float]:
        """Return the log-odds per unit of each feature that enters as a plain number."""
        return {
            term.feature: float(coefficient) / term.scale
            for term, coefficient in zip(self.terms, self.coefficients, strict=True)
            if term.kind == "linear"
        }

    def encode(self, X: Floats) -> Floats:
        """Return the design matrix, shape (n, k)."""
        columns = np.asarray(X, dtype=np.float64)[:, self._columns]
        raw = np.where(self._is_code, columns == self._codes, columns)
        return np.where(np.isnan(columns), 0.0, (raw - self._centers) / self._scales)

    def to_dict(self) -> dict[str, Any]:
        """Return the model as plain data, for JSON."""
        return {
            "kind": "logistic",
            "name": self.name,
            "features": list(self.features),
            "terms": [_term_to_dict(term) for term in self.terms],
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
            features=tuple(stored["features"]),
            terms=tuple(Term(**term) for term in stored["terms"]),
            intercept=float(stored["intercept"]),
            coefficients=np.array(stored["coefficients"], dtype=np.float64),
            refit_intercepts=np.array(stored["refits"]["intercepts"], dtype=np.float64),
            refit_coefficients=np.array(stored["refits"]["coefficients"], dtype=np.float64),
            tag=tag,
        )

    @functools.cached_property
    def _columns(self) -> NDArray[np.intp]:
        return np.array([self.features.index(term.feature) for term in self.terms])

    @functools.cached_property
    def _owner(self) -> Floats:
        owner = np.zeros((len(self.terms), len(self.features)))
        owner[np.arange(len(self.terms)), self._columns] = 1.0
        return owner

    @functools.cached_property
    def _is_code(self) -> NDArray[np.bool_]:
        return np.array([term.kind == "code" for term in self.terms])

    @functools.cached_property
    def _codes(self) -> Floats:
        return np.array([term.code for term in self.terms])

    @functools.cached_property
    def _centers(self) -> Floats:
        return np.array([term.center for term in self.terms])

    @functools.cached_property
    def _scales(self) -> Floats:
        return np.array([term.scale for term in self.terms])


def make_terms(X: Floats, features: Sequence[str], fields: FieldSet) -> tuple[Term, ...]:
    """Choose the encoding from the field descriptions and the training data.

    A number becomes one standardised column; a yes/no field one centred column for "yes"; a field
    with more codes one centred column for each code. Means are over the values that are present.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Training values in the order of ``features``.
    features : sequence of str
        Names of the columns, all in ``fields``.
    fields : FieldSet
        Says which features are codes.
    """
    terms: list[Term] = []
    for column, feature in zip(X.T, features, strict=True):
        present = column[~np.isnan(column)]
        spec = fields[feature]
        if not spec.is_code:
            terms.append(Term(feature, "linear", float(present.mean()), float(present.std())))
            continue
        codes = [code for code, _ in spec.choices]
        terms.extend(
            Term(feature, "code", float((present == code).mean()), 1.0, float(code))
            for code in (codes[1:] if len(codes) == 2 else codes)
        )
    return tuple(terms)


def fit_logistic(
    X: Floats,
    y: NDArray[np.int64],
    *,
    name: str,
    features: Sequence[str],
    fields: FieldSet,
    strength: float,
) -> LogisticModel:
    """Fit an L2-penalised logistic regression without bootstrap refits.

    Parameters
    ----------
    X : ndarray, shape (n, d)
        Training values; NaN = missing.
    y : ndarray of int, shape (n,)
        1 = disease.
    name : str
        Name of the model.
    features : sequence of str
        Names of the columns of ``X``.
    fields : FieldSet
        Descriptions of the features.
    strength : float
        Inverse of the penalty (``C`` in scikit-learn).
    """
    terms = make_terms(X, features, fields)
    blank = np.empty((0, len(terms)))
    model = LogisticModel(
        name, tuple(features), terms, 0.0, np.zeros(len(terms)), np.empty(0), blank
    )
    intercept, coefficients = solve(model.encode(X), y, strength)
    return dataclasses.replace(model, intercept=intercept, coefficients=coefficients)


def with_refits(
    model: LogisticModel, X: Floats, y: NDArray[np.int64], *, strength: float, b: int, seed: int
) -> LogisticModel:
    """Return the model with ``b`` refits on bootstrap samples of the patients.

    The encoding stays that of the model, so that the coefficients of all refits are comparable.
    """
    rng = np.random.default_rng(seed)
    Z = model.encode(X)
    fits = []
    for _ in range(b):
        rows = rng.integers(0, len(y), len(y))
        fits.append(solve(Z[rows], y[rows], strength))
    return dataclasses.replace(
        model,
        refit_intercepts=np.array([intercept for intercept, _ in fits]),
        refit_coefficients=np.array([coefficients for _, coefficients in fits]),
    )


def solve(Z: Floats, y: NDArray[np.int64], strength: float) -> tuple[float, Floats]:
    """Return intercept and coefficients of the L2-penalised fit on an encoded matrix."""
    from sklearn.linear_model import LogisticRegression

    fit = LogisticRegression(C=strength, tol=1e-8, max_iter=2000).fit(Z, y)
    return float(fit.intercept_[0]), np.asarray(fit.coef_[0], dtype=np.float64)


def _term_to_dict(term: Term) -> dict[str, Any]:
    stored = dataclasses.asdict(term)
    return {key: value for key, value in stored.items() if value == value}


def _rounded(values: Floats) -> list[Any]:
    # Refits only feed intervals; six decimals keep the file small.
    rounded: list[Any] = np.round(values, 6).tolist()
    return rounded
