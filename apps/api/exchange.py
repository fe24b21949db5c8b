"""One request and its response, with the limits and headers that apply to both."""

from __future__ import annotations

import asyncio
import dataclasses
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apps.api.errors import Refusal
from apps.api.limits import Places

REQUEST_ID = "X-Request-ID"
GRACE_SECONDS = 10.0
LEAST_BYTES_PER_SECOND = 1024

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


class Exchange:
    """A request on its way through the gate.

    Parameters
    ----------
    scope, receive, send
        The connection, as ASGI hands it over.
    request_id : str
        The id of the request.
    limits : BodyLimits
        What the body must keep to.
    places : Places
        Where the request finds a place once its body is complete.

    Attributes
    ----------
    status : int
        HTTP status of the response; 0 before it begins.
    refused : str
        Why the body was refused, by the rule that was broken; empty if it was not.
    """

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        request_id: str,
        limits: BodyLimits,
        places: Places,
    ) -> None:
        self.scope = scope
        self.request_id = request_id
        self.began = time.monotonic()
        self.status = 0
        self.refused = ""
        self._receive, self._send = receive, send
        self._limits, self._read, self._complete = limits, 0, False
        self._places, self._holds, self._arriving = places, False, False

    def enter(self, body_follows: bool) -> None:
        """Take a place at once, or when the body that follows is complete."""
        if body_follows:
            self._places.arriving += 1
            self._arriving = True
        else:
            self._take()

    def leave(self) -> None:
        """Give back what the exchange holds; it may hold nothing."""
        self._places.taken -= self._holds
        self._places.arriving -= self._arriving
        self._holds = self._arriving = False

    async def receive(self) -> Message:
        """Pass on the next part of the body while it keeps to the limits of size and time."""
        if self._complete:
            return await self._receive()
        try:
            async with asyncio.timeout(max(0.0, self._seconds_left())):
                message = await self._receive()
        except TimeoutError:
            raise self._noted(too_slow(self._limits.seconds)) from None
        if message["type"] == "http.disconnect":
            return message
        self._read += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._read > self._limits.size:
            raise self._noted(too_large(self._limits.size))
        if self._complete and self._arriving:
            self._places.arriving -= 1
            self._arriving = False
            self._take()
        return message

    async def send(self, message: Message) -> None:
        """Pass on the response with the headers that every response carries."""
        if message["type"] == "http.response.start":
            # The work is done; a client who reads slowly keeps nobody waiting.
            self.leave()
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers[REQUEST_ID] = self.request_id
        await self._send(message)

    async def respond(self, response: ASGIApp) -> None:
        """Send a complete response."""
        await response(self.scope, self.receive, self.send)

    def _take(self) -> None:
        if self._places.taken >= self._places.limit:
            raise self._noted(busy(self._places.limit))
        self._places.taken += 1
        self._holds = True

    def _seconds_left(self) -> float:
        """Return how long the next part may take: until the end, and not below the least pace."""
        pace = GRACE_SECONDS + self._read / LEAST_BYTES_PER_SECOND
        return min(self._limits.seconds, pace) - (time.monotonic() - self.began)

    def _noted(self, refusal: Refusal) -> Refusal:
        self.refused = refusal.problem.rule
        return refusal


def too_large(limit: int) -> Refusal:
    """Return the refusal of a body above the limit, in bytes."""
    return Refusal(
        413,
        "body",
        f"The body is larger than {limit} bytes.",
        "Send fewer rows at a time, or score the file on the command line.",
    )


def too_slow(seconds: float) -> Refusal:
    """Return the refusal of a body that does not arrive."""
    return Refusal(
        408,
        "body",
        f"The body did not arrive within {seconds:g} s, or slower than "
        f"{LEAST_BYTES_PER_SECOND} bytes a second.",
        "Send it again, or in smaller parts.",
    )


def busy(limit: int) -> Refusal:
    """Return the refusal of a request for which there is no place now."""
    return Refusal(
        503,
        "request",
        f"The service is busy: it takes in {limit} requests at once.",
        "Send it again after the seconds in the header Retry-After.",
        rule="busy",
        headers={"Retry-After": "1"},
    )
