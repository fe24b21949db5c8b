"""Recorded outcomes that may be mistaken, and how far the figures depend on them."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.stats import binary
from core.stats.calibration import log_odds, recalibration
from core.stats.label_noise import Suspects, suspects
from core.trust.predictions import Floats, Labels, Predictions

SHOWN = 50
"""Suspects that are listed in plain data."""

LEVEL = 0.05
"""p value up to which the number of suspects counts as more than chance."""

FIRST = 10
"""Suspects that are flipped in the first step."""

CAVEAT = (
    "A suspect is a row whose record the model confidently contradicts. The model may be the one "
    "that errs: look at each row, and change no record because of this list."
)


@dataclasses.dataclass(frozen=True, slots=True)
class Flipped:
    """The figures if the records of the first suspects were changed to what the model suggests.

    Attributes
    ----------
    k : int
        Records changed.
    accuracy : float
        Share of right calls.
    auc, slope : float
        Area under the ROC curve and calibration slope; NaN with more than two classes, and where
        they are not defined.
    """

    k: int
    accuracy: float
    auc: float
    slope: float

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data; what is undefined is ``None``."""
        plain = dataclasses.asdict(self)
        return {name: None if math.isnan(value) else value for name, value in plain.items()}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class LabelSuspects:
    """Suspects among the recorded outcomes.

    Attributes
    ----------
    classes : tuple of str
        Names of the classes.
    found : Suspects
        The suspects, the least plausible record first, with the confident joint table.
    n : int
        Rows.
    p_chance : float
        One-sided p value of "no more suspects than calibrated probabilities raise among records
        that are all right" (normal approximation). Overconfident probabilities make it small too.
    sensitivity : tuple of Flipped
        The figures as recorded, and with the first and with all suspects flipped.
    """

    classes: tuple[str, ...]
    found: Suspects
    n: int
    p_chance: float
    sensitivity: tuple[Flipped, ...]

    @property
    def reading(self) -> str:
        """What the number of suspects means, in a sentence."""
        found = self.found
        usual = (
            f"{found.count} of {self.n} records are suspects; calibrated probabilities would raise "
            f"{found.expected_if_clean:.0f} (standard deviation {found.expected_sd:.0f}) if every "
            "record were right."
        )
        if self.p_chance <= LEVEL:
            return f"{usual} That is more than chance: records are mistaken, or the model too sure."
        return f"{usual} That is no more than chance, so mistaken records are not shown."

    def to_dict(self) -> dict[str, Any]:
        """Return the suspects as plain data, the first :data:`SHOWN` of them by row."""
        found = self.found
        listed = zip(
            found.rows[:SHOWN].tolist(),
            found.given.tolist(),
            found.suggested.tolist(),
            found.self_confidence.tolist(),
            strict=False,
        )
        return {
            "count": found.count,
            "n": self.n,
            "estimated": found.estimated,
            "expected_if_clean": found.expected_if_clean,
            "expected_sd": found.expected_sd,
            "p_chance": self.p_chance,
            "reading": self.reading,
            "caveat": CAVEAT,
            "joint": found.joint.tolist(),
            "suspects": [
                {
                    "row": row,
                    "given": self.classes[given],
                    "suggested": self.classes[suggested],
                    "self_confidence": confidence,
                }
                for row, given, suggested, confidence in listed
            ],
            "sensitivity": [one.to_dict() for one in self.sensitivity],
        }


def label_suspects(predictions: Predictions, order: NDArray[np.intp]) -> LabelSuspects | None:
    """Find suspects among the recorded outcomes.

    Parameters
    ----------
    predictions : Predictions
        Of rows the model was not trained on; the list is worthless otherwise.
    order : ndarray of int, shape (n,)
        An order of the rows by content, so that sums do not depend on how they came.

    Returns
    -------
    LabelSuspects or None
        ``None`` without probabilities.
    """
    if predictions.proba is None:
        return None
    proba = predictions.proba[order]
    inside = dataclasses.replace(
        predictions, y=predictions.y[order], proba=proba, called=predictions.called[order]
    )
    found = suspects(inside.y, proba)
    steps = sorted({0, min(FIRST, found.count), found.count})
    score = None if inside.p is None else log_odds(inside.p)
    sensitivity = tuple(_flipped(inside, found, k, score) for k in steps)
    excess = found.count - 0.5 - found.expected_if_clean
    # Without any spread every suspect is one too many, and none is what was to be expected.
    z = excess / found.expected_sd if found.expected_sd else math.inf if found.count else 0.0
    return LabelSuspects(
        classes=predictions.classes,
        found=dataclasses.replace(found, rows=order[found.rows]),
        n=predictions.n,
        p_chance=_upper_tail(z),
        sensitivity=sensitivity,
    )


def _flipped(predictions: Predictions, found: Suspects, k: int, score: Floats | None) -> Flipped:
    y: Labels = predictions.y.copy()
    y[found.rows[:k]] = found.suggested[:k]
    auc = slope = math.nan
    if predictions.p is not None and score is not None:
        auc, slope = binary.auc(y, predictions.p), recalibration(y, score)[1]
    return Flipped(k, float(np.mean(y == predictions.called)), auc, slope)


def _upper_tail(z: float) -> float:
    from scipy.special import ndtr

    return float(ndtr(-z))
