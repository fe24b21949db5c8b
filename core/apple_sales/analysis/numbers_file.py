"""Read any file for its columns of numbers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from core.apple_sales.door.read import read_sales
from core.apple_sales.door.result import SalesTable
from core.errors import InputError
from core.tables import Table, read_table


def read_numbers(source: bytes | Path, name: str = "The file") -> SalesTable:
    """Read a table of which only the columns of numbers are wanted.

    A column is one of numbers if most of its cells are. Rows with a bad cell in such a column are
    left out and listed.

    Parameters
    ----------
    source : bytes or Path
        CSV or Parquet, or where it lies.
    name : str
        How the messages call the file.

    Raises
    ------
    InputError
        If it is no table, or has no column of numbers.
    NotEnoughDataError
        If fewer than two rows can be used.
    """
    return read_sales(source, name, target=_number_column(read_table(source, name), name),
                      drop_bad=True)  # fmt: skip


def _number_column(table: Table, name: str) -> str:
    for column in table.frame:
        texts = table.frame[column].str.strip()
        if table.decimal == ",":
            texts = texts.str.replace(",", ".", regex=False)
        given = texts[texts != ""]
        if len(given) and float(pd.to_numeric(given, errors="coerce").notna().mean()) > 0.5:
            return str(column)
    raise InputError(f"{name} has no column of numbers. Groups are looked for among numbers only.")
