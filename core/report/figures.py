"""Figures of a model card as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.viz.text import fixed


def figure_row(label: str, interval: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Return name, estimate, interval and sample size of a figure, as texts.

    Parameters
    ----------
    label : str
        Name of the figure.
    interval : mapping
        An interval's plain data; ``None`` for a number that does not exist.
    """
    numbers = (interval["estimate"], interval["low"], interval["high"])
    if any(value is None for value in numbers):
        return label, "not enough data", "", str(interval["n"])
    estimate, low, high = (fixed(value) for value in numbers)
    return label, estimate, f"{low} to {high}", str(interval["n"])
