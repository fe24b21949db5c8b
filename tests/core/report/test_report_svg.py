from __future__ import annotations

import pytest

from core.report.svg import around, ticks
from core.report.text import one_line


def test_ticks_are_round_and_inside():
    assert ticks(0.0, 1.0) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    for low, high in ((-0.013, 0.4), (95.0, 143.0), (1e-6, 3e-6), (2.0, 2.0)):
        found = ticks(low, high)
        assert 1 <= len(found) <= 8
        assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in found)
    assert around([None, 1.0, 3.0]) == pytest.approx((0.9, 3.1))
    assert around([]) == pytest.approx((-0.05, 1.05))


def test_text_stays_on_one_line_and_not_too_long():
    assert one_line("a\nb\tc", 80) == "a b c"
    assert len(one_line("x" * 5000)) == 1500
