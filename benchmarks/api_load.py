"""Latency and throughput of the REST API on loopback: ``python -m benchmarks.api_load``.

Starts ``uvicorn apps.api:api`` with one worker on a free port, sends the Cleveland patients over
kept-alive connections at concurrency 1 and 8, and prints one JSON document. The client runs on the
same machine and shares its cores, so wall-clock figures are upper bounds; ``server_cpu_ms`` is the
server's own processor time per request.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.serving import api
from core.cardiosense import data

V1 = "/v1/cardiosense"
ROUTES = {
    "score": (f"{V1}/score", 600),
    "explain": (f"{V1}/explain?lime=false", 400),
    "path": (f"{V1}/path", 200),
}
WARM_UP = 50
CONCURRENCY = (1, 8)
TARGET = 0.2
HEADERS = {"Content-Type": "application/json"}


def bodies(route: str) -> list[bytes]:
    """Return one request body for every Cleveland patient."""
    values = data.site("cleveland").values
    patients = [
        {str(k): None if np.isnan(v) else v for k, v in row.items()}
        for row in values.to_dict("records")
    ]
    if route == "path":
        return [json.dumps({"patient": p, "target": TARGET}).encode() for p in patients]
    return [json.dumps(patient).encode() for patient in patients]


def send(port: int, path: str, share: list[bytes], took_ms: list[float]) -> None:
    """Send requests one after the other over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for body in share:
        began = time.perf_counter()
        connection.request("POST", path, body, HEADERS)
        response = connection.getresponse()
        content = response.read()
        took_ms.append((time.perf_counter() - began) * 1000)
        if response.status != 200:
            raise RuntimeError(content.decode())
    connection.close()


def measure(port: int, pid: int, path: str, wanted: list[bytes], at_once: int) -> dict[str, Any]:
    """Send all bodies with so many connections and return the figures."""
    took: list[list[float]] = [[] for _ in range(at_once)]
    threads = [
        threading.Thread(target=send, args=(port, path, wanted[i::at_once], took[i]))
        for i in range(at_once)
    ]
    cpu, began = cpu_seconds(pid), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - began
    each = np.concatenate(took)
    if len(each) != len(wanted):
        message = f"{len(wanted) - len(each)} requests failed"
        raise RuntimeError(message)
    used = None if cpu is None else (cpu_seconds(pid) or 0.0) - cpu
    return {
        "requests": len(each),
        "p50_ms": round(float(np.median(each)), 2),
        "p95_ms": round(float(np.quantile(each, 0.95)), 2),
        "requests_per_s": round(len(each) / elapsed, 1),
        "server_cpu_ms": None if used is None else round(used * 1000 / len(each), 2),
    }


def cpu_seconds(pid: int) -> float | None:
    """Return the processor time a process has used; None where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure every route and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", type=float, default=1.0, help="factor on the request counts")
    scale = parser.parse_args().scale
    figures: dict[str, Any] = {}
    with api(OMP_NUM_THREADS="1") as server:
        for route, (path, count) in ROUTES.items():
            pool = bodies(route)
            wanted = (pool * (count // len(pool) + 1))[: max(8, int(count * scale))]
            send(server.port, path, pool[:WARM_UP], [])
            figures[route] = {
                f"concurrency_{n}": measure(server.port, server.pid, path, wanted, n)
                for n in CONCURRENCY
            }
    machine: dict[str, object] = {"python": platform.python_version(), "cpus": os.cpu_count()}
    machine["load_1min"] = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    print(json.dumps({"machine": machine, "routes": figures}, indent=1))


if __name__ == "__main__":
    main()
