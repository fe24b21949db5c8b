"""How a batch is judged from a program."""

from __future__ import annotations

import json

import pandas as pd

from core.breast_cancer import FEATURES
from core.tables import to_csv
from pages._breast_cancer.drift_source import Rows
from pages._shared import calls
from pages._shared.call import Call
from pages._shared.downloads import download


def show(rows: Rows, reference: Rows | None) -> None:
    """Show the call, with the cases of an example as a file.

    Command line and API judge a whole file against the training cases; another reference or a part
    of the rows takes Python.
    """
    if rows.example:
        table = pd.DataFrame(rows.values, columns=list(FEATURES.names))
        download("Cases (CSV)", lambda: to_csv(table), rows.file, "text/csv")
    python = _python(rows, reference)
    if reference is not None or rows.window is not None:
        calls.show(Call("", python=python))
        return
    columns = None if rows.columns is None else json.dumps(dict(rows.columns))
    asked = {"columns": columns, "outcome": rows.outcome}
    command = ("breast-cancer", "drift", rows.file, *calls.options(**asked), "--json")
    path = "/v1/breast-cancer/drift"
    calls.show(Call(path, asked, file=rows.file, python=python, command=command))


def _python(rows: Rows, reference: Rows | None) -> str:
    lines = ["from pathlib import Path", "", "from core.breast_cancer import drift, read_cases", ""]
    lines.append(f"cases = {_read(rows)}")
    if reference is not None:
        lines.append(f"reference = {_read(reference)}")
    part = "" if rows.window is None else f"[-{rows.window}:]"
    arguments = f"cases.values{part}"
    if reference is not None:
        arguments += ", reference=reference.values"
    if rows.outcome is not None:
        arguments += f", y=cases.outcomes{part}"
    return "\n".join([*lines, f"print(drift({arguments}).to_dict())"])


def _read(rows: Rows) -> str:
    asked = calls.arguments(columns=rows.columns, outcome=rows.outcome)
    return f"read_cases(Path({rows.file!r}){asked})"
