"""The Apple plan as the page shows it: its limits with their prices, and its gap on the way."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from core.foundations.lagrange_kkt import formulas_models as formulas
from core.foundations.lagrange_kkt import numeric
from core.foundations.lagrange_kkt.apple import opened
from core.foundations.lagrange_kkt.formulas import Floats

if TYPE_CHECKING:
    from core.apple_sales import Plan

STEPS = 20


@dataclasses.dataclass(frozen=True, slots=True)
class PricedLimit:
    """One limit of the plan's problem.

    Attributes
    ----------
    name, side : str
        The constraint, and ``"at most"`` or ``"at least"``.
    limit, used : float
        The limit, and what the plan uses.
    unit : str
        Of both; percent for a share.
    price : float
        Change of the best objective per unit of the limit; 0 where the limit does not bind.
    up, down : float or None
        The same by solving again with the limit a little higher and lower; ``None`` where the
        limit does not bind.
    """

    name: str
    side: str
    limit: float
    used: float
    unit: str
    price: float
    up: float | None
    down: float | None


@dataclasses.dataclass(frozen=True)
class Approach:
    """On the straight way from today's amounts to the plan.

    Attributes
    ----------
    shares, gaps, shortfalls : ndarray
        Part of the way, Frank-Wolfe gap there, and what the plan adds to it.
    gap, shortfall : float
        At the chosen part.
    """

    shares: Floats
    gaps: Floats
    shortfalls: Floats
    gap: float
    shortfall: float


def apple_plan() -> Plan:
    """Return the default plan of the Apple Sales pages, with all its checks."""
    return opened().plan


@functools.cache
def plan_limits() -> tuple[PricedLimit, ...]:
    """Return every limit of the plan's constraints with its price, the dearest first."""
    own = opened()
    names = [cell.name for cell in own.problem.cells]
    binding = {(one.name, str(one.side)): one for one in own.plan.multipliers}
    found = []
    for one in own.problem.constraints:
        line = np.array([one.coefficients.get(name, 0.0) for name in names])
        share = one.kind == "share"
        used = float(line @ own.x) * (100 / float(own.x.sum()) if share else 1.0)
        for side, word, limit in (("low", "at least", one.low), ("high", "at most", one.high)):
            if limit is None:
                continue
            priced = binding.get((one.name, side))
            found.append(
                PricedLimit(
                    name=one.name,
                    side=word,
                    limit=100 * limit if share else limit,
                    used=used,
                    unit="% of all volume" if share else own.problem.amount,
                    price=0.0 if priced is None else priced.price,
                    up=None if priced is None else priced.right,
                    down=None if priced is None else priced.left,
                )
            )
    return tuple(sorted(found, key=lambda one: -abs(one.price * one.limit)))


@functools.cache
def _way() -> tuple[Floats, Floats, Floats]:
    own = opened()
    today = np.array([cell.now for cell in own.problem.cells])
    shares = np.linspace(0.0, 1.0, STEPS + 1)
    gaps, shortfalls = [], []
    for share in shares:
        x = share * own.x + (1 - share) * today
        slopes = numeric.slope(own.objective, x)
        gaps.append(formulas.tangent_gap(slopes, x, own.vertex(slopes)))
        shortfalls.append(own.best - float(np.real(own.objective(x))))
    # At the plan both are 0 up to rounding, which may fall below it.
    return shares, np.maximum(0.0, gaps), np.maximum(0.0, shortfalls)


def approach(step: int) -> Approach:
    """Go ``step`` of :data:`STEPS` equal steps from today's amounts to the plan.

    Today's amounts must be within the limits, as those of the default problem are.
    """
    shares, gaps, shortfalls = _way()
    return Approach(shares, gaps, shortfalls, float(gaps[step]), float(shortfalls[step]))
