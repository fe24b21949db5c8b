"""Results as strict JSON: no NaN, no infinity, nothing but lists, names, texts and numbers."""

from __future__ import annotations

import dataclasses
import enum
import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def plain(value: object) -> Any:
    """Return dataclasses, mappings, sequences, arrays, enumerations and numbers as plain data.

    A number that does not exist becomes ``None``.
    """
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {f.name: plain(getattr(value, f.name)) for f in fields}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return finite(value) if isinstance(value, float) else value


def finite(value: float) -> float | None:
    """Return a number as a Python one, or ``None`` where it does not exist."""
    return float(value) if math.isfinite(value) else None
