"""Open the suite's pages in Streamlit's own test runner, through the router."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from core.runtime.settings import settings
from pages._shared import kept, trail
from pages._shared.page_def import ROOT
from pages._shared.registry import page

OpenPage = Callable[..., AppTest]
TIMEOUT_S = 60


@pytest.fixture(autouse=True)
def _no_shared_answers():
    """Begin each test without answers that another one, with its stand-ins, has left."""
    kept.PUBLIC.forget()


@pytest.fixture
def open_page() -> OpenPage:
    """Return a function that opens a page by its slug, with query parameters if wanted."""

    def open_(slug: str, **query: str) -> AppTest:
        app = AppTest.from_file(ROOT / "apps" / "suite.py", default_timeout=TIMEOUT_S)
        if slug:
            # The router must have run once before it knows its pages.
            app.run()
            app.switch_page(str(page(slug).path))
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return open_


@pytest.fixture
def full_audit(monkeypatch, tmp_path):
    """An audit log that keeps everything, as the pages write it."""
    monkeypatch.setenv("SUITE_AUDIT_MODE", "full")
    monkeypatch.setenv("SUITE_AUDIT_URL", f"sqlite:///{tmp_path}/audit.sqlite")
    settings.cache_clear()
    trail.log.cache_clear()
    yield trail.log()
    monkeypatch.undo()
    settings.cache_clear()
    trail.log.cache_clear()
