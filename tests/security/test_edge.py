"""The outermost door of a real server: hosts, origins, headers, paths, uploads."""

from __future__ import annotations

import errno
import http.client
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from apps import edge
from tests.security.visitor import DEADLINE_S

ROOT = Path(__file__).resolve().parents[2]
INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
PLACES = [
    "/", "/cardiosense", "/_stcore/health", "/_stcore/host-config", "/app/static/favicon.png",
    "/static/js/absent.js", "/media/absent.png", "/component/x/index.html", "/auth/login",
    "/oauth2callback", "/api/health", "/api/openapi.json", "/absent/at/all",
]  # fmt: skip
SECRET_TEXTS = (b"root:x:", b"cookie_secret", b"[server]", b"from __future__", b"[auth]")


def get(address: str, target: str, headers: tuple[tuple[str, str], ...] = (), method: str = "GET"):
    """Send a request exactly as written; clients would tidy the path and the headers."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=DEADLINE_S)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers or (("Host", parts.netloc),):
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = b"" if target == "/_stcore/stream" else response.read()
        return response.status, dict(response.getheaders()), body
    finally:
        connection.close()


def test_a_foreign_host_is_served_nowhere(guarded):
    port = urlsplit(guarded.address).port
    for path in PLACES:
        for host in ("evil.test", f"evil.test:{port}", "127.0.0.1.evil.test", "suite.example",
                     "evilsuite.example", "", "localhost@evil.test", "[::1]"):  # fmt: skip
            status, headers, body = get(guarded.address, path, (("Host", host),))
            assert (status, path, host) == (400, path, host)
            assert b"host name is not served" in body
            assert headers["x-content-type-options"] == "nosniff"
    for host in ("localhost", "LOCALHOST:1", "a.suite.example", f"127.0.0.1:{port}"):
        assert get(guarded.address, "/_stcore/health", (("Host", host),))[0] == 200


def test_a_request_with_two_hosts_or_none_is_refused(guarded):
    two = (("Host", "127.0.0.1"), ("Host", "evil.test"))
    for path in ("/", "/api/health"):
        assert get(guarded.address, path, two)[0] == 400
        assert get(guarded.address, path, (("Accept", "*/*"),))[0] == 400


def test_a_websocket_is_opened_by_our_own_pages_only(guarded):
    own = urlsplit(guarded.address).netloc
    upgrade = (
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    )
    for origin, host, status in (
        (f"http://{own}", own, 101),
        (None, own, 101),  # no browser
        ("http://evil.test", own, 403),
        ("http://127.0.0.1:1", own, 403),  # another server of this machine
        ("http://localhost:3000", own, 403),
        ("null", own, 403),
        ("", own, 403),
        (f"ftp://{own}", own, 403),
        (f"http://{own}.evil.test", own, 403),
        (f"http://evil.test#{own}", own, 403),
        (f"http://{own}@evil.test", own, 403),
        ("http://[", own, 403),
        ("http://evil.test", "evil.test", 403),
        (f"http://{own}", "evil.test", 403),
    ):
        headers = (("Host", host), *upgrade, *([("Origin", origin)] if origin is not None else []))
        assert get(guarded.address, "/_stcore/stream", headers)[0] == status, (origin, host)
    for path in ("/media/a.png", "/_stcore/upload_file/a/b", "/_stcore/agent/mcp", "/api/ready"):
        assert get(guarded.address, path, (("Host", own), *upgrade))[0] == 403, path


def test_every_answer_tells_the_browser_what_it_may_not_do(guarded):
    for path in PLACES:
        _, headers, _ = get(guarded.address, path)
        for name, value in edge.STATIC_HEADERS.items():
            assert headers[name.lower()] in (value, "no-referrer", "same-origin"), (path, name)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert "strict-transport-security" not in headers
    status, headers, _ = get(guarded.address, "/api/health")
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]


def test_behind_a_trusted_proxy_with_tls_the_browser_stays_with_tls(guarded):
    host = ("Host", urlsplit(guarded.address).netloc)
    _, headers, _ = get(guarded.address, "/", (host, ("X-Forwarded-Proto", "https")))
    assert headers["strict-transport-security"] == edge.TRANSPORT_SECURITY


def test_streamlits_way_in_for_agents_stays_shut(guarded):
    for path in ("/_stcore/agent/interact", "/_stcore/agent/mcp", "/_stcore/agent/openapi.json"):
        for method in ("GET", "POST"):
            assert get(guarded.address, path, method=method)[0] == 404


def test_inline_scripts_are_known_by_their_hash(tmp_path):
    policy = edge.content_policy(INDEX)
    scripts = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
    assert scripts.count("'sha256-") == INDEX.read_text(encoding="utf-8").count("<script>") == 1
    assert "unsafe" not in scripts
    changed = tmp_path / "index.html"
    changed.write_text("<script>alert(1)</script>", encoding="utf-8")
    assert edge.content_policy(changed) != policy


def test_an_answer_keeps_the_policy_of_its_own():
    from starlette.testclient import TestClient

    async def home(_request) -> PlainTextResponse:
        return PlainTextResponse("x", headers={"Content-Security-Policy": "default-src 'self'"})

    inner = Starlette(routes=[Route("/", home)])
    app = edge.Edge(inner, ("testserver",), "default-src 'none'", lambda _cookies: False)
    with TestClient(app) as client:
        answer = client.get("/")
        assert answer.headers["content-security-policy"] == "default-src 'self'"
        assert answer.headers["x-frame-options"] == "DENY"
        assert client.put("/_stcore/upload_file/a/b").status_code == 401


def test_an_upload_never_passes_the_disk(monkeypatch):
    from starlette.formparsers import MultiPartParser
    from starlette.testclient import TestClient

    rolled: list[bool] = []

    async def take(request) -> PlainTextResponse:
        async with request.form() as form:
            rolled.append(form["file"].file._rolled)
        return PlainTextResponse("x")

    monkeypatch.setattr(MultiPartParser, "spool_max_size", MultiPartParser.spool_max_size)
    file = {"file": ("a.csv", b"1\n" * 2**20)}
    with TestClient(Starlette(routes=[Route("/", take, methods=["PUT"])])) as client:
        client.put("/", files=file)
        edge.keep_uploads_in_memory(512 * 2**20)
        client.put("/", files=file)
    assert rolled == [True, False]


@pytest.mark.parametrize(
    ("host", "patterns", "served"),
    [
        ("[::1]:8501", ("[::1]",), True),
        ("[::1", ("[::1]",), False),
        ("a.b.c", ("*",), True),
        ("b.c", ("*.b.c",), False),
        ("A.B.C:1", ("*.b.c",), True),
        ("suite.example.org:80", ("*.example.org",), True),
        ("badexample.org", ("*.example.org",), False),
        ("", ("localhost",), False),
    ],
)
def test_which_hosts_are_served(host, patterns, served):
    assert edge.is_served(host, patterns) is served


def variants() -> list[str]:
    """Paths that some server, somewhere, once read a file for."""
    prefixes = ("/app/static", "/media", "/component", "/static", "/_stcore/bidi-components",
                "/component/streamlit.x", "")  # fmt: skip
    climbs = (
        "/../../../../../../../../etc/passwd",
        "/..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/..%252f..%252f..%252f..%252f..%252fetc%252fpasswd",
        "/..\\..\\..\\..\\..\\etc\\passwd",
        "/..%5c..%5c..%5c..%5c..%5cetc%5cpasswd",
        "/..%c0%af..%c0%af..%c0%af..%c0%afetc%c0%afpasswd",
        "/....//....//....//....//etc/passwd",
        "/..;/..;/..;/..;/etc/passwd",
        "/%00/../../../../etc/passwd",
        "/favicon.png%00../../../../etc/passwd",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/file:///etc/passwd",
        "/C:/Windows/win.ini",
        "/~root/.ssh/id_rsa",
        "/../server.py",
        "/../../.streamlit/config.toml",
        "/..%2f..%2f.streamlit%2fconfig.toml",
        "/../../.streamlit/secrets.toml",
        "/%2e%2e/%2e%2e/.git/config",
        "/../api/security.py",
    )
    return [prefix + climb for prefix in prefixes for climb in climbs]


def test_no_path_leads_to_a_file_that_is_not_meant(guarded, visitors):
    visitor = visitors()
    visitor.log_in()
    cookies = "; ".join(f"{one.name}={one.value}" for one in visitor.http.cookies.jar)
    headers = (("Host", urlsplit(guarded.address).netloc), ("Cookie", cookies))
    index = INDEX.read_bytes()
    tried = variants()
    assert len(tried) > 60
    for path in tried:
        status, _, body = get(guarded.address, path, headers)
        if status == 200:
            # An address that is no file is a page: the same start page for all of them.
            assert body == index or body == b"", path
        else:
            assert 400 <= status < 500 or status in (301, 302, 307), (path, status)
        assert not any(text in body for text in SECRET_TEXTS), path


def test_folders_are_not_listed_and_links_out_of_them_not_followed(guarded):
    for path in ("/app/static", "/app/static/", "/app/static/fonts", "/app/static/fonts/",
                 "/static/", "/static/js/", "/media/", "/component/"):  # fmt: skip
        status, _, body = get(guarded.address, path)
        assert status != 200 or body == INDEX.read_bytes(), path
        assert b"IBMPlex" not in body
        assert b"index." not in body or body == INDEX.read_bytes()
    status, _, body = get(guarded.address, "/app/static/favicon.png")
    assert (status, body) == (200, (ROOT / "apps" / "static" / "favicon.png").read_bytes())


def test_an_upload_needs_the_token_that_other_sites_cannot_read(visitors):
    visitor = visitors()
    visitor.log_in()
    token = visitor.http.cookies["_streamlit_xsrf"]
    version, mask, masked, stamp = token.split("|")
    changed = "|".join([version, mask, masked[::-1], stamp])
    with visitor.session() as session:
        session.run()
        path = f"/_stcore/upload_file/{session.id}/one"
        file = {"file": ("a.csv", b"age\n63\n", "text/csv")}
        for headers in ({}, {"X-Xsrftoken": ""}, {"X-Xsrftoken": "2|1|2|3"},
                        {"X-Xsrftoken": changed}):  # fmt: skip
            for method in ("PUT", "DELETE"):
                answer = visitor.http.request(method, path, files=file, headers=headers)
                assert answer.status_code == 403, (method, headers)
        other = path.replace(session.id, "00000000-0000-0000-0000-000000000000")
        good = {"X-Xsrftoken": token}
        assert visitor.http.put(other, files=file, headers=good).status_code == 400
        assert visitor.http.put(path, files=file, headers=good).status_code == 204
        cookies = "; ".join(f"{one.name}={one.value}" for one in visitor.http.cookies.jar)
        large = (
            ("Host", urlsplit(visitor.address).netloc),
            ("Cookie", cookies),
            ("X-Xsrftoken", token),
            ("Content-Length", str(2**40)),
        )
        assert get(visitor.address, path, large, method="PUT")[0] == 413


def test_what_is_no_http_is_answered_or_dropped_and_the_server_lives(guarded):
    parts = urlsplit(guarded.address)
    for raw in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"
        b"\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /\r\nHost: x\r\n\r\n",
        b"\x00" * 100,
    ):
        with socket.create_connection((parts.hostname, parts.port), timeout=DEADLINE_S) as sent:
            try:
                sent.sendall(raw)
                sent.shutdown(socket.SHUT_WR)
                while sent.recv(65536):
                    pass
            except ConnectionError:
                pass
            except OSError as error:
                # The server may close before all is sent: then there is nothing to shut down.
                # A server that says nothing until the timeout still fails.
                if error.errno != errno.ENOTCONN:
                    raise
    assert get(guarded.address, "/_stcore/health")[0] == 200


@pytest.mark.parametrize("path", ["/", "/api/health"])
def test_behind_a_body_of_two_lengths_nothing_is_smuggled(guarded, path):
    parts = urlsplit(guarded.address)
    with socket.create_connection((parts.hostname, parts.port), timeout=DEADLINE_S) as sent:
        sent.sendall(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n"
            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            "GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        )
        received = b""
        while part := sent.recv(65536):
            received += part
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1 ") == 1
