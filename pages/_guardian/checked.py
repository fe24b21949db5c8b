"""The review of the case in hand: made once, kept with its case, gone when the case changes."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any

import streamlit as st

from core.errors import SuiteError
from core.guardian import CHECK, OVERRIDE, Override, Review, check_payload, review
from core.runtime.logs import new_request_id
from pages._guardian import logged
from pages._guardian.take import Taken

logger = logging.getLogger(__name__)

KEY = "guardian.checked"
AGENTS = "guardian.agents"
"""What the agents said of the case; it goes when the case changes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Checked:
    """A case with what the check found.

    Attributes
    ----------
    case : mapping
        What was asked.
    review : Review
        What was found.
    input_hash : str
        SHA-256 of the case.
    passed : dict
        Alert key to the decision to go on in spite of it; empty again when the case changes.
    """

    case: dict[str, Any]
    review: Review
    input_hash: str
    passed: dict[str, Override] = dataclasses.field(default_factory=dict)


class NoResultError(SuiteError):
    """The check failed, so nothing may be concluded from the list."""


def find(taken: Taken) -> Checked:
    """Return the review of a case; the one kept in this session if the case is the same.

    Raises
    ------
    NoResultError
        If the engine fails or the result cannot be recorded.
    """
    kept: Checked | None = st.session_state.get(KEY)
    if kept is not None and kept.case == taken.case:
        return kept
    forget()
    try:
        found = review(taken.case)
        payload = check_payload(taken.case, found)
        checked = Checked(taken.case, found, str(payload["input"]))
        logged.record(CHECK, checked.input_hash, payload)
    except Exception as error:  # whatever fails, nobody may take silence for "nothing found"
        raise NoResultError(_told(error)) from error
    st.session_state[KEY] = checked
    return checked


def forget() -> None:
    """Drop the result of a former case, its overrides too."""
    st.session_state.pop(KEY, None)
    st.session_state.pop(AGENTS, None)


def go_on(checked: Checked, decision: Override) -> None:
    """Put a decision on record, then beside its alert.

    Raises
    ------
    SuiteError
        If it cannot be recorded; the alert then stays as it is.
    """
    logged.record(
        OVERRIDE,
        f"{checked.input_hash}.{decision.alert}",
        decision.payload(logged.keeps_text()),
    )
    checked.passed[decision.alert] = decision


def _told(error: Exception) -> str:
    if isinstance(error, SuiteError):
        return error.message
    reference = new_request_id()[:12]
    logger.error("check failed [%s]", reference, exc_info=error)
    return f"The check failed. Reload the page; if it fails again, report the id {reference}."
