"""Half an hour of visitors and uploads, watching the memory: ``python -m benchmarks.soak``.

The crowd of ``benchmarks.load`` at a moderate pace. The server's memory, threads and open files are
noted every ten seconds. Growth is the slope of a robust line (Theil-Sen) through the memory after
the first third, over the time that it covers, relative to its level there. Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import threading
import time
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray
from scipy.stats import theilslopes

from benchmarks.load import QUERIES, Times, crowd, report
from benchmarks.serving import Server, suite
from benchmarks.streamlit_client import Tab
from pages._shared.registry import PAGES

EVERY_S = 10.0


def watch(pid: int, stop: threading.Event) -> list[tuple[float, float, int, int]]:
    """Return time, memory in MB, threads and open files, until told to stop."""
    process, seen = psutil.Process(pid), []
    while not stop.wait(EVERY_S):
        family = [process, *process.children(recursive=True)]
        memory = 0.0
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):  # a job's process may just have ended
                memory += one.memory_info().rss / 1e6
        seen.append((time.monotonic(), memory, process.num_threads(), process.num_fds()))
    return seen


def growth(seen: NDArray[np.float64]) -> dict[str, Any]:
    """Return how memory, threads and files changed after the first third."""
    kept = seen[len(seen) // 3 :]
    at, memory = kept[:, 0], kept[:, 1]
    slope = float(theilslopes(memory, at).slope)
    level = float(np.median(memory[: max(len(memory) // 5, 1)]))
    return {
        "samples": len(seen),
        "judged over, s": round(float(at[-1] - at[0])),
        "memory at first, MB": round(level, 1),
        "memory at last, MB": round(float(np.median(memory[-max(len(memory) // 5, 1) :])), 1),
        "peak, MB": round(float(seen[:, 1].max()), 1),
        "growth, %": round(100 * slope * float(at[-1] - at[0]) / level, 2),
        "threads, first and last": [int(kept[0, 2]), int(kept[-1, 2])],
        "open files, first and last": [int(kept[0, 3]), int(kept[-1, 3])],
    }


async def _warmed(server: Server) -> None:
    async with Tab(server.address) as tab:
        for page in PAGES:
            await tab.visit(page.slug, QUERIES.get(page.slug, ""))


async def _rounds(server: Server, chosen: argparse.Namespace, times: Times) -> None:
    """Let crowds come and go, so that sessions end and begin as they do over a day."""
    until = time.monotonic() + chosen.minutes * 60
    while (left := until - time.monotonic()) > 1:
        visit = argparse.Namespace(**vars(chosen) | {"seconds": min(left, chosen.round_s)})
        await crowd(server, visit, times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--round-s", type=float, default=60.0, help="how long one crowd stays")
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--think-s", type=float, default=6.0)
    parser.add_argument("--uploaders", type=int, default=2)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.set_defaults(saturate=False)
    chosen = parser.parse_args()
    times, stop, seen = Times(), threading.Event(), []
    with suite() as server:
        asyncio.run(_warmed(server))
        watcher = threading.Thread(target=lambda: seen.extend(watch(server.pid, stop)))
        watcher.start()
        asyncio.run(_rounds(server, chosen, times))
        stop.set()
        watcher.join()
    found = report(times, chosen.minutes * 60)
    print(json.dumps({"asked": vars(chosen), **found, **growth(np.array(seen))}, indent=1))


if __name__ == "__main__":
    main()
