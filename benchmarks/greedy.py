"""The baseline: the stepwise greedy of the original CardioSense-AI, written anew from its rules.

It moves four values in shared steps of ten percent towards fixed targets, takes the step with the
largest fall in risk per weight, and stops when no single step helps. It keeps no account of the
total effort, has no directions, and two of its four values are results of the exercise test.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

GOALS = {"chol": 200.0, "trestbps": 120.0, "thalach": 180.0, "oldpeak": 0.0}
WEIGHTS = {"chol": 1.5, "trestbps": 1.0, "thalach": 2.0, "oldpeak": 3.5}
CLIPS = {"chol": (100.0, 500.0), "trestbps": (80.0, 200.0), "oldpeak": (0.0, 6.0)}
STEPS = 30
SHARE = 0.10
SMALLEST_STEP = 0.01
SMALLEST_GAIN = 1e-4


@dataclasses.dataclass(frozen=True, slots=True)
class GreedyPlan:
    """Where the greedy stopped.

    Attributes
    ----------
    values : mapping of str to float
        The patient after its last step.
    p : float
        Risk there.
    reached : bool
        Whether it met the target.
    wrong_way : tuple of str
        Values it moved against the clinical direction.
    """

    values: Mapping[str, float]
    p: float
    reached: bool
    wrong_way: tuple[str, ...]


def greedy_path(
    patient: Mapping[str, float],
    target: float,
    risk: Callable[[Mapping[str, float]], float],
    names: tuple[str, ...] = tuple(GOALS),
) -> GreedyPlan:
    """Follow the greedy's rules.

    Parameters
    ----------
    patient : mapping of str to float
        The diagnostic record.
    target : float
        Risk to reach.
    risk : callable
        Takes a record and returns its risk.
    names : tuple of str
        Values it may move.
    """
    values, p = dict(patient), risk(patient)
    for _ in range(STEPS):
        if p <= target:
            break
        best_gain, best = SMALLEST_GAIN, None
        for name in names:
            proposed = values[name] + SHARE * (GOALS[name] - values[name])
            if not abs(proposed - values[name]) >= SMALLEST_STEP:  # also skips a missing value
                continue
            clipped = {**values, name: _clip(name, proposed, patient["age"])}
            gain = (p - risk(clipped)) / WEIGHTS[name]
            if gain >= best_gain:
                best_gain, best = gain, (name, proposed)
        if best is None:
            break
        values[best[0]] = best[1]
        p = risk(values)
    falling = ("chol", "trestbps", "oldpeak")
    wrong = tuple(
        name
        for name in names
        if (values[name] > patient[name] if name in falling else values[name] < patient[name])
    )
    return GreedyPlan(values, p, p <= target, wrong)


def _clip(name: str, value: float, age: float) -> float:
    low, high = CLIPS.get(name, (60.0, min(202.0, 220.0 - age)))
    return min(max(value, low), high)
