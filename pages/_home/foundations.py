"""What the gallery says of the articles."""

from __future__ import annotations

from core import foundations
from pages._home.card import Card, Link
from pages._shared.page_def import System


def card() -> Card:
    """Return the card; its figures are counted in the registry."""
    topics = foundations.topics()
    return Card(
        System.FOUNDATIONS,
        "Why does the mathematics behind these systems hold, and does it hold on this machine?",
        "Statements, each derived and each with a check that runs here",
        f"{len(foundations.statements()):,}",
        f"{len(foundations.breaks())} switches break one on purpose; {len(foundations.errata())} "
        "errors of common texts are refuted by calculation.",
        f"{len(topics)} articles. Two of them open the plan of Apple sales and the heart-disease "
        "model of CardioSense.",
        (
            Link("foundations", "Check every statement"),
            Link(f"foundations-{topics[0].key}", "Read the first article"),
            Link("foundations-errata", "See the errata"),
        ),
    )
