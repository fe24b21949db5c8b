"""Why a problem allows no plan, in the names and limits of the problem."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

from core.apple_sales.planning.compile import Compiled, Row
from core.apple_sales.planning.plan_result import Clash, Infeasibility, Repair, Shortfall
from core.apple_sales.planning.problem import Problem
from core.optimize.infeasible import Relaxation, diagnose
from core.optimize.polytope import Limit, Polytope, Side
from core.viz.text import listed

LISTED = 6
"""Limits of a conflict that its sentence names; all are in the table."""

BARELY = (
    "No plan is within all limits, by so little that it may be rounding: relax the tightest limit "
    "a little."
)

DIGITS = 6
_STEPS, _SETTLED, _MARGIN = 30, 1e-12, 1e-7


def infeasibility(problem: Problem, made: Compiled) -> Infeasibility | None:
    """Return why no amounts are within all limits, or ``None`` if some are."""
    own = made.programme.polytope
    if own.maximise(np.zeros(own.n)).status != "infeasible":
        return None
    try:
        found = diagnose(own)
    except RuntimeError:
        found = None
    if found is None:
        return Infeasibility(BARELY)
    words = _Words(problem, made)
    conflict = tuple(words.clash(limit) for limit in found.conflict)
    named = [words.named(limit) for limit in found.conflict[:LISTED]]
    more = len(conflict) - len(named)
    named += [f"{more} more"] if more else []
    return Infeasibility(
        f"No plan is within all limits, because these exclude each other: {listed(named)}.",
        tuple(words.shortfall(relaxed) for relaxed in found.shortfalls),
        conflict,
        tuple(repair for relaxed in found.repairs if (repair := words.repair(relaxed))),
        found.untried,
    )


class _Words:
    """Limits of the programme in the words of the problem."""

    def __init__(self, problem: Problem, made: Compiled) -> None:
        self.amount = problem.amount
        self.rows = made.rows
        self.polytope = made.programme.polytope

    def named(self, limit: Limit) -> str:
        """Return ``"Supply" (at most 100)``."""
        most = "at most" if limit.side == "high" else "at least"
        return f'"{self._name(limit)}" ({most} {self._shown(limit, self._value(limit))})'

    def clash(self, limit: Limit) -> Clash:
        verb = "allows at most" if limit.side == "high" else "asks for at least"
        sentence = f'"{self._name(limit)}" {verb} {self._shown(limit, self._value(limit))}.'
        return Clash(*self._place(limit), sentence)

    def shortfall(self, relaxed: Relaxation) -> Shortfall:
        verb = "exceeded" if relaxed.limit.side == "high" else "missed"
        short = f"{relaxed.by:.{DIGITS}g} {self.amount}"
        sentence = f"{self.named(relaxed.limit)} is {verb} by {short}."
        return Shortfall(*self._place(relaxed.limit), sentence, relaxed.by)

    def repair(self, relaxed: Relaxation | None) -> Repair | None:
        """Return a relaxation as advice; ``None`` where the limit cannot help alone."""
        if relaxed is None:
            return None
        limit, row = relaxed.limit, self._row(relaxed.limit)
        share = row is not None and row.constraint.kind == "share"
        to = _share(self.polytope, limit, self._value(limit)) if share else relaxed.value
        if to is None or (to < 0 and (share or limit.kind == "bound")):
            return None
        return Repair(*self._place(limit), self._advice(limit, to), to)

    def _advice(self, limit: Limit, to: float) -> str:
        name, high = self._name(limit), limit.side == "high"
        old, new = self._shown(limit, self._value(limit)), self._shown(limit, to, high)
        row = self._row(limit)
        if row is not None and row.constraint.low == row.constraint.high:
            return f'Allow "{name}" {"up" if high else "down"} to {new} instead of exactly {old}.'
        what = "upper limit" if high else "lower limit"
        return f'{"Raise" if high else "Lower"} the {what} of "{name}" from {old} to {new}.'

    def _row(self, limit: Limit) -> Row | None:
        return self.rows[limit.index] if limit.kind == "row" else None

    def _name(self, limit: Limit) -> str:
        row = self._row(limit)
        return limit.name if row is None else row.constraint.name

    def _value(self, limit: Limit) -> float:
        """Return the limit as the problem states it: of a share, the share."""
        row = self._row(limit)
        if row is None or row.constraint.kind == "amount":
            return limit.value
        stated = row.constraint.low if limit.side == "low" else row.constraint.high
        return float(stated or 0.0)

    def _shown(self, limit: Limit, value: float, up: bool | None = None) -> str:
        row = self._row(limit)
        share = row is not None and row.constraint.kind == "share"
        number = 100 * value if share else value
        number = number if up is None else _rounded(number, math.ceil if up else math.floor)
        return f"{number:.{DIGITS}g}{' %' if share else ''}"

    def _place(self, limit: Limit) -> tuple[str, Literal["constraint", "cell"], Side, float]:
        kind: Literal["constraint", "cell"] = "constraint" if limit.kind == "row" else "cell"
        return self._name(limit), kind, limit.side, self._value(limit)


def _rounded(value: float, way: Callable[[float], int]) -> float:
    """Return a number of few digits that is not on the wrong side of the value."""
    if value == 0:
        return 0.0
    step = DIGITS - 1 - math.floor(math.log10(abs(value)))
    scaled = value * 10.0**step
    return way(scaled) / 10.0**step


def _share(polytope: Polytope, limit: Limit, share: float) -> float | None:
    """Return the nearest share at which a plan exists if this limit alone moves.

    The smallest (or largest) ratio of two linear functions over what the other limits allow, by
    the iteration of Dinkelbach (1967, Management Science 13, 492-498): every step is a linear
    programme, and the ratio found is that of its optimum.
    """
    out = 1.0 if limit.side == "high" else -1.0
    others = polytope.relaxed({limit: out * math.inf})
    line = polytope.matrix[[limit.index]].toarray().ravel()
    ratio = share
    for _ in range(_STEPS):
        found = others.maximise(-out * (line + share - ratio))
        if found.x is None or found.x.sum() <= 0:
            return None
        last, ratio = ratio, share + float(line @ found.x) / float(found.x.sum())
        if abs(ratio - last) <= _SETTLED:
            break
    to = ratio + out * _MARGIN * max(abs(ratio), _MARGIN)
    return float(np.clip(to, 0.0, 1.0))
