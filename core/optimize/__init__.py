"""Exact optimisation with proof: small discrete problems, solved completely and certified."""

from __future__ import annotations

from core.optimize.cells import Axis, CellGrid, distinct_levels
from core.optimize.certificate import Certificate, canonical_hash
from core.optimize.separable import SeparableRisk

__all__ = [
    "Axis",
    "CellGrid",
    "Certificate",
    "SeparableRisk",
    "canonical_hash",
    "distinct_levels",
]
