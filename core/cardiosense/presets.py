"""Real patients a page can open with one click, taken from the tables by row."""

from __future__ import annotations

import functools
import math

import pandas as pd

from core.cardiosense import data
from core.cardiosense.schema import DIAGNOSTIC
from core.presets import Preset
from core.tables import template_csv

_DIAGNOSTIC_ROWS: tuple[tuple[str, str, data.Site, int], ...] = (
    ("man-56", "Man, 56: atypical angina", "cleveland", 5),
    ("woman-62", "Woman, 62: two vessels", "cleveland", 6),
    ("woman-66", "Woman, 66: near the edge", "cleveland", 276),
    ("man-55", "Man, 55: no imaging", "hungary", 161),
    ("man-60", "Man, 60: pressure 180", "va", 7),
)
_PREVENTION_ROWS: tuple[tuple[str, str, int], ...] = (
    ("man-59-smoker", "Man, 59: smokes, pressure 155", 236),
    ("woman-63-smoker", "Woman, 63: smokes, pressure 157", 50),
)
_OUTCOME = {
    0: "angiography found no narrowing of half or more",
    1: "angiography found a narrowing of half or more",
}


@functools.cache
def diagnostic() -> tuple[Preset, ...]:
    """Return the diagnostic examples: two of the training hospital's patients, then others."""
    return tuple(_diagnostic(*row) for row in _DIAGNOSTIC_ROWS)


@functools.cache
def prevention() -> tuple[Preset, ...]:
    """Return the prevention examples: the PREVENT paper's case, then Framingham patients."""
    return (_PREVENT_CASE, *(_framingham(*row) for row in _PREVENTION_ROWS))


def template() -> bytes:
    """Return a CSV file that shows how to write a table of patients: header and real rows."""
    return template_csv(DIAGNOSTIC, [preset.values for preset in diagnostic()])


_PREVENT_CASE = Preset(
    "woman-50",
    "Woman, 50: diabetes, treated pressure 160",
    "The worked example of the PREVENT equations (not a real patient): published 10-year risk"
    " 14.7 % for cardiovascular disease.",
    {
        "age": 50, "sex": 0, "trestbps": 160, "chol": 200, "hdl": 45, "bmi": 35, "egfr": 90,
        "diabetes": 1, "smoker": 0, "bp_treated": 1, "statin": 0,
    },
)  # fmt: skip


def _diagnostic(slug: str, title: str, site: data.Site, row: int) -> Preset:
    cohort = data.site(site)
    role = "a patient of the training table" if site == "cleveland" else "not used in training"
    note = f"Real patient of {data.SITE_LABELS[site]}, {role}; {_OUTCOME[int(cohort.y[row])]}."
    return Preset(slug, title, note, _values(cohort.values.iloc[row]))


def _framingham(slug: str, title: str, row: int) -> Preset:
    cohort = data.framingham()
    event = "had" if cohort.y[row] else "did not have"
    note = (
        f"Real patient of the Framingham teaching table (used in training), who {event} coronary"
        " heart disease within ten years. HDL and eGFR were not recorded, so PREVENT cannot be"
        " computed."
    )
    return Preset(slug, title, note, _values(cohort.values.iloc[row]))


def _values(row: pd.Series[float]) -> dict[str, float | None]:
    return {str(k): None if math.isnan(v) else float(v) for k, v in row.items()}
