"""Ten-year risk of people without cardiovascular disease: the PREVENT equations and Framingham.

PREVENT (Khan et al., Circulation 2024;149:430-449) comes from the package ``pyprevent``. The
Framingham model is the suite's own logistic regression on a teaching extract: it shows methods and
is not a clinical instrument.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import math
from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from core.cardiosense.model import RiskModel, models
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.cardiosense.score import DECIMALS, INTERVAL_LEVEL
from core.errors import InputError, Problem
from core.fields import record_hash

Floats = NDArray[np.float64]
Outcome = Literal["cvd", "ascvd", "heart failure"]

ONLY_PREVENT = ("hdl", "egfr", "statin")
"""Fields that PREVENT needs and the Framingham model does not use."""

OUTCOMES = {
    "prevent": "cardiovascular disease (heart attack, stroke or heart failure) within ten years",
    "framingham": "coronary heart disease within ten years, Framingham teaching extract",
}

CAUTION = {
    "prevent": (
        "The published equations carry no refits, so no interval can be given.",
        "Taking a medicine can raise the estimate, because treated people were sicker to begin "
        "with; that says nothing against treatment.",
        "Below 110 mmHg the estimate rises again as systolic pressure falls.",
    ),
    "framingham": ("Trained on a teaching extract; for study, not for decisions.",),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Prevent:
    """One of the PREVENT ten-year equations, in the shape of a risk model.

    On the log-odds scale the equations are a sum over systolic pressure, total cholesterol (with
    HDL held) and smoking, once age, sex, diabetes, eGFR and treatment are fixed.

    Attributes
    ----------
    outcome : {"cvd", "ascvd", "heart failure"}
        What is predicted; ``"cvd"`` is an event of either other kind.
    """

    outcome: Outcome = "cvd"

    @property
    def name(self) -> str:
        """Name of the model."""
        return "prevent"

    @property
    def features(self) -> tuple[str, ...]:
        """Fields in the column order of every matrix."""
        return PREVENTION.names

    @property
    def tag(self) -> str:
        """Package version and equation, shown beside results."""
        return f"pyprevent/{_package_version()} prevent 10-year {self.outcome}"

    def log_odds(self, X: Floats) -> Floats:
        """Return the log-odds of an event within ten years.

        Parameters
        ----------
        X : ndarray, shape (n, 11)
            Values in the order of ``features``, all present and within the ranges of the fields.

        Returns
        -------
        ndarray, shape (n,)
        """
        equation = _equation(self.outcome)
        percent = [
            equation(
                "male" if sex else "female",
                age,
                chol,
                hdl,
                sbp,
                diabetes != 0,
                smoker != 0,
                bmi,
                egfr,
                bp_treated != 0,
                statin != 0,
            )
            for age, sex, sbp, chol, hdl, bmi, egfr, diabetes, smoker, bp_treated, statin in (
                X.tolist()
            )
        ]
        odds: Floats = logit(np.array(percent, dtype=np.float64) / 100)
        return odds

    def refits(self, X: Floats) -> Floats:
        """Return no refits, shape (0, n): the equations are published without any."""
        return np.empty((0, len(X)))

    def thresholds(self, feature: str) -> tuple[float, ...]:
        """Return no split values: the equations change everywhere."""
        if feature not in self.features:
            raise KeyError(feature)
        return ()


@dataclasses.dataclass(frozen=True, slots=True)
class PreventionRisk:
    """Ten-year risk of one person.

    Attributes
    ----------
    p : float
        Probability of the model's main outcome, 0 to 1.
    low, high : float or None
        Interval over bootstrap refits; ``None`` where the model has none (PREVENT).
    level : float or None
        Coverage level of the interval.
    ascvd, heart_failure : float or None
        PREVENT's two components; ``None`` for Framingham.
    outcome : str
        What the probability is of, in words.
    flags : tuple of str
        Findings about the input that qualify the estimate.
    caution : tuple of str
        What the model cannot say.
    model : str
        Name and version of the model.
    input_hash : str
        SHA-256 of the canonical input.
    """

    p: float
    low: float | None
    high: float | None
    level: float | None
    ascvd: float | None
    heart_failure: float | None
    outcome: str
    flags: tuple[str, ...]
    caution: tuple[str, ...]
    model: str
    input_hash: str

    def to_dict(self) -> dict[str, object]:
        """Return the estimate as plain, JSON-safe data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {key: list(v) if isinstance(v, tuple) else v for key, v in plain.items()}


def prevention_risk(patient: Mapping[str, object], model: str | None = None) -> PreventionRisk:
    """Estimate the ten-year risk of one person.

    Parameters
    ----------
    patient : mapping
        Prevention field name to value.
    model : {"prevent", "framingham"}, optional
        PREVENT by default, which needs HDL, eGFR and statin use.

    Returns
    -------
    PreventionRisk

    Raises
    ------
    InputError
        If a value is refused, the model is unknown, or PREVENT lacks a field it needs.
    """
    chosen = prevention_model(model)
    values, flags = parse_person(patient, chosen.name)
    row = np.array([[values[name] for name in chosen.features]])
    refits = expit(chosen.refits(row))[:, 0]
    low = high = level = ascvd = heart_failure = None
    if len(refits):
        level = INTERVAL_LEVEL
        tail = (1 - level) / 2
        low, high = (round(float(q), DECIMALS) for q in np.quantile(refits, (tail, 1 - tail)))
    else:
        ascvd, heart_failure = (_p(Prevent(part), row) for part in ("ascvd", "heart failure"))
    return PreventionRisk(
        p=_p(chosen, row),
        low=low,
        high=high,
        level=level,
        ascvd=ascvd,
        heart_failure=heart_failure,
        outcome=OUTCOMES[chosen.name],
        flags=flags,
        caution=CAUTION[chosen.name],
        model=chosen.tag,
        input_hash=record_hash(values),
    )


def prevention_model(name: str | None = None) -> RiskModel | Prevent:
    """Return the prevention model of this name, PREVENT by default.

    Raises
    ------
    InputError
        If there is no such model.
    """
    if name is None or name == "prevent":
        return Prevent()
    if name == "framingham":
        return models().framingham
    raise InputError(f"model: {name!s:.40} is unknown. Choose prevent or framingham.")


def parse_person(
    patient: Mapping[str, object], model_name: str
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Validate a prevention record for a model and return its values and flags.

    One record may carry the fields of both layers; those of the diagnostic record alone are
    flagged as not used.

    Raises
    ------
    InputError
        If a value is refused, or a field that the model needs is missing.
    """
    unused = [name for name in patient if name in DIAGNOSTIC.names and name not in PREVENTION.names]
    own = {name: value for name, value in patient.items() if name not in unused}
    values, problems = PREVENTION.check(own)
    missing = [
        needed(name)
        for name in ONLY_PREVENT
        if model_name == "prevent"
        and math.isnan(values[name])
        and not any(p.column == name for p in problems)
    ]
    errors = (*(p for p in problems if p.severity == "error"), *missing)
    if errors:
        raise InputError.from_problems(errors)
    flags = tuple(p.sentence() for p in problems)
    return values, (*flags, f"not used by this layer: {', '.join(unused)}") if unused else flags


def _p(model: RiskModel | Prevent, row: Floats) -> float:
    return round(float(expit(model.log_odds(row)[0])), DECIMALS)


def needed(name: str) -> Problem:
    """Return the finding that a field is missing without which PREVENT gives no estimate."""
    spec = PREVENTION[name]
    return Problem(
        name,
        "nothing",
        "missing",
        f"{spec.label} is missing, and PREVENT needs it.",
        f'Enter {spec.expected()}, or use model="framingham", which does not need it.',
    )


@functools.cache
def _package_version() -> str:
    return importlib.metadata.version("pyprevent")


@functools.cache
def _equation(outcome: Outcome) -> Callable[..., float]:
    import pyprevent

    equations: dict[Outcome, Callable[..., float]] = {
        "cvd": pyprevent.calculate_10_yr_cvd_risk,
        "ascvd": pyprevent.calculate_10_yr_ascvd_risk,
        "heart failure": pyprevent.calculate_10_yr_heart_failure_risk,
    }
    return equations[outcome]
