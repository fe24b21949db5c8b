"""Which recorded outcomes look mistaken to a model that has not seen them (confident learning)."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

_ROUNDING = 1e-9


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Suspects:
    """Rows whose recorded class the model confidently contradicts.

    Attributes
    ----------
    rows : ndarray of int, shape (m,)
        Their positions, the least plausible recorded class first.
    given, suggested : ndarray of int, shape (m,)
        The recorded class and the one the model is confident of.
    self_confidence : ndarray, shape (m,)
        Probability of the recorded class.
    joint : ndarray of int, shape (k, k)
        Rows by recorded class and class the model is confident of; rows of which it is confident of
        nothing are left out.
    threshold : ndarray, shape (k,)
        Probability from which the model counts as confident of a class: its mean over the rows
        recorded as that class; NaN for a class that no row has.
    estimated : float
        Mistaken rows that the joint table suggests, scaled up to all rows.
    expected_if_clean, expected_sd : float
        Suspects that the same probabilities would raise if every record were right and the
        probabilities calibrated, with the standard deviation of that number.
    """

    rows: NDArray[np.intp]
    given: Labels
    suggested: Labels
    self_confidence: Floats
    joint: NDArray[np.int64]
    threshold: Floats
    estimated: float
    expected_if_clean: float
    expected_sd: float

    @property
    def count(self) -> int:
        """Number of suspects."""
        return len(self.rows)


def suspects(y: Labels, proba: Floats) -> Suspects:
    """Find rows whose recorded class is contradicted with confidence.

    The model is confident of a class when its probability reaches the mean it has over the rows
    recorded as that class; of several, the most probable one counts. A row is a suspect if that
    class is not the recorded one and the recorded one is not the most probable of all. Equal
    self-confidence is ordered by position.

    Parameters
    ----------
    y : ndarray of int, shape (n,)
        Recorded class as a position among the k classes.
    proba : ndarray, shape (n, k)
        Probabilities from a model that was not trained on these rows.

    References
    ----------
    Northcutt, Jiang and Chuang, Confident learning, J. Artificial Intelligence Research 70 (2021)
    1373-1411.
    """
    n, k = proba.shape
    every = np.arange(n)
    own = proba[every, y]
    size = np.bincount(y, minlength=k)
    with np.errstate(invalid="ignore"):
        threshold = np.bincount(y, weights=own, minlength=k) / size
    # A class that no row has cannot be compared with anything: no probability reaches NaN.
    eligible = np.where(proba >= threshold - _ROUNDING, proba, -1.0)
    suggested = eligible.argmax(axis=1).astype(np.int64)
    confident = eligible[every, suggested] >= 0
    top = proba.max(axis=1)
    joint = np.bincount(y[confident] * k + suggested[confident], minlength=k * k).reshape(k, k)
    found = np.flatnonzero(confident & (suggested != y) & (own < top))
    found = found[np.argsort(own[found], kind="stable")]
    chance = _chance_if_clean(proba, suggested, confident, top)
    return Suspects(
        rows=found,
        given=y[found],
        suggested=suggested[found],
        self_confidence=own[found],
        joint=joint,
        threshold=threshold,
        estimated=_estimated(joint, size),
        expected_if_clean=float(np.sum(np.sort(chance))),
        expected_sd=math.sqrt(float(np.sum(np.sort(chance * (1 - chance))))),
    )


def _chance_if_clean(
    proba: Floats, suggested: Labels, confident: NDArray[np.bool_], top: Floats
) -> Floats:
    """Return each row's probability of being a suspect when its class is drawn from its row."""
    chosen = proba[np.arange(len(proba)), suggested]
    # The most probable classes clear a row, and so does the suggested one.
    clearing = np.where(proba >= top[:, None], proba, 0.0).sum(axis=1)
    safe = clearing + np.where(chosen < top, chosen, 0.0)
    return np.where(confident, np.clip(1 - safe, 0.0, 1.0), 0.0)


def _estimated(joint: NDArray[np.int64], size: NDArray[np.intp]) -> float:
    """Return the rows off the diagonal once the table's rows are scaled to the class sizes."""
    total = joint.sum(axis=1)
    known = total > 0
    wrong = total[known] - np.diag(joint)[known]
    return float(np.sum(wrong / total[known] * size[known]))
