"""Every refusal of the API has one form: what is wrong, where, and how to mend it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from core.errors import ArtifactError, InputError, NotEnoughDataError, Problem, SuiteError

MAX_PROBLEMS = 50
SHOWN = 80

KINDS = {
    400: ("bad-request", "The request cannot be read."),
    401: ("unauthorised", "This address needs the API key as a bearer token."),
    403: ("forbidden", "The key that was sent does not have the role this address needs."),
    404: ("not-found", "There is nothing at this address; /docs lists what there is."),
    405: ("method-not-allowed", "This address does not answer to that method."),
    408: ("timeout", "The request body did not arrive in time."),
    409: ("conflict", "The request contradicts an earlier one."),
    413: ("too-large", "The request body is larger than this address accepts."),
    415: ("unsupported-media-type", "The content type is not one that this address reads."),
    422: ("invalid-input", "The input cannot be used as it stands."),
    429: ("too-many-requests", "This caller sent too many requests within a minute."),
    500: ("internal", "Something failed here; the input was not judged."),
    503: ("unavailable", "The service cannot answer now."),
}


class ProblemModel(BaseModel):
    """One thing wrong about one part of a request."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(description="Field, header or part of the request the problem belongs to.")
    value: str = Field(description="What was sent, shortened.")
    rule: str = Field(description="Identifier of the rule that was broken.")
    message: str = Field(description="What is wrong, as a sentence.")
    fix: str = Field(description="How to mend it.")


class ErrorDetail(BaseModel):
    """What is wrong with a request."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="Kind of error, stable across versions.")
    message: str = Field(description="What is wrong, for people.")
    problems: list[ProblemModel] = Field(description=f"The findings, at most {MAX_PROBLEMS}.")
    request_id: str = Field(description="The id in the header X-Request-ID and in the log.")


class ErrorBody(BaseModel):
    """The body of every refused request."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "error": {
                    "type": "invalid-input",
                    "message": "cp: 99 is not a known code.",
                    "problems": [
                        {
                            "field": "cp",
                            "value": "99",
                            "rule": "unknown-code",
                            "message": "99 is not a known code.",
                            "fix": "Expected 1 (typical angina), 2 (atypical angina), ...",
                        }
                    ],
                    "request_id": "3f1c2b7a9d4e4c0fa2b1d6f05e7c8a91",
                }
            }
        },
    )

    error: ErrorDetail


class Refusal(HTTPException):
    """A refusal by the API itself, before any verb is asked.

    Parameters
    ----------
    status : int
        HTTP status, one of ``KINDS``.
    field : str
        Part of the request at fault.
    message, fix : str
        What is wrong and how to mend it, as sentences.
    value : str, optional
        What was sent.
    rule : str, optional
        Identifier of the rule that was broken; by default that of the status.
    headers : mapping, optional
        Headers of the response.
    """

    def __init__(
        self,
        status: int,
        field: str,
        message: str,
        fix: str,
        *,
        value: str = "",
        rule: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message, dict(headers or {}))
        rule = rule or KINDS.get(status, KINDS[400])[0]
        self.problem = Problem(field, value, rule, message, fix)


def problem_models(problems: Iterable[Problem]) -> list[dict[str, str]]:
    """Return findings as the API states them, shortened and at most ``MAX_PROBLEMS``."""
    found = list(problems)
    return [
        {
            "field": _shorten(p.column) or "body",
            "value": _shorten(p.value),
            "rule": p.rule,
            "message": p.message,
            "fix": p.fix,
        }
        for p in found[:MAX_PROBLEMS]
    ]


def error_response(
    status: int,
    message: str,
    problems: Iterable[Problem],
    request_id: str,
    *,
    kind: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Build the response of a refused request.

    Parameters
    ----------
    status : int
        HTTP status.
    message : str
        What is wrong, for people.
    problems : iterable of Problem
        The findings behind it.
    request_id : str
        The id of the request.
    kind : str, optional
        Stable identifier; by default that of the status.
    headers : mapping, optional
        Further headers.
    """
    content = {
        "error": {
            "type": kind or KINDS.get(status, ("refused", ""))[0],
            "message": message,
            "problems": problem_models(problems),
            "request_id": request_id,
        }
    }
    # Escaped to ASCII: what a client sends may hold lone surrogates, which have no UTF-8 form.
    text = json.dumps(content, allow_nan=False)
    return Response(text, status, dict(headers or {}), media_type="application/json")


def refusal_response(refusal: Refusal, request_id: str) -> Response:
    """Build the response for a refusal by the API itself."""
    problem = refusal.problem
    return error_response(
        refusal.status_code, problem.sentence(), (problem,), request_id, headers=refusal.headers
    )


def suite_error_response(error: SuiteError, request_id: str) -> Response:
    """Build the response for an error of the suite, whose text may be shown."""
    if not isinstance(error, InputError | NotEnoughDataError):
        kind = "model-unavailable" if isinstance(error, ArtifactError) else ""
        return error_response(503, error.message, error.problems, request_id, kind=kind)
    kind = "not-enough-data" if isinstance(error, NotEnoughDataError) else "invalid-input"
    problems = error.problems or (_unlisted(error, kind),)
    return error_response(422, _summary(problems), problems, request_id, kind=kind)


def internal_response(request_id: str) -> Response:
    """Build the response for a failure that is ours: the id of the log line and nothing else."""
    message = (
        f"{KINDS[500][1]} No result was produced. "
        f"Try again; if it fails again, report the id {request_id}."
    )
    return error_response(500, message, (), request_id)


def install(api: FastAPI) -> None:
    """Make an application answer every error in the form of :class:`ErrorBody`."""
    api.add_exception_handler(RequestValidationError, _on_validation)
    api.add_exception_handler(HTTPException, _on_http)
    api.add_exception_handler(SuiteError, _on_suite_error)


def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  (narrows the type)
    problems = tuple(_from_pydantic(found) for found in error.errors())
    return error_response(422, _summary(problems), problems, request.state.request_id)


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  (narrows the type)
    if not isinstance(error, Refusal):
        field = "method" if error.status_code == 405 else "path"
        value = request.method if error.status_code == 405 else request.url.path
        message = KINDS.get(error.status_code, KINDS[400])[1]
        headers = {**(error.headers or {}), **_allowed(request, error.status_code)}
        error = Refusal(error.status_code, field, message, "", value=value, headers=headers)
    return refusal_response(error, request.state.request_id)


def _allowed(request: Request, status: int) -> dict[str, str]:
    """Return the header Allow: every method of the address, where the router knows its first."""
    if status != 405:
        return {}
    prefix = str(request.scope.get("root_path", "")).rstrip("/")
    addresses = getattr(request.app, "addresses", None)
    known = addresses and addresses.find(request.url.path.removeprefix(prefix))
    return {"Allow": ", ".join(sorted(known.roles))} if known else {}


def _on_suite_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, SuiteError)  # noqa: S101  (narrows the type)
    return suite_error_response(error, request.state.request_id)


def _unlisted(error: SuiteError, kind: str) -> Problem:
    """Return the problem of an error that lists none; its text may start with a field's name."""
    name, _, rest = error.message.partition(": ")
    if rest and name.isidentifier():
        return Problem(name, "", kind, rest, "")
    return Problem("body", "", kind, error.message, "")


def _from_pydantic(error: Mapping[str, Any]) -> Problem:
    """Turn one finding of the envelope's model into a problem in the suite's words."""
    place = [str(part) for part in error["loc"]]
    field = ".".join(place[1:]) or place[0]
    shown = "nothing" if error["type"] == "missing" else _show(error.get("input"))
    message = str(error.get("ctx", {}).get("error") or error["msg"]).removesuffix(".")
    return Problem(
        field, shown, str(error["type"]).replace("_", "-"), f"{message}.", "See /docs for the form."
    )


def _summary(problems: tuple[Problem, ...]) -> str:
    """Return the findings as text, the first few in full."""
    few = 3
    lines = [dataclasses.replace(p, column=_shorten(p.column)).sentence() for p in problems[:few]]
    if len(problems) > few:
        lines.append(f"{len(problems) - few} more problems were found.")
    return "\n".join(lines)


def _show(raw: object) -> str:
    if isinstance(raw, dict | list):
        return "an object" if isinstance(raw, dict) else "a list"
    return _shorten("nothing" if raw is None else str(raw))


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
