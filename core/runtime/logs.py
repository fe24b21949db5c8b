"""Structured logs: one JSON object a line on standard error, with request ids, never patient data.

A line holds what the code says about itself (message, place, duration, status), chosen from a
fixed list of keys. The text of an exception may quote an input value, so only its type and the
places it passed through are written. A line of a library may quote one too: of those only the
template is written, which is part of the library's code.
"""

from __future__ import annotations

import contextlib
import contextvars
import datetime
import json
import logging
import re
import sys
import threading
import traceback
import uuid
from collections.abc import Iterator
from pathlib import PurePath
from types import TracebackType
from typing import Any

from core.errors import InputError
from core.runtime.settings import LogLevel

OURS = ("core", "apps", "pages")
EXTRA_KEYS = ("method", "route", "status", "duration_ms", "rows", "model")
"""What a caller may add through ``extra=``; anything else is left out of the line."""

LEFT_OUT = "The text of this line is left out, because a library wrote it and it may quote input."
TOLD = ("Uvicorn running on", "Started server process", "Finished server process", "Shutting down")
"""How the lines of the server begin that name nothing but the server."""

MAX_ID_LENGTH = 64
_ExcInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None] | None
)
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
        line |= getattr(record, "failure", {}) or _failure(record.exc_info)
        if not _is_ours(record.name):
            line["place"] = f"{PurePath(record.pathname).name}:{record.lineno}"
        return json.dumps(line, default=str)


def _failure(exc_info: _ExcInfo) -> dict[str, object]:
    """Return type and places of an exception, without its text."""
    if not exc_info or exc_info[0] is None:
        return {}
    return {
        "error": exc_info[0].__name__,
        "stack": [
            f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(exc_info[2])
        ],
    }


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError) as error:
        # The standard handler would print the arguments, which may be a patient's.
        return f"This line could not be written: {type(error).__name__}."


class _StandardError(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        if _is_ours(record.name) or record.levelno >= logging.WARNING or _is_told(record):
            # Whoever read the lines may be gone, or their disk full: work goes on without them.
            with contextlib.suppress(OSError, ValueError):
                sys.stderr.write(f"{self.format(record)}\n")


def configure(level: LogLevel) -> None:
    """Send the suite's logs to standard error as JSON lines; calling it again changes the level.

    Only the loggers ``core``, ``apps`` and ``pages`` are touched, so the host's own logging stays
    until :func:`take_over` is called.
    """
    handler = _StandardError()
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False


def take_over() -> None:
    """Write the lines of all libraries too, without what may quote a user's input.

    For a process that serves users; it changes how Python itself reports warnings and exceptions
    that nobody caught.
    """
    logging.setLogRecordFactory(_record)
    logging.setLoggerClass(_Later)
    logging.captureWarnings(True)
    handler = logging.lastResort = _StandardError()
    root = logging.getLogger()
    named = (logging.getLogger(name) for name in list(root.manager.loggerDict))
    for logger in (root, *(one for one in named if one.handlers and not _is_ours(one.name))):
        logger.handlers = [handler]
    # Whoever opens an address that nobody may see again must not find it in a log.
    logging.getLogger("uvicorn.access").disabled = True
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: _uncaught(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )
    sys.unraisablehook = lambda args: _uncaught(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )


class _Later(logging.Logger):
    """A logger of a library that is imported later and wants to write in its own way."""

    def addHandler(self, hdlr: logging.Handler) -> None:  # noqa: N802
        super().addHandler(hdlr if isinstance(hdlr, _StandardError) else _StandardError())


def _uncaught(kind: type[BaseException], error: BaseException, stack: TracebackType | None) -> None:
    logging.getLogger(__name__).error("nobody caught this", exc_info=(kind, error, stack))


def _record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Make a log record; that of a library without values and without an exception's text."""
    record = logging.LogRecord(*args, **kwargs)
    if _is_ours(record.name):
        return record
    record.failure = _failure(record.exc_info)
    record.exc_info = record.stack_info = None
    if not _is_told(record):
        # With arguments, the text is a template and holds no value itself.
        record.msg = record.msg if record.args and isinstance(record.msg, str) else LEFT_OUT
        record.args = ()
    return record


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in OURS


def _is_told(record: logging.LogRecord) -> bool:
    return record.name == "uvicorn.error" and str(record.msg).startswith(TOLD)
