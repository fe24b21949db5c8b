"""Exact optimisation with proof: discrete levels, concave programmes, S-curves."""

from __future__ import annotations

from core.optimize.cells import Axis, CellGrid, distinct_levels
from core.optimize.certificate import Certificate, canonical_hash
from core.optimize.frank_wolfe import Gap, frank_wolfe_gap
from core.optimize.infeasible import Infeasibility, diagnose
from core.optimize.kkt import Kkt, kkt
from core.optimize.polytope import Limit, Polytope
from core.optimize.programme import Programme
from core.optimize.response import FAMILIES, Family, Responses
from core.optimize.scaling import autoscale, in_units
from core.optimize.separable import SeparableRisk
from core.optimize.solution import Solution
from core.optimize.solve import solve, unit_scale_test

__all__ = [
    "FAMILIES",
    "Axis",
    "CellGrid",
    "Certificate",
    "Family",
    "Gap",
    "Infeasibility",
    "Kkt",
    "Limit",
    "Polytope",
    "Programme",
    "Responses",
    "SeparableRisk",
    "Solution",
    "autoscale",
    "canonical_hash",
    "diagnose",
    "distinct_levels",
    "frank_wolfe_gap",
    "in_units",
    "kkt",
    "solve",
    "unit_scale_test",
]
