"""Where a system comes from, as its routes state it."""

from __future__ import annotations

from apps.api.results import answer_model, answer_with, plain_model
from core.evidence import About, Evidence

AboutAnswer = answer_model(About)
EvidenceAnswer = answer_with(
    "EvidenceAnswer",
    "What speaks for and against relying on an answer.",
    evidence=(list[plain_model(Evidence)], "One reason each, with its figures."),  # type: ignore[misc]
)
