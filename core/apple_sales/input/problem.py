"""Reading a planning problem from JSON-like data, with every fault named at once.

The format, with its defaults::

    {
      "title": "Plan", "money": "money", "amount": "units",
      "cells": [
        {
          "name": "iPhone | Japan",         # default: "product | region"
          "product": "iPhone", "region": "Japan",
          "now": 14.5,                      # present amount
          "low": 0, "high": 20,             # limits; no "high" (or null) means none
          "weight": 1,                      # worth of one unit of response, such as a margin
          "cost": 0,                        # cost of one unit of the amount
          "own_risk": 0,                    # standard deviation of its own shock, for one unit
          "exposure": {"yen": 0.2},         # exposure of one unit to common shocks
          "response": {"family": "log", "scale": 30, "shift": 5}
        }
      ],
      "constraints": [
        {"name": "Supply", "high": 400},                           # over all cells
        {"name": "Japan floor", "region": "Japan", "low": 20},     # over a region or a product
        {"name": "Pair", "cells": ["a", "b"], "low": 1, "high": 9},
        {"name": "Freight", "coefficients": {"a": 0.2, "b": 1}, "high": 5},
        {"name": "Mix", "kind": "share", "product": "Mac", "low": 0.1, "high": 0.3}
      ],
      "aversion": 0,                        # price of variance
      "notes": ["What is assumed."]
    }

Curves are those of :mod:`core.optimize.response`: ``linear`` (scale), ``power`` (scale, shift,
exponent), ``log`` and ``saturating`` (scale, shift), ``s-curve`` (scale, shift, exponent); or
``{"family": "isoelastic", "elasticity": -2.5, "revenue": 12}``, the power curve through the present
revenue of demand with a constant elasticity, with a ``shift`` of 1 % of ``now`` by default.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from core.apple_sales.input.cells import read_cells
from core.apple_sales.input.checks import Findings, Place, shown, whole
from core.apple_sales.input.constraints import read_constraints
from core.apple_sales.planning.compile import unbounded
from core.apple_sales.planning.problem import Problem

_KEYS = ("title", "money", "amount", "cells", "constraints", "aversion", "notes")


def read_problem(data: Mapping[str, Any]) -> Problem:
    """Return the problem that JSON-like data describe; see the module for the format.

    Raises
    ------
    InputError
        If anything is missing, unknown, contradictory or unbounded. The error lists up to 50
        findings, each with the cell or constraint, the value and how to mend it.
    """
    findings = Findings()
    if not isinstance(data, Mapping):
        message = f"{shown(data)} is not a problem."
        findings.add("", data, "type", message, 'Write {"cells": [...], "constraints": [...]}.')
        findings.stop()
    place = Place(data, "", findings)
    place.only(_KEYS)
    cells = read_cells(data.get("cells", ()), findings)
    constraints = read_constraints(data.get("constraints", ()), cells, findings)
    problem = Problem(
        place.text("title", "Plan"),
        place.text("money", "money"),
        place.text("amount", "units"),
        cells,
        constraints,
        place.number("aversion", 0.0, low=0.0) or 0.0,
        _notes(data.get("notes", ()), findings),
    )
    findings.stop()
    _bounded(problem, findings)
    findings.stop()
    return problem


def _notes(data: object, findings: Findings) -> tuple[str, ...]:
    listed = isinstance(data, Sequence) and not isinstance(data, str | bytes)
    notes = tuple(data) if isinstance(data, Sequence) and listed else ()
    if not listed or not all(isinstance(note, str) and whole(note) for note in notes):
        findings.add("notes", data, "type", "It is not a list of texts.", 'Write ["...", "..."].')
        return ()
    return notes


def _bounded(problem: Problem, findings: Findings) -> None:
    if all(math.isfinite(cell.high) for cell in problem.cells):
        return
    for cell in unbounded(problem):
        findings.add(
            f'cell "{shown(cell)}", high',
            "",
            "unbounded",
            "It has no upper limit and no constraint bounds it, so the plan has no end.",
            'Give the cell "high", or an upper limit to a constraint over it.',
        )
