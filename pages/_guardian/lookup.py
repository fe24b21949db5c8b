"""Which rules speak of a medicine, or of two together."""

from __future__ import annotations

from collections.abc import Iterable

from core.guardian import Rule, knowledge


def of_medicine(name: str) -> list[Rule]:
    """Return the rules that name an ingredient, itself or by one of its classes, worst first."""
    known = knowledge()
    return _sorted(
        rule
        for rule in known.rules.values()
        if any(name in known.expand(side) for side in (rule.drugs, rule.partners, rule.third))
    )


def of_pair(one: str, other: str) -> list[Rule]:
    """Return the rules about two ingredients together, worst first."""
    known = knowledge()
    found = []
    for rule in known.rules.values():
        drugs, partners = known.expand(rule.drugs), known.expand(rule.partners)
        spoken = _across(one, other, drugs, partners)
        if spoken and not any(
            _across(one, other, known.expand([a]), known.expand([b])) for a, b in rule.exceptions
        ):
            found.append(rule)
    return _sorted(found)


def _across(one: str, other: str, left: frozenset[str], right: frozenset[str]) -> bool:
    return (one in left and other in right) or (other in left and one in right)


def _sorted(found: Iterable[Rule]) -> list[Rule]:
    return sorted(found, key=lambda rule: (rule.severity.rank, rule.id))
