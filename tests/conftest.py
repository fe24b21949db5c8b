"""Fixtures that more than one test module needs."""

from __future__ import annotations

import math
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from core.cardiosense import data, presets
from core.runtime.threads import limit_threads

limit_threads()
hypothesis.settings.register_profile(
    "suite", deadline=None, derandomize=True, max_examples=50, print_blob=True
)
hypothesis.settings.load_profile("suite")


SIEGE = (
    "faults/", "hostile/", "service/", "security/test_bombs.py", "security/test_login_flow.py",
)  # fmt: skip
"""Tests that start servers, kill processes, fill disks or hand over thousands of files."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).as_posix().startswith(SIEGE):
            item.add_marker("siege")


@pytest.fixture(autouse=True)
def _own_main_module() -> Iterator[None]:
    """Streamlit's test runner leaves its page as ``__main__``; spawned processes would run it."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def cleveland() -> data.Cohort:
    return data.site("cleveland")


@pytest.fixture(scope="session")
def patient() -> dict[str, float]:
    """A complete diagnostic record."""
    return {k: float(v) for k, v in presets.diagnostic()[0].values.items() if v is not None}


@pytest.fixture(scope="session")
def all_sites() -> list[dict[str, float | None]]:
    """Every patient of the four hospitals, as records with None where not measured."""
    return [
        {str(k): None if math.isnan(v) else float(v) for k, v in row.items()}
        for name in data.SITE_ROWS
        for _, row in data.site(name).values.iterrows()
    ]


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """Address of an empty schema on the PostgreSQL server that ``.ci/postgres`` starts."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if not given:
        pytest.skip("TEST_POSTGRES_URL is not set: run .ci/postgres .venv/bin/python -m pytest ...")
    import sqlalchemy as sa

    url, name = sa.make_url(given), f"test_{secrets.token_hex(8)}"
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    own = url.update_query_dict({"options": f"-csearch_path={name}"})
    yield own.render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
