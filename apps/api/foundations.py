"""Foundations over HTTP: articles, their statements, and whether these hold on this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from apps.api.answers import LONG, answer, compute
from apps.api.errors import Refusal
from apps.api.foundations_schemas import (
    BreaksAnswer,
    ErrataAnswer,
    FreshListAnswer,
    FreshRequest,
    Key,
    Number,
    Seed,
    StatementAnswer,
    TopicAnswer,
    TopicKey,
    TopicsAnswer,
    VerificationRows,
    VerifyRequest,
)
from apps.api.strict import StrictRoute
from core.errors import SuiteError
from core.foundations import (
    Statement,
    Topic,
    breaks,
    broken,
    errata,
    refute,
    statement,
    topic,
    topics,
    verify,
    verify_fresh,
)
from core.plain import plain

T = TypeVar("T")


def router() -> APIRouter:
    """Build the routes of Foundations."""
    routes = APIRouter(prefix="/v1/foundations", tags=["foundations"], route_class=StrictRoute)
    _read(routes)
    _check(routes)
    _fail(routes)
    return routes


def _read(routes: APIRouter) -> None:
    @routes.get("/topics", responses={200: {"model": TopicsAnswer}})
    async def articles(request: Request) -> Response:
        """Return the articles with the numbers of their statements."""
        found = await compute(topics)
        return answer(request, {"topics": [_line(one) for one in found]})

    @routes.get("/topics/{key}", responses={200: {"model": TopicAnswer}})
    async def article(request: Request, key: Key) -> Response:
        """Return one article: its sections and its statements with their derivations."""
        found = await compute(lambda: _found(404, "key", key, lambda: topic(key)))
        return answer(request, _article(found))

    @routes.get("/statements/{number}", responses={200: {"model": StatementAnswer}})
    async def derived(request: Request, number: Number) -> Response:
        """Return one statement: hypotheses, derivation, how it is checked, where it is proved."""
        found = await compute(lambda: _found(404, "number", number, lambda: statement(number)))
        home = next(one.key for one in topics() if found in one.statements)
        return answer(request, {"topic": home, "statement": _derivation(found)})


def _check(routes: APIRouter) -> None:
    @routes.post("/verify", responses={200: {"model": VerificationRows}})
    async def holds(request: Request, wanted: VerifyRequest) -> Response:
        """Check statements here and now: both sides, how far apart, and how far is allowed.

        A statement that does not hold is an answer too.
        """
        if wanted.ids is not None and wanted.topic is not None:
            message = "is given beside ids."
            raise Refusal(422, "topic", message, "Give topic or ids.", value=wanted.topic)
        field = "topic" if wanted.ids is None else "ids"

        def verb() -> dict[str, Any]:
            found = _found(
                422,
                field,
                str(getattr(wanted, field)),
                lambda: verify(wanted.topic, wanted.ids, seed=wanted.seed),
            )
            holds = all(row.passed for row in found.rows)
            return {"seed": found.seed, "holds": holds, "rows": found.to_dict()}

        return answer(request, await compute(verb, LONG))

    @routes.post("/fresh", responses={200: {"model": FreshListAnswer}})
    async def anew(request: Request, wanted: FreshRequest) -> Response:
        """Check an article on several seeds that nobody has looked at before."""

        def verb() -> list[dict[str, Any]]:
            _found(422, "topic", wanted.topic, lambda: topic(wanted.topic))
            found = verify_fresh(wanted.topic, seeds=wanted.seeds, first=wanted.first)
            return [one.to_dict() for one in found]

        return answer(request, {"statements": await compute(verb, LONG)})


def _fail(routes: APIRouter) -> None:
    @routes.get("/breaks", responses={200: {"model": BreaksAnswer}})
    async def violated(request: Request, topic: TopicKey = None, seed: Seed = 0) -> Response:
        """Violate one hypothesis at a time: each statement must fail, as predicted."""

        def verb() -> list[dict[str, Any]]:
            chosen = _found(422, "topic", str(topic), lambda: breaks(topic))
            return [broken(one, seed).to_dict() for one in chosen]

        return answer(request, {"breaks": await compute(verb, LONG)})

    @routes.get("/errata", responses={200: {"model": ErrataAnswer}})
    async def refuted(request: Request, topic: TopicKey = None, seed: Seed = 0) -> Response:
        """Compute the counterexample to each error of common texts, and what is true instead."""

        def verb() -> list[dict[str, Any]]:
            chosen = _found(422, "topic", str(topic), lambda: errata(topic))
            return [refute(one, seed).to_dict() for one in chosen]

        return answer(request, {"errata": await compute(verb, LONG)})


def _found(status: int, field: str, value: str, look: Callable[[], T]) -> T:
    """Return what was looked up; an unknown name is the caller's error, not ours."""
    try:
        return look()
    except SuiteError as error:
        raise Refusal(status, field, error.message, "", value=value) from None


def _line(one: Topic) -> dict[str, Any]:
    return {
        "key": one.key,
        "title": one.title,
        "prefix": one.prefix,
        "question": one.question,
        "statements": [found.id for found in one.statements],
        "breaks": len(one.breaks),
        "errata": len(one.errata),
    }


def _article(one: Topic) -> dict[str, Any]:
    return {
        "key": one.key,
        "title": one.title,
        "prefix": one.prefix,
        "question": one.question,
        "sections": plain(one.sections),
        "statements": [_derivation(found) for found in one.statements],
    }


def _derivation(one: Statement) -> dict[str, Any]:
    """Return a statement without its check, which is code."""
    shown = ("id", "section", "title", "claim", "hypotheses", "steps", "how", "source")
    return {name: plain(getattr(one, name)) for name in shown}
