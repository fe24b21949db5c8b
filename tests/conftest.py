"""Fixtures that more than one test module needs."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator

import hypothesis
import pytest

from core.cardiosense import data, presets
from core.runtime.threads import limit_threads

limit_threads()
hypothesis.settings.register_profile(
    "suite", deadline=None, derandomize=True, max_examples=50, print_blob=True
)
hypothesis.settings.load_profile("suite")


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
