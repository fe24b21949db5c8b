"""A planning problem: cells with response curves, constraints by name, and a price of risk."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from core.optimize.response import Family
from core.plain import plain

Kind = Literal["amount", "share"]
MAX_CELLS = 10_000

USED: dict[Family, tuple[str, ...]] = {
    "linear": ("scale",),
    "power": ("scale", "shift", "exponent"),
    "log": ("scale", "shift"),
    "saturating": ("scale", "shift"),
    "s-curve": ("scale", "shift", "exponent"),
}
"""Parameters each family of curves has."""


@dataclasses.dataclass(frozen=True, slots=True)
class Response:
    """What an amount in a cell brings in; see :mod:`core.optimize.response` for the formulas.

    Attributes
    ----------
    family : str
        ``"linear"``, ``"power"``, ``"log"``, ``"saturating"`` or ``"s-curve"``.
    scale, shift, exponent : float
        Parameters of the formula.
    elasticity : float or None
        Price elasticity of demand from which a power curve was made; ``None`` where the parameters
        were given as such.
    """

    family: Family
    scale: float
    shift: float = 0.0
    exponent: float = 1.0
    elasticity: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the curve as JSON, with the parameters that its family has."""
        known = {"family": self.family, **{key: getattr(self, key) for key in USED[self.family]}}
        return known if self.elasticity is None else {**known, "elasticity": self.elasticity}


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """One quantity to decide: a product in a region.

    Attributes
    ----------
    name : str
        Unique name, such as ``"iPhone | Greater China"``.
    product, region : str
        What constraints select by.
    now : float
        Present amount.
    low, high : float
        Limits of the amount; ``high`` may be infinite.
    response : Response
        What the amount brings in, in money.
    weight : float
        Worth of one unit of response in the objective: 1 for revenue, a margin for profit.
    cost : float
        Cost of one unit of the amount, in money.
    own_risk : float
        Standard deviation of the cell's own shock, in money for one unit of the amount.
    exposure : mapping of str to float
        Exposure of one unit of the amount to each common shock of unit variance, in money.
    """

    name: str
    product: str
    region: str
    now: float
    low: float
    high: float
    response: Response
    weight: float = 1.0
    cost: float = 0.0
    own_risk: float = 0.0
    exposure: Mapping[str, float] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Constraint:
    """A linear limit on the amounts of some cells.

    Attributes
    ----------
    name : str
        Unique name; prices and conflicts are reported by it.
    kind : {"amount", "share"}
        ``"amount"``: ``low <= sum of coefficient x <= high``. ``"share"``: the same between
        ``low`` and ``high`` times the sum of all cells' amounts.
    coefficients : mapping of str to float
        Cell to coefficient; cells not named have 0.
    low, high : float or None
        Limits; at least one is given.
    """

    name: str
    kind: Kind
    coefficients: Mapping[str, float]
    low: float | None
    high: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """What to plan.

    Attributes
    ----------
    title : str
        What is planned, in a few words.
    money, amount : str
        Units of money and of the amounts, such as ``"$ billion"``.
    cells : tuple of Cell
        The quantities, at least one.
    constraints : tuple of Constraint
        Limits across cells.
    aversion : float
        Price of variance g: the objective loses g / 2 for each unit of variance (money squared).
    notes : tuple of str
        What is assumed and where figures come from; shown beside every result.
    """

    title: str
    money: str
    amount: str
    cells: tuple[Cell, ...]
    constraints: tuple[Constraint, ...] = ()
    aversion: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def concave(self) -> bool:
        """Whether the plan can be found by a concave programme; S-curves need another method."""
        return all(cell.response.family != "s-curve" for cell in self.cells)

    def to_dict(self) -> dict[str, Any]:
        """Return the problem as strict JSON that :func:`core.apple_sales.read_problem` reads."""
        result: dict[str, Any] = plain(self)
        for written, cell in zip(result["cells"], self.cells, strict=True):
            written["response"] = cell.response.to_dict()
        return result
