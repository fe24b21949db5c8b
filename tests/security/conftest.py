"""One real server with the login on, and one provider, for all tests of this folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.serving import suite
from tests.security.oidc_provider import Provider, provider
from tests.security.visitor import Visitor

API_KEY = "a key of the tests, quite long".replace(" ", "-")


@dataclasses.dataclass(frozen=True)
class Guarded:
    """A suite that asks for a login, and the provider it asks."""

    address: str
    provider: Provider


@contextmanager
def guarding(folder: Path) -> Iterator[Guarded]:
    """Run a provider and a suite whose secrets lie in a folder."""
    with provider() as running:
        secrets = folder / "secrets.toml"
        secrets.write_text(running.secrets_toml(), encoding="utf-8")
        settings = {
            "SUITE_LOGIN": "oidc",
            "SUITE_LOGIN_ALLOWED": "a@example.org, @clinic.example",
            "SUITE_API_KEY": API_KEY,
            "SUITE_ALLOWED_HOSTS": "127.0.0.1,localhost,*.suite.example",
            "STREAMLIT_SECRETS_FILES": str(secrets),
        }
        with suite(**settings) as server:
            yield Guarded(server.address, running)


@pytest.fixture(scope="session")
def guarded(tmp_path_factory) -> Iterator[Guarded]:
    with guarding(tmp_path_factory.mktemp("login")) as found:
        yield found


@pytest.fixture
def visitors(guarded) -> Iterator[Callable[[], Visitor]]:
    """Make visitors of the guarded suite, each a browser of their own."""
    guarded.provider.be()
    made: list[Visitor] = []

    def arrive() -> Visitor:
        made.append(Visitor(guarded.address))
        return made[-1]

    yield arrive
    for one in made:
        one.close()
