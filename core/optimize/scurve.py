"""The optimum of separable response curves that need not be concave, with a proven bound.

Of S-curves a local optimum says little: which of many it is depends on the start. Here a plan is
returned together with a value that no plan exceeds: by dynamic programming under a single budget
(:mod:`core.optimize.scurve_budget`), by branch and bound under any linear rows
(:mod:`core.optimize.scurve_rows`).
"""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import numpy as np

from core.errors import InputError, Problem
from core.optimize.polytope import Floats, Polytope
from core.optimize.programme import Programme
from core.optimize.scaling import autoscale
from core.optimize.scurve_budget import dynamic_programme, is_budget
from core.optimize.scurve_rows import branch_and_bound
from core.optimize.scurve_terms import Bracket
from core.plain import plain

Method = Literal["dynamic programme", "branch and bound"]
GAP = 1e-4
ROUNDING = 1e-9
"""Share of the value by which units may move a gap."""

FLOOR = 1e-9
"""Share of the objective's range within the limits below which a value counts as 0 when the gap is
made relative to it."""
INFEASIBLE = ("no plan meets all limits.", "Relax a limit.")


@dataclasses.dataclass(frozen=True)
class SeparableOptimum:
    """A plan, and how far from the optimum it can be at most.

    Attributes
    ----------
    x : ndarray, shape (n,)
        The plan.
    value : float
        Its objective.
    bound : float
        No plan within the limits has a larger objective.
    gap_absolute, gap_relative : float
        Bound less value, and the same as a share of the value's size, at least :data:`FLOOR` of its
        range.
    method : {"dynamic programme", "branch and bound"}
        What proved the bound.
    nodes : int
        Cells of the grid or boxes that were evaluated.
    reached : bool
        Whether the gap that was asked for was reached.
    """

    x: Floats
    value: float
    bound: float
    gap_absolute: float
    gap_relative: float
    method: Method
    nodes: int
    reached: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the result as strict JSON data."""
        result: dict[str, Any] = plain(self)
        return result


def maximise_separable(programme: Programme, *, relative_gap: float = GAP) -> SeparableOptimum:
    """Return the best plan of a programme whose curves may be S-shaped.

    Parameters
    ----------
    programme : Programme
        Any families of curves and any linear rows; without a price of risk.
    relative_gap : float
        Distance between value and bound, as a share of the value, at which to stop.

    Returns
    -------
    SeparableOptimum
        Plan, value and bound; with a larger gap than asked for if the work limit comes first.

    Raises
    ------
    InputError
        If risk has a price, an amount has no limit, or no plan is within the limits.
    """
    _need_separable(programme)
    scaled = autoscale(_bounded(programme))
    found, method = _solve(scaled.programme, relative_gap)
    if found.x is None:
        raise _without_plan(found, programme.polytope)
    allowed = programme.polytope
    x = np.clip(scaled.outward(found.x), allowed.low, allowed.high)
    value = programme.expected(x)
    bound = max(found.bound * scaled.money, value)
    gap, size = bound - value, max(abs(value), FLOOR * scaled.money)
    relative = gap / size
    reached = relative <= relative_gap + ROUNDING
    return SeparableOptimum(x, value, bound, gap, relative, method, found.nodes, reached)


def _solve(programme: Programme, relative_gap: float) -> tuple[Bracket, Method]:
    start = None
    if is_budget(programme.polytope):
        found = dynamic_programme(programme, relative_gap=relative_gap)
        if found.bound - found.value <= relative_gap * abs(found.value):
            return found, "dynamic programme"
        start = found.x
    return branch_and_bound(programme, relative_gap=relative_gap, start=start), "branch and bound"


def _need_separable(programme: Programme) -> None:
    if programme.aversion > 0 and (programme.loadings.any() or programme.own_risk.any()):
        raise _refused(
            "aversion", f"{programme.aversion:g}", "separable",
            "a price of risk ties the cells together, and the exact method for S-curves needs "
            "cells that add up.",
            "Set the price of risk to 0, or replace the S-curves by concave curves.",
        )  # fmt: skip


def _bounded(programme: Programme) -> Programme:
    """Return the programme with a finite limit on every variable, where rows give one."""
    allowed = programme.polytope
    low, high = allowed.low.copy(), allowed.high.copy()
    for limits, sign, word in ((low, -1.0, "lowest"), (high, 1.0, "highest")):
        for i in np.flatnonzero(~np.isfinite(limits)):
            limits[i] = _furthest(allowed, int(i), sign, word)
    bounded = dataclasses.replace(allowed, low=low, high=high)
    return dataclasses.replace(programme, polytope=bounded)


def _furthest(allowed: Polytope, i: int, sign: float, word: str) -> float:
    """Return the lowest or highest amount of one variable that the rows allow."""
    direction = np.zeros(allowed.n)
    direction[i] = sign
    found = allowed.maximise(direction)
    if found.status == "infeasible":
        raise _refused("limits", "", "infeasible", *INFEASIBLE)
    if found.x is None:
        raise _refused(
            allowed.names[i], "", "unbounded",
            f"has no {word} amount, and no limit across cells gives one.",
            f"Give the {word} amount of the cell.",
        )  # fmt: skip
    return float(found.x[i])


def _without_plan(found: Bracket, allowed: Polytope) -> InputError:
    # A search that ends empty may have failed; only a linear programme says that nothing is there.
    nothing = allowed.maximise(np.zeros(allowed.n)).status == "infeasible"
    if found.bound == -np.inf and nothing:
        return _refused("limits", "", "infeasible", *INFEASIBLE)
    return _refused("limits", "", "scale", "no plan within all limits could be computed.",
                    "Bring the coefficients to sizes within a factor of a million.")  # fmt: skip


def _refused(column: str, value: str, rule: str, message: str, fix: str) -> InputError:
    return InputError.from_problems((Problem(column, value, rule, message, fix),))
