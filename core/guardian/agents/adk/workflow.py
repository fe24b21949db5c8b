"""The agents as a workflow of Google ADK: function nodes, one model, and the gate after it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from typing import Any

import httpx
from google.genai.errors import APIError

from core.guardian.agents import council
from core.guardian.agents.adk.library import (
    START,
    BaseLlm,
    FunctionNode,
    InMemoryRunner,
    JoinNode,
    LlmAgent,
    RunConfig,
    StreamingMode,
    Workflow,
    types,
)
from core.guardian.agents.adk.library import Event as AdkEvent
from core.guardian.agents.adk.messages import INSTRUCTION
from core.guardian.agents.adk.thread import listen
from core.guardian.agents.council import SUBJECTS
from core.guardian.agents.draft import Draft
from core.guardian.agents.events import Agent, Clock, Event, Kind, Log, Narration, Narrative
from core.guardian.agents.gate import judge
from core.guardian.agents.payload import NOTHING_STATED, Circumstances, Payload, payload_of
from core.guardian.schema import Review

LIMIT = 60.0
"""Seconds after which a run that has not ended is left, and the template stands."""

_NAME = "guardian"
_GATE = "gate"
_USER = "reader"
_VERSION = re.compile(r"(?!template$)[A-Za-z0-9_.:/@-]{1,80}")
"""A server names its own model; nothing that reads like a sentence is repeated."""
_SPEAKING = frozenset({Agent.INTAKE, *SUBJECTS, Agent.EDUCATOR, Agent.AUDITOR})


def narrate(
    review: Review,
    llm: BaseLlm,
    *,
    clock: Clock,
    circumstances: Circumstances = NOTHING_STATED,
    limit: float = LIMIT,
) -> Narration:
    """Let the agents explain a finished review on Google ADK.

    Same events, same gate and same template as without ADK. Runner, session and event loop belong
    to this run alone.

    Parameters
    ----------
    review : Review
        What the check found.
    llm : BaseLlm
        Writes the narrative; sees the payload and nothing else.
    clock : callable
        Returns seconds, such as ``time.monotonic``.
    circumstances : Circumstances
        The patient, blurred.
    limit : float
        Seconds until the run is left.
    """
    payload = payload_of(review, circumstances)
    return Narration(_steps(payload, llm, Log(clock), limit))


def build(payload: Payload, llm: BaseLlm) -> Workflow:
    """Return the graph: intake, the experts side by side, council, gate, educator, auditor."""
    experts = tuple(_node(agent, council.findings(agent, payload)) for agent in SUBJECTS)
    writer = LlmAgent(
        name=Agent.COUNCIL.value,
        model=llm,
        instruction=INSTRUCTION,
        # The model sees instruction and payload, not what the other nodes said.
        include_contents="none",
        disallow_transfer_to_parent=True,
        disallow_transfer_to_peers=True,
    )
    chain: tuple[Any, ...] = (
        START,
        _node(Agent.INTAKE, council.intake(payload)),
        experts,
        JoinNode(name="findings"),
        FunctionNode(name="brief", func=lambda: payload.to_json()),
        writer,
        FunctionNode(name=_GATE, func=lambda node_input: {"reasons": judge(node_input, payload)}),
        _node(Agent.EDUCATOR, council.educated(payload)),
        # What it notes is known to the run alone: which model answered, and what stands.
        _node(Agent.AUDITOR, ()),
    )
    return Workflow(name=_NAME, edges=[chain])


def _node(agent: Agent, said: tuple[str, ...]) -> FunctionNode:
    return FunctionNode(name=agent.value, func=lambda: {"said": list(said)})


class _Reader:
    """Turns the events of ADK into those of the suite."""

    def __init__(self, payload: Payload, log: Log) -> None:
        self.payload = payload
        self.log = log
        self.draft = Draft(payload)
        self.version = ""
        self.narrative: Narrative | None = None
        self.done: set[str] = set()

    def read(self, event: AdkEvent) -> Iterator[Event]:
        name = event.node_info.name
        if name == Agent.COUNCIL:
            yield from self._council(event)
        elif name == _GATE and event.output is not None:
            yield from self._gate(event.output["reasons"])
        elif name in _SPEAKING and event.output is not None:
            yield from self._said(Agent(name), tuple(event.output["said"]))

    def close(self, failure: str) -> Iterator[Event]:
        """Say what a run that broke off has left unsaid."""
        yield from self._missing(
            {Agent.INTAKE: council.intake(self.payload)}
            | {agent: council.findings(agent, self.payload) for agent in SUBJECTS}
        )
        if self.narrative is None:
            why = failure or "The model gave no text."
            failed = not self.draft.dropped
            settled = council.fallen_back(self.payload, why) if failed else self.draft.settle("")
            yield from self._settle(settled, failed)
        yield from self._missing(
            {Agent.EDUCATOR: council.educated(self.payload), Agent.AUDITOR: ()}
        )

    def _missing(self, said: Mapping[Agent, tuple[str, ...]]) -> Iterator[Event]:
        for agent in said:
            if agent not in self.done:
                yield from self._said(agent, said[agent])

    def _said(self, agent: Agent, said: tuple[str, ...]) -> Iterator[Event]:
        self.done.add(agent)
        if agent is Agent.AUDITOR and self.narrative:
            said = council.audited(self.narrative, self.version)
        yield from council.reported(self.log, agent, said)

    def _council(self, event: AdkEvent) -> Iterator[Event]:
        if Agent.COUNCIL not in self.done:
            self.done.add(Agent.COUNCIL)
            yield self.log.event(Agent.COUNCIL, Kind.STARTED, council.TASKS[Agent.COUNCIL])
        if event.model_version and _VERSION.fullmatch(event.model_version):
            self.version = event.model_version
        parts = event.content.parts if event.content else None
        text = "".join(part.text or "" for part in parts or () if not part.thought)
        if event.partial or not self.draft.text:
            for line in self.draft.add(text):
                yield self.log.event(Agent.COUNCIL, Kind.NARRATIVE, line)

    def _gate(self, reasons: Sequence[str]) -> Iterator[Event]:
        for line in self.draft.rest():
            yield self.log.event(Agent.COUNCIL, Kind.NARRATIVE, line)
        narrative = self.draft.settle(self.version)
        if reasons and not narrative.dropped:
            narrative = council.fallen_back(self.payload, *reasons)
        yield from self._settle(narrative, failed=False)

    def _settle(self, narrative: Narrative, failed: bool) -> Iterator[Event]:
        self.narrative = narrative
        yield from council.settled(self.log, narrative, failed)


def _steps(
    payload: Payload, llm: BaseLlm, log: Log, limit: float
) -> Generator[Event, None, Narrative]:
    reader = _Reader(payload, log)
    reader.version = llm.model
    failure = ""
    events = listen(lambda: _run(build(payload, llm)), limit)
    try:
        for event in events:
            yield from reader.read(event)
            if reader.draft.dropped and reader.narrative is None:
                break
    except Exception as error:
        failure = _why(error, limit)
    finally:
        events.close()
    yield from reader.close(failure)
    return reader.narrative or council.fallen_back(payload, failure)


def _why(error: Exception, limit: float) -> str:
    """Return what went wrong as a sentence; messages of errors may hold addresses and answers."""
    if isinstance(error, TimeoutError):
        return f"The model did not answer within {limit:g} seconds."
    if isinstance(error, httpx.HTTPStatusError):
        return f"The server of the model answered with status {error.response.status_code}."
    if isinstance(error, APIError):
        return f"The server of the model answered with status {error.code}."
    if isinstance(error, OSError | httpx.TransportError):
        return f"The model could not be reached ({type(error).__name__})."
    return f"The model failed ({type(error).__name__})."


async def _run(workflow: Workflow) -> AsyncIterator[AdkEvent]:
    runner = InMemoryRunner(node=workflow, app_name=_NAME)
    try:
        session = await runner.session_service.create_session(app_name=_NAME, user_id=_USER)
        async for event in runner.run_async(
            user_id=_USER,
            session_id=session.id,
            new_message=types.Content(role="user", parts=[types.Part(text="Review.")]),
            # One call: a model that asks for tools it was never given does not get another.
            run_config=RunConfig(streaming_mode=StreamingMode.SSE, max_llm_calls=1),
        ):
            yield event
    finally:
        await runner.close()
