"""What calibration shows for and against three claims."""

from __future__ import annotations

import dataclasses

from core.stats.calibration_error import SmoothError
from core.stats.intervals import Interval, undefined
from core.stats.observed_share import ObservedShare
from core.stats.profile_likelihood import Profile
from core.stats.range_claim import range_p
from core.trust.calibration.result import (
    Agreement,
    BinaryCalibration,
    CalibrationPanel,
    SmoothFigure,
)
from core.trust.predictions import Finding

AREA = "calibration"
ALL_RIGHT = (
    "Every call is right: without an error the data cannot show a harm from the probabilities."
)


def calibration_findings(
    panel: CalibrationPanel,
    *,
    mean_ratio: float,
    slope_low: float,
    slope_high: float,
    error: float,
) -> tuple[Finding, ...]:
    """Judge the mean, the slope and the error of the probabilities against limits.

    What is guaranteed: if a claim holds, its ``p_broken`` is at most x with a probability of at
    most x, and likewise ``p_met`` if it does not hold.

    - ``calibration.mean`` conditions on the probabilities and presumes nothing of the true risks;
      it rests on a binomial law at a variance read from the errors.
    - ``calibration.slope`` presumes that the log-odds are off by a line (with more classes, by a
      factor), and is accurate to a few rows by a corrected likelihood root.
    - ``calibration.error`` speaks of the smooth calibration error of the true risks, whatever their
      shape, and is conservative both ways (:class:`core.stats.calibration_error.SmoothError`).
      Errors that change sign within the width of the limit average out by definition.

    ``benchmarks/trust_calibration.py`` holds the simulation.

    Parameters
    ----------
    panel : CalibrationPanel
        As from :func:`core.trust.calibration.panel.calibration_panel`, with its evidence.
    mean_ratio : float
        Two classes: O/E lies between 1/mean_ratio and mean_ratio; above 1.
    slope_low, slope_high : float
        The slope (with more classes, the inverse temperature) lies between these.
    error : float
        The smooth calibration error is at most this; with more classes, that of the top label, and
        top-label confidence differs from accuracy by at most this.
    """
    two = len(panel.classes) == 2
    claims = {
        "mean": _mean_claim(two, mean_ratio, error),
        "slope": f"The {_slope_name(two)} is between {slope_low:g} and {slope_high:g}.",
        "error": f"The smooth calibration error{_scope(two)} is at most {error:g}.",
    }
    judged = _judged(panel, mean_ratio, (slope_low, slope_high), error)
    return tuple(
        Finding(
            id=f"{AREA}.{name}",
            area=AREA,
            claim=claim,
            measured=judged[name].measured,
            p_met=judged[name].p_met,
            p_broken=judged[name].p_broken,
            reason=judged[name].reason,
        )
        for name, claim in claims.items()
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Judgement:
    """A finding without its names."""

    measured: Interval
    p_met: float | None
    p_broken: float | None
    reason: str


def _judged(
    panel: CalibrationPanel, mean_ratio: float, slope: tuple[float, float], error: float
) -> dict[str, _Judgement]:
    evidence = panel.evidence
    part = panel.binary or panel.multiclass
    if evidence is None or part is None:
        why = panel.why or "The panel was kept without its evidence."
        absent = _Judgement(undefined(panel.n, why), None, None, why)
        return dict.fromkeys(("mean", "slope", "error"), absent)
    two = isinstance(part, BinaryCalibration)
    judged = {
        "mean": _binary_mean(part.agreement, evidence.share, mean_ratio)
        if isinstance(part, BinaryCalibration)
        else _top_label_mean(part.top_label, evidence.share, error),
        "slope": _slope(part.slope, evidence.slope, two, *slope),
        "error": _error(part.smooth, evidence.error, two, error),
    }
    return judged if panel.wrong else {name: _excused(one) for name, one in judged.items()}


def _mean_claim(two: bool, mean_ratio: float, error: float) -> str:
    if not two:
        return f"Top-label confidence differs from accuracy by at most {error:g}."
    low = 1 / mean_ratio
    return f"Observed events are between {low:.3g} and {mean_ratio:.3g} times the expected ones."


def _slope_name(two: bool) -> str:
    return "calibration slope" if two else "inverse temperature"


def _scope(two: bool) -> str:
    return "" if two else " of the top label"


def _binary_mean(seen: Agreement, share: ObservedShare, mean_ratio: float) -> _Judgement:
    counts = f"{seen.events:,} events were observed and {seen.expected:,.1f} expected"
    if share.claimed == 0:
        # Events that were given no chance at all contradict any ratio.
        broken = None if share.share == 0 else 0.0
        return _Judgement(seen.ratio, None, broken, f"{counts} (n = {seen.n:,}).")
    met, broken = range_p(share, share.claimed / mean_ratio, share.claimed * mean_ratio)
    return _Judgement(seen.ratio, met, broken, f"{counts}: O/E {seen.ratio.text()}.")


def _top_label_mean(seen: Agreement, share: ObservedShare, error: float) -> _Judgement:
    met, broken = range_p(share, share.claimed - error, share.claimed + error)
    reason = (
        f"Mean confidence is {share.claimed:.3f} and accuracy {share.share:.3f}: difference "
        f"{seen.excess.text()}."
    )
    return _Judgement(seen.excess, met, broken, reason)


def _slope(measured: Interval, profile: Profile, two: bool, low: float, high: float) -> _Judgement:
    name = _slope_name(two)
    if not profile.defined:
        reason = f"The {name} cannot be judged: {profile.why} (n = {profile.n:,})."
        return _Judgement(measured, None, None, reason)
    met, broken = range_p(profile, low, high)
    return _Judgement(measured, met, broken, f"The {name} is {measured.text()}.")


def _error(figure: SmoothFigure, found: SmoothError, two: bool, limit: float) -> _Judgement:
    reason = (
        f"The smooth calibration error{_scope(two)} is {figure.error.text()}; right probabilities "
        f"would stay below {figure.null_95:.3f} in 95 % of such samples."
    )
    return _Judgement(figure.error, found.p_below(limit), found.p_above(limit), reason)


def _excused(one: _Judgement) -> _Judgement:
    """Return the judgement without a charge: there is no error that it could have caused."""
    return dataclasses.replace(one, p_broken=1.0, reason=f"{one.reason} {ALL_RIGHT}")
