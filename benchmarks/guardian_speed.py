"""How long the medication check takes: lists of several lengths, one name, the first import.

``python -m benchmarks.guardian_speed`` prints one JSON document. Lists are drawn, with a fixed
seed, from the lines of the development set, each with a full patient record; no list is checked
twice. The import is timed in processes of its own, up to the first answer.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.guardian_accuracy import read_lines
from core.guardian import check, normalise

LENGTHS = {1: 2000, 5: 1000, 10: 1000, 30: 300, 200: 20}
"""Lines of a list, and how many lists of that length are timed."""

IMPORTS = 5
LIMIT_MS = {10: 10.0, 30: 50.0}
"""What the 95th percentile may take."""

PATIENT = {
    "age": 71,
    "sex": "F",
    "weight_kg": 66,
    "creatinine": 1.1,
    "pregnant": False,
    "lactating": False,
    "conditions": ["atrial fibrillation", "hypertension", "type 2 diabetes", "CKD stage 3a"],
    "allergies": [{"substance": "penicillin", "reaction": "hives"}],
    "labs": {"potassium": 4.4, "INR": 2.3, "QTc": 442, "platelets": 210, "sodium": 138},
}

_FIRST = (
    "import time; began = time.perf_counter(); from core.guardian import check; "
    "imported = time.perf_counter(); check({'meds': ['warfarin 5 mg daily']}); "
    "print(imported - began, time.perf_counter() - imported)"
)


def lines() -> list[str]:
    """Return every line of the development set once."""
    cases = read_lines("development.jsonl")
    groups = (case for case in cases if case["group"] != "input")
    return sorted({line for case in groups for line in case["case"]["meds"]})


def timed(call: Callable[[Any], object], given: Iterable[Any]) -> dict[str, float]:
    """Return quantiles of the time of one call, in milliseconds."""
    took = []
    for one in given:
        began = time.perf_counter()
        call(one)
        took.append(1000 * (time.perf_counter() - began))
    cuts = statistics.quantiles(took, n=100, method="inclusive")
    return {
        "n": len(took),
        "p50, ms": round(cuts[49], 3),
        "p95, ms": round(cuts[94], 3),
        "p99, ms": round(cuts[98], 3),
        "max, ms": round(max(took), 3),
    }


def first_answer() -> dict[str, float]:
    """Return the median seconds of the import and of the first check in a new process."""
    imports, checks = [], []
    for _ in range(IMPORTS):
        done = subprocess.run(
            [sys.executable, "-c", _FIRST], capture_output=True, text=True, check=True
        )
        imported, checked = map(float, done.stdout.split())
        imports.append(imported)
        checks.append(checked)
    return {
        "import, s": round(statistics.median(imports), 3),
        "first check, s": round(statistics.median(checks), 3),
    }


def measure(seed: int) -> dict[str, Any]:
    """Return every figure."""
    rng = random.Random(seed)
    known = lines()
    check({"meds": known[:20], "patient": PATIENT})
    lists = {
        length: timed(
            check,
            [{"meds": rng.sample(known, length), "patient": PATIENT} for _ in range(count)],
        )
        for length, count in LENGTHS.items()
    }
    names = [name["text"] for name in read_lines("names.jsonl")]
    return {
        "seed": seed,
        "lines of a list": {str(length): found for length, found in lists.items()},
        "within the limits": {
            str(length): lists[length]["p95, ms"] <= limit for length, limit in LIMIT_MS.items()
        },
        "one line, names set": timed(normalise, names),
        "one line, development set": timed(normalise, known),
        "new process": first_answer(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=8)
    print(json.dumps(measure(parser.parse_args().seed), indent=1))


if __name__ == "__main__":
    main()
