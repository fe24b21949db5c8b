"""Connections that do nothing are closed, over real sockets and by a clock of the tests."""

from __future__ import annotations

import asyncio
import contextlib
import types
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import Response

from apps import connections

LARGE = 32 * 1024 * 1024
LARGE_PIECE = 64 * 1024
DEADLINE_S = 300


class Small:
    """Answers at once, with a large body, or when it is told to."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.working = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = Request(scope).url.path
        if path == "/slow":
            self.working.set()
            await self.go.wait()
        content = b"x" * (LARGE if path == "/large" else 2)
        await Response(content)(scope, receive, send)


class Served:
    """A server in this process."""

    def __init__(self, server: uvicorn.Server, app: Small) -> None:
        self.app = app
        self.connections = server.server_state.connections
        self.port = server.servers[0].sockets[0].getsockname()[1]

    @asynccontextmanager
    async def client(
        self, sent: bytes
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


async def serve(steps: Callable[[Served], Awaitable[None]]) -> None:
    app = Small()
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, timeout_keep_alive=60)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(DEADLINE_S):
        while not server.started:
            await asyncio.sleep(0.01)
        async with connections.watch(server.server_state.connections):
            await steps(Served(server, app))
        server.should_exit = True
        await task


class Clock:
    """Goes on only while it is looked at, so that a machine that stalls takes nobody's time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pace = 0.5

    def monotonic(self) -> float:
        self.now += self.pace
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(connections, "time", made)
    monkeypatch.setattr(connections, "TICK_SECONDS", 0.02)
    return made


async def closed(reader: asyncio.StreamReader) -> bool:
    try:
        return await reader.read() == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_never_ends_is_not_waited_for(sent: bytes) -> None:
    async def steps(served: Served) -> None:
        async with served.client(sent) as (reader, _):
            assert await closed(reader)

    asyncio.run(serve(steps))


def test_a_head_that_dribbles_in_is_not_waited_for_either() -> None:
    async def steps(served: Served) -> None:
        async with served.client(b"GET / HTTP/1.1\r\nX-Slow: ") as (reader, writer):
            ends = asyncio.create_task(closed(reader))
            while not ends.done():
                writer.write(b"a")
                await asyncio.sleep(0.02)
            assert ends.result()

    asyncio.run(serve(steps))


def test_a_body_nobody_asked_for_does_not_keep_a_connection_open() -> None:
    async def steps(served: Served) -> None:
        sent = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n"
        async with served.client(sent) as (reader, writer):
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            ends = asyncio.create_task(reader.read())
            while not ends.done():
                writer.write(b"a")
                await asyncio.sleep(0.02)
            with contextlib.suppress(ConnectionError):
                await ends

    asyncio.run(serve(steps))


def test_work_may_take_longer_and_then_the_connection_serves_on(clock: Clock) -> None:
    async def steps(served: Served) -> None:
        ask = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
        async with served.client(ask) as (reader, writer):
            await served.app.working.wait()
            late = clock.now + 3 * connections.HEAD_SECONDS
            while clock.now < late:
                await asyncio.sleep(0.02)
            clock.pace = 0.0
            served.app.go.set()
            assert (await reader.readuntil(b"xx")).startswith(b"HTTP/1.1 200")
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert (await reader.readuntil(b"xx")).startswith(b"HTTP/1.1 200")

    asyncio.run(serve(steps))


def test_who_reads_nothing_is_cut_off_and_who_reads_gets_everything() -> None:
    async def steps(served: Served) -> None:
        ask = b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        async with served.client(ask) as (reader, _):
            assert len((await reader.read()).partition(b"\r\n\r\n")[2]) == LARGE
        async with served.client(ask) as (reader, _):
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            while served.connections:
                await asyncio.sleep(0.02)
            with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                await reader.readexactly(LARGE)

    asyncio.run(serve(steps))


@pytest.mark.parametrize(
    ("bytes_a_second", "cut_off"), [(100_000, False), (20_000, False), (2_000, False), (500, True)]
)
def test_an_answer_in_pieces_is_given_the_time_its_reader_needs(
    bytes_a_second: int, cut_off: bool
) -> None:
    unread = LARGE_PIECE
    connection = types.SimpleNamespace(
        cycle=types.SimpleNamespace(response_complete=False),
        transport=types.SimpleNamespace(get_write_buffer_size=lambda: unread),
    )
    known, stalled = connections._Seen(), []
    for tenth in range(6_000):
        unread -= bytes_a_second // 10
        # As uvicorn does: the next piece is written once little of the last is left.
        unread += LARGE_PIECE if unread <= LARGE_PIECE // 4 else 0
        if tenth % 20 == 0:
            stalled.append(connections._stalled(connection, known, tenth / 10))
    assert any(stalled) is cut_off
