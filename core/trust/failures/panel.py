"""When the model is wrong: which classes, how confident it is then, in whom, and by whose record.

The confidence of a row is the probability of the class it was *called*: what the model itself says
about the chance that this call is right. With a threshold other than one half that is not the
largest probability of the row, and a positive call just above a threshold of 0.2 is one of low
confidence, as it should be.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.stats.concordance import Concordance, concordance
from core.stats.intervals import Interval, undefined, wilson
from core.stats.mean_loss import mean_loss
from core.stats.row_order import content_order
from core.stats.score_table import score_table
from core.stats.selective import (
    NO_ERRORS,
    NO_RIGHT,
    Abstention,
    RiskCoverage,
    abstention,
    risk_coverage,
)
from core.trust.failures.label_suspects import LabelSuspects, label_suspects
from core.trust.failures.slices import Slices, error_slices
from core.trust.predictions import Predictions

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

BINS = 20
"""Bins of the histograms of confidence."""

LISTED = 10
"""Most confident errors that are listed."""

NO_PROBA = "only calls are known, without probabilities"


@dataclasses.dataclass(frozen=True, slots=True)
class ClassErrors:
    """Wrong calls among the rows of one class.

    Attributes
    ----------
    name : str
        The true class.
    support, errors : int
        Rows of the class, and those called something else.
    rate : Interval
        Share of errors, Wilson; NaN where no row is of the class.
    confidence : Interval
        Mean confidence of the errors; NaN without errors or without probabilities.
    """

    name: str
    support: int
    errors: int
    rate: Interval
    confidence: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain data."""
        plain = {"name": self.name, "support": self.support, "errors": self.errors}
        return {
            **plain,
            "rate": self.rate.to_dict(),
            "confidence": self.confidence.to_dict(),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class ConfidentError:
    """One wrong call.

    Attributes
    ----------
    row : int
        Its position, counted from 0.
    outcome, called : str
        What it is, and what it was called.
    confidence : float
        Probability of the class it was called.
    """

    row: int
    outcome: str
    called: str
    confidence: float

    def to_dict(self) -> dict[str, Any]:
        """Return the error as plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class FailurePanel:
    """Wrong calls, seen from every side.

    Attributes
    ----------
    n, errors : int
        Rows, and wrong calls.
    rate : Interval
        Share of wrong calls, Wilson.
    by_class : tuple of ClassErrors
        The same for the rows of each class.
    edges : ndarray, shape (21,)
        Limits of the bins of confidence; the upper one belongs to the next bin, except in the last.
    right, wrong : ndarray of int, shape (20,), or None
        Right and wrong calls by confidence.
    confident_errors : tuple of ConfidentError
        The most confident ones; equal confidence is ordered by position.
    ranking : Interval
        Share of pairs of a right and a wrong call in which the right one is more confident. NaN
        without errors, without right calls, and without probabilities.
    concordance : Concordance or None
        What the tests of the ranking need.
    selective : RiskCoverage or None
        Error rate by coverage, if the least confident rows are left to someone else.
    abstention : tuple of Abstention
        For some error rates, the largest coverage at which they are shown to be kept.
    slices : Slices or None
        Groups of rows with more errors; ``None`` where no feature or group varies.
    labels : LabelSuspects or None
        Records that may be mistaken.
    """

    n: int
    errors: int
    rate: Interval
    by_class: tuple[ClassErrors, ...]
    edges: Floats
    right: Counts | None
    wrong: Counts | None
    confident_errors: tuple[ConfidentError, ...]
    ranking: Interval
    concordance: Concordance | None
    selective: RiskCoverage | None
    abstention: tuple[Abstention, ...]
    slices: Slices | None
    labels: LabelSuspects | None

    def to_dict(self) -> dict[str, Any]:
        """Return the panel as plain data; what is undefined is ``None``."""
        right, wrong = self.right, self.wrong
        return {
            "n": self.n,
            "errors": self.errors,
            "rate": self.rate.to_dict(),
            "by_class": [one.to_dict() for one in self.by_class],
            "edges": self.edges.tolist(),
            "right": None if right is None else right.tolist(),
            "wrong": None if wrong is None else wrong.tolist(),
            "confident_errors": [one.to_dict() for one in self.confident_errors],
            "ranking": self.ranking.to_dict(),
            "selective": None if self.selective is None else self.selective.to_dict(),
            "abstention": [one.to_dict() for one in self.abstention],
            "slices": None if self.slices is None else self.slices.to_dict(),
            "labels": None if self.labels is None else self.labels.to_dict(),
        }


def failures_panel(predictions: Predictions, *, seed: int = 0) -> FailurePanel:
    """Measure the wrong calls.

    Parameters
    ----------
    predictions : Predictions
        Of at least one row that the model was not trained on.
    seed : int
        Seed of the halves in which slices are searched and confirmed.
    """
    confidence, wrong = predictions.confidence, ~predictions.correct
    errors = int(wrong.sum())
    edges = np.arange(BINS + 1) / BINS
    ranked = _Ranked(undefined(predictions.n, NO_PROBA))
    counts: tuple[Counts | None, Counts | None] = (None, None)
    if confidence is not None:
        ranked = _ranked(confidence, wrong)
        counts = _histogram(confidence[~wrong], edges), _histogram(confidence[wrong], edges)
    proba = () if predictions.proba is None else (predictions.proba,)
    return FailurePanel(
        n=predictions.n,
        errors=errors,
        rate=wilson(errors, predictions.n),
        by_class=tuple(
            _class_errors(name, predictions.y == place, wrong, confidence)
            for place, name in enumerate(predictions.classes)
        ),
        edges=edges,
        right=counts[0],
        wrong=counts[1],
        confident_errors=_confident_errors(predictions),
        ranking=ranked.interval,
        concordance=ranked.concordance,
        selective=ranked.selective,
        abstention=ranked.abstention,
        slices=error_slices(predictions, seed),
        labels=label_suspects(
            predictions, content_order((predictions.y, predictions.called, *proba))
        ),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Ranked:
    interval: Interval
    concordance: Concordance | None = None
    selective: RiskCoverage | None = None
    abstention: tuple[Abstention, ...] = ()


def _ranked(confidence: Floats, wrong: NDArray[np.bool_]) -> _Ranked:
    table = score_table(~wrong, confidence)
    ranking = concordance(table)
    why = NO_RIGHT if wrong.all() else NO_ERRORS
    interval = undefined(len(wrong), why) if ranking is None else ranking.interval
    return _Ranked(interval, ranking, risk_coverage(table), abstention(table))


def _class_errors(
    name: str, own: NDArray[np.bool_], wrong: NDArray[np.bool_], confidence: Floats | None
) -> ClassErrors:
    support, missed = int(own.sum()), own & wrong
    errors = int(missed.sum())
    mean = undefined(errors, NO_PROBA if confidence is None else "there is no error")
    if confidence is not None and errors:
        mean = mean_loss(confidence[missed], 1.0)
    rate = wilson(errors, support) if support else undefined(0, "no row is of this class")
    return ClassErrors(name, support, errors, rate, mean)


def _histogram(values: Floats, edges: Floats) -> Counts:
    # A search in the edges and not a product: 0.15 / 0.05 is less than 3.
    place = np.searchsorted(edges, values, side="right") - 1
    return np.bincount(np.clip(place, 0, BINS - 1), minlength=BINS)


def _confident_errors(predictions: Predictions) -> tuple[ConfidentError, ...]:
    confidence = predictions.confidence
    if confidence is None:
        return ()
    rows = np.flatnonzero(~predictions.correct)
    rows = rows[np.argsort(-confidence[rows], kind="stable")[:LISTED]]
    names = predictions.classes
    return tuple(
        ConfidentError(
            row=int(row),
            outcome=names[predictions.y[row]],
            called=names[predictions.called[row]],
            confidence=float(confidence[row]),
        )
        for row in rows
    )
