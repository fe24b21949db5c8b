"""The audit log as the pages use it: nothing while auditing is off, one entry a new input."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from core.audit import record_inference
from core.audit.inference import Result
from core.runtime.logs import new_request_id
from core.runtime.settings import settings

if TYPE_CHECKING:
    from core.audit.log import AuditLog


@functools.cache
def log() -> AuditLog:
    """Return the log of this server; the database toolkit is loaded only now."""
    from core.audit.log import AuditLog

    return AuditLog(settings().audit_url)


def record(patient: Mapping[str, float], result: Result) -> str | None:
    """Record an estimate once for each session and input, if auditing is on.

    Returns
    -------
    str or None
        The request id under which the estimate is on record.
    """
    chosen = settings()
    if chosen.audit_mode == "off":
        return None
    recorded: dict[str, str] = st.session_state.setdefault("audit.recorded", {})
    if result.input_hash not in recorded:
        request_id = new_request_id()
        record_inference(
            log(),
            chosen,
            request_id=request_id,
            at=datetime.datetime.now(tz=datetime.UTC).isoformat(),
            patient=patient,
            result=result,
        )
        recorded[result.input_hash] = request_id
    return recorded[result.input_hash]


def event(kind: str, key: str, payload: Mapping[str, object]) -> None:
    """Record something once for each session and key, if auditing is on.

    Parameters
    ----------
    kind : str
        What happened, such as ``"films"``.
    key : str
        Tells it from others of its kind, such as the hash of a file.
    payload : mapping
        What is kept.
    """
    chosen = settings()
    recorded: dict[str, str] = st.session_state.setdefault("audit.recorded", {})
    if chosen.audit_mode == "off" or key in recorded:
        return
    request_id = new_request_id()
    log().append(
        kind,
        payload,
        request_id=request_id,
        at=datetime.datetime.now(tz=datetime.UTC).isoformat(),
    )
    recorded[key] = request_id
