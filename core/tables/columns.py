"""Which column of a file carries which field: matched by name, never guessed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from core.errors import InputError, Problem
from core.fields import FieldSet, FieldSpec
from core.tables.limits import name_list, plain_name
from core.tables.recognise import other_system


@dataclasses.dataclass(frozen=True, slots=True)
class ColumnMap:
    """How the columns of a file relate to the fields of a record.

    Attributes
    ----------
    matched : dict of str to str
        Field name to column, in field order.
    missing : tuple of str
        Fields that no column carries.
    unknown : tuple of str
        Columns that carry no field, in file order.
    ambiguous : dict of str to tuple of str
        Field name to the columns that claim it, where more than one does.
    """

    matched: dict[str, str]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    ambiguous: dict[str, tuple[str, ...]]

    def to_dict(self) -> dict[str, object]:
        """Return the map as plain data."""
        return {
            "matched": dict(self.matched),
            "missing": list(self.missing),
            "unknown": list(self.unknown),
            "ambiguous": {field: list(columns) for field, columns in self.ambiguous.items()},
        }


def match_columns(
    columns: Sequence[str], fields: FieldSet, chosen: Mapping[str, str | None] | None = None
) -> ColumnMap:
    """Match columns to fields by name or alias, whatever the case, spaces and hyphens.

    Parameters
    ----------
    columns : sequence of str
        Column names of the file.
    fields : FieldSet
        The fields sought.
    chosen : mapping, optional
        The user's decisions, which take precedence: field name to column, or to ``None`` where
        the file does not carry the field.

    Returns
    -------
    ColumnMap

    Raises
    ------
    InputError
        If ``chosen`` names an unknown field, an absent column, or one column twice.
    """
    chosen = dict(chosen or {})
    _check_choice(columns, fields, chosen)
    free = [column for column in columns if column not in chosen.values()]
    claims = {spec.name: _claimants(free, spec) for spec in fields if spec.name not in chosen}
    shared = {c for c in free if sum(c in claimed for claimed in claims.values()) > 1}
    matched: dict[str, str] = {}
    ambiguous: dict[str, tuple[str, ...]] = {}
    for name in fields.names:
        column = chosen.get(name)
        claimed = claims.get(name, ())
        if column is not None:
            matched[name] = column
        elif len(claimed) == 1 and claimed[0] not in shared:
            matched[name] = claimed[0]
        elif claimed:
            ambiguous[name] = claimed
    used = {*matched.values(), *(column for claimed in ambiguous.values() for column in claimed)}
    return ColumnMap(
        matched,
        tuple(name for name in fields.names if name not in matched and name not in ambiguous),
        tuple(column for column in columns if column not in used),
        ambiguous,
    )


def require_columns(matched: ColumnMap, fields: FieldSet, columns: Sequence[str]) -> None:
    """Refuse a table in which a required field has no column, or a field has several.

    Raises
    ------
    InputError
        Naming every such field and the columns of the file.
    """
    problems = [
        Problem(
            field,
            name_list(claimed),
            "ambiguous-column",
            f"More than one column may carry {fields[field].label}: {name_list(claimed)}.",
            f"Say which column is {field}, or remove the others.",
        )
        for field, claimed in matched.ambiguous.items()
    ]
    absent = [field for field in matched.missing if fields[field].required]
    problems += [
        Problem(
            field,
            "",
            "missing-column",
            f"The file has no column for {fields[field].label}, which is required.",
            f"Add the column {field}, or say which column carries it."
            # A file of something else lacks many: its columns are listed once.
            + ("" if field != absent[0] else f" The file has {name_list(columns)}."),
        )
        for field in absent
    ]
    if problems:
        hint = other_system(columns, fields)
        raise InputError.from_problems((*([hint] if hint else []), *problems))


def refuse_output_columns(header: Sequence[str], added: Sequence[str]) -> None:
    """Refuse a table that already has a column of those that the result adds.

    Raises
    ------
    InputError
    """
    taken = [column for column in added if column in header]
    if taken:
        problem = Problem(
            ", ".join(taken),
            "",
            "output-column",
            "The file already has columns of this name, which the result adds.",
            "Rename or remove them.",
        )
        raise InputError.from_problems((problem,))


def _claimants(columns: Sequence[str], spec: FieldSpec) -> tuple[str, ...]:
    names = {plain_name(name) for name in (spec.name, *spec.aliases)}
    return tuple(column for column in columns if plain_name(column) in names)


def _check_choice(
    columns: Sequence[str], fields: FieldSet, chosen: Mapping[str, str | None]
) -> None:
    problems = []
    for field, column in chosen.items():
        if field not in fields.names:
            known = f"Known fields: {', '.join(fields.names)}."
            problems.append(Problem(field, "", "unknown-field", "is not a known field.", known))
        elif column is not None and column not in columns:
            seen = f"Columns of the file: {name_list(columns)}."
            message = f"The file has no column {column}."
            problems.append(Problem(field, column, "unknown-column", message, seen))
        elif column is not None and list(chosen.values()).count(column) > 1:
            message = f"The column {column} is assigned to more than one field."
            fix = "Assign it to one of them."
            problems.append(Problem(field, column, "column-used-twice", message, fix))
    if problems:
        raise InputError.from_problems(tuple(problems))
