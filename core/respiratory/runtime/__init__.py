"""Runs the trained networks from their ONNX files, without torch."""

from __future__ import annotations

from core.respiratory.runtime.networks import (
    Floats,
    Forward,
    Intake,
    artifact,
    ask,
    forward,
    intake,
    members,
    trunk_tokens,
    warm,
)

__all__ = [
    "Floats",
    "Forward",
    "Intake",
    "artifact",
    "ask",
    "forward",
    "intake",
    "members",
    "trunk_tokens",
    "warm",
]
