"""How long the agents take to explain a review, without and with Google ADK.

``python -m benchmarks.guardian_agents`` prints a markdown table. One process, no network. A run
starts when the finished review is handed in and ends with the last event; each list is explained
fifty times by each of them, in turn, after one run that does not count (it imports ADK and indexes
the names, and is shown apart). The narratives of both must be the same.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from core.guardian import Review, review
from core.guardian.agents import Narration, explain, leaflet

ORDINARY = ["metformin 500 mg bid", "lisinopril 10 mg daily", "atorvastatin 20 mg daily"]
CASES: dict[str, dict[str, Any]] = {
    "3 medicines, ordinary": {"meds": ORDINARY, "patient": {"age": 58, "sex": "F", "egfr": 88}},
    "6 medicines, dangerous": {
        "meds": [
            *ORDINARY,
            "warfarin 5 mg daily",
            "ibuprofen 400 mg tid",
            "spironolactone 25 mg daily",
        ],
        "patient": {"age": 78, "sex": "F", "egfr": 28, "labs": {"potassium": 5.9}},
    },
    "15 medicines, dangerous": {
        "meds": [
            *ORDINARY,
            *("warfarin 5 mg daily", "ibuprofen 400 mg tid", "spironolactone 25 mg daily"),
            *("amiodarone 200 mg daily", "digoxin 250 mcg daily", "clarithromycin 500 mg bid"),
            *("fluoxetine 40 mg daily", "tramadol 50 mg qid", "methotrexate 10 mg daily"),
            *("trimethoprim 200 mg bid", "sildenafil 50 mg", "nitroglycerin 0.4 mg sl prn"),
        ],
        "patient": {"age": 81, "sex": "M", "egfr": 24, "labs": {"potassium": 5.7, "inr": 3.9}},
    },
}


def without_adk(found: Review) -> Narration:
    return explain(found, clock=time.perf_counter)


def with_adk(found: Review) -> Narration:
    return explain(found, clock=time.perf_counter, adk=True)


def patient_leaflet(found: Review) -> str:
    return leaflet(found).text()


RUNS: dict[str, Callable[[Review], Any]] = {
    "Council": lambda found: without_adk(found).finish().text,
    "Council on ADK, local model": lambda found: with_adk(found).finish().text,
    "Leaflet": patient_leaflet,
}


def timed(run: Callable[[Review], Any], found: Review) -> float:
    start = time.perf_counter()
    run(found)
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    runs = parser.parse_args().runs
    found = {name: review(case) for name, case in CASES.items()}
    first = {name: timed(run, next(iter(found.values()))) for name, run in RUNS.items()}
    print("| List | Alerts | Step | First run, ms | p50, ms | p95, ms |")
    print("|---|---:|---|---:|---:|---:|")
    for name, one in found.items():
        if without_adk(one).finish().text != with_adk(one).finish().text:
            raise SystemExit(f"{name}: the narratives differ")
        times: dict[str, list[float]] = {step: [] for step in RUNS}
        for _ in range(runs):
            for step, run in RUNS.items():
                times[step].append(timed(run, one))
        for step, taken in times.items():
            p50, p95 = np.percentile(taken, [50, 95])
            row = f"| {name} | {len(one.alerts)} | {step} |"
            print(f"{row} {first[step]:.0f} | {p50:.2f} | {p95:.2f} |")


if __name__ == "__main__":
    main()
