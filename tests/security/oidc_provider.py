"""An OpenID Connect provider on this machine, that can be told to forge.

Discovery, authorisation code with PKCE, a token signed with RS256, its keys, and the end of the
session: what a real provider answers, over plain HTTP on loopback.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, CLIENT_SECRET = "clinical-suite", "a secret between the suite and the provider"
Forgery = Callable[["Provider", dict[str, Any]], str]


@dataclasses.dataclass
class Provider:
    """A running provider: who logs in next, and how their token is made."""

    address: str
    key: RSAKey
    person: dict[str, Any] = dataclasses.field(default_factory=dict)
    forgery: Forgery | None = None
    asked: list[str] = dataclasses.field(default_factory=list)
    codes: dict[str, dict[str, str]] = dataclasses.field(default_factory=dict)

    def be(self, forgery: Forgery | None = None, **person: Any) -> None:
        """Say who the next one to log in is; a claim of ``None`` is left out."""
        everyone = {"sub": "0815", "email": "a@example.org", "email_verified": True}
        self.person = {k: v for k, v in {**everyone, **person}.items() if v is not None}
        self.forgery = forgery

    def secrets_toml(self, **changed: str) -> str:
        """Return the operator's secrets file for this provider."""
        auth = {
            "redirect_uri": "http://127.0.0.1:{port}/oauth2callback",
            "cookie_secret": "9f1c6a52e0d84b0b8a7d3c5e2f6a1b4c9f1c6a52",
            "client_id": CLIENT,
            "client_secret": CLIENT_SECRET,
            "server_metadata_url": f"{self.address}/.well-known/openid-configuration",
        } | changed
        lines = (f"{name} = {json.dumps(value)}" for name, value in auth.items())
        return "\n".join(["[auth]", *lines, ""])

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
            "end_session_endpoint": f"{self.address}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            # As generous as some real ones: nothing but the key may decide.
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
        }

    def claims(self, nonce: str) -> dict[str, Any]:
        now = int(time.time())
        times = {"iat": now, "exp": now + 3600}
        return {"iss": self.address, "aud": CLIENT, "nonce": nonce, **times, **self.person}

    def id_token(self, nonce: str) -> str:
        claims = self.claims(nonce)
        return self.forgery(self, claims) if self.forgery else self.signed(claims)

    def signed(self, claims: dict[str, Any], key: RSAKey | None = None) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, key or self.key)


def unsigned(provider: Provider, claims: dict[str, Any]) -> str:
    """A token that claims to need no signature."""
    return ".".join([_part({"alg": "none", "typ": "JWT"}), _part(claims), ""])


def signature_cut(provider: Provider, claims: dict[str, Any]) -> str:
    return provider.signed(claims).rpartition(".")[0] + "."


def changed_after_signing(provider: Provider, claims: dict[str, Any]) -> str:
    head, _, signature = provider.signed({**claims, "sub": "4711"}).split(".")
    return ".".join([head, _part(claims), signature])


def foreign_key(provider: Provider, claims: dict[str, Any]) -> str:
    """Signed by somebody else, under the provider's key id."""
    return provider.signed(claims, RSAKey.generate_key(2048, {"kid": provider.key.kid}))


def public_key_as_secret(provider: Provider, claims: dict[str, Any]) -> str:
    """The old confusion: HS256, with the public key for a shared secret."""
    pem = provider.key.as_pem(private=False)
    signed = f"{_part({'alg': 'HS256', 'kid': provider.key.kid})}.{_part(claims)}"
    import hmac

    made = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def client_secret_as_key(provider: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET))


def with_claims(**changed: Any) -> Forgery:
    """Properly signed, but with other claims; ``None`` leaves one out."""

    def forge(provider: Provider, claims: dict[str, Any]) -> str:
        return provider.signed({k: v for k, v in {**claims, **changed}.items() if v is not None})

    return forge


def expired(provider: Provider, claims: dict[str, Any]) -> str:
    now = int(time.time())
    return provider.signed({**claims, "iat": now - 7200, "exp": now - 3600})


@contextmanager
def provider() -> Iterator[Provider]:
    """Run a provider as long as the block."""
    key = RSAKey.generate_key(2048, {"kid": "key-1", "use": "sig"})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    running = Provider(f"http://127.0.0.1:{server.server_port}", key)
    running.be()
    server.provider = running
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    @property
    def provider(self) -> Provider:
        return self.server.provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.provider.asked.append(parts.path)
        if parts.path == "/.well-known/openid-configuration":
            self._json(200, self.provider.discovery())
        elif parts.path == "/jwks":
            self._json(200, {"keys": [self.provider.key.as_dict(private=False)]})
        elif parts.path == "/authorize":
            self._authorize(query)
        elif parts.path == "/logout":
            self._redirect(query["post_logout_redirect_uri"])
        else:
            self._json(404, {"error": "not_found"})

    def do_POST(self) -> None:
        self.provider.asked.append(self.path)
        sent = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(sent).items()}
        given = self.provider.codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if given is None or given["code_challenge"] != challenge:
            self._json(400, {"error": "invalid_grant"})
        elif self.headers.get("authorization") != f"Basic {basic}":
            self._json(401, {"error": "invalid_client"})
        else:
            token = self.provider.id_token(given["nonce"])
            answer = {"access_token": secrets.token_hex(8), "token_type": "Bearer"}
            self._json(200, {**answer, "expires_in": 3600, "id_token": token})

    def _authorize(self, query: dict[str, str]) -> None:
        if query.get("client_id") != CLIENT or query.get("code_challenge_method") != "S256":
            self._json(400, {"error": "invalid_request"})
            return
        code = secrets.token_hex(8)
        self.provider.codes[code] = query
        back = urlencode({"code": code, "state": query["state"]})
        self._redirect(f"{query['redirect_uri']}?{back}")

    def _json(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, target: str) -> None:
        self.send_response(302)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
