"""The gate every request passes: host, key, size, time, one id, and no failure in the open."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import hmac
import logging
import time
from collections import OrderedDict

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.api.errors import Refusal, internal_response, refusal_response
from core.errors import InputError
from core.runtime import logs
from core.runtime.settings import Settings

logger = logging.getLogger(__name__)

REQUEST_ID = "X-Request-ID"
OPEN_PATHS = frozenset({"/health"})
UPLOAD_PATHS = frozenset(
    {
        "/v1/cardiosense/batch",
        "/v1/breast-cancer/batch",
        "/v1/breast-cancer/drift",
        "/v1/trust/audit",
        "/v1/trust/report",
        "/v1/trust/compare",
        "/v1/apple-sales/plan",
        "/v1/apple-sales/report",
        "/v1/apple-sales/frontier",
        "/v1/apple-sales/stress",
        "/v1/apple-sales/inspect",
        "/v1/respiratory/predict",
        "/v1/respiratory/explain",
        "/v1/respiratory/report",
        "/v1/guardian/check",
        "/cds-services/guardian-order-select",
        "/cds-services/guardian-order-sign",
    }
)
JSON_LIMIT_BYTES = 64 * 1024
BODY_SECONDS = 30.0
UPLOAD_SECONDS = 300.0
REMEMBERED_IDS = 10_000

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Intended-Use": "research and education; not a medical device",
}


@dataclasses.dataclass(frozen=True, slots=True)
class BodyLimits:
    """How large a body may be, in bytes, and how long it may take to arrive, in seconds."""

    size: int
    seconds: float


class RequestIds:
    """The ids of answered questions: a caller's id stands for one answer only."""

    def __init__(self) -> None:
        self._answered: OrderedDict[str, None] = OrderedDict()

    def take(self, offered: str | None, method: str) -> str:
        """Return the id of a new request: the caller's, or a fresh one when none is offered.

        Looking something up (GET) leaves no record, so any number of look-ups may share an id.

        Raises
        ------
        Refusal
            400 if the caller's id is malformed, 409 if it was used before.
        """
        if offered is None:
            return logs.new_request_id()
        try:
            logs.check_request_id(offered)
        except InputError as error:
            raise Refusal(400, REQUEST_ID, error.message, "", value=offered) from None
        if method == "POST" and offered in self._answered:
            raise used_id(offered)
        return offered

    def answered(self, request_id: str) -> None:
        """Remember that a question was answered under this id."""
        self._answered[request_id] = None
        if len(self._answered) > REMEMBERED_IDS:
            self._answered.popitem(last=False)


class Gate:
    """ASGI middleware that admits a request or refuses it in the API's own form.

    Parameters
    ----------
    app : ASGIApp
        The application behind the gate.
    settings : Settings
        Hosts, key and body limit.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = settings.allowed_hosts
        self.key = None if settings.api_key is None else _digest(settings.api_key)
        self.upload = BodyLimits(settings.body_limit_bytes, UPLOAD_SECONDS)
        self.json = BodyLimits(min(JSON_LIMIT_BYTES, settings.body_limit_bytes), BODY_SECONDS)
        self.ids = RequestIds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            request_id = self.ids.take(headers.get(REQUEST_ID), scope["method"])
            refusal = self._refusal(scope, headers)
        except Refusal as refused:
            request_id, refusal = logs.new_request_id(), refused
        exchange = _Exchange(scope, receive, send, request_id, self._limits(_path(scope)))
        with logs.request(request_id):
            await self._serve(exchange, refusal)
            self._log(exchange)

    async def _serve(self, exchange: _Exchange, refusal: Refusal | None) -> None:
        if refusal is not None:
            await exchange.respond(refusal_response(refusal, exchange.request_id))
            return
        exchange.scope.setdefault("state", {})["request_id"] = exchange.request_id
        try:
            await self.app(exchange.scope, exchange.receive, exchange.send)
        except Exception:
            logger.exception("request failed")
            if not exchange.status:
                await exchange.respond(internal_response(exchange.request_id))
        if exchange.scope["method"] == "POST" and 200 <= exchange.status < 300:
            self.ids.answered(exchange.request_id)

    def _refusal(self, scope: Scope, headers: Headers) -> Refusal | None:
        host = headers.get("host", "")
        if not _is_served(host, self.hosts):
            fix = f"Use one of: {', '.join(self.hosts)}."
            return Refusal(400, "Host", "This host name is not served.", fix, value=host)
        path = _path(scope)
        if path not in OPEN_PATHS and not self._knows(headers.get("authorization", "")):
            return Refusal(
                401,
                "Authorization",
                "This address needs the API key as a bearer token.",
                "Send the header Authorization: Bearer <key>.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        declared = headers.get("content-length", "0")
        most = self._limits(path).size
        if declared.isdecimal() and int(declared[:20]) > most:
            return too_large(most)
        return None

    def _knows(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        # Digests have equal length, so the comparison tells nothing about the key.
        return self.key is None or (
            scheme.lower() == "bearer" and hmac.compare_digest(_digest(token.strip()), self.key)
        )

    def _limits(self, path: str) -> BodyLimits:
        return self.upload if path in UPLOAD_PATHS else self.json

    def _log(self, exchange: _Exchange) -> None:
        route = exchange.scope.get("route")
        logger.info(
            "request",
            extra={
                "method": exchange.scope["method"],
                "route": getattr(route, "path", ""),
                "status": exchange.status,
                "duration_ms": round((time.monotonic() - exchange.began) * 1000, 3),
            },
        )


class _Exchange:
    """One request and its response, with the limits and headers that apply to them."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, request_id: str, limits: BodyLimits
    ) -> None:
        self.scope = scope
        self.request_id = request_id
        self.began = time.monotonic()
        self.status = 0
        self._receive, self._send = receive, send
        self._limits, self._read, self._complete = limits, 0, False

    async def receive(self) -> Message:
        """Pass on the next part of the body while it keeps to the limits of size and time."""
        if self._complete:
            return await self._receive()
        try:
            left = self.began + self._limits.seconds - time.monotonic()
            async with asyncio.timeout(max(0.0, left)):
                message = await self._receive()
        except TimeoutError:
            raise Refusal(
                408,
                "body",
                f"The body did not arrive within {self._limits.seconds:g} s.",
                "Send it again, or in smaller parts.",
            ) from None
        self._read += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._read > self._limits.size:
            raise too_large(self._limits.size)
        return message

    async def send(self, message: Message) -> None:
        """Pass on the response with the headers that every response carries."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers[REQUEST_ID] = self.request_id
        await self._send(message)

    async def respond(self, response: ASGIApp) -> None:
        """Send a complete response."""
        await response(self.scope, self.receive, self.send)


def too_large(limit: int) -> Refusal:
    """Return the refusal of a body above the limit, in bytes."""
    return Refusal(
        413,
        "body",
        f"The body is larger than {limit} bytes.",
        "Send fewer rows at a time, or score the file on the command line.",
    )


def used_id(request_id: str) -> Refusal:
    """Return the refusal of a request id that already stands for another request."""
    return Refusal(
        409,
        REQUEST_ID,
        "This request id was used before.",
        "Send a new id, or none and one is made.",
        value=request_id,
    )


def _path(scope: Scope) -> str:
    # Mounted under a prefix, the path still holds it.
    return str(scope["path"]).removeprefix(str(scope.get("root_path", "")).rstrip("/"))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _is_served(host: str, patterns: tuple[str, ...]) -> bool:
    name = host.lower()
    name = name[: name.find("]") + 1] if name.startswith("[") else name.partition(":")[0]
    return any(
        pattern == "*"
        or name == pattern.lower()
        or (pattern.startswith("*.") and name.endswith(pattern[1:].lower()))
        for pattern in patterns
    )
