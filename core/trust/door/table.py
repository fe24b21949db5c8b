"""A file of predictions: outcomes, probabilities and attributes, each bad cell named."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.errors import InputError, Problem
from core.fields import MISSING_TOKENS, FieldSpec
from core.tables import Table, name_list, to_csv
from core.tables import read_table as read_text
from core.trust.door.batches import date_fault
from core.trust.door.classes import without_prefix
from core.trust.door.inputs import read_estimates, read_predictions
from core.trust.door.probabilities import TOLERANCE
from core.trust.door.sentences import Mask, counted, places
from core.trust.door.table_cells import MAX_PROBLEMS, Cells
from core.trust.door.table_columns import ColumnGuess, Roles, find_roles, guess_columns
from core.trust.door.task import detect_task
from core.trust.predictions import Estimates, Predictions

__all__ = ["MAX_PROBLEMS", "ColumnGuess", "TableInfo", "guess_columns", "read_table", "template"]

_LARGEST = 1e300
_NO_LEVEL = MISSING_TOKENS - {"none"}
_EXAMPLES = (
    ("1", "0.83", "female", "north", "2025-01-14"),
    ("0", "0.12", "male", "north", "2025-01-20"),
    ("0", "0.47", "female", "south", "2025-02-03"),
    ("1", "0.64", "male", "", "2025-02-11"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class TableInfo:
    """How a file was read.

    Attributes
    ----------
    rows : int
        Data rows of the file.
    dropped : int
        Rows left out because of unusable cells.
    roles : Roles
        Which column was read as what.
    columns : tuple of str
        All columns of the file.
    encoding, delimiter, decimal : str
        How the text is written.
    notes : tuple of str
        What was decided while reading, in sentences.
    """

    rows: int
    dropped: int
    roles: Roles
    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    decimal: str
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the description as plain data."""
        return dataclasses.asdict(self)


def read_table(
    source: bytes | Path,
    *,
    name: str = "",
    label: str | None = None,
    prob: str | Sequence[str] | None = None,
    pred: str | None = None,
    groups: Sequence[str] = (),
    date: str | None = None,
    positive: str | None = None,
    threshold: float = 0.5,
    drop_bad: bool = False,
) -> tuple[Predictions | Estimates, TableInfo]:
    """Read a CSV or Parquet file of predictions.

    Parameters
    ----------
    source : bytes or Path
        Content of the file, or where it lies.
    name : str
        How the messages call the file.
    label, pred, date : str, optional
        Columns of the outcome, of the call (or predicted quantity), and of the date or batch.
        Outcome and prediction may be left out where :func:`guess_columns` tells them.
    prob : str or sequence of str, optional
        Column of the probability of the positive class, or one for each class.
    groups : sequence of str
        Columns whose levels are compared.
    positive : str, optional
        The positive one of two classes, where the labels do not say it.
    threshold : float
        With two classes: probability from which a row is called positive.
    drop_bad : bool
        Whether rows with unusable cells are left out, instead of refusing the file.

    Returns
    -------
    Predictions or Estimates, and TableInfo
        Estimates if outcome and prediction are quantities.

    Raises
    ------
    InputError
        If the file cannot be read, a column is not there or not obvious, or a cell is unusable:
        the error holds each cell with its row (1 is the first below the header), at most
        ``MAX_PROBLEMS``, and the number of all.
    """
    table = read_text(source, name)
    columns = tuple(table.frame.columns)
    roles = find_roles(columns, label=label, prob=prob, pred=pred, groups=groups, date=date)
    cells = Cells(table)
    read = _read(cells, roles)
    keep = ~cells.bad
    if not keep.all() and not (drop_bad and keep.any()):
        raise cells.refusal()
    data = _noted(_audited(read, roles, keep, positive, threshold), cells.bad)
    return data, _info(table, cells, roles)


def template() -> bytes:
    """Return a CSV file to start from, with example rows."""
    header = ["outcome", "probability", "sex", "site", "date"]
    return to_csv(pd.DataFrame(_EXAMPLES, columns=header, dtype="str"))


@dataclasses.dataclass
class _Read:
    """Columns as values, each of shape (n,)."""

    y: Any
    proba: pd.Series[Any] | pd.DataFrame | None
    pred: Any
    groups: dict[str, Any]
    date: Any
    quantities: bool


def _info(table: Table, cells: Cells, roles: Roles) -> TableInfo:
    return TableInfo(
        len(cells.bad),
        int(cells.bad.sum()),
        roles,
        tuple(table.frame.columns),
        table.encoding,
        table.delimiter,
        table.decimal,
        (*table.notes, *_guess_notes(roles)),
    )


def _noted(data: Predictions | Estimates, bad: Mask) -> Predictions | Estimates:
    """Say which rows were left out, if any were."""
    if not bad.any():
        return data
    note = (
        f"{int(bad.sum()):,} of {counted(len(bad), 'row')} were left out because of unusable"
        f" cells: {places(bad, first=1)}."
    )
    context = dataclasses.replace(data.context, notes=(note, *data.context.notes))
    return dataclasses.replace(data, context=context)


def _read(cells: Cells, roles: Roles) -> _Read:
    y = cells.required(roles.label, "outcome")
    proba = _probabilities(cells, roles) if roles.prob else None
    pred = None if roles.pred is None else cells.required(roles.pred, "prediction")
    good = ~cells.bad
    quantities = False
    if proba is None and pred is not None and good.any():
        quantities = detect_task(y[good], None, pred[good])[0] == "regression"
    if quantities and roles.pred is not None:
        cells.forget()
        y = cells.numbers(roles.label, _spec("outcome", -_LARGEST, _LARGEST))
        pred = cells.numbers(roles.pred, _spec("prediction", -_LARGEST, _LARGEST))
    groups = {name: cells.values(name, _NO_LEVEL)[0] for name in roles.groups}
    dates = None if roles.date is None else _dates(cells, roles.date)
    return _Read(y, proba, pred, groups, dates, quantities)


def _spec(label: str, low: float, high: float) -> FieldSpec:
    return FieldSpec(label, label.capitalize(), "", "", low=low, high=high, required=True)


def _probabilities(cells: Cells, roles: Roles) -> pd.Series[Any] | pd.DataFrame:
    spec = _spec("probability", 0.0, 1.0)
    columns = {name: cells.numbers(name, spec) for name in roles.prob}
    if len(columns) == 1:
        column, values = next(iter(columns.items()))
        return pd.Series(values, name=column)
    frame = pd.DataFrame(columns)
    sums = frame.to_numpy().sum(axis=1)
    cells.judge(
        np.abs(sums - 1) > TOLERANCE,
        lambda row: Problem(
            name_list(roles.prob),
            f"{sums[row]:.6g}",
            "sum",
            f"The probabilities add to {sums[row]:.6g}, not to 1.",
            "Give unrounded probabilities of all classes, or divide each row by its sum.",
        ),
    )
    return frame


def _dates(cells: Cells, column: str) -> Any:
    values = cells.required(column, "date")
    if values.dtype != object:
        return values
    codes, distinct = pd.factorize(values)
    faults = [date_fault(text) for text in distinct]
    bad = np.array([*(fault != "" for fault in faults), False])[codes]
    cells.judge(
        bad,
        lambda row: Problem(
            column, str(values[row]), "date", f"{values[row]}: {faults[codes[row]]}",
            "Write dates as YYYY-MM-DD.",
        ),
    )  # fmt: skip
    return values


def _audited(
    read: _Read, roles: Roles, keep: Mask, positive: str | None, threshold: float
) -> Predictions | Estimates:
    groups = {name: values[keep] for name, values in read.groups.items()}
    batch = None if read.date is None else read.date[keep]
    pred = None if read.pred is None else read.pred[keep]
    y = read.y[keep]
    if read.quantities:
        return read_estimates(y, pred, groups=groups, batch=batch)
    proba = None if read.proba is None else read.proba[keep].reset_index(drop=True)
    found = read_predictions(
        y, proba, pred=pred, threshold=threshold, groups=groups, batch=batch, positive=positive
    )
    named = set(found.classes) in (set(roles.prob), set(without_prefix(roles.prob)))
    if isinstance(proba, pd.DataFrame) and "prob" in roles.guessed and not named:
        raise InputError.from_problems(
            (
                Problem(
                    "prob",
                    "",
                    "unknown-column",
                    f"The columns {name_list(roles.prob)} are not named like the classes"
                    f" {name_list(found.classes)}.",
                    "Say which columns hold the probabilities (prob=).",
                ),
            )
        )
    return found


def _guess_notes(roles: Roles) -> tuple[str, ...]:
    read = {
        "label": ("outcome", (roles.label,)),
        "prob": ("probability", roles.prob),
        "pred": ("prediction", (roles.pred or "",)),
    }
    said = [f"the {read[role][0]} from {name_list(read[role][1])}" for role in roles.guessed]
    return (f"By the names of the columns: {' and '.join(said)}.",) if said else ()
