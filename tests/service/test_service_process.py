"""The service from outside: real processes, real sockets, real signals."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
import signal
import socket
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.streamlit_client import Tab
from tests.service.processes import KEYS, START_S, STOP_S, Service, gone, serving, until

ROOT = Path(__file__).resolve().parents[2]
MARK = "Zyxwv4711"
CASE = json.dumps({"meds": ["warfarin 5 mg daily", "ibuprofen 400 mg tid"]}).encode()
SPOILT = "xgboost-13.ubj"
QUEUE = 8
STRESS = "/v1/apple-sales/stress?draws=2500"
"""Seconds of work: more than a test on a slow machine needs to look at it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder in which one file was altered, and room for the audit log."""
    made = tmp_path_factory.mktemp("service")
    (made / "models").mkdir()
    for system in (ROOT / "models").iterdir():
        (made / "models" / system.name).symlink_to(system)
    (made / "models" / "cardiosense").unlink()
    shutil.copytree(ROOT / "models" / "cardiosense", made / "models" / "cardiosense")
    with (made / "models" / "cardiosense" / "1" / SPOILT).open("ab") as file:
        file.write(b"\0")
    return made


def settings(folder: Path, kind: str) -> dict[str, str]:
    return {
        "SUITE_MODELS_ROOT": str(folder / "models"),
        "SUITE_AUDIT_MODE": "full",
        "SUITE_AUDIT_URL": f"sqlite:///{folder}/{kind}.sqlite",
        "SUITE_QUEUE_LIMIT": str(QUEUE),
        "OMP_NUM_THREADS": "1",
    }


@pytest.fixture(scope="module")
def services(folder: Path) -> Iterator[dict[str, Service]]:
    each = {kind: settings(folder, kind) for kind in ("alone", "suite")}
    with serving(folder, **each) as started:
        yield {one.kind: one for one in started}


@pytest.fixture
def suite(services: dict[str, Service]) -> Service:
    return services["suite"]


@pytest.fixture
def alone(services: dict[str, Service]) -> Service:
    return services["alone"]


ASKED = [
    ("GET", "/health", None, ""),
    ("GET", "/ready", None, ""),
    ("GET", "/metrics", None, ""),
    ("GET", "/metrics", None, "read"),
    ("GET", "/nothing", None, "read"),
    ("GET", "/v1/guardian/check", None, "read"),
    ("POST", "/v1/guardian/check", CASE, "read"),
    ("POST", "/v1/guardian/check", CASE, "score"),
    ("POST", "/v1/guardian/check", b"{", "score"),
    ("POST", "/v1/guardian/check?unknown=1", CASE, "score"),
    ("GET", "/v1/cardiosense/card", None, "read"),
    ("GET", "/v1/audit/verify", None, "score"),
    ("GET", "/v1/audit/verify", None, "admin"),
]
GREETING = ("  You can now view", "  URL: ", "INFO:     Started", "INFO:     Waiting")
OWN = {"date", "x-request-id", "content-length", "vary", "server", "content-encoding"}


@pytest.mark.parametrize(("method", "path", "body", "role"), ASKED)
def test_mounted_and_alone_answer_alike(
    suite: Service, alone: Service, method: str, path: str, body: bytes | None, role: str
) -> None:
    ours, theirs = (one.send(method, path, body, role=role) for one in (alone, suite))
    assert ours[0] == theirs[0]
    # Around the pages stands another door, which adds headers of its own and changes none.
    assert {k: v for k, v in ours[1].items() if k not in OWN}.items() <= theirs[1].items()
    if ours[1]["content-type"] == "application/json":
        # Each keeps its log in a file of its own.
        own = ours[2].replace(b"alone.sqlite", b"suite.sqlite")
        texts = [same(own), same(theirs[2].replace(b"/api/", b"/"))]
        assert texts[0] == texts[1]


def same(content: bytes) -> object:
    """Return an answer without what differs between any two."""
    found = json.loads(content)
    for part in (found, found.get("error", {})):
        for key in ("request_id", "uptime_s", "head"):
            part.pop(key, None)
    return found


def test_an_altered_model_takes_only_its_own_system_away(suite: Service) -> None:
    ready = suite.json("/ready")
    assert ready["status"] == "degraded"
    states = {name: one["status"] for name, one in ready["systems"].items()}
    assert {name for name, status in states.items() if status == "failed"} >= {"cardiosense"}
    assert states["breast_cancer"] == states["guardian"] == states["apple_sales"] == "ok"
    sentence = f"The model file {SPOILT} of cardiosense/1 was altered"
    assert ready["systems"]["cardiosense"]["message"].startswith(sentence)

    status, _, content = suite.send("GET", "/v1/cardiosense/card")
    error = json.loads(content)["error"]
    assert (status, error["type"]) == (503, "model-unavailable")
    assert error["message"].startswith(sentence)
    assert suite.send("GET", "/v1/breast-cancer/card")[0] == 200
    assert suite.send("POST", "/v1/guardian/check", CASE)[0] == 200
    assert "cardiosense" not in suite.json("/health")["models"]

    lives = ["", "breast-cancer", "saliency-paradox", "guardian", "trustlens", "apple-sales-facts"]
    pages = asyncio.run(shown(suite, ["cardiosense-model", *lives]))
    assert sentence in pages["cardiosense-model"]
    (reference,) = re.findall(r"under the id ([0-9a-f]{12})", pages["cardiosense-model"])
    assert f"page failed [{reference}]" in suite.output
    for page in lives:
        assert "under the id" not in pages[page]
        assert "could not be shown" not in pages[page]


class Reading(Tab):
    """A tab that keeps everything it is shown."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.seen = ""

    def _look_at(self, answer: object) -> None:
        super()._look_at(answer)  # type: ignore[arg-type]
        self.seen += str(answer)


async def shown(suite: Service, pages: list[str], query: str = "") -> dict[str, str]:
    found = {}
    async with Reading(suite.address) as tab:
        for page in pages:
            tab.seen = ""
            await tab.visit(page, query)
            found[page] = tab.seen
    return found


def test_nothing_of_a_visitor_is_written_down(suite: Service, alone: Service) -> None:
    for one in (suite, alone):
        body = json.dumps({"meds": [MARK], MARK: MARK}).encode()
        one.send("POST", f"/v1/guardian/check?{MARK}={MARK}", body, Referer=MARK, Cookie=MARK)
        one.send("POST", f"/v1/guardian/{MARK}?q={MARK}", body, User_Agent=MARK)
        one.send("GET", f"/v1/guardian/rules/{MARK}", Authorization=f"Bearer {MARK}")
        one.send("GET", f"/v1/guardian/rules/{MARK}")
        one.send("GET", "/health", Host=MARK)
        one.send(MARK, f"/v1/breast-cancer/score?{MARK}")
        form = (
            f'--x\r\nContent-Disposition: form-data; name="{MARK}"; filename="{MARK}.csv"\r\n'
            f"Content-Type: text/csv\r\n\r\n{MARK},b\r\n1,{MARK}\r\n--x--\r\n"
        ).encode()
        kind = "multipart/form-data; boundary=x"
        one.send("POST", "/v1/breast-cancer/batch", form, Content_Type=kind)
        raw(one.port, f"GET /{MARK} HTTP/9\r\n\r\n")
        raw(one.port, f"{MARK}\r\n\r\n")
        metrics = one.send("GET", "/metrics")[2].decode()
        assert MARK not in metrics
        assert 'suite_requests_total{method="unknown",route="/v1/breast-cancer/score"' in metrics
    pages = ["", "cardiosense", "breast-cancer", "guardian", MARK]
    asyncio.run(shown(suite, pages, f"preset={MARK}&{MARK}={MARK}"))
    asyncio.run(upload(suite))
    for one in (suite, alone):
        assert MARK not in one.output
        assert KEYS["admin"] not in one.output
        lines = [line for line in one.output.splitlines() if line and not line.startswith(GREETING)]
        assert all(json.loads(line)["level"] for line in lines)
        requests = [json.loads(line) for line in lines if '"request"' in line]
        assert all(line["request_id"] and line["status"] for line in requests)
        assert any(line["route"] == "/v1/guardian/rules/{key}" for line in requests)


async def upload(suite: Service) -> None:
    async with Tab(suite.address) as tab:
        await tab.visit("breast-cancer-batch")
        if tab.uploader:
            await tab.upload(f"{MARK}.csv", f"{MARK},x\n1,{MARK}\n".encode())


def raw(port: int, text: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=START_S) as connection:
        connection.sendall(text.encode())
        return connection.recv(1000)


def test_slow_senders_hold_no_place(alone: Service) -> None:
    head = (
        "POST /v1/guardian/check HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n"
        f"Authorization: Bearer {KEYS['score']}\r\nContent-Type: application/json\r\n\r\n{{"
    ).encode()
    with contextlib.ExitStack() as stack:
        for _ in range(QUEUE + 2):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", alone.port)))
            slow.sendall(head)
        until(lambda: value(alone, "suite_requests_in_flight") >= QUEUE + 2)
        assert alone.send("POST", "/v1/guardian/check", CASE)[0] == 200
    until(lambda: value(alone, "suite_requests_in_flight") == 1)


def value(service: Service, name: str, **labels: str) -> float:
    """Return one figure of the metrics."""
    text = service.send("GET", "/metrics", role="read")[2].decode()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == name and labels.items() <= sample.labels.items():
                return float(sample.value)
    return 0.0


def test_long_work_leaves_room_for_the_rest_and_is_counted(alone: Service) -> None:
    problem = alone.send("GET", "/v1/apple-sales/problem")[2]
    answers: list[tuple[int, dict[str, str], bytes]] = []

    def stress() -> None:
        answers.append(alone.send("POST", STRESS, problem))

    before = value(alone, "suite_audit_entries_total")
    callers = [threading.Thread(target=stress) for _ in range(4)]
    for caller in callers:
        caller.start()
    until(lambda: len(answers) >= 2)
    assert alone.send("POST", "/v1/breast-cancer/score", b"{}")[0] == 422
    assert value(alone, "suite_lane_running", lane="long") == 2
    for caller in callers:
        caller.join()
    assert sorted(status for status, _, _ in answers) == [200, 200, 503, 503]
    refused = [headers for status, headers, _ in answers if status == 503]
    assert [one["retry-after"] for one in refused] == ["5", "5"]
    assert value(alone, "suite_lane_refused_total", lane="long") >= 2
    assert value(alone, "suite_audit_entries_total") == before + 2


def test_an_audit_log_that_cannot_be_written_stops_the_requests(
    alone: Service, folder: Path
) -> None:
    file = folder / "alone.sqlite"
    assert alone.send("POST", "/v1/guardian/check", CASE)[0] == 200
    aside = file.rename(folder / "aside.sqlite")
    file.mkdir()
    status, headers, content = alone.send("GET", "/ready")
    assert (status, headers["retry-after"]) == (503, "5")
    assert "cannot be written" in json.loads(content)["reasons"][0]
    assert alone.send("POST", "/v1/guardian/check", CASE)[0] == 503
    assert alone.send("GET", "/health")[0] == 200
    file.rmdir()
    aside.rename(file)
    assert alone.send("GET", "/ready")[0] == 200


# These two end the services, so they come last.


@pytest.mark.parametrize("kind", ["alone", "suite"])
def test_told_to_stop_it_finishes_what_is_under_way(
    kind: str, folder: Path, services: dict[str, Service]
) -> None:
    service = services[kind]
    problem = service.send("GET", "/v1/apple-sales/problem")[2]
    answers: list[tuple[int, dict[str, str], bytes]] = []

    def stress() -> None:
        answers.append(service.send("POST", STRESS, problem))

    caller = threading.Thread(target=stress)
    caller.start()
    until(lambda: value(service, "suite_lane_running", lane="long") == 1)
    children = psutil.Process(service.process.pid).children(recursive=True)
    idle = socket.create_connection(("127.0.0.1", service.port))
    service.process.send_signal(signal.SIGTERM)
    until(lambda: refuses(service))
    assert not answers, "it was still at work when the door was closed"
    caller.join()
    assert answers[0][0] == 200
    assert service.process.wait(timeout=STOP_S) == 0
    idle.close()
    until(lambda: all(gone(child) for child in children))
    with contextlib.closing(sqlite3.connect(folder / f"{kind}.sqlite")) as log:
        assert log.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        last = log.execute("SELECT event FROM audit_log ORDER BY seq DESC LIMIT 1").fetchone()
    assert last == ("apple_stress",)
    assert not [*folder.glob("*.tmp"), *folder.glob("*.part")]


def refuses(service: Service) -> bool:
    """Whether a service takes in nothing new: by its answer, or because its door is shut."""
    try:
        status, headers, _ = service.send("GET", "/v1/guardian/knowledge")
    except OSError:
        return True
    return status == 503 and headers["connection"] == "close"
