"""Which model narrates: none, a Gemini model, or a server of one's own."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from core.errors import InputError
from core.guardian.agents import council
from core.guardian.agents.events import Agent, Clock, Event, Kind, Log, Narration, Narrative
from core.guardian.agents.payload import NOTHING_STATED, Circumstances, Payload, payload_of
from core.guardian.schema import Review

if TYPE_CHECKING:
    from google.adk.models.base_llm import BaseLlm

LOCAL = "local"
ENDPOINT = "endpoint"
PRESET = "gemini-2.5-pro"
"""The Gemini model named in the documents; it is being retired, hence the fall-backs."""

FALLBACKS = ("gemini-3.1-pro-preview", "gemini-3.8-flash")
"""Asked in this order when the Gemini model that was chosen gives no answer."""

INSTALL = (
    "The agents need Google ADK. Run `python -m pip install -r requirements-agents.txt`, or set "
    "SUITE_GUARDIAN_MODEL=local."
)


def adk_installed() -> bool:
    """Return whether Google ADK can be imported, without importing it."""
    try:
        return importlib.util.find_spec("google.adk") is not None
    except ModuleNotFoundError:
        return False


def explain(
    review: Review,
    *,
    clock: Clock,
    model: str = LOCAL,
    endpoint: str = "",
    circumstances: Circumstances = NOTHING_STATED,
    adk: bool = False,
) -> Narration:
    """Let the agents explain a finished review with the model of the settings.

    Never raises for want of a model: the template stands then, and an event says why.

    Parameters
    ----------
    review : Review
        What the check found.
    clock : callable
        Returns seconds, such as ``time.monotonic``.
    model : str
        ``"local"``, ``"endpoint"``, or the id of a Gemini model: ``settings().guardian_model``.
    endpoint : str
        Address of the server: ``settings().guardian_endpoint``.
    circumstances : Circumstances
        The patient, blurred.
    adk : bool
        Whether the local run goes through Google ADK as well.
    """
    if model == LOCAL and not adk:
        return council.narrate(review, clock=clock, circumstances=circumstances)
    try:
        run = _on_adk(model, endpoint)
    except ImportError:
        return _without(review, circumstances, clock, INSTALL)
    except InputError as error:
        return _without(review, circumstances, clock, error.message)
    return run(review, clock, circumstances)


def _on_adk(model: str, endpoint: str) -> Callable[[Review, Clock, Circumstances], Narration]:
    # ADK takes two seconds to import and is not installed everywhere.
    from core.guardian.agents.adk import workflow

    llm = _llm(model, endpoint)
    return lambda review, clock, circumstances: workflow.narrate(
        review, llm, clock=clock, circumstances=circumstances
    )


def _llm(model: str, endpoint: str) -> BaseLlm:
    if model == LOCAL:
        from core.guardian.agents.adk.local import LocalNarrator

        return LocalNarrator()
    if model == ENDPOINT:
        from core.guardian.agents.adk.endpoint import endpoint as at

        if not endpoint:
            raise InputError(
                "SUITE_GUARDIAN_ENDPOINT is not set. Give the address of the server, such as "
                "http://127.0.0.1:8080/v1."
            )
        return at(endpoint)
    from core.guardian.agents.adk.gemini import gemini

    further = tuple(name for name in FALLBACKS if name != model)
    return gemini((model, *further), os.environ)


def _without(review: Review, circumstances: Circumstances, clock: Clock, why: str) -> Narration:
    return Narration(_explained(payload_of(review, circumstances), Log(clock), why))


def _explained(payload: Payload, log: Log, why: str) -> Generator[Event, None, Narrative]:
    yield from council.opening(log, payload)
    yield log.event(Agent.COUNCIL, Kind.STARTED, council.TASKS[Agent.COUNCIL])
    narrative = council.fallen_back(payload, why)
    yield from council.settled(log, narrative, failed=True)
    yield from council.reported(log, Agent.EDUCATOR, council.educated(payload))
    yield from council.reported(log, Agent.AUDITOR, council.audited(narrative, ""))
    return narrative
