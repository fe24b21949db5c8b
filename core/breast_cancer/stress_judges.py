"""Models and references that have not seen the rows they judge, and the rows for them."""

from __future__ import annotations

import dataclasses
import functools
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.breast_cancer.data import wdbc
from core.breast_cancer.drift_reference import DriftReference
from core.breast_cancer.generator import Generator, fit_generator
from core.breast_cancer.integrity import FLAG_LEVEL, IntegrityReference, fit_reference
from core.breast_cancer.linear import LinearModel, fit_linear
from core.breast_cancer.zscore import zmonitor
from core.stats.resample import assign_folds

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Bools = NDArray[np.bool_]
Source = Literal["held-out", "smoothed", "copula"]

PENALTY = 1.0
INNER_FOLDS = 5
FOLDS: dict[Source, int] = {"held-out": 5, "smoothed": 2, "copula": 2}
METHODS: dict[Source, str] = {
    "held-out": "Real cases in 5 folds: each is judged by a model and a reference refitted on the "
    "other four.",
    "smoothed": "Invented cases (smoothed bootstrap): the generator is fitted to one half of the "
    "table, model and reference to the other, both ways round.",
    "copula": "Invented cases (Gaussian copula): the generator is fitted to one half of the table, "
    "model and reference to the other, both ways round.",
}
"""Where the rows of a stress test come from."""


@dataclasses.dataclass(frozen=True)
class Judge:
    """Everything fitted to one part of the table, and the other part.

    Attributes
    ----------
    X, y : ndarray, shape (n, 30) and (n,)
        The cases that model and reference were fitted to.
    unseen, unseen_y : ndarray, shape (m, 30) and (m,)
        The others.
    model : LinearModel
        Logistic regression on the thirty columns, as the champion is.
    integrity : IntegrityReference
        What the values of a case are held against.
    generator : Generator or None
        Fitted to the other cases; None if these are used themselves.
    """

    X: Floats
    y: Labels
    unseen: Floats
    unseen_y: Labels
    model: LinearModel
    integrity: IntegrityReference
    generator: Generator | None

    def draw(self, n: int, rng: np.random.Generator) -> tuple[Floats, Labels]:
        """Return up to n cases that model and reference have not seen."""
        if self.generator is not None:
            return self.generator.draw(n, rng)
        chosen = rng.permutation(len(self.unseen_y))[:n]
        return self.unseen[chosen], self.unseen_y[chosen]

    @functools.cached_property
    def drift_reference(self) -> DriftReference:
        """What a batch is held against; its log-odds come from inner folds."""
        folds = assign_folds(self.y, INNER_FOLDS, 0)
        log_odds = np.empty(len(self.y))
        for k in range(INNER_FOLDS):
            inner = fit_linear(self.X[folds != k], self.y[folds != k], PENALTY)
            log_odds[folds == k] = inner.log_odds(self.X[folds == k])
        return DriftReference(
            table=self.X,
            integrity=self.integrity,
            log_odds=log_odds,
            predict=self.model.log_odds,
            prior=float(self.y.mean()),
            model="refitted",
        )


@functools.lru_cache(maxsize=8)
def judges(source: Source, seed: int) -> tuple[Judge, ...]:
    """Return one judge a fold; every case of the table is held back from exactly one of them."""
    cohort = wdbc()
    folds = assign_folds(cohort.y, FOLDS[source], seed)
    return tuple(_judge(source, cohort.X, cohort.y, folds == k) for k in range(FOLDS[source]))


def _judge(source: Source, X: Floats, y: Labels, held: Bools) -> Judge:
    generator = None if source == "held-out" else fit_generator(X[held], y[held], source)
    return Judge(
        X=X[~held],
        y=y[~held],
        unseen=X[held],
        unseen_y=y[held],
        model=fit_linear(X[~held], y[~held], PENALTY),
        integrity=fit_reference(X[~held]),
        generator=generator,
    )


@dataclasses.dataclass(frozen=True)
class Seen:
    """Rows as they look to the model and the two monitors; every array of shape (n,).

    Attributes
    ----------
    y : ndarray of int
        Diagnoses.
    p : ndarray
        Probability of malignancy; NaN for a row with a missing value, which is refused.
    score : ndarray
        Integrity score; infinite for a refused row.
    flagged : ndarray of bool
        Whether the row is flagged or refused.
    z : ndarray
        Largest abs(z) of the thirty columns; a missing value counts as 0.
    critical, drifting : ndarray of bool
        The predecessor's verdicts.
    """

    y: Labels
    p: Floats
    score: Floats
    flagged: Bools
    z: Floats
    critical: Bools
    drifting: Bools

    def select(self, rows: Bools) -> Seen:
        """Return some of the rows."""
        return Seen(*(getattr(self, f.name)[rows] for f in dataclasses.fields(self)))


def see(judge: Judge, X: Floats, y: Labels) -> Seen:
    """Return rows as one judge sees them."""
    score = judge.integrity.score(X)
    refused = np.isnan(score)
    verdicts = zmonitor().assess(X)
    deviation = np.abs((X - judge.X.mean(axis=0)) / judge.X.std(axis=0, ddof=1))
    return Seen(
        y=y,
        p=expit(judge.model.log_odds(X)),
        score=np.where(refused, np.inf, score),
        flagged=refused | (judge.integrity.p_value(score) <= FLAG_LEVEL),
        z=np.nan_to_num(deviation, nan=0.0).max(axis=1),
        critical=verdicts.critical,
        drifting=verdicts.drifting,
    )


def together(parts: list[Seen]) -> Seen:
    """Return the rows of all judges as one."""
    names = [f.name for f in dataclasses.fields(Seen)]
    return Seen(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
