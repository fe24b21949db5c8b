"""A film as the gate and the networks get it first: squashed to a square."""

from __future__ import annotations

from core.respiratory.prepare import CANVAS, resize
from core.respiratory.schema import Pixels, Radiograph


def canvas(radiograph: Radiograph) -> Pixels:
    """Return a film's grey values, shape (224, 224), before any recipe."""
    return resize(radiograph.pixels, CANVAS)
