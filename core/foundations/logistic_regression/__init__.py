"""Logistic regression: from odds to calibrated estimates, each step checked."""

from __future__ import annotations

from core.foundations.logistic_regression import (
    calibration,
    cardiosense,
    likelihood,
    numerics,
    odds,
    sampling,
    separation,
)
from core.foundations.logistic_regression.breaks import BREAKS
from core.foundations.logistic_regression.clinical import (
    ClinicalCalibration,
    ClinicalCalibrations,
    ClinicalEstimate,
    clinical_calibration,
    clinical_estimate,
    example_titles,
)
from core.foundations.logistic_regression.errata import ERRATA
from core.foundations.logistic_regression.experiments import (
    LOSSES,
    MOST_DIGITS,
    calibration_view,
    landscape,
    odds_view,
    separation_view,
    stability,
)
from core.foundations.logistic_regression.questions import QUESTIONS
from core.foundations.schema import Topic

TOPIC = Topic(
    key="logistic-regression",
    title="Logistic regression",
    prefix="LR",
    question="How do findings become a probability, when does the fit exist, and when may its"
    " estimates be believed?",
    sections=(
        odds.SECTION,
        likelihood.SECTION,
        numerics.SECTION,
        separation.SECTION,
        calibration.SECTION,
        cardiosense.SECTION,
    ),
    statements=(
        *odds.STATEMENTS,
        *likelihood.STATEMENTS,
        *numerics.STATEMENTS,
        *separation.STATEMENTS,
        *calibration.STATEMENTS,
        *sampling.STATEMENTS,
        *cardiosense.STATEMENTS,
    ),
    breaks=BREAKS,
    errata=ERRATA,
    questions=QUESTIONS,
)

__all__ = [
    "LOSSES",
    "MOST_DIGITS",
    "TOPIC",
    "ClinicalCalibration",
    "ClinicalCalibrations",
    "ClinicalEstimate",
    "calibration_view",
    "clinical_calibration",
    "clinical_estimate",
    "example_titles",
    "landscape",
    "odds_view",
    "separation_view",
    "stability",
]
