"""What 16 quarters of units and prices cannot teach: price elasticities."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.apple_sales.planning.priors import PRIORS, Prior
from core.apple_sales.reported.data import COUNTED, quarters
from core.plain import plain
from core.stats.intervals import Interval

Floats = NDArray[np.float64]

SEASON = 4
LAGS = 3
"""Lags of the Newey-West errors: neighbouring year-on-year changes share up to three quarters."""


@dataclasses.dataclass(frozen=True, slots=True)
class Elasticity:
    """The regression of unit growth on price growth of one product, and why it is not used.

    Attributes
    ----------
    product : str
        What is sold.
    quarters : tuple of str
        The 12 quarters, each against the same one a year before.
    price, units : ndarray, shape (12,)
        Change of the logarithm of the average price and of the units.
    slope : Interval
        Least-squares slope with Student's interval.
    se, se_hac : float
        Standard error of the slope: ordinary, and robust to autocorrelation (Newey-West).
    r2 : float
        Share of the variance of unit growth that price growth accounts for, in sample.
    p : float
        p value of "no slope", ordinary errors.
    prior : Prior
        The declared elasticity, an assumption.
    other_demand : float
        Slope minus declared elasticity. If the declared one holds, each percent of price came with
        this many percent of demand from other causes, such as a better model or a richer mix.
    """

    product: str
    quarters: tuple[str, ...]
    price: Floats
    units: Floats
    slope: Interval
    se: float
    se_hac: float
    r2: float
    p: float
    prior: Prior
    other_demand: float

    @property
    def wrong_sign(self) -> bool:
        """Whether more seems to be sold at a higher price."""
        return self.slope.estimate > 0

    @property
    def usable(self) -> bool:
        """Whether the whole interval lies below -1, where a best volume exists."""
        return self.slope.high < -1

    def to_dict(self) -> dict[str, Any]:
        """Return the regression as strict JSON."""
        found: dict[str, Any] = plain(self)
        return {**found, "wrong_sign": self.wrong_sign, "usable": self.usable}


def elasticities() -> tuple[Elasticity, ...]:
    """Return the failed regression for every product whose units were published.

    Year-on-year changes of the logarithm of units on those of the average price, 12 each
    (FY2016 to FY2018). Average price is revenue over units, so it moves with the mix and quality
    of what is sold, which move demand too: the slope is not a price elasticity.
    """
    units, revenue = quarters("units"), quarters("revenue by category")
    names = tuple(str(name) for name in units.index[SEASON:])
    found = []
    for product in COUNTED:
        sold = units[product].to_numpy()
        price = revenue[product].to_numpy() / sold
        found.append(_regress(product, names, _change(price), _change(sold)))
    return tuple(found)


def _change(values: Floats) -> Floats:
    logs = np.log(values)
    return np.asarray(logs[SEASON:] - logs[:-SEASON])


def _regress(product: str, names: tuple[str, ...], price: Floats, units: Floats) -> Elasticity:
    from scipy.special import stdtr, stdtrit

    n = len(price)
    x = price - price.mean()
    square = float(x @ x)
    slope = float(x @ units) / square
    rest = units - units.mean() - slope * x
    se = math.sqrt(float(rest @ rest) / (n - 2) / square)
    half, t = float(stdtrit(n - 2, 0.975)) * se, abs(slope) / se
    prior = PRIORS[product]
    return Elasticity(
        product=product,
        quarters=names,
        price=price,
        units=units,
        slope=Interval(slope, slope - half, slope + half, n, 0.95, "least squares, Student's t"),
        se=se,
        se_hac=math.sqrt(_long_run(x * rest) * n / (n - 2)) / square,
        r2=1 - float(rest @ rest) / float(np.square(units - units.mean()).sum()),
        p=2 * float(stdtr(n - 2, -t)),
        prior=prior,
        other_demand=slope - prior.elasticity,
    )


def _long_run(score: Floats) -> float:
    """Return the variance of a sum, with Bartlett weights (Newey and West 1987)."""
    total = float(score @ score)
    for lag in range(1, LAGS + 1):
        total += 2 * (1 - lag / (LAGS + 1)) * float(score[lag:] @ score[:-lag])
    return total
