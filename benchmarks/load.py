"""Many visitors at once, on every page: ``python -m benchmarks.load --sessions 100``.

Sessions speak Streamlit's own protocol over websockets. Each opens a page and then, after a random
pause, runs it again or, one time in four, goes to another page; the pages are dealt so that all
are in use. Further sessions may upload files over and over (``--uploaders``), and the REST API may
be asked without pause on eight connections (``--saturate``). Clients share the machine's cores, so
the times are upper bounds. Prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import dataclasses
import http.client
import json
import multiprocessing
import os
import platform
import random
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import numpy as np
import psutil

from benchmarks.api_load import HEADERS, V1, bodies
from benchmarks.batch import make_table
from benchmarks.serving import Server, suite
from benchmarks.streamlit_client import Tab
from pages._shared.registry import PAGES

QUERIES = {
    "cardiosense": "preset=woman-66",
    "cardiosense-prevention": "preset=woman-50",
    "breast-cancer": "preset=case-364",
    "breast-cancer-drift": "example=unit",
    "respiratory": "film=child-normal-1",
    "trustlens": "model=cardiosense-external",
    "guardian": "preset=maoi-opioid",
}
UPLOAD_PAGE = "cardiosense-batch"
SWITCH = 0.25
SETTLE_S = 5.0
SLOWEST = 8
API_CONNECTIONS = 8


@dataclasses.dataclass
class Times:
    """Seconds measured, and what went wrong."""

    opening: list[float] = dataclasses.field(default_factory=list)
    rerun: list[float] = dataclasses.field(default_factory=list)
    switch: list[float] = dataclasses.field(default_factory=list)
    upload: list[float] = dataclasses.field(default_factory=list)
    api: list[float] = dataclasses.field(default_factory=list)
    api_statuses: dict[int, int] = dataclasses.field(default_factory=dict)
    failures: list[str] = dataclasses.field(default_factory=list)
    by_page: dict[str, list[float]] = dataclasses.field(
        default_factory=lambda: collections.defaultdict(list)
    )

    def ran(self, kind: list[float], page: str, seconds: float) -> None:
        """Note one run of a page."""
        kind.append(seconds)
        self.by_page[page].append(seconds)


def summary(seconds: Sequence[float]) -> dict[str, float]:
    """Return sample size, median, 95th and 99th percentile in milliseconds."""
    if not seconds:
        return {"n": 0}
    p50, p95, p99 = 1000 * np.quantile(seconds, [0.5, 0.95, 0.99])
    return {
        "n": len(seconds),
        "p50_ms": round(float(p50), 1),
        "p95_ms": round(float(p95), 1),
        "p99_ms": round(float(p99), 1),
    }


async def visitor(address: str, number: int, until: float, think_s: float, times: Times) -> None:
    """Be one visitor until the time is up."""
    chance = random.Random(number)
    slugs = [page.slug for page in PAGES]
    at = number % len(slugs)
    # Nobody opens a hundred tabs in the same instant.
    await asyncio.sleep(think_s * chance.random())
    async with Tab(address) as tab:
        spent = await tab.visit(slugs[at], QUERIES.get(slugs[at], ""))
        times.ran(times.opening, slugs[at], spent)
        while True:
            await asyncio.sleep(think_s * chance.uniform(0.5, 1.5))
            if time.monotonic() > until:
                break
            if chance.random() < SWITCH:
                at = chance.randrange(len(slugs))
                spent = await tab.visit(slugs[at], QUERIES.get(slugs[at], ""))
                times.ran(times.switch, slugs[at], spent)
            else:
                times.ran(times.rerun, slugs[at], await tab.rerun())
        times.failures += tab.exceptions


async def uploader(address: str, number: int, until: float, content: bytes, times: Times) -> None:
    """Upload a table of patients again and again."""
    async with Tab(address) as tab:
        await tab.visit(UPLOAD_PAGE)
        turn = 0
        while time.monotonic() < until:
            turn += 1
            times.upload.append(await tab.upload(f"patients-{number}-{turn}.csv", content))
            await asyncio.sleep(1.0)
        times.failures += tab.exceptions


def saturate(port: int, until: float) -> tuple[list[float], list[int]]:
    """Ask for scores on several connections; return the seconds and the statuses."""
    with ThreadPoolExecutor(API_CONNECTIONS) as threads:
        done = list(threads.map(lambda _: _asking(port, until), range(API_CONNECTIONS)))
    return [one for times, _ in done for one in times], [one for _, said in done for one in said]


def _asking(port: int, until: float) -> tuple[list[float], list[int]]:
    times: list[float] = []
    statuses: list[int] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    wanted = bodies("score")
    turn = 0
    while time.monotonic() < until:
        began = time.perf_counter()
        connection.request("POST", f"/api{V1}/score", wanted[turn % len(wanted)], HEADERS)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - began)
        statuses.append(answer.status)
        turn += 1
    connection.close()
    return times, statuses


async def crowd(server: Server, options: argparse.Namespace, times: Times) -> None:
    """Let all visitors, uploaders and callers in, until the time is up."""
    until = time.monotonic() + options.seconds
    content = make_table(options.rows)
    jobs = [
        visitor(server.address, number, until, options.think_s, times)
        for number in range(options.sessions)
    ]
    jobs += [
        uploader(server.address, number, until, content, times)
        for number in range(options.uploaders)
    ]
    # In a process of its own: eight threads that ask would keep the tabs' own loop waiting.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        asking = process.submit(saturate, server.port, until) if options.saturate else None
        done = await asyncio.gather(*jobs, return_exceptions=True)
        if asking is not None:
            times.api, statuses = asking.result()
            times.api_statuses = dict(collections.Counter(statuses))
    times.failures += [repr(one) for one in done if isinstance(one, BaseException)]


async def idle_cost(server: Server, sessions: int) -> dict[str, float]:
    """Return the memory that idle sessions hold, each on a page in turn."""
    process = psutil.Process(server.pid)
    slugs = [page.slug for page in PAGES]
    async with contextlib.AsyncExitStack() as stack:

        async def opened(number: int) -> None:
            tab = await stack.enter_async_context(Tab(server.address))
            slug = slugs[number % len(slugs)]
            await tab.visit(slug, QUERIES.get(slug, ""))

        for number in range(2 * len(slugs)):  # what the first visit of a page loads is no session's
            await opened(number)
        await asyncio.sleep(SETTLE_S)
        before = process.memory_info().rss
        for number in range(sessions):
            await opened(number)
        await asyncio.sleep(SETTLE_S)
        grown = process.memory_info().rss - before
    return {"sessions": sessions, "MB_each": round(grown / 1e6 / sessions, 3)}


def report(times: Times, seconds: float) -> dict[str, Any]:
    """Return everything measured, as plain data."""
    named = {
        "opening": times.opening,
        "rerun": times.rerun,
        "page switch": times.switch,
        "upload until read": times.upload,
        "API score": times.api,
    }
    found: dict[str, Any] = {name: summary(values) for name, values in named.items() if values}
    runs = len(times.opening) + len(times.rerun) + len(times.switch)
    return found | {
        "page runs per second": round(runs / seconds, 1),
        "slowest pages": slowest(times.by_page),
        "API statuses": times.api_statuses,
        "failures": times.failures,
    }


def slowest(by_page: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Return the pages whose slowest run was slowest."""
    ordered = sorted(by_page, key=lambda page: max(by_page[page]), reverse=True)
    return {page: summary(by_page[page]) for page in ordered[:SLOWEST]}


def options() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--think-s", type=float, default=5.0, help="mean pause of a visitor")
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--uploaders", type=int, default=0)
    parser.add_argument("--rows", type=int, default=1_000, help="of an uploaded table")
    parser.add_argument("--saturate", action="store_true", help="keep the REST API busy as well")
    parser.add_argument("--idle", type=int, default=0, help="idle sessions to weigh afterwards")
    return parser.parse_args()


async def measured(server: Server, chosen: argparse.Namespace) -> dict[str, Any]:
    """Warm every page once, let the crowd in, and weigh idle sessions."""
    async with Tab(server.address) as tab:
        for page in PAGES:
            await tab.visit(page.slug, QUERIES.get(page.slug, ""))
    process, times = psutil.Process(server.pid), Times()
    cpu = sum(process.cpu_times()[:2])
    await crowd(server, chosen, times)
    found = report(times, chosen.seconds)
    found["server CPU, cores"] = round((sum(process.cpu_times()[:2]) - cpu) / chosen.seconds, 2)
    found["server memory, MB"] = round(process.memory_info().rss / 1e6)
    if chosen.idle:
        found["idle"] = await idle_cost(server, chosen.idle)
    return found


def main() -> None:
    chosen = options()
    with suite() as server:
        found = asyncio.run(measured(server, chosen))
    machine = {"python": platform.python_version(), "cpus": os.cpu_count()}
    print(json.dumps({"machine": machine, "asked": vars(chosen), **found}, indent=1))


if __name__ == "__main__":
    main()
