"""Hand every file of the hostile corpus to every door that fits, and count what became of them.

``python -m benchmarks.hostile`` prints JSON: for each door and kind of file how many were answered
and how many refused with a sentence, and every failure. Exit status 1 if there is one.
"""

from __future__ import annotations

import argparse
import collections
import json
import logging
import resource
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.testclient import TestClient

from apps.api import create_api
from core.runtime.settings import Settings
from tests.hostile import doors, rest
from tests.hostile.corpus import corpus
from tests.hostile.doors import Verdict

SHOWN = 50


def core_verdicts(every: int) -> Iterator[Verdict]:
    """Yield what the verbs of the core say."""
    for door in doors.DOORS:
        for file in [file for file in corpus() if door.takes(file)][::every]:
            yield doors.put(door, file)


def rest_verdicts(every: int) -> Iterator[Verdict]:
    """Yield what the routes of the API say."""
    app = create_api(Settings(allowed_hosts=("testserver",)))
    # Without the application's lifespan, whose warm-up would take most of a short run.
    client = TestClient(app, raise_server_exceptions=False)
    for route in rest.ROUTES:
        for file in [file for file in corpus() if route.takes(file)][::every]:
            yield rest.put(client, route, file)


def counted(verdicts: Iterable[Verdict]) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return the counts by door and kind of file, and the failures."""
    counts: dict[str, dict[str, collections.Counter[str]]] = {}
    failures = []
    for one in verdicts:
        kinds = counts.setdefault(one.door, {})
        found = kinds.setdefault(
            one.group, collections.Counter(files=0, answered=0, refused=0, failed=0)
        )
        found.update(("files", one.outcome))
        if one.outcome == "failed":
            failures.append({"door": one.door, "file": one.file, "text": one.text})
    return {
        door: {k: dict(v) for k, v in kinds.items()} for door, kinds in counts.items()
    }, failures


def main() -> None:
    """Run the whole corpus and print the counts as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--every", type=int, default=1, help="take every how-manieth file")
    parser.add_argument("--only", choices=("core", "rest"), help="one kind of door")
    given = parser.parse_args()
    logging.disable(logging.INFO)
    began = time.monotonic()
    found: list[Verdict] = []
    if given.only != "rest":
        found += core_verdicts(given.every)
    if given.only != "core":
        found += rest_verdicts(given.every)
    counts, failures = counted(found)
    report = {
        "corpus": len(corpus()),
        "kinds": dict(collections.Counter(file.group for file in corpus())),
        "put": len(found),
        "answered": sum(one.outcome == "answered" for one in found),
        "refused": sum(one.outcome == "refused" for one in found),
        "failures": len(failures),
        "first_failures": failures[:SHOWN],
        "seconds": round(time.monotonic() - began, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "doors": counts,
    }
    print(json.dumps(report, indent=1, ensure_ascii=False))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
