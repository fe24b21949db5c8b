"""Chest X-ray classifier: decode, judge and read films, explain readings, and audit shortcuts."""

from __future__ import annotations

from core.evidence import About
from core.respiratory.about import (
    Headline,
    about,
    card,
    card_markdown,
    evidence,
    headline,
    interval,
)
from core.respiratory.audit import (
    EvidencePlace,
    Probe,
    ShortcutAudit,
    Variant,
    shortcut_audit,
    where_evidence_lies,
)
from core.respiratory.bulk import batch
from core.respiratory.claim import REFERENCE as CLAIM_REFERENCE
from core.respiratory.claim import ClaimItem, claim
from core.respiratory.display import canvas
from core.respiratory.examples import EXAMPLES, Example, example
from core.respiratory.explain import FilmExplanation, NetworkExplanation, explain
from core.respiratory.gate import judge
from core.respiratory.gate_levels import GateLevels, gate_levels
from core.respiratory.images import expand, read_image
from core.respiratory.out_of_sample import held_out
from core.respiratory.predict import predict, read_film, readings
from core.respiratory.prepare import CANVAS, LUNGS, Box, prepare, resize
from core.respiratory.provenance import LICENCES_READ, LIMITS, SOURCE_NAMES, SOURCES, TRUNKS
from core.respiratory.reliability import reliability_bins
from core.respiratory.report import film_report
from core.respiratory.runtime import artifact, forward, intake
from core.respiratory.schema import (
    LABELS,
    NETWORK_NAMES,
    SINGLE,
    Check,
    Gate,
    Label,
    Network,
    Radiograph,
    Reading,
)
from core.respiratory.table import result_table, write_csv

__all__ = [
    "CANVAS",
    "CLAIM_REFERENCE",
    "EXAMPLES",
    "LABELS",
    "LICENCES_READ",
    "LIMITS",
    "LUNGS",
    "NETWORK_NAMES",
    "SINGLE",
    "SOURCES",
    "SOURCE_NAMES",
    "TRUNKS",
    "About",
    "Box",
    "Check",
    "ClaimItem",
    "EvidencePlace",
    "Example",
    "FilmExplanation",
    "Gate",
    "GateLevels",
    "Headline",
    "Label",
    "Network",
    "NetworkExplanation",
    "Probe",
    "Radiograph",
    "Reading",
    "ShortcutAudit",
    "Variant",
    "about",
    "artifact",
    "batch",
    "canvas",
    "card",
    "card_markdown",
    "claim",
    "evidence",
    "example",
    "expand",
    "explain",
    "film_report",
    "forward",
    "gate_levels",
    "headline",
    "held_out",
    "intake",
    "interval",
    "judge",
    "predict",
    "prepare",
    "read_film",
    "read_image",
    "readings",
    "reliability_bins",
    "resize",
    "result_table",
    "shortcut_audit",
    "where_evidence_lies",
    "write_csv",
]
