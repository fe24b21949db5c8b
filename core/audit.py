"""Append-only, hash-chained event log: what was computed, by which model, and whether that stands.

Each entry's SHA-256 covers its own fields and the hash of the entry before it, so an edit, a
deletion, an insertion or a change of order breaks the chain from there on. Whoever can write the
database could still rewrite everything after some point, or cut off the end: note the head
(``Verification.head``) elsewhere from time to time and pass it to :meth:`AuditLog.verify`.

A patient's hash is a pseudonym, not anonymity: somebody with enough time can try out all plausible
records. Treat the log as patient data in every mode but ``off``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
import json
import math
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import event as sa_event
from sqlalchemy.exc import DatabaseError, IntegrityError, SQLAlchemyError

from core.errors import InputError, SuiteError
from core.runtime.logs import check_request_id
from core.runtime.settings import Settings

INFERENCE = "inference"
GENESIS = "0" * 64
"""The "previous hash" of the first entry."""

OUTPUT_KEYS = ("p", "low", "high", "level", "decision", "prediction_set", "challenger_p")
"""What ``hashes`` mode keeps of a result: figures and labels, no text that may quote an input."""

BUSY_SECONDS = 30
PAGE_ROWS = 1_000
MAX_DEPTH = 16

# Serialises writers, also while the table does not exist yet. On PostgreSQL a row lock could not
# do that for an empty table, and a waiter on it would not see the row its predecessor added.
_LOCKS = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(740121)"}

_EVENT = re.compile(r"[a-z][a-z0-9_]{0,31}")
_TABLE = sa.Table(
    "audit_log",
    sa.MetaData(),
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.UniqueConstraint("event", "request_id", name="audit_log_once"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    Attributes
    ----------
    seq : int
        Place in the log, from 1 without gaps.
    at : str
        Time given by the caller, UTC, ISO 8601 with microseconds.
    event : str
        What happened, such as ``"inference"``.
    request_id : str
        The request it happened in; unique for one event.
    payload : str
        Canonical JSON.
    previous, hash : str
        SHA-256 of the entry before, and of this one.
    """

    seq: int
    at: str
    event: str
    request_id: str
    payload: str
    previous: str
    hash: str

    def data(self) -> dict[str, Any]:
        """Return the payload as plain data."""
        content: dict[str, Any] = json.loads(self.payload)
        return content

    def to_dict(self) -> dict[str, object]:
        """Return the entry as plain data, the payload decoded."""
        return dataclasses.asdict(self) | {"payload": self.data()}


@dataclasses.dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the whole chain found.

    Attributes
    ----------
    ok : bool
        Whether every entry stands and the anchored head, if one was given, is among them.
    n : int
        Entries that stand, counted from the first.
    first_bad_seq : int or None
        Number of the first entry that does not, where one can be named.
    reason : str
        The finding as a sentence.
    head : str
        Hash of the last entry that stands; note it elsewhere as an anchor.
    """

    ok: bool
    n: int
    first_bad_seq: int | None
    reason: str
    head: str

    def to_dict(self) -> dict[str, object]:
        """Return the finding as plain data."""
        return dataclasses.asdict(self)


class Result(Protocol):
    """What a result must offer to be logged."""

    @property
    def model(self) -> str:
        """Name, version and hash of the model."""

    @property
    def input_hash(self) -> str:
        """SHA-256 of the canonical input."""

    def to_dict(self) -> dict[str, object]:
        """Return the result as JSON-safe data."""


class AuditLog:
    """The log in a database. Threads may share one instance, processes one database.

    Parameters
    ----------
    url : str
        ``sqlite:////path/file`` or ``postgresql+driver://...``. Nothing is opened or created before
        the first use; the first append creates folder, file and table.

    Raises
    ------
    SuiteError
        If the database is of another kind, or its driver is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = sa.create_engine(url)
        except (SQLAlchemyError, ImportError) as error:
            raise SuiteError(
                f"The audit database cannot be used: {type(error).__name__}. Check the URL in "
                "SUITE_AUDIT_URL and that the database's Python driver is installed."
            ) from error
        if self._engine.dialect.name not in _LOCKS or self._engine.url.database in (None, ""):
            raise SuiteError(
                f"The audit log cannot be kept in {self.place}. Use a SQLite file or PostgreSQL."
            )
        if self._engine.dialect.name == "sqlite":
            _prepare_sqlite(self._engine)
        self._ready = False
        self._opening = threading.Lock()

    @property
    def place(self) -> str:
        """Where the log is, without a password."""
        return self._engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Close the connections; the log can be used again afterwards."""
        self._engine.dispose()

    def append(
        self, event: str, payload: Mapping[str, object], *, request_id: str, at: str
    ) -> Entry:
        """Add one entry at the end and return it once it is on disk.

        Parameters
        ----------
        event : str
            Lower-case name of what happened.
        payload : mapping
            JSON-safe data. NaN is stored as null, as everywhere in the suite; an infinity or a
            type that JSON lacks is refused.
        request_id : str
            Id of the request; each event may have it once.
        at : str
            UTC time, ISO 8601 with its offset.

        Raises
        ------
        InputError
            If an argument cannot be used, or the event of this request is already logged.
        SuiteError
            If the database cannot be written; nothing was logged then.
        """
        fields = (_utc(at), _event(event), check_request_id(request_id), canonical_json(payload))
        with self._speaking("written"):
            self._open()
            try:
                with self._engine.connect() as connection:
                    return _append(connection, *fields)
            except IntegrityError as error:
                raise InputError(
                    f"The event {event!r} of request {request_id} is already logged. "
                    "Send each request under an id of its own."
                ) from error

    def entries(
        self, *, event: str | None = None, request_id: str | None = None
    ) -> Iterator[Entry]:
        """Yield the entries in order, all or those of one event or request; none if no log exists.

        Raises
        ------
        SuiteError
            If the database cannot be read.
        """
        query = sa.select(_TABLE).order_by(_TABLE.c.seq)
        if event is not None:
            query = query.where(_TABLE.c.event == event)
        if request_id is not None:
            query = query.where(_TABLE.c.request_id == request_id)
        with self._speaking("read"):
            if self._exists():
                with self._engine.connect() as connection:
                    rows = connection.execution_options(yield_per=PAGE_ROWS).execute(query)
                    yield from (Entry(*row) for row in rows)

    def verify(self, head: str | None = None) -> Verification:
        """Check every entry against the chain.

        Parameters
        ----------
        head : str, optional
            A hash noted earlier. It must still be in the chain; this finds a log that was cut off
            or rewritten as a whole, which the chain alone cannot show.

        Returns
        -------
        Verification
            A log that does not exist or cannot be read does not pass.
        """
        try:
            if not self._exists():
                return Verification(False, 0, None, f"There is no audit log at {self.place}.", "")
            return _verify(self.entries(), head)
        except (SuiteError, SQLAlchemyError):
            reason = f"The audit log at {self.place} is damaged or unreadable."
            return Verification(False, 0, None, reason, "")

    def _exists(self) -> bool:
        if self._engine.dialect.name == "sqlite" and not self._file().is_file():
            return False
        return sa.inspect(self._engine).has_table(_TABLE.name)

    def _file(self) -> Path:
        return Path(str(self._engine.url.database))

    def _open(self) -> None:
        """Create folder, file and table unless they are there."""
        with self._opening:
            if self._ready and self._exists():
                return
            if self._engine.dialect.name == "sqlite":
                self._file().parent.mkdir(parents=True, exist_ok=True)
            with self._engine.connect() as connection, _exclusive(connection):
                _TABLE.create(connection, checkfirst=True)
            self._ready = True

    @contextlib.contextmanager
    def _speaking(self, verb: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            cause = error.orig if isinstance(error, DatabaseError) else error
            raise SuiteError(
                f"The audit log at {self.place} could not be {verb} ({cause}). "
                "Check that the place exists, is writable and is not locked by another program."
            ) from error


def canonical_json(content: object) -> str:
    """Return the one JSON text of plain data: sorted keys, no spaces, ASCII, NaN as null.

    Raises
    ------
    InputError
        If a value has no place in JSON, such as an infinity, or is nested too deeply.
    """
    return json.dumps(
        _plain(content, "payload", 0), sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def record_inference(
    log: AuditLog,
    settings: Settings,
    *,
    request_id: str,
    at: str,
    patient: Mapping[str, float],
    result: Result,
) -> Entry | None:
    """Log one estimate as far as the settings permit.

    Parameters
    ----------
    log : AuditLog
        Where to write; untouched when auditing is off.
    settings : Settings
        ``audit_mode`` decides: ``off`` writes nothing; ``hashes`` keeps input hash, model and the
        ``OUTPUT_KEYS`` of the result; ``full`` keeps the input values and the whole result too.
    request_id, at : str
        As in :meth:`AuditLog.append`.
    patient : mapping
        The validated input values, NaN where missing.
    result : Result
        What the model answered.

    Returns
    -------
    Entry or None
        ``None`` when auditing is off.
    """
    if settings.audit_mode == "off":
        return None
    full = settings.audit_mode == "full"
    output = result.to_dict()
    payload: dict[str, object] = {
        "mode": settings.audit_mode,
        "model": result.model,
        "input_hash": result.input_hash,
        "output": output if full else {k: output[k] for k in OUTPUT_KEYS if k in output},
    }
    if full:
        payload["input"] = dict(patient)
    return log.append(INFERENCE, payload, request_id=request_id, at=at)


def _append(connection: sa.Connection, at: str, event: str, request_id: str, body: str) -> Entry:
    with _exclusive(connection):
        last = connection.execute(
            sa.select(_TABLE.c.seq, _TABLE.c.hash).order_by(_TABLE.c.seq.desc()).limit(1)
        ).first()
        seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
        digest = _digest(seq, at, event, request_id, body, previous)
        entry = Entry(seq, at, event, request_id, body, previous, digest)
        connection.execute(_TABLE.insert().values(dataclasses.asdict(entry)))
    return entry


@contextlib.contextmanager
def _exclusive(connection: sa.Connection) -> Iterator[None]:
    """Run the block as the only writer; commit at its end, roll back if it fails."""
    connection.exec_driver_sql(_LOCKS[connection.dialect.name])
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _prepare_sqlite(engine: sa.Engine) -> None:
    @sa_event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # The driver would otherwise begin transactions by itself, too late and without the lock.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "journal_mode=WAL",
            "synchronous=FULL",
        ):
            connection.execute(f"PRAGMA {pragma}").close()


def _verify(entries: Iterator[Entry], head: str | None) -> Verification:
    n, previous, anchored = 0, GENESIS, head is None or head == GENESIS
    for entry in entries:
        fault = _fault(entry, n + 1, previous)
        if fault:
            place = entry.seq if isinstance(entry.seq, int) else n + 1
            return Verification(False, n, place, f"Entry {place} {fault}.", previous)
        n, previous = n + 1, entry.hash
        anchored = anchored or entry.hash == head
    if not anchored:
        reason = "The anchored head is not in the chain: the log was cut off or rewritten."
        return Verification(False, n, None, reason, previous)
    return Verification(True, n, None, f"All {n} entries stand.", previous)


def _fault(entry: Entry, seq: int, previous: str) -> str:
    texts = dataclasses.astuple(entry)[1:]
    if not all(isinstance(text, str) for text in texts):
        return "holds a value of the wrong type"
    if entry.seq != seq:
        return f"stands where entry {seq} belongs: an entry is missing, added or moved"
    if entry.previous != previous:
        return "does not continue the entry before it"
    if entry.hash != _digest(entry.seq, *texts[:-1]):
        return "was altered: its content does not have its hash"
    return ""


def _digest(*fields: int | str) -> str:
    text = json.dumps(fields, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _utc(at: str) -> str:
    try:
        moment = datetime.datetime.fromisoformat(at)
    except (ValueError, TypeError):
        moment = None
    if moment is None or moment.utcoffset() != datetime.timedelta(0):
        raise InputError(
            f"The time {at!r} cannot be logged. Give UTC in ISO 8601, as 2026-01-31T12:00:00+00:00."
        )
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def _event(name: str) -> str:
    if not _EVENT.fullmatch(name):
        raise InputError(
            f"The event name {name!r} cannot be used. "
            "Use up to 32 lower-case letters, digits and underscores."
        )
    return name


def _plain(value: object, place: str, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise InputError(f"The {place} is nested too deeply to be logged. Flatten it.")
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {str(k): _plain(v, f"{place}.{k}", depth + 1) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v, f"{place}[{i}]", depth + 1) for i, v in enumerate(value)]
    if isinstance(value, float) and not math.isinf(value):
        return None if math.isnan(value) else float(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise InputError(
        f"The value at {place} cannot be logged ({type(value).__name__}). "
        "Give plain data: text, finite numbers, true, false, null, lists and mappings."
    )
