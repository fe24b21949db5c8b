"""Cells of a sales file: every one that breaks the contract, by row and column."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.apple_sales.door.periods import FORMS, read_period
from core.apple_sales.schema import Schema
from core.errors import Problem
from core.fields import MISSING_TOKENS, FieldSet, FieldSpec
from core.tables import Table, validate
from core.viz.text import listed

Mask = NDArray[np.bool_]

_MONEY = re.compile(r"[$€£¥₹]|\b(usd|eur|gbp|jpy|cny)\b", re.IGNORECASE)
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}([, ']\d{3})+(\.\d+)?$")


def text_values(series: pd.Series[str]) -> pd.Series[str]:
    """Return cells without outer and doubled spaces; a token for "missing" becomes empty."""
    clean = series.fillna("").astype(str).str.split().str.join(" ")
    return clean.mask(clean.str.casefold().isin(MISSING_TOKENS), "")


def numbers(
    table: Table, fields: FieldSet, columns: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Return the numbers of a file, by field, and what is wrong with cells.

    Parameters
    ----------
    table : Table
        The file.
    fields : FieldSet
        The fields sought.
    columns : mapping of str to str
        Field to column of the file; a field without a column is left out.
    """
    present = FieldSet(
        tuple(dataclasses.replace(spec, required=True) for spec in fields if spec.name in columns)
    )
    checked = validate(table.frame, present, columns, decimal=table.decimal)
    found = [
        _plainer(problem, _spec_of(problem, present, columns)) for problem in checked.problems()
    ]
    return checked.values, found


def _spec_of(problem: Problem, fields: FieldSet, columns: Mapping[str, str]) -> FieldSpec:
    return next(spec for spec in fields if columns[spec.name] == problem.column)


def _plainer(problem: Problem, spec: FieldSpec) -> Problem:
    """Return a finding in the words of sales."""
    value = problem.value
    if problem.rule == "missing":
        return dataclasses.replace(
            problem, message="The cell is empty.", fix="Enter the figure, or remove the row."
        )
    if problem.rule == "unit":
        share = f"{float(value.replace(',', '.')) / 100:g}"
        return dataclasses.replace(
            problem,
            rule="percent",
            message=f"{value} looks like percent; {spec.name} is a share from -1 to 1.",
            fix=f"Divide the column by 100: {share}.",
        )
    if problem.rule == "range" and value.startswith("-") and spec.low == 0:
        return dataclasses.replace(
            problem, rule="negative", message=f"{value} is negative.", fix="Enter 0 or more."
        )
    if problem.rule == "not-a-number":
        rule, message, fix = _not_a_number(value)
        return dataclasses.replace(problem, rule=rule, message=message, fix=fix)
    return problem


def _not_a_number(value: str) -> tuple[str, str, str]:
    """Return rule, message and mend for a cell that is no number."""
    if _MONEY.search(value):
        fix = "Write the number alone; the currency belongs to the file, not to a cell."
        return "currency", f"{value} carries a currency.", fix
    if _THOUSANDS.match(value):
        fix = "Remove the thousands separators."
        return "separator", f"{value} is not a plain number.", fix
    if value.strip("+-").casefold() in ("inf", "infinity"):
        return "not-finite", f"{value} is not finite.", "Enter a figure."
    return "not-a-number", f"{value} is text, not a number.", "Enter the figure as digits."


def empty_texts(texts: pd.DataFrame) -> list[Problem]:
    """Return a finding for each empty cell of columns of words."""
    return [
        Problem(
            str(column), "nothing", "missing", "The cell is empty.",
            "Enter the name, or remove the row.", row=int(row) + 1,
        )
        for column in texts.columns
        for row in np.flatnonzero(texts[column].to_numpy() == "")
    ]  # fmt: skip


def periods(texts: pd.Series[str]) -> tuple[NDArray[np.float64], str, list[Problem]]:
    """Return the places of periods in time, their grain, and what is wrong with them.

    The grain is that of most rows.
    """
    known = {text: read_period(text) for text in texts.unique()}
    grains = Counter(one[0] for text in texts if (one := known[text]) is not None)
    grain = grains.most_common(1)[0][0] if grains else ""
    places = np.full(len(texts), np.nan)
    problems = []
    for row, text in enumerate(texts):
        found = known[text]
        if found is not None and found[0] == grain:
            places[row] = found[1]
        elif text:
            problems.append(_bad_period(text, found, grain, row + 1))
    return places, grain, problems


def _bad_period(text: str, found: tuple[str, float] | None, grain: str, row: int) -> Problem:
    if found is None:
        message, fix = f"{text[:40]} is not a period.", f"Write {FORMS}."
        return Problem("period", text[:40], "period", message, fix, row=row)
    message = f"{text} is a {found[0]}, but most rows are a {grain} each."
    fix = "Keep one grain in a file; sums over both would count sales twice."
    return Problem("period", text, "mixed-grain", message, fix, row=row)


def one_unit(texts: pd.Series[str]) -> list[Problem]:
    """Return a finding for each row whose unit is not that of most rows."""
    folded = texts.str.casefold()
    counts = Counter(text for text in folded if text)
    if len(counts) < 2:
        return []
    usual, n = counts.most_common(1)[0]
    shown = str(texts[folded == usual].iloc[0])
    return [
        Problem(
            "unit", text[:40], "mixed-units",
            f"{text[:40]} differs from {shown[:40]}, the unit of {n:,} rows.",
            "Convert the row, or put it into a file of its own.", row=row + 1,
        )
        for row, (text, plain) in enumerate(zip(texts, folded, strict=True))
        if plain and plain != usual
    ]  # fmt: skip


def duplicates(schema: Schema, keys: pd.DataFrame) -> list[Problem]:
    """Return a finding for each row whose key an earlier row has."""
    if not schema.key:
        return []
    same = keys.apply(lambda column: column.astype(str).str.casefold())
    whole = (keys.astype(str) != "").all(axis=1) & keys.notna().all(axis=1)
    repeated = same.duplicated(keep="first") & whole
    if not repeated.any():
        return []
    groups = same[whole].groupby(list(same.columns), sort=False).ngroup()
    first = groups.groupby(groups).transform(lambda one: one.index[0])
    return [
        Problem(
            listed(schema.key), "", "duplicate",
            f"Row {int(first[row]) + 1} has the same {listed(schema.key)}.",
            "Add the two rows up, or say what tells them apart.", row=int(row) + 1,
        )
        for row in np.flatnonzero(repeated.to_numpy())
    ]  # fmt: skip
