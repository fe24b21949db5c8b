"""The plan: the best amounts within the limits with their proof, or the reason there are none."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from core.apple_sales.planning.comparison import now, rivals
from core.apple_sales.planning.compile import Compiled, compiled
from core.apple_sales.planning.infeasible import infeasibility
from core.apple_sales.planning.plan_result import Certificate, Infeasibility, Multiplier, Now, Plan
from core.apple_sales.planning.prices import Binding, bindings, check, multiplier
from core.apple_sales.planning.problem import Problem
from core.apple_sales.planning.resolve import Known
from core.errors import InputError
from core.errors import Problem as Finding
from core.optimize.certificate import canonical_hash
from core.optimize.frank_wolfe import relative_to
from core.optimize.kkt import kkt
from core.optimize.polytope import Floats
from core.optimize.programme import Programme
from core.optimize.scaling import in_units
from core.optimize.scurve import maximise_separable
from core.optimize.search import SMALL
from core.optimize.solve import solve, unit_scale_test
from core.viz.text import listed

OTHER_MONEY, OTHER_UNITS = 1e6, 1e-3
"""Units in which a problem with S-curves is solved again."""

MOST_SOLVED_AGAIN = 1_000
"""Cells up to which a whole problem is solved again: by a second solver, and in other units. Above,
the bound and the residual are the proof."""

MOST_CELLS = 25
"""Cells up to which the prices of their own limits are checked too."""

MOST_ROWS = 50
"""Constraints whose prices are checked, those worth most first."""


def plan(problem: Problem, *, checks: bool = True) -> Plan:
    """Return the plan with the largest objective within all limits, certified.

    Whether any plan exists is decided first, by a linear programme. A problem of concave curves is
    solved by :func:`core.optimize.solve.solve`, one with S-curves by
    :func:`core.optimize.scurve.maximise_separable`.

    Parameters
    ----------
    problem : Problem
        What to plan; :func:`core.apple_sales.read_problem` makes one from JSON.
    checks : bool, default True
        Whether to solve again in other units, by a second solver and with limits moved; what is
        left out is ``None`` or ``"not checked"``. Above :data:`MOST_SOLVED_AGAIN` cells only the
        prices are checked. Of problems with S-curves they never are: they belong to the
        neighbourhood of the plan.

    Returns
    -------
    Plan
        Also for a problem that allows no plan: its status is then ``"infeasible"``.

    Raises
    ------
    InputError
        If the best plan would be without end, or risk has a price although there are S-curves.
    """
    made = compiled(problem)
    today = now(problem, made.programme)
    impossible = infeasibility(problem, made)
    if impossible is not None:
        return _impossible(problem, today, impossible)
    if problem.concave:
        return _concave(problem, made, today, checks)
    return _s_curved(problem, made, today, checks)


def _impossible(problem: Problem, today: Now, why: Infeasibility) -> Plan:
    proof = _proof(
        problem,
        "infeasible",
        "A linear programme shows that no amounts are within all limits.",
        solver="HiGHS",
    )
    return _plan(problem, today, proof, why.reason, infeasibility=why)


def _concave(problem: Problem, made: Compiled, today: Now, checks: bool) -> Plan:
    n = len(problem.cells)
    again = checks and n <= MOST_SOLVED_AGAIN
    found = solve(made.programme, second=again or n <= SMALL)
    if found.x is None or found.gap is None or found.kkt is None:
        raise _no_plan(found.unlimited)
    certified = found.status == "optimal"
    proof = _proof(
        problem,
        "optimal" if certified else "not certified",
        "The objective is concave, so its tangent at the plan bounds every other plan; the "
        "largest tangent within the limits is a linear programme (Frank-Wolfe gap).",
        fw_gap=found.gap.absolute,
        fw_gap_rel=found.gap.relative,
        kkt_residual=found.kkt.residual,
        solver=found.solver,
        second_solver=found.second_solver,
        second_solver_rel_diff=found.second_difference,
        unit_scale_rel_diff=unit_scale_test(made.programme, found) if again else None,
    )
    bound = bindings(problem, made, found.x, found.kkt.row_prices, found.kkt.bound_prices)
    base = (found.value, found.gap.absolute)
    known = Known(found.x, found.kkt.row_prices)
    prices = _checked(problem, bound, base, known) if checks else _unchecked(problem, bound)
    return _valued(problem, made, today, proof, found.x, prices)


def _s_curved(problem: Problem, made: Compiled, today: Now, checks: bool) -> Plan:
    found = maximise_separable(made.programme)
    proof = _proof(
        problem,
        "optimal" if found.reached else "not certified",
        f"S-curves are not concave, so the plan is held against a bound that no plan exceeds, "
        f"from a {found.method} over {found.nodes:,} nodes. Prices hold near this plan only.",
        fw_gap=found.gap_absolute,
        fw_gap_rel=found.gap_relative,
        solver=found.method,
        unit_scale_rel_diff=_scale_difference(made.programme, found.value) if checks else None,
    )
    local = kkt(made.programme, found.x)
    bound = bindings(problem, made, found.x, local.row_prices, local.bound_prices)
    return _valued(problem, made, today, proof, found.x, _unchecked(problem, bound))


def _scale_difference(programme: Programme, value: float) -> float:
    """Return the relative change of the objective when the problem is written in other units."""
    units = np.full(programme.n, OTHER_UNITS)
    again = programme.value(maximise_separable(in_units(programme, units, OTHER_MONEY)).x * units)
    return relative_to(abs(again - value), max(abs(value), abs(again)))


def _checked(
    problem: Problem, bound: tuple[Binding, ...], base: tuple[float, float], known: Known
) -> tuple[Multiplier, ...]:
    rows = [binding for binding in bound if binding.kind == "constraint"][:MOST_ROWS]
    few = len(problem.cells) <= MOST_CELLS
    return tuple(
        multiplier(binding, problem, check(binding, problem, base, known.best))
        if binding in rows or (few and binding.kind == "cell")
        else multiplier(binding, problem, None)
        for binding in bound
    )


def _unchecked(problem: Problem, bound: tuple[Binding, ...]) -> tuple[Multiplier, ...]:
    return tuple(multiplier(binding, problem, None) for binding in bound)


def _valued(
    problem: Problem,
    made: Compiled,
    today: Now,
    proof: Certificate,
    x: Floats,
    prices: tuple[Multiplier, ...],
) -> Plan:
    programme = made.programme
    value = programme.value(x)
    return _plan(
        problem,
        today,
        proof,
        _reason(problem, proof),
        x={name: float(a) for name, a in zip(programme.polytope.names, x, strict=True)},
        objective=value,
        expected=programme.expected(x),
        revenue=float(programme.responses.value(x).sum()),
        risk_sd=math.sqrt(programme.variance(x)),
        multipliers=prices,
        comparison=rivals(problem, programme, value),
    )


def _reason(problem: Problem, proof: Certificate) -> str:
    gap = f"{proof.fw_gap:.2g} {problem.money} ({proof.fw_gap_rel:.1g} of the objective)"
    if proof.status == "optimal":
        return f"No plan within the limits can add more than {gap}."
    return (
        f"The plan is within reach of the solvers, but its proof is not tight enough: another plan "
        f"might add up to {gap}."
    )


def _proof(problem: Problem, status: Any, method: str, **figures: Any) -> Certificate:
    nothing = dict.fromkeys(field.name for field in dataclasses.fields(Certificate))
    named = {"status": status, "method": method, "input_hash": canonical_hash(problem.to_dict())}
    return Certificate(**{**nothing, **named, **figures})


def _plan(problem: Problem, today: Now, proof: Certificate, reason: str, **parts: Any) -> Plan:
    nothing = dict.fromkeys(("x", "objective", "expected", "revenue", "risk_sd"))
    return Plan(
        title=problem.title,
        money=problem.money,
        amount=problem.amount,
        status=proof.status,
        reason=reason,
        now=today,
        certificate=proof,
        notes=problem.notes,
        **{**nothing, **parts},
    )


def _no_plan(cells: tuple[str, ...]) -> InputError:
    """Return why a problem with allowed amounts has no best ones."""
    if not cells:
        finding = Finding(
            "",
            "",
            "precision",
            "No solver found a plan, although amounts within all limits exist.",
            "Bring the figures to similar sizes, such as $ billion and million units.",
        )
        return InputError.from_problems((finding,))
    named = listed([f'"{name}"' for name in cells])
    finding = Finding(
        "cells",
        named,
        "unbounded",
        f"{named} can grow without limit at a profit, so the plan has no end.",
        'Give "high" to these cells, or an upper limit to a constraint over them.',
    )
    return InputError.from_problems((finding,))
