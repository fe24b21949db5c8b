"""Tables in files: reading, matching columns, validating cells, writing, templates."""

from __future__ import annotations

from core.tables.columns import ColumnMap, match_columns, refuse_output_columns, require_columns
from core.tables.limits import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, name_list
from core.tables.read import Table, read_table
from core.tables.template import template_csv
from core.tables.validation import Validation, findings_frame, validate
from core.tables.write import to_csv, to_parquet

__all__ = [
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "ColumnMap",
    "Table",
    "Validation",
    "findings_frame",
    "match_columns",
    "name_list",
    "read_table",
    "refuse_output_columns",
    "require_columns",
    "template_csv",
    "to_csv",
    "to_parquet",
    "validate",
]
