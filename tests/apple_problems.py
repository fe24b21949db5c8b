"""Planning problems as a caller writes them, for tests of more than one way in."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

PAIR: dict[str, Any] = {
    "title": "Two shops",
    "money": "EUR",
    "amount": "boxes",
    "cells": [
        {"name": "north", "now": 5, "high": 10, "own_risk": 0.1,
         "response": {"family": "log", "scale": 2, "shift": 1}},
        {"name": "south", "now": 5, "high": 10, "own_risk": 0.2,
         "response": {"family": "log", "scale": 3, "shift": 1}},
    ],
    "constraints": [{"name": "Budget", "high": 10}],
}  # fmt: skip
"""By hand: 2 / (1 + x) = 3 / (1 + y) with x + y = 10 gives 3.8 and 6.2."""

PAIR_X = {"north": 3.8, "south": 6.2}

FAMILIES = ("log", "power", "saturating", "linear", "isoelastic", "s-curve")


def changed(**changes: Any) -> dict[str, Any]:
    """The pair of shops with other entries."""
    return {**copy.deepcopy(PAIR), **changes}


def with_cell(**changes: Any) -> dict[str, Any]:
    """The pair of shops with another first shop."""
    problem = copy.deepcopy(PAIR)
    problem["cells"][0].update(changes)
    return problem


def with_constraint(**constraint: Any) -> dict[str, Any]:
    """The pair of shops with one constraint more."""
    problem = copy.deepcopy(PAIR)
    problem["constraints"].append({"name": "More", **constraint})
    return problem


def impossible() -> dict[str, Any]:
    """The pair of shops with a floor above the budget."""
    return with_constraint(low=12, name="Floor")


def many(n: int) -> dict[str, Any]:
    """``n`` cells in regions of a hundred, each region and the whole limited."""
    cells = [
        {"product": f"p{i % 100}", "region": f"r{i // 100}", "now": 10, "low": 1, "high": 20,
         "cost": 0.1, "response": {"family": "log", "scale": 5 + i % 7, "shift": 1}}
        for i in range(n)
    ]  # fmt: skip
    regions = sorted({cell["region"] for cell in cells})
    rows = [{"name": region, "region": region, "high": 950} for region in regions]
    return {"cells": cells, "constraints": [{"name": "All", "high": 9 * n}, *rows]}


def generated(seed: int) -> dict[str, Any]:
    """A random problem of two to six cells: some possible, some not, some with an S-curve."""
    rng = np.random.default_rng([5, seed])
    curved = ("s-curve",) if seed % 6 == 5 else ()
    n = int(rng.integers(2, 7))
    cells = [_cell(rng, i, (*curved, *rng.permutation(FAMILIES[:5]))[i % 5]) for i in range(n)]
    total = sum(cell["now"] for cell in cells)
    rows: list[dict[str, Any]] = [{"name": "All", "high": total * float(rng.uniform(0.7, 1.2))}]
    if rng.random() < 0.5:
        rows.append({"name": "West", "region": "west", "low": total * float(rng.uniform(0, 0.6))})
    if seed % 5 == 3:
        rows.append({"name": "Floor", "low": 1.3 * total})
    if rng.random() < 0.5:
        rows.append({"name": "Share", "kind": "share", "cells": ["c0"], "high": 0.5})
    aversion = 0 if curved else float(rng.choice([0, 0.01]))
    return {"title": f"Problem {seed}", "cells": cells, "constraints": rows, "aversion": aversion}


def _cell(rng: np.random.Generator, i: int, family: str) -> dict[str, Any]:
    now, curve = float(rng.uniform(1, 20)), {"family": str(family)}
    if family == "isoelastic":
        curve |= {"elasticity": float(rng.uniform(-4, -1.3)), "revenue": now}
    else:
        curve |= {"scale": float(rng.uniform(0.5, 5))}
        if family != "linear":
            curve |= {"shift": float(rng.uniform(0.5, 5))}
        if family in {"power", "s-curve"}:
            curve |= {"exponent": 0.6 if family == "power" else 2.5}
    return {
        "name": f"c{i}", "region": "west" if i % 2 == 0 else "east", "now": now, "high": 2 * now,
        "cost": float(rng.uniform(0, 0.3)), "own_risk": 0.1, "exposure": {"market": 0.2},
        "response": curve,
    }  # fmt: skip
