"""Other elasticities than the declared ones: the same problem under another truth."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from core.apple_sales.input.response import WEAKEST, isoelastic
from core.apple_sales.planning.priors import PRIORS
from core.apple_sales.planning.problem import Cell, Problem
from core.errors import InputError
from core.errors import Problem as Finding
from core.optimize.polytope import Floats
from core.optimize.response import FAMILIES, Responses

AROUND = 0.25
"""Range of an elasticity that is not one of the declared ones, as a share of it."""

Ranges = Mapping[str, tuple[float, float]]


def revenue_now(cell: Cell) -> float:
    """Return the revenue of a cell's present amount under its own curve."""
    own = cell.response
    curve = Responses(
        np.array([FAMILIES.index(own.family)]),
        np.array([own.scale]),
        np.array([own.shift]),
        np.array([own.exponent]),
    )
    return float(curve.value(np.array([cell.now]))[0])


def centre(problem: Problem) -> dict[str, float]:
    """Return the elasticity of each product whose cells have one.

    Raises
    ------
    InputError
        If no cell has an elasticity, or two cells of a product have different ones.
    """
    found: dict[str, float] = {}
    for cell in problem.cells:
        own = cell.response.elasticity
        if own is None:
            continue
        if found.setdefault(cell.product, own) != own:
            raise _refused(
                cell.name, f"{own:g}",
                f"the cells of {cell.product} have different elasticities.",
                "Give the cells of a product one elasticity, or give them different products.",
            )  # fmt: skip
    if not found:
        raise _refused(
            "cells", "", "no cell has an elasticity, so there is no assumption to vary.",
            'Give responses of the family "isoelastic".',
        )  # fmt: skip
    return found


def ranges(problem: Problem) -> dict[str, tuple[float, float]]:
    """Return the range of each product's elasticity, the more elastic end first.

    The declared range where the product has a declared prior and the problem uses it, otherwise
    :data:`AROUND` to either side.
    """
    found = {}
    for product, own in centre(problem).items():
        prior = PRIORS.get(product)
        if prior is not None and prior.low <= own <= prior.high:
            found[product] = (prior.low, prior.high)
        else:
            found[product] = (own * (1 + AROUND), min(own * (1 - AROUND), -WEAKEST))
    return found


def with_elasticities(problem: Problem, elasticities: Mapping[str, float]) -> Problem:
    """Return the problem with other elasticities of some products; today's revenue stays.

    Parameters
    ----------
    problem : Problem
        The problem.
    elasticities : mapping of str to float
        Product to elasticity, below -1.
    """
    cells = tuple(
        dataclasses.replace(
            cell,
            response=isoelastic(
                cell.now, revenue_now(cell), elasticities[cell.product], cell.response.shift
            ),
        )
        if cell.response.elasticity is not None and cell.product in elasticities
        else cell
        for cell in problem.cells
    )
    return dataclasses.replace(problem, cells=cells)


def drawn(problem: Problem, draws: int, seed: int) -> tuple[dict[str, Floats], Responses]:
    """Draw elasticities, each product's uniformly from its range, and return the curves.

    Returns
    -------
    elasticities : dict of str to ndarray, shape (draws,)
        What was drawn for each product.
    curves : Responses
        ``draws * n`` curves, draw after draw.
    """
    rng = np.random.default_rng(seed)
    found = {name: rng.uniform(*limits, size=draws) for name, limits in ranges(problem).items()}
    family, scale, shift, exponent = (
        np.empty((draws, len(problem.cells)), dtype=kind) for kind in (np.intp, float, float, float)
    )
    for place, cell in enumerate(problem.cells):
        own = cell.response
        family[:, place], shift[:, place] = FAMILIES.index(own.family), own.shift
        scale[:, place], exponent[:, place] = own.scale, own.exponent
        if own.elasticity is not None:
            t = 1 - 1 / np.abs(found[cell.product])
            reach = (cell.now + own.shift) ** t - own.shift**t
            scale[:, place], exponent[:, place] = revenue_now(cell) / reach, t
    return found, Responses(family.ravel(), scale.ravel(), shift.ravel(), exponent.ravel())


def _refused(place: str, value: str, message: str, fix: str) -> InputError:
    return InputError.from_problems((Finding(place, value, "elasticity", message, fix),))
