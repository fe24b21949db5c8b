"""Guideline alerts: published thresholds that stand beside the probability and never alter it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np

Level = Literal["critical", "attention"]
Columns = Mapping[str, np.ndarray]

ACC_AHA_BP = "ACC/AHA hypertension guideline 2017, sections 3.1 and 11.2"
NEWS2 = "Royal College of Physicians, National Early Warning Score 2, 2017"
ATP_III = "NCEP ATP III executive summary, JAMA 2001;285:2486, table 2"
SIMON_BROOME = "Simon Broome Register Group, BMJ 1991;303:893"
ADA = "ADA Standards of Care 2024, section 2"
EXERCISE = "Gibbons et al., ACC/AHA exercise testing guideline update 2002"


@dataclasses.dataclass(frozen=True, slots=True)
class Alert:
    """A guideline threshold that a patient's value meets.

    Attributes
    ----------
    rule : str
        Identifier of the rule.
    level : {"critical", "attention"}
        Critical asks for action now, attention for a look.
    fields : tuple of str
        The fields that the rule reads.
    text : str
        What is met and what it means.
    source : str
        Guideline and section.
    """

    rule: str
    level: Level
    fields: tuple[str, ...]
    text: str
    source: str

    def to_dict(self) -> dict[str, object]:
        """Return the alert as plain data."""
        return {**dataclasses.asdict(self), "fields": list(self.fields)}


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """An alert together with the condition that raises it; comparisons with NaN are false."""

    alert: Alert
    holds: Callable[[Columns], np.ndarray]


def _rule(
    name: str,
    level: Level,
    fields: tuple[str, ...],
    text: str,
    source: str,
    holds: Callable[[Columns], np.ndarray],
) -> Rule:
    return Rule(Alert(name, level, fields, text, source), holds)


RULES = (
    _rule(
        "bp-severe", "critical", ("trestbps",),
        "Systolic pressure is 180 mmHg or more: severe hypertension. Repeat the measurement and"
        " look for acute organ damage.",
        ACC_AHA_BP, lambda c: c["trestbps"] >= 180,
    ),
    _rule(
        "bp-stage-2", "attention", ("trestbps",),
        "Systolic pressure is 140 mmHg or more: stage 2 hypertension if confirmed.",
        ACC_AHA_BP, lambda c: (c["trestbps"] >= 140) & (c["trestbps"] < 180),
    ),
    _rule(
        "bp-stage-1", "attention", ("trestbps",),
        "Systolic pressure is 130 to 139 mmHg: stage 1 hypertension if confirmed.",
        ACC_AHA_BP, lambda c: (c["trestbps"] >= 130) & (c["trestbps"] < 140),
    ),
    _rule(
        "bp-low", "attention", ("trestbps",),
        "Systolic pressure is 90 mmHg or less: hypotension. Check the patient and the measurement.",
        NEWS2, lambda c: c["trestbps"] <= 90,
    ),
    _rule(
        "chol-familial", "attention", ("chol",),
        "Total cholesterol is 290 mg/dL or more: consider familial hypercholesterolaemia.",
        SIMON_BROOME, lambda c: c["chol"] >= 290,
    ),
    _rule(
        "chol-high", "attention", ("chol",),
        "Total cholesterol is 240 mg/dL or more: high.",
        ATP_III, lambda c: (c["chol"] >= 240) & (c["chol"] < 290),
    ),
    _rule(
        "chol-borderline", "attention", ("chol",),
        "Total cholesterol is 200 to 239 mg/dL: borderline high.",
        ATP_III, lambda c: (c["chol"] >= 200) & (c["chol"] < 240),
    ),
    _rule(
        "glucose", "attention", ("fbs",),
        "Fasting glucose is above 120 mg/dL: impaired, and diabetic from 126 mg/dL if confirmed.",
        ADA, lambda c: c["fbs"] == 1,
    ),
    _rule(
        "st-marked", "attention", ("oldpeak",),
        "ST depression is 2 mm or more: a marker of high risk in the exercise test.",
        EXERCISE, lambda c: c["oldpeak"] >= 2,
    ),
    _rule(
        "angina-with-st", "attention", ("exang", "oldpeak"),
        "Exercise provoked angina together with ST depression of 1 mm or more.",
        EXERCISE, lambda c: (c["exang"] == 1) & (c["oldpeak"] >= 1),
    ),
    _rule(
        "test-submaximal", "attention", ("thalach", "age"),
        "Maximum heart rate stayed below 85 % of 220 minus age: a negative test is inconclusive.",
        EXERCISE, lambda c: c["thalach"] < 0.85 * (220 - c["age"]),
    ),
)  # fmt: skip


def alerts(values: Mapping[str, float]) -> tuple[Alert, ...]:
    """Return the guideline alerts of one patient, critical ones first.

    Parameters
    ----------
    values : mapping
        Field name to value in the units of the diagnostic record; NaN where not given.

    Returns
    -------
    tuple of Alert
        Empty when no threshold is met; a missing value meets none.
    """
    columns = {name: np.array([value], float) for name, value in values.items()}
    met = [rule.alert for rule in RULES if bool(rule.holds(columns)[0])]
    return tuple(sorted(met, key=lambda alert: alert.level != "critical"))


def alert_texts(columns: Columns) -> list[tuple[str, ...]]:
    """Return, for every row of a table, the rules it meets as ``alert: name`` texts.

    Rows that meet the same rules share one tuple, so that a large table costs few objects.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (n,)
        One array a diagnostic field.

    Returns
    -------
    list of tuple of str
        One tuple a row, in the order of the rules.
    """
    met = np.zeros(len(columns["age"]), dtype=np.int64)
    for bit, rule in enumerate(RULES):
        met |= rule.holds(columns).astype(np.int64) << bit
    distinct, which = np.unique(met, return_inverse=True)
    texts = [
        tuple(f"alert: {rule.alert.rule}" for bit, rule in enumerate(RULES) if code >> bit & 1)
        for code in distinct.tolist()
    ]
    return [texts[index] for index in which.tolist()]
