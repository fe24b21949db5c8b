"""CardioSense: heart-disease risk with reasons, proofs and an honest account of itself."""

from __future__ import annotations

from core.cardiosense.levers import levers_for
from core.cardiosense.path_result import LeastEffortPath
from core.cardiosense.presets import diagnostic as diagnostic_presets
from core.cardiosense.presets import prevention as prevention_presets
from core.cardiosense.prevention import PreventionRisk, prevention_risk
from core.cardiosense.recourse import least_effort_path
from core.cardiosense.robustness import Robustness
from core.cardiosense.schema import DIAGNOSTIC, PREVENTION
from core.cardiosense.score import Risk, score_frame, score_patient

__all__ = [
    "DIAGNOSTIC",
    "PREVENTION",
    "LeastEffortPath",
    "PreventionRisk",
    "Risk",
    "Robustness",
    "diagnostic_presets",
    "least_effort_path",
    "levers_for",
    "prevention_presets",
    "prevention_risk",
    "score_frame",
    "score_patient",
]
