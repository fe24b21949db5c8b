"""Array-likes of every kind to one column of a known kind, and the checks all columns share."""

from __future__ import annotations

import dataclasses
import math
import numbers
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import InputError, NotEnoughDataError
from core.trust.door.sentences import Mask, counted, places, refused, share, show

Floats = NDArray[np.float64]
Kind = Literal["number", "boolean", "text", "date", "empty", "other"]

_INFERRED: dict[str, Kind] = {
    "string": "text",
    "integer": "number",
    "floating": "number",
    "mixed-integer-float": "number",
    "decimal": "number",
    "boolean": "boolean",
    "datetime": "date",
    "datetime64": "date",
    "date": "date",
    "period": "date",
    "empty": "empty",
}
_NUMBER_TYPES = (numbers.Real, np.bool_, Decimal, Fraction)
_NESTED = (list, tuple, np.ndarray, pd.Series)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One value a row, whatever it was given as.

    Attributes
    ----------
    argument : str
        Name of the argument, for the sentences.
    values : ndarray or pandas array, shape (n,)
        The values as given.
    kind : str
        What the values are; ``"other"`` is what no argument takes.
    index : Index or None
        Row labels, if the values came with any.
    name : object
        Name of the Series or data frame column, if there was one.
    """

    argument: str
    values: Any
    kind: Kind
    index: pd.Index | None = None
    name: object = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def missing(self) -> Mask:
        """Which values are missing, shape (n,)."""
        return np.asarray(pd.isna(self.values), dtype=bool)

    def numbers(self) -> Floats:
        """Return the values as numbers, NaN where missing.

        Raises
        ------
        InputError
            If they are not numbers, or too large to be computed with.
        """
        if self.kind != "number":
            raise refused(
                self.argument,
                f"holds {described(self)}, not numbers.",
                "Convert the values to numbers first.",
            )
        try:
            return _floats(self.values)
        except OverflowError:
            raise refused(
                self.argument, "holds whole numbers beyond 1e308.", "Correct these values."
            ) from None


def as_column(values: object, argument: str) -> Column:
    """Read one value a row from a list, array, Series, one-column data frame or the like.

    Parameters
    ----------
    values : object
        As the user gave it; an array of shape (n, 1) counts as (n,).
    argument : str
        Name of the argument, for the sentences.

    Raises
    ------
    InputError
        If it is no ordered collection, or holds more than one value a row.
    """
    index, name = None, None
    if isinstance(values, pd.DataFrame):
        if values.shape[1] != 1:
            raise _not_one_column(argument, values.shape)
        values = values.iloc[:, 0]
    if isinstance(values, pd.Series):
        index, name = values.index, values.name
    array = _without_decimals(_one_dimension(_array(values, argument), argument))
    kind = _kind(array)
    if kind == "other" and _is_object(array) and _all_single(array):
        array = _objects([next(iter(value)) for value in array])
        kind = _kind(array)
    return Column(argument, array, kind, index, name)


def read_outcomes(y: object) -> Column:
    """Read one outcome a row.

    Raises
    ------
    NotEnoughDataError
        If there is no row.
    """
    column = as_column(y, "y")
    if not len(column):
        message = "y: there is no row. Give at least one outcome with its prediction."
        raise NotEnoughDataError(message)
    return column


def check_rows(found: int, n: int, argument: str) -> None:
    """Refuse an argument that has not one row for each outcome.

    Raises
    ------
    InputError
    """
    if found != n:
        raise refused(
            argument,
            f"has {counted(found, 'row')}, but y has {n:,}.",
            "Give one value for each outcome, in the same order.",
        )


def check_index(index: pd.Index | None, of_y: pd.Index | None, argument: str) -> tuple[str, ...]:
    """Compare the row labels of an argument with those of y; rows are taken by position.

    Returns
    -------
    tuple of str
        A note where the labels differ.

    Raises
    ------
    InputError
        If the labels are those of y in another order: by position, rows would be mixed up.
    """
    if index is None or of_y is None or index.equals(of_y):
        return ()
    if len(index) == len(of_y) and index.is_unique and of_y.is_unique:
        at = of_y.get_indexer(index)
        if (at >= 0).all():
            moved = int(np.sum(at != np.arange(len(at))))
            raise refused(
                argument,
                f"has the row labels of y in another order ({moved:,} of {len(at):,} rows differ).",
                f"Give {argument}.reindex(y.index), or .to_numpy() of both if the rows already"
                " correspond by position.",
            )
    return (f"The row labels of {argument} differ from those of y: rows were taken by position.",)


def refuse_missing(bad: Mask, argument: str) -> None:
    """Refuse missing values, with their number and the first rows.

    Raises
    ------
    InputError
    """
    if bad.any():
        raise refused(
            argument,
            f"{share(bad)} missing: {places(bad)}.",
            "Fill these values in, or remove the rows from every argument.",
        )


def finite_numbers(column: Column) -> Floats:
    """Return the values of a column as numbers, all of them finite.

    Raises
    ------
    InputError
    """
    values = column.numbers()
    refuse_missing(np.isnan(values), column.argument)
    refuse_infinite(values, column.argument)
    return values


def refuse_infinite(values: Floats, argument: str) -> None:
    """Refuse infinite values, with their number and the first rows.

    Raises
    ------
    InputError
    """
    bad = np.isinf(values)
    if bad.any():
        raise refused(
            argument,
            f"{share(bad)} infinite: {places(bad, values)}.",
            "Correct these values, or remove the rows from every argument.",
        )


def unmasked(values: Any) -> NDArray[Any]:
    """Return a masked array as objects, None where it is masked."""
    array = np.array(values.data, dtype=object)
    array[np.ma.getmaskarray(values)] = None
    return array


def described(column: Column) -> str:
    """Return what the values of a column are, with an example."""
    present = column.values[~column.missing]
    example = f" (such as {show(present[0])})" if len(present) else ""
    words = {"boolean": "True and False", "text": "text", "date": "dates", "number": "numbers"}
    if column.kind in words:
        return words[column.kind] + example
    if not len(present):
        return "missing values only"
    kinds = sorted({type(value).__name__ for value in present[:1000]})
    return f"values of the type {' and '.join(kinds[:3])}{example}"


def _array(values: object, argument: str) -> Any:
    """Return a numpy array or pandas array that keeps what each value is."""
    if isinstance(values, pd.Series | pd.Index) and not isinstance(values, pd.MultiIndex):
        numpy_backed = isinstance(values.dtype, np.dtype | pd.SparseDtype)
        return np.asarray(values) if numpy_backed else values.array
    if isinstance(values, pd.api.extensions.ExtensionArray):
        return values
    if isinstance(values, list | tuple | range):
        return _objects(values)
    if values is None or isinstance(values, str | bytes | dict | set | frozenset | pd.MultiIndex):
        what = "is missing" if values is None else f"is one {type(values).__name__}"
        raise refused(argument, f"{what}.", "Give a list, array or Series with one value a row.")
    try:
        if isinstance(values, np.ma.MaskedArray):
            return unmasked(values)
        if hasattr(values, "to_pandas"):  # Arrow and Polars
            return _array(values.to_pandas(), argument)
        found = np.asarray(values)
        if found.ndim:
            return found
    except Exception as error:
        raise _no_array(argument, values, f" ({show(str(error))})") from error
    raise _no_array(argument, values, "")


def _objects(values: Any) -> NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    try:
        array[:] = list(values)
    except ValueError:  # arrays of several shapes
        for row, value in enumerate(values):
            array[row] = value
    return array


def _one_dimension(array: Any, argument: str) -> Any:
    if array.ndim == 2 and array.shape[1] == 1:
        array = array.reshape(-1)
    if array.ndim != 1 or getattr(array.dtype, "names", None):
        raise _not_one_column(argument, array.shape)
    kind = array.dtype.kind if isinstance(array, np.ndarray) else ""
    if kind == "M":
        return _dates(array, argument)
    return array.astype(object) if kind in ("U", "T", "S") else array


def _without_decimals(array: Any) -> Any:
    """Return decimals as floating-point numbers: pandas fails at a decimal signalling NaN."""
    if not _is_object(array):
        return array
    try:
        inferred = pd.api.types.infer_dtype(array, skipna=True)
    except InvalidOperation:
        inferred = "decimal"
    if inferred not in ("decimal", "mixed", "mixed-integer"):
        return array
    return _objects([_float(value) if isinstance(value, Decimal) else value for value in array])


def _float(value: Decimal) -> float:
    return math.nan if value.is_nan() else float(value)


def _dates(array: NDArray[Any], argument: str) -> Any:
    # pandas knows no unit above the second.
    coarse = np.datetime_data(array.dtype)[0] in ("Y", "M", "W", "D", "h", "m")
    try:
        return pd.DatetimeIndex(array.astype("M8[s]") if coarse else array).array
    except (ValueError, TypeError, OverflowError) as error:
        what = f"holds dates that cannot be read ({show(str(error))})."
        raise refused(argument, what, "Give dates between the years 1 and 9999.") from error


def _kind(array: Any) -> Kind:
    dtype = array.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _kind(_one_dimension(_array(dtype.categories, ""), ""))
    if _is_object(array):
        inferred = pd.api.types.infer_dtype(array, skipna=True)
        return _INFERRED.get(inferred) or _mixed_kind(array)
    tests: tuple[tuple[Any, Kind], ...] = (
        (pd.api.types.is_bool_dtype, "boolean"),
        (pd.api.types.is_complex_dtype, "other"),
        (pd.api.types.is_numeric_dtype, "number"),
        (pd.api.types.is_datetime64_any_dtype, "date"),
        (pd.api.types.is_string_dtype, "text"),
    )
    if isinstance(dtype, pd.PeriodDtype) or "date" in str(dtype):
        return "date"
    return next((kind for test, kind in tests if test(dtype)), "other")


def _is_object(array: Any) -> bool:
    return bool(getattr(array.dtype, "kind", "") == "O" and isinstance(array, np.ndarray))


def _mixed_kind(array: NDArray[Any]) -> Kind:
    types = {type(value) for value in array[~pd.isna(array)].tolist()}
    return "number" if all(issubclass(kind, _NUMBER_TYPES) for kind in types) else "other"


def _all_single(array: NDArray[Any]) -> bool:
    return all(
        isinstance(value, _NESTED) and getattr(value, "shape", (len(value),)) == (1,)
        for value in array
    )


def _floats(values: Any) -> Floats:
    if isinstance(values, np.ndarray) and not _is_object(values):
        return values.astype(np.float64)
    if not isinstance(values, np.ndarray) and not isinstance(values.dtype, pd.CategoricalDtype):
        found: Floats = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return found
    values = np.asarray(values)
    missing = pd.isna(values)
    out = np.full(len(values), np.nan)
    out[~missing] = values[~missing].astype(np.float64)
    return out


def _not_one_column(argument: str, shape: tuple[int, ...]) -> InputError:
    fix = "Give one value a row, shape (n,)."
    if len(shape) == 2 and shape[0] == 1:
        fix = "Transpose it: one row for each value."
    elif len(shape) == 2:
        fix = "Give one value a row; of columns that mark classes by 1, give the marked class."
    return refused(argument, f"has the shape {shape}.", fix)


def _no_array(argument: str, values: object, reason: str) -> InputError:
    return refused(
        argument,
        f"is a {type(values).__name__}, which cannot be read as rows{reason}.",
        "Give a list, a numpy array, a Series or a data frame; make a sparse matrix dense with"
        " .toarray(), and a generator a list.",
    )
