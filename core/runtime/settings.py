"""Settings of the running suite, read once from environment variables that start with SUITE_."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, cast, get_args

from core.errors import SuiteError

AuditMode = Literal["off", "hashes", "full"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
Login = Literal["off", "oidc"]
Role = Literal["read", "score", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""What a caller may do, each role including those before it: look things up; ask for results;
change what is stored."""

PREFIX = "SUITE_"
ROOT = Path(__file__).resolve().parents[2]
MIN_KEY_LENGTH = 16
MAX_DIGITS = 12

_HOST = re.compile(r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]|\*")
_PERSON = re.compile(r"[^@\s,]*@[a-z0-9-]+(\.[a-z0-9-]+)*")
_KEY = re.compile(r"[!-~]+")
_GEMINI = re.compile(r"gemini-[a-z0-9.-]{1,60}")
_SERVER = re.compile(
    r"http(?P<secure>s)?://(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:]+\])(:\d{1,5})?"
    r"(/[A-Za-z0-9._/-]*)?(#[A-Za-z0-9._:/-]+)?"
)
_URL = re.compile(r"(sqlite(\+\w+)?:///|postgresql(\+\w+)?://).+")


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """How this process behaves; the defaults suit one person on one machine.

    Attributes
    ----------
    models_root : Path
        Folder of the trained models (``SUITE_MODELS_ROOT``).
    audit_url : str
        Database of the audit log, SQLite or PostgreSQL (``SUITE_AUDIT_URL``). Nothing is created
        there while auditing is off.
    drift_url : str
        Database of the drift timelines, SQLite or PostgreSQL (``SUITE_DRIFT_URL``). Nothing is
        created there before a stream is watched.
    audit_mode : {"off", "hashes", "full"}
        What the audit log keeps of a patient (``SUITE_AUDIT_MODE``): nothing; the hash of the
        input with output and model; or the input values too, which monitoring needs.
    api_key : str or None
        Bearer key that REST callers must send (``SUITE_API_KEY``), with every role; none when
        ``None``.
    api_keys : tuple of (Role, str)
        Further bearer keys with their roles (``SUITE_API_KEYS``, as ``read:KEY,score:KEY``).
    rate_per_minute : int
        Requests that one caller may send in a minute (``SUITE_RATE_PER_MINUTE``); 0 for any number.
    queue_limit : int
        Requests that the API takes in at once (``SUITE_QUEUE_LIMIT``); others are told to return.
    body_limit_bytes : int
        Largest request body that is read, in bytes (``SUITE_BODY_LIMIT_BYTES``).
    allowed_hosts : tuple of str
        Host names under which the suite answers (``SUITE_ALLOWED_HOSTS``, comma-separated).
    log_level : {"DEBUG", "INFO", "WARNING", "ERROR"}
        Least severe log line that is written (``SUITE_LOG_LEVEL``).
    audit_retention_days : int
        Age from which ``audit purge`` removes entries (``SUITE_AUDIT_RETENTION_DAYS``); 0 to keep
        them for good.
    login : {"off", "oidc"}
        Whether the pages ask for a login (``SUITE_LOGIN``), by the OpenID Connect provider that
        ``.streamlit/secrets.toml`` names.
    login_allowed : tuple of str
        Addresses (``a@example.org``) or domains (``@example.org``) that may log in
        (``SUITE_LOGIN_ALLOWED``, comma-separated); empty for everyone the provider knows.
    job_workers : int
        Worker processes for heavy jobs (``SUITE_JOB_WORKERS``).
    guardian_model : str
        Who puts a medication review into words (``SUITE_GUARDIAN_MODEL``): ``"local"``, which needs
        no network; the id of a Gemini model; or ``"endpoint"``.
    guardian_endpoint : str
        Address of an OpenAI-compatible server up to ``/v1``, ``#model`` after it
        (``SUITE_GUARDIAN_ENDPOINT``); empty for none.
    """

    models_root: Path = ROOT / "models"
    audit_url: str = dataclasses.field(
        default=f"sqlite:///{(ROOT / 'var' / 'audit.sqlite').as_posix()}", repr=False
    )
    drift_url: str = dataclasses.field(
        default=f"sqlite:///{(ROOT / 'var' / 'drift.sqlite').as_posix()}", repr=False
    )
    audit_mode: AuditMode = "off"
    api_key: str | None = dataclasses.field(default=None, repr=False)
    api_keys: tuple[tuple[Role, str], ...] = dataclasses.field(default=(), repr=False)
    rate_per_minute: int = 0
    queue_limit: int = 64
    body_limit_bytes: int = 50 * 1024 * 1024
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    log_level: LogLevel = "INFO"
    audit_retention_days: int = 0
    login: Login = "off"
    login_allowed: tuple[str, ...] = ()
    job_workers: int = 1
    guardian_model: str = "local"
    guardian_endpoint: str = ""

    def __post_init__(self) -> None:
        keys = [key for _, key in self.api_keys] + [self.api_key][: self.api_key is not None]
        if len(set(keys)) < len(keys):
            raise SuiteError(
                f"{PREFIX}API_KEY and {PREFIX}API_KEYS hold one key twice, so its role is "
                "unclear. Give every caller a key of its own."
            )

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Settings:
        """Build the settings from environment variables; what is not set keeps its default.

        Raises
        ------
        SuiteError
            If a variable has an unusable value, or starts with ``SUITE_`` and is not a setting:
            a misspelt ``SUITE_API_KEY`` must not leave the door open.
        """
        given = {name: text for name, text in environ.items() if name.startswith(PREFIX)}
        for name in given:
            if name not in VARIABLES:
                raise SuiteError(_unknown(name))
        values = {
            VARIABLES[name]: _READERS[VARIABLES[name]](name, text.strip())
            for name, text in given.items()
        }
        return cls(**values)


VARIABLES = {PREFIX + f.name.upper(): f.name for f in dataclasses.fields(Settings)}
"""Environment variable to setting."""


@functools.cache
def settings() -> Settings:
    """Return the settings of this process, read from the environment at the first call."""
    return Settings.from_env(os.environ)


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, VARIABLES, n=1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{name} is not a setting. {hint}The settings are {', '.join(VARIABLES)}."


def _refuse(name: str, shown: str, fix: str) -> SuiteError:
    return SuiteError(f"{name} is {shown!r}, which cannot be used. {fix}")


def _folder(name: str, text: str) -> Path:
    path = Path(text).expanduser()
    if not text or not path.is_dir():
        raise _refuse(name, text, "Give the path of an existing folder.")
    return path.resolve()


def _url(name: str, text: str) -> str:
    if not _URL.fullmatch(text):
        # The text may hold a password; only its scheme is repeated.
        scheme = text.partition(":")[0]
        fix = "Write sqlite:////folder/name.sqlite or postgresql+psycopg://user@host/name."
        raise _refuse(name, f"{scheme}:...", fix)
    return text


def _key(name: str, text: str) -> str:
    if len(text) < MIN_KEY_LENGTH or not _KEY.fullmatch(text):
        # The key itself is a secret and is never repeated.
        fix = (
            f"Use at least {MIN_KEY_LENGTH} printable ASCII characters without spaces, or unset it."
        )
        raise _refuse(name, f"a text of {len(text)} characters", fix)
    return text


def _keys(name: str, text: str) -> tuple[tuple[Role, str], ...]:
    keys = []
    for part in text.split(","):
        role, colon, key = part.strip().partition(":")
        if role not in ROLES or not colon:
            # What stands there may be a secret and is never repeated.
            fix = f"Write role:key, separated by commas; the roles are {', '.join(ROLES)}."
            raise _refuse(name, f"a text of {len(text)} characters", fix)
        keys.append((role, _key(name, key)))
    return tuple(keys)


def _people(name: str, text: str) -> tuple[str, ...]:
    people = tuple(part.strip().casefold() for part in text.split(","))
    for one in people:
        if not _PERSON.fullmatch(one):
            fix = "List addresses or domains: a@example.org, @example.org."
            raise _refuse(name, one, fix)
    return people


def _whole(low: int, high: int) -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        digits = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
        if not (digits and low <= int(text) <= high):
            raise _refuse(name, text, f"Give a whole number from {low} to {high}.")
        return int(text)

    return read


def _one_of(permitted: tuple[str, ...]) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        for choice in permitted:
            if text.casefold() == choice.casefold():
                return choice
        raise _refuse(name, text, f"Use one of: {', '.join(permitted)}.")

    return read


def _hosts(name: str, text: str) -> tuple[str, ...]:
    hosts = tuple(part.strip() for part in text.split(","))
    for host in hosts:
        if not _HOST.fullmatch(host):
            fix = "List host names without port or scheme, separated by commas: suite.example.org."
            raise _refuse(name, text, fix)
    return hosts


def _narrator(name: str, text: str) -> str:
    chosen = text.casefold()
    if chosen not in ("local", "endpoint") and not _GEMINI.fullmatch(chosen):
        raise _refuse(name, text, "Use local, endpoint, or a Gemini model such as gemini-2.5-pro.")
    return chosen


def _endpoint(name: str, text: str) -> str:
    found = _SERVER.fullmatch(text)
    if not found or not (found["secure"] or _loopback(found["host"])):
        # The text may hold a password; only its scheme is repeated.
        scheme = text.partition(":")[0] if ":" in text else ""
        fix = (
            "Write http://127.0.0.1:8080/v1 for a server on this machine, https:// for any other, "
            "and #model after it where the server has several."
        )
        raise _refuse(name, f"{scheme}:...", fix)
    return text


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


_READERS: dict[str, Callable[[str, str], Any]] = {
    "models_root": _folder,
    "audit_url": _url,
    "drift_url": _url,
    "audit_mode": _one_of(cast("tuple[str, ...]", get_args(AuditMode))),
    "api_key": _key,
    "api_keys": _keys,
    "rate_per_minute": _whole(0, 1_000_000),
    "queue_limit": _whole(1, 10_000),
    "audit_retention_days": _whole(0, 36_500),
    "login": _one_of(cast("tuple[str, ...]", get_args(Login))),
    "login_allowed": _people,
    "body_limit_bytes": _whole(1024, 2 * 1024**3),
    "allowed_hosts": _hosts,
    "log_level": _one_of(cast("tuple[str, ...]", get_args(LogLevel))),
    "job_workers": _whole(1, 64),
    "guardian_model": _narrator,
    "guardian_endpoint": _endpoint,
}
