"""A model behind an OpenAI-compatible server of one's own, such as llama.cpp, vLLM or Ollama."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx

from core.guardian.agents.adk.library import BaseLlm, LlmCapabilities, LlmRequest, LlmResponse
from core.guardian.agents.adk.messages import answer, asked, instructed

DEFAULT = "default"
"""Name of the model where the address names none; servers with a single model ignore it."""

_CONNECT = 5.0
_READ = 60.0


class Endpoint(BaseLlm):
    """Sends instruction and payload to ``/chat/completions`` and passes the answer on.

    Attributes
    ----------
    model : str
        What the server calls its model.
    url : str
        Address up to and with ``/v1``.
    transport : httpx.AsyncBaseTransport or None
        In place of the network.
    """

    model: str = DEFAULT
    url: str
    transport: httpx.AsyncBaseTransport | None = None

    @property
    def capabilities(self) -> LlmCapabilities:
        """Plain text in, plain text out."""
        return LlmCapabilities(output_schema_and_tools=False)

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """Yield the answer piece by piece if streaming, then the whole."""
        pieces: list[str] = []
        version = self.model
        async for data in self._events(llm_request):
            version = str(data.get("model") or version)
            for choice in data.get("choices") or ():
                piece = (choice.get("delta") or {}).get("content")
                if piece:
                    pieces.append(str(piece))
                    if stream:
                        yield answer(pieces[-1], partial=True, version=version)
        yield answer("".join(pieces), partial=False, version=version)

    async def _events(self, request: LlmRequest) -> AsyncIterator[dict[str, Any]]:
        body = {
            "model": self.model,
            "stream": True,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": instructed(request)},
                {"role": "user", "content": asked(request)},
            ],
        }
        # Neither a proxy nor a redirect may carry the request to another machine.
        client = httpx.AsyncClient(
            transport=self.transport,
            timeout=httpx.Timeout(_READ, connect=_CONNECT),
            trust_env=False,
            follow_redirects=False,
        )
        address = f"{self.url.rstrip('/')}/chat/completions"
        async with client, client.stream("POST", address, json=body) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                text = line.removeprefix("data:").strip()
                if line.startswith("data:") and text != "[DONE]":
                    yield json.loads(text)


def endpoint(address: str) -> Endpoint:
    """Return the model at an address; what follows ``#`` names the model."""
    url, _, name = address.partition("#")
    return Endpoint(url=url, model=name or DEFAULT)
