"""Changes taken apart exactly: revenue into volume and price, margin into mix and rates."""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from core.apple_sales.reported.data import COUNTED, annual, category_eras, gross_margins
from core.errors import InputError, Problem
from core.plain import plain


@dataclasses.dataclass(frozen=True, slots=True)
class Bridge:
    """From one year's revenue of a product to another's.

    Attributes
    ----------
    product : str
        iPhone, Mac or iPad.
    start_year, end_year : int
        Fiscal years.
    units : tuple of float
        Thousand units in the two years.
    price : tuple of float
        Revenue per unit in USD in the two years; it moves with prices and with the mix of models.
    revenue : tuple of float
        USD million in the two years.
    volume_effect, price_effect : float
        Change of units at the mean price, and change of price at the mean units, USD million.
    residual : float
        What the two leave of the change of revenue; 0 but for rounding.
    """

    product: str
    start_year: int
    end_year: int
    units: tuple[float, float]
    price: tuple[float, float]
    revenue: tuple[float, float]
    volume_effect: float
    price_effect: float
    residual: float

    def to_dict(self) -> dict[str, Any]:
        """Return the bridge as plain data."""
        result: dict[str, Any] = plain(self)
        return result


@dataclasses.dataclass(frozen=True, slots=True)
class MarginChange:
    """Why the gross margin of all sales changed between two years.

    Attributes
    ----------
    start_year, end_year : int
        Fiscal years; FY2018 is as restated.
    margin : tuple of float
        Gross margin of all sales in the two years, as shares of revenue.
    mix : float
        Change of the shares of products and services at their mean margins.
    product_rate, service_rate : float
        Change of either margin at its mean share.
    residual : float
        What the three leave of the change; 0 but for rounding.
    """

    start_year: int
    end_year: int
    margin: tuple[float, float]
    mix: float
    product_rate: float
    service_rate: float
    residual: float

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain data."""
        result: dict[str, Any] = plain(self)
        return result


def average_prices() -> pd.DataFrame:
    """Return revenue per unit in USD by fiscal year and product, FY2015 to FY2018."""
    revenue = category_eras()[0][list(COUNTED)]
    return 1000 * revenue / annual("units")[list(COUNTED)]


def bridge(product: str, start_year: int, end_year: int) -> Bridge:
    """Split the change of a product's revenue into volume and price.

    ``dR = dU * (P0 + P1) / 2 + dP * (U0 + U1) / 2`` holds exactly (Bennet, Journal of the Royal
    Statistical Society 83 (1920), 455-462).

    Parameters
    ----------
    product : str
        ``"iPhone"``, ``"Mac"`` or ``"iPad"``.
    start_year, end_year : int
        Fiscal years with published units, 2015 to 2018, the first before the second.

    Raises
    ------
    InputError
        If units of the product or of a year were not published, or the years are not in order.
    """
    units = annual("units")
    if product not in COUNTED:
        fix = f"Choose {', '.join(COUNTED)}."
        raise _refused("product", product, f"no units of {product} were published.", fix)
    _check_years(start_year, end_year, units.index, "units were published until FY2018")
    revenue, prices = category_eras()[0][product], average_prices()[product]
    (u0, u1), (p0, p1), (r0, r1) = (
        (float(part.loc[start_year]), float(part.loc[end_year]))
        for part in (units[product], prices, revenue)
    )
    volume = (u1 - u0) * (p0 + p1) / 2 / 1000
    price = (p1 - p0) * (u0 + u1) / 2 / 1000
    residual = (r1 - r0) - volume - price
    return Bridge(
        product, start_year, end_year, (u0, u1), (p0, p1), (r0, r1), volume, price, residual
    )


def margin_change(start_year: int, end_year: int) -> MarginChange:
    """Split the change of the total gross margin into mix and rates, exactly.

    Raises
    ------
    InputError
        If a year has no reported margins (FY2018 to FY2025 have), or the years are not in order.
    """
    table = gross_margins()
    known = "margins of products and services are known from FY2018 on"
    _check_years(start_year, end_year, table.index, known)
    kinds = ["Products", "Services"]
    revenue, margins = table["revenue"], table["margin"]
    shares = revenue[kinds].div(revenue["Total"], axis=0)
    pair = [start_year, end_year]
    mean_share, mean_margin = shares.loc[pair].mean(), margins.loc[pair, kinds].mean()
    moved = (shares.loc[end_year] - shares.loc[start_year]) * mean_margin
    rates = (margins.loc[end_year, kinds] - margins.loc[start_year, kinds]) * mean_share
    total = margins["Total"]
    before, after = float(total.loc[start_year]), float(total.loc[end_year])
    mix, (products, services) = float(moved.sum()), (float(rates[kind]) for kind in kinds)
    residual = after - before - mix - products - services
    return MarginChange(start_year, end_year, (before, after), mix, products, services, residual)


def _check_years(start: int, end: int, known: pd.Index[Any], reason: str) -> None:
    for name, year in (("start year", start), ("end year", end)):
        if year not in known:
            fix = f"Choose a year from {known.min()} to {known.max()}."
            raise _refused(name, str(year), f"FY{year} cannot be used: {reason}.", fix)
    if start >= end:
        message = f"FY{end} is not after FY{start}."
        raise _refused("end year", str(end), message, "Choose a later end year.")


def _refused(name: str, value: str, message: str, fix: str) -> InputError:
    return InputError.from_problems((Problem(name, value, "range", message, fix),))
