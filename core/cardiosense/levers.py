"""What a plan may move: direction, floor, clinical step and 12-month limit of every lever.

Only measured quantities that patients and clinicians can influence are levers. Age, sex, history,
eGFR and treatment flags never move: in risk equations a treatment flag marks sicker patients, so
switching it on may raise the estimate. Test outcomes (maximum heart rate, exercise angina, ST
depression and slope, vessels, thallium scan) are results, not actions.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Literal

from core.errors import InputError, Problem
from core.fields import FieldSet, FieldSpec
from core.optimize import Axis

Layer = Literal["diagnostic", "prevention"]
Stop = Literal["floor", "12-month limit", "already at floor", "not measured"]

MAX_WEIGHT = 1000.0
_ROUNDING = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class Lever:
    """A quantity a plan may lower, with the sources of its limits.

    Attributes
    ----------
    name : str
        Field name.
    label, unit : str
        As shown to people.
    direction : {"down"}
        The only direction in which a plan may move it.
    floor : float
        Lowest value a plan may ask for.
    floor_source : str
        Guideline behind the floor.
    max_change : float
        Largest change credible in twelve months: in the unit, or as a share of the present value
        when ``relative``.
    relative : bool
        Whether ``max_change`` is a share.
    change_source : str
        Trial or review behind the limit.
    step : float
        Clinical resolution: a plan names multiples of it.
    fine : float
        Resolution of the measurement, at which the permitted region is stated.
    noise : float
        Standard deviation of one measurement: in the unit, or a share when ``noise_relative``.
    noise_relative : bool
        Whether ``noise`` is a share.
    models : tuple of str
        Models whose risk depends on it; empty for all models of the layer.
    """

    name: str
    label: str
    unit: str
    floor: float
    floor_source: str
    max_change: float
    relative: bool
    change_source: str
    step: float
    fine: float
    noise: float = 0.0
    noise_relative: bool = False
    models: tuple[str, ...] = ()
    direction: Literal["down"] = "down"


SBP = Lever(
    "trestbps",
    "Systolic pressure",
    "mmHg",
    floor=120,
    floor_source="2024 ESC guideline: treated systolic target 120-129 mmHg "
    "(Eur Heart J 2024;45:3912-4018)",
    max_change=30,
    relative=False,
    change_source="VERONICA-Nigeria: home systolic -31 mmHg after 6 months on a low-dose triple "
    "pill (Ojji et al., JAMA 2024)",
    step=2,
    fine=1,
    noise=5,
)

CHOLESTEROL = Lever(
    "chol",
    "Total cholesterol",
    "mg/dL",
    floor=150,
    floor_source="2019 ESC/EAS guideline: LDL below 70 mg/dL at high risk; with HDL 50 and "
    "triglycerides 150 that is a total of 150 (Eur Heart J 2020;41:111-188)",
    max_change=0.35,
    relative=True,
    change_source="Atorvastatin 40 mg lowers total cholesterol by 37 % "
    "(US prescribing information, dose-response table)",
    step=5,
    fine=1,
    noise=0.05,
    noise_relative=True,
)

BMI = Lever(
    "bmi",
    "Body-mass index",
    "kg/m2",
    floor=25,
    floor_source="WHO: overweight begins at 25 kg/m2 (Technical Report Series 894)",
    max_change=0.10,
    relative=True,
    change_source="Look AHEAD: -8.6 % weight in one year of intensive lifestyle change "
    "(Diabetes Care 2007;30:1374-83); STEP 1: -14.9 % with semaglutide (N Engl J Med 2021;384:989)",
    step=0.5,
    fine=0.1,
    models=("framingham",),
)

SMOKING = Lever(
    "smoker",
    "Current smoker",
    "",
    floor=0,
    floor_source="Every guideline: no smoking",
    max_change=1,
    relative=False,
    change_source="The equations credit quitting at once; in the Framingham cohorts the hazard "
    "ratio was 0.61 within five years (Duncan et al., JAMA 2019;322:642-650)",
    step=1,
    fine=1,
)

LEVERS: dict[Layer, tuple[Lever, ...]] = {
    "diagnostic": (SBP, CHOLESTEROL),
    "prevention": (SBP, CHOLESTEROL, BMI, SMOKING),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Reach:
    """How far one lever can be moved for one patient.

    Attributes
    ----------
    lever : Lever
        The lever.
    current : float
        The patient's value; NaN when not measured.
    floor, max_change : float
        The limits in force, in the lever's unit, edited by the user or from the registry.
    weight : float
        Effort of using the whole ``max_change``.
    values : tuple of float
        The present value, then every clinically rounded value within the limits, downwards.
    stop : {"floor", "12-month limit", "already at floor", "not measured"}
        What ends the movement.
    """

    lever: Lever
    current: float
    floor: float
    max_change: float
    weight: float
    values: tuple[float, ...]
    stop: Stop

    def effort(self, value: float) -> float:
        """Return weight x change / largest change of moving the lever to a value."""
        return self.weight * self.move(value)

    def move(self, value: float) -> float:
        """Return the change to a value as a share of the largest change."""
        return (self.current - value) / self.max_change if value != self.current else 0.0

    def axis(self) -> Axis:
        """Return the lever as an axis of the search grid."""
        costs = tuple(self.effort(value) for value in self.values)
        moves = tuple(self.move(value) for value in self.values)
        return Axis(self.lever.name, self.values, costs, moves)

    def to_dict(self) -> dict[str, object]:
        """Return limits, weight and sources as plain data."""
        return {
            "lever": self.lever.name,
            "label": self.lever.label,
            "unit": self.lever.unit,
            "direction": self.lever.direction,
            "current": None if math.isnan(self.current) else self.current,
            "floor": self.floor,
            "max_change": None if math.isnan(self.max_change) else self.max_change,
            "weight": self.weight,
            "step": self.lever.step,
            "stop": self.stop,
            "floor_source": self.lever.floor_source,
            "change_source": self.lever.change_source,
        }


def levers_for(layer: Layer, model_name: str) -> tuple[Lever, ...]:
    """Return the levers of a layer that the risk of this model depends on."""
    return tuple(lever for lever in LEVERS[layer] if not lever.models or model_name in lever.models)


def reaches(
    levers: tuple[Lever, ...],
    fields: FieldSet,
    values: Mapping[str, float],
    weights: Mapping[str, float] | None = None,
    limits: Mapping[str, Mapping[str, float]] | None = None,
) -> tuple[Reach, ...]:
    """Work out for one patient how far each lever can go.

    Parameters
    ----------
    levers : tuple of Lever
        The levers of the model.
    fields : FieldSet
        Descriptions of the fields, for the range in which a limit makes sense.
    values : mapping of str to float
        The patient; NaN = not measured.
    weights : mapping of str to float, optional
        Effort of using a lever's whole 12-month change; 1 where not given.
    limits : mapping of str to mapping, optional
        For a lever, another ``floor`` or ``max_change``, both in its unit.

    Raises
    ------
    InputError
        If a weight or limit is not a sensible number, or names no lever of the model.
    """
    weight_fields = FieldSet(tuple(_weight_field(lever) for lever in levers))
    problems, chosen = _read("weights", weight_fields, weights)
    found, given = _read_limits(levers, fields, limits)
    if problems or found:
        raise InputError.from_problems((*problems, *found))
    return tuple(
        _reach(lever, values[lever.name], chosen[lever.name], given[lever.name]) for lever in levers
    )


def grid_below(value: float, lowest: float, step: float) -> tuple[float, ...]:
    """Return the multiples of ``step`` below ``value``, down to ``lowest``, in falling order."""
    top = math.ceil((value - _ROUNDING) / step) - 1
    bottom = math.ceil((lowest - _ROUNDING) / step)
    return tuple(round(number * float(step), 9) for number in range(top, bottom - 1, -1))


def _reach(lever: Lever, current: float, weight: float, limits: Mapping[str, float]) -> Reach:
    share = current if lever.relative else 1.0
    floor = _either(limits["floor"], lever.floor)
    max_change = _either(limits["max_change"], lever.max_change * share)
    weight = _either(weight, 1.0)
    if math.isnan(current):
        return Reach(lever, current, floor, max_change, weight, (), "not measured")
    below = grid_below(current, max(floor, current - max_change), lever.step)
    stop: Stop = "floor" if floor >= current - max_change else "12-month limit"
    if current <= floor:
        stop = "already at floor"
    return Reach(lever, current, floor, max_change, weight, (current, *below), stop)


def _either(given: float, default: float) -> float:
    return default if math.isnan(given) else given


def _read_limits(
    levers: tuple[Lever, ...], fields: FieldSet, limits: object
) -> tuple[list[Problem], dict[str, dict[str, float]]]:
    known = {lever.name: lever for lever in levers}
    problems: list[Problem] = []
    if limits is not None and not isinstance(limits, Mapping):
        problems.append(_not_an_object("limits", limits))
    given: Mapping[object, object] = limits if isinstance(limits, Mapping) else {}
    problems += [
        Problem(
            f"limits.{name}",
            str(name)[:40],
            "unknown-lever",
            "is not a lever of this model.",
            f"Levers: {', '.join(known)}.",
        )
        for name in given
        if name not in known
    ]
    read = {}
    for name, lever in known.items():
        limit_fields = _limit_fields(lever, fields[name])
        found, read[name] = _read(f"limits.{name}", limit_fields, given.get(name))
        problems += found
    return problems, read


def _read(place: str, fields: FieldSet, given: object) -> tuple[list[Problem], dict[str, float]]:
    if given is not None and not isinstance(given, Mapping):
        return [_not_an_object(place, given)], {}
    values, problems = fields.check(given or {})
    return [dataclasses.replace(p, column=f"{place}.{p.column}") for p in problems], values


def _weight_field(lever: Lever) -> FieldSpec:
    return FieldSpec(lever.name, f"Effort weight of {lever.label}", "", "", low=0, high=MAX_WEIGHT)


def _limit_fields(lever: Lever, spec: FieldSpec) -> FieldSet:
    low, high = (spec.low or 0.0, spec.high or 1.0)
    return FieldSet(
        (
            FieldSpec("floor", "Floor", "", "", unit=lever.unit, low=low, high=high),
            FieldSpec("max_change", "Change", "", "", unit=lever.unit, low=0, high=high - low),
        )
    )


def _not_an_object(place: str, given: object) -> Problem:
    fix = "Give an object with names as keys and numbers as values."
    return Problem(place, str(given)[:40], "type", f"The {place} are not an object.", fix)
