"""What a model is asked, and how its answers are made."""

from __future__ import annotations

from core.guardian.agents.adk.library import LlmRequest, LlmResponse, types

INSTRUCTION = """\
You put a finished medication review into words for a prescriber. The review was made by rules and
is final: you never add, remove, soften or question an alert.
You are sent JSON. Its findings are the alerts. Write plain English text, one paragraph a line,
without headings, lists, mark-up, questions, quotation marks or citations.
First the critical findings (contraindicated, major), worst first, each in a paragraph of its own
that begins with one sentence made of the severity and the generic name of every medicine, as in
"Major: ibuprofen with warfarin." Then why it happens, what may happen and what to do, in the words
of the finding. Then the others, briefly, in the same way.
Use the words, numbers and medicines of the JSON only. Say nothing about what is harmless. For
alternatives say "Consider". If complete is false, end with the sentence "Incomplete: not everything
could be checked."
"""


def asked(request: LlmRequest) -> str:
    """Return the text of the last user message of a request."""
    for content in reversed(request.contents):
        texts = [part.text for part in content.parts or () if part.text]
        if content.role == "user" and texts:
            return "".join(texts)
    return ""


def instructed(request: LlmRequest) -> str:
    """Return the instruction that goes with a request."""
    found = request.config.system_instruction if request.config else ""
    return found if isinstance(found, str) else ""


def answer(text: str, *, partial: bool, version: str) -> LlmResponse:
    """Return a piece of an answer, or the whole."""
    content = types.Content(role="model", parts=[types.Part(text=text)])
    return LlmResponse(content=content, partial=partial, model_version=version)
