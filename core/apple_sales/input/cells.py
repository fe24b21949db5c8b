"""Reading the cells of a problem."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from core.apple_sales.input.checks import Findings, Place, shown, whole
from core.apple_sales.input.response import read_response
from core.apple_sales.planning.problem import MAX_CELLS, Cell

MAX_SHOCKS = 100

_CELL = (
    "name", "product", "region", "now", "low", "high", "weight", "cost", "own_risk", "exposure",
    "response",
)  # fmt: skip
_HINTS = {
    "max": 'Write "high" for an upper limit.',
    "min": 'Write "low" for a lower limit.',
    "margin": 'Write "weight" for what one unit of response is worth.',
}


def read_cells(data: object, findings: Findings) -> tuple[Cell, ...]:
    """Return the cells that can be read; everything else becomes findings."""
    if not isinstance(data, Sequence) or isinstance(data, str | bytes):
        fix = 'Write "cells": [{"product": ..., "region": ..., "now": ..., "response": ...}, ...].'
        findings.add("cells", data, "type", f"{shown(data)} is not a list of cells.", fix)
        return ()
    if not data:
        findings.add("cells", "", "empty", "There are 0 cells.", "Give at least one cell.")
    if len(data) > MAX_CELLS:
        findings.add(
            "cells",
            len(data),
            "size",
            f"There are {len(data):,} cells, more than {MAX_CELLS:,}.",
            "Group products or regions into fewer cells.",
        )
        return ()
    cells = [_cell(item, index, findings) for index, item in enumerate(data, start=1)]
    _unique(cells, findings)
    read = tuple(cell for cell in cells if cell is not None)
    _few_shocks(read, findings)
    return read


def _unique(cells: Sequence[Cell | None], findings: Findings) -> None:
    first: dict[str, int] = {}
    for number, cell in enumerate(cells, start=1):
        if cell is None or not cell.name.strip():
            continue
        if cell.name in first:
            findings.add(
                f'cell "{shown(cell.name)}"',
                cell.name,
                "duplicate",
                f"The cells number {first[cell.name]} and {number} have this same name.",
                "Give each cell its own name.",
            )
        first.setdefault(cell.name, number)


def _few_shocks(cells: tuple[Cell, ...], findings: Findings) -> None:
    shocks = {shock for cell in cells for shock in cell.exposure}
    if len(shocks) > MAX_SHOCKS:
        findings.add(
            "exposure",
            len(shocks),
            "size",
            f"The cells name {len(shocks):,} common shocks, more than {MAX_SHOCKS}.",
            'Write the risk of a single cell as "own_risk".',
        )


def _cell(data: object, index: int, findings: Findings) -> Cell | None:
    if not isinstance(data, Mapping):
        fix = 'Write {"product": ..., "region": ..., "now": ..., "response": ...}.'
        findings.add(f"cell {index}", data, "type", f"{shown(data)} is not a cell.", fix)
        return None
    place = Place(data, f"cell {index}", findings)
    product, region = place.text("product", ""), place.text("region", "")
    both = " | ".join(part for part in (product, region) if part.strip())
    name = place.text("name", both, empty=False)
    place.where = f'cell "{shown(name)}"' if name.strip() else place.where
    place.only(_CELL, _HINTS)
    now = place.number("now", None, low=0.0, why="the present amount")
    low, high = _limits(place)
    return Cell(
        name,
        product,
        region,
        now or 0.0,
        low,
        high,
        read_response(place, now),
        weight=_at_least_0(place, "weight", 1.0),
        cost=_at_least_0(place, "cost", 0.0),
        own_risk=_at_least_0(place, "own_risk", 0.0),
        exposure=_exposure(place),
    )


def _at_least_0(place: Place, key: str, default: float) -> float:
    number = place.number(key, default, low=0.0)
    return default if number is None else number


def _limits(place: Place) -> tuple[float, float]:
    low = _at_least_0(place, "low", 0.0)
    high = place.number("high", None, low=0.0)
    if high is not None and low > high:
        place.add(
            "low",
            "contradiction",
            f"The bounds contradict each other: low {shown(low)} is above high {shown(high)}.",
            "Lower the one or raise the other.",
        )
    return low, math.inf if high is None else high


def _exposure(place: Place) -> dict[str, float]:
    data = place.data.get("exposure", {})
    if not isinstance(data, Mapping):
        fix = 'Write {"shock": number, ...}.'
        place.add("exposure", "type", f"{shown(data)} is not a mapping of shocks.", fix)
        return {}
    inner = Place(data, place.at("exposure"), place.findings)
    read: dict[str, float] = {}
    for shock in data:
        if not isinstance(shock, str) or not shock.strip():
            inner.add(shock, "empty", "A shock has no name.", "Name the shock.")
            continue
        if not whole(shock):
            place.add("exposure", "half-character", "A name holds half a character.", "Rename it.")
            continue
        number = inner.number(shock, None, why="the exposure to this shock")
        read[shock] = 0.0 if number is None else number
    return read
