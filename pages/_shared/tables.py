"""Show rows as a table: no index, no Python word for an empty cell, and a text alternative."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import streamlit as st


def show(
    rows: pd.DataFrame | Iterable[Mapping[str, object]],
    alt: str,
    *,
    decimals: Mapping[str, int] | None = None,
    column_config: Mapping[str, Any] | None = None,
    **options: Any,
) -> None:
    """Show a table.

    Parameters
    ----------
    rows : DataFrame or iterable of mappings
        What to show; a mapping holds one row by the titles of the columns.
    alt : str
        What the table says, for those who do not see it.
    decimals : mapping of str to int, optional
        Decimals of columns of numbers.
    column_config, **options
        As for ``streamlit.dataframe``.
    """
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    fixed = {
        column: st.column_config.NumberColumn(format=f"%.{places}f")
        for column, places in (decimals or {}).items()
    }
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="",
        alt=alt,
        column_config={**fixed, **(column_config or {})},
        **options,
    )
