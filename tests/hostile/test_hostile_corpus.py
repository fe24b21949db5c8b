"""The corpus itself: large, distinct, the same every time, and offered to every door."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from apps.api.security import UPLOAD_PATHS
from tests.hostile import archives, parquet_files, tables
from tests.hostile.corpus import corpus
from tests.hostile.doors import DOORS, sample
from tests.hostile.rest import ROUTES


def test_the_corpus_is_large_and_each_file_has_its_own_name() -> None:
    files = corpus()
    assert len({hashlib.sha256(file.content).digest() for file in files}) >= 1_200
    assert max(Counter(file.id for file in files).values()) == 1
    assert sum(len(file.content) for file in files) < 64 * 2**20


def test_every_file_has_a_door() -> None:
    assert [f.id for f in corpus() if not any(door.takes(f) for door in DOORS)] == []


@pytest.mark.parametrize("module", [tables, parquet_files, archives])
def test_the_same_bytes_each_time(module: object) -> None:
    again = list(module.files())  # type: ignore[attr-defined]
    assert again
    assert set(again) <= set(corpus())


def test_a_normal_run_hands_in_more_than_a_thousand_files() -> None:
    handed = [file.id for door in DOORS for file in sample(door, corpus())]
    assert len(handed) >= 2_000
    assert len(set(handed)) >= 1_000


def test_every_upload_route_is_asked() -> None:
    asked = {route.path.partition("?")[0] for route in ROUTES}
    paths = {path for path in UPLOAD_PATHS if not path.endswith(SAME_AS)}
    assert paths <= asked, paths - asked


SAME_AS = ("/report", "/frontier", "/stress", "guardian-order-select")
"""Routes that read their file by the same function as one that is asked."""
