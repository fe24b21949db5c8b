"""Run the benchmark of the saliency explorer, or the rest of it.

``python -m benchmarks.saliency_benchmark --profile phantoms --out FOLDER`` keeps one file for every
network and image in FOLDER and one table at the end; run it again after an interruption. Profiles:
``phantoms`` (every method and metric on phantoms), ``films`` (the chest X-ray networks on held-out
films, ``--films FOLDER`` for another collection) and ``quick``. ``--write`` copies the table into
the model folder and seals it again. ``--measure N`` runs N images of every network in this
process and prints what the whole would take.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from core.errors import SuiteError
from core.respiratory.training.collection import SHARED
from core.runtime.threads import limit_threads
from core.saliency import seal
from core.saliency.benchmark.measure import measured
from core.saliency.benchmark.plan import Plan
from core.saliency.benchmark.profiles import plan_of
from core.saliency.benchmark.run import run, shards

NAMES = {"phantoms": "benchmark.parquet", "films": "films.parquet", "quick": "quick.parquet"}
FOLDER = Path("/tmp/saliency-benchmark")


def measure(plan: Plan, films: Path, n: int) -> dict[str, Any]:
    """Time the first n images of every network and say what the whole would take."""
    limit_threads()
    found: dict[str, Any] = {}
    total = 0.0
    for network in plan.networks:
        first = measured(plan, network, 0, films)  # opens everything
        if first.target < 0:
            raise SystemExit(first.rows[0].reason)
        began, forwards = time.process_time(), 0
        for place in range(n):
            forwards += measured(plan, network, place, films).forwards
        seconds = (time.process_time() - began) / n
        total += seconds * len(plan.images)
        found[network] = {"cpu s a unit": round(seconds, 2), "forwards a unit": forwards // n}
    return {"units": found, "cpu minutes in all": round(total / 60, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=sorted(NAMES), default="phantoms")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--networks", help="keys, with commas between them")
    parser.add_argument("--images", type=int, help="how many")
    parser.add_argument("--films", type=Path, default=SHARED)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--measure", type=int, metavar="N", help="only say how long it would take")
    parser.add_argument("--write", action="store_true", help="copy the table to the model folder")
    given = parser.parse_args()
    networks = tuple(given.networks.split(",")) if given.networks else None
    plan = plan_of(given.profile, given.films, networks, given.images)
    if given.measure:
        print(json.dumps(measure(plan, given.films, given.measure), indent=1))
        return
    began = time.monotonic()

    def said(done: int, units: int) -> None:
        if done % 10 == 0 or done == units:
            minutes = (time.monotonic() - began) / 60
            print(f"{done} of {units} units, {minutes:.1f} min", file=sys.stderr, flush=True)

    try:
        path = run(plan, given.out, given.workers, said, films=given.films)
    except SuiteError as error:
        raise SystemExit(error.message) from error
    if given.write:
        shutil.copyfile(path, seal.VERSION / NAMES[plan.profile])
        seal.reseal()
    every = list(shards(plan, given.out))
    figures = {
        "digest": plan.digest,
        "units": len(every),
        "failed units": sum(one.target < 0 for one in every),
        "forwards": sum(one.forwards for one in every),
        "rows": sum(len(one.rows) for one in every),
        "table, MB": round(path.stat().st_size / 1e6, 2),
        "minutes of this call": round((time.monotonic() - began) / 60, 1),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
