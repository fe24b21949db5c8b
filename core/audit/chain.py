"""The chain: canonical content, the hash that links entries, and the check of all of them.

Each entry's SHA-256 covers its own fields and the hash of the entry before it, so an edit, a
deletion, an insertion or a change of order breaks the chain from there on. Whoever can write the
database could still rewrite everything after some point, or cut off the end: note the head
(``Verification.head``) elsewhere from time to time and give it to the check as an anchor.
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


def link(
    last: tuple[int, str] | None, *, at: str, event: str, request_id: str, payload: str
) -> Entry:
    """Return the entry that follows the one with this number and hash; the first after ``None``."""
    seq, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
    digest = _digest(seq, at, event, request_id, payload, previous)
    return Entry(seq, at, event, request_id, payload, previous, digest)


def verify(entries: Iterable[Entry], head: str | None = None) -> Verification:
    """Check entries, in the order of their numbers, against the chain.

    Parameters
    ----------
    entries : iterable of Entry
        The whole log.
    head : str, optional
        A hash noted earlier, which must still be in the chain.
    """
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
    return hashlib.sha256(_dumps(fields).encode()).hexdigest()


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
