"""What verbs that train networks share."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from apps.cli.spoken import EXIT_REFUSED, end

TRAINERS = frozenset({"torch", "onnx", "onnxscript", "safetensors"})
"""What only training needs."""


@contextlib.contextmanager
def torch_room() -> Iterator[None]:
    """Turn the absence of what only training needs into a sentence."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name not in TRAINERS:
            raise
        end(
            f"Training needs {error.name}, which is not installed here; nothing else does. "
            "Run: pip install -r requirements-train.txt",
            EXIT_REFUSED,
        )
