from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.responses import Response

from apps.api import answers, exchange, limits
from apps.api.answers import Lane, compute
from apps.api.errors import Refusal
from apps.api.limits import Rates, network
from apps.api.security import Gate
from apps.process import PROCESS
from core.runtime.settings import Settings, settings

KEYS = {"first": "k" * 16, "second": "l" * 16}


async def quick(scope: Any, receive: Any, send: Any) -> None:
    await Response(status_code=204)(scope, receive, send)


def gate(app: Any = quick, **changes: Any) -> Gate:
    return Gate(app, Settings(allowed_hosts=("testserver",), **changes))


def test_a_bucket_gives_its_tokens_and_fills_again() -> None:
    rates = Rates(6)
    assert [rates.wait("a", 100.0) for _ in range(6)] == [0.0] * 6
    assert rates.wait("a", 100.0) == pytest.approx(10.0)
    assert rates.wait("b", 100.0) == 0.0
    assert rates.wait("a", 105.0) == pytest.approx(5.0), "asking costs nothing"
    assert rates.wait("a", 110.0) == 0.0
    assert rates.wait("a", 110.0) > 0
    assert [rates.wait("a", 1000.0) for _ in range(6)] == [0.0] * 6
    assert rates.wait("a", 1000.0) > 0


def test_a_million_addresses_take_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMEMBERED_CALLERS", 1000)
    rates = Rates(1)
    for number in range(50_000):
        rates.wait(str(number), number / 1000)
        if number == 49_500:
            assert rates.wait("49400", 49.5) > 0
    assert len(rates) == 1000
    assert rates.wait("49400", 50.0) > 0, "who sent last is remembered"


def test_no_limit_remembers_nobody() -> None:
    rates = Rates(0)
    assert rates.wait("a", 0.0) == 0.0
    assert len(rates) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("testclient", "testclient", True),
    ],
)
def test_who_shares_a_bucket(one: str, other: str, same: bool) -> None:
    assert (network(one) == network(other)) is same


def test_too_many_requests_are_told_when_to_return() -> None:
    client = TestClient(gate(rate_per_minute=2))
    assert [client.get("/x").status_code for _ in range(2)] == [204, 204]
    refused = client.get("/x")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "30"
    error = refused.json()["error"]
    assert error["type"] == "too-many-requests"
    assert error["message"].startswith("request: More than 2 requests came from this caller")
    assert client.get("/health").status_code == client.get("/ready").status_code == 204


def test_each_key_has_its_bucket_and_guesses_share_one() -> None:
    keys = tuple(("read", key) for key in KEYS.values())
    client = TestClient(gate(rate_per_minute=1, api_keys=keys))

    def sent(key: str) -> int:
        return client.get("/x", headers={"Authorization": f"Bearer {key}"}).status_code

    assert [sent(KEYS["first"]), sent(KEYS["second"])] == [204, 204]
    assert [sent(KEYS["first"]), sent(KEYS["second"])] == [429, 429]
    assert [sent("guess-number-one-x"), sent("guess-number-two-x")] == [401, 429]


def test_who_calls_an_address_like_a_key_has_a_bucket_of_their_own() -> None:
    door = gate(rate_per_minute=1, api_keys=(("read", KEYS["first"]),))
    assert TestClient(door, client=("key 0", 1)).get("/x").status_code == 401
    sent = {"Authorization": f"Bearer {KEYS['first']}"}
    assert TestClient(door).get("/x", headers=sent).status_code == 204


class Call:
    """One request driven by hand: what was sent to it and what it has answered."""

    def __init__(self, path: str = "/x", body: bool = False) -> None:
        self.parts: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.asked = 0
        self.answer: list[dict[str, Any]] = []
        headers = [(b"host", b"testserver")]
        headers += [(b"content-length", b"4"), (b"content-type", b"application/json")] * body
        self.scope = {
            "type": "http", "method": "POST" if body else "GET", "path": path, "root_path": "",
            "query_string": b"", "headers": headers, "client": ("192.0.2.1", 1),
        }  # fmt: skip

    async def receive(self) -> dict[str, Any]:
        self.asked += 1
        return await self.parts.get()

    async def send(self, message: dict[str, Any]) -> None:
        self.answer.append(message)

    def start(self, app: Gate) -> asyncio.Task[None]:
        return asyncio.ensure_future(app(self.scope, self.receive, self.send))

    def feed(self, body: bytes, more: bool) -> None:
        self.parts.put_nowait({"type": "http.request", "body": body, "more_body": more})

    @property
    def status(self) -> int:
        return self.answer[0]["status"] if self.answer else 0

    @property
    def header(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.answer[0]["headers"]}


class Slow:
    """An application that reads its body and then works until it is told to answer."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.working = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while scope["method"] == "POST" and (await receive()).get("more_body"):
            pass
        self.working += 1
        await self.go.wait()
        await Response(status_code=204)(scope, receive, send)


async def until(held: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not held():
            await asyncio.sleep(0)


def run(steps: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(steps())  # type: ignore[arg-type]


def test_beyond_its_places_the_service_answers_at_once() -> None:
    async def steps() -> None:
        app = Slow()
        door = gate(app, queue_limit=2)
        inside = [Call() for _ in range(2)]
        tasks = [one.start(door) for one in inside]
        await until(lambda: app.working == 2)
        late = Call(body=True)
        await late.start(door)
        assert late.status == 503
        assert late.asked == 0, "the body is not read"
        assert late.header["retry-after"] == "1"
        assert json.loads(late.answer[1]["body"])["error"]["problems"][0]["rule"] == "busy"
        for path in ("/health", "/ready", "/metrics"):
            probe = Call(path)
            task = probe.start(door)
            await until(lambda: app.working > 2)
            task.cancel()
            app.working = 2
        app.go.set()
        await asyncio.gather(*tasks)
        assert [one.status for one in inside] == [204, 204]
        assert door.places.taken == 0
        again = Call()
        await again.start(door)
        assert again.status == 204

    run(steps)


def test_bodies_that_dribble_in_hold_no_place() -> None:
    async def steps() -> None:
        app = Slow()
        app.go.set()
        door = gate(app, queue_limit=1)
        slow = [Call(body=True) for _ in range(3)]
        tasks = [one.start(door) for one in slow]
        for one in slow:
            one.feed(b"{", more=True)
        await until(lambda: door.places.arriving == 3)
        quick = Call()
        await quick.start(door)
        assert quick.status == 204
        for one in slow:
            one.feed(b"}", more=False)
        await asyncio.gather(*tasks)
        assert [one.status for one in slow] == [204] * 3
        assert (door.places.taken, door.places.arriving) == (0, 0)

    run(steps)


def test_only_so_many_bodies_may_be_on_their_way() -> None:
    async def steps() -> None:
        app = Slow()
        door = gate(app, queue_limit=1)
        slow = [Call(body=True) for _ in range(limits.RECEIVED_PER_PLACE)]
        tasks = [one.start(door) for one in slow]
        await until(lambda: door.places.is_full)
        late = Call(body=True)
        await late.start(door)
        assert late.status == 503
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert door.places.arriving == 0

    run(steps)


def test_a_body_slower_than_the_least_pace_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "GRACE_SECONDS", 0.0)

    async def steps() -> None:
        slow = Call(body=True)
        door = gate(app=Reader())
        slow.feed(b"{", more=True)  # a byte buys a millisecond
        await slow.start(door)
        assert slow.status == 408
        assert b"slower than 1024 bytes a second" in slow.answer[1]["body"]
        assert door.places.arriving == 0

    run(steps)


class Reader(Slow):
    """Reads its body and answers refusals as the API does."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from apps.api.errors import refusal_response

        try:
            while (await receive()).get("more_body"):
                pass
        except Refusal as refused:
            await refusal_response(refused, "id")(scope, receive, send)


def test_a_reader_who_is_slow_keeps_nobody_waiting() -> None:
    async def steps() -> None:
        app = Slow()
        app.go.set()
        door = gate(app, queue_limit=1)
        held = asyncio.Event()
        slow = Call()

        async def stuck(message: dict[str, Any]) -> None:
            slow.answer.append(message)
            await held.wait()

        slow.send = stuck  # type: ignore[method-assign]
        task = slow.start(door)
        await until(lambda: bool(slow.answer))
        quick = Call()
        await quick.start(door)
        assert quick.status == 204
        held.set()
        await task

    run(steps)


def test_a_stopping_service_refuses_and_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PROCESS, "ending", True)
    client = TestClient(gate())
    refused = client.get("/x")
    assert refused.status_code == 503
    assert refused.headers["Connection"] == "close"
    assert refused.json()["error"]["problems"][0]["rule"] == "ending"
    assert client.get("/health").status_code == 204


def test_what_a_stopping_service_cannot_finish_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def steps() -> None:
        app = Slow()
        door = gate(app)
        call = Call()
        task = call.start(door)
        await until(lambda: app.working == 1)
        monkeypatch.setattr(PROCESS, "ending", True)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (call.status, door.places.taken) == (503, 0)
        assert b"The service is stopping." in call.answer[1]["body"]

    run(steps)


@pytest.fixture
def lane(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lane]:
    monkeypatch.setenv("SUITE_QUEUE_LIMIT", "8")
    settings.cache_clear()
    yield Lane("test", threads=1, share=0.25)
    settings.cache_clear()


def test_a_lane_takes_its_share_of_the_places(lane: Lane) -> None:
    assert lane.most == 2
    go = threading.Event()

    async def steps() -> None:
        first, second = (asyncio.ensure_future(compute(go.wait, lane)) for _ in range(2))
        await until(lambda: lane.taken == 2)
        with pytest.raises(Refusal) as caught:
            await compute(go.wait, lane)
        assert caught.value.status_code == 503
        assert caught.value.headers == {"Retry-After": "5"}
        assert lane.refused == 1
        go.set()
        assert await asyncio.gather(first, second) == [True, True]
        await until(lambda: lane.taken == 0)
        assert await compute(lambda: 7, lane) == 7

    run(steps)


def test_work_that_overruns_keeps_its_place_until_it_ends(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, began = threading.Event(), threading.Event()

    def verb() -> None:
        began.set()
        go.wait()
        raise ZeroDivisionError

    async def steps() -> None:
        monkeypatch.setattr(answers, "COMPUTE_SECONDS", 0.0)
        waits = asyncio.ensure_future(compute(verb, lane))
        with pytest.raises(Refusal, match="No result within"):
            await waits
        await until(lambda: lane.taken == 0)  # it had not begun and never will
        monkeypatch.setattr(answers, "COMPUTE_SECONDS", 0.2)
        with pytest.raises(Refusal, match="No result within"):
            await compute(verb, lane)
        assert began.is_set()
        for _ in range(20):  # time for whatever would give the place back too early
            await asyncio.sleep(0)
        assert (lane.taken, lane.running) == (1, 1)
        go.set()
        await until(lambda: lane.taken == 0)

    run(steps)


def test_the_lanes_leave_each_other_room() -> None:
    assert answers.SHORT.most + answers.LONG.most <= settings().queue_limit
