"""Reading a JSON body without guessing: one encoding, no duplicate keys, no runaway values."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from apps.api.errors import Refusal

MAX_DEPTH = 12
MAX_DIGITS = 400


class StrictRoute(APIRoute):
    """A route whose JSON body is read by :func:`loads`, and only if it is declared as JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with the strict reader in front."""
        handle = super().get_route_handler()
        wants_json = self.body_field is not None

        async def strict(request: Request) -> Response:
            if wants_json:
                _require_json(request)
            return await handle(_StrictRequest(request.scope, request.receive))

        return strict


class _StrictRequest(Request):
    async def json(self) -> Any:
        return loads(await self.body())


def loads(body: bytes) -> Any:
    """Read a JSON document.

    NaN and Infinity are let through as numbers, so that the validator of the field that holds
    them refuses them by name.

    Raises
    ------
    Refusal
        400 if the bytes are not UTF-8, not JSON, nested too deeply, or repeat a key.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(f"Byte {error.start} is not UTF-8.", "Send the JSON as UTF-8.") from None
    try:
        content = json.loads(text, parse_int=_integer, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise _refusal(
            f"The body is not JSON: {error.msg} at character {error.pos}.",
            "Send one JSON object.",
        ) from None
    except RecursionError:
        raise _too_deep("body") from None
    _require_shallow(content)
    return content


def _require_json(request: Request) -> None:
    declared = request.headers.get("content-type", "")
    kind, _, parameters = declared.partition(";")
    charset = parameters.lower().partition("charset=")[2].strip(' "')
    if kind.strip().lower() != "application/json" or charset not in {"", "utf-8", "utf8"}:
        raise Refusal(
            415,
            "Content-Type",
            f"{declared or 'No content type'} is not read here.",
            "Send application/json in UTF-8.",
            value=declared,
        )


def _integer(literal: str) -> int | float:
    # A longer literal is no measurement; as infinity it is refused under its field's name.
    return int(literal) if len(literal) <= MAX_DIGITS else float(literal)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        key = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise Refusal(
            400, key, "The key is given more than once.", "Give each key once.", value=key
        )
    return content


def _require_shallow(content: Any) -> None:
    level: list[tuple[str, Any]] = [("body", content)]
    for _ in range(MAX_DEPTH):
        level = [
            (key if name == "body" else name, item)
            for name, value in level
            for key, item in _children(value)
        ]
        if not level:
            return
    raise _too_deep(level[0][0])


def _children(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list):
        return [("body", item) for item in value]
    return []


def _too_deep(field: str) -> Refusal:
    return Refusal(
        400,
        field,
        f"The value is nested more than {MAX_DEPTH} levels deep.",
        "Send plain numbers in the documented form.",
    )


def _refusal(message: str, fix: str) -> Refusal:
    return Refusal(400, "body", message, fix)
