"""A run of ADK in a thread of its own, heard from outside."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator

from core.guardian.agents.adk.library import Event

TRIES = 20
"""Tasks that waited for one that ended the loop each end it again, at most so many."""

Start = Callable[[], AsyncIterator[Event]]
Heard = queue.SimpleQueue[Event | Exception | None]


def listen(start: Start, limit: float) -> Generator[Event, None, None]:
    """Yield the events of a run in a thread of its own, which is left when time is up.

    A thread, because the caller may run in an event loop already, and because a model that blocks
    must not block the caller.

    Parameters
    ----------
    start : callable
        Begins the run, inside the thread.
    limit : float
        Seconds until ``TimeoutError`` is raised.
    """
    heard: Heard = queue.SimpleQueue()
    loop = asyncio.new_event_loop()
    task = loop.create_task(_forward(start, heard))
    thread = threading.Thread(
        target=_work, args=(loop, task, heard), daemon=True, name="guardian-adk"
    )
    thread.start()
    deadline = time.monotonic() + limit
    try:
        while True:
            try:
                item = heard.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise TimeoutError from None
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        if thread.is_alive():
            with contextlib.suppress(RuntimeError):  # it ended just now
                loop.call_soon_threadsafe(task.cancel)


async def _forward(start: Start, heard: Heard) -> None:
    try:
        async for event in start():
            heard.put(event)
        heard.put(None)
    except Exception as error:
        heard.put(error)


def _work(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None], heard: Heard) -> None:
    try:
        loop.run_until_complete(task)
    except BaseException as error:
        # Even what would end the process must not get past the thread of one model.
        heard.put(RuntimeError(type(error).__name__))
    finally:
        for _ in range(TRIES):
            if _finished(loop):
                break
        loop.close()


def _finished(loop: asyncio.AbstractEventLoop) -> bool:
    """Cancel what is left in a loop; return whether nothing is."""
    try:
        loop.run_until_complete(_leave())
        loop.run_until_complete(loop.shutdown_asyncgens())
    except BaseException:
        return False
    return True


async def _leave() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for one in left:
        one.cancel()
    await asyncio.gather(*left, return_exceptions=True)
