"""Clinical utility: what acting on the model is worth, against acting on everybody and nobody."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Literal

import numpy as np

from core.errors import InputError
from core.stats.decision_curve import METHOD, DecisionCurve, decision_curve, ranges
from core.stats.intervals import Interval, undefined
from core.stats.operating_point import OperatingPoint, operating_point
from core.stats.shift import holm
from core.trust.predictions import Finding, Predictions

LEVEL = 0.05
"""One-sided level at which the model is shown to be better than both defaults."""

Default = Literal["treat nobody", "treat everybody"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class UtilityPanel:
    """The operating point and the decision curve of a yes/no prediction.

    Attributes
    ----------
    n : int
        Rows.
    threshold : float or None
        Probability from which a row is called; ``None`` when the calls were given.
    point : OperatingPoint
        The calls by outcomes, with rates, predictive values and likelihood ratios.
    at : DecisionCurve or None
        Net benefit at the threshold alone; ``None`` without a threshold between 0 and 1.
    curve : DecisionCurve or None
        Net benefit at 99 thresholds; ``None`` without probabilities.
    shown : tuple of (float, float)
        First and last threshold of each run in which the model is shown to be better than both
        defaults: exact one-sided tests at 5 %, adjusted by Holm's rule over all thresholds, so that
        the statement holds for all of them at once.
    shown_pointwise : tuple of (float, float)
        The same without the adjustment: each threshold for itself.
    """

    n: int
    threshold: float | None
    point: OperatingPoint
    at: DecisionCurve | None
    curve: DecisionCurve | None
    shown: tuple[tuple[float, float], ...]
    shown_pointwise: tuple[tuple[float, float], ...]

    @property
    def alarms_per_100(self) -> Interval:
        """Rows called positive per 100."""
        share = self.point.called
        return dataclasses.replace(
            share, estimate=100 * share.estimate, low=100 * share.low, high=100 * share.high
        )

    @property
    def better_default(self) -> Default | None:
        """The default with the larger net benefit at the threshold."""
        if self.at is None:
            return None
        return "treat everybody" if self.at.treat_all[0] > 0 else "treat nobody"

    @property
    def gain(self) -> Interval:
        """Net benefit at the threshold minus that of the better default, in positives per row."""
        if self.at is None:
            return undefined(self.n, "no threshold between 0 and 1")
        low, high = self.at.gain_limits()
        return Interval(float(self.at.gain[0]), float(low[0]), float(high[0]), self.n, 0.95, METHOD)

    @property
    def calls_like_a_default(self) -> bool:
        """Whether everybody, or nobody, is called."""
        called = self.point.hits + self.point.alarms
        return called in (0, self.n)

    def to_dict(self) -> dict[str, Any]:
        """Return the panel as plain data; what is undefined is ``None``."""
        return {
            "n": self.n,
            "threshold": self.threshold,
            "point": self.point.to_dict(),
            "alarms_per_100": self.alarms_per_100.to_dict(),
            "at_threshold": _plain(self.at),
            "gain": self.gain.to_dict(),
            "better_default": self.better_default,
            "curve": _plain(self.curve),
            "shown": [list(pair) for pair in self.shown],
            "shown_pointwise": [list(pair) for pair in self.shown_pointwise],
        }


def utility_panel(predictions: Predictions) -> UtilityPanel:
    """Measure what acting on the calls, and on the probabilities at any threshold, is worth.

    Nothing is drawn at random: limits and tests are closed forms of the counts.

    Parameters
    ----------
    predictions : Predictions
        Of two classes, with at least one row.

    Raises
    ------
    InputError
        If there are more than two classes.
    """
    if not predictions.binary:
        raise InputError(
            f"Net benefit is defined for two classes; these predictions have "
            f"{len(predictions.classes)}. Give one class against the rest."
        )
    point = operating_point(predictions.y == 1, predictions.called == 1)
    curve = None if predictions.p is None else decision_curve(predictions.y, predictions.p)
    shown: tuple[tuple[float, float], ...] = ()
    pointwise: tuple[tuple[float, float], ...] = ()
    if curve is not None:
        p = curve.p_not_better()
        shown = ranges(curve.thresholds, holm(p) <= LEVEL)
        pointwise = ranges(curve.thresholds, p <= LEVEL)
    return UtilityPanel(
        n=predictions.n,
        threshold=predictions.threshold,
        point=point,
        at=_at(point, predictions.threshold),
        curve=curve,
        shown=shown,
        shown_pointwise=pointwise,
    )


def utility_findings(panel: UtilityPanel) -> tuple[Finding, ...]:
    """Judge whether acting at the threshold is worth more than either default.

    The p values are exact binomial ones. A model that calls everybody, or nobody, is that default:
    it is worse only where the other default is shown to be better.
    """
    p_met: float | None = None
    p_broken: float | None = None
    if panel.at is None:
        claim = "Acting on the calls is worth more than treating everybody and than nobody."
        reason = "It cannot be measured: a net benefit needs the threshold that the calls rest on."
    else:
        p_met = float(panel.at.p_not_better()[0])
        p_broken = float(panel.at.p_not_worse()[0])
        claim = (
            f"Acting from a probability of {panel.threshold:g} is worth more than treating "
            "everybody and than treating nobody."
        )
        reason = _reason(panel)
    return (Finding("utility.net_benefit", "utility", claim, panel.gain, p_met, p_broken, reason),)


def _reason(panel: UtilityPanel) -> str:
    point = panel.point
    called, positives = point.hits + point.alarms, point.hits + point.misses
    counts = f"{point.hits} of the {called} called and {positives} of all {panel.n} are positive"
    if panel.calls_like_a_default:
        who = "everybody" if called else "nobody"
        return f"The model calls {who}, which is what a default does: {counts}."
    return (
        f"In true positives per row, the net benefit minus that of '{panel.better_default}', the "
        f"better default, is {panel.gain.text(4)}: {counts}."
    )


def _at(point: OperatingPoint, threshold: float | None) -> DecisionCurve | None:
    if threshold is None or not 0 < threshold < 1:
        return None
    return DecisionCurve(
        np.array([threshold]),
        np.array([point.hits]),
        np.array([point.alarms]),
        point.hits + point.misses,
        point.alarms + point.spared,
    )


def _plain(curve: DecisionCurve | None) -> dict[str, Any] | None:
    if curve is None:
        return None
    low, high = curve.model_limits()
    gain_low, gain_high = curve.gain_limits()
    arrays = {
        "thresholds": curve.thresholds,
        "model": curve.model,
        "model_low": low,
        "model_high": high,
        "treat_all": curve.treat_all,
        "gain": curve.gain,
        "gain_low": gain_low,
        "gain_high": gain_high,
        "standardised": curve.standardised,
        "avoided_per_100": curve.avoided_per_100,
    }
    return {
        name: [v if math.isfinite(v) else None for v in values.tolist()]
        for name, values in arrays.items()
    }
