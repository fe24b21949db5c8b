"""The outermost door: which hosts and origins are served, and what browsers may do with answers.

It stands before pages, static files, websocket and REST API alike.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.formparsers import MultiPartParser
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "clipboard-read=(), clipboard-write=(self)"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
}
TRANSPORT_SECURITY = "max-age=31536000"
API = "/api/"
PRIVATE = ("/_stcore/upload_file/", "/media/")
"""Paths whose answers belong to a session: they ask for the login where the pages do."""
CLOSED = ("/_stcore/agent/",)
"""Ways into the pages that the suite does not offer, whatever Streamlit is configured to."""

_NOT_SERVED = (
    "This host name is not served. The operator names those that are in SUITE_ALLOWED_HOSTS."
)
TWO_LENGTHS = "Content-Length and Transfer-Encoding are both given. Send one of them."
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)

Cookies = Mapping[str, str]


class Edge:
    """ASGI middleware around the whole server.

    Parameters
    ----------
    app : ASGIApp
        What is behind it.
    hosts : tuple of str
        Host names that are served; ``*.example.org`` for all below one, ``*`` for any.
    policy : str
        Content security policy of every answer that has none of its own.
    enters : callable, optional
        Whether the sender of these cookies is logged in; by default nobody has to be.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: tuple[str, ...],
        policy: str,
        enters: Callable[[Cookies], bool] | None = None,
    ) -> None:
        self.app = app
        self.hosts = hosts
        self.enters = enters
        self.headers = {**STATIC_HEADERS, "Content-Security-Policy": policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if scope["type"] == "websocket":
            if refused is None:
                await self.app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        secure = scope["scheme"] == "https"

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._mark(MutableHeaders(scope=message), secure)
            await send(message)

        await (self.app if refused is None else refused)(scope, receive, marked)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        path = str(scope["path"])
        given = headers.getlist("host")
        # The API says the same in its own form.
        if len(given) != 1 or not (is_served(given[0], self.hosts) or path.startswith(API)):
            return _said(400, _NOT_SERVED)
        if scope["type"] == "websocket" and not is_own(headers.getlist("origin"), given[0]):
            return _said(403, "Another site may not open this connection.")
        if is_ambiguous(headers):
            return _said(400, TWO_LENGTHS, {"Connection": "close"})
        if path.startswith(CLOSED):
            return _said(404, "This address is not served.")
        private = path.startswith(PRIVATE) and scope.get("method") != "OPTIONS"
        if private and self.enters and not self.enters(HTTPConnection(scope).cookies):
            return _said(401, "Log in first: open the suite's home page.")
        return None

    def _mark(self, headers: MutableHeaders, secure: bool) -> None:
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        if secure:
            headers.setdefault("Strict-Transport-Security", TRANSPORT_SECURITY)


def keep_uploads_in_memory(most: int) -> None:
    """Let uploads of up to so many bytes never pass the disk; from 1 MiB on they would."""
    MultiPartParser.spool_max_size = most


def is_served(host: str, patterns: tuple[str, ...]) -> bool:
    """Say whether a ``Host`` header names a host that is served, whatever its port.

    Examples
    --------
    >>> is_served("suite.example.org:8501", ("*.example.org",))
    True
    >>> is_served("example.org.evil.test", ("example.org",))
    False
    """
    name = host.lower()
    name = name[: name.find("]") + 1] if name.startswith("[") else name.partition(":")[0]
    return any(
        pattern == "*"
        or name == pattern.lower()
        or (pattern.startswith("*.") and name.endswith(pattern[1:].lower()))
        for pattern in patterns
    )


def is_ambiguous(headers: Headers) -> bool:
    """Say whether a request states its length in two ways.

    A proxy in front may go by the other one, and would then take a part of this body for the next
    request, or of the next caller's request for this body.
    """
    return "content-length" in headers and "transfer-encoding" in headers


def is_own(origins: list[str], host: str) -> bool:
    """Say whether a page of this server sends this, or no browser at all.

    Streamlit would let the pages of any other server on this machine open a websocket, and to find
    out its own address it would ask a server on the internet.
    """
    if not origins:
        return True
    return origins in ([f"http://{host}"], [f"https://{host}"])


def content_policy(index: Path) -> str:
    """Return the content security policy of the pages.

    Parameters
    ----------
    index : Path
        The page that starts Streamlit; its own inline scripts are allowed by their hashes, so
        that no other inline script is.
    """
    scripts = _INLINE.findall(index.read_text(encoding="utf-8"))
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts]
    allowed = " ".join(["'self'", *(f"'sha256-{one}'" for one in hashes)])
    rules = {
        "default-src": "'none'",
        "script-src": allowed,
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self'",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "object-src": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _said(
    status: int, sentence: str, headers: Mapping[str, str] | None = None
) -> PlainTextResponse:
    return PlainTextResponse(f"{sentence}\n", status_code=status, headers=headers)
