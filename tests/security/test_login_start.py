"""A server whose login would not hold does not start."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from apps import login
from benchmarks.serving import free_port
from core.errors import SuiteError
from core.runtime.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
KEY = "k" * 20
GOOD = {
    "redirect_uri": "https://suite.example.org/oauth2callback",
    "cookie_secret": "0123456789abcdef0123456789abcdef",
    "client_id": "suite",
    "client_secret": "of the provider",
    "server_metadata_url": "https://login.example.org/.well-known/openid-configuration",
}


@pytest.fixture
def secrets(monkeypatch):
    """Let the secrets file hold what a test says."""

    def hold(**changed: object) -> None:
        section = {k: v for k, v in {**GOOD, **changed}.items() if v is not None}
        monkeypatch.setattr(login, "_auth_section", lambda: section)

    hold()
    return hold


def test_without_a_login_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(login, "_auth_section", lambda: pytest.fail("read"))
    login.check_start(Settings())


def test_a_complete_configuration_starts(secrets):
    login.check_start(Settings(login="oidc", api_key=KEY))
    login.check_start(Settings(login="oidc", api_keys=(("read", KEY),)))
    secrets(redirect_uri="http://localhost:{port}/oauth2callback")
    login.check_start(Settings(login="oidc", api_key=KEY))


def test_unsigned_tokens_are_unknown_to_this_process(secrets):
    from joserfc.jws import JWSRegistry

    login.check_start(Settings(login="oidc", api_key=KEY))
    assert "none" not in JWSRegistry.algorithms
    assert "RS256" in JWSRegistry.algorithms


def test_an_api_without_key_would_be_a_way_around_the_login(secrets):
    with pytest.raises(SuiteError, match=r"REST API under /api has no key.*SUITE_API_KEY"):
        login.check_start(Settings(login="oidc"))


@pytest.mark.parametrize("module", ["authlib", "httpx"])
def test_a_missing_package_is_named_with_its_command(secrets, monkeypatch, module):
    find = importlib.util.find_spec
    absent = lambda name: None if name == module else find(name)  # noqa: E731
    monkeypatch.setattr(importlib.util, "find_spec", absent)
    with pytest.raises(SuiteError, match=rf"{module}: python -m pip install -r requirements-ser"):
        login.check_start(Settings(login="oidc", api_key=KEY))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        *(({name: None}, f"does not give {name}") for name in GOOD),
        ({"client_secret": "  "}, "does not give client_secret"),
        ({"cookie_secret": "short"}, "fewer than 32 characters"),
        ({"client_id": "<client id of the provider>"}, "placeholder"),
        ({"redirect_uri": "https://suite.example.org/"}, "does not end in /oauth2callback"),
        ({"redirect_uri": "http://suite.example.org/oauth2callback"}, "neither https nor on this"),
        ({"server_metadata_url": "http://login.example.org/x"}, "neither https nor on this"),
        ({"server_metadata_url": "file:///etc/passwd"}, "neither https nor on this"),
        ({"expose_tokens": "id"}, "expose_tokens"),
    ],
)
def test_an_incomplete_or_open_configuration_is_named(secrets, changed, said):
    secrets(**changed)
    with pytest.raises(SuiteError, match=said):
        login.check_start(Settings(login="oidc", api_key=KEY))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("server.trustedUserHeaders", {"X-Email": "email"}),
        ("server.enableAgentApi", True),
        ("server.enableXsrfProtection", False),
        ("server.baseUrlPath", "suite"),
    ],
)
def test_streamlit_may_not_believe_other_proofs(secrets, monkeypatch, option, value):
    import streamlit as st

    get = st.get_option
    monkeypatch.setattr(st, "get_option", lambda name: value if name == option else get(name))
    with pytest.raises(SuiteError, match=option):
        login.check_start(Settings(login="oidc", api_key=KEY))


@pytest.mark.parametrize("content", [None, "[auth\n"])
def test_without_usable_secrets_the_server_ends_with_a_sentence(tmp_path, content):
    file = tmp_path / "secrets.toml"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "apps/server.py",
         "--server.port", str(free_port()), "--secrets.files", str(file)],
        cwd=ROOT, env={"SUITE_LOGIN": "oidc", "SUITE_API_KEY": KEY, "PATH": "/usr/bin",
                       "HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode != 0
    assert "SUITE_LOGIN is oidc, but" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_the_example_is_complete_and_refused_as_it_is(secrets):
    text = (ROOT / ".streamlit" / "secrets.toml.example").read_text(encoding="utf-8")
    example = tomllib.loads(text)["auth"]
    assert set(example) == set(login.NEEDED)
    secrets(**example)
    with pytest.raises(SuiteError, match=r"cookie_secret|placeholder"):
        login.check_start(Settings(login="oidc", api_key=KEY))
    assert ".streamlit/secrets.toml\n" in (ROOT / ".gitignore").read_text(encoding="utf-8")


NOW = 1_800_000_000
PERSON = {"is_logged_in": True, "iat": NOW - 60, "email": "a@b.org", "email_verified": True}


@pytest.mark.parametrize(
    ("changed", "enters"),
    [
        ({}, True),
        ({"is_logged_in": "true"}, False),
        ({"is_logged_in": 1}, False),
        ({"iat": NOW - 13 * 3600}, False),
        ({"iat": NOW + 3600}, False),
        ({"iat": None}, False),
        ({"iat": True}, False),
        ({"iat": float("nan")}, False),
        ({"iat": str(NOW)}, False),
        ({"email_verified": 1}, False),
        ({"email": "a@\u212a.org"}, False),
        ({"email": "a@b.org "}, False),
        ({"email": "@b.org"}, False),
    ],
)
def test_who_enters(changed, enters):
    found = login.reason_against({**PERSON, **changed}, ("a@b.org", "a@k.org", "@k.org"), NOW)
    assert (found is None) is enters


def test_an_empty_list_admits_whom_the_provider_knows():
    assert login.reason_against({"is_logged_in": True, "iat": NOW}, (), NOW) is None
    assert login.reason_against({}, (), NOW) == "Nobody is logged in."


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "\u00ff" * 50, "chunks-99999999999"])
def test_a_cookie_that_is_none_admits_nobody(value):
    assert not login.enters({"_streamlit_user": value})
    assert not login.enters({})


def test_a_name_is_shown_as_plain_text():
    assert login.shown({"email": "a`b](x)@c.org\u202e\n"}) == "`ab](x)@c.org`"
    assert login.shown({}) == "`somebody`"
