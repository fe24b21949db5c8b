"""What is kept of checks and overrides: in the log, or in this session's own chain."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import streamlit as st

from core.audit import Entry, canonical_json
from core.audit.chain import Checkpoint, link
from core.guardian import CHECK, OVERRIDE
from core.runtime.logs import new_request_id
from core.runtime.settings import settings
from pages._shared import trail

CHAIN = "guardian.chain"
SEEN = "guardian.chain.seen"


def in_log() -> bool:
    """Whether the owner of the server switched the audit log on."""
    return settings().audit_mode != "off"


def keeps_text() -> bool:
    """Whether the log may hold what was typed."""
    return settings().audit_mode == "full"


def record(kind: str, key: str, payload: Mapping[str, object]) -> None:
    """Record something once for each session and key.

    Raises
    ------
    SuiteError
        If the log cannot be written.
    """
    if in_log():
        trail.event(kind, key, payload)
        return
    seen: set[str] = st.session_state.setdefault(SEEN, set())
    if key in seen:
        return
    chain: list[Entry] = st.session_state.setdefault(CHAIN, [])
    chain.append(
        link(
            (chain[-1].seq, chain[-1].hash) if chain else None,
            at=datetime.datetime.now(tz=datetime.UTC).isoformat(timespec="microseconds"),
            event=kind,
            request_id=new_request_id(),
            payload=canonical_json(payload),
        )
    )
    seen.add(key)


def entries() -> list[Entry]:
    """Return checks and overrides on record, of the log or of this session.

    Raises
    ------
    SuiteError
        If the log cannot be read, or does not stand.
    """
    if in_log():
        return trail.log().sound_entries(CHECK, OVERRIDE)
    return list(st.session_state.get(CHAIN, ()))


def whole() -> tuple[list[Entry], Checkpoint | None]:
    """Return every entry of the log, or of this session's chain, and what was purged before.

    Raises
    ------
    SuiteError
        If the log cannot be read.
    """
    if not in_log():
        return list(st.session_state.get(CHAIN, ())), None
    from core.audit.log import checkpoint, rows

    with trail.log().store.reading() as snapshot:
        return ([], None) if snapshot is None else (list(rows(snapshot)), checkpoint(snapshot))
