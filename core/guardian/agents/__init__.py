"""Agents that explain a finished review; they never add, remove or change an alert."""

from __future__ import annotations

from core.guardian.agents.council import Narrator, narrate
from core.guardian.agents.events import Agent, Clock, Event, Kind, Narration, Narrative
from core.guardian.agents.gate import judge
from core.guardian.agents.leaflet import Leaflet, Medicine, Notice, leaflet
from core.guardian.agents.models import PRESET, adk_installed, explain
from core.guardian.agents.payload import Circumstances, Payload, payload_of

__all__ = [
    "PRESET",
    "Agent",
    "Circumstances",
    "Clock",
    "Event",
    "Kind",
    "Leaflet",
    "Medicine",
    "Narration",
    "Narrative",
    "Narrator",
    "Notice",
    "Payload",
    "adk_installed",
    "explain",
    "judge",
    "leaflet",
    "narrate",
    "payload_of",
]
