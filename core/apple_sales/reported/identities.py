"""What must add up in the reported figures, and whether it does."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from typing import Any

import pandas as pd

KEY = ["fiscal_year", "quarter", "basis"]
WHOLE_YEAR = 0
"""Quarter of a figure that covers a fiscal year."""


@dataclasses.dataclass(frozen=True, slots=True)
class Identity:
    """One kind of sum that the figures must fulfil.

    Attributes
    ----------
    what : str
        The sum in words.
    count : int
        How many periods and names it was checked on.
    broken : tuple of str
        Where it does not hold, with the difference; empty when all is well.
    """

    what: str
    count: int
    broken: tuple[str, ...]


def identities(figures: pd.DataFrame) -> tuple[Identity, ...]:
    """Check every sum that filings imply, exactly: the figures are whole numbers.

    Parameters
    ----------
    figures : DataFrame
        Columns ``fiscal_year, quarter, basis, measure, name, value``; quarter 0 is a whole year.
    """
    yearly = figures["quarter"] == WHOLE_YEAR
    parts = {
        "categories sum to the total": _sum(figures, "revenue by category"),
        "segments sum to the total": _sum(figures, "revenue by segment"),
    }
    total = _sum(figures, "revenue", ["Total"])
    checked = [
        _compare(f"{span} {what}", part[_years(part) == (span == "Annual")], total)
        for what, part in parts.items()
        for span in ("Quarterly", "Annual")
    ]
    split = _sum(figures[yearly], "revenue", ["Products", "Services"])
    services = _sum(figures[yearly], "revenue", ["Services"])
    category = _sum(figures[yearly], "revenue by category", ["Services"])
    return (
        *checked,
        *(_quarters_to_years(figures, m) for m in ("units", *(f"revenue by {k}" for k in KINDS))),
        _compare("Products and services sum to the total", split, total),
        _compare("Services are the same in both splits", services, category),
        _compare(
            "Operating incomes of segments and corporate sum to the total",
            _sum(figures[figures["name"] != "Total"], "operating income"),
            _sum(figures, "operating income", ["Total"]),
        ),
    )


KINDS = ("category", "segment")


def _sum(figures: pd.DataFrame, measure: str, names: list[str] | None = None) -> pd.Series[float]:
    chosen = figures[figures["measure"] == measure]
    if names is not None:
        chosen = chosen[chosen["name"].isin(names)]
    return chosen.groupby(KEY)["value"].sum()


def _years(values: pd.Series[float]) -> pd.Series[bool]:
    quarters = values.index.get_level_values("quarter")
    return pd.Series(quarters == WHOLE_YEAR, index=values.index)


def _compare(what: str, left: pd.Series[float], right: pd.Series[float]) -> Identity:
    """Compare period by period; without the same basis on the right, with its only one."""
    anyhow = right.groupby(level=KEY[:2]).first().rename("any")
    pairs = left.rename("left").to_frame().join(right.rename("right"), on=KEY)
    pairs = pairs.join(anyhow, on=KEY[:2])
    pairs["right"] = pairs["right"].fillna(pairs["any"])
    gaps = (pairs["left"] - pairs["right"]).dropna()
    return Identity(what, len(gaps), _broken(gaps))


def _quarters_to_years(figures: pd.DataFrame, measure: str) -> Identity:
    """Compare years of which all four quarters are known, on the basis of the quarters."""
    chosen = figures[(figures["measure"] == measure) & (figures["basis"] == "as first reported")]
    table = chosen.pivot_table("value", ["fiscal_year", "name"], "quarter", aggfunc="sum")
    table = table.reindex(columns=range(5)).dropna()
    gaps = table[[1, 2, 3, 4]].sum(axis=1) - table[WHOLE_YEAR]
    return Identity(f"Four quarters sum to the year: {measure}", len(gaps), _broken(gaps))


def _broken(gaps: pd.Series[float]) -> tuple[str, ...]:
    """Say where the difference is not 0."""
    found = gaps[gaps != 0].reset_index(name="gap")
    return tuple(
        f"FY{row.pop('fiscal_year')} {_place(row)}: off by {row.pop('gap'):+.0f}"
        for row in found.to_dict("records")
    )


def _place(row: dict[Hashable, Any]) -> str:
    if "name" in row:
        return str(row["name"])
    quarter = "" if row["quarter"] == WHOLE_YEAR else f"Q{row['quarter']} "
    return f"{quarter}({row['basis']})"
