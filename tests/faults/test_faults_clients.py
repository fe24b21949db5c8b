"""One whole server on a harmed machine, under slow and vanishing clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import fault_clients
from benchmarks.fault_lib import Outcome, may_mount

pytestmark = pytest.mark.skipif(
    not may_mount(), reason="full and read-only disks are mounted, which needs root on Linux"
)
NAMES = ("fixed", "altered", "slow", "gone", "dropped", "temporary")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What became of one server under all of them: its start is most of the time."""
    folder: Path = tmp_path_factory.mktemp("server")
    found = fault_clients.whole_server(folder, 17, 20, 60, every_page=False)
    return dict(zip(NAMES, found, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost(outcomes: dict[str, Outcome], name: str) -> None:
    assert outcomes[name].tries > 0
    assert outcomes[name].lost == []
