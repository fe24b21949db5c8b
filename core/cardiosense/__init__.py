"""CardioSense: heart-disease risk with reasons, proofs and an honest account of itself."""

from __future__ import annotations

from core.cardiosense.about import (
    about,
    card,
    card_markdown,
    evidence,
    headline,
    reliability_bins,
)
from core.cardiosense.batch import Batch, score_table
from core.cardiosense.bulk import score_parts
from core.cardiosense.explain import Attribution, Explanation, explain
from core.cardiosense.levers import Layer, levers_for
from core.cardiosense.out_of_sample import held_out
from core.cardiosense.overview import GlobalView, global_view
from core.cardiosense.path_result import LeastEffortPath
from core.cardiosense.presets import diagnostic as diagnostic_presets
from core.cardiosense.presets import prevention as prevention_presets
from core.cardiosense.presets import template as batch_template
from core.cardiosense.prevention import PreventionRisk, prevention_risk
from core.cardiosense.recourse import least_effort_path
from core.cardiosense.report import DECISIONS, patient_report
from core.cardiosense.robustness import Robustness
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.cardiosense.score import OUTPUT_COLUMNS, Risk, parse_patient, score_frame, score_patient
from core.cardiosense.surveillance import Surveillance, surveillance
from core.cardiosense.whatif import sensitivity_curve, what_if
from core.evidence import About, Evidence
from core.explain.lime_summary import Lime

__all__ = [
    "DECISIONS",
    "DIAGNOSTIC",
    "OUTPUT_COLUMNS",
    "PREVENTION",
    "About",
    "Attribution",
    "Batch",
    "Evidence",
    "Explanation",
    "GlobalView",
    "Layer",
    "LeastEffortPath",
    "Lime",
    "PreventionRisk",
    "Risk",
    "Robustness",
    "Surveillance",
    "about",
    "batch_template",
    "card",
    "card_markdown",
    "diagnostic_presets",
    "evidence",
    "explain",
    "global_view",
    "headline",
    "held_out",
    "least_effort_path",
    "levers_for",
    "parse_patient",
    "patient_report",
    "prevention_presets",
    "prevention_risk",
    "reliability_bins",
    "score_frame",
    "score_parts",
    "score_patient",
    "score_table",
    "sensitivity_curve",
    "surveillance",
    "what_if",
]
