"""Page reruns over real websockets, alone and with many sessions: ``python -m benchmarks.pages``.

The client speaks Streamlit's own protocol from the same machine, so its work is part of the
figures: they are upper bounds.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import json
import random
import statistics
import time
import urllib.parse

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.sync.connection import Connection
from websockets.typing import Subprotocol

from benchmarks.serving import suite

PAGES = {
    "home": ("", ""),
    "patient": ("cardiosense", "preset=woman-66"),
    "prevention": ("cardiosense-prevention", "preset=woman-50"),
    "evidence": ("cardiosense-model", ""),
    "breast-cancer case": ("breast-cancer", "preset=case-364"),
    "breast-cancer drift": ("breast-cancer-drift", "example=unit"),
    "breast-cancer stream": ("breast-cancer-drift", "example=unit&view=Stream"),
    "breast-cancer stress lab": ("breast-cancer-stress", ""),
    "film": ("respiratory", "film=child-normal-1"),
    "film, gate": ("respiratory", "film=child-normal-1&view=Gate"),
    "shortcut audit": ("respiratory-shortcuts", ""),
    "networks": ("respiratory-model", ""),
    "audit": ("trustlens", "model=cardiosense-external"),
    "audit, groups": ("trustlens", "model=cardiosense-external&view=Groups"),
    "audit, compare": ("trustlens-compare", ""),
    "audit, 0.5.0 view": ("trustlens-original", ""),
    "plan": ("apple-sales", ""),
    "plan, stress": ("apple-sales-stress", ""),
    "facts": ("apple-sales-facts", ""),
    "elasticities": ("apple-sales-inference", "view=Price elasticities"),
    "structure": ("apple-sales-structure", ""),
    "forecast": ("apple-sales-forecast", ""),
    "your data": ("apple-sales-data", ""),
    "question": ("apple-sales-report", "q=iPhone revenue in 2025"),
    "statements": ("foundations", ""),
    "article": ("foundations-gradient-descent", ""),
    "article, plan": ("foundations-lagrange-kkt", "section=apple-plan"),
    "errata": ("foundations-errata", ""),
}
TIMEOUT_S = 60


def rerun(socket: Connection, page: str, query: str) -> float:
    """Run a page once and return the seconds until its script has finished."""
    message = BackMsg()
    message.rerun_script.page_name = page
    message.rerun_script.query_string = query
    started = time.perf_counter()
    socket.send(message.SerializeToString())
    while True:
        answer = ForwardMsg()
        answer.ParseFromString(socket.recv(timeout=TIMEOUT_S, decode=False))
        if answer.WhichOneof("type") == "script_finished":
            return time.perf_counter() - started


def session(
    address: str, page: str, query: str, reruns: int, think_s: float, seed: int = 0
) -> list[float]:
    """Open one session and rerun its page, waiting a random time between reruns.

    The first number returned is the opening itself.
    """
    host = urllib.parse.urlsplit(address).netloc
    chance = random.Random(seed)
    with connect(
        f"ws://{host}/_stcore/stream", subprotocols=[Subprotocol("streamlit")], max_size=None
    ) as socket:
        seconds = [rerun(socket, page, query)]
        for _ in range(reruns):
            time.sleep(think_s * chance.uniform(0.5, 1.5))
            seconds.append(rerun(socket, page, query))
        return seconds


def summary(seconds: list[float]) -> dict[str, float]:
    """Return sample size, median and 95th percentile in milliseconds."""
    ordered = sorted(seconds)
    return {
        "n": len(ordered),
        "p50_ms": round(1000 * statistics.median(ordered), 1),
        "p95_ms": round(1000 * ordered[int(0.95 * (len(ordered) - 1))], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reruns", type=int, default=30)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--think-s", type=float, default=2.0)
    options = parser.parse_args()
    started = time.perf_counter()
    with suite() as server:
        start_s = time.perf_counter() - started
        address = server.address
        # Nobody has visited yet: networks that wait for the first film are opened here.
        first = {
            name: round(1000 * session(address, *page, 0, 0.0)[0], 1)
            for name, page in PAGES.items()
        }
        alone = {
            name: summary(session(address, *page, options.reruns, 0.0)[1:])
            for name, page in PAGES.items()
        }
        with concurrent.futures.ThreadPoolExecutor(options.sessions) as threads:
            busy = [
                threads.submit(session, address, *PAGES["patient"], 10, options.think_s, seed)
                for seed in range(options.sessions)
            ]
            together = [second for future in busy for second in future.result()[1:]]
    print(
        json.dumps(
            {
                "start until the server is warm and healthy, s": round(start_s, 1),
                "first visit after the start, ms": first,
                "one session, no think time": alone,
                f"{options.sessions} sessions on the patient page, "
                f"{options.think_s:g} s think time": summary(together),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
