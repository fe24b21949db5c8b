"""A model without a network: it reads the payload it is sent and writes the template's text."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from core.guardian.agents import template
from core.guardian.agents.adk.library import BaseLlm, LlmCapabilities, LlmRequest, LlmResponse
from core.guardian.agents.adk.messages import answer, asked
from core.guardian.agents.payload import Payload

NAME = "local model"


class LocalNarrator(BaseLlm):
    """Stands in for a model, so that the agents run on ADK without key or network."""

    model: str = NAME

    @property
    def capabilities(self) -> LlmCapabilities:
        """Plain text in, plain text out."""
        return LlmCapabilities(output_schema_and_tools=False)

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """Yield the narrative line by line if streaming, then the whole."""
        text = template.narrative(Payload.from_json(asked(llm_request)))
        if stream:
            for line in text.splitlines(keepends=True):
                yield answer(line, partial=True, version=NAME)
        yield answer(text, partial=False, version=NAME)
