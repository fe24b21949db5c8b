"""Cases a page opens with one click: held out from every training; one has a planted slip."""

from __future__ import annotations

import functools

from core.breast_cancer.data import wdbc
from core.breast_cancer.schema import FEATURES
from core.presets import Preset
from core.tables import template_csv

_CASES = (
    (347, "Benign: typical"),
    (46, "Malignant: typical"),
    (364, "Benign: near the edge"),
    (490, "Malignant: near the edge"),
    (569, "Benign: does not fit together"),
)
"""Case number, counted from 1 as in the source, and title."""

_SLIP_CASE, _SLIP_COLUMN, _SLIP_FACTOR = 46, "worst_area", 0.1
_HISTOLOGY = {0: "benign", 1: "malignant"}


@functools.cache
def case_presets() -> tuple[Preset, ...]:
    """Return the example cases: real ones that no model has seen, then one with a wrong unit."""
    return (*(_case(*entry) for entry in _CASES), _slip())


def case_template() -> bytes:
    """Return a CSV file that shows how to write a table of cases: header and real rows."""
    return template_csv(FEATURES, [preset.values for preset in case_presets()[: len(_CASES)]])


def _case(number: int, title: str) -> Preset:
    cohort = wdbc()
    note = (
        f"Real case {number} of the Wisconsin table, not used in training; histology found it "
        f"{_HISTOLOGY[int(cohort.y[number - 1])]}."
    )
    return Preset(f"case-{number}", title, note, _values(number))


def _slip() -> Preset:
    label = FEATURES[_SLIP_COLUMN].label.lower()
    note = (
        f"Case {_SLIP_CASE} with a planted slip: its {label} is multiplied by {_SLIP_FACTOR:g}, as "
        "if it had been entered in another unit. Histology found the real case "
        f"{_HISTOLOGY[int(wdbc().y[_SLIP_CASE - 1])]}."
    )
    values = _values(_SLIP_CASE)
    slipped = {**values, _SLIP_COLUMN: round(values[_SLIP_COLUMN] * _SLIP_FACTOR, 6)}
    return Preset("unit-slip", "Malignant: unit slip planted", note, slipped)


def _values(number: int) -> dict[str, float]:
    return dict(zip(FEATURES.names, wdbc().X[number - 1].tolist(), strict=True))
