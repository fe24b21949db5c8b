"""Bayesian updating: what a result means, what is then believed, and what to do."""

from __future__ import annotations

from core.foundations.bayesian_updating import (
    approximation,
    bayes_rule,
    conjugacy,
    decisions,
    intervals,
    normal_model,
)
from core.foundations.bayesian_updating.breaks import BREAKS
from core.foundations.bayesian_updating.errata import ERRATA
from core.foundations.bayesian_updating.experiments import (
    NEW_PATIENTS,
    Coverage,
    NextValue,
    Normality,
    Screening,
    ThresholdCost,
    Updating,
    coverage_curve,
    next_value,
    normality,
    screening,
    threshold_cost,
    updating,
)
from core.foundations.bayesian_updating.questions import QUESTIONS
from core.foundations.schema import Topic

_PARTS = (bayes_rule, conjugacy, normal_model, intervals, decisions, approximation)

TOPIC = Topic(
    key="bayesian-updating",
    title="Bayesian updating",
    prefix="BU",
    question="What should be believed after a result, and what should then be done?",
    sections=tuple(part.SECTION for part in _PARTS),
    statements=tuple(one for part in _PARTS for one in part.STATEMENTS),
    breaks=BREAKS,
    errata=ERRATA,
    questions=QUESTIONS,
)

__all__ = [
    "NEW_PATIENTS",
    "TOPIC",
    "Coverage",
    "NextValue",
    "Normality",
    "Screening",
    "ThresholdCost",
    "Updating",
    "coverage_curve",
    "next_value",
    "normality",
    "screening",
    "threshold_cost",
    "updating",
]
