"""What a plan is: the amounts, the proof, the prices of the limits, or why there is none."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from core.plain import plain

Status = Literal["optimal", "not certified", "infeasible"]
Verified = Literal["yes", "degenerate", "no", "not checked"]


@dataclasses.dataclass(frozen=True, slots=True)
class Certificate:
    """What is proven about a plan; every figure is computed from the plan, not told by a solver.

    Attributes
    ----------
    status : {"optimal", "not certified", "infeasible"}
        The verdict.
    method : str
        How it was reached, as a sentence.
    fw_gap, fw_gap_rel : float or None
        No plan within the limits can add more than this to the objective, in money and relative
        to the objective.
    kkt_residual : float or None
        Largest relative violation of the optimality conditions; ``None`` with S-curves, for which
        the conditions prove nothing.
    solver, second_solver : str or None
        What found the plan, and what else solved the same problem independently.
    second_solver_rel_diff : float or None
        Relative difference of the two objectives.
    unit_scale_rel_diff : float or None
        Largest change of an amount, relative to the largest, when the problem is solved with
        money counted in 1e6 and 1e-9 and amounts in 1e-3 and 1e6 of their units; with S-curves,
        relative change of the objective. ``None`` when not checked.
    input_hash : str
        SHA-256 of the problem as read.
    """

    status: Status
    method: str
    fw_gap: float | None
    fw_gap_rel: float | None
    kkt_residual: float | None
    solver: str | None
    second_solver: str | None
    second_solver_rel_diff: float | None
    unit_scale_rel_diff: float | None
    input_hash: str


@dataclasses.dataclass(frozen=True, slots=True)
class Multiplier:
    """The shadow price of a binding limit: change of the objective for one unit of the limit.

    Attributes
    ----------
    name : str
        The constraint or cell.
    kind : {"constraint", "cell"}
        What the limit belongs to.
    side : {"low", "high", "both"}
        Which limit binds; ``"both"`` where they are equal.
    limit : float
        The limit; a part of 1 for a share.
    price : float
        Change of the best objective per unit when the limit is raised.
    right, left : float or None
        The same found by solving again with the limit a small step up, and down; ``None`` where
        not checked, or where no plan exists on that side.
    verified : {"yes", "degenerate", "no", "not checked"}
        ``"yes"``: both agree with the price to 1e-3 relative. ``"degenerate"``: the price lies
        between them, so it differs up and down, or the limit cannot move one way because no plan
        would be left. ``"no"``: neither.
    unit : str
        Unit of the price, such as ``"$ billion per unit"``; of a share, per percentage point.
    """

    name: str
    kind: Literal["constraint", "cell"]
    side: Literal["low", "high", "both"]
    limit: float
    price: float
    right: float | None
    left: float | None
    verified: Verified
    unit: str


@dataclasses.dataclass(frozen=True, slots=True)
class Clash:
    """A limit that excludes others.

    Attributes
    ----------
    name : str
        The constraint or cell.
    kind : {"constraint", "cell"}
        What the limit belongs to.
    side : {"low", "high"}
        Which of its limits.
    limit : float
        The limit; a part of 1 for a share.
    sentence : str
        The same in words.
    """

    name: str
    kind: Literal["constraint", "cell"]
    side: Literal["low", "high"]
    limit: float
    sentence: str


@dataclasses.dataclass(frozen=True, slots=True)
class Shortfall(Clash):
    """A limit that the least violating amounts miss.

    Attributes
    ----------
    short : float
        By how much, in amounts.
    """

    short: float


@dataclasses.dataclass(frozen=True, slots=True)
class Repair(Clash):
    """One limit that, changed alone, makes a plan possible; the sentence rounds it so that it does.

    Attributes
    ----------
    to : float
        The nearest limit at which a plan exists, with a margin for rounding.
    """

    to: float


@dataclasses.dataclass(frozen=True, slots=True)
class Infeasibility:
    """Why there is no plan.

    Attributes
    ----------
    reason : str
        One sentence.
    shortfalls : tuple of Shortfall
        Limits to relax together, with the smallest sum of relative relaxations.
    conflict : tuple of Clash
        Limits that exclude each other; without any one of them the others can hold.
    repairs : tuple of Repair
        Limits of the conflict each of which can resolve everything alone.
    untried : int
        Limits of the conflict for which no repair was looked for, because it is long.
    """

    reason: str
    shortfalls: tuple[Shortfall, ...] = ()
    conflict: tuple[Clash, ...] = ()
    repairs: tuple[Repair, ...] = ()
    untried: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Now:
    """The present amounts under the same curves and limits.

    Attributes
    ----------
    objective, revenue : float
        As those of the plan.
    feasible : bool
        Whether they are within the limits.
    violation : float
        Largest excess over a limit, relative to the limit's size.
    """

    objective: float
    revenue: float
    feasible: bool
    violation: float


@dataclasses.dataclass(frozen=True, slots=True)
class Rival:
    """Another way to choose the amounts, valued by the same curves.

    Attributes
    ----------
    name : str
        ``"Today's mix"``, ``"Linear plan"`` or ``"Today's mix, scaled"``.
    how : str
        How it was made, as a sentence.
    x : mapping of str to float, or None
        Its amounts; ``None`` if there is no such plan.
    feasible : bool
        Whether it is within the limits.
    objective, revenue : float or None
        As those of the plan.
    difference, difference_rel : float or None
        Its objective less the plan's, in money and relative to the plan's objective.
    at_limit : int or None
        Cells at one of their own limits.
    """

    name: str
    how: str
    x: Mapping[str, float] | None
    feasible: bool
    objective: float | None
    revenue: float | None
    difference: float | None
    difference_rel: float | None
    at_limit: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """The best amounts with their proof, or why there are none.

    Attributes
    ----------
    title, money, amount : str
        As in the problem.
    status : {"optimal", "not certified", "infeasible"}
        ``"optimal"``: no plan within the limits is better by more than the certificate's gap.
    reason : str
        One sentence on the status.
    x : mapping of str to float, or None
        Amount of each cell.
    objective, expected : float or None
        Weighted responses less costs, with and without the price of risk, in money.
    revenue : float or None
        Sum of the responses.
    risk_sd : float or None
        Standard deviation of the outcome, in money.
    now : Now
        The present amounts, valued alike.
    certificate : Certificate
        What is proven.
    multipliers : tuple of Multiplier
        Shadow prices of the binding limits, those worth most first.
    infeasibility : Infeasibility or None
        Why there is no plan.
    comparison : tuple of Rival
        Other ways to choose the amounts.
    notes : tuple of str
        As in the problem.
    """

    title: str
    money: str
    amount: str
    status: Status
    reason: str
    x: Mapping[str, float] | None
    objective: float | None
    expected: float | None
    revenue: float | None
    risk_sd: float | None
    now: Now
    certificate: Certificate
    multipliers: tuple[Multiplier, ...] = ()
    infeasibility: Infeasibility | None = None
    comparison: tuple[Rival, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as strict JSON; equal problems give equal bytes."""
        result: dict[str, Any] = plain(self)
        return result
