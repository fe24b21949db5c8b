"""Small programmes for the tests of the solvers, written as lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from core.optimize import FAMILIES, Polytope, Programme, Responses

Numbers = Sequence[float]


def programme(
    families: Sequence[str],
    *,
    scale: Numbers,
    shift: Numbers | float = 1.0,
    exponent: Numbers | float = 0.5,
    weight: Numbers | float = 1.0,
    cost: Numbers | float = 0.0,
    low: Numbers | float = 0.0,
    high: Numbers | float = np.inf,
    rows: Sequence[tuple[Numbers, float, float]] = (),
    loadings: Sequence[Numbers] | None = None,
    own_risk: Numbers | float = 0.0,
    aversion: float = 0.0,
) -> Programme:
    """Rows are ``(coefficients, low, high)``."""
    n = len(families)

    def each(values: Numbers | float) -> np.ndarray:
        return np.array(np.broadcast_to(np.asarray(values, dtype=np.float64), n))

    family = np.array([FAMILIES.index(name) for name in families])
    matrix = np.array([row for row, _, _ in rows], dtype=np.float64).reshape(-1, n)
    polytope = Polytope(
        sparse.csr_array(matrix),
        np.array([low for _, low, _ in rows], dtype=np.float64),
        np.array([high for _, _, high in rows], dtype=np.float64),
        each(low),
        each(high),
        tuple(f"row {index}" for index in range(len(rows))),
        tuple(f"cell {index}" for index in range(n)),
    )
    return Programme(
        Responses(family, each(scale), each(shift), each(exponent)),
        each(weight),
        each(cost),
        np.zeros((n, 0)) if loadings is None else np.array(loadings, dtype=np.float64),
        each(own_risk),
        aversion,
        polytope,
    )
