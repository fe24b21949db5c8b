"""Append-only, hash-chained event log: what was computed, by which model, and whether that stands.

Open a log with ``core.audit.log.AuditLog``. That module is not imported here because it brings the
database toolkit with it, and auditing is off by default.
"""

from __future__ import annotations

from core.audit.chain import GENESIS, Entry, Verification, canonical_json
from core.audit.inference import INFERENCE, OUTPUT_KEYS, record_inference

__all__ = [
    "GENESIS",
    "INFERENCE",
    "OUTPUT_KEYS",
    "Entry",
    "Verification",
    "canonical_json",
    "record_inference",
]
