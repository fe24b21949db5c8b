"""A stream of cases, watched row by row for an instrument or transfer fault.

Each row's integrity score feeds the detector of :mod:`core.stats.sequential`: while the rows of the
stream are exchangeable with the reference cases, the expected number of rows up to a false alarm is
at least the target. A change of the mix of cases hardly moves the scores and so raises no alarm.
Exchangeable they are up to one thing: the reference's scores come from leave-one-out fits, those of
the stream from the fit to all reference cases. Rows ordered by clinic or time are not: give each
source a stream of its own.

An incomplete row (a missing or refused cell) has an infinite score: no complete row surpasses it,
so it gets the smallest p value there is, shared at random among the incomplete rows so far. It
counts as evidence of a fault and never as healthy.
"""

from __future__ import annotations

import dataclasses
import hashlib
from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from core.breast_cancer.drift_reference import as_table
from core.breast_cancer.drift_rows import without_zeros, worst
from core.breast_cancer.integrity import IntegrityReference
from core.breast_cancer.model import models
from core.breast_cancer.schema import FEATURES
from core.errors import SuiteError
from core.stats.sequential import (
    Alarm,
    ShiryaevRoberts,
    finite_or_none,
    infinite_for_none,
)

Floats = NDArray[np.float64]
Columns = NDArray[np.intp]

DECIMALS = 9
"""Scores are rounded, so that a row alone and in a block gets the same."""

TARGET_ARL = 10_000.0


@dataclasses.dataclass(frozen=True)
class ScoredRows:
    """What the monitor keeps of rows; no patient's value can be recovered from it.

    Attributes
    ----------
    scores : ndarray, shape (n,)
        Integrity scores; infinite for incomplete rows.
    columns : ndarray of int, shape (n,)
        Position of the column that fits the others least, or of the first missing one.
    """

    scores: Floats
    columns: Columns

    @property
    def incomplete(self) -> NDArray[np.bool_]:
        """Rows with a missing or refused cell, shape (n,)."""
        return np.isinf(self.scores)

    def to_dict(self) -> dict[str, list[Any]]:
        """Return the rows as plain, JSON-safe data; the score of an incomplete row is ``None``."""
        return {"scores": finite_or_none(self.scores), "columns": self.columns.tolist()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> ScoredRows:
        """Rebuild rows from :meth:`to_dict`."""
        columns = np.array(stored["columns"], dtype=np.intp)
        return cls(infinite_for_none(stored["scores"]), columns)


@dataclasses.dataclass(frozen=True, slots=True)
class StreamAlarm:
    """The alarm of a stream.

    Attributes
    ----------
    row : int
        Position of the row at which it was raised, from 0.
    change_point : int
        Position of the row at which the change most likely began.
    statistic : float
        The statistic at the alarm.
    column : str
        The column that fits least in the most surprising rows since the change point (rows are
        weighted by the negative logarithm of their p values).
    share : float
        Its share of that weight, 0 to 1.
    incomplete : int
        Incomplete rows since the change point.
    """

    row: int
    change_point: int
    statistic: float
    column: str
    share: float
    incomplete: int

    def to_dict(self) -> dict[str, Any]:
        """Return the alarm as plain data."""
        return dataclasses.asdict(self) | {"label": FEATURES[self.column].label}


@dataclasses.dataclass(frozen=True)
class Trace:
    """A stream as a chart shows it, each array of shape (n,).

    Attributes
    ----------
    statistic : ndarray
        The detector's statistic after each row.
    p : ndarray
        Conformal p value of each row.
    scores : ndarray
        Integrity scores; infinite for incomplete rows.
    incomplete : ndarray of bool
        Rows with a missing or refused cell.
    columns : tuple of str
        Column that fits the others least in each row.
    """

    statistic: Floats
    p: Floats
    scores: Floats
    incomplete: NDArray[np.bool_]
    columns: tuple[str, ...]


class DriftMonitor:
    """Watches a stream for rows whose values no longer fit together.

    Parameters
    ----------
    target_arl : float, default 10,000
        Lower bound of the expected number of rows up to a false alarm.
    seed : int, default 0
        Key of the random numbers that break ties between scores.
    reference : IntegrityReference, optional
        What rows are held against; by default the training cases.
    """

    def __init__(
        self,
        target_arl: float = TARGET_ARL,
        seed: int = 0,
        reference: IntegrityReference | None = None,
    ) -> None:
        self.reference = models().reference if reference is None else reference
        self.model = models().tag if reference is None else fingerprint(reference)
        self._detector = ShiryaevRoberts(self.reference.calibration, target_arl, seed)
        self._columns = array("h")
        self._alarm: StreamAlarm | None = None

    @property
    def n(self) -> int:
        """Rows seen."""
        return self._detector.n

    @property
    def incomplete(self) -> int:
        """Incomplete rows seen."""
        return int(np.sum(np.isinf(self._detector.scores)))

    @property
    def target_arl(self) -> float:
        """Threshold of the statistic: the least expected number of rows up to a false alarm."""
        return self._detector.target_arl

    @property
    def seed(self) -> int:
        """Key of the random numbers."""
        return self._detector.seed

    @property
    def statistic(self) -> float:
        """The statistic after the last row."""
        return self._detector.statistic

    @property
    def alarm(self) -> StreamAlarm | None:
        """The alarm, once it has been raised."""
        return self._alarm

    def update(self, rows: ArrayLike | pd.DataFrame) -> StreamAlarm | None:
        """Take in one row or several, in order, and return the alarm if there is or was one.

        Parameters
        ----------
        rows : DataFrame or array_like, shape (30,) or (n, 30)
            Values in the order of ``FEATURES``, or columns of these names; NaN for missing cells.

        Raises
        ------
        InputError
            If columns are missing or values are not numbers; nothing is taken in then.
        """
        return self.take(score_rows(self.reference, rows))

    def take(self, rows: ScoredRows) -> StreamAlarm | None:
        """Take in rows that were scored before, as :meth:`update` does."""
        self._detector.update(rows.scores)
        self._columns.extend(rows.columns.tolist())
        if self._alarm is None and self._detector.alarm is not None:
            self._alarm = self._explained(self._detector.alarm)
        return self._alarm

    def trace(self) -> Trace:
        """Return the whole stream for a chart."""
        scores = self._detector.scores
        return Trace(
            statistic=self._detector.statistics,
            p=self._detector.p_values,
            scores=scores,
            incomplete=np.isinf(scores),
            columns=tuple(FEATURES.names[j] for j in self._columns),
        )

    def status(self) -> dict[str, Any]:
        """Return where the stream stands, as plain data."""
        return {
            "n": self.n,
            "incomplete": self.incomplete,
            "statistic": self.statistic,
            "target_arl": self.target_arl,
            "seed": self.seed,
            "alarm": self._alarm.to_dict() if self._alarm else None,
            "model": self.model,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the state as plain, JSON-safe data."""
        rows = ScoredRows(self._detector.scores, np.array(self._columns, dtype=np.intp))
        stored = {"target_arl": self.target_arl, "seed": self.seed, "model": self.model}
        return stored | rows.to_dict()

    @classmethod
    def from_dict(
        cls, stored: Mapping[str, Any], reference: IntegrityReference | None = None
    ) -> DriftMonitor:
        """Rebuild the monitor of :meth:`to_dict`, bit by bit, by replaying its scores.

        Raises
        ------
        SuiteError
            If the scores were made with another model or reference.
        """
        monitor = cls(stored["target_arl"], stored["seed"], reference)
        require_model(stored["model"], monitor.model)
        monitor.take(ScoredRows.from_dict(stored))
        return monitor

    def _explained(self, alarm: Alarm) -> StreamAlarm:
        surprise = -np.log(self._detector.p_values[alarm.span])
        columns = np.array(self._columns[alarm.span], dtype=np.intp)
        evidence = np.bincount(columns, weights=surprise, minlength=len(FEATURES.names))
        top = int(evidence.argmax())
        return StreamAlarm(
            row=alarm.row,
            change_point=alarm.change_point,
            statistic=alarm.statistic,
            column=FEATURES.names[top],
            share=float(evidence[top] / evidence.sum()),
            incomplete=int(np.sum(np.isinf(self._detector.scores[alarm.span]))),
        )


def score_rows(reference: IntegrityReference, rows: ArrayLike | pd.DataFrame) -> ScoredRows:
    """Score rows for a stream; arguments and errors as in :meth:`DriftMonitor.update`."""
    table = without_zeros(as_table(rows, "stream")[0], reference)
    scores, columns, _ = worst(reference.residuals(table), np.isnan(table))
    return ScoredRows(np.round(scores, DECIMALS), columns)


def fingerprint(reference: IntegrityReference) -> str:
    """Return a name for a reference of the user's own: the hash of its scores."""
    digest = hashlib.sha256(reference.calibration.astype("<f8").tobytes()).hexdigest()
    return f"own reference sha256:{digest[:12]}"


def require_model(stored: str, current: str) -> None:
    """Refuse to continue a stream whose scores another model made.

    Raises
    ------
    SuiteError
        If the tags differ.
    """
    if stored != current:
        raise SuiteError(
            f"The stream was scored by {stored}, and {current} is in use now. Scores of two models "
            "cannot be compared: start a new stream."
        )
