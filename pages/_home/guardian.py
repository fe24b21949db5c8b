"""What the gallery says of the medication check."""

from __future__ import annotations

from core.guardian import inventory, presets
from pages._home.card import Card, Link
from pages._shared.page_def import System


def card() -> Card:
    """Return the card; its figures are counted in the knowledge base."""
    found, case = inventory(), presets.case_presets()[0]
    return Card(
        System.GUARDIAN,
        "Do these medicines fit each other and this patient? What cannot be said, because a name "
        "or a value is missing?",
        "Rules, each with its source and a case that raises it",
        f"{sum(found.rules.values()):,}",
        "Alerts come from rules alone; no language model can add or remove one.",
        f"{found.ingredients:,} ingredients under {found.names:,} names; facts from labels, "
        "guidelines and papers. Or your own list, or a FHIR Bundle.",
        (
            Link("guardian", "Check an invented case", {"preset": case.slug}),
            Link("guardian-knowledge", "Look up a rule"),
            Link("guardian-evidence", "See the evidence"),
        ),
    )
