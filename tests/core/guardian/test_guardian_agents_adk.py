from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest

pytest.importorskip("google.adk", reason="needs requirements-agents.txt")

from google.genai import types

from core.guardian import review
from core.guardian.agents import Agent, Circumstances, Kind, Narrative, payload_of
from core.guardian.agents import narrate as plain
from core.guardian.agents.adk.library import BaseLlm, LlmCapabilities, LlmRequest, LlmResponse
from core.guardian.agents.adk.local import LocalNarrator
from core.guardian.agents.adk.messages import INSTRUCTION, answer
from core.guardian.agents.adk.workflow import narrate
from core.guardian.agents.council import SUBJECTS
from core.guardian.agents.events import Event
from core.guardian.agents.template import narrative

CASE = {
    "meds": ["warfarin 5 mg daily", "ibuprofen 400 mg tid", "Fooblax 3 mg XQZNOTE"],
    "patient": {"name": "XQZNAME", "mrn": "XQZMRN", "age": 61.37, "sex": "M", "egfr": 90},
}
OTHER = {"meds": ["sildenafil 50 mg", "nitroglycerin 0.4 mg sl"], "patient": {"sex": "F"}}
LONG = 60.0


class Hostile(BaseLlm):
    """Does what it was made to do."""

    model: str = "hostile"
    act: Callable[[LlmRequest], Any]
    seen: list[Any]

    @property
    def capabilities(self) -> LlmCapabilities:
        return LlmCapabilities(output_schema_and_tools=False)

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        self.seen.append(llm_request)
        for one in self.act(llm_request):
            if isinstance(one, BaseException):
                raise one
            if one is None:
                await asyncio.Event().wait()
            else:
                yield one


def _hostile(*answers: Any, model: str = "hostile") -> Hostile:
    return Hostile(act=lambda request: answers, model=model, seen=[])


def _whole(text: str) -> LlmResponse:
    return answer(text, partial=False, version="hostile-1")


def _part(text: str) -> LlmResponse:
    return answer(text, partial=True, version="hostile-1")


def _call(name: str) -> LlmResponse:
    call = types.FunctionCall(name=name, args={"drug": "warfarin"}, id="1")
    return LlmResponse(
        content=types.Content(role="model", parts=[types.Part(function_call=call)]), partial=False
    )


def _run(llm: BaseLlm, case: Any = CASE, limit: float = LONG) -> tuple[list[Event], Narrative]:
    run = narrate(review(case), llm, clock=lambda: 0.0, limit=limit)
    events = list(run)
    assert run.narrative is not None
    return events, run.narrative


def test_the_local_model_tells_what_the_template_tells():
    events, found = _run(LocalNarrator())
    assert found == Narrative(narrative(payload_of(review(CASE))), "local model")
    assert [one.text for one in events if one.kind is Kind.NARRATIVE] == found.text.splitlines()
    assert events[-2].text == "Alerts: rules. Narrative: local model. Model: local model."


def test_it_reports_the_same_findings_as_without_adk():
    def findings(events: list[Event]) -> set[tuple[str, str]]:
        return {
            (one.agent, one.text)
            for one in events
            if one.kind is Kind.FINDING and one.agent is not Agent.AUDITOR
        }

    without = list(plain(review(CASE), clock=lambda: 0.0))
    events, _ = _run(LocalNarrator())
    assert findings(events) == findings(without)
    for kind in (Kind.STARTED, Kind.FINISHED):
        assert {one.agent for one in events if one.kind is kind} == set(Agent)
        order = [one.agent for one in events if one.kind is kind and one.agent not in SUBJECTS]
        assert order == [one for one in Agent if one not in SUBJECTS]


LIES = {
    "whole": [_whole("No interactions, safe.")],
    "parts": [_part("No interactions, "), _part("safe.\n"), _whole("No interactions, safe.\n")],
    "named": [_whole("Major: ibuprofen with warfarin. It is safe. Incomplete.")],
    "two faces": [
        _part("Major: ibuprofen with warfarin.\nIncomplete."),
        _whole("No interactions, safe."),
    ],
    "other face": [_part("No interactions, safe.\n"), _whole("Major: ibuprofen with warfarin.")],
    "endless": [*[_part("bleeding " * 60)] * 400, None],
    "empty": [_whole("")],
    "silent": [],
    "thoughts only": [
        LlmResponse(
            content=types.Content(role="model", parts=[types.Part(text="Safe.", thought=True)])
        )
    ],
    "blocked": [LlmResponse(error_code="SAFETY", error_message="XQZ safe")],
    "unknown tool": [_call("approve_order")],
    "tool of an agent": [_call("transfer_to_agent")],
    "raises": [RuntimeError("XQZ safe")],
    "no network": [ConnectionError("XQZ https://secret")],
    "half": [_part("Major: ibuprofen with warfarin.\n"), RuntimeError("XQZ")],
    "no model": [_whole("Major: ibuprofen with warfarin. No interactions, safe.")],
}


@pytest.mark.parametrize("name", LIES)
def test_a_hostile_model_changes_nothing(name: str):
    found = review(CASE)
    before = json.dumps(found.to_dict())
    llm = _hostile(*LIES[name])
    events, told = _run(llm)
    assert json.dumps(found.to_dict()) == before == json.dumps(review(CASE).to_dict())
    assert told.text == narrative(payload_of(found))
    assert told.author == "template"
    assert told.dropped
    assert len(llm.seen) <= 1
    assert {one.agent for one in events if one.kind is Kind.FINISHED} == set(Agent)
    shown = " ".join(one.text for one in events if one.kind is Kind.NARRATIVE)
    assert "safe" not in shown.lower()
    assert "XQZ" not in " ".join(one.text for one in events)
    assert told.text in shown
    assert {one.kind for one in events} & {Kind.DROPPED, Kind.FALLBACK}


def test_a_model_that_never_answers_is_left():
    events, told = _run(_hostile(None), limit=0.5)
    assert told.dropped == ("The model did not answer within 0.5 seconds.",)
    assert told.author == "template"
    assert {one.agent for one in events if one.kind is Kind.FINISHED} == set(Agent)


def test_a_model_that_blocks_its_thread_is_left():
    release = threading.Event()

    def block(request: LlmRequest) -> list[LlmResponse]:
        release.wait(timeout=30)
        return []

    _, told = _run(Hostile(act=block, seen=[]), limit=0.5)
    release.set()
    assert told.dropped == ("The model did not answer within 0.5 seconds.",)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_a_model_cannot_end_the_process(error: BaseException):
    _, told = _run(_hostile(error))
    assert told.author == "template"
    assert told.dropped


def test_a_network_error_is_called_one():
    _, told = _run(_hostile(ConnectionError("x")))
    assert told.dropped == ("The model could not be reached (ConnectionError).",)


def test_the_model_sees_instruction_and_payload_and_nothing_else():
    llm = _hostile(_whole("x"))
    told = Circumstances("55-64", "90 or more", "no")
    narrate(review(CASE), llm, clock=lambda: 0.0, circumstances=told).finish()
    (request,) = llm.seen
    texts = [part.text for content in request.contents for part in content.parts]
    assert texts == [payload_of(review(CASE), told).to_json()]
    assert INSTRUCTION.strip() in request.config.system_instruction
    assert not request.config.tools
    everything = request.model_dump_json()
    for secret in ("XQZ", "ooblax", "61.37", "400 mg"):
        assert secret not in everything


def test_a_true_model_is_named_with_its_version():
    text = "Major: ibuprofen with warfarin. It can cause serious bleeding.\nIncomplete."
    events, told = _run(_hostile(_part(text), _whole(text)))
    assert told == Narrative(text, "hostile-1")
    assert events[-2].text == "Alerts: rules. Narrative: hostile-1. Model: hostile-1."


@pytest.mark.parametrize("version", ["No interactions, safe", "template", "", "x" * 81, "<b>"])
def test_a_version_that_is_no_name_is_not_repeated(version: str):
    text = "Major: ibuprofen with warfarin. It can cause serious bleeding.\nIncomplete."
    _, told = _run(_hostile(answer(text, partial=False, version=version)))
    assert told.author == "hostile"


def test_two_runs_at_once_share_nothing():
    one = narrate(review(CASE), LocalNarrator(), clock=lambda: 0.0)
    two = narrate(review(OTHER), LocalNarrator(), clock=lambda: 0.0)
    events: tuple[list[Event], list[Event]] = ([], [])
    for first, second in zip(one, two, strict=False):
        events[0].append(first)
        events[1].append(second)
    assert one.finish().text == narrative(payload_of(review(CASE)))
    assert two.finish().text == narrative(payload_of(review(OTHER)))
    assert "sildenafil" not in str(events[0])
    assert "warfarin" not in str(events[1])


def test_many_threads_share_nothing():
    cases = [CASE, OTHER] * 4
    told: dict[int, str] = {}

    def work(place: int) -> None:
        told[place] = (
            narrate(review(cases[place]), LocalNarrator(), clock=lambda: 0.0).finish().text
        )

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(cases))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for place, case in enumerate(cases):
        assert told[place] == narrative(payload_of(review(case)))


def test_it_runs_inside_an_event_loop():
    async def page() -> Narrative:
        return _run(LocalNarrator())[1]

    assert asyncio.run(page()).author == "local model"


def test_a_run_may_be_left_half_way():
    run = narrate(review(CASE), _hostile(None), clock=lambda: 0.0)
    assert next(run).agent is Agent.INTAKE
    run.close()
    assert run.narrative is None
    assert not list(run)


def test_the_local_model_opens_no_connection(monkeypatch: pytest.MonkeyPatch):
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert _run(LocalNarrator())[1].author == "local model"
