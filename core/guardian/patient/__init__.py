"""The patient of a case."""

from __future__ import annotations

from core.guardian.patient.read import Words, read_patient
from core.guardian.patient.record import Allergy, Patient

__all__ = ["Allergy", "Patient", "Words", "read_patient"]
