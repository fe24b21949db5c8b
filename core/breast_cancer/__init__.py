"""Breast cancer: diagnosis from cell nuclei, and whether case and stream are like the training."""

from __future__ import annotations

from core.breast_cancer.about import (
    about,
    card,
    card_markdown,
    headline,
    reliability_bins,
)
from core.breast_cancer.atlas import case_map
from core.breast_cancer.batch import Batch, score_file, write_scored
from core.breast_cancer.batch_parquet import write_scored_parquet
from core.breast_cancer.bulk import score_parts
from core.breast_cancer.card_text import LIMITS
from core.breast_cancer.cases import Cases, read_cases
from core.breast_cancer.counterfactual import Counterfactual, counterfactual
from core.breast_cancer.curves import Others, sensitivity_curve
from core.breast_cancer.data import prevalence
from core.breast_cancer.delays import delay_table, simulated_targets
from core.breast_cancer.drift import drift
from core.breast_cancer.drift_input import drift_cases, drift_file
from core.breast_cancer.drift_result import DriftReport, Lamp
from core.breast_cancer.drift_result import Part as DriftPart
from core.breast_cancer.error_curves import Curve, abstention, precision_recall, roc
from core.breast_cancer.errors_analysis import (
    WrongCase,
    net_benefit_curve,
    wrong_cases,
)
from core.breast_cancer.errors_analysis import threshold_figures as at_threshold
from core.breast_cancer.examples import CHANGE_ROW, EXAMPLES, example_batch, example_stream
from core.breast_cancer.explain import Explanation, explain, lime_by_measure
from core.breast_cancer.explorer import correlations, describe, select, table
from core.breast_cancer.faults import FAULTS, Fault
from core.breast_cancer.integrity import FLAG_LEVEL, Blame, fit_reference
from core.breast_cancer.monitor import DriftMonitor
from core.breast_cancer.neighbours import CaseMix, case_mix
from core.breast_cancer.operating import AtThreshold
from core.breast_cancer.out_of_sample import held_out
from core.breast_cancer.presets import case_presets, case_template
from core.breast_cancer.report import case_report
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import (
    DECISIONS,
    OUTPUT_COLUMNS,
    CaseScore,
    default_threshold,
    parse_case,
    score_case,
    score_frame,
)
from core.breast_cancer.stream_comparison import other_detectors
from core.breast_cancer.stress import severity_sweep, stress
from core.breast_cancer.stress_judges import Source as StressSource
from core.breast_cancer.stress_map import StressMap, stress_map
from core.breast_cancer.stress_report import Effect, SeveritySweep, StressReport
from core.breast_cancer.timeline import DriftTimeline
from core.breast_cancer.trust import evidence
from core.breast_cancer.tuning import Family
from core.breast_cancer.watch import StreamState, watch_file
from core.evidence import About

__all__ = [
    "CHANGE_ROW",
    "DECISIONS",
    "EXAMPLES",
    "FAULTS",
    "FEATURES",
    "FLAG_LEVEL",
    "LIMITS",
    "OUTPUT_COLUMNS",
    "About",
    "AtThreshold",
    "Batch",
    "Blame",
    "CaseMix",
    "CaseScore",
    "Cases",
    "Counterfactual",
    "Curve",
    "DriftMonitor",
    "DriftPart",
    "DriftReport",
    "DriftTimeline",
    "Effect",
    "Explanation",
    "Family",
    "Fault",
    "Lamp",
    "Others",
    "SeveritySweep",
    "StreamState",
    "StressMap",
    "StressReport",
    "StressSource",
    "WrongCase",
    "about",
    "abstention",
    "at_threshold",
    "card",
    "card_markdown",
    "case_map",
    "case_mix",
    "case_presets",
    "case_report",
    "case_template",
    "correlations",
    "counterfactual",
    "default_threshold",
    "delay_table",
    "describe",
    "drift",
    "drift_cases",
    "drift_file",
    "evidence",
    "example_batch",
    "example_stream",
    "explain",
    "fit_reference",
    "headline",
    "held_out",
    "lime_by_measure",
    "net_benefit_curve",
    "other_detectors",
    "parse_case",
    "precision_recall",
    "prevalence",
    "read_cases",
    "reliability_bins",
    "roc",
    "score_case",
    "score_file",
    "score_frame",
    "score_parts",
    "select",
    "sensitivity_curve",
    "severity_sweep",
    "simulated_targets",
    "stress",
    "stress_map",
    "table",
    "watch_file",
    "write_scored",
    "write_scored_parquet",
    "wrong_cases",
]
