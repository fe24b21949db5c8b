"""One programme in other units, and the units in which solvers work best.

Stopping rules of solvers are absolute: SLSQP stops at its start with ``success=True`` when the
objective is counted in units that make it small. So a programme is solved in units in which
amounts, objective and rows are of size 1. All factors are powers of two, by which numbers are
multiplied without rounding.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy import sparse

from core.optimize.polytope import Floats, Polytope
from core.optimize.programme import Programme
from core.optimize.response import FAMILIES, Responses

STEEP = 1e-12
"""Smallest amount, in units of its range, of a power curve that has infinite slope at 0."""

FAINT = 1e-12
"""Share of a range below which an amount says nothing of its natural size."""

SMALLEST_SHARE = 2.0**-10
"""Least range of a variable taken as its unit, relative to the variable's size."""


@dataclasses.dataclass(frozen=True)
class Scaled:
    """A programme in working units.

    Attributes
    ----------
    programme : Programme
        The programme in working units.
    units : ndarray, shape (n,)
        Amount that is 1 in working units.
    money : float
        Objective that is 1 in working units.
    rows : ndarray, shape (m,)
        Factor by which each row was multiplied.
    """

    programme: Programme
    units: Floats
    money: float
    rows: Floats

    def inward(self, x: Floats) -> Floats:
        """Return a point in working units."""
        return x / self.units

    def outward(self, y: Floats) -> Floats:
        """Return a point in the programme's own units."""
        return y * self.units

    def outward_prices(self, prices: Floats) -> Floats:
        """Return prices of rows in the programme's own units."""
        return prices * self.money * self.rows


def in_units(
    programme: Programme, units: Floats, money: float, rows: Floats | None = None
) -> Programme:
    """Return the same programme with amounts, money and rows counted in other units.

    Parameters
    ----------
    programme : Programme
        The programme.
    units : ndarray, shape (n,)
        Amount that counts as 1 afterwards; positive.
    money : float
        Money that counts as 1 afterwards; positive.
    rows : ndarray, shape (m,), optional
        Factor of each row; 1 unless given.
    """
    own = programme.polytope
    factor = np.ones(own.m) if rows is None else rows
    matrix = sparse.diags_array(factor) @ own.matrix @ sparse.diags_array(units)
    polytope = Polytope(
        sparse.csr_array(matrix),
        own.row_low * factor,
        own.row_high * factor,
        own.low / units,
        own.high / units,
        own.row_names,
        own.names,
    )
    return Programme(
        responses_in_units(programme.responses, units),
        programme.weight / money,
        programme.cost * units / money,
        programme.loadings * units[:, None] / money,
        programme.own_risk * units / money,
        programme.aversion * money,
        polytope,
    )


def autoscale(programme: Programme, near: Floats | None = None) -> Scaled:
    """Return the programme in units in which amounts, objective and rows are of size 1.

    Parameters
    ----------
    programme : Programme
        The programme.
    near : ndarray, shape (n,), optional
        A plan near the optimum: its amounts give the units where the limits are far from it.
    """
    polytope = programme.polytope
    spans = ranges(programme)
    if near is not None:
        size = np.maximum(np.abs(near), programme.responses.shift)
        spans = np.where(size > FAINT * spans, np.minimum(spans, 2 * size), spans)
    units = _power_of_two(spans)
    money = float(_power_of_two(np.array([_worth(programme, spans)]))[0])
    norms = np.sqrt(polytope.matrix.power(2) @ np.square(units))
    rows = 1 / _power_of_two(np.where(norms > 0, norms, 1.0))
    scaled = in_units(programme, units, money, rows)
    return Scaled(_away_from_steep(scaled), units, money, rows)


def ranges(programme: Programme) -> Floats:
    """Return how far each variable can move, or its natural size where nothing limits it."""
    polytope = programme.polytope
    low = np.where(np.isfinite(polytope.low), polytope.low, 0.0)
    high = np.minimum(polytope.high, _implied(polytope))
    natural = np.maximum(np.abs(low), programme.responses.shift)
    natural = np.where(natural > 0, natural, 1.0)
    size = np.maximum(np.abs(low), np.where(np.isfinite(high), np.abs(high), 0.0))
    span = np.where(np.isfinite(high), high - low, natural)
    span = np.maximum(span, SMALLEST_SHARE * size)
    return np.where(span > 0, span, natural)


def _implied(polytope: Polytope) -> Floats:
    """Return upper limits that single rows imply, given the lower limits of the other variables."""
    entries = polytope.matrix.tocoo()
    rows, columns, values = entries.row, entries.col, entries.data
    implied = np.full(polytope.n, np.inf)
    for limit, sign in ((polytope.row_high, 1.0), (polytope.row_low, -1.0)):
        signed = sign * values
        bound = np.where(signed > 0, polytope.low[columns], polytope.high[columns])
        least = np.where(signed == 0, 0.0, signed * np.where(signed == 0, 0.0, bound))
        total = np.bincount(rows, weights=least, minlength=polytope.m)
        usable = (signed > 0) & np.isfinite(total[rows]) & np.isfinite(limit[rows])
        room = sign * limit[rows[usable]] - total[rows[usable]]
        with np.errstate(over="ignore"):  # a tiny coefficient implies no limit: infinite is right
            reach = polytope.low[columns[usable]] + np.maximum(room, 0.0) / signed[usable]
        np.minimum.at(implied, columns[usable], reach)
    return implied


def _worth(programme: Programme, spans: Floats) -> float:
    """Return the size of the objective's change over the ranges, without cancellation."""
    low = np.where(np.isfinite(programme.polytope.low), programme.polytope.low, 0.0)
    middle = low + spans / 2
    common = np.abs(programme.loadings) @ np.abs(programme.loadings.T @ middle)
    risk = programme.aversion * (common + np.square(programme.own_risk) * np.abs(middle))
    slopes = programme.weight * programme.responses.slope(middle)
    worth = float(np.linalg.norm((np.abs(slopes) + np.abs(programme.cost) + risk) * spans))
    return worth if worth > 0 else 1.0


def _away_from_steep(programme: Programme) -> Programme:
    """Return the programme with power curves of infinite slope at 0 kept just above it.

    Such a variable is positive at the optimum, so the optimum is not moved.
    """
    curves, polytope = programme.responses, programme.polytope
    steep = (
        (curves.family == FAMILIES.index("power"))
        & (curves.shift == 0)
        & (programme.weight * curves.scale > 0)
        & (polytope.low < STEEP)
        & (polytope.high > STEEP)
    )
    low = np.where(steep, STEEP, polytope.low)
    return dataclasses.replace(programme, polytope=dataclasses.replace(polytope, low=low))


def responses_in_units(curves: Responses, units: Floats) -> Responses:
    """Return the curves of amounts counted in units; only amounts change, not what they bring."""
    linear = curves.family == FAMILIES.index("linear")
    power = curves.family == FAMILIES.index("power")
    factor = np.where(linear, units, np.where(power, units**curves.exponent, 1.0))
    return Responses(curves.family, curves.scale * factor, curves.shift / units, curves.exponent)


def _power_of_two(values: Floats) -> Floats:
    return np.exp2(np.round(np.log2(values)))
