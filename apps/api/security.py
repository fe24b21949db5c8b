"""The gate every request passes: host, key, pace, size, one id, and no failure in the open."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import OrderedDict

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from apps.api.errors import Refusal, internal_response, refusal_response
from apps.api.exchange import HEADERS, REQUEST_ID, BodyLimits, Exchange, busy, too_large
from apps.api.limits import Places, Rates, Turns, network
from apps.api.metrics import METHODS, Metrics
from apps.api.roles import NEEDS, Addresses, Caller, Keys
from apps.edge import TWO_LENGTHS, is_ambiguous, is_own, is_served
from apps.process import PROCESS
from core.errors import InputError
from core.runtime import logs
from core.runtime.settings import Role, Settings

__all__ = ["HEADERS", "Gate", "RequestIds", "used_id"]

logger = logging.getLogger(__name__)

OPEN_PATHS = frozenset({"/health", "/ready"})
"""Asked by whoever looks after the process: they need no key and always get an answer."""

UNCOUNTED_PATHS = OPEN_PATHS | {"/metrics"}
"""Answered however busy the service is."""

UPLOAD_PATHS = frozenset(
    {
        "/v1/cardiosense/batch",
        "/v1/breast-cancer/batch",
        "/v1/breast-cancer/drift",
        "/v1/trust/audit",
        "/v1/trust/report",
        "/v1/trust/compare",
        "/v1/trust/checklist",
        "/v1/trust/original",
        "/v1/apple-sales/plan",
        "/v1/apple-sales/report",
        "/v1/apple-sales/frontier",
        "/v1/apple-sales/stress",
        "/v1/apple-sales/value",
        "/v1/apple-sales/inspect",
        "/v1/apple-sales/structure",
        "/v1/apple-sales/density",
        "/v1/apple-sales/contrasts",
        "/v1/apple-sales/forecast",
        "/v1/apple-sales/best-within",
        "/v1/respiratory/predict",
        "/v1/respiratory/explain",
        "/v1/respiratory/report",
        "/v1/respiratory/gate",
        "/v1/saliency/explain",
        "/v1/guardian/check",
        "/v1/guardian/leaflet",
        "/v1/guardian/narrative",
        "/v1/guardian/export",
        "/v1/guardian/override",
        "/cds-services/guardian-order-select",
        "/cds-services/guardian-order-sign",
    }
)
JSON_LIMIT_BYTES = 64 * 1024
BODY_SECONDS = 30.0
UPLOAD_SECONDS = 300.0
REMEMBERED_IDS = 10_000


class RequestIds:
    """The ids of questions: a caller's id stands for one answer only."""

    def __init__(self) -> None:
        self._under_way: set[str] = set()
        self._answered: OrderedDict[str, None] = OrderedDict()

    def take(self, offered: str | None, method: str) -> str:
        """Return the id of a new request: the caller's, or a fresh one when none is offered.

        Looking something up (GET) leaves no record, so any number of look-ups may share an id.

        Raises
        ------
        Refusal
            400 if the caller's id is malformed, 409 if it was used before or is just being
            answered.
        """
        if offered is None:
            return logs.new_request_id()
        try:
            logs.check_request_id(offered)
        except InputError as error:
            raise Refusal(400, REQUEST_ID, error.message, "", value=offered) from None
        if method == "POST":
            if offered in self._under_way or offered in self._answered:
                raise used_id(offered)
            self._under_way.add(offered)
        return offered

    def ended(self, request_id: str, *, answered: bool) -> None:
        """Let a question's id go, or remember it if the question was answered."""
        self._under_way.discard(request_id)
        if not answered:
            return
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
        Hosts, keys and limits.
    addresses : Addresses, optional
        What there is behind the gate and which roles it takes.
    metrics : Metrics, optional
        Where requests are counted.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        addresses: Addresses | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.app = app
        self.hosts = settings.allowed_hosts
        self.addresses = addresses or Addresses()
        self.metrics = metrics or Metrics()
        self.keys = Keys(settings)
        self.rates = Rates(settings.rate_per_minute)
        self.places = Places(settings.queue_limit)
        self.upload = BodyLimits(settings.body_limit_bytes, UPLOAD_SECONDS)
        self.json = BodyLimits(min(JSON_LIMIT_BYTES, settings.body_limit_bytes), BODY_SECONDS)
        self.ids = RequestIds()
        self.turns = Turns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            request_id, unusable = self.ids.take(headers.get(REQUEST_ID), scope["method"]), None
        except Refusal as refused:
            request_id, unusable = logs.new_request_id(), refused
        refusal = self._refusal(scope, headers) or unusable
        path = _path(scope)
        exchange = Exchange(scope, receive, send, request_id, self._limits(path), self.places)
        with logs.request(request_id), self.metrics.in_flight.track_inprogress():
            try:
                if refusal is None and path not in UNCOUNTED_PATHS:
                    exchange.enter(_has_body(headers))
                    await self.turns.wait()
                await self._serve(exchange, refusal)
            finally:
                exchange.leave()
                if scope["method"] == "POST":
                    self.ids.ended(request_id, answered=200 <= exchange.status < 300)
                self._note(exchange, path, refusal)

    async def _serve(self, exchange: Exchange, refusal: Refusal | None) -> None:
        if refusal is not None:
            await exchange.respond(refusal_response(refusal, exchange.request_id))
            return
        exchange.scope.setdefault("state", {})["request_id"] = exchange.request_id
        try:
            await self.app(exchange.scope, exchange.receive, exchange.send)
        except asyncio.CancelledError:
            # The server has waited for as long as it waits for anything under way.
            if PROCESS.ending and not exchange.status:
                await exchange.respond(refusal_response(ending(), exchange.request_id))
            raise
        except ClientDisconnect:
            return  # nobody is there to be told
        except Exception:
            logger.exception("request failed")
            if not exchange.status:
                await exchange.respond(internal_response(exchange.request_id))

    def _refusal(self, scope: Scope, headers: Headers) -> Refusal | None:
        if refusal := misdirected(headers, self.hosts):
            return refusal
        path = _path(scope)
        if path in OPEN_PATHS:
            return None
        if PROCESS.ending:
            return ending()
        return self._not_admitted(scope, path, headers) or self._no_room(path, headers)

    def _not_admitted(self, scope: Scope, path: str, headers: Headers) -> Refusal | None:
        caller = self.keys.caller(headers.get("authorization", ""))
        if path not in UNCOUNTED_PATHS:
            # Whoever has no key has a bucket too, so that keys cannot be tried out at leisure.
            client = scope.get("client") or ("",)
            name = f"key {caller.key}" if caller else f"address {network(client[0])}"
            if wait := self.rates.wait(name, time.monotonic()):
                return too_many(self.rates.per_minute, wait)
        if not self.keys.are_asked_for:
            return None
        return wrong_key(caller, self.addresses.role(path, scope["method"]))

    def _no_room(self, path: str, headers: Headers) -> Refusal | None:
        if self.places.is_full and path not in UNCOUNTED_PATHS:
            return busy(self.places.limit)
        declared = headers.get("content-length", "0")
        most = self._limits(path).size
        if declared.isdecimal() and int(declared[:20]) > most:
            return too_large(most)
        return None

    def _limits(self, path: str) -> BodyLimits:
        return self.upload if path in UPLOAD_PATHS else self.json

    def _note(self, exchange: Exchange, path: str, refusal: Refusal | None) -> None:
        found = self.addresses.find(path)
        seconds = time.monotonic() - exchange.began
        method = exchange.scope["method"]
        template = found.template if found else ""
        reason = refusal.problem.rule if refusal else exchange.refused
        self.metrics.note(template, method, exchange.status, seconds, reason)
        logger.info(
            "request",
            extra={
                "method": method if method in METHODS else "other",
                "route": template,
                "status": exchange.status,
                "duration_ms": round(seconds * 1000, 3),
            },
        )


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def misdirected(headers: Headers, hosts: tuple[str, ...]) -> Refusal | None:
    """Return the refusal of a request that is for another host, of another site, or unclear."""
    given, origins = headers.getlist("host"), headers.getlist("origin")
    host = ", ".join(given)
    if len(given) != 1 or not is_served(host, hosts):
        fix = f"Use one of: {', '.join(hosts)}."
        return Refusal(400, "Host", "This host name is not served.", fix, value=host)
    if not is_own(origins, host):
        # A browser sends a form for any site that it shows, and only then hides the answer.
        message, fix = (
            "A page of another site may not call this service.",
            "Call it from a program.",
        )
        return Refusal(403, "Origin", message, fix, value=", ".join(origins))
    if is_ambiguous(headers):
        shut = {"Connection": "close"}
        return Refusal(400, "Transfer-Encoding", TWO_LENGTHS, "", headers=shut)
    return None


def wrong_key(caller: Caller | None, needed: Role) -> Refusal | None:
    """Return the refusal of an unknown key, or of one without the role; none for a right one."""
    if caller is None:
        return Refusal(
            401,
            "Authorization",
            "This address needs the API key as a bearer token.",
            "Send the header Authorization: Bearer <key>.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if caller.may(needed):
        return None
    return Refusal(
        403,
        "Authorization",
        f"This address {NEEDS[needed]}, which needs the role {needed}; "
        f"the key that was sent has the role {caller.role}.",
        f"Send a key with the role {needed}.",
    )


def too_many(per_minute: int, wait: float) -> Refusal:
    """Return the refusal of a caller who sends too much."""
    return Refusal(
        429,
        "request",
        f"More than {per_minute} requests came from this caller within a minute.",
        "Send it again after the seconds in the header Retry-After.",
        headers={"Retry-After": str(math.ceil(wait))},
    )


def ending() -> Refusal:
    """Return the refusal of a request to a process that was told to stop."""
    return Refusal(
        503,
        "request",
        "The service is stopping.",
        "Send it again in a moment; it will be answered by the service that takes over.",
        rule="ending",
        headers={"Retry-After": "5", "Connection": "close"},
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
