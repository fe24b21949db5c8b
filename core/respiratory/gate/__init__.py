"""The input gate: only whole, upright frontal chest films reach the networks."""

from __future__ import annotations

from core.respiratory.gate.judge import judge, judge_all

__all__ = ["judge", "judge_all"]
