"""The two kinds of sales file: the public demo's seven columns, and a table with periods."""

from __future__ import annotations

import dataclasses
from typing import Literal

from core.fields import FieldSet, FieldSpec, UnitHint
from core.tables import to_csv

Kind = Literal["demo", "sales", "other"]

_DEMO_SOURCE = "Header of apple_sales_2024.csv, the file of the public demo app"
_OWN_SOURCE = "This suite's own schema"
_MOST = 1e9


@dataclasses.dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of words.

    Attributes
    ----------
    name : str
        Column name in files.
    help : str
        What it means and how it is written.
    """

    name: str
    help: str


@dataclasses.dataclass(frozen=True, slots=True)
class Schema:
    """What a kind of file consists of.

    Attributes
    ----------
    kind : {"demo", "sales"}
        Name of the schema.
    title : str
        What such a file is, in a few words.
    texts : tuple of TextColumn
        Columns of words, all required.
    numbers : FieldSet
        Columns of numbers; one that is not required may be left out, but not hold empty cells.
    target : str
        The column that a model would predict.
    key : tuple of str
        Columns that together name a row once; empty where the file has no such columns.
    """

    kind: Literal["demo", "sales"]
    title: str
    texts: tuple[TextColumn, ...]
    numbers: FieldSet
    target: str
    key: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, in the order of the file."""
        return (*(column.name for column in self.texts), *self.numbers.names)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which a file is not of this kind."""
        wanted = (spec.name for spec in self.numbers if spec.required)
        return (*(column.name for column in self.texts), *wanted)


def _demo_units(product: str) -> FieldSpec:
    return FieldSpec(
        f"{product} Sales (in million units)",
        f"{product} sales",
        "Units sold in the row; the file does not say in which period.",
        _DEMO_SOURCE,
        "million units",
        0.0,
        _MOST,
        step=0.01,
        required=True,
    )


DEMO = Schema(
    kind="demo",
    title="the public demo's file (seven columns, no period)",
    texts=(
        TextColumn("State", "State or city, as text."),
        TextColumn("Region", "Region of the state, as text."),
    ),
    numbers=FieldSet(
        (
            *(_demo_units(product) for product in ("iPhone", "iPad", "Mac", "Wearables")),
            FieldSpec(
                "Services Revenue (in billion $)",
                "Services revenue",
                "Revenue of services in the row.",
                _DEMO_SOURCE,
                "billion $",
                0.0,
                _MOST,
                step=0.01,
                required=True,
            ),
        )
    ),
    target="Services Revenue (in billion $)",
)

SALES = Schema(
    kind="sales",
    title="sales by period, product and region",
    texts=(
        TextColumn("period", "2024, 2024-Q3, 2024-09 or 2024-09-28; one grain for the whole file."),
        TextColumn("unit", "Currency and scale of revenue, such as USD million; one for the file."),
        TextColumn("product", "Name of the product."),
        TextColumn("region", "Name of the region."),
    ),
    numbers=FieldSet(
        (
            FieldSpec(
                "units",
                "Units sold",
                "Units sold in the period, in one unit of count for the whole file.",
                _OWN_SOURCE,
                "",
                0.0,
                1e15,
                required=True,
            ),
            FieldSpec(
                "revenue",
                "Revenue",
                "Revenue of the period, in the currency and scale named under unit.",
                _OWN_SOURCE,
                "",
                0.0,
                1e15,
                required=True,
            ),
            FieldSpec(
                "margin",
                "Gross margin",
                "Gross margin as a share of revenue, -1 to 1. The column may be left out.",
                _OWN_SOURCE,
                "",
                -1.0,
                1.0,
                step=0.01,
                units=(UnitHint("percent", 1.0, 100.0, 0.01), UnitHint("percent", -100, -1, 0.01)),
            ),
        )
    ),
    target="revenue",
    key=("period", "product", "region"),
)

SCHEMAS: tuple[Schema, ...] = (DEMO, SALES)

_EXAMPLES: dict[str, tuple[tuple[str, ...], ...]] = {
    "demo": (
        ("Example state A", "Example region", "12.50", "6.20", "3.10", "4.75", "9.40"),
        ("Example state B", "Example region", "8.25", "7.90", "4.35", "5.10", "11.05"),
    ),
    "sales": (
        ("2024-Q1", "USD million", "Phone", "North", "120", "96.0", "0.38"),
        ("2024-Q1", "USD million", "Tablet", "North", "45", "21.6", "0.33"),
        ("2024-Q2", "USD million", "Phone", "North", "104", "84.2", "0.37"),
        ("2024-Q2", "USD million", "Tablet", "North", "51", "24.0", "0.34"),
    ),
}


def sales_template(kind: Literal["demo", "sales"] = "sales") -> bytes:
    """Return a CSV to start from: the header and rows of made-up figures.

    Parameters
    ----------
    kind : {"demo", "sales"}
        Which schema.
    """
    import pandas as pd

    schema = next(one for one in SCHEMAS if one.kind == kind)
    return to_csv(pd.DataFrame(list(_EXAMPLES[kind]), columns=list(schema.columns), dtype="str"))
