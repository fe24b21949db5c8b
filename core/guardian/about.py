"""What the medication check is for, and what it rests on."""

from __future__ import annotations

from core.evidence import About
from core.guardian.inventory import inventory
from core.guardian.knowledge import knowledge

INTENDED_USE = (
    "Patient Safety Guardian: research and teaching of medication checks by reviewed rules. Not "
    "for decisions about patients; a list without alerts has not been shown to be harmless."
)
LICENCE = "facts from public labels, guidelines and papers, in own words"


def about() -> About:
    """Return version, size and sources of the knowledge base; no model is trained."""
    found = inventory()
    reviewed = max(rule.reviewed_on for rule in knowledge().rules.values())
    rows = {
        "Ingredients, names, combinations": (found.names, "Reading medication lists"),
        "Rules": (sum(found.rules.values()), "Alerts, each with its sources"),
    }
    return About(
        intended_use=INTENDED_USE,
        trained=f"no model is trained; rules reviewed {reviewed}",
        models=(),
        data=tuple(
            {
                "Data": f"Knowledge base, {name.lower()}",
                "Rows": count,
                "Use": use,
                "Licence": LICENCE,
                "Source": "cited in each rule",
                "SHA-256": found.version.rpartition(":")[2],
            }
            for name, (count, use) in rows.items()
        ),
        libraries=(),
    )
