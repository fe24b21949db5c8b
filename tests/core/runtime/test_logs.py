from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.runtime import logs

ROOT = Path(__file__).resolve().parents[3]


class Lines:
    """What was written to standard error during a test."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def read(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self._capsys.readouterr().err.splitlines()]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    names = ("core", "apps", "pages")
    before = [(logging.getLogger(n).handlers, logging.getLogger(n).propagate) for n in names]
    logs.configure("INFO")
    yield Lines(capsys)
    for name, (handlers, propagate) in zip(names, before, strict=True):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(logging.NOTSET)


def test_a_line_is_one_json_object(lines: Lines):
    with logs.request("abc"):
        logging.getLogger("core.x").info("scored\n%s rows", 3, extra={"rows": 3, "status": 200})
    (line,) = lines.read()
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "core.x",
        "message": "scored\n3 rows",
        "request_id": "abc",
        "rows": 3,
        "status": 200,
    }


def test_keys_outside_the_list_are_left_out(lines: Lines):
    logging.getLogger("apps.api").warning("refused", extra={"patient": {"age": 63}})
    (line,) = lines.read()
    assert set(line) == {"at", "level", "logger", "message", "request_id"}


def test_the_text_of_an_exception_is_not_written(lines: Lines):
    try:
        float("chol=233 of Ms Smith")
    except ValueError:
        logging.getLogger("core").exception("failed")
    (line,) = lines.read()
    assert "Smith" not in json.dumps(line)
    assert line["error"] == "ValueError"
    assert "test_logs.py" in line["stack"][0]


def test_the_level_is_kept_and_can_change(lines: Lines):
    logging.getLogger("core").debug("hidden")
    logs.configure("DEBUG")
    logging.getLogger("core").debug("shown")
    assert [line["message"] for line in lines.read()] == ["shown"]


def test_request_ids_do_not_leak_between_threads(lines: Lines):
    def work() -> None:
        logging.getLogger("core").info("other")

    with logs.request("mine"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    logging.getLogger("core").info("after")
    assert [line["request_id"] for line in lines.read()] == [None, None]


def test_a_broken_log_call_neither_raises_nor_prints_its_arguments():
    record = logging.LogRecord("core", logging.INFO, "x.py", 1, "%d years", ("Ms Smith",), None)
    line = json.loads(logs.JsonFormatter().format(record))
    assert line["message"] == "This line could not be written: TypeError."


def test_where_nobody_reads_the_lines_work_goes_on(lines: Lines, monkeypatch: pytest.MonkeyPatch):
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stderr", Gone())
    logging.getLogger("core.example").error("said")


def test_new_ids_differ_and_are_usable():
    ids = {logs.new_request_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(logs.check_request_id(i) == i for i in ids)


@pytest.mark.parametrize("bad", ["", " ", "a b", "-x", "é", "x" * 65, "a\n", "a\x00", "../../etc"])
def test_an_unusable_id_is_refused_with_a_sentence(bad: str):
    with pytest.raises(InputError, match="cannot be used"):
        logs.check_request_id(bad)


@given(st.text())
def test_any_message_stays_on_one_line(message: str):
    record = logging.LogRecord("core", logging.INFO, "x.py", 1, "%s", (message,), None)
    text = logs.JsonFormatter().format(record)
    assert len(text.splitlines()) == 1
    assert json.loads(text)["message"] == message


TAKEN_OVER = """
import gc, logging, sys, threading, warnings
from core.runtime import logs
logs.configure("INFO")
library = logging.getLogger("library")
library.addHandler(logging.StreamHandler())
logs.take_over()
plain = logging.StreamHandler()
plain.setFormatter(logging.Formatter('{"message": "plain %(levelno)d"}'))
library.addHandler(plain)
alone = logging.getLogger("alone")
alone.propagate = False
alone.error("alone: %s", "Smith")
late = logging.getLogger("late")
late.addHandler(logging.StreamHandler())
late.propagate = False
server = logging.getLogger("uvicorn.error")
server.setLevel("INFO")
server.info("Uvicorn running on %s://%s:%d (Press CTRL+C to quit)", "http", "127.0.0.1", 8501)
server.info('%s - "WebSocket %s" [accepted]', "1.2.3.4", "/stream?Smith")
logging.getLogger("uvicorn.access").error("GET /?name=Smith")
library.warning("no such name: %s", "Smith")
library.error(f"no such name: {'Smith'}")
late.error("late: %s", "Smith")
try:
    raise ValueError("Smith")
except ValueError:
    library.exception("failed for Smith")
    late.exception("failed for Smith")
warnings.warn("Smith is 63 years old")
def fail():
    raise KeyError("Smith")
thread = threading.Thread(target=fail)
thread.start()
thread.join()
class Bad:
    def __del__(self):
        raise KeyError("Smith")
Bad()
gc.collect()
logging.getLogger("apps.x").info("still %s", "ours")
raise OSError("Smith")
"""


def test_lines_of_libraries_hold_nothing_that_was_put_into_them():
    done = subprocess.run(
        [sys.executable, "-c", TAKEN_OVER], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 1
    assert "Smith" not in done.stdout + done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    said = [line["message"] for line in lines]
    assert "Uvicorn running on http://127.0.0.1:8501 (Press CTRL+C to quit)" in said
    assert "no such name: %s" in said
    assert said.count("nobody caught this") == 3
    assert logs.LEFT_OUT in said
    assert "still ours" in said
    assert not any("WebSocket" in one for one in said)
    assert {"ValueError", "KeyError", "OSError"} <= {line.get("error") for line in lines}
    places = [line["place"] for line in lines if line.get("logger") == "library"]
    assert all(place.startswith("<string>:") for place in places)
    assert {"late: %s", "alone: %s"} <= set(said)
