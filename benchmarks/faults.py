"""Harm the running suite in every way of docs/reliability.md, and print what was lost.

``python -m benchmarks.faults`` needs Linux and the rights of root (it mounts small disks) and takes
some minutes. It prints JSON, one object a fault: what was done, how often, what "nothing lost"
means, and what was lost. Exit status 1 if anything was.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import fault_clients, fault_files, fault_service
from benchmarks.fault_lib import Outcome, may_mount

ROWS = 60_000
FAULTS_OF_MODELS = ("flip", "missing", "empty", "manifest", "folder")

Faults = Callable[[Path], Iterator[Outcome]]


def of_files(folder: Path) -> Iterator[Outcome]:
    """Faults of disks, and of processes that write."""
    for suffix in (".csv", ".parquet"):
        place = folder / suffix[1:]
        place.mkdir()
        yield fault_files.kill_scoring(place, suffix, 5, ROWS)
    yield fault_files.kill_report(folder)
    yield fault_files.full_disk(folder, tuple(fault_files.OUTPUTS))
    yield fault_files.read_only_disk(folder, tuple(fault_files.OUTPUTS))
    yield fault_files.kill_benchmark(folder, 3)


def of_service(folder: Path) -> Iterator[Outcome]:
    """Faults of the service and of what it keeps."""
    yield fault_service.kill_auditing(folder, 8, 100)
    yield fault_service.full_audit_disk(folder)
    yield fault_service.read_only_audit(folder)
    yield fault_service.clock_jumps(folder)
    yield fault_service.kill_drift(folder, 8)
    yield fault_service.kill_job(5)


def of_clients(folder: Path) -> Iterator[Outcome]:
    """Faults of clients and of the machine around a whole server."""
    yield from fault_clients.whole_server(folder, 17, 200, 400, every_page=True)


def of_models(folder: Path) -> Iterator[Outcome]:
    """Faults of every system's model folder, each under a whole server."""
    for system in fault_clients.SYSTEMS:
        for fault in FAULTS_OF_MODELS if system == "cardiosense" else ("flip",):
            yield fault_clients.spoiled_models(folder, system, fault)


ALL: dict[str, Faults] = {
    "files": of_files,
    "service": of_service,
    "clients": of_clients,
    "models": of_models,
}


def main() -> None:
    """Run the faults and print the outcomes as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", choices=ALL, help="one kind of fault")
    only = parser.parse_args().only
    if not may_mount():
        sys.exit("This needs Linux and the rights of root: it mounts small disks.")
    logging.disable(logging.INFO)
    began, rows = time.monotonic(), []
    for name in [only] if only else ALL:
        with tempfile.TemporaryDirectory(prefix=f"faults-{name}-") as place:
            for found in ALL[name](Path(place)):
                rows.append(found)
                state = "; ".join(found.lost) or "nothing lost"
                print(f"{found.fault}: {state}", file=sys.stderr, flush=True)
    report = {
        "faults": [dataclasses.asdict(found) for found in rows],
        "tries": sum(found.tries for found in rows),
        "lost": sum(len(found.lost) for found in rows),
        "seconds": round(time.monotonic() - began),
    }
    print(json.dumps(report, indent=1))
    sys.exit(1 if report["lost"] else 0)


if __name__ == "__main__":
    main()
