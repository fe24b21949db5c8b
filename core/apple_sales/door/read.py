"""Read a sales file: recognise its kind, hold it to the contract, name every cell that fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from core.apple_sales.door import cells, other
from core.apple_sales.door.recognise import recognise
from core.apple_sales.door.result import TIME, SalesTable
from core.apple_sales.schema import Schema
from core.errors import InputError, NotEnoughDataError, Problem
from core.tables import Table, name_list, read_table
from core.tables.validation import LISTED as MOST_FOUND
from core.viz.text import counted

LISTED = 100
"""Most findings in one refusal."""

FEWEST_ROWS = 2


def read_sales(
    source: bytes | Path, name: str = "", *, target: str | None = None, drop_bad: bool = False
) -> SalesTable:
    """Read and check a file of sales.

    Parameters
    ----------
    source : bytes or Path
        CSV or Parquet, or where it lies.
    name : str
        How the messages call the file; by default a path's own name.
    target : str or None
        Column to predict, for a table that follows neither schema: every other column of numbers
        is then learned from. ``None`` recognises the schema by the header.
    drop_bad : bool
        Whether to leave out rows with bad cells, and list them, instead of refusing the file.

    Raises
    ------
    InputError
        Naming missing columns, or each bad cell by row and column.
    NotEnoughDataError
        If fewer than two rows can be used.
    """
    name = name or (source.name if isinstance(source, Path) else "The file")
    table = read_table(source, name)
    if target is not None:
        return _kept(other.read(table, name, target), drop_bad)
    schema, columns = recognise(list(table.frame.columns))
    return _kept(_of_schema(table, name, schema, columns), drop_bad)


def _of_schema(table: Table, name: str, schema: Schema, columns: dict[str, str]) -> SalesTable:
    present = [column.name for column in schema.texts]
    texts = pd.DataFrame({one: cells.text_values(table.frame[columns[one]]) for one in present})
    values, problems = cells.numbers(table, schema.numbers, columns)
    problems += cells.empty_texts(texts)
    frame = pd.concat([texts, values], axis=1)
    notes = [*table.notes, *_unread(table, columns), *_left_out(schema, columns)]
    numeric = [spec for spec in values.columns if spec != schema.target]
    if schema.kind == "sales":
        places, grain, found = cells.periods(texts["period"])
        frame[TIME] = places
        numeric.append(TIME)
        keys = frame[[*schema.key]].assign(period=places)
        problems += found + cells.one_unit(texts["unit"]) + cells.duplicates(schema, keys)
        notes.append(f"One row is one product in one region in one {grain or 'period'}.")
    else:
        notes.append(_no_grain(texts))
    return SalesTable(
        schema.kind,
        name,
        frame,
        schema.target,
        tuple(numeric),
        tuple(present),
        len(frame),
        tuple(sorted(problems, key=lambda one: (one.row or 0, one.column))),
        tuple(notes),
    )


def _unread(table: Table, columns: dict[str, str]) -> list[str]:
    extra = [column for column in table.frame.columns if column not in columns.values()]
    return [f"Columns that are not read: {name_list(extra)}."] if extra else []


def _left_out(schema: Schema, columns: dict[str, str]) -> list[str]:
    absent = [name for name in schema.columns if name not in columns]
    return [f"The file has no column {name_list(absent)}."] if absent else []


def _no_grain(texts: pd.DataFrame) -> str:
    counts = texts["State"].value_counts()
    if counts.empty or counts.max() == 1:
        return "There is no period column: it is not said over which time a row adds up."
    repeats = f"{counts.min()} to {counts.max()}" if counts.min() < counts.max() else counts.max()
    return (
        f"The grain is not defined: {counted(len(counts), 'state')} fill {len(texts):,} rows "
        f"({repeats} rows a state), and no column says which period a row is."
    )


def _kept(table: SalesTable, drop_bad: bool) -> SalesTable:
    """Return the table without the rows in question, or refuse it."""
    if table.dropped and not drop_bad:
        raise _refused(table.dropped)
    bad = {problem.row - 1 for problem in table.dropped if problem.row is not None}
    keep = np.ones(table.rows, dtype=bool)
    keep[list(bad)] = False
    # Findings are listed up to a limit; a refused number is NaN wherever it stands.
    figures = table.frame[[*table.numeric, table.target]].to_numpy(dtype=np.float64)
    keep &= np.isfinite(figures).all(axis=1)
    lost = table.rows - int(keep.sum())
    if keep.sum() < FEWEST_ROWS:
        message = (
            f"{table.name} has {counted(int(keep.sum()), 'usable row')}; at least {FEWEST_ROWS} "
            "are needed to compare anything. Add rows."
        )
        raise NotEnoughDataError(message, table.dropped)
    notes = list(table.notes)
    if lost:
        notes.append(f"Rows left out because of bad cells: {lost:,} of {table.rows:,}.")
    return SalesTable(
        table.kind,
        table.name,
        table.frame[keep].reset_index(drop=True),
        table.target,
        table.numeric,
        table.texts,
        table.rows,
        table.dropped,
        tuple(notes),
    )


def _refused(found: Sequence[Problem]) -> InputError:
    shown = list(found[:LISTED])
    if len(found) > LISTED:
        least = "At least " if len(found) >= MOST_FOUND else ""
        message = f"{least}{len(found) - LISTED:,} more cells break the contract."
        fix = "Mend the listed ones first; often one cause is behind all."
        shown.append(Problem("", "", "not-listed", message, fix))
    return InputError.from_problems(tuple(shown))
