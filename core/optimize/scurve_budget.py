"""One row with positive coefficients: dynamic programming over a grid, with a proven bound.

What the row spends is laid out in cells of width h. At a price p of one unit of the row, a plan
that spends the limit B is worth ``p B + sum(g_i - p y_i)``, and a term less its price is at most
its maximum on the cell that y_i lies in. The cells of such a plan start at multiples of h that sum
to ``B - (N - 1) h`` at the least and to B at the most, N cells in all, so the best choice of cells
with such a sum (Bellman 1957) bounds every plan. Without the price the bound would be off by N
steps at full worth; with the price of the optimum, terms differ within a cell only by their bend,
so the error falls with the square of h. What is not spent is a term of its own, worth nothing.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from core.optimize.polytope import ALLOWANCE, Floats, Polytope
from core.optimize.programme import Programme
from core.optimize.scurve_terms import Bracket, Terms, peaks
from core.optimize.slsqp import slsqp

GRIDS = (128, 256, 512)
BLOCK = 4_000_000


@dataclasses.dataclass(frozen=True)
class _Spending:
    """The programme in units of what its row spends; the last variable is what is left."""

    terms: Terms
    low: Floats
    coefficient: Floats
    limit: float
    most: Floats

    @classmethod
    def of(cls, programme: Programme) -> _Spending:
        allowed = programme.polytope
        coefficient = allowed.matrix.toarray()[0]
        limit = float(allowed.row_high[0] - coefficient @ allowed.low)
        least = float(allowed.row_low[0] - coefficient @ allowed.low)
        own = np.minimum(coefficient * (allowed.high - allowed.low), limit)
        most = np.append(own, max(limit - max(least, 0.0), 0.0))
        return cls(Terms.of(programme), allowed.low, coefficient, limit, most)


def is_budget(allowed: Polytope) -> bool:
    """Whether the limits are one row with positive coefficients that leaves something to spend."""
    if allowed.m != 1 or not np.isfinite(allowed.row_high[0]):
        return False
    coefficient = allowed.matrix.toarray()[0]
    least, most = coefficient @ allowed.low, coefficient @ allowed.high
    return bool(
        (coefficient > 0).all()
        and least < allowed.row_high[0] * (1 - ALLOWANCE)
        and most >= allowed.row_low[0]
    )


def dynamic_programme(programme: Programme, *, relative_gap: float) -> Bracket:
    """Return the optimum under one budget row within a relative gap, if a grid of 512 gives it.

    Parameters
    ----------
    programme : Programme
        Separable, in working units, with finite limits that :func:`is_budget` accepts.
    relative_gap : float
        Gap at which to stop refining the grid.
    """
    spending = _Spending.of(programme)
    best: Floats | None = None
    value, bound, cells, price = -np.inf, np.inf, 0, _dual_price(spending)
    for steps in GRIDS:
        worth, start = _cells(spending, steps, price)
        bound, cells = min(bound, worth), cells + steps * len(spending.most)
        x = _affordable(spending, slsqp(programme, start).x)
        if programme.polytope.violation(x) <= ALLOWANCE and programme.expected(x) > value:
            best, value = x, programme.expected(x)
            price = _price_at(spending, x)
        if bound - value <= relative_gap * abs(value):
            break
    return Bracket(best, value, max(bound, value), cells)


def _affordable(spending: _Spending, x: Floats) -> Floats:
    """Return the plan without the rounding by which it exceeds the limit."""
    spent = float(spending.coefficient @ (x - spending.low))
    share = min(1.0, spending.limit / spent) if spent > 0 else 1.0
    return spending.low + share * (x - spending.low)


def _dual_price(spending: _Spending, steps: int = 128) -> float:
    """Return about the price at which the best amounts, each on its own, spend the limit."""
    n = len(spending.low)
    spent = np.linspace(0, 1, steps + 1)[:, None] * spending.most[:-1]
    which = np.tile(np.arange(n), steps + 1)
    x = spending.low[which] + (spent / spending.coefficient).ravel()
    worth = spending.terms.take(which).value(x).reshape(steps + 1, n)
    low, high = 0.0, float(np.ptp(worth, axis=0).sum() / max(spending.limit, 1e-300) * steps)
    for _ in range(50):
        price = (low + high) / 2
        best = (worth - price * spent).argmax(axis=0)
        if spent[best, np.arange(n)].sum() > spending.limit:
            low = price
        else:
            high = price
    return high


def _price_at(spending: _Spending, x: Floats) -> float:
    """Return what one more unit of the row brings at a plan: the middle of its inner slopes."""
    spent, most = spending.coefficient * (x - spending.low), spending.most[:-1]
    near = 1e-6 * spending.limit
    if spending.most[-1] > 0 and spending.limit - spent.sum() > near:
        return 0.0
    slopes = spending.terms.slope(x) / spending.coefficient
    # A variable that takes the whole limit is held by the row, not by a limit of its own.
    full = (spent >= most - near) & (most < spending.limit)
    inner = (spent > near) & ~full
    if inner.any():
        return float(np.median(slopes[inner]))
    return float(slopes[~full].max(initial=0.0))


def _cells(spending: _Spending, steps: int, price: float) -> tuple[float, Floats]:
    """Return the bound from a grid, and the plan at the maxima of its cells."""
    h = spending.limit / steps
    counts = np.minimum(np.floor(spending.most / h).astype(int), steps) + 1
    tables, points = _tables(spending, counts, h, price)
    best, choices = np.zeros(1), []
    for table in tables:
        best, choice = _combine(best, table, steps)
        choices.append(choice)
    total = len(best) - 1
    first = max(total - len(counts) + 1, 0)
    at = first + int(best[first:].argmax())
    bound = price * spending.limit + float(best[at])
    x = np.empty(len(counts) - 1)
    for i in reversed(range(len(counts))):
        k = int(choices[i][at])
        at -= k
        if i < len(x):
            x[i] = points[i][k]
    return bound, x


def _tables(
    spending: _Spending, counts: NDArray[np.intp], h: float, price: float
) -> tuple[list[Floats], list[Floats]]:
    """Return for every variable the largest term less price on each of its cells, and where."""
    n = len(spending.low)
    which = np.repeat(np.arange(n), counts[:n])
    k = np.concatenate([np.arange(count) for count in counts[:n]])
    most, unit, low = spending.most[which], spending.coefficient[which], spending.low[which]
    starts, ends = np.minimum(k * h, most), np.minimum((k + 1) * h, most)
    priced = spending.terms.less(price * spending.coefficient).take(which)
    found = peaks(priced, low + starts / unit, low + ends / unit)
    cuts = np.cumsum(counts[: n - 1])
    worth = found.bound + price * unit * low
    left = -price * h * np.arange(counts[n])
    left = left if price >= 0 else np.minimum(left - price * h, -price * spending.most[n])
    return [*np.split(worth, cuts), left], np.split(found.x, cuts)


def _combine(best: Floats, table: Floats, steps: int) -> tuple[Floats, NDArray[np.intp]]:
    """Return the best sums of both for each total up to ``steps``, and the share of the table."""
    total = min(len(best) + len(table) - 2, steps)
    edge = np.full(len(table) - 1, -np.inf)
    padded = np.concatenate([edge, best, np.full(max(total + 1 - len(best), 0), -np.inf)])
    windows = sliding_window_view(padded, len(table))[: total + 1]
    backwards = table[::-1]
    values, choice = np.empty(total + 1), np.empty(total + 1, dtype=np.intp)
    height = max(BLOCK // len(table), 1)
    for row in range(0, total + 1, height):
        sums = windows[row : row + height] + backwards
        j = sums.argmax(axis=1)
        values[row : row + height] = sums[np.arange(len(j)), j]
        choice[row : row + height] = len(table) - 1 - j
    return values, choice
