"""What the model saw of each row: a table of named features, and its inner representation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from core.errors import InputError
from core.trust.door.arrays import Column, Floats, as_column, check_index, check_rows, described
from core.trust.door.sentences import listed, places, refused, share, show

_FIX_TABLE = "Give a data frame or an array of shape (n, features); make a sparse one dense."


def read_features(
    features: object, n: int, of_y: pd.Index | None = None
) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """Read a table of features: numbers, text or booleans, missing values allowed.

    Parameters
    ----------
    features : data frame, mapping or array-like, shape (n, d)
        Columns without names are called ``x1`` to ``xd``.
    n : int
        Number of rows.
    of_y : Index, optional
        Row labels of the outcomes.

    Returns
    -------
    DataFrame or None, and tuple of str
        The table, rows counted from 0, and notes on how it was understood.

    Raises
    ------
    InputError
        If it is no table of n rows, names a column twice, or holds infinite numbers or objects.
    """
    if features is None:
        return None, ()
    frame = _frame(features)
    check_rows(len(frame), n, "features")
    index = features.index if isinstance(features, pd.DataFrame | pd.Series) else None
    notes = check_index(index, of_y, "features")
    names = _names(frame)
    columns: dict[str, Any] = {}
    dates: list[str] = []
    for position, name in enumerate(names):
        column = as_column(frame.iloc[:, position], f"features['{name}']")
        if column.kind == "date":
            dates.append(name)
        else:
            columns[name] = _values(column)
    if dates:
        notes += (f"Features that hold dates were left out: {listed(dates)}.",)
    return pd.DataFrame(columns, index=pd.RangeIndex(n)), notes


def read_embedding(embedding: object, n: int) -> Floats | None:
    """Read the model's inner representation, finite numbers of shape (n, d).

    Raises
    ------
    InputError
        If it is no such table.
    """
    if embedding is None:
        return None
    frame = _frame(embedding, "embedding")
    check_rows(len(frame), n, "embedding")
    columns = [as_column(frame.iloc[:, i], "embedding") for i in range(frame.shape[1])]
    whole = np.column_stack([column.numbers() for column in columns])
    bad = ~np.isfinite(whole)
    if bad.any():
        raise refused(
            "embedding",
            f"{share(bad)} missing or infinite: {places(bad)}.",
            "Correct these values, or leave the embedding out.",
        )
    return whole


def _frame(features: object, argument: str = "features") -> pd.DataFrame:
    if isinstance(features, pd.Series):
        return features.to_frame("x1" if features.name is None else features.name)
    if isinstance(features, pd.DataFrame):
        return _not_empty(features, argument)
    try:
        if isinstance(features, Mapping):
            return _not_empty(pd.DataFrame(dict(features)), argument)
        array = np.asarray(features)
    except Exception as error:
        what = f"cannot be read as a table ({show(str(error))})."
        raise refused(argument, what, _FIX_TABLE) from error
    if array.ndim == 1 and array.dtype != object and not array.dtype.names:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or array.dtype.names:
        raise refused(argument, f"has the shape {array.shape}.", _FIX_TABLE)
    names = [f"x{position}" for position in range(1, array.shape[1] + 1)]
    return _not_empty(pd.DataFrame(array, columns=names), argument)


def _not_empty(frame: pd.DataFrame, argument: str) -> pd.DataFrame:
    if frame.shape[1] == 0:
        raise refused(argument, "has no columns.", "Give at least one, or leave it out.")
    return frame


def _names(frame: pd.DataFrame) -> list[str]:
    names = [str(name) for name in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refused("features", f"names {listed(twice)} more than once.", "Rename one of them.")
    return names


def _values(column: Column) -> Any:
    if column.kind == "number":
        values = column.numbers()
        bad = np.isinf(values)
        if bad.any():
            what = f"{share(bad)} infinite: {places(bad)}."
            raise refused(column.argument, what, "Correct them, or mark them as missing.")
        return values
    if column.kind == "other":
        raise _no_feature(column)
    if column.kind == "empty":
        return np.full(len(column), np.nan)
    if column.kind == "boolean" and not column.missing.any():
        return np.asarray(column.values, dtype=bool)
    texts = np.asarray(column.values, dtype=object).copy()
    texts[column.missing] = None
    return pd.Series(texts, dtype="str" if column.kind == "text" else object)


def _no_feature(column: Column) -> InputError:
    return refused(
        column.argument,
        f"holds {described(column)}, neither numbers nor text.",
        "Convert it, or leave it out.",
    )
