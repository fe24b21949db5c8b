"""The chain: canonical content, the hash that links entries, and the check of all of them.

Each entry's SHA-256 covers its own fields and the hash of the entry before it, so an edit, a
deletion, an insertion or a change of order breaks the chain from there on. Whoever can write the
database could still rewrite everything after some point, or cut off the end: note the head
(``Verification.head``) elsewhere from time to time and give it to the check as an anchor.

Entries of format 2 cover the salted hash of their payload, those of format 1 (an earlier release)
the payload itself. So the content of a format 2 entry can be erased and the chain still stands:
the salt goes too, so that nobody can try out records against the hash that stays. Order is by
number alone; ``at`` is what the caller's clock said, and a clock may be wrong.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from core.errors import InputError

GENESIS = "0" * 64
"""The "previous hash" of the first entry."""

FORMAT = 2
"""What new entries are written in."""

REDACTED = '{"redacted":true}'
"""Stands in the place of an erased payload; no entry may be logged with it."""

REDACTION = "redacted"
PURGE = "purged"
RESERVED = (REDACTION, PURGE)
"""Events by which the log says what was taken out of it."""

MAX_DEPTH = 16


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
    version : int
        Format of the entry.
    payload_hash, salt : str
        In format 2, SHA-256 of salt and payload, and the salt; both empty in format 1.
    """

    seq: int
    at: str
    event: str
    request_id: str
    payload: str
    previous: str
    hash: str
    version: int = 1
    payload_hash: str = ""
    salt: str = ""

    @property
    def is_redacted(self) -> bool:
        """Whether the content was erased."""
        return self.version == FORMAT and self.payload == REDACTED

    def data(self) -> dict[str, Any]:
        """Return the payload as plain data."""
        content: dict[str, Any] = json.loads(self.payload)
        return content

    def to_dict(self) -> dict[str, object]:
        """Return the entry as plain data, the payload decoded."""
        return dataclasses.asdict(self) | {"payload": self.data()}


@dataclasses.dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where the log begins after its front was purged.

    Attributes
    ----------
    seq, hash : int, str
        Number and hash of the last entry removed.
    removed : int
        Entries that this purge removed.
    at : str
        When.
    digest : str
        SHA-256 over the hashes of all entries ever removed, by :func:`fold`.
    """

    seq: int
    hash: str
    removed: int
    at: str
    digest: str

    def record(self) -> dict[str, object]:
        """Return what the chain itself keeps of the purge."""
        return {
            "through": self.seq,
            "hash": self.hash,
            "removed": self.removed,
            "digest": self.digest,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the whole chain found.

    Attributes
    ----------
    ok : bool
        Whether every entry stands and the anchored head, if one was given, is among them or was
        purged with a record.
    n : int
        Entries that stand, counted from the first that is kept.
    first_bad_seq : int or None
        Number of the first entry that does not, where one can be named.
    reason : str
        The finding as a sentence.
    head : str
        Hash of the last entry that stands; note it elsewhere as an anchor.
    redacted : int
        Entries, of those that stand, whose content was erased with a record.
    purged : int
        Entries removed from the front with a record.
    """

    ok: bool
    n: int
    first_bad_seq: int | None
    reason: str
    head: str
    redacted: int = 0
    purged: int = 0

    def to_dict(self) -> dict[str, object]:
        """Return the finding as plain data."""
        return dataclasses.asdict(self)


def link(
    last: tuple[int, str] | None,
    *,
    at: str,
    event: str,
    request_id: str,
    payload: str,
    salt: str = "",
) -> Entry:
    """Return the entry that follows the one with this number and hash; the first after ``None``.

    A salt that nobody can guess is needed where the content may have to be erased one day.
    """
    seq, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    covered = _sha(salt + payload)
    digest = _digest(FORMAT, seq, at, event, request_id, covered, previous)
    return Entry(seq, at, event, request_id, payload, previous, digest, FORMAT, covered, salt)


def fold(digest: str, hashes: Iterable[str]) -> str:
    """Return the digest of removed entries, continued by the hashes of further ones in order."""
    running = hashlib.sha256(f"{digest}\n".encode())
    for one in hashes:
        running.update(f"{one}\n".encode())
    return running.hexdigest()


def verify(
    entries: Iterable[Entry], head: str | None = None, start: Checkpoint | None = None
) -> Verification:
    """Check entries, in the order of their numbers, against the chain.

    Parameters
    ----------
    entries : iterable of Entry
        The whole log.
    head : str, optional
        A hash noted earlier, which must still be in the chain.
    start : Checkpoint, optional
        What was purged before the first entry; the chain must hold a record of it.
    """
    walk = Walk(start.seq if start else 0, start.hash if start else GENESIS)
    anchored = head is None or head in (GENESIS, walk.previous)
    recorded = start is None
    for entry in entries:
        fault = walk.take(entry)
        if fault:
            return walk.failed(entry, fault)
        anchored = anchored or entry.hash == head
        recorded = recorded or (entry.event == PURGE and _records(entry, start))
    return _judged(walk, start, recorded=recorded, anchored=anchored)


class Walk:
    """A check of entries one by one.

    Parameters
    ----------
    seq, previous : int, str
        Number and hash of what stands before the first entry.

    Attributes
    ----------
    n, redacted : int
        Entries that stand so far, and those of them whose content was erased.
    erased : dict of int to str
        Number and hash of the erased entries of which no record has come yet.
    """

    def __init__(self, seq: int = 0, previous: str = GENESIS) -> None:
        self.start = seq
        self.previous = previous
        self.n = self.redacted = 0
        self.erased: dict[int, str] = {}

    @property
    def seq(self) -> int:
        """Number of the last entry that stands."""
        return self.start + self.n

    def take(self, entry: Entry) -> str:
        """Take the next entry, and return what is wrong with it; empty when it stands."""
        fault = _fault(entry, self.seq + 1, self.previous)
        if not fault and entry.event == REDACTION:
            fault = self._match(entry)
        if fault:
            return fault
        self.n, self.previous = self.n + 1, entry.hash
        if entry.is_redacted:
            self.redacted += 1
            self.erased[entry.seq] = entry.hash
        return ""

    def failed(self, entry: Entry, fault: str) -> Verification:
        """Return the finding on an entry that does not stand."""
        place = entry.seq if isinstance(entry.seq, int) else self.seq + 1
        return self.found(f"Entry {place} {fault}.", ok=False, bad=place)

    def found(
        self, reason: str, *, ok: bool, bad: int | None = None, purged: int = 0
    ) -> Verification:
        """Return a finding with the counts so far."""
        return Verification(ok, self.n, bad, reason, self.previous, self.redacted, purged)

    def _match(self, entry: Entry) -> str:
        if entry.version != FORMAT:
            return ""  # an earlier release had no redaction: an event of its own by that name
        try:
            named = {int(one["seq"]): str(one["hash"]) for one in entry.data()["entries"]}
        except (KeyError, TypeError, ValueError):
            return "records an erasure in a form that cannot be read"
        for seq, digest in named.items():
            if seq > self.start and self.erased.pop(seq, None) != digest:
                return f"records that entry {seq} was erased, but its content is there"
        return ""


def _judged(
    walk: Walk, start: Checkpoint | None, *, recorded: bool, anchored: bool
) -> Verification:
    if not recorded and start is not None:
        reason = f"Entries 1 to {start.seq} are gone, and no entry records that they were purged."
        return walk.found(reason, ok=False)
    if walk.erased:
        bad = min(walk.erased)
        reason = f"The content of entry {bad} is gone, and no entry records that it was erased."
        return walk.found(reason, ok=False, bad=bad)
    if not anchored:
        reason = "The anchored head is not in the chain: the log was cut off or rewritten."
        return walk.found(reason, ok=False)
    said = f"All {walk.n} entries stand."
    if walk.redacted:
        said += f" The content of {walk.redacted} was erased, as recorded."
    if start is not None:
        said += f" Entries 1 to {start.seq} were purged, the last on {start.at[:10]}, as recorded."
    return walk.found(said, ok=True, purged=start.seq if start else 0)


def _records(entry: Entry, start: Checkpoint | None) -> bool:
    if start is None or entry.version != FORMAT:
        return False
    try:
        said = entry.data()
        return all(said[name] == value for name, value in start.record().items())
    except (KeyError, TypeError, ValueError):
        return False


def canonical_json(content: Mapping[str, object]) -> str:
    """Return the one JSON text of plain data: sorted keys, no spaces, ASCII, NaN as null.

    NaN means "not given" throughout the suite, hence null. An infinity is always a mistake.

    Raises
    ------
    InputError
        If a value has no place in JSON, such as an infinity, or is nested too deeply.
    """
    return _dumps(_plain(content, "payload", 0))


def utc_time(at: str) -> str:
    """Return a UTC time in the one form the log uses.

    Raises
    ------
    InputError
        If it is not ISO 8601 or does not state that it is UTC.
    """
    try:
        moment = datetime.datetime.fromisoformat(at)
    except (ValueError, TypeError):
        moment = None
    if moment is None or moment.utcoffset() != datetime.timedelta(0):
        raise InputError(
            f"The time {at!r} cannot be logged. Give UTC in ISO 8601, as 2026-01-31T12:00:00+00:00."
        )
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def _fault(entry: Entry, seq: int, previous: str) -> str:
    if not _typed(entry):
        return "holds a value of the wrong type"
    if entry.seq != seq:
        return f"stands where entry {seq} belongs: an entry is missing, added or moved"
    if entry.previous != previous:
        return "does not continue the entry before it"
    if not _is_own(entry):
        return "was altered: its content does not have its hash"
    return ""


def _typed(entry: Entry) -> bool:
    texts = (entry.at, entry.event, entry.request_id, entry.payload, entry.previous, entry.hash)
    more = (entry.payload_hash, entry.salt)
    return entry.version in (1, FORMAT) and all(isinstance(text, str) for text in (*texts, *more))


def _is_own(entry: Entry) -> bool:
    """Whether hash and, in format 2, hash of the payload are those of the content."""
    named = (entry.seq, entry.at, entry.event, entry.request_id)
    if entry.version == 1:
        plain = not entry.payload_hash and not entry.salt
        return plain and entry.hash == _digest(*named, entry.payload, entry.previous)
    if entry.hash != _digest(FORMAT, *named, entry.payload_hash, entry.previous):
        return False
    if entry.is_redacted:
        return not entry.salt
    return entry.payload_hash == _sha(entry.salt + entry.payload)


def _digest(*fields: int | str) -> str:
    return _sha(_dumps(fields))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _dumps(content: object) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: object, place: str, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise InputError(f"The {place[:60]} is nested too deeply to be logged. Flatten it.")
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {str(k): _plain(v, f"{place}.{k}", depth + 1) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v, f"{place}[{i}]", depth + 1) for i, v in enumerate(value)]
    if isinstance(value, float) and not math.isinf(value):
        return None if math.isnan(value) else float(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    raise InputError(
        f"The value at {place[:60]} cannot be logged ({type(value).__name__}). "
        "Give plain data: text, finite numbers, true, false, null, lists and mappings."
    )
