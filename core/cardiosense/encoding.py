"""From clinical values to the columns of a linear model, and back to the clinical features."""

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
    """One encoded column, made from one clinical feature.

    ``"linear"`` is the value itself and ``"code"`` is 1 where the value equals ``code``, else 0.
    Either is then centred and divided by ``scale``. A missing value gives 0, which is the training
    mean of the encoded column.
    """

    feature: str
    kind: Literal["linear", "code"]
    center: float
    scale: float
    code: float = math.nan

    def to_dict(self) -> dict[str, Any]:
        """Return the term as plain data."""
        stored = dataclasses.asdict(self)
        if self.kind == "linear":
            del stored["code"]
        return stored


@dataclasses.dataclass(frozen=True)
class Encoding:
    """The columns of a linear model.

    Attributes
    ----------
    features : tuple of str
        Clinical features, in column order of the matrices to encode.
    terms : tuple of Term
        The encoded columns.
    """

    features: tuple[str, ...]
    terms: tuple[Term, ...]

    def __call__(self, X: Floats) -> Floats:
        """Return the encoded matrix, shape (n, len(terms)), of clinical values (n, d)."""
        columns = np.asarray(X, dtype=np.float64)[:, self._columns]
        raw = np.where(self._is_code, columns == self._codes, columns)
        encoded = (raw - self.centers) / self.scales
        return np.where(np.isnan(columns), 0.0, encoded)

    def by_feature(self, Z: Floats) -> Floats:
        """Sum encoded columns (n, len(terms)) within each clinical feature, shape (n, d)."""
        return Z @ self._owner

    @functools.cached_property
    def centers(self) -> Floats:
        """Training means of the columns before centring."""
        return np.array([term.center for term in self.terms])

    @functools.cached_property
    def scales(self) -> Floats:
        """Divisors of the columns."""
        return np.array([term.scale for term in self.terms])

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

    def to_dict(self) -> dict[str, Any]:
        """Return the encoding as plain data."""
        return {
            "features": list(self.features),
            "terms": [term.to_dict() for term in self.terms],
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Encoding:
        """Rebuild an encoding from :meth:`to_dict`."""
        return cls(tuple(stored["features"]), tuple(Term(**term) for term in stored["terms"]))


def make_encoding(X: Floats, features: Sequence[str], fields: FieldSet) -> Encoding:
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
    return Encoding(tuple(features), tuple(terms))
