"""Readings as a table: one row a file, in the order of the files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, TYPE_CHECKING, Any

from core.respiratory.schema import LABELS, Reading
from core.tables import to_csv

if TYPE_CHECKING:
    import pandas as pd

BEFORE = ("file", "status", "reason")
AFTER = (
    "set",
    "decision",
    "covid_alert",
    "threshold",
    "ood_p",
    "warnings",
    "model",
    "sha256",
    "artifact",
)
COLUMNS: tuple[str, ...] = (*BEFORE, *LABELS, *AFTER)
SEPARATOR = " | "


def result_table(readings: Iterable[Reading]) -> pd.DataFrame:
    """Return readings as a table with :data:`COLUMNS`.

    A probability stands under the name of its finding; several findings or warnings share a cell,
    separated by a bar. What does not exist, such as the probabilities of a refused file, is
    missing, never zero.
    """
    import pandas as pd

    return pd.DataFrame([_row(reading) for reading in readings], columns=list(COLUMNS))


def write_csv(readings: Iterable[Reading], file: IO[bytes]) -> None:
    """Write readings as CSV that no spreadsheet can mistake for formulas."""
    file.write(to_csv(result_table(readings)))


def _row(reading: Reading) -> dict[str, Any]:
    record = reading.to_dict()
    probabilities = reading.probabilities or {}
    return {
        **{name: record[name] for name in (*BEFORE, *AFTER)},
        **{label: probabilities.get(label) for label in LABELS},
        "set": SEPARATOR.join(reading.set),
        "warnings": SEPARATOR.join(reading.warnings),
    }
