"""The reported figures, held to their sums before anyone uses them.

Sources, marks and what is missing: ``data/apple_sales/README.md``.
"""

from __future__ import annotations

import functools
import io
from pathlib import Path

import pandas as pd

from core.apple_sales.reported.identities import WHOLE_YEAR, Identity, identities
from core.artifacts import read_data
from core.errors import ArtifactError

DATA_FOLDER = Path(__file__).resolve().parents[3] / "data" / "apple_sales"
SHA256 = {
    "annual.csv": "adcaf9019a2d6e6e43901167d0490b1a3c15ce6eb014ba12782daf06ff79de94",
    "quarterly.csv": "0aa89aa825ccaa5ac3cfa4ecd86056119c3b5f95648e3713d551aa10c4c07751",
    "margins.csv": "6594737088e1e5d3d577251769f90d06fe0937c93c3410194c718a54e395e99d",
}
COLUMNS = ("fiscal_year", "quarter", "basis", "measure", "name", "value", "unit", "mark", "source")
CATEGORIES = ("iPhone", "Mac", "iPad", "Wearables", "Services")
SEGMENTS = ("Americas", "Europe", "Greater China", "Japan", "Rest of Asia Pacific")
COUNTED = ("iPhone", "Mac", "iPad")
"""Products whose units were published, until the fourth quarter of fiscal 2018."""

FIRST, RESTATED = "as first reported", "restated"
BREAK_YEAR = 2018
"""The last year on the old basis, and the first on the new one: FY2018 exists on both."""

MARKS = {
    "primary": "Read in Apple's own text, or the exact sum or difference of such figures.",
    "secondary": "Read in somebody else's text that quotes Apple; to be ticked against the filing.",
    "identity": "Read nowhere exactly: it is what is left of a total after the other parts.",
}


def figures() -> pd.DataFrame:
    """Return every figure, one a row.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`; quarter 0 is a whole fiscal year, value in ``unit``.

    Raises
    ------
    ArtifactError
        If a file is missing or altered, or a sum does not hold.
    """
    return _figures(DATA_FOLDER).copy()


@functools.cache
def checked_identities() -> tuple[Identity, ...]:
    """Return the sums that were checked when the figures were loaded."""
    return identities(_figures(DATA_FOLDER))


def annual(measure: str, basis: str = FIRST) -> pd.DataFrame:
    """Return a measure by fiscal year (rows) and name (columns), on one basis.

    Revenue by category changes its meaning between FY2018 and FY2019; use
    :func:`category_eras` for it.
    """
    return _wide(measure, basis, yearly=True).copy()


def category_eras() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return revenue by category on the old basis and on the new one, in USD million.

    The two are never joined: since FY2019 services include what is bundled with devices, and FY2018
    was restated for comparison. It is the last row of the first table and the first of the second.

    Returns
    -------
    tuple of DataFrame
        FY2015 to FY2018 as first reported; FY2018 restated to FY2025.
    """
    reported = annual("revenue by category")
    restated = annual("revenue by category", RESTATED)
    new = pd.concat([restated, reported[reported.index > BREAK_YEAR]])
    return reported[reported.index <= BREAK_YEAR], new


def quarters(measure: str, *, complete: bool = True) -> pd.DataFrame:
    """Return a measure by fiscal quarter (rows such as ``"2015 Q1"``) and name (columns).

    Parameters
    ----------
    measure : str
        ``"units"``, ``"revenue by category"``, ``"revenue by segment"`` or ``"revenue"``.
    complete : bool, default True
        Return only the 16 consecutive quarters of FY2015 to FY2018, all on one basis. Otherwise
        later quarters too, which have gaps and the new basis.
    """
    wide = _wide(measure, FIRST, yearly=False).copy()
    if complete:
        wide = wide[wide.index.get_level_values("fiscal_year") <= BREAK_YEAR]
    wide.index = pd.Index([f"{year} Q{quarter}" for year, quarter in wide.index], name="quarter")
    return wide


def gross_margins() -> pd.DataFrame:
    """Return revenue, cost of sales and gross margin of products and services by fiscal year.

    Returns
    -------
    DataFrame
        Index FY2018 (restated) to FY2025; columns (``"revenue"``, ``"cost"``, ``"margin"``) by
        (``"Products"``, ``"Services"``, ``"Total"``); margins are shares of revenue.
    """
    table = _figures(DATA_FOLDER)
    names = ["Products", "Services"]
    chosen = table[(table["quarter"] == WHOLE_YEAR) & table["name"].isin(names)]
    parts = {}
    for key, measure in (("revenue", "revenue"), ("cost", "cost of sales")):
        rows = chosen[chosen["measure"] == measure]
        part = rows.pivot_table("value", "fiscal_year", "name", aggfunc="sum")[names]
        parts[key] = part.assign(Total=part.sum(axis=1))
    parts["margin"] = 1 - parts["cost"] / parts["revenue"]
    return pd.concat(parts, axis=1)


@functools.lru_cache(maxsize=16)
def _wide(measure: str, basis: str, *, yearly: bool) -> pd.DataFrame:
    table = _figures(DATA_FOLDER)
    rows = table[
        (table["measure"] == measure)
        & (table["basis"] == basis)
        & ((table["quarter"] == WHOLE_YEAR) == yearly)
    ]
    index = "fiscal_year" if yearly else ["fiscal_year", "quarter"]
    wide = rows.pivot_table("value", index, "name", aggfunc="sum")
    names = list(dict.fromkeys(rows["name"]))
    known = [name for name in (*CATEGORIES, *SEGMENTS) if name in names]
    return wide[[*known, *(name for name in names if name not in known)]]


@functools.lru_cache(maxsize=4)
def _figures(folder: Path) -> pd.DataFrame:
    parts = [
        pd.read_csv(io.BytesIO(read_data(folder / name, sha256))) for name, sha256 in SHA256.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    table["quarter"] = table["quarter"].fillna(WHOLE_YEAR).astype(int)
    table["value"] = table["value"].astype(float)
    check(table)
    return table[list(COLUMNS)]


def check(table: pd.DataFrame) -> None:
    """Hold the figures against what they must fulfil.

    Raises
    ------
    ArtifactError
        Naming the first thing that does not hold.
    """
    _require(set(table.columns) == set(COLUMNS), f"its columns are not {', '.join(COLUMNS)}")
    _require(not table.isna().any(axis=None), "a cell is empty")
    unknown = sorted(set(table["mark"]) - set(MARKS))
    _require(not unknown, f"it holds unknown marks: {', '.join(unknown)}")
    twice = table.duplicated(["fiscal_year", "quarter", "basis", "measure", "name"])
    _require(not twice.any(), f"{int(twice.sum())} figures are there twice")
    for identity in identities(table):
        _require(not identity.broken, f"{identity.what}: {'; '.join(identity.broken[:3])}")


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ArtifactError(
            f"The reported figures break their contract: {what}. "
            "Restore data/apple_sales from the repository."
        )
