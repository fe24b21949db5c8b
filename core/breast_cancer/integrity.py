"""Do the thirty values of a case fit together? Each one judged from the other twenty-nine.

A wrong unit, a swapped column or an imputed cell keeps every value in its usual range, so a score
of single columns (a z-score) misses it, and calls the large nuclei of sick patients unusual
instead. Here each logarithm is predicted from all the others; what is left over, in units of its
own spread, shows the column that does not belong. The largest leftover is the case's score, and
its rank among the reference cases is the p value.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.breast_cancer.schema import FEATURES
from core.errors import InputError, NotEnoughDataError
from core.stats.conformal import conformal_p

Floats = NDArray[np.float64]

SHRINKAGE = 1e-3
"""Added to the variances, as a share of each, so that the covariance can always be inverted."""

MIN_REFERENCE = 200
"""Fewest reference cases for thirty columns."""

FLAG_LEVEL = 0.05
"""A case is flagged when its p value is at or below this: the false-alarm rate."""

UNIT_FACTORS = {
    10.0: "10", 100.0: "100", 1000.0: "1,000", 2.54: "2.54", 25.4: "25.4",
}  # fmt: skip
"""Factors between units in use: decimal prefixes, and inches to centimetres or millimetres."""

UNIT_TOLERANCE = 3.0
"""How far a ratio may lie from a factor, in conditional standard deviations of the logarithm."""


@dataclasses.dataclass(frozen=True)
class IntegrityReference:
    """Reference cases, reduced to what judging a case needs.

    Attributes
    ----------
    offset : ndarray, shape (d,)
        Added before the logarithm: half the smallest positive value of a column that holds zeros,
        else 0.
    mean, scale : ndarray, shape (d,)
        Mean and standard deviation of the logarithms.
    precision : ndarray, shape (d, d)
        Inverse of the correlation of the logarithms.
    calibration_residuals : ndarray, shape (n, d)
        Residuals of the reference cases, each from a fit without that case.
    """

    offset: Floats
    mean: Floats
    scale: Floats
    precision: Floats
    calibration_residuals: Floats

    @property
    def n(self) -> int:
        """Number of reference cases."""
        return len(self.calibration_residuals)

    @functools.cached_property
    def calibration(self) -> Floats:
        """Scores of the reference cases, ascending, each from a fit without that case."""
        return np.sort(np.abs(self.calibration_residuals).max(axis=1))

    @functools.cached_property
    def spread(self) -> Floats:
        """Standard deviation of each logarithm given all the others, shape (d,)."""
        spread: Floats = self.scale / np.sqrt(np.diag(self.precision))
        return spread

    def residuals(self, X: Floats) -> Floats:
        """Return each logarithm minus its prediction from the others, in units of its spread.

        Parameters
        ----------
        X : ndarray, shape (n, d)
            Cases; a case with a missing value has no residuals (NaN).

        Returns
        -------
        ndarray, shape (n, d)
        """
        z = (self._logs(X) - self.mean) / self.scale
        residuals: Floats = z @ (self.precision / np.sqrt(np.diag(self.precision)))
        return residuals

    def score(self, X: Floats) -> Floats:
        """Return the largest absolute residual of each case, shape (n,); NaN where incomplete."""
        largest: Floats = np.abs(self.residuals(X)).max(axis=1)
        return largest

    def p_value(self, scores: Floats) -> Floats:
        """Return the conformal p value of each score: small where a case does not fit together.

        If a case is exchangeable with the reference cases, its p value is at or below a with a
        probability of at most a, up to the difference between a reference fit with and without a
        single case (the scores of the reference come from leave-one-out fits).

        References
        ----------
        Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World (2005), chapter 2;
        Barber et al., Annals of Statistics 49 (2021) 486-507, for leave-one-out scores.
        """
        return conformal_p(scores, self.calibration)

    def expected(self, X: Floats, residuals: Floats, columns: NDArray[np.intp]) -> Floats:
        """Return the value that one column of each case should have, given the others, shape (n,).

        It is the median of the conditional distribution, on the column's own scale.
        """
        rows = np.arange(len(X))
        logs = np.log(X[rows, columns] + self.offset[columns])
        predicted = logs - residuals[rows, columns] * self.spread[columns]
        expected: Floats = np.exp(predicted) - self.offset[columns]
        return np.maximum(expected, 0.0)

    def _logs(self, X: Floats) -> Floats:
        return np.log(X + self.offset)

    def to_dict(self) -> dict[str, Any]:
        """Return the reference as plain data, for JSON."""
        return {f.name: getattr(self, f.name).tolist() for f in dataclasses.fields(self)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> IntegrityReference:
        """Rebuild a reference from :meth:`to_dict`."""
        return cls(**{f.name: np.array(stored[f.name], dtype=np.float64)
                      for f in dataclasses.fields(cls)})  # fmt: skip


def fit_reference(X: ArrayLike) -> IntegrityReference:
    """Learn how the columns belong together from reference cases.

    Parameters
    ----------
    X : array_like, shape (n, 30)
        Complete cases: no missing value, none below 0.

    Raises
    ------
    InputError
        If a value is missing or negative, or a column is constant.
    NotEnoughDataError
        If there are fewer than ``MIN_REFERENCE`` cases.
    """
    cases = np.asarray(X, dtype=np.float64)
    _require_usable(cases)
    offset = log_offsets(cases)
    logs = np.log(cases + offset)
    mean, scale = logs.mean(axis=0), logs.std(axis=0, ddof=1)
    z = (logs - mean) / scale
    precision = _inverse(z.T @ z / (len(z) - 1))
    return IntegrityReference(offset, mean, scale, precision, _left_out(z))


def _left_out(z: Floats) -> Floats:
    """Return the residuals of each case under the fit to all the others, shape (n, d)."""
    n, d = z.shape
    residuals = np.empty((n, d))
    total, products = z.sum(axis=0), z.T @ z
    for i, row in enumerate(z):
        mean = (total - row) / (n - 1)
        covariance = (products - np.outer(row, row) - (n - 1) * np.outer(mean, mean)) / (n - 2)
        precision = _inverse(covariance)
        residuals[i] = (row - mean) @ precision / np.sqrt(np.diag(precision))
    return residuals


def _inverse(covariance: Floats) -> Floats:
    shrunk = covariance + SHRINKAGE * np.diag(np.diag(covariance))
    return np.asarray(np.linalg.inv(shrunk), dtype=np.float64)


def log_offsets(X: Floats) -> Floats:
    """Return what is added to each column before the logarithm: 0 unless it holds zeros."""
    positive = np.where(X > 0, X, np.inf).min(axis=0)
    return np.where((X == 0).any(axis=0), positive / 2, 0.0)


def _require_usable(X: Floats) -> None:
    if X.ndim != 2 or X.shape[1] != len(FEATURES.names):
        message = f"A reference has {len(FEATURES.names)} columns, not shape {X.shape}."
        raise InputError(message)
    if len(X) < MIN_REFERENCE:
        raise NotEnoughDataError(
            f"The reference has {len(X)} complete cases; {MIN_REFERENCE} are needed to learn how "
            f"{len(FEATURES.names)} columns belong together."
        )
    for name, column in zip(FEATURES.names, X.T, strict=True):
        if not np.isfinite(column).all() or column.min() < 0:
            raise InputError(
                f"{name}: the reference holds a missing or negative value. Leave such cases out."
            )
        if np.ptp(column) == 0:
            raise InputError(
                f"{name}: the reference holds a single value ({column[0]:g}), so nothing can be "
                "learnt about the column. Check the file."
            )


@dataclasses.dataclass(frozen=True, slots=True)
class Blame:
    """The column that fits the others least.

    Attributes
    ----------
    column : str
        Field name.
    observed, expected : float
        The value, and the one the other columns suggest.
    low, high : float
        Where 95 % of such values lie, given the other columns.
    ratio : float
        Observed divided by expected; infinite where nothing is expected.
    residual : float
        Distance in conditional standard deviations of the logarithm, with its sign.
    unit_guess : str
        A factor between units that explains the ratio, such as ``"x 10"`` or ``"/ 2.54"``; empty
        if none does.
    """

    column: str
    observed: float
    expected: float
    low: float
    high: float
    ratio: float
    residual: float
    unit_guess: str

    def to_dict(self) -> dict[str, float | str | None]:
        """Return the finding as plain data; a ratio that is not finite becomes ``None``."""
        plain = dataclasses.asdict(self)
        return plain | {"ratio": self.ratio if np.isfinite(self.ratio) else None}

    def sentence(self) -> str:
        """Return the finding as a sentence."""
        label = FEATURES[self.column].label
        text = (
            f"{label} {self.observed:.4g} does not fit the other 29 values; expected about "
            f"{self.expected:.4g} ({self.low:.4g} to {self.high:.4g})."
        )
        if self.unit_guess:
            text += f" That is {self.unit_guess}: check the unit."
        return text


def blame(reference: IntegrityReference, case: Floats) -> Blame:
    """Name the column of one complete case that fits the others least.

    Parameters
    ----------
    reference : IntegrityReference
        What the case is held against.
    case : ndarray, shape (30,)
        A complete case.
    """
    row = np.asarray(case, dtype=np.float64)[None]
    residuals = reference.residuals(row)
    columns, ratios = blamed(reference, row, residuals)
    j, ratio = int(columns[0]), float(ratios[0])
    expected = float(reference.expected(row, residuals, columns)[0])
    offset, half = reference.offset[j], 1.96 * reference.spread[j]
    low, high = (max((expected + offset) * np.exp(s) - offset, 0.0) for s in (-half, half))
    guess = unit_guesses(reference, columns, row[0, columns], residuals[0, columns])[0]
    return Blame(
        column=FEATURES.names[j],
        observed=float(row[0, j]),
        expected=expected,
        low=float(low),
        high=float(high),
        ratio=ratio,
        residual=float(residuals[0, j]),
        unit_guess=str(guess),
    )


def blamed(
    reference: IntegrityReference, X: Floats, residuals: Floats
) -> tuple[NDArray[np.intp], Floats]:
    """Return the index of the blamed column of each complete case, and observed over expected."""
    columns = np.abs(residuals).argmax(axis=1)
    expected = reference.expected(X, residuals, columns)
    observed = X[np.arange(len(X)), columns]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(observed == expected, 1.0, observed / expected)  # both may be 0
    return columns, ratios


def unit_guesses(
    reference: IntegrityReference, columns: NDArray[np.intp], values: Floats, residuals: Floats
) -> NDArray[np.object_]:
    """Return for each value the factor between units that explains it, or an empty text.

    The factor is the one that, taken back, leaves the smallest residual; it is named if that lies
    within ``UNIT_TOLERANCE`` and the value as given does not.

    Parameters
    ----------
    reference : IntegrityReference
        What the values are held against.
    columns : ndarray of int, shape (n,)
        Position of the field of each value.
    values, residuals : ndarray, shape (n,)
        The values as given, and their residuals.
    """
    offset, spread = reference.offset[columns], reference.spread[columns]
    factors = np.array(list(UNIT_FACTORS))
    names = [f"{sign} {name}" for sign in "x/" for name in UNIT_FACTORS.values()]
    back = values[:, None] * np.concatenate([1 / factors, factors])
    shift = np.log(back + offset[:, None]) - np.log(values + offset)[:, None]
    left = np.abs(residuals[:, None] + shift / spread[:, None])
    best = left.argmin(axis=1)
    explained = left[np.arange(len(best)), best] <= UNIT_TOLERANCE
    guess = explained & (np.abs(residuals) > UNIT_TOLERANCE)
    return np.where(guess, np.array(names, dtype=object)[best], "")
