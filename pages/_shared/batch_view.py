"""What was found in the cells of a file, counted and listed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import streamlit as st

from core.errors import Problem, Severity
from core.tables import findings_frame, to_csv
from pages._shared import calls, tables
from pages._shared.call import Call
from pages._shared.downloads import download

PREVIEW_ROWS = 200


def findings(counts: Mapping[tuple[str, str, Severity], int], problems: Sequence[Problem]) -> None:
    """Show how many cells broke which rule, list the first ones, and offer them as a file."""
    total = sum(counts.values())
    if not total:
        return
    with st.expander(f"Findings about the file: {total:,} cells", icon=":material/rule:"):
        tables.show(
            [
                {"Column": column, "Rule": rule, "Severity": severity, "Cells": cells}
                for (column, rule, severity), cells in counts.items()
            ],
            alt="Number of cells for each column and rule.",
        )
        report = findings_frame(problems, total)
        tables.show(report.head(PREVIEW_ROWS), alt="Findings, cell by cell.")
        download("Download the findings", lambda: to_csv(report), "findings.csv", "text/csv")


def code(system: str, file: str, columns: Mapping[str, str | None] | None, python: str) -> None:
    """Show how a file is scored from a program.

    Parameters
    ----------
    system, file : str
        As route and command line name the system, and the name of the file.
    columns : mapping or None
        Which column carries which field, where the names do not tell.
    python : str
        The same in the suite's own process.
    """
    chosen = json.dumps(columns) if columns else None
    options = () if chosen is None else ("--columns", chosen)
    calls.show(
        Call(
            f"/v1/{system}/batch",
            {"columns": chosen},
            file=file,
            out="scored.csv",
            python=python,
            command=(system, "score", file, "scored.csv", *options),
        )
    )
