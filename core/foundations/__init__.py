"""Foundations: derivations whose every statement is checked on the reader's machine."""

from __future__ import annotations

from core.foundations.registry import breaks, errata, statement, statements, topic, topics
from core.foundations.schema import (
    Break,
    Erratum,
    Kind,
    Question,
    Reading,
    Section,
    Statement,
    Topic,
)
from core.foundations.trial import Broken, Refuted, broken, refute
from core.foundations.verification import (
    SEED,
    Fresh,
    Row,
    Verification,
    fresh_limit,
    verify,
    verify_fresh,
)

__all__ = [
    "SEED",
    "Break",
    "Broken",
    "Erratum",
    "Fresh",
    "Kind",
    "Question",
    "Reading",
    "Refuted",
    "Row",
    "Section",
    "Statement",
    "Topic",
    "Verification",
    "breaks",
    "broken",
    "errata",
    "fresh_limit",
    "refute",
    "statement",
    "statements",
    "topic",
    "topics",
    "verify",
    "verify_fresh",
]
