"""Rules against a case."""

from __future__ import annotations

from core.guardian.engine.apply import Open, apply, fold
from core.guardian.engine.context import Case, Item, Subject
from core.guardian.engine.index import RuleIndex

__all__ = ["Case", "Item", "Open", "RuleIndex", "Subject", "apply", "fold"]
