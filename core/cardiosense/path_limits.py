"""What surrounds a plan: the values that keep its target, and the limits that stop a better one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.cardiosense.levers import Reach, grid_below
from core.cardiosense.path_result import Binding, BindingLimit, Region
from core.cardiosense.plan_space import PlanSpace
from core.fields import FieldSpec

Bools = NDArray[np.bool_]

_NO_GAIN = 1e-9


def regions(space: PlanSpace, cell: int) -> Mapping[str, Region]:
    """Return for each lever the plan moves the unbroken range of values that keeps the target.

    The other levers stay at the plan. The range ends at the patient's present value upwards and
    at the floor or 12-month limit downwards.
    """
    planned = space.grid.values(cell)
    plan = space.plan(planned)
    moved = [r for r in space.reaches if planned[r.lever.name] != r.current]
    fine = [_fine_values(r, planned[r.lever.name]) for r in moved]
    rows = [space.rows(plan, r.lever.name, f) for r, f in zip(moved, fine, strict=True)]
    met = space.reached(np.concatenate(rows))
    keeps = np.split(met, np.cumsum([len(values) for values in fine])[:-1])
    return {
        reach.lever.name: _region(reach, values, kept, planned[reach.lever.name])
        for reach, values, kept in zip(moved, fine, keeps, strict=True)
    }


def inactive_levers(space: PlanSpace, reaches: tuple[Reach, ...]) -> dict[str, str]:
    """Return the levers that cannot help this patient, each with the reason."""
    reasons = {}
    for reach in reaches:
        name = reach.lever.name
        if reach.stop == "not measured":
            reasons[name] = "not measured"
        elif len(reach.values) == 1:
            room = "already at or below its floor" if reach.stop == "already at floor" else ""
            reasons[name] = room or "no clinically rounded value lies within its limits"
        elif not _lowers(space, name):
            reasons[name] = "lowering it alone does not lower the estimate for this patient"
    return reasons


def explain_infeasible(space: PlanSpace, reaches: tuple[Reach, ...]) -> Binding:
    """Return the lowest risk within the limits and which limit would have to give."""
    cell = space.grid.lowest(space.p)
    best = space.grid.values(cell)
    lowest_p = space.risk(space.plan(best))
    inactive = inactive_levers(space, reaches)
    limits, free = [], dict(best)
    for reach in reaches:
        name = reach.lever.name
        if not reach.values:
            limits.append(BindingLimit(name, reach.stop, None, None))
            continue
        tried = (best[name], *_beyond(reach, space.disturbance.fields[name]))
        rows = space.rows(space.plan(best), name, tried)
        free[name] = tried[int(space.model.log_odds(rows).argmin())]
        enough = [v for v, met in zip(tried, space.reached(rows), strict=True) if met]
        needed = enough[0] if enough and lowest_p > space.target else None
        stop = "no effect" if "does not lower" in inactive.get(name, "") else reach.stop
        limits.append(BindingLimit(name, stop, min(reach.values), needed))
    p_free = space.risk(space.plan(free))
    return Binding(
        lowest_p=lowest_p,
        effort=float(space.grid.effort[cell]),
        changes=space.changes(cell),
        limits=tuple(limits),
        p_without_limits=p_free,
        sentence=_sentence(space, reaches, limits, lowest_p, p_free),
    )


def _lowers(space: PlanSpace, name: str) -> bool:
    """Whether some level of this lever alone lowers the screened risk."""
    index = [axis.name for axis in space.grid.axes].index(name)
    alone = (space.grid.changed == 1) & (space.grid.levels[:, index] > 0)
    start = space.p[int(np.flatnonzero(space.grid.changed == 0)[0])]
    return bool((space.p[alone] < start - _NO_GAIN).any())


def _fine_values(reach: Reach, planned: float) -> list[float]:
    lowest = max(reach.floor, reach.current - reach.max_change)
    fine = grid_below(reach.current, lowest, reach.lever.fine)
    return sorted({reach.current, *fine, planned})


def _region(reach: Reach, values: list[float], keeps: Bools, planned: float) -> Region:
    low = high = values.index(planned)
    while low > 0 and keeps[low - 1]:
        low -= 1
    while high + 1 < len(values) and keeps[high + 1]:
        high += 1
    name, unit = reach.lever.name, reach.lever.unit
    if low == high == 0 and len(values) == 2:
        text = f"{name} = {values[0]:g} {unit}"
    elif low == 0:
        text = f"{name} <= {values[high]:g} {unit}"
    else:
        text = f"{name} {values[low]:g} to {values[high]:g} {unit}"
    return Region(values[low], values[high], text.strip())


def _beyond(reach: Reach, spec: FieldSpec) -> tuple[float, ...]:
    """Return the rounded values past the limits that the field still allows."""
    low = 0.0 if spec.is_code else spec.low or 0.0
    return grid_below(min(reach.values), low, reach.lever.step)


def _sentence(
    space: PlanSpace,
    reaches: tuple[Reach, ...],
    limits: list[BindingLimit],
    lowest_p: float,
    p_free: float,
) -> str:
    levers = {reach.lever.name: reach.lever for reach in reaches}
    parts = [f"With every lever at its best within the limits the risk is {100 * lowest_p:.1f} %."]
    if lowest_p <= space.target:
        parts.append("That meets the target, but not in 90 % of noise draws and refits.")
        return " ".join(parts)
    for limit in limits:
        label, unit = levers[limit.lever].label, levers[limit.lever].unit
        if limit.at is None:
            parts.append(f"{label} was not measured.")
        elif limit.stop == "no effect":
            parts.append(f"Lowering {label.lower()} does not lower this estimate.")
        elif unit:
            parts.append(f"{label} stops at {limit.at:g} {unit} ({limit.stop}).")
    giving = [
        f"{levers[x.lever].label.lower()} could go to {x.would_need:g} {levers[x.lever].unit}"
        for x in limits
        if x.would_need is not None
    ]
    if giving:
        parts.append(f"The target would be met if {' or if '.join(giving)}.")
    elif p_free <= space.target:
        parts.append("No single limit is enough; several would have to give.")
    else:
        parts.append(
            f"Even without floors and 12-month limits the risk stays at {100 * p_free:.1f} %: what "
            "cannot be moved keeps it above the target."
        )
    return " ".join(parts)
