"""A route that reads only what it documents: JSON declared as JSON, and known query parameters."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, get_args, get_origin

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from apps.api.errors import Refusal
from core import json_input
from core.errors import InputError


class StrictRoute(APIRoute):
    """A route that refuses undeclared JSON, ambiguous JSON and unknown query parameters."""

    deepest = json_input.MAX_DEPTH

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        # A list of routes shows the summary alone; a function's name says less than its docstring.
        self.summary = self.description.partition("\n")[0].removesuffix(".")

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with the checks in front."""
        handle = super().get_route_handler()
        wants_json = self.body_field is not None
        parts = (self.dependant, *self.dependant.dependencies)
        parameters = [one for part in parts for one in part.query_params]
        known = {parameter.alias for parameter in parameters}
        lists = {one.alias for one in parameters if _takes_several(one.field_info.annotation)}

        async def strict(request: Request) -> Response:
            _require_known(request, known, lists)
            if wants_json:
                require_json(request)
            strict_request = _StrictRequest(request.scope, request.receive)
            strict_request.deepest = self.deepest
            return await handle(strict_request)

        return strict


class DeepRoute(StrictRoute):
    """A strict route whose documents may be nested as deeply as FHIR resources are."""

    deepest = 40


class _StrictRequest(Request):
    deepest = json_input.MAX_DEPTH

    async def json(self) -> Any:
        return parse_json(await self.body(), self.deepest)


def parse_json(body: bytes, deepest: int = json_input.MAX_DEPTH) -> Any:
    """Return the content of a JSON body.

    Raises
    ------
    Refusal
        400 if it is not one JSON document without ambiguities.
    """
    try:
        return json_input.loads(body, "body", deepest)
    except InputError as error:
        found = error.problems[0]
        raise Refusal(400, found.column, found.message, found.fix, rule=found.rule) from None


def _require_known(request: Request, known: set[str], lists: set[str]) -> None:
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        if name not in known:
            fix = f"Known: {', '.join(sorted(known))}." if known else "This address takes none."
            message = "is not a query parameter of this address."
            raise Refusal(422, name, message, fix, value=value, rule="unknown-parameter")
        if name in seen - lists:
            message = "The query parameter is given more than once."
            raise Refusal(422, name, message, "Give it once.", value=value, rule="repeated-key")
        seen.add(name)


def _takes_several(hint: Any) -> bool:
    """Whether a parameter is a list, or a list that may be left out."""
    return any(get_origin(part) is list for part in (hint, *get_args(hint)))


def require_json(request: Request) -> None:
    """Refuse a request that does not declare JSON in UTF-8, with status 415."""
    declared = request.headers.get("content-type", "")
    kind, _, parameters = declared.partition(";")
    charset = parameters.lower().partition("charset=")[2].strip(' "')
    if kind.strip().lower() != "application/json" or charset not in {"", "utf-8", "utf8"}:
        raise Refusal(
            415,
            "Content-Type",
            f"{declared} is not read here." if declared else "The content type is missing.",
            "Send application/json in UTF-8.",
            value=declared,
        )
