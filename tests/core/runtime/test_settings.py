from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SuiteError
from core.runtime.settings import VARIABLES, Settings, settings


def test_defaults_are_quiet_and_local():
    plain = Settings.from_env({"HOME": "/somewhere"})
    assert plain == Settings()
    assert plain.audit_mode == "off"
    assert plain.api_key is None
    assert plain.allowed_hosts == ("127.0.0.1", "localhost")
    assert plain.audit_url.startswith("sqlite:///")
    assert plain.audit_url.endswith("/var/audit.sqlite")
    assert plain.drift_url.startswith("sqlite:///")
    assert plain.drift_url.endswith("/var/drift.sqlite")
    assert plain.models_root.name == "models"
    assert plain.guardian_model == "local"
    assert plain.guardian_endpoint == ""


def test_every_variable_is_read(tmp_path: Path):
    given_ = {
        "SUITE_MODELS_ROOT": str(tmp_path),
        "SUITE_AUDIT_URL": f"sqlite:///{tmp_path}/log.sqlite",
        "SUITE_DRIFT_URL": f"sqlite:///{tmp_path}/drift.sqlite",
        "SUITE_AUDIT_MODE": " Full ",
        "SUITE_API_KEY": "k" * 32,
        "SUITE_API_KEYS": f"read:{'r' * 16}, score:{'s' * 16},admin:{'a' * 16}",
        "SUITE_RATE_PER_MINUTE": "600",
        "SUITE_QUEUE_LIMIT": "8",
        "SUITE_AUDIT_RETENTION_DAYS": "365",
        "SUITE_LOGIN": "OIDC",
        "SUITE_LOGIN_ALLOWED": "Ann@Example.org, @clinic.example",
        "SUITE_BODY_LIMIT_BYTES": "4096",
        "SUITE_ALLOWED_HOSTS": "suite.example.org, *.example.net,[::1]",
        "SUITE_LOG_LEVEL": "debug",
        "SUITE_JOB_WORKERS": "2",
        "SUITE_GUARDIAN_MODEL": "Gemini-2.5-pro",
        "SUITE_GUARDIAN_ENDPOINT": "http://localhost:11434/v1#llama3.1:8b",
    }
    assert set(given_) == set(VARIABLES)
    assert Settings.from_env(given_) == Settings(
        models_root=tmp_path.resolve(),
        audit_url=f"sqlite:///{tmp_path}/log.sqlite",
        drift_url=f"sqlite:///{tmp_path}/drift.sqlite",
        audit_mode="full",
        api_key="k" * 32,
        api_keys=(("read", "r" * 16), ("score", "s" * 16), ("admin", "a" * 16)),
        rate_per_minute=600,
        queue_limit=8,
        audit_retention_days=365,
        login="oidc",
        login_allowed=("ann@example.org", "@clinic.example"),
        body_limit_bytes=4096,
        allowed_hosts=("suite.example.org", "*.example.net", "[::1]"),
        log_level="DEBUG",
        job_workers=2,
        guardian_model="gemini-2.5-pro",
        guardian_endpoint="http://localhost:11434/v1#llama3.1:8b",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUITE_AUDIT_MODE", "on"),
        ("SUITE_AUDIT_MODE", ""),
        ("SUITE_BODY_LIMIT_BYTES", "1e6"),
        ("SUITE_BODY_LIMIT_BYTES", "-1"),
        ("SUITE_BODY_LIMIT_BYTES", "12"),
        ("SUITE_BODY_LIMIT_BYTES", "٣٠٠٠"),
        ("SUITE_BODY_LIMIT_BYTES", "9" * 5000),
        ("SUITE_JOB_WORKERS", "0"),
        ("SUITE_RATE_PER_MINUTE", "-1"),
        ("SUITE_RATE_PER_MINUTE", "1000001"),
        ("SUITE_QUEUE_LIMIT", "0"),
        ("SUITE_AUDIT_RETENTION_DAYS", "a year"),
        ("SUITE_LOGIN", "saml"),
        ("SUITE_LOG_LEVEL", "loud"),
        ("SUITE_ALLOWED_HOSTS", "https://example.org"),
        ("SUITE_ALLOWED_HOSTS", "example.org,,localhost"),
        ("SUITE_GUARDIAN_MODEL", "gpt-9"),
        ("SUITE_GUARDIAN_MODEL", ""),
        ("SUITE_GUARDIAN_MODEL", "gemini-2.5-pro/../x"),
        ("SUITE_MODELS_ROOT", "/nowhere/at/all"),
        ("SUITE_MODELS_ROOT", ""),
    ],
)
def test_a_bad_value_names_variable_value_and_mend(name: str, value: str):
    with pytest.raises(SuiteError) as caught:
        Settings.from_env({name: value})
    assert caught.value.message.startswith(f"{name} is {value!r}, which cannot be used. ")
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("url", ["mysql://root:hunter2@db/x", "sqlite://", "", "postgresql://"])
@pytest.mark.parametrize("name", ["SUITE_AUDIT_URL", "SUITE_DRIFT_URL"])
def test_a_bad_database_is_refused_without_its_password(name: str, url: str):
    with pytest.raises(SuiteError, match=name) as caught:
        Settings.from_env({name: url})
    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8080/v1",
        "http://[::1]:8080/v1",
        "http://localhost/v1#qwen3:8b",
        "https://models.example.org/v1",
    ],
)
def test_a_model_server_is_on_this_machine_or_encrypted(address: str):
    assert Settings.from_env({"SUITE_GUARDIAN_ENDPOINT": address}).guardian_endpoint == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "localhost:8080",
        "http://models.example.org/v1",
        "http://127.0.0.1.evil.example/v1",
        "http://me:hunter2@127.0.0.1/v1",
        "https://me:hunter2@models.example.org/v1",
        "ftp://127.0.0.1/v1",
        "http://127.0.0.1/v1?key=hunter2",
    ],
)
def test_any_other_model_server_is_refused_without_its_password(address: str):
    with pytest.raises(SuiteError, match="SUITE_GUARDIAN_ENDPOINT") as caught:
        Settings.from_env({"SUITE_GUARDIAN_ENDPOINT": address})
    assert "hunter2" not in caught.value.message
    assert "https://" in caught.value.message


@pytest.mark.parametrize("key", ["", "short", "a secret with spaces in it", "schlüssel" * 4])
def test_a_weak_key_is_refused_and_never_repeated(key: str):
    with pytest.raises(SuiteError, match=r"SUITE_API_KEY is 'a text of \d+ characters'") as caught:
        Settings.from_env({"SUITE_API_KEY": key})
    assert not key or key not in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hunter2hunter2hunter2",
        "owner:hunter2hunter2hu",
        "read:hunter2",
        "read:" + "x" * 16 + ",",
    ],
)
def test_an_unusable_list_of_keys_is_refused_and_never_repeated(text: str):
    with pytest.raises(SuiteError, match=r"SUITE_API_KEYS is 'a text of \d+ characters'") as caught:
        Settings.from_env({"SUITE_API_KEYS": text})
    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize(
    "given_",
    [
        {"SUITE_API_KEYS": f"read:{'k' * 16},admin:{'k' * 16}"},
        {"SUITE_API_KEYS": f"read:{'k' * 16}", "SUITE_API_KEY": "k" * 16},
    ],
)
def test_one_key_cannot_have_two_roles(given_: dict[str, str]):
    with pytest.raises(SuiteError, match="hold one key twice") as caught:
        Settings.from_env(given_)
    assert "kkk" not in caught.value.message


def test_who_may_log_in_is_an_address_or_a_domain():
    with pytest.raises(SuiteError, match="SUITE_LOGIN_ALLOWED is 'everyone', which cannot be used"):
        Settings.from_env({"SUITE_LOGIN_ALLOWED": "a@example.org,everyone"})


def test_secrets_do_not_show_in_the_representation():
    keys = (("read", "kkk" + "r" * 16),)
    text = repr(Settings(api_key="k" * 32, api_keys=keys, audit_url="postgresql://u:hunter2@h/d"))
    assert "kkk" not in text
    assert "hunter2" not in text


def test_a_misspelt_variable_is_refused_with_the_likely_name():
    with pytest.raises(
        SuiteError, match=r"SUITE_APIKEY is not a setting\. Did you mean SUITE_API_"
    ):
        Settings.from_env({"SUITE_APIKEY": "k" * 32})
    with pytest.raises(SuiteError, match=r"SUITE_XYZZY is not a setting\. The settings are"):
        Settings.from_env({"SUITE_XYZZY": "1"})


def test_settings_are_frozen_and_cached(monkeypatch: pytest.MonkeyPatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    first = settings()
    monkeypatch.setenv("SUITE_AUDIT_MODE", "full")
    assert settings() is first
    settings.cache_clear()
    assert settings().audit_mode == "full"
    settings.cache_clear()
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.audit_mode = "full"


@given(name=st.sampled_from(sorted(VARIABLES)), text=st.text(max_size=40))
def test_any_text_gives_settings_or_a_sentence(name: str, text: str):
    with contextlib.suppress(SuiteError):
        assert isinstance(Settings.from_env({name: text}), Settings)
