"""The file a user starts from: the header of a record type, with example rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from core.fields import FieldSet
from core.tables.write import to_csv


def template_csv(fields: FieldSet, rows: Sequence[Mapping[str, float | None]] = ()) -> bytes:
    """Return a CSV with the field names as header and the given example rows.

    Parameters
    ----------
    fields : FieldSet
        The record type.
    rows : sequence of mapping
        Field name to value; ``None``, NaN or absent leaves the cell empty.
    """
    names = list(fields.names)
    texts = [[_number(row.get(name)) for name in names] for row in rows]
    return to_csv(pd.DataFrame(texts, columns=names, dtype="str"))


def _number(value: float | None) -> str:
    if value is None or math.isnan(value):
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
