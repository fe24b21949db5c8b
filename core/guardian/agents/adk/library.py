"""Google ADK, imported once and quietened; importing this module takes two seconds."""

from __future__ import annotations

import logging
import os

# ADK opens a trace for each node; without an exporter that is only work.
os.environ.setdefault("OTEL_SDK_DISABLED", "true")

from google.adk.agents import LlmAgent

# StreamingMode is documented to be here, and not marked for export.
from google.adk.agents.run_config import RunConfig, StreamingMode  # type: ignore[attr-defined]
from google.adk.events.event import Event
from google.adk.models import LlmCapabilities
from google.adk.models.base_llm import BaseLlm
from google.adk.models.llm_request import LlmRequest
from google.adk.models.llm_response import LlmResponse
from google.adk.runners import InMemoryRunner
from google.adk.workflow import START, FunctionNode, JoinNode, Workflow
from google.genai import types

__all__ = [
    "START",
    "BaseLlm",
    "Event",
    "FunctionNode",
    "InMemoryRunner",
    "JoinNode",
    "LlmAgent",
    "LlmCapabilities",
    "LlmRequest",
    "LlmResponse",
    "RunConfig",
    "StreamingMode",
    "Workflow",
    "types",
]


def _told(record: logging.LogRecord) -> bool:
    """Return whether a log line says something: models that count no tokens are none of it."""
    return "token usage metadata" not in record.getMessage()


logging.getLogger("google_adk.google.adk.telemetry._metrics").addFilter(_told)
