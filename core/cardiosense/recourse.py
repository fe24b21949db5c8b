"""The least effort that brings a patient's risk to a target, with proof.

Effort is the sum over the levers of weight x change / largest change credible in twelve months.
The search covers every clinically rounded plan within directions, floors and limits, so its
answer is the optimum over that grid, and "infeasible" means that no plan of the grid meets the
target. Each plan returned is scored once more, alone, by the model that scores patients.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import get_args

import numpy as np

from core.cardiosense.flags import flags
from core.cardiosense.levers import Layer, Reach, levers_for, reaches
from core.cardiosense.model import RiskModel
from core.cardiosense.path_limits import explain_infeasible, inactive_levers, regions
from core.cardiosense.path_result import FrontPlan, LeastEffortPath
from core.cardiosense.plan_space import PlanSpace, build_space
from core.cardiosense.prevention import OUTCOMES, Prevent, parse_person, prevention_model
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.cardiosense.score import parse_patient, route
from core.errors import InputError
from core.fields import FieldSpec
from core.optimize import Certificate, canonical_hash
from core.optimize.certificate import Status

DIAGNOSTIC_OUTCOME = "narrowing of a coronary artery by 50 % or more, now"

NOTES: dict[Layer, str] = {
    "diagnostic": "Sensitivity of the model, not treatment: it says which measured values would "
    "have led to a lower estimate, not that changing them opens an artery.",
    "prevention": "Association in the equations, not a promised effect: measured values move, "
    "treatment flags, diabetes and eGFR stay as they are. With age the weight of "
    "cholesterol and pressure shrinks and may turn; levers that cannot lower the estimate "
    "are listed as inactive.",
}

_TARGET = FieldSpec("target", "Target risk", "", "", low=0.0, high=1.0, required=True)


def least_effort_path(
    patient: Mapping[str, object],
    target: float,
    *,
    layer: Layer = "diagnostic",
    model: str | None = None,
    weights: Mapping[str, float] | None = None,
    limits: Mapping[str, Mapping[str, float]] | None = None,
    robust: bool = False,
) -> LeastEffortPath:
    """Find the plan of least effort that brings the risk to the target or below.

    Parameters
    ----------
    patient : mapping
        Field name to value, of the diagnostic or the prevention record.
    target : float
        Risk to reach, between 0 and 1, both excluded.
    layer : {"diagnostic", "prevention"}
        Which risk: of disease now, or of an event within ten years.
    model : str, optional
        Diagnostic: ``"logistic"`` or ``"xgboost"``, by default the model that scores patients.
        Prevention: ``"prevent"`` (default) or ``"framingham"``.
    weights : mapping of str to float, optional
        Effort of using the whole 12-month change of a lever; 1 where not given.
    limits : mapping of str to mapping, optional
        For a lever, another ``floor`` or ``max_change``, in its unit.
    robust : bool, default False
        Demand that the plan also holds in 90 % of the draws of measurement noise and in 90 % of
        the model's bootstrap refits.

    Returns
    -------
    LeastEffortPath
        The same for the same input, to the last byte.

    Raises
    ------
    InputError
        If the patient, the target, a weight, a limit or a choice is refused.
    """
    chosen, values, qualified = _read(patient, layer, model)
    fields = DIAGNOSTIC if layer == "diagnostic" else PREVENTION
    reach = reaches(levers_for(layer, chosen.name), fields, values, weights, limits)
    asked = _Question(layer, chosen, values, qualified, reach, _target(target), bool(robust))
    return _answer(
        asked, build_space(chosen, fields, values, reach, asked.target, robust=asked.robust)
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Question:
    layer: Layer
    model: RiskModel | Prevent
    values: Mapping[str, float]
    flags: tuple[str, ...]
    reach: tuple[Reach, ...]
    target: float
    robust: bool

    def hash(self) -> str:
        limits = [[r.lever.name, r.floor, r.weight, *_finite(r.max_change)] for r in self.reach]
        return canonical_hash(
            {
                "patient": {k: None if math.isnan(v) else v for k, v in self.values.items()},
                "target": self.target,
                "layer": self.layer,
                "model": self.model.name,
                "limits": limits,
                "robust": self.robust,
            }
        )


def _answer(asked: _Question, space: PlanSpace) -> LeastEffortPath:
    cell = space.cheapest()
    status: Status = "infeasible" if cell is None else "optimal" if cell else "already below"
    plan = None if cell is None else space.plan(space.grid.values(cell))
    diagnostic = asked.layer == "diagnostic"
    return LeastEffortPath(
        status=status,
        effort=None if cell is None else float(space.grid.effort[cell]),
        changes={} if cell is None else space.changes(cell),
        p_before=space.risk(space.row),
        p_after=None if plan is None else space.risk(plan),
        target=asked.target,
        layer=asked.layer,
        outcome=DIAGNOSTIC_OUTCOME if diagnostic else OUTCOMES[asked.model.name],
        robust=asked.robust,
        front=_front(space, cell),
        region=regions(space, cell) if cell else {},
        robustness=None if plan is None else space.disturbance.measure(plan),
        binding=explain_infeasible(space, asked.reach) if cell is None else None,
        levers=asked.reach,
        inactive=inactive_levers(space, asked.reach),
        flags=asked.flags,
        note=NOTES[asked.layer],
        certificate=_certificate(space, status, cell, asked.hash()),
    )


def _front(space: PlanSpace, best: int | None) -> tuple[FrontPlan, ...]:
    last = space.grid.lowest(space.p) if best is None else best
    plans = []
    for most in range(1, int(space.grid.changed[last]) + 1):
        cell = space.cheapest(most) if best is not None else None
        shown = space.grid.lowest(space.p, most) if cell is None else cell
        plans.append(
            FrontPlan(
                levers=most,
                reached=cell is not None,
                effort=float(space.grid.effort[shown]),
                changes=space.changes(shown),
                p_after=space.risk(space.plan(space.grid.values(shown))),
            )
        )
    return tuple(plans)


def _certificate(
    space: PlanSpace, status: Status, cell: int | None, input_hash: str
) -> Certificate:
    return Certificate(
        status=status,
        bound=None if cell is None else float(space.grid.effort[cell]),
        gap=None if cell is None else 0.0,
        nodes=1 if cell == 0 else space.nodes,
        cells_total=space.cells_total,
        method="the present state meets the target" if cell == 0 else space.method,
        model=space.model.tag,
        input_hash=input_hash,
    )


def _read(
    patient: Mapping[str, object], layer: str, model: str | None
) -> tuple[RiskModel | Prevent, dict[str, float], tuple[str, ...]]:
    """Return the model, the validated values, and what qualifies them."""
    if layer not in get_args(Layer):
        raise InputError(f"layer: {layer!s:.40} is unknown. Choose diagnostic or prevention.")
    if not isinstance(patient, Mapping):
        raise InputError("patient: is not an object. Give field names with their values.")
    if layer == "prevention":
        chosen = prevention_model(model)
        return chosen, *parse_person(patient, chosen.name)
    values = parse_patient(patient)
    qualified = tuple(flags(np.array([[values[name] for name in DIAGNOSTIC.names]]))[0])
    routed = route(values)
    if model is None:
        return routed.champion, values, qualified
    for candidate in (routed.champion, routed.challenger):
        if model in (candidate.name, candidate.name.split("-")[0]):
            return candidate, values, qualified
    raise InputError(f"model: {model!s:.40} is unknown. Choose logistic or xgboost.")


def _target(raw: object) -> float:
    value, problems = _TARGET.check(raw)
    if problems:
        raise InputError.from_problems(problems)
    if not 0 < value < 1:
        raise InputError("target: must lie between 0 and 1, both excluded, such as 0.2 for 20 %.")
    return value


def _finite(value: float) -> tuple[float, ...]:
    return (value,) if math.isfinite(value) else ()
