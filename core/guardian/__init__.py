"""Patient Safety Guardian: medicines checked against each other and against the patient."""

from __future__ import annotations

from core.guardian.about import about
from core.guardian.check import MAX_LINES, check, normalise, patient_of, read_line, review
from core.guardian.fhir.cds import services as hook_services
from core.guardian.fhir.exporter import export_bundle
from core.guardian.fhir.hooks import Feedback, HookAnswer, answer_hook, read_feedback
from core.guardian.inventory import Inventory, inventory
from core.guardian.knowledge import knowledge, seal_knowledge
from core.guardian.knowledge.lint import problems as knowledge_problems
from core.guardian.overrides import (
    CHECK,
    COMMENTED,
    OVERRIDE,
    REASONS,
    Burden,
    Override,
    RuleBurden,
    burden,
    check_payload,
    override,
)
from core.guardian.schema import (
    Alert,
    AlertType,
    Gap,
    Order,
    Review,
    Rule,
    Severity,
    Source,
    Status,
    Tier,
)

__all__ = [
    "CHECK",
    "COMMENTED",
    "MAX_LINES",
    "OVERRIDE",
    "REASONS",
    "Alert",
    "AlertType",
    "Burden",
    "Feedback",
    "Gap",
    "HookAnswer",
    "Inventory",
    "Order",
    "Override",
    "Review",
    "Rule",
    "RuleBurden",
    "Severity",
    "Source",
    "Status",
    "Tier",
    "about",
    "answer_hook",
    "burden",
    "check",
    "check_payload",
    "export_bundle",
    "hook_services",
    "inventory",
    "knowledge",
    "knowledge_problems",
    "normalise",
    "override",
    "patient_of",
    "read_feedback",
    "read_line",
    "review",
    "seal_knowledge",
]
