"""The Trust Score of trustlens 0.5.0: sub-scores, weights, penalties, blockers, grade."""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

from core.trust.original.bias import SEVERE, Bias
from core.trust.original.metrics import Calibration, Failure
from core.trust.original.representation import Representation

Area = Literal["calibration", "failure", "bias", "representation"]
Blocker = Literal["confidently wrong", "failure", "fairness", "calibration"]
Grade = Literal["A", "B", "C", "D"]

AREAS: tuple[Area, ...] = ("calibration", "failure", "bias", "representation")
WEIGHTS: dict[Area, float] = {
    "calibration": 0.35,
    "failure": 0.30,
    "bias": 0.25,
    "representation": 0.10,
}
FAILURE_PENALTY_BELOW, FAILURE_BLOCK_BELOW = 60.0, 40.0
ECE_PENALTY_ABOVE, ECE_BLOCK_ABOVE = 0.05, 0.10
_GRADES: tuple[tuple[int, Grade], ...] = ((80, "A"), (60, "B"), (40, "C"), (0, "D"))
_ADVICE = {"A": "PASS", "B": "CAUTION", "C": "CAUTION", "D": "BLOCK"}
_LARGEST = {"Failure": 20.0, "Calibration": 15.0, "Fairness": 15.0}
_LARGEST_TOTAL = 35.0


@dataclasses.dataclass(frozen=True, slots=True)
class OriginalScore:
    """The Trust Score with everything it is made of.

    Attributes
    ----------
    score, base : int
        After and before penalties, 0 to 100.
    grade : {"A", "B", "C", "D"}
        A from 80, B from 60, C from 40; D below or when blocked.
    blocker : str or None
        The rule that forces grade D, the first of its list that applies.
    advice : {"PASS", "CAUTION", "BLOCK"}
        What it tells the user to do.
    sub_scores, weights, breakdown : dict of str to float
        By area, rounded as the original shows them.
    penalties : dict of str to float
        Points taken off, by name.
    patterns : tuple of str
        Names of the behaviours it claims to have found.
    no_bias_claimed : bool
        Whether its report says that no bias was detected.
    """

    score: int
    base: int
    grade: Grade
    blocker: Blocker | None
    advice: str
    sub_scores: dict[str, float]
    weights: dict[str, float]
    breakdown: dict[str, float]
    penalties: dict[str, float]
    patterns: tuple[str, ...]
    no_bias_claimed: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """What the score is computed from; None for an area that was left out.

    Attributes
    ----------
    calibration, failure, bias, representation
        The figures of each area.
    without_probabilities : bool
        Whether only calls are known; calibration then enters as the worst case.
    """

    calibration: Calibration | None
    failure: Failure | None
    bias: Bias | None
    representation: Representation | None
    without_probabilities: bool = False


def trust_score(figures: Figures) -> OriginalScore | None:
    """Return the Trust Score; None where the original fails because no call is right."""
    scores = _sub_scores(figures)
    if any(math.isnan(score) for score in scores.values()):
        return None
    total = sum(WEIGHTS[area] for area in scores)
    weights = {area: WEIGHTS[area] / total for area in scores}
    raw = sum(scores[area] * weights[area] for area in scores)
    failure = scores.get("failure", 100.0)
    exact = _penalties(figures, failure)
    penalties, taken = _capped(exact)
    score = _whole(raw - taken)
    blocker = _blocker(figures, failure)
    grade: Grade = "D" if blocker else next(g for least, g in _GRADES if score >= least)
    shown = {str(area): round(value, 1) for area, value in scores.items()}
    return OriginalScore(
        score=score,
        base=_whole(raw),
        grade=grade,
        blocker=blocker,
        advice=_ADVICE[grade],
        sub_scores=shown,
        weights={str(area): round(value, 3) for area, value in weights.items()},
        breakdown={str(area): round(scores[area] * weights[area], 2) for area in scores},
        penalties=penalties,
        patterns=_patterns(figures, shown.get("failure", 100.0)),
        no_bias_claimed=_no_bias_claimed(figures.bias, penalties),
    )


def _sub_scores(figures: Figures) -> dict[Area, float]:
    scores: dict[Area, float] = {}
    if figures.calibration:
        loss = figures.calibration.brier + 1.5 * figures.calibration.ece
        scores["calibration"] = 100.0 * (1.0 - _share(loss))
    elif figures.without_probabilities:
        scores["calibration"] = 0.0
    if figures.failure:
        right = 1.0 - _share(figures.failure.error_rate)
        scores["failure"] = 100.0 * _share(0.8 * _share(figures.failure.gap) + 0.2 * right)
    if figures.bias:
        imbalance = _share((figures.bias.imbalance - 1.0) / 19.0)
        loss = 0.5 * imbalance + 0.5 * _share(figures.bias.accuracy_gap)
        scores["bias"] = 100.0 * (1.0 - _share(loss))
    if figures.representation:
        silhouette = figures.representation.silhouette
        known = 0.0 if math.isnan(silhouette) else silhouette
        scores["representation"] = 100.0 * _share(0.5 + 0.5 * known)
    return scores


def _penalties(figures: Figures, failure: float) -> dict[str, float]:
    """Return the penalties before their common cap, not rounded."""
    found = {}
    if failure < FAILURE_PENALTY_BELOW:
        short = (FAILURE_PENALTY_BELOW - failure) / FAILURE_PENALTY_BELOW
        found["Failure"] = _LARGEST["Failure"] * short
    if figures.calibration and figures.calibration.ece > ECE_PENALTY_ABOVE:
        found["Calibration"] = _ramp("Calibration", figures.calibration.ece)
    if figures.bias:
        if figures.bias.severe:
            found["Fairness"] = _LARGEST["Fairness"]
        elif figures.bias.accuracy_gap > 0.05:
            found["Fairness"] = _ramp("Fairness", figures.bias.accuracy_gap)
    return {name: min(max(points, 0.0), _LARGEST[name]) for name, points in found.items()}


def _ramp(name: str, value: float) -> float:
    return _LARGEST[name] * ((value - 0.05) / 0.10)


def _capped(exact: dict[str, float]) -> tuple[dict[str, float], float]:
    shown = {name: round(points, 1) for name, points in exact.items()}
    total = sum(exact.values())
    if total <= _LARGEST_TOTAL:
        return shown, total
    scale = _LARGEST_TOTAL / total
    return {name: round(points * scale, 1) for name, points in shown.items()}, _LARGEST_TOTAL


def _blocker(figures: Figures, failure: float) -> Blocker | None:
    ece = figures.calibration.ece if figures.calibration else 0.0
    gap = figures.failure.gap if figures.failure else 0.0
    if failure < 50.0 and ece > SEVERE and gap < 0.05:
        return "confidently wrong"
    if failure < FAILURE_BLOCK_BELOW:
        return "failure"
    if figures.bias and figures.bias.severe:
        return "fairness"
    return "calibration" if ece > ECE_BLOCK_ABOVE else None


def _patterns(figures: Figures, failure: float) -> tuple[str, ...]:
    """Return the named patterns; they read the sub-score as it is shown, with one decimal."""
    ece = figures.calibration.ece if figures.calibration else 0.0
    gap = figures.failure.gap if figures.failure else 0.0
    sure = figures.failure.error_confidence if figures.failure else 0.0
    rules = {
        "Confidently Wrong": (failure < 40 or sure > 0.65) and gap < 0.1,
        "Safe Failures": failure < 60 and sure < 0.5 and gap > 0.15,
        "Calibration Drift": ece > 0.1 or (failure > 70 and ece > 0.08),
    }
    return tuple(name for name, holds in rules.items() if holds)


def _no_bias_claimed(bias: Bias | None, penalties: dict[str, float]) -> bool:
    if bias is None or bias.odds == "skipped" or any(a.severe for a in bias.attributes):
        return False
    return bias.imbalance <= 5.0 and bias.accuracy_gap <= 0.1 and "Fairness" not in penalties


def _share(value: float) -> float:
    return value if math.isnan(value) else min(max(value, 0.0), 1.0)


def _whole(value: float) -> int:
    return round(min(max(value, 0.0), 100.0))
