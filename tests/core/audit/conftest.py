"""Each test of the log gets a database of its own, of either kind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.audit.log import AuditLog

MEMORY = Path("/dev/shm")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder where waiting for the disk costs nothing, if the machine has one."""
    if not os.access(MEMORY, os.W_OK):
        yield tmp_path
        return
    made = Path(tempfile.mkdtemp(dir=MEMORY))
    yield made
    shutil.rmtree(made)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{folder}/audit.sqlite"


@pytest.fixture
def log(url: str) -> Iterator[AuditLog]:
    opened = AuditLog(url)
    yield opened
    opened.close()


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "deep" / "audit.sqlite"


@pytest.fixture
def file_log(path: Path) -> Iterator[AuditLog]:
    opened = AuditLog(f"sqlite:///{path}")
    yield opened
    opened.close()
