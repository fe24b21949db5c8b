"""The fields of the patient form: what they are called, their units and what is usual."""

from __future__ import annotations

import dataclasses

KEY = "guardian.patient"
NUMBER = "not given"


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A number of the form.

    Attributes
    ----------
    name : str
        Key in the patient record, or the name of a measurement.
    title, unit, usual : str
        What the form says; ``unit`` is the one the value is given in.
    step : float
        Of the arrows beside the number.
    """

    name: str
    title: str
    unit: str
    usual: str = ""
    step: float = 1.0

    @property
    def key(self) -> str:
        """Key of the widget."""
        return f"{KEY}.{self.name}"

    @property
    def label(self) -> str:
        """Title with its unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def help(self) -> str:
        """What is usual, and that nothing must be given."""
        usual = f"Usual in adults: {self.usual}. " if self.usual else ""
        return f"{usual}Leave empty if not known."


AGE = Field("age", "Age", "years")
WEIGHT = Field("weight_kg", "Weight", "kg")
WEEKS = Field("gestation_weeks", "Week of pregnancy", "")
EGFR = Field("egfr", "eGFR", "mL/min/1.73 m²", "90 or more")
CREATININE = Field("creatinine", "Creatinine", "mg/dL", "0.6 to 1.3", 0.1)
RECORD = (AGE, WEIGHT, EGFR, CREATININE, WEEKS)
"""Numbers that are fields of the patient record."""

LABS = (
    Field("potassium", "Potassium", "mmol/L", "3.5 to 5.0", 0.1),
    Field("INR", "INR", "", "0.8 to 1.2; on warfarin mostly 2 to 3", 0.1),
    Field("QTc", "QTc", "ms", "under 450 in men, under 460 in women"),
    Field("ANC", "Neutrophils", "cells/uL", "1500 to 8000", 100.0),
    Field("platelets", "Platelets", "10^9/L", "150 to 400"),
)
"""Measurements with a field of their own; any other is a line of text."""

SEXES = {"F": "Female", "M": "Male"}
SEX, PREGNANT, LACTATING = f"{KEY}.sex", f"{KEY}.pregnant", f"{KEY}.lactating"
YES_NO = {True: "Yes", False: "No"}
CONDITIONS, NO_CONDITIONS = f"{KEY}.conditions", f"{KEY}.no_conditions"
ALLERGIES, NO_ALLERGIES = f"{KEY}.allergies", f"{KEY}.no_allergies"
OTHER = f"{KEY}.other"
