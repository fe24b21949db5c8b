from __future__ import annotations

import asyncio
import http.server
import json
import sys
import threading
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import pytest

pytest.importorskip("google.adk", reason="needs requirements-agents.txt")

import httpx
from google.adk.models.google_llm import Gemini
from google.genai import types
from google.genai.errors import ClientError, ServerError

from core.errors import InputError
from core.guardian import review
from core.guardian.agents import Kind, Narrative, adk_installed, explain, payload_of
from core.guardian.agents.adk.endpoint import Endpoint, endpoint
from core.guardian.agents.adk.gemini import KEYS, Chain, gemini
from core.guardian.agents.adk.library import BaseLlm, LlmCapabilities, LlmRequest, LlmResponse
from core.guardian.agents.adk.messages import INSTRUCTION, answer
from core.guardian.agents.adk.workflow import narrate
from core.guardian.agents.events import Event
from core.guardian.agents.models import FALLBACKS, INSTALL, PRESET
from core.guardian.agents.template import narrative

CASE = {
    "meds": ["warfarin 5 mg daily", "ibuprofen 400 mg tid"],
    "patient": {"age": 60, "sex": "M", "egfr": 90, "crcl": 90, "allergies": [], "conditions": []},
}
TRUE = "Major: ibuprofen with warfarin. It can cause serious bleeding.\nIncomplete."


class Fake(BaseLlm):
    """Answers with a text, or raises."""

    says: Any
    seen: list[LlmRequest]

    @property
    def capabilities(self) -> LlmCapabilities:
        return LlmCapabilities(output_schema_and_tools=False)

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        self.seen.append(llm_request)
        llm_request.contents.append(types.Content(role="model", parts=[]))
        for one in self.says:
            if isinstance(one, Exception):
                raise one
            yield LlmResponse(
                content=types.Content(role="model", parts=[types.Part(text=one)]), partial=False
            )


def _fake(name: str, *says: Any) -> Fake:
    return Fake(model=name, says=says, seen=[])


def _gone() -> ClientError:
    return ClientError(404, {"error": {"message": "retired", "status": "NOT_FOUND"}})


def _busy() -> ServerError:
    return ServerError(503, {"error": {"message": "busy", "status": "UNAVAILABLE"}})


def _done(run: Any) -> tuple[list[Event], Narrative]:
    events = list(run)
    return events, run.finish()


def _request() -> LlmRequest:
    content = types.Content(role="user", parts=[types.Part(text="payload")])
    config = types.GenerateContentConfig(system_instruction=INSTRUCTION)
    return LlmRequest(model="asked", contents=[content], config=config)


def _responses(llm: BaseLlm, stream: bool) -> list[LlmResponse]:
    async def collect() -> list[LlmResponse]:
        return [one async for one in llm.generate_content_async(_request(), stream)]

    return asyncio.run(collect())


def test_local_needs_nothing():
    _, found = _done(explain(review(CASE), clock=lambda: 0.0))
    assert found == Narrative(narrative(payload_of(review(CASE))), "template")


def test_local_can_run_on_adk():
    assert adk_installed()
    _, found = _done(explain(review(CASE), clock=lambda: 0.0, adk=True))
    assert found.author == "local model"
    assert not found.dropped


def test_without_adk_the_template_stands_and_says_how_to_install(monkeypatch: pytest.MonkeyPatch):
    for name in [one for one in sys.modules if one.startswith("core.guardian.agents.adk")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "google.adk", None)
    monkeypatch.setitem(sys.modules, "google.adk.agents", None)
    events, found = _done(explain(review(CASE), clock=lambda: 0.0, model=PRESET))
    assert found == Narrative(narrative(payload_of(review(CASE))), "template", (INSTALL,))
    assert [one.text for one in events if one.kind is Kind.FALLBACK] == [INSTALL]
    assert "requirements-agents.txt" in INSTALL


def test_without_a_key_the_template_stands_and_names_the_variables(monkeypatch: pytest.MonkeyPatch):
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
    _, found = _done(explain(review(CASE), clock=lambda: 0.0, model=PRESET))
    assert found.author == "template"
    (why,) = found.dropped
    assert "GOOGLE_API_KEY or GEMINI_API_KEY" in why


def test_without_an_address_the_template_stands():
    _, found = _done(explain(review(CASE), clock=lambda: 0.0, model="endpoint"))
    assert found.author == "template"
    assert found.dropped[0].startswith("SUITE_GUARDIAN_ENDPOINT is not set.")


def test_a_server_that_is_not_there_is_a_fall_back():
    # Port 9 of this machine: nothing listens, nothing leaves.
    run = explain(
        review(CASE), clock=lambda: 0.0, model="endpoint", endpoint="http://127.0.0.1:9/v1"
    )
    events, found = _done(run)
    assert found.author == "template"
    assert found.dropped == ("The model could not be reached (ConnectError).",)
    assert Kind.FALLBACK in {one.kind for one in events}


def test_gemini_is_built_by_key_and_in_order():
    names = (PRESET, *FALLBACKS)
    chain = gemini(names, {"GEMINI_API_KEY": "second", "GOOGLE_API_KEY": "first"})
    assert isinstance(chain, Chain)
    assert [one.model for one in chain.models] == list(names)
    for one in chain.models:
        assert isinstance(one, Gemini)
        assert one.client_kwargs == {"api_key": "first", "vertexai": False}
    assert "first" not in repr(chain)
    only = gemini((PRESET,), {"GEMINI_API_KEY": "second"})
    assert isinstance(only, Chain)
    assert only.models[0].client_kwargs["api_key"] == "second"


def test_gemini_without_a_key_is_refused():
    with pytest.raises(InputError, match=r"gemini-2\.5-pro needs a key"):
        gemini((PRESET,), {"GOOGLE_API_KEY": ""})


def test_the_next_model_is_asked_with_the_same_request():
    first, second = _fake("one", _gone()), _fake("two", TRUE)
    chain = Chain(model="one", models=[first, second])
    (response,) = _responses(chain, stream=True)
    assert response.model_version == "two"
    assert first.seen[0].model == "one"
    assert second.seen[0].model == "two"
    assert len(second.seen[0].contents) == 2  # the payload, and what Fake itself adds


def test_the_model_that_answered_is_on_record():
    chain = Chain(model="one", models=[_fake("one", _busy()), _fake("two", TRUE)])
    events, found = _done(narrate(review(CASE), chain, clock=lambda: 0.0))
    assert found == Narrative(TRUE, "two")
    assert events[-2].text == "Alerts: rules. Narrative: two. Model: two."


def test_what_has_begun_is_not_said_twice():
    second = _fake("two", TRUE)
    chain = Chain(model="one", models=[_fake("one", "Major", _busy()), second])
    with pytest.raises(ServerError):
        _responses(chain, stream=True)
    assert not second.seen


def test_when_no_model_answers_the_template_stands():
    chain = Chain(model="one", models=[_fake("one", _gone()), _fake("two", _busy())])
    _, found = _done(narrate(review(CASE), chain, clock=lambda: 0.0))
    assert found.author == "template"
    assert found.dropped == ("The server of the model answered with status 503.",)


class Google(http.server.ThreadingHTTPServer):
    """Stands in for Google on this machine: the first model is retired, others tell the truth."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str, bytes]] = []


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers["x-goog-api-key"], body))
        if "gemini-2.5-pro" in self.path:
            error = {"code": 404, "message": "retired", "status": "NOT_FOUND"}
            self._send(404, json.dumps({"error": error}))
            return
        chunks = [
            {
                "candidates": [{"content": {"role": "model", "parts": [{"text": piece}]}}],
                "modelVersion": "gemini-3.8-flash-001",
            }
            for piece in (TRUE[:20], TRUE[20:])
        ]
        self._send(200, "".join(f"data: {json.dumps(one)}\r\n\r\n" for one in chunks))

    def _send(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def google() -> Iterator[Google]:
    with Google() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_gemini_is_sent_the_payload_alone_and_a_retired_model_is_replaced(google: Google):
    canary = {
        "meds": [*CASE["meds"], "XQZDRUG 3 mg"],
        "patient": CASE["patient"] | {"name": "XQZNAME", "notes": "XQZNOTE", "age": 61.37},
    }
    chain = gemini(("gemini-2.5-pro", "gemini-3.8-flash"), {"GOOGLE_API_KEY": "key"})
    assert isinstance(chain, Chain)
    for one in chain.models:
        one.base_url = f"http://127.0.0.1:{google.server_port}"
    _, found = _done(narrate(review(canary), chain, clock=lambda: 0.0))
    assert found == Narrative(TRUE, "gemini-3.8-flash-001")
    assert [path.partition(":")[0].rpartition("/")[2] for path, _, _ in google.asked] == [
        "gemini-2.5-pro",
        "gemini-3.8-flash",
    ]
    for _, key, body in google.asked:
        assert key == "key"
        assert b"XQZ" not in body
        assert b"61.37" not in body
        (content,) = json.loads(body)["contents"]
        assert content["parts"] == [{"text": payload_of(review(canary)).to_json()}]


def _server(status: int, *lines: str, seen: list[httpx.Request]) -> httpx.MockTransport:
    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, text="\n\n".join(lines) + "\n\n")

    return httpx.MockTransport(handle)


def _chunk(text: str | None, model: str = "llama3.1:8b") -> str:
    return "data: " + json.dumps({"model": model, "choices": [{"delta": {"content": text}}]})


def test_an_endpoint_is_asked_and_streamed():
    seen: list[httpx.Request] = []
    lines = (": hello", _chunk("Major"), _chunk(None), "data: {}", _chunk(" one."), "data: [DONE]")
    llm = Endpoint(url="http://localhost/v1/", transport=_server(200, *lines, seen=seen))
    found = _responses(llm, stream=True)
    assert found == [
        answer("Major", partial=True, version="llama3.1:8b"),
        answer(" one.", partial=True, version="llama3.1:8b"),
        answer("Major one.", partial=False, version="llama3.1:8b"),
    ]
    (request,) = seen
    assert str(request.url) == "http://localhost/v1/chat/completions"
    body = json.loads(request.content)
    assert body["messages"] == [
        {"role": "system", "content": INSTRUCTION},
        {"role": "user", "content": "payload"},
    ]
    assert body["model"] == "default"
    assert body["temperature"] == 0
    assert _responses(llm, stream=False) == found[-1:]


def test_an_endpoint_is_named_by_its_address():
    found = endpoint("http://localhost:11434/v1#llama3.1:8b")
    assert (found.url, found.model) == ("http://localhost:11434/v1", "llama3.1:8b")
    assert endpoint("http://localhost:8080/v1").model == "default"


def test_an_endpoint_narrates():
    seen: list[httpx.Request] = []
    lines = [_chunk(TRUE[place : place + 7]) for place in range(0, len(TRUE), 7)]
    llm = Endpoint(url="http://localhost/v1", transport=_server(200, *lines, seen=seen))
    _, found = _done(narrate(review(CASE), llm, clock=lambda: 0.0))
    assert found == Narrative(TRUE, "llama3.1:8b")
    sent = json.loads(seen[0].content)["messages"]
    assert sent[1]["content"] == payload_of(review(CASE)).to_json()
    assert INSTRUCTION.strip() in sent[0]["content"]


@pytest.mark.parametrize("status", [302, 401, 500])
def test_an_endpoint_that_refuses_leaves_the_template(status: int):
    llm = Endpoint(url="http://localhost/v1", transport=_server(status, "x", seen=[]))
    _, found = _done(narrate(review(CASE), llm, clock=lambda: 0.0))
    assert found.author == "template"
    assert found.dropped == (f"The server of the model answered with status {status}.",)


def test_an_endpoint_that_talks_nonsense_leaves_the_template():
    llm = Endpoint(url="http://localhost/v1", transport=_server(200, "data: {", seen=[]))
    _, found = _done(narrate(review(CASE), llm, clock=lambda: 0.0))
    assert found.dropped == ("The model failed (JSONDecodeError).",)
