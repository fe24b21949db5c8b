"""The OpenAPI document: stable names for the operations, and an answer as it really looks."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute

EXAMPLES = Path(__file__).with_name("examples.json")
JSON = "application/json"

_SIGNS = re.compile(r"[^a-z0-9]+")


def operation_id(route: APIRoute) -> str:
    """Return the name of an operation: of method and address, not of the function behind it.

    Generated clients call their functions so; it changes only when the address does.
    """
    (method,) = route.methods or ("get",)
    path = route.path_format.lower().removeprefix("/v1")
    return f"{method.lower()}_{_SIGNS.sub('_', path).strip('_')}"


@functools.cache
def examples() -> dict[str, dict[str, Any]]:
    """Return stored answers by operation, lists cut to their first entries."""
    found: dict[str, dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found


def show_answers(document: dict[str, Any]) -> None:
    """Add to each operation of a document the answer that is stored for it."""
    for item in document["paths"].values():
        for operation in item.values():
            stored = examples().get(operation["operationId"])
            content = operation["responses"].get("200", {}).get("content", {})
            if JSON in content and stored is not None:
                content[JSON]["example"] = stored
