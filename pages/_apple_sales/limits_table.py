"""The constraints as a table to edit: limits changed, rows added and taken out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.apple_sales import Constraint, Problem, read_problem
from core.errors import InputError, SuiteError
from core.errors import Problem as Finding
from core.optimize import canonical_hash
from pages._shared import results

NAME, OVER, KIND, LOW, HIGH = "Constraint", "Over", "Kind", "At least", "At most"
KINDS = {"amount": "amount", "share": "share of all"}
Groups = Mapping[str, Mapping[str, float]]
STARTED, KEPT = "apple.limits.started", "apple.limits.kept"


def ask(problem: Problem) -> Problem | None:
    """Return the problem with the constraints as edited; ``None`` where they cannot be read."""
    groups, asked = _groups(problem), canonical_hash(problem.to_dict())
    # Another problem is another table: edits of the former one do not belong to it.
    widget = f"apple.limits.{asked}"
    if widget not in st.session_state:
        # The table opens with what was edited before; while it is open its rows must not change.
        st.session_state[STARTED] = edited_before(problem)
    started: Problem = st.session_state[STARTED]
    with st.expander(
        f"Constraints ({len(started.constraints)}): edit, add or delete rows",
        icon=":material/rule:",
    ):
        st.caption(
            f"Amounts in {results.escaped(problem.amount)}; a share counts as a part of 1 of all "
            "amounts. An empty limit means none. Each cell's own limits are in the table of cells."
        )
        edited = st.data_editor(
            _frame(started, groups),
            num_rows="dynamic",
            hide_index=True,
            key=widget,
            placeholder="",
            alt="Constraints of the problem; every cell can be edited.",
            column_config={
                NAME: st.column_config.TextColumn(required=True),
                OVER: st.column_config.SelectboxColumn(options=list(groups), required=True),
                KIND: st.column_config.SelectboxColumn(
                    options=list(KINDS.values()), required=True, default="amount"
                ),
                LOW: st.column_config.NumberColumn(format="%.4g"),
                HIGH: st.column_config.NumberColumn(format="%.4g"),
            },
        )
    try:
        found = _edited(problem, edited, groups)
    except SuiteError as error:
        results.refusal(error, "These constraints cannot be used")
        return None
    st.session_state[KEPT] = (asked, found)
    return found


def edited_before(problem: Problem) -> Problem:
    """Return the problem with the constraints last edited in this session, if they are its own."""
    asked, found = st.session_state.get(KEPT, ("", problem))
    kept: Problem = found
    return kept if asked == canonical_hash(problem.to_dict()) else problem


def _groups(problem: Problem) -> Groups:
    """Return the sets of cells that a constraint can be over, by their names."""
    cells = problem.cells
    groups: dict[str, Mapping[str, float]] = {"All cells": {cell.name: 1.0 for cell in cells}}
    for part in ("product", "region"):
        for value in dict.fromkeys(getattr(cell, part) for cell in cells):
            members = {cell.name: 1.0 for cell in cells if getattr(cell, part) == value}
            groups.setdefault(value or f"(no {part})", members)
    for constraint in problem.constraints:
        if all(constraint.coefficients != group for group in groups.values()):
            count = len(constraint.coefficients)
            groups[f"{count} cells of {constraint.name}"] = constraint.coefficients
    return groups


def _frame(problem: Problem, groups: Groups) -> pd.DataFrame:
    rows = [
        {
            NAME: one.name,
            OVER: next(name for name, group in groups.items() if group == one.coefficients),
            KIND: KINDS[one.kind],
            LOW: one.low,
            HIGH: one.high,
        }
        for one in problem.constraints
    ]
    frame = pd.DataFrame(rows, columns=[NAME, OVER, KIND, LOW, HIGH])
    return frame.astype({LOW: float, HIGH: float})


def _edited(problem: Problem, table: pd.DataFrame, groups: Groups) -> Problem:
    """Return the problem with the constraints of the table, judged as those of a file are."""
    codes = {text: code for code, text in KINDS.items()}
    rows: list[dict[str, Any]] = []
    for number, row in enumerate(table.to_dict("records"), start=1):
        known = {key: value for key, value in row.items() if not pd.isna(value)}
        if not known:
            continue
        if known.get(OVER) not in groups:
            name = str(known.get(NAME, f"row {number}"))
            message, fix = "It is not said which cells it is over.", "Choose them in the table."
            raise InputError.from_problems((Finding(name, "", "missing", message, fix),))
        rows.append(
            {
                "name": str(known.get(NAME, "")),
                "kind": codes[str(known.get(KIND, KINDS["amount"]))],
                "coefficients": dict(groups[str(known[OVER])]),
                "low": known.get(LOW),
                "high": known.get(HIGH),
            }
        )
    if tuple(map(_constraint, rows)) == problem.constraints:
        return problem
    return read_problem({**problem.to_dict(), "constraints": rows})


def _constraint(row: Mapping[str, Any]) -> Constraint:
    names = {field.name for field in dataclasses.fields(Constraint)}
    return Constraint(**{name: row[name] for name in names})
