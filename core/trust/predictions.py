"""What an audit reads: outcomes, predictions and who they are about, checked and in one form."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.stats.intervals import Interval

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MISSING = "(missing)"
"""Level of the rows whose value of an attribute is missing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Grouping:
    """One attribute by which rows are told apart.

    Attributes
    ----------
    name : str
        The attribute, such as ``"sex"``.
    levels : tuple of str
        Its values, or its bins in words; :data:`MISSING` is a level of its own.
    index : ndarray of int, shape (n,)
        Position of each row's value among the levels.
    binned : bool
        Whether a number was cut into bins.
    """

    name: str
    levels: tuple[str, ...]
    index: NDArray[np.intp]
    binned: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Batches:
    """The order in time: which batch each row belongs to.

    Attributes
    ----------
    labels : tuple of str
        Names of the batches, the earliest first.
    index : ndarray of int, shape (n,)
        Position of each row's batch among the labels.
    """

    labels: tuple[str, ...]
    index: NDArray[np.intp]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What is known of the rows beside outcome and prediction.

    Attributes
    ----------
    groups : tuple of Grouping
        Attributes whose levels are compared.
    batches : Batches or None
        Order in time.
    features : DataFrame or None, n rows
        What the model saw, with unique names as columns; numbers, text or booleans.
    embedding : ndarray or None, shape (n, d)
        The model's inner representation of each row; finite.
    notes : tuple of str
        How the input was understood, in sentences, where that was not obvious.
    """

    groups: tuple[Grouping, ...] = ()
    batches: Batches | None = None
    features: pd.DataFrame | None = None
    embedding: Floats | None = None
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Predicted classes of n rows.

    Attributes
    ----------
    y : ndarray of int, shape (n,)
        Outcome as a position among the classes.
    proba : ndarray or None, shape (n, k)
        Probability of each class, rows summing to one; ``None`` when only calls are known.
    called : ndarray of int, shape (n,)
        The class each row is called, as a position among the classes.
    classes : tuple of str
        Names of the k >= 2 classes; with two, the second is the positive one. A class need not
        occur among the outcomes.
    threshold : float or None
        With two classes: probability from which a row is called positive. ``None`` when the calls
        were given, and with more classes.
    context : Context
        Groups, batches, features, embedding and notes.
    """

    y: Labels
    proba: Floats | None
    called: Labels
    classes: tuple[str, ...]
    threshold: float | None
    context: Context = Context()

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.y)

    @property
    def binary(self) -> bool:
        """Whether there are two classes."""
        return len(self.classes) == 2

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether each row was called what it is, shape (n,)."""
        return np.equal(self.y, self.called)

    @property
    def p(self) -> Floats | None:
        """Probability of the positive class, shape (n,); ``None`` unless binary and known."""
        return self.proba[:, 1] if self.proba is not None and self.binary else None

    @property
    def confidence(self) -> Floats | None:
        """Probability of the class that was called, shape (n,): not the largest one of the row."""
        return None if self.proba is None else self.proba[np.arange(self.n), self.called]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Predicted quantities of n rows (regression).

    Attributes
    ----------
    y, predicted : ndarray, shape (n,)
        What was observed and what was predicted, finite, in the same unit.
    low, high : ndarray or None, shape (n,)
        Limits of the prediction intervals; both or neither.
    level : float
        Coverage that the intervals claim.
    variance : ndarray or None, shape (n,)
        Predicted variance of each row.
    context : Context
        Groups, batches, features, embedding and notes.
    """

    y: Floats
    predicted: Floats
    low: Floats | None = None
    high: Floats | None = None
    level: float = 0.95
    variance: Floats | None = None
    context: Context = Context()

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.y)


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What an audit measured of one claim, and how strongly it speaks for and against it.

    A claim is a statement about the model with a limit, such as "the AUC is at least 0.7". The
    panels measure; :mod:`core.trust.verdict` decides.

    Attributes
    ----------
    id : str
        Name of the check, such as ``"calibration.slope"`` or ``"fairness.sex.sensitivity"``.
    area : str
        Part of the audit it belongs to, such as ``"calibration"``.
    claim : str
        The claim with its limit, as a sentence.
    measured : Interval
        The figure; NaN where the data cannot define it.
    p_met : float or None
        One-sided p value of "the claim does not hold": small when the claim is shown. ``None`` when
        the data cannot say.
    p_broken : float or None
        One-sided p value of "the claim holds": small when the opposite is shown.
    reason : str
        What was found, in a sentence with its numbers; if it cannot be judged, what is missing.
    """

    id: str
    area: str
    claim: str
    measured: Interval
    p_met: float | None
    p_broken: float | None
    reason: str
