"""Why nothing is allowed: which limits conflict, and the least that has to give.

Three answers, all by linear programmes. The smallest relaxation of all limits together (elastic
programme: Chinneck and Dravnieks 1991, ORSA Journal on Computing 3, 157-168). A set of limits that
cannot hold together although each smaller set can: the vertices of the Farkas multipliers are these
sets (Gleeson and Ryan 1990, ORSA Journal on Computing 2, 61-63). And for each limit of that set,
the least change that alone makes the whole possible.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from core.optimize.polytope import ALLOWANCE, Floats, Kind, Limit, Polytope, Side, solve_linear
from core.plain import plain

MARGIN = 1e-8
"""Widening of a relaxation against rounding, relative to the limit or the typical amount."""

NEGLIGIBLE = 1e-9
"""Relative relaxation or multiplier that counts as 0."""

SMALLEST = 1e-3
"""Limits below this share of the typical amount are relaxed relative to the typical amount."""

MOST_TRIED = 100
"""Limits of a conflict, rows first, for which a repair is looked for."""

Members = NDArray[np.intp]


@dataclasses.dataclass(frozen=True, slots=True)
class Relaxation:
    """A limit and the value it has to be moved to.

    Attributes
    ----------
    limit : Limit
        The limit as it stands.
    value : float
        The limit that restores feasibility, with a margin for rounding.
    by : float
        How far it moves, positive, without the margin.
    """

    limit: Limit
    value: float
    by: float


@dataclasses.dataclass(frozen=True, slots=True)
class Infeasibility:
    """Why nothing is allowed.

    Attributes
    ----------
    shortfalls : tuple of Relaxation
        Relaxations that together restore feasibility, with the smallest sum relative to the
        limits (to the typical amount where a limit is near 0). A bound of 0 says which sign a
        quantity has and is never among them.
    total : float
        That smallest sum of relative relaxations.
    conflict : tuple of Limit
        Limits that cannot hold together; without any one of them, the others can.
    repairs : tuple of Relaxation or None
        For each limit of the conflict, the smallest relaxation of it alone that restores
        feasibility. ``None``: no value does, because limits conflict without it as well.
    untried : int
        Limits at the end of a long conflict for which no repair was looked for (``None``, too).
    """

    shortfalls: tuple[Relaxation, ...]
    total: float
    conflict: tuple[Limit, ...]
    repairs: tuple[Relaxation | None, ...]
    untried: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the diagnosis as plain, JSON-safe data."""
        result: dict[str, Any] = plain(self)
        return result


def diagnose(polytope: Polytope) -> Infeasibility | None:
    """Explain why no point meets all limits; ``None`` if one does.

    Limits that are missed by less than :data:`core.optimize.polytope.ALLOWANCE`, summed and
    relative, count as met.

    Parameters
    ----------
    polytope : Polytope
        What is allowed. Limits of one row or variable may contradict each other.

    Raises
    ------
    RuntimeError
        If the linear solver gives no answer.
    """
    system = _System.of(polytope)
    everything = np.arange(len(system.limits))
    elastic = system.relax(everything)
    if elastic.total <= ALLOWANCE:
        return None
    members = _irreducible(system, elastic.support)
    short = np.flatnonzero(elastic.slack > NEGLIGIBLE)
    repairs = _repairs(system, members)
    return Infeasibility(
        tuple(system.relaxation(polytope, int(one), float(elastic.slack[one])) for one in short),
        elastic.total,
        tuple(system.limit(polytope, one) for one in members),
        tuple(
            system.relaxation(polytope, one, repairs[one]) if one in repairs else None
            for one in members
        ),
        max(0, len(members) - MOST_TRIED),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Elastic:
    """Smallest relaxation of some limits: its sum, each limit's own, and the multipliers."""

    total: float
    slack: Floats
    support: Members


@dataclasses.dataclass(frozen=True)
class _System:
    """All finite limits as ``matrix @ z <= limits``, in typical amounts z.

    Rows are divided by the size a relaxation is relative to. ``firm`` limits are never relaxed;
    they are bounds of 0, which z = 0 meets.
    """

    matrix: sparse.csr_array
    limits: Floats
    sizes: Floats
    firm: NDArray[np.bool_]
    places: tuple[tuple[Kind, Side, Members], ...]

    @classmethod
    def of(cls, polytope: Polytope) -> _System:
        column, row = polytope.sizes
        unit = sparse.csr_array(sparse.eye_array(polytope.n))
        parts: tuple[tuple[Kind, Side, sparse.csr_array, Floats], ...] = (
            ("row", "high", polytope.balanced, polytope.row_high / row),
            ("row", "low", -polytope.balanced, -polytope.row_low / row),
            ("bound", "high", unit, polytope.high / column),
            ("bound", "low", -unit, -polytope.low / column),
        )
        known = [np.flatnonzero(np.isfinite(limits)) for *_, limits in parts]
        limits = np.concatenate([part[3][own] for part, own in zip(parts, known, strict=True)])
        sizes = np.where(np.abs(limits) >= SMALLEST, np.abs(limits), 1.0)
        matrix = sparse.vstack([part[2][own] for part, own in zip(parts, known, strict=True)])
        rows = len(known[0]) + len(known[1])
        firm = (limits == 0) & (np.arange(len(limits)) >= rows)
        scaled = sparse.csr_array(sparse.diags_array(1 / sizes) @ matrix)
        scaled.eliminate_zeros()
        places = tuple((part[0], part[1], own) for part, own in zip(parts, known, strict=True))
        return cls(scaled, limits / sizes, sizes, firm, places)

    def limit(self, polytope: Polytope, member: int) -> Limit:
        """Return the limit at a place of the system."""
        for kind, side, own in self.places:
            if member < len(own):
                return polytope.limit(kind, int(own[member]), side)
            member -= len(own)
        raise IndexError(member)

    def relax(self, members: Members) -> _Elastic:
        """Return the smallest relaxation under which some of the limits hold together."""
        soft = members[~self.firm[members]]
        if not len(soft):
            return _Elastic(0.0, np.zeros(0), soft)
        n = self.matrix.shape[1]
        slack = -sparse.eye_array(len(members), format="csc")[:, ~self.firm[members]]
        costs = np.concatenate([np.zeros(n), np.ones(len(soft))])
        limits = {
            "A_ub": sparse.hstack([self.matrix[members], slack], format="csc"),
            "b_ub": self.limits[members],
            "bounds": np.column_stack(
                [np.where(costs > 0, 0.0, -np.inf), np.full_like(costs, np.inf)]
            ),
        }
        found = solve_linear(costs, limits)
        if found.status != 0:
            raise RuntimeError(f"the elastic programme was not solved: {found.message}")
        relaxed = np.zeros(len(self.limits))
        relaxed[soft] = found.x[n:]
        multipliers = -found.ineqlin.marginals
        support = members[multipliers > NEGLIGIBLE * multipliers.max()]
        return _Elastic(float(found.fun), relaxed, support)

    def conflicting(self, members: Members) -> bool:
        """Whether some of the limits cannot hold together."""
        return self.relax(members).total > ALLOWANCE

    def proof(self, members: Members, avoided: Members) -> Members:
        """Return a conflicting set among some limits, with little of what is to be avoided.

        A vertex of the multipliers u >= 0 with ``matrix' @ u = 0`` and ``limits @ u = -1``; all
        members if rounding leaves none.
        """
        equations = sparse.csc_array(
            sparse.vstack([self.matrix[members].T, sparse.csr_array(self.limits[None, members])])
        )
        rows = {
            "A_eq": equations,
            "b_eq": np.append(np.zeros(self.matrix.shape[1]), -1.0),
            "bounds": np.array([(0.0, np.inf)] * len(members)),
        }
        found = solve_linear(np.isin(members, avoided).astype(np.float64), rows)
        if found.status != 0:
            return members
        used: Members = members[found.x > NEGLIGIBLE * found.x.max()]
        return used if self.conflicting(used) else members

    def alone(self, member: int) -> float | None:
        """Return the least relative relaxation of one limit under which all hold, if any."""
        n = self.matrix.shape[1]
        slack = np.zeros((len(self.limits), 1))
        slack[member] = -1.0
        rows = {
            "A_ub": sparse.hstack([self.matrix, sparse.csr_array(slack)], format="csc"),
            "b_ub": self.limits,
            "bounds": np.array([(-np.inf, np.inf)] * n + [(0.0, np.inf)]),
        }
        found = solve_linear(np.append(np.zeros(n), 1.0), rows)
        return float(found.fun) if found.status == 0 else None

    def relaxation(self, polytope: Polytope, member: int, relative: float) -> Relaxation:
        """Return a relaxation in the units of its limit, widened by the margin."""
        limit = self.limit(polytope, member)
        column, row = polytope.sizes
        unit = float((row if limit.kind == "row" else column)[limit.index])
        by = relative * float(self.sizes[member]) * unit
        extra = MARGIN * max(unit, abs(limit.value), by)
        outward = 1.0 if limit.side == "high" else -1.0
        return Relaxation(limit, limit.value + outward * (by + extra), by)


def _irreducible(system: _System, conflicting: Members) -> list[int]:
    """Return a conflicting subset all of whose members are needed.

    Members are tried one by one only where the vertex is not evidently irreducible, that is, where
    the multipliers are not the only ones (degenerate or rounded solutions).
    """
    members = system.proof(conflicting, avoided=conflicting)
    if not _one_proof(system.matrix[members]):
        members = _filtered(system, members)
    return [int(member) for member in members]


def _one_proof(matrix: sparse.csr_array) -> bool:
    """Whether the rows have, up to its size, a single linear dependence."""
    single = np.diff(matrix.indptr) == 1
    covered = np.unique(matrix[single].indices)
    if len(covered) < single.sum():
        return len(covered) == 1 and bool(single.all()) and matrix.shape[0] == 2
    rest = matrix[~single].toarray()
    rest[:, covered] = 0.0
    return int(np.linalg.matrix_rank(rest)) == len(rest) - 1


def _filtered(system: _System, members: Members) -> Members:
    """Return what is left when every member without which the others still conflict is dropped.

    The deletion filter of Chinneck and Dravnieks.
    """
    for member in members[::-1]:
        without = members[members != member]
        if system.conflicting(without):
            members = without
    return members


def _repairs(system: _System, conflict: list[int]) -> dict[int, float]:
    """Return the least relative relaxation of each limit that alone makes all hold.

    A limit outside any other conflict cannot help, which spares most programmes: conflicts are
    looked for that have as little as possible in common with the limits that may still help.
    """
    everything = np.arange(len(system.limits))
    candidates = np.array(conflict[:MOST_TRIED], dtype=np.intp)
    before = len(candidates) + 1
    while 0 < len(candidates) < before:
        before = len(candidates)
        other = system.proof(everything, avoided=candidates)
        candidates = candidates[np.isin(candidates, other)]
    found = {int(member): system.alone(int(member)) for member in candidates}
    return {member: relative for member, relative in found.items() if relative is not None}
