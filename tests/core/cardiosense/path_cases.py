"""Patients, problems and solvers' inputs that the tests of the least-effort path share."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import strategies as st
from scipy.special import expit

from core.cardiosense.levers import levers_for, reaches
from core.cardiosense.model import models
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from tests.strategies import prevention_patients

PATIENT = {
    "age": 56,
    "sex": 1,
    "cp": 2,
    "trestbps": 156,
    "chol": 310,
    "fbs": 0,
    "restecg": 0,
    "thalach": 140,
    "exang": 0,
    "oldpeak": 1.2,
    "slope": 2,
    "ca": 0,
    "thal": 7,
}
PERSON = {
    "age": 58,
    "sex": 1,
    "trestbps": 158,
    "chol": 250,
    "hdl": 42,
    "bmi": 31,
    "egfr": 82,
    "diabetes": 0,
    "smoker": 1,
    "bp_treated": 0,
    "statin": 0,
}
people = prevention_patients.filter(lambda person: person["bmi"] <= PREVENTION["bmi"].high)
targets = st.integers(1, 99).map(lambda k: k / 100)


def model_named(family: str):
    return next(
        m for m in (models().champion_13, models().challenger_13) if m.name.startswith(family)
    )


def problem(model, values, layer="diagnostic", weights=None, limits=None):
    fields = DIAGNOSTIC if layer == "diagnostic" else PREVENTION
    found = reaches(levers_for(layer, model.name), fields, values, weights, limits)
    measured = tuple(r for r in found if r.values)
    row = np.array([values[name] for name in model.features], dtype=float)
    return row, measured, tuple(r.axis() for r in measured)


def reachable_target(model, row, axes, share):
    """A target between the present risk and the lowest within the limits, or slightly below."""
    levels = itertools.product(*((a.values[0], a.values[-1]) for a in axes))
    rows = np.repeat(row[None], 2 ** len(axes), axis=0)
    rows[:, [model.features.index(a.name) for a in axes]] = list(levels)
    p = expit(model.log_odds(rows))
    return round(float(np.clip(p.min() + share * (p[0] - p.min()), 0.001, 0.999)), 4)
