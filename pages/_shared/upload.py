"""From an uploaded file to matched columns: the guess is shown and can be corrected."""

from __future__ import annotations

import streamlit as st

from core.fields import FieldSet
from core.tables import ColumnMap

ABSENT = "(not in the file)"


def mapping(
    columns: list[str], found: ColumnMap, fields: FieldSet, key: str
) -> dict[str, str | None]:
    """Show which column carries which field, and let the user decide what is unclear.

    Parameters
    ----------
    columns : list of str
        Columns of the file.
    found : ColumnMap
        What the names tell.
    fields : FieldSet
        The fields sought.
    key : str
        Prefix of the widget keys; a new file needs a new prefix.

    Returns
    -------
    dict of str to (str or None)
        The user's choices, only where they differ from what the names tell.
    """
    unclear = [*found.ambiguous, *(name for name in found.missing if fields[name].required)]
    chosen: dict[str, str | None] = {}
    with st.expander(
        f"Columns: {len(found.matched)} of {len(fields.names)} fields recognised",
        expanded=bool(unclear),
        icon=":material/view_column:",
    ):
        grid = st.columns(4)
        for index, spec in enumerate(fields):
            guess = found.matched.get(spec.name, ABSENT)
            options = [ABSENT, *columns]
            choice = grid[index % len(grid)].selectbox(
                f"{spec.name} ({spec.label})",
                options,
                index=options.index(guess),
                key=f"{key}.column.{spec.name}",
            )
            if choice != guess:
                chosen[spec.name] = None if choice == ABSENT else choice
    return chosen
