"""Declared price elasticities: assumptions with ranges, because these data cannot teach them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping

from core.apple_sales.input.response import WEAKEST
from core.apple_sales.reported.data import CATEGORIES, gross_margins
from core.errors import InputError, Problem


@dataclasses.dataclass(frozen=True, slots=True)
class Prior:
    """An assumed price elasticity of demand.

    Attributes
    ----------
    category : str
        What is sold.
    elasticity : float
        Central value, below -1: percent of volume lost for one percent of price.
    low, high : float
        Ends of the declared range; ``low`` is the most elastic.
    """

    category: str
    elasticity: float
    low: float
    high: float


PRIORS: Mapping[str, Prior] = {
    prior.category: prior
    for prior in (
        Prior("iPhone", -2.5, -3.2, -1.8),
        Prior("Mac", -2.8, -3.6, -2.0),
        Prior("iPad", -2.9, -3.8, -2.0),
        Prior("Wearables", -3.0, -4.0, -2.0),
        Prior("Services", -1.6, -2.2, -1.3),
    )
}
"""Declared, not estimated: of three regressions on the reported units two have the wrong sign, and
none is below -1 with its interval."""


@functools.lru_cache
def margin(category: str, year: int = 2025) -> float:
    """Return the gross margin a category is given, as a share of revenue.

    Apple reports one margin of all products and one of services.
    """
    kind = "Services" if category == "Services" else "Products"
    return float(gross_margins()[("margin", kind)].loc[year])


def break_even(category: str, year: int = 2025) -> float:
    """Return the elasticity at which today's volume already earns most gross profit.

    By Lerner's rule that is minus one over the margin (Lerner, Review of Economic Studies 1 (1934),
    157-175). Demand that is more elastic speaks for more volume, less elastic for less.
    """
    return -1 / margin(category, year)


def chosen(elasticities: Mapping[str, float] | None) -> dict[str, float]:
    """Return an elasticity for every category: the given ones, otherwise the declared ones.

    Raises
    ------
    InputError
        If a category is unknown, or an elasticity is not below -1.
    """
    given = dict(elasticities or {})
    problems = [
        Problem(
            "elasticities", name, "unknown-code", f"there is no category {name}.",
            f"Use {', '.join(CATEGORIES)}.",
        )
        for name in given
        if name not in CATEGORIES
    ]  # fmt: skip
    problems += [
        Problem(
            f"elasticity of {name}", f"{value}", "range", f"{value} is not below -1.",
            "With less elastic demand a higher price always pays and no best volume exists; "
            "give a number such as -2.",
        )
        for name, value in given.items()
        if name in CATEGORIES and not -float("inf") < value <= -WEAKEST
    ]  # fmt: skip
    if problems:
        raise InputError.from_problems(tuple(problems))
    return {name: given.get(name, PRIORS[name].elasticity) for name in CATEGORIES}
