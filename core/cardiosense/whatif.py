"""What if a finding were different? The same score, asked about another patient."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from core.cardiosense.schema import DIAGNOSTIC
from core.cardiosense.score import (
    DECIMALS,
    INTERVAL_LEVEL,
    parse_patient,
    route,
    score_frame,
    score_patient,
)
from core.errors import InputError, Problem
from core.fields import FieldSpec

NOTE = (
    "A what-if asks the model about a patient with other findings. It is an association in data,"
    " not the effect of a treatment."
)
GRID_POINTS = 61


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One finding before and after, in words."""

    feature: str
    label: str
    before: str
    after: str


@dataclasses.dataclass(frozen=True, slots=True)
class WhatIf:
    """The estimate for a patient with some findings changed.

    Attributes
    ----------
    p_before, p_after : float
        Scores of the patient as given and as changed, 0 to 1.
    delta : float
        ``p_after - p_before``.
    low, high : float or None
        Interval of ``delta`` over the bootstrap refits, each of which scores both patients; a
        missing finding stays at the model's reference. None if two models were needed.
    level : float
        Coverage level of the interval.
    changes : tuple of Change
        What differs; empty if nothing does.
    flags : tuple of str
        What to know before using the second estimate.
    model_before, model_after : str
        Models that gave the estimates.
    note : str
        What a what-if is, and what it is not.
    """

    p_before: float
    p_after: float
    delta: float
    low: float | None
    high: float | None
    level: float
    changes: tuple[Change, ...]
    flags: tuple[str, ...]
    model_before: str
    model_after: str
    note: str = NOTE

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as plain, JSON-safe data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class SensitivityCurve:
    """The score along one finding, everything else held.

    Attributes
    ----------
    feature, label, unit : str
        The finding.
    value : float or None
        The patient's own value; None where not given.
    grid : tuple of float
        Rising values over the training range (all codes of a code), the patient's among them.
    texts : tuple of str
        The grid in words.
    p, low, high : tuple of float
        Score and interval at each value.
    flags : tuple of str
        What limits the reading of the curve.
    note : str
        What a what-if is, and what it is not.
    """

    feature: str
    label: str
    unit: str
    value: float | None
    grid: tuple[float, ...]
    texts: tuple[str, ...]
    p: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    flags: tuple[str, ...]
    note: str = NOTE

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as plain, JSON-safe data."""
        return dataclasses.asdict(self)


def what_if(patient: Mapping[str, object], changes: Mapping[str, object]) -> WhatIf:
    """Score a patient as given and with some findings changed.

    Parameters
    ----------
    patient : mapping
        Diagnostic field name to value; ``None`` or absent where not measured.
    changes : mapping
        Field name to new value; ``None`` withdraws a finding.

    Raises
    ------
    InputError
        If a value is refused, a field is unknown, or too few findings are given.
    """
    before = score_patient(patient)
    changed = {**patient, **changes}
    after = score_patient(changed)
    old, new = parse_patient(patient), parse_patient(changed)
    flags = after.flags
    low = high = None
    if before.model == after.model:
        low, high = _delta_interval(old, new, after.p - before.p)
    else:
        flags += (
            "The two estimates come from different models, because other findings are given:"
            " the difference has no interval.",
        )
    return WhatIf(
        p_before=before.p,
        p_after=after.p,
        delta=round(after.p - before.p, DECIMALS),
        low=low,
        high=high,
        level=INTERVAL_LEVEL,
        changes=tuple(
            Change(spec.name, spec.label, *(spec.describe(part[spec.name]) for part in (old, new)))
            for spec in DIAGNOSTIC
            if not np.array_equal(old[spec.name], new[spec.name], equal_nan=True)
        ),
        flags=flags,
        model_before=before.model,
        model_after=after.model,
    )


def sensitivity_curve(
    patient: Mapping[str, object], feature: str, *, points: int = GRID_POINTS
) -> SensitivityCurve:
    """Score a patient along the values of one finding.

    Parameters
    ----------
    patient : mapping
        Diagnostic field name to value; ``None`` or absent where not measured.
    feature : str
        Name of a diagnostic field.
    points : int, default 61
        Number of values of a measured quantity before rounding to its resolution.

    Raises
    ------
    InputError
        If a value is refused, the field is unknown, or too few findings are given.
    """
    values = parse_patient(patient)
    if feature not in DIAGNOSTIC.names:
        raise InputError.from_problems((_unknown(feature),))
    spec = DIAGNOSTIC[feature]
    grid = _grid(spec, values[feature], points)
    rows = pd.DataFrame([values] * len(grid))
    rows[feature] = grid
    scored = score_frame(rows)
    own = values[feature]
    return SensitivityCurve(
        feature=feature,
        label=spec.label,
        unit=spec.unit,
        value=None if np.isnan(own) else own,
        grid=tuple(grid.tolist()),
        texts=tuple(spec.describe(value) for value in grid.tolist()),
        p=tuple(scored["p_disease"].tolist()),
        low=tuple(scored["p_low"].tolist()),
        high=tuple(scored["p_high"].tolist()),
        flags=_curve_flags(values, spec, float(grid[0])),
    )


def _delta_interval(
    old: Mapping[str, float], new: Mapping[str, float], delta: float
) -> tuple[float, float]:
    model = route(old).champion
    both = np.array([[part[name] for name in model.features] for part in (old, new)])
    before, after = expit(model.refits(both)).T
    tail = (1 - INTERVAL_LEVEL) / 2
    low, high = np.quantile(after - before, (tail, 1 - tail))
    return round(min(float(low), delta), DECIMALS), round(max(float(high), delta), DECIMALS)


def _grid(spec: FieldSpec, own: float, points: int) -> NDArray[np.float64]:
    if spec.seen is None:
        return np.array([code for code, _ in spec.choices], dtype=np.float64)
    steps = np.round(np.linspace(*spec.seen, points) / spec.step) * spec.step
    inside = np.clip(np.round(steps, DECIMALS), *spec.seen)
    return np.unique(inside if np.isnan(own) else np.append(inside, own))


def _curve_flags(values: Mapping[str, float], spec: FieldSpec, given: float) -> tuple[str, ...]:
    """Return what limits the curve; ``given`` is any value of the finding."""
    own, along = (route(part).champion for part in (values, {**values, spec.name: given}))
    if own.name != along.name:
        return (
            f"The patient's own estimate comes from {own.name}; with {spec.name} given,"
            f" {along.name} answers.",
        )
    if spec.name not in own.features:
        return (
            f"The model that serves this patient ({own.name}) does not use {spec.name}:"
            " the curve is flat.",
        )
    return ()


def _unknown(feature: str) -> Problem:
    return Problem(
        feature,
        feature,
        "unknown-field",
        "is not a field of this record.",
        f"Known fields: {', '.join(DIAGNOSTIC.names)}.",
    )
