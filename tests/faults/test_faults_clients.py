"""One whole server on a harmed machine, under slow and vanishing clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import fault_clients
from benchmarks.fault_lib import may_mount

pytestmark = pytest.mark.skipif(
    not may_mount(), reason="full and read-only disks are mounted, which needs root on Linux"
)


def test_nothing_is_lost(tmp_path: Path) -> None:
    """One test of all of them: the server's start is most of the time, and is made once."""
    found = fault_clients.whole_server(tmp_path, 17, 20, 60, every_page=False)
    assert len(found) == 6
    assert {one.fault: one.lost for one in found if one.lost} == {}
    assert [one.fault for one in found if not one.tries] == []
