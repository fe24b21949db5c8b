"""Gemini by API key, with models to fall back on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence

from google.adk.models.google_llm import Gemini
from google.genai.errors import APIError

from core.errors import InputError
from core.guardian.agents.adk.library import BaseLlm, LlmCapabilities, LlmRequest, LlmResponse

KEYS = ("GOOGLE_API_KEY", "GEMINI_API_KEY")
"""Environment variables that may hold the key; the first one set counts."""


class Chain(BaseLlm):
    """Asks one model after the other until one answers.

    Attributes
    ----------
    models : sequence of BaseLlm
        In the order of preference.
    """

    model: str
    models: Sequence[BaseLlm]

    @property
    def capabilities(self) -> LlmCapabilities:
        """Plain text in, plain text out."""
        return LlmCapabilities(output_schema_and_tools=False)

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncGenerator[LlmResponse, None]:
        """Yield what the first model says that is there; errors of later ones are raised."""
        *first, last = self.models
        for model in first:
            began = False
            try:
                async for response in _say(model, llm_request, stream):
                    began = True
                    yield response
            except APIError:
                # What has begun must not be said again by another model.
                if began:
                    raise
            else:
                return
        async for response in _say(last, llm_request, stream):
            yield response


async def _say(
    model: BaseLlm, request: LlmRequest, stream: bool
) -> AsyncGenerator[LlmResponse, None]:
    # Each model edits the request it is given.
    own = request.model_copy(deep=True)
    own.model = model.model
    async for response in model.generate_content_async(own, stream):
        if not response.model_version:
            response.model_version = model.model
        yield response


def gemini(names: Sequence[str], environ: Mapping[str, str]) -> BaseLlm:
    """Return the Gemini models named, the later ones as fall-backs.

    Raises
    ------
    InputError
        If no key is set.
    """
    key = next((environ[name] for name in KEYS if environ.get(name)), "")
    if not key:
        raise InputError(
            f"{names[0]} needs a key. Set {' or '.join(KEYS)}, or SUITE_GUARDIAN_MODEL=local."
        )
    # Without `vertexai`, another environment variable could send the request somewhere else.
    options = {"api_key": key, "vertexai": False}
    models = [Gemini(model=name, client_kwargs=options) for name in names]
    return Chain(model=names[0], models=models)
