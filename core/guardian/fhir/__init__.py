"""FHIR R4 in and out, and CDS Hooks."""

from __future__ import annotations
