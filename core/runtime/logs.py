"""Structured logs: one JSON object a line on standard error, with request ids, never patient data.

A line holds what the code says about itself (message, place, duration, status), chosen from a
fixed list of keys. The text of an exception may quote an input value, so only its type and the
places it passed through are written.
"""

from __future__ import annotations

import contextlib
import contextvars
import datetime
import json
import logging
import re
import sys
import traceback
import uuid
from collections.abc import Iterator
from pathlib import PurePath

from core.errors import InputError
from core.runtime.settings import LogLevel

EXTRA_KEYS = ("method", "route", "status", "duration_ms", "rows", "model")
"""What a caller may add through ``extra=``; anything else is left out of the line."""

MAX_ID_LENGTH = 64
_ID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{MAX_ID_LENGTH - 1}}}")
_request_id: contextvars.ContextVar[str | None] = contextvars.ContextVar("request_id", default=None)


def new_request_id() -> str:
    """Return a fresh random request id."""
    return uuid.uuid4().hex


def check_request_id(text: str) -> str:
    """Return a caller's request id unchanged if it can be used.

    Raises
    ------
    InputError
        If it is empty, too long, or holds anything but ASCII letters, digits, dot, dash and
        underscore.
    """
    if not _ID.fullmatch(text):
        raise InputError(
            f"The request id {text[:MAX_ID_LENGTH]!r} cannot be used. Send 1 to {MAX_ID_LENGTH} "
            "letters, digits, dots, dashes or underscores, or none and one is made."
        )
    return text


@contextlib.contextmanager
def request(request_id: str) -> Iterator[str]:
    """Give every log line written inside the block this request id."""
    token = _request_id.set(request_id)
    try:
        yield request_id
    finally:
        _request_id.reset(token)


class JsonFormatter(logging.Formatter):
    """Formats a log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a JSON object without line breaks."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line: dict[str, object] = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            "request_id": _request_id.get(),
        }
        line |= {key: getattr(record, key) for key in EXTRA_KEYS if hasattr(record, key)}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["stack"] = [
                f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, default=str)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError) as error:
        # The standard handler would print the arguments, which may be a patient's.
        return f"This line could not be written: {type(error).__name__}."


class _StandardError(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"{self.format(record)}\n")


def configure(level: LogLevel) -> None:
    """Send the suite's logs to standard error as JSON lines; calling it again changes the level.

    Only the loggers ``core``, ``apps`` and ``pages`` are touched, so the host's own logging stays.
    """
    handler = _StandardError()
    handler.setFormatter(JsonFormatter())
    for name in ("core", "apps", "pages"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
