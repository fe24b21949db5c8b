"""From the first request to the last: warm up, watch the connections, stop without loss."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

import uvicorn

from apps import warm
from apps.connections import watch
from apps.process import PROCESS
from core.runtime import jobs, logs
from core.runtime.memory import limit_arenas
from core.runtime.settings import settings

logger = logging.getLogger(__name__)

FINISH_SECONDS = 20
"""How long requests that are under way may take once the process was told to stop."""

THREAD_SECONDS = 10.0
"""How long after that a thread that nobody waits for any more may keep the process alive."""


@asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Warm up, serve inside the block, and end what this process started.

    Inside uvicorn, which ``streamlit run`` uses too, lines of libraries are taken over by the
    suite's own log, connections that do nothing are closed, and SIGTERM ends the process with
    status 0 when its work is done.
    """
    limit_arenas()
    server = _server()
    if server is not None:
        logs.configure(settings().log_level)
        logs.take_over()
    warm.warm()
    async with contextlib.AsyncExitStack() as stack:
        if server is not None:
            _stop_gently(server)
            await stack.enter_async_context(watch(server.server_state.connections))
        try:
            yield
        finally:
            PROCESS.ending = server is not None
            jobs.pool().shutdown()
            if server is not None:
                _end_anyhow()


def _server() -> uvicorn.Server | None:
    """Return the server this process runs in: the one that waits for SIGTERM."""
    handler: Any = signal.getsignal(signal.SIGTERM)
    server = getattr(handler, "__self__", None)
    return server if isinstance(server, uvicorn.Server) else None


def _stop_gently(server: uvicorn.Server) -> None:
    """Let requests under way end, and the process with status 0.

    Uvicorn by itself waits for as long as a client likes, and then ends itself by the signal that
    it caught, which looks like a crash to whoever sent it.
    """
    server.config.timeout_graceful_shutdown = FINISH_SECONDS

    def terminate(_signal: int, _frame: FrameType | None) -> None:
        PROCESS.ending = True
        server.should_exit = True

    def interrupt(number: int, frame: FrameType | None) -> None:
        PROCESS.ending = True
        server.handle_exit(number, frame)

    signal.signal(signal.SIGTERM, terminate)
    signal.signal(signal.SIGINT, interrupt)


def _end_anyhow() -> None:
    """End the process even if a thread is still at work on something nobody waits for."""

    def end() -> None:
        logger.error("threads were still at work after %g s and were ended", THREAD_SECONDS)
        os._exit(1)

    timer = threading.Timer(THREAD_SECONDS, end)
    timer.daemon = True
    timer.start()
