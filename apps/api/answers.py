"""Running a verb beside the event loop, and sending what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from apps.api.errors import Refusal

T = TypeVar("T")

COMPUTE_SECONDS = 60.0

# Verbs hold the interpreter's lock most of the time: more threads would only slow each other.
# Long work has threads of its own, so that a large file does not keep a single patient waiting.
SHORT = anyio.CapacityLimiter(1)
LONG = anyio.CapacityLimiter(2)


async def compute(verb: Callable[[], T], lane: anyio.CapacityLimiter = SHORT) -> T:
    """Run a verb in a worker thread and return its result.

    Parameters
    ----------
    verb : callable
        What to run.
    lane : CapacityLimiter, default SHORT
        The threads to run it in: ``SHORT`` for one patient, ``LONG`` for files and logs.

    Raises
    ------
    Refusal
        503 if it does not come back in time.
    """
    try:
        with anyio.fail_after(COMPUTE_SECONDS):
            return await run_sync(verb, abandon_on_cancel=True, limiter=lane)
    except TimeoutError:
        raise Refusal(
            503,
            "body",
            f"No result within {COMPUTE_SECONDS:g} s.",
            "Send less at a time, or try again later.",
            headers={"Retry-After": "60"},
        ) from None


def answer(request: Request, result: Mapping[str, object]) -> Response:
    """Send a result exactly as the verb states it, under the id of the request."""
    content = {"request_id": request.state.request_id, **result}
    text = json.dumps(content, allow_nan=False, ensure_ascii=False)
    return Response(text, media_type="application/json")
