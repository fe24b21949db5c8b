"""The login, through real redirects: who gets in, who does not, and what is sent before."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from pages._shared.registry import PAGES
from tests.security import oidc_provider as forged

USER, TOKENS = "_streamlit_user", "_streamlit_user_tokens"
SIGNED_IN = b"Signed in as"


def inside(visitor) -> bool:
    """Whether the visitor sees pages; fails if it is neither pages nor the card."""
    sent = visitor.page()
    refused = b"Log in to go on." in sent or b"You are logged in as" in sent
    assert (SIGNED_IN in sent) is not refused
    return SIGNED_IN in sent


def test_before_the_login_nothing_of_any_page_is_sent(visitors):
    anonymous = visitors()
    with anonymous.session() as session:
        for definition in PAGES:
            sent = session.run(definition.slug)
            assert b"Log in to go on." in sent
            assert (
                b"Open to everyone at `@clinic.example` and 1 person on the operator's list."
                in sent
            )
            assert b"a@example.org" not in sent
            for text in (definition.heading, definition.title, definition.purpose):
                if text not in ("Home", "Clinical ML suite"):
                    assert text.encode() not in sent, f"{definition.slug} tells {text!r}"


def test_the_login_leads_to_the_pages_and_back_out(guarded, visitors):
    visitor = visitors()
    assert not inside(visitor)
    arrived = visitor.log_in()
    assert arrived.status_code == 200
    assert str(arrived.url) == f"{guarded.address}/"
    assert inside(visitor)
    assert b"a@example.org" in visitor.page("about")
    assert b"CardioSense" in visitor.page("cardiosense")
    with visitor.session() as session:
        session.run()
        left = visitor.http.get(session.press("Log out"))
    ended = urlsplit(left.headers["location"])
    assert f"{ended.scheme}://{ended.netloc}{ended.path}" == f"{guarded.provider.address}/logout"
    # The provider sends the browser back to the callback, which leads home.
    again = visitor.http.get(left.headers["location"], follow_redirects=True)
    assert str(again.url) == f"{guarded.address}/"
    assert USER not in visitor.http.cookies
    assert not inside(visitor)


def test_the_cookies_of_a_login_are_kept_from_scripts_and_from_other_sites(visitors):
    visitor = visitors()
    callback = visitor.log_in(stop_before="/oauth2callback")
    answer = visitor.http.get(callback.headers["location"])
    given = {line.partition("=")[0]: line.lower() for line in answer.headers.get_list("set-cookie")}
    for name in (USER, TOKENS):
        assert "httponly" in given[name]
        assert "samesite=lax" in given[name]
        assert "path=/" in given[name]


@pytest.mark.parametrize(
    "forgery",
    [
        forged.unsigned,
        forged.signature_cut,
        forged.changed_after_signing,
        forged.foreign_key,
        forged.public_key_as_secret,
        forged.client_secret_as_key,
        forged.expired,
        forged.with_claims(aud="another-client"),
        forged.with_claims(aud=None),
        forged.with_claims(iss="http://127.0.0.1:1"),
        forged.with_claims(nonce="of another login"),
        forged.with_claims(nonce=None),
        forged.with_claims(exp=None),
        forged.with_claims(iat=None),
    ],
    ids=[
        "unsigned", "signature-cut", "changed-after-signing", "foreign-key",
        "public-key-as-secret", "client-secret-as-key", "expired", "other-audience",
        "no-audience", "other-issuer", "other-nonce", "no-nonce", "no-expiry", "no-issue-time",
    ],
)  # fmt: skip
def test_a_forged_token_lets_nobody_in(guarded, visitors, forgery):
    guarded.provider.be(forgery)
    visitor = visitors()
    visitor.log_in()
    assert USER not in visitor.http.cookies
    assert not inside(visitor)


@pytest.mark.parametrize(
    ("person", "enters"),
    [
        ({"email": "a@example.org"}, True),
        ({"email": "A@Example.ORG"}, True),
        ({"email": "anyone@clinic.example"}, True),
        ({"email": "b@example.org"}, False),
        ({"email": "anyone@sub.clinic.example"}, False),
        ({"email": "anyone@evilclinic.example"}, False),
        ({"email": "anyone@clinic.example.evil.test"}, False),
        ({"email": "a@evil.test@clinic.example"}, False),
        ({"email": "anyone@cl\u0131nic.example"}, False),
        ({"email": ["a@example.org"]}, False),
        ({"email": None}, False),
        ({"email_verified": False}, False),
        ({"email_verified": None}, False),
        ({"email_verified": "true"}, False),
        ({"iat": int(time.time()) - 13 * 3600}, False),
    ],
)
def test_only_those_on_the_list_with_a_verified_address_come_in(guarded, visitors, person, enters):
    guarded.provider.be(**person)
    visitor = visitors()
    visitor.log_in()
    sent = visitor.page("cardiosense")
    assert (SIGNED_IN in sent) is enters
    if not enters:
        assert b"You are logged in as" in sent
        assert b"Log out" in sent
        assert b"CardioSense" not in sent


def test_a_callback_that_this_browser_did_not_ask_for_logs_nobody_in(visitors):
    victim, attacker = visitors(), visitors()
    stolen = attacker.log_in(stop_before="/oauth2callback").headers["location"]
    victim.http.get(stolen)
    assert not inside(victim)
    parts = urlsplit(attacker.log_in(stop_before="/oauth2callback").headers["location"])
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    for changed in ({"state": "x" * 30}, {"state": ""}, {"code": "made-up"}):
        attacker.http.get(f"{parts.path}?{urlencode(query | changed)}")
        assert not inside(attacker)


def test_a_used_callback_is_not_good_for_another_login(visitors):
    visitor, other = visitors(), visitors()
    callback = visitor.log_in(stop_before="/oauth2callback").headers["location"]
    before = {one.name: one.value for one in visitor.http.cookies.jar}
    visitor.http.get(callback)
    assert inside(visitor)
    for name, value in before.items():
        other.http.cookies.set(name, value, domain="127.0.0.1")
    other.http.get(callback)
    assert not inside(other)


def test_a_cookie_that_was_touched_counts_as_none(visitors):
    visitor = visitors()
    visitor.log_in()
    good = {name: visitor.http.cookies[name] for name in (USER, TOKENS)}
    payload, stamp, signature = good[USER].rsplit(".", 2)
    for bad in (
        f"{payload[:-4]}AAAA.{stamp}.{signature}",
        # Its first character: some bits of the last mean nothing.
        f"{payload}.{stamp}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}",
        f"{payload}.{stamp}.",
        payload,
        good[TOKENS],
        "",
        '{"is_logged_in": true, "email": "a@example.org", "email_verified": true}',
    ):
        forger = visitors()
        forger.http.cookies.set(USER, bad.replace('"', "%22"), domain="127.0.0.1")
        assert not inside(forger), bad
    assert inside(visitor)


def test_the_identity_is_not_taken_from_headers_or_from_another_origin(guarded, visitors):
    visitor = visitors()
    visitor.log_in()
    # The login belongs to the address in redirect_uri alone.
    visitor.address = visitor.origin = guarded.address.replace("127.0.0.1", "localhost")
    assert not inside(visitor)


def test_a_session_that_was_left_is_not_taken_over_without_its_login(guarded, visitors):
    owner, thief = visitors(), visitors()
    owner.log_in()
    with owner.session() as session:
        session.run("cardiosense")
        left = session.id
    with owner.session(resume=left) as session:
        session.run("cardiosense")
        assert session.id == left
    with thief.session(resume=left) as session:
        sent = session.run("cardiosense")
        assert session.id != left
    assert SIGNED_IN not in sent
    assert b"a@example.org" not in sent


@pytest.mark.parametrize(
    "path",
    [
        "/auth/login?next=https://evil.test/",
        "/auth/login?provider=https://evil.test/",
        "/auth/login?redirect_uri=https://evil.test/&provider=x",
        "/auth/logout?next=https://evil.test/",
        "/auth/logout?post_logout_redirect_uri=https://evil.test/",
        "/oauth2callback?error=x&error_description=y&next=//evil.test",
        "/oauth2callback?state=x&code=y&redirect_uri=https://evil.test",
        "//evil.test/",
        "//evil.test/%2e%2e",
        "/%5Cevil.test/",
        "/%09//evil.test/",
        "/https:/evil.test/",
    ],
)
def test_no_address_of_the_suite_redirects_elsewhere(guarded, visitors, path):
    visitor = visitors()
    visitor.http.cookies.clear()
    answer = visitor.http.request("GET", f"{guarded.address}{path}")
    target = answer.headers.get("location", "")
    host = urlsplit(target).netloc
    assert not host or f"http://{host}" in (guarded.address, guarded.provider.address)
    assert not target.startswith(("//", "/\\"))


def test_what_is_uploaded_and_shown_belongs_to_those_who_are_logged_in(visitors):
    anonymous, clinician = visitors(), visitors()
    clinician.log_in()
    for visitor, status in ((anonymous, 401), (clinician, 204)):
        with visitor.session() as session:
            session.run("cardiosense-batch")
            token = visitor.http.cookies["_streamlit_xsrf"]
            answer = visitor.http.put(
                f"/_stcore/upload_file/{session.id}/a",
                files={"file": ("a.csv", b"age\n63\n", "text/csv")},
                headers={"X-Xsrftoken": token},
            )
            assert answer.status_code == status
    assert anonymous.http.get("/media/0123456789.png").status_code == 401
    assert clinician.http.get("/media/0123456789.png").status_code == 404


def test_the_api_is_not_a_way_around_the_login(visitors):
    visitor = visitors()
    visitor.log_in()
    assert visitor.http.get("/api/v1/cardiosense/card").status_code == 401
    assert visitor.http.get("/api/v1/trust/policies").status_code == 401
    assert visitor.http.get("/api/health").status_code == 200
