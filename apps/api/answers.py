"""Running a verb beside the event loop, and sending what it says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import anyio
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from apps.api.errors import Refusal
from core.runtime.settings import settings

T = TypeVar("T")

COMPUTE_SECONDS = 60.0


class Lane:
    """Threads for one kind of work, and a queue before them that ends somewhere.

    Parameters
    ----------
    name : str
        What the metrics call it.
    threads : int
        How many verbs run at once.
    share : float
        Part of the places in the service that this kind of work may take.
    """

    def __init__(self, name: str, threads: int, share: float) -> None:
        self.name = name
        self.threads = anyio.CapacityLimiter(threads)
        self.taken = 0
        self.refused = 0
        self._least, self._share = threads, share

    @property
    def most(self) -> int:
        """How many verbs it takes in, those at work included."""
        return max(self._least, int(settings().queue_limit * self._share))

    @property
    def running(self) -> int:
        """How many verbs are at work."""
        return int(self.threads.borrowed_tokens)

    def enter(self) -> None:
        """Take a place.

        Raises
        ------
        Refusal
            503 if there is none.
        """
        if self.taken >= self.most:
            self.refused += 1
            raise Refusal(
                503,
                "request",
                f"Work of this kind is queueing: {self.taken} requests are before this one.",
                "Send it again after the seconds in the header Retry-After.",
                rule="busy",
                headers={"Retry-After": "5"},
            )
        self.taken += 1


# Verbs hold the interpreter's lock most of the time: more threads would only slow each other.
# Long work has threads of its own, so that a large file does not keep a single patient waiting,
# and only a quarter of the places, so that many large files do not either.
SHORT = Lane("short", threads=1, share=0.75)
LONG = Lane("long", threads=2, share=0.25)
LANES = (SHORT, LONG)


async def compute(verb: Callable[[], T], lane: Lane = SHORT) -> T:
    """Run a verb in a worker thread and return its result.

    A verb that overruns its time keeps its place and its thread until it ends: nothing can stop
    it, and what follows must not pile up on top.

    Parameters
    ----------
    verb : callable
        What to run.
    lane : Lane, default SHORT
        The threads to run it in: ``SHORT`` for one patient, ``LONG`` for files and logs.

    Raises
    ------
    Refusal
        503 if it does not come back in time, or too many are before it.
    """
    lane.enter()
    run = _Run(verb, lane)
    work = asyncio.ensure_future(run_sync(run, limiter=lane.threads))
    work.add_done_callback(run.ended)
    try:
        await asyncio.wait({work}, timeout=COMPUTE_SECONDS)
    finally:
        if not (work.done() or run.began):
            work.cancel()
    if work.done():
        return work.result()
    raise Refusal(
        503,
        "body",
        f"No result within {COMPUTE_SECONDS:g} s.",
        "Send less at a time, or try again later.",
        headers={"Retry-After": "60"},
    )


class _Run(Generic[T]):
    """One verb in its lane."""

    def __init__(self, verb: Callable[[], T], lane: Lane) -> None:
        self.verb, self.lane = verb, lane
        self.began = False

    def __call__(self) -> T:
        self.began = True
        return self.verb()

    def ended(self, work: asyncio.Future[T]) -> None:
        self.lane.taken -= 1
        if not work.cancelled():
            work.exception()  # asked for, so that nobody is told that it was not


def answer(request: Request, result: Mapping[str, object]) -> Response:
    """Send a result exactly as the verb states it, under the id of the request."""
    content = {"request_id": request.state.request_id, **result}
    text = json.dumps(content, allow_nan=False, ensure_ascii=False)
    return Response(text, media_type="application/json")
