"""Cases that several tests of the medication check share."""

from __future__ import annotations

from typing import Any

WARFARIN: dict[str, Any] = {
    "meds": ["Coumadin 5 mg po daily", "Bactrim DS 1 tab bid"],
    "patient": {
        "age": 72,
        "sex": "F",
        "weight_kg": 64,
        "creatinine": 1.1,
        "conditions": ["atrial fibrillation"],
        "allergies": [],
        "labs": {"INR": 2.4, "potassium": 4.6},
    },
}
QUIET: dict[str, Any] = {
    "meds": ["levothyroxine 75 mcg daily", "amlodipine 5 mg daily"],
    "patient": {
        "age": 60,
        "sex": "M",
        "weight_kg": 80,
        "egfr": 85,
        "crcl": 90,
        "conditions": ["hypothyroidism", "hypertension"],
        "allergies": [],
        "labs": {"potassium": 4.2},
    },
}
OPEN: dict[str, Any] = {"meds": ["metformin 500 mg bid", "zzyzxol 5 mg"], "patient": {}}
CASES = {"critical": WARFARIN, "quiet": QUIET, "open": OPEN}
