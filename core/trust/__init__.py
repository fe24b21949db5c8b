"""TrustLens: what is shown of a model, what is not, and what nobody can know yet."""

from __future__ import annotations

from core.trust.assemble import AREAS
from core.trust.audit import DEFAULT_POLICY, analyze, audit, judge
from core.trust.compare import Comparison, compare
from core.trust.door.inputs import read_estimates, read_predictions
from core.trust.door.table import guess_columns, read_table, template
from core.trust.export.junit import junit
from core.trust.export.model_card import audit_section, audits
from core.trust.held_out import HeldOut
from core.trust.original.cases import MisleadingCase, misleading_cases
from core.trust.original.view import OriginalView, original_view
from core.trust.policy import Policy, policies, policy
from core.trust.predictions import Estimates, Predictions
from core.trust.result import Audit
from core.trust.verdict import Check, Verdict

__all__ = [
    "AREAS",
    "DEFAULT_POLICY",
    "Audit",
    "Check",
    "Comparison",
    "Estimates",
    "HeldOut",
    "MisleadingCase",
    "OriginalView",
    "Policy",
    "Predictions",
    "Verdict",
    "analyze",
    "audit",
    "audit_section",
    "audits",
    "compare",
    "guess_columns",
    "judge",
    "junit",
    "misleading_cases",
    "original_view",
    "policies",
    "policy",
    "read_estimates",
    "read_predictions",
    "read_table",
    "template",
]
