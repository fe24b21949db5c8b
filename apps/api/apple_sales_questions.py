"""What can be asked of the routes of Apple sales that read an upload or a stored study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query

from apps.api.upload import upload_of
from core import json_input
from core.apple_sales import FORECAST_MODELS, SOURCES
from core.errors import InputError
from core.stats.contrasts import Correction as CorrectionName
from core.stats.partition import Method

MOST_NAME = 200
ROWS = 24


def _rows() -> bytes:
    """Return made-up quarters of one product whose revenue follows its units."""
    lines = ["period,unit,product,region,units,revenue,margin"]
    for place in range(ROWS):
        units = 50 + place + 9 * (place % 4) + place * place % 7
        revenue = 4 * units + place * 5 % 3
        period = f"{2019 + place // 4}-Q{place % 4 + 1}"
        region = "North" if place < ROWS // 2 else "South"
        lines.append(f"{period},USD million,Phone,{region},{units},{revenue},0.3{place % 5}")
    return "\n".join([*lines, ""]).encode()


TABLE = upload_of(_rows())
"""A body that is a table, with one that every route here can use."""


def _column(example: str) -> Any:
    return Annotated[
        str,
        Query(
            min_length=1,
            max_length=MOST_NAME,
            description="Name of a column.",
            examples=[example],
        ),
    ]


Period = _column("period")
Group = _column("region")
Value = _column("revenue")
StructureMethod = Annotated[Method, Query(description="How rows are divided.")]
MostGroups = Annotated[int, Query(ge=2, le=20, description="Most groups looked for.")]
Eps = Annotated[
    float,
    Query(gt=0, le=100, allow_inf_nan=False, description="Reach of a row, in standard deviations."),
]
MinSamples = Annotated[
    int, Query(ge=2, le=1_000, description="Rows within reach that make a row the core of a group.")
]
Correction = Annotated[
    CorrectionName, Query(description="How p values are adjusted for the number of pairs.")
]
Alpha = Annotated[
    float,
    Query(ge=0.001, le=0.5, allow_inf_nan=False, description="Error level over all pairs."),
]
Source = Annotated[
    str, Query(json_schema_extra={"enum": [*SOURCES]}, description="Which data are compared.")
]
Season = Annotated[
    int, Query(ge=1, le=52, description="Periods in a season: 4 for quarters, 12 for months.")
]
Horizons = Annotated[int, Query(ge=1, le=52, description="Periods ahead, up to one season.")]
Model = Annotated[
    str,
    Query(
        json_schema_extra={"enum": [*FORECAST_MODELS]},
        description="Model by name; best takes the one that did best so far.",
    ),
]
Total = Annotated[
    float | None,
    Query(ge=0, allow_inf_nan=False, description="Greatest sum of all columns of numbers."),
]
Limits = Annotated[
    str | None,
    Query(description='Limits of columns, as JSON: {"iPad": [1, null]}; null is no limit.'),
]
Product = Annotated[str, Query(max_length=MOST_NAME, description="Product with known units.")]
Start = Annotated[int, Query(description="Fiscal year it starts in.")]
End = Annotated[int, Query(description="Fiscal year it ends in.")]
Constraint = Annotated[
    str,
    Query(
        max_length=MOST_NAME,
        description="Name of the constraint whose limit moves.",
        examples=["Line"],
    ),
]
Reach = Annotated[
    float,
    Query(gt=0, le=0.9, allow_inf_nan=False, description="How far it moves, as a share of it."),
]
CurvePoints = Annotated[int, Query(ge=2, le=41, description="Number of limits tried.")]


def limits_of(text: str | None) -> Mapping[str, tuple[float | None, float | None]]:
    """Return the limits of columns, from the JSON of a query parameter.

    Raises
    ------
    InputError
        If it is no object of pairs.
    """
    if text is None:
        return {}
    content = json_input.loads(text.encode("utf-8", "surrogateescape"), "limits")
    if not isinstance(content, dict) or not all(map(_is_pair, content.values())):
        raise InputError("limits: is not an object of columns and [low, high].")
    return {name: (low, high) for name, (low, high) in content.items()}


def _is_pair(raw: Any) -> bool:
    return (
        isinstance(raw, list)
        and len(raw) == 2
        and all(one is None or type(one) in (int, float) for one in raw)
    )
