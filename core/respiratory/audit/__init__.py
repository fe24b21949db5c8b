"""How much of the figures is the hospital and not the disease: the stored study, and one film."""

from __future__ import annotations

from core.respiratory.audit.film import EvidencePlace, where_evidence_lies
from core.respiratory.audit.stored import ShortcutAudit, shortcut_audit
from core.respiratory.audit.study import (
    Effect,
    FoldFacts,
    FoldFigures,
    InSource,
    Nested,
    Probe,
    Variant,
)

__all__ = [
    "Effect",
    "EvidencePlace",
    "FoldFacts",
    "FoldFigures",
    "InSource",
    "Nested",
    "Probe",
    "ShortcutAudit",
    "Variant",
    "shortcut_audit",
    "where_evidence_lies",
]
