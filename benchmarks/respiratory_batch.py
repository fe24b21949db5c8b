"""How fast thousands of films are read, and with how much memory.

``python -m benchmarks.respiratory_batch`` reads 500 small films (``--films N`` for another number)
by ``core.respiratory.batch`` in this process and in 1 and 2 worker processes, with the ensemble
(``--model`` for one network), and prints one JSON document. The films are those of the shared
collection where it is there, each under several names if it has fewer; else phantoms of 224 pixels
(``--phantoms`` in any case). Every line is measured in a process of its own, so that the peak
memory is its own; ``twice as many`` shows that the peak does not grow with the number of films.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

WORKERS = (0, 1, 2)


def write_films(folder: Path, n: int, shared: Path | None) -> None:
    """Write n films: of the collection, in turn, or drawn."""
    import numpy as np
    from PIL import Image

    from core.phantoms import draw, render

    folder.mkdir()
    known = sorted(shared.rglob("*.jpg"))[:n] if shared else []
    for i in range(n):
        if known:
            (folder / f"{i:06d}.jpg").write_bytes(known[i % len(known)].read_bytes())
        else:
            grey = (255 * render(draw(i), 224)).astype(np.uint8)
            Image.fromarray(grey).save(folder / f"{i:06d}.png")


def measure(films: Path, out: Path, model: str, workers: int) -> dict[str, Any]:
    """Read the films once."""
    from core.respiratory import batch
    from core.runtime.threads import limit_threads

    limit_threads()
    began = time.perf_counter()
    report = batch([films], out, model, workers=workers)
    wall = time.perf_counter() - began
    mine, theirs = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    cpu = mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime
    return {
        "films": report["films"],
        "read, refused, not readable": [report[k] for k in ("read", "refused", "not_readable")],
        "wall with start, s": round(wall, 1),
        "films per second": round(report["films"] / wall, 1),
        "films per cpu second": round(report["films"] / cpu, 1),
        "peak of this process, MB": round(mine.ru_maxrss / 1024),
        "peak of a worker, MB": round(theirs.ru_maxrss / 1024) if workers else None,
        "readings.csv": report["files"]["readings.csv"][:12],
    }


def main() -> None:
    from core.respiratory.training.collection import SHARED

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=500)
    parser.add_argument("--model", default="ensemble")
    parser.add_argument("--phantoms", action="store_true", help="drawn films in any case")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        films, out, workers = given.measure
        print(json.dumps(measure(Path(films), Path(out), given.model, int(workers))))
        return
    shared = SHARED if SHARED.is_dir() and not given.phantoms else None
    results: dict[str, Any] = {"source": "shared films" if shared else "phantoms"}
    with tempfile.TemporaryDirectory() as scratch:
        lines = [(f"{workers} workers", given.films, workers) for workers in WORKERS]
        for name, n, workers in [*lines, ("0 workers, twice as many", 2 * given.films, 0)]:
            films = Path(scratch) / f"films-{n}"
            if not films.exists():
                write_films(films, n, shared)
            command = [sys.executable, "-m", "benchmarks.respiratory_batch"]
            command += ["--model", given.model, "--measure", str(films)]
            done = subprocess.run(
                [*command, str(Path(scratch) / name), str(workers)],
                capture_output=True,
                text=True,
                check=True,
            )
            results[name] = json.loads(done.stdout)
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
