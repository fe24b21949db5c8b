"""Invented cases that look like the real ones: for streams longer than the table.

Two generators, both on the logarithms and one per diagnosis.

``smoothed``: a real case, moved by a little Gaussian noise with the covariance of its class and
drawn back to the class mean by as much as the noise would widen it (smoothed bootstrap with the
variance kept). Real cases take turns, so that none comes more often than others by chance.
``copula``: a Gaussian copula with the interpolated marginal distributions.

The copula invents cases freely but keeps the columns together less tightly than nature: it draws
radius, perimeter and area one by one, so the integrity score flags many of its rows. Hence the
smoothed bootstrap is the default; :func:`core.breast_cancer.generator_quality.quality` measures
both.
"""

from __future__ import annotations

import dataclasses
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.integrity import log_offsets
from core.errors import InputError, NotEnoughDataError

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Rng = np.random.Generator
Kind = Literal["smoothed", "copula"]

BANDWIDTH = 0.4
"""Standard deviation of the noise of ``smoothed``, as a share of that of the class."""

MIN_CLASS = 35
"""Fewest cases of a diagnosis: the covariance of thirty columns needs more than thirty."""


class Law(Protocol):
    """Draws the logarithms of one diagnosis."""

    def draw(self, n: int, rng: Rng) -> Floats:
        """Return the logarithms of n cases, shape (n, 30)."""
        ...


@dataclasses.dataclass(frozen=True)
class Smoothed:
    """Smoothed, balanced bootstrap of one diagnosis.

    Attributes
    ----------
    logs : ndarray, shape (m, 30)
        Logarithms of the real cases.
    factor : ndarray, shape (30, 30)
        Lower Cholesky factor of their covariance.

    References
    ----------
    Silverman and Young, Biometrika 74 (1987) 469-479, for the smoothing with the variance kept;
    Davison, Hinkley and Schechtman, Biometrika 73 (1986) 555-566, for the balance.
    """

    logs: Floats
    factor: Floats

    @classmethod
    def fit(cls, logs: Floats) -> Smoothed:
        """Learn from the logarithms of real cases, shape (m, 30)."""
        return cls(logs, _root(np.cov(logs.T)))

    def draw(self, n: int, rng: Rng) -> Floats:
        """Return the logarithms of n cases, shape (n, 30)."""
        m, centre = len(self.logs), self.logs.mean(axis=0)
        turns = np.concatenate([rng.permutation(m) for _ in range(-(-n // m))] or [np.arange(0)])
        chosen = self.logs[rng.permutation(turns[:n])] - centre
        noise = BANDWIDTH * rng.standard_normal(chosen.shape) @ self.factor.T
        moved: Floats = centre + (chosen + noise) / np.sqrt(1 + BANDWIDTH**2)
        return moved


@dataclasses.dataclass(frozen=True)
class Copula:
    """Gaussian copula of one diagnosis.

    Attributes
    ----------
    ordered : ndarray, shape (m, 30)
        Logarithms of the real cases, every column in ascending order.
    factor : ndarray, shape (30, 30)
        Lower Cholesky factor of the correlation of the normal scores.
    """

    ordered: Floats
    factor: Floats

    @classmethod
    def fit(cls, logs: Floats) -> Copula:
        """Learn from the logarithms of real cases, shape (m, 30)."""
        from scipy.special import ndtri
        from scipy.stats import rankdata

        normal = ndtri((rankdata(logs, axis=0) - 0.5) / len(logs))
        return cls(np.sort(logs, axis=0), _root(np.atleast_2d(np.corrcoef(normal.T))))

    def draw(self, n: int, rng: Rng) -> Floats:
        """Return the logarithms of n cases, shape (n, 30)."""
        from scipy.special import ndtr

        ranks = ndtr(rng.standard_normal((n, len(self.factor))) @ self.factor.T)
        grid = (np.arange(len(self.ordered)) + 0.5) / len(self.ordered)
        columns = zip(ranks.T, self.ordered.T, strict=True)
        return np.column_stack([np.interp(rank, grid, values) for rank, values in columns])


LAWS: dict[Kind, type[Smoothed] | type[Copula]] = {"smoothed": Smoothed, "copula": Copula}


@dataclasses.dataclass(frozen=True)
class Generator:
    """Draws cases of both diagnoses.

    Attributes
    ----------
    kind : {"smoothed", "copula"}
        How cases are drawn.
    offset : ndarray, shape (30,)
        Added before the logarithm, as in the integrity reference.
    laws : tuple of Law
        Of benign and of malignant cases.
    prevalence : float
        Share of malignant cases that it was fitted to.
    n : int
        Cases that it was fitted to.
    """

    kind: Kind
    offset: Floats
    laws: tuple[Law, Law]
    prevalence: float
    n: int

    def draw(
        self, n: int, rng: Rng | int, prevalence: float | None = None
    ) -> tuple[Floats, Labels]:
        """Return n exchangeable cases and their diagnoses.

        Parameters
        ----------
        n : int
            Number of cases.
        rng : Generator or int
            Source of chance, or its seed.
        prevalence : float, optional
            Probability that a case is malignant; by default that of the real cases.

        Returns
        -------
        X : ndarray, shape (n, 30)
            None is negative; 0 occurs only in columns where real cases have it.
        y : ndarray of int, shape (n,)
            1 = malignant, 0 = benign.

        Raises
        ------
        InputError
            If the prevalence is not between 0 and 1.
        """
        share = self.prevalence if prevalence is None else prevalence
        if not 0 <= share <= 1:
            raise InputError(f"A share of malignant cases of {share:g} is none; give 0 to 1.")
        chance = np.random.default_rng(rng)
        y = (chance.random(n) < share).astype(np.int64)
        X = np.empty((n, len(self.offset)))
        for label, law in enumerate(self.laws):
            logs = law.draw(int(np.sum(y == label)), chance)
            X[y == label] = np.maximum(np.exp(logs) - self.offset, 0.0)
        return X, y


def fit_generator(X: Floats, y: Labels, kind: Kind = "smoothed") -> Generator:
    """Learn to invent cases from real ones.

    What is drawn resembles these very cases. To test a model or a reference with it, fit it to
    cases that they have not seen.

    Parameters
    ----------
    X : ndarray, shape (n, 30)
        Complete cases.
    y : ndarray of int, shape (n,)
        1 = malignant, 0 = benign.
    kind : {"smoothed", "copula"}
        How cases are drawn.

    Raises
    ------
    NotEnoughDataError
        If a diagnosis has fewer than ``MIN_CLASS`` cases.
    """
    offset = log_offsets(X)
    for label, name in enumerate(("benign", "malignant")):
        count = int(np.sum(y == label))
        if count < MIN_CLASS:
            raise NotEnoughDataError(
                f"There are {count} {name} cases; {MIN_CLASS} are needed to invent others."
            )
    logs = np.log(X + offset)
    law = LAWS[kind]
    laws = (law.fit(logs[y == 0]), law.fit(logs[y == 1]))
    return Generator(kind, offset, laws, float(np.mean(y)), len(y))


def _root(covariance: Floats) -> Floats:
    """Return the lower Cholesky factor."""
    return np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
