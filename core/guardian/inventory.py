"""How large the knowledge base is, and where its rules come from."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

from core.guardian.knowledge import Ingredient, Product, knowledge
from core.plain import plain


@dataclasses.dataclass(frozen=True, slots=True)
class Inventory:
    """What the knowledge base holds.

    Attributes
    ----------
    version : str
        Version and hash.
    ingredients, names, products, classes, conditions, labs : int
        Counts; names are brands, salts, international names, abbreviations and misspellings.
    rules, severities, evidence : mapping
        Rules by kind of alert, by severity, by grade of evidence.
    """

    version: str
    ingredients: int
    names: int
    products: int
    classes: int
    conditions: int
    labs: int
    rules: Mapping[str, int]
    severities: Mapping[str, int]
    evidence: Mapping[str, int]

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain data."""
        found: dict[str, Any] = plain(self)
        return found


def inventory() -> Inventory:
    """Count what the knowledge base of the repository holds."""
    known = knowledge()
    named: list[Ingredient | Product] = [*known.ingredients.values(), *known.products]
    rules = known.rules.values()
    return Inventory(
        version=known.version,
        ingredients=len(known.ingredients),
        names=len(known.ingredients) + sum(len(one.names) + len(one.misspellings) for one in named),
        products=len(known.products),
        classes=len(known.classes),
        conditions=len(known.conditions),
        labs=len(known.labs),
        rules=_counted(str(rule.type) for rule in rules),
        severities=_counted(str(rule.severity) for rule in rules),
        evidence=_counted(rule.evidence for rule in rules),
    )


def _counted(found: Any) -> dict[str, int]:
    return dict(sorted(Counter(found).items()))
