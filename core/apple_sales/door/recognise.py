"""Which kind of file a header belongs to, told by its columns."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from core.apple_sales.schema import SCHEMAS, Schema
from core.errors import InputError, Problem
from core.tables import name_list
from core.tables.limits import plain_name

_LIKE = 0.6
_AMBIGUOUS = "ambiguous-column"


def recognise(columns: Sequence[str]) -> tuple[Schema, dict[str, str]]:
    """Return the schema of a header and which column carries which of its fields.

    Case, spaces, points, hyphens and underscores in names do not matter; nothing else is guessed.

    Raises
    ------
    InputError
        Naming every missing column and the most alike column of the file.
    """
    found = [(schema, _matched(schema, columns)) for schema in SCHEMAS]
    schema, matched = max(found, key=lambda one: _share(*one))
    missing = [name for name in schema.required if name not in matched]
    if missing:
        raise _refused(schema, matched, missing, columns)
    _refuse_twice(schema, columns)
    return schema, matched


def _matched(schema: Schema, columns: Sequence[str]) -> dict[str, str]:
    by_name = {plain_name(column): column for column in reversed(columns)}
    return {
        name: by_name[plain_name(name)] for name in schema.columns if plain_name(name) in by_name
    }


def _share(schema: Schema, matched: dict[str, str]) -> float:
    return sum(name in matched for name in schema.required) / len(schema.required)


def _refuse_twice(schema: Schema, columns: Sequence[str]) -> None:
    problems = []
    for name in schema.columns:
        same = [column for column in columns if plain_name(column) == plain_name(name)]
        if len(same) > 1:
            message = f"More than one column may carry {name}: {name_list(same)}."
            problems.append(Problem(name, "", _AMBIGUOUS, message, "Rename or remove the others."))
    if problems:
        raise InputError.from_problems(tuple(problems))


def _refused(
    schema: Schema, matched: dict[str, str], missing: list[str], columns: Sequence[str]
) -> InputError:
    free = [column for column in columns if column not in matched.values()]
    problems = [_missing(name, free) for name in missing]
    if not matched:
        kinds = " or ".join(one.title for one in SCHEMAS)
        head = Problem(
            "",
            "",
            "unknown-kind",
            f"The columns are not those of {kinds}. The file has {name_list(columns)}.",
            "Use one of the templates, or choose the column to predict.",
        )
        # All columns of one of the two kinds would be listed as missing: the templates say that.
        return InputError.from_problems((head,))
    return InputError.from_problems(tuple(problems))


def _missing(name: str, free: Sequence[str]) -> Problem:
    close = _nearest(name, free)
    fix = f"Add it, or rename {close}, the most alike column." if close else "Add it."
    return Problem(name, "", "missing-column", f"The file has no column {name}.", fix)


def _nearest(name: str, free: Sequence[str]) -> str:
    plain = {column.casefold(): column for column in free}
    close = difflib.get_close_matches(name.casefold(), list(plain), n=1, cutoff=_LIKE)
    if close:
        return name_list([plain[close[0]]])
    first = name.casefold().split()[0]
    starts = [column for folded, column in plain.items() if folded.startswith(first)]
    return name_list(starts[:1]) if starts else ""
