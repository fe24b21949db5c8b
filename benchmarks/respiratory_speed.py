"""How long a film takes: each network alone, the whole verb, an explanation, a batch of films.

``python -m benchmarks.respiratory_speed`` prints one JSON document. Each part runs in a process of
its own with one thread, so that its peak memory is its own. ``wall`` is what a visitor waits;
``cpu`` is what the one thread worked, which does not grow when the machine is busy. Films are the
shared test films (``--films FOLDER`` for others).
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.respiratory.schema import SINGLE, Network
from core.runtime.threads import limit_threads

REPEATS = 20


def films(folder: Path, wanted: int) -> list[tuple[str, bytes]]:
    """Return that many films, taken evenly from the folder and again from the start if it ends."""
    paths = sorted(folder.rglob("*.jpg"))
    if not paths:
        raise SystemExit(f"There are no *.jpg files in {folder}. Give another folder with --films.")
    step = max(1, len(paths) // wanted)
    chosen = [paths[i * step % len(paths)] for i in range(wanted)]
    return [(path.name, path.read_bytes()) for path in chosen]


def timed(call: Callable[[], object], repeats: int = REPEATS) -> dict[str, float]:
    """Return the fastest and the median of repeated calls, after one that is not counted."""
    call()
    wall, cpu = [], []
    for _ in range(repeats):
        began, worked = time.perf_counter(), time.process_time()
        call()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - worked)
    return {
        "wall min, ms": round(1000 * min(wall), 2),
        "wall median, ms": round(1000 * statistics.median(wall), 2),
        "cpu min, ms": round(1000 * min(cpu), 2),
        "cpu median, ms": round(1000 * statistics.median(cpu), 2),
    }


def one_film(network: Network, folder: Path) -> dict[str, Any]:
    """Time the opening of a choice, its networks alone, the verb and the explanation."""
    from core.respiratory import runtime
    from core.respiratory.explain import explain
    from core.respiratory.images import read_image
    from core.respiratory.predict import predict

    began = time.perf_counter()
    runtime.artifact()
    checked = time.perf_counter()
    runtime.warm(network)
    opened = time.perf_counter()
    name, content = next(
        film for film in films(folder, 8) if predict([film], network)[0].status == "ok"
    )
    pixels = read_image(name, content).pixels
    return {
        "hashes checked, s": round(checked - began, 3),
        "import and sessions, s": round(opened - checked, 3),
        "networks alone": timed(lambda: [runtime.ask(o, pixels) for o in runtime.members(network)]),
        "whole verb": timed(lambda: predict([(name, content)], network)),
        "explanation": timed(lambda: explain(name, content, network), 3),
    }


def batch(network: Network, folder: Path, wanted: int) -> dict[str, Any]:
    """Time a batch with progress told after each film."""
    from core.respiratory.predict import predict

    files, told = films(folder, wanted), []
    predict(files[:1], network)
    began, worked = time.perf_counter(), time.process_time()
    found = predict(files, network, on_progress=lambda done, _: told.append(done))
    wall, cpu = time.perf_counter() - began, time.process_time() - worked
    return {
        "films": len(files),
        "progress told": len(told),
        "status": {s: sum(r.status == s for r in found) for s in ("ok", "refused", "error")},
        "wall, s": round(wall, 1),
        "cpu, s": round(cpu, 1),
        "films per cpu second": round(len(files) / cpu, 1),
    }


def groups(network: Network, n: int) -> dict[str, Any]:
    """Time one call with n films against n calls, at the session itself, for a network of films."""
    import numpy as np

    from core.respiratory import runtime
    from core.respiratory.runtime import networks

    takes = runtime.intake(network)
    session = networks._session(takes.file)
    z = np.random.default_rng(0).normal(size=(n, 1, takes.size, takes.size)).astype(np.float32)
    name = session.get_inputs()[0].name
    return {
        "together": timed(lambda: session.run(["logits"], {name: z})),
        "one by one": timed(lambda: [session.run(["logits"], {name: film[None]}) for film in z]),
    }


def main() -> None:
    from core.respiratory.training.collection import SHARED

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=Path, default=SHARED / "test")
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--part", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        limit_threads()
        kind, _, name = arguments.part.partition(" ")
        network = Network(name)
        parts: dict[str, Callable[[], dict[str, Any]]] = {
            "film": lambda: one_film(network, arguments.films),
            "batch": lambda: batch(network, arguments.films, arguments.batch),
            "group": lambda: groups(network, 8),
        }
        result = parts[kind]()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result | {"peak, MB": round(peak)}))
        return
    wanted = [f"film {network}" for network in (*SINGLE, Network.ENSEMBLE)]
    wanted += [f"batch {Network.ENSEMBLE}", f"group {Network.VGG16}", f"group {Network.CNN}"]
    results = {}
    for part in wanted:
        command = [sys.executable, "-m", "benchmarks.respiratory_speed", "--part", part]
        command += ["--films", str(arguments.films), "--batch", str(arguments.batch)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        results[part] = json.loads(done.stdout)
    print(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
