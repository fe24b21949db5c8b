"""Connections that do nothing are closed, so that idle or malicious clients cannot pile up.

Uvicorn limits how long a connection may rest between two requests, but neither how long the head
of a request may take to arrive nor how slowly an answer may be read.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import time
import weakref
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

TICK_SECONDS = 2.0
HEAD_SECONDS = 15.0
READ_SECONDS = 30.0
LEAST_BYTES_READ = 30 * 1024


@dataclasses.dataclass(slots=True)
class _Seen:
    """What is known of a connection: since when it waits for a request, or for its reader."""

    work: object = None
    waits_since: float = 0.0
    unread: int = 0
    unread_since: float = 0.0


@asynccontextmanager
async def watch(connections: Collection[Any]) -> AsyncIterator[None]:
    """Close stalled connections while the block runs.

    Parameters
    ----------
    connections : collection
        Uvicorn's connections; those of websockets are left alone, they have their own pings.
    """
    task = asyncio.create_task(_watch(connections))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _watch(connections: Collection[Any]) -> None:
    seen: weakref.WeakKeyDictionary[Any, _Seen] = weakref.WeakKeyDictionary()
    while True:
        await asyncio.sleep(TICK_SECONDS)
        now = time.monotonic()
        for one in list(connections):
            if hasattr(one, "cycle") and one.transport is not None:
                known = seen.setdefault(one, _Seen(waits_since=now, unread_since=now))
                if _stalled(one, known, now):
                    one.transport.abort()


def _stalled(connection: Any, known: _Seen, now: float) -> bool:
    """Whether a connection waits too long for the head of a request, or for its reader."""
    work = connection.cycle
    at_work = work is not None and not work.response_complete
    if at_work or work is not known.work:
        known.work, known.waits_since = work, now
    unread = connection.transport.get_write_buffer_size()
    # Uvicorn writes on once nearly all is read: that more waits than before shows a reader too.
    read = unread > known.unread or known.unread - unread >= LEAST_BYTES_READ
    if unread == 0 or read:
        known.unread, known.unread_since = unread, now
    if unread:
        return now - known.unread_since > READ_SECONDS
    return now - known.waits_since > HEAD_SECONDS
