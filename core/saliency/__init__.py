"""Saliency explorer: maps of why a network answers, put to the network before they are believed."""

from __future__ import annotations

from core.saliency.about import about
from core.saliency.benchmark import (
    Leaderboard,
    Pair,
    across,
    choices,
    leaderboard,
    per_image,
    scene_of,
)
from core.saliency.classifier import Classifier, Layer
from core.saliency.explain import explain
from core.saliency.explanation import Curves, Explanation, Truth
from core.saliency.ground_truth.argument import Argument, Step
from core.saliency.ground_truth.border import BorderStudy
from core.saliency.ground_truth.detector import STATISTICS, Detection
from core.saliency.ground_truth.paradox import NEGLIGIBLE, Cell, Paradox, Quadrant
from core.saliency.ground_truth.regimes import LABELS, REGIMES, Regime
from core.saliency.ground_truth.scenes import Scene, scene
from core.saliency.ground_truth.shares import Shares, shares
from core.saliency.ground_truth.validity import Badge as ValidityBadge
from core.saliency.ground_truth.validity import Validity
from core.saliency.methods import METHODS, attribute, available, why_not
from core.saliency.metrics import METRICS, Band, Curve, spearman
from core.saliency.metrics.randomisation import Cascade, cascade
from core.saliency.networks import LIMIT_MB, NETWORKS, Scale, own, phantom, phantoms, shipped
from core.saliency.original import PUBLISHED, Audit, Comparison
from core.saliency.original import SIX as ORIGINAL_DIMENSIONS
from core.saliency.original import SOURCE as ORIGINAL_SOURCE
from core.saliency.original import Study as OriginalStudy
from core.saliency.original import audit as audit_original
from core.saliency.save import array_file, table_file
from core.saliency.schema import (
    Access,
    Attribution,
    Direction,
    Family,
    Method,
    Metric,
    Options,
    Topic,
    Value,
)
from core.saliency.stored import (
    BENCHMARKS,
    benchmark_path,
    benchmark_table,
    metric_validity,
    stored_arguments,
    stored_border,
    stored_detector,
    stored_original,
    stored_paradox,
)
from core.saliency.subject import Subject, film_subject, phantom_subject, picture_subject
from core.saliency.verdict import Finding, Outcome, Verdict

__all__ = [
    "BENCHMARKS",
    "LABELS",
    "LIMIT_MB",
    "METHODS",
    "METRICS",
    "NEGLIGIBLE",
    "NETWORKS",
    "ORIGINAL_DIMENSIONS",
    "ORIGINAL_SOURCE",
    "PUBLISHED",
    "REGIMES",
    "STATISTICS",
    "Access",
    "Argument",
    "Attribution",
    "Audit",
    "Band",
    "BorderStudy",
    "Cascade",
    "Cell",
    "Classifier",
    "Comparison",
    "Curve",
    "Curves",
    "Detection",
    "Direction",
    "Explanation",
    "Family",
    "Finding",
    "Layer",
    "Leaderboard",
    "Method",
    "Metric",
    "Options",
    "OriginalStudy",
    "Outcome",
    "Pair",
    "Paradox",
    "Quadrant",
    "Regime",
    "Scale",
    "Scene",
    "Shares",
    "Step",
    "Subject",
    "Topic",
    "Truth",
    "Validity",
    "ValidityBadge",
    "Value",
    "Verdict",
    "about",
    "across",
    "array_file",
    "attribute",
    "audit_original",
    "available",
    "benchmark_path",
    "benchmark_table",
    "cascade",
    "choices",
    "explain",
    "film_subject",
    "leaderboard",
    "metric_validity",
    "own",
    "per_image",
    "phantom",
    "phantom_subject",
    "phantoms",
    "picture_subject",
    "scene",
    "scene_of",
    "shares",
    "shipped",
    "spearman",
    "stored_arguments",
    "stored_border",
    "stored_detector",
    "stored_original",
    "stored_paradox",
    "table_file",
    "why_not",
]
