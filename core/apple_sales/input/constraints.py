"""Reading the constraints of a problem: which cells they are about, and their limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.apple_sales.input.checks import LARGEST, Findings, Place, shown
from core.apple_sales.planning.problem import Cell, Constraint, Kind

MAX_CONSTRAINTS = 1_000
MAX_ENTRIES = 1_000_000
"""Largest number of coefficients; a share has one for every cell."""

_SELECTORS = ("cells", "product", "region", "coefficients")
_KEYS = ("name", "kind", "low", "high", *_SELECTORS)
_HINTS = {
    "max": 'Write "high" for an upper limit.',
    "min": 'Write "low" for a lower limit.',
    "limit": 'Write "high" for an upper limit or "low" for a lower one.',
    "products": 'Write "product" with one product, or list the cells in "cells".',
    "regions": 'Write "region" with one region, or list the cells in "cells".',
}


def read_constraints(
    data: object, cells: tuple[Cell, ...], findings: Findings
) -> tuple[Constraint, ...]:
    """Return the constraints that can be read; everything else becomes findings."""
    if not isinstance(data, Sequence) or isinstance(data, str | bytes):
        fix = 'Write "constraints": [{"name": ..., "high": ...}, ...].'
        message = f"{shown(data)} is not a list of constraints."
        findings.add("constraints", data, "type", message, fix)
        return ()
    if len(data) > MAX_CONSTRAINTS:
        message = f"There are {len(data):,} constraints, more than {MAX_CONSTRAINTS:,}."
        fix = "Limits of single cells belong into the cells' low and high."
        findings.add("constraints", len(data), "size", message, fix)
        return ()
    read: dict[str, Constraint] = {}
    for index, item in enumerate(data, start=1):
        constraint = _constraint(item, index, cells, findings)
        if constraint is None:
            continue
        if constraint.name in read:
            where = f'constraint "{shown(constraint.name)}"'
            message = "Another constraint has this same name."
            fix = "Give each constraint its own name; prices and conflicts are reported by it."
            findings.add(where, constraint.name, "duplicate", message, fix)
        read.setdefault(constraint.name, constraint)
    _few_entries(tuple(read.values()), len(cells), findings)
    return tuple(read.values())


def _few_entries(constraints: tuple[Constraint, ...], n: int, findings: Findings) -> None:
    entries = sum(n if c.kind == "share" else len(c.coefficients) for c in constraints)
    if entries > MAX_ENTRIES:
        message = f"They have {entries:,} coefficients together, more than {MAX_ENTRIES:,}."
        fix = "Use fewer constraints over all cells, or fewer cells."
        findings.add("constraints", entries, "size", message, fix)


def _constraint(
    data: object, index: int, cells: tuple[Cell, ...], findings: Findings
) -> Constraint | None:
    if not isinstance(data, Mapping):
        fix = 'Write {"name": ..., "high": ...}.'
        message = f"{shown(data)} is not a constraint."
        findings.add(f"constraint {index}", data, "type", message, fix)
        return None
    place = Place(data, f"constraint {index}", findings)
    name = place.text("name", "", empty=False)
    place.where = f'constraint "{shown(name)}"' if name.strip() else place.where
    place.only(_KEYS, _HINTS)
    kind = _kind(place)
    low, high = _limits(place, kind)
    return Constraint(name, kind, _coefficients(place, cells), low, high)


def _kind(place: Place) -> Kind:
    kind = place.data.get("kind", "amount")
    if kind == "share":
        return "share"
    if kind != "amount":
        fix = 'Write "amount" for a sum of amounts or "share" for a part of all amounts.'
        place.add("kind", "unknown-code", f"The kind {shown(kind)} is not known.", fix)
    return "amount"


def _limits(place: Place, kind: Kind) -> tuple[float | None, float | None]:
    low, high = (place.number(key, None, low=-LARGEST) for key in ("low", "high"))
    if all(place.data.get(key) is None for key in ("low", "high")):
        fix = 'Write "high" for an upper limit, "low" for a lower one, or both.'
        place.add("", "missing", "It has no limit.", fix)
    for key, limit in (("low", low), ("high", high)):
        if kind == "share" and limit is not None and not 0 <= limit <= 1:
            fix = "Write 0.4 for 40 %."
            place.add(key, "range", f"The share {shown(limit)} is not between 0 and 1.", fix)
    if low is not None and high is not None and low > high:
        place.add(
            "low",
            "contradiction",
            f"The limits contradict each other: low {shown(low)} is above high {shown(high)}.",
            "Lower the one or raise the other.",
        )
    return low, high


def _coefficients(place: Place, cells: tuple[Cell, ...]) -> dict[str, float]:
    given = [key for key in _SELECTORS if place.data.get(key) is not None]
    if len(given) > 1:
        fix = "Keep one of them."
        message = f"It selects its cells in more than one way: by {' and by '.join(given)}."
        place.add("", "contradiction", message, fix)
        return {}
    if not given or not cells:
        return dict.fromkeys((cell.name for cell in cells), 1.0)
    if given[0] == "cells":
        return _listed(place, cells)
    if given[0] == "coefficients":
        return _given(place, cells)
    return _grouped(place, given[0], cells)


def _grouped(place: Place, key: str, cells: tuple[Cell, ...]) -> dict[str, float]:
    wanted = place.text(key, "", empty=False)
    chosen = [cell.name for cell in cells if getattr(cell, key) == wanted]
    if not chosen and wanted.strip():
        known = dict.fromkeys(getattr(cell, key) for cell in cells if getattr(cell, key).strip())
        _missing(place, key, wanted, known, f"No cell has the {key}")
    return dict.fromkeys(chosen, 1.0)


def _missing(place: Place, key: str, name: str, known: Iterable[str], message: str) -> None:
    near = place.findings.near(name, known)
    fix = near or "Check the spelling, or add it to the cells."
    place.findings.add(place.at(key), name, "missing", f'{message} "{shown(name)}".', fix)


def _listed(place: Place, cells: tuple[Cell, ...]) -> dict[str, float]:
    data = place.data["cells"]
    if not isinstance(data, Sequence) or isinstance(data, str | bytes) or not data:
        fix = 'Write "cells": ["iPhone | Japan", ...], or remove the key to mean all cells.'
        place.add("cells", "type", "It is not a list of names of cells.", fix)
        return {}
    names = {cell.name for cell in cells}
    chosen: dict[str, float] = {}
    for name in data:
        if not isinstance(name, str):
            place.add("cells", "type", f"{shown(name)} is not the name of a cell.", "Write a name.")
        elif name not in names:
            _missing(place, "cells", name, names_of(cells), "There is no cell")
        elif name in chosen:
            message = f'It names the cell "{shown(name)}" twice.'
            place.add("cells", "duplicate", message, "Name it once.")
        else:
            chosen[name] = 1.0
    return chosen


def _given(place: Place, cells: tuple[Cell, ...]) -> dict[str, float]:
    data = place.data["coefficients"]
    if not isinstance(data, Mapping):
        fix = 'Write "coefficients": {"iPhone | Japan": 1.0, ...}.'
        place.add("coefficients", "type", f"{shown(data)} is not a mapping of cells.", fix)
        return {}
    inner = Place(data, place.at("coefficients"), place.findings)
    names = {cell.name for cell in cells}
    chosen: dict[str, float] = {}
    for name in data:
        if name not in names:
            _missing(place, "coefficients", str(name), names_of(cells), "There is no cell")
            continue
        number = inner.number(name, None, why="the coefficient of this cell")
        chosen[name] = 0.0 if number is None else number
    if all(name in names for name in data) and not any(chosen.values()):
        fix = "Give at least one cell a coefficient other than 0."
        place.add("coefficients", "empty", "No cell has a coefficient other than 0.", fix)
    return chosen


def names_of(cells: tuple[Cell, ...]) -> list[str]:
    """Return the names of the cells, in order."""
    return [cell.name for cell in cells]
