"""Reviews, rules and the knowledge base as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.guardian import Alert, Inventory, Review, Rule


def review_lines(found: Review) -> Iterator[str]:
    """Yield the result first, then alerts, gaps and what the lines were read as."""
    yield found.headline
    for alert in found.alerts:
        yield from _alert_lines(alert)
    for gap in found.gaps:
        yield f"not checked: {gap.field}: {gap.message} {gap.fix}"
    for order in found.orders:
        yield f"read: {order.text!r} as {', '.join(order.ingredients) or 'nothing known'}"
        yield from (f"    {note}" for note in order.notes)
    yield f"Knowledge base {found.kb_version}. For research and education; not a medical device."


def _alert_lines(alert: Alert) -> Iterator[str]:
    yield f"{alert.severity.upper()} ({alert.type}): {' + '.join(alert.drugs)} [{alert.rule_id}]"
    if alert.reasons:
        yield f"    Because: {'; '.join(alert.reasons)}."
    yield f"    {alert.effect}"
    yield f"    {alert.management}"
    for source in alert.sources:
        yield f"    Source: {source.name}, {source.section}, {source.year}"


def rule_lines(found: Rule) -> Iterator[str]:
    """Yield what a rule says and where it comes from."""
    sides = [" or ".join(side) for side in (found.drugs, found.partners, found.third) if side]
    yield f"{found.id}: {found.severity} ({found.type}), {' with '.join(sides)}"
    yield f"    {found.mechanism}"
    yield f"    {found.effect}"
    yield f"    {found.management}"
    for change in found.adjust:
        yield f"    {change.severity} in context: {change.note}"
    for source in found.sources:
        yield f"    Source: {source.name}, {source.section}, {source.year}"
    yield f"    Reviewed {found.reviewed_on}; {found.evidence}; {found.jurisdiction}"


def knowledge_lines(found: Inventory) -> Iterator[str]:
    """Yield the size of the knowledge base."""
    yield found.version
    yield f"{found.ingredients} ingredients, {found.names} names, {found.products} combinations"
    yield f"{found.classes} classes, {found.conditions} conditions, {found.labs} measurements"
    yield f"{sum(found.rules.values())} rules: " + ", ".join(
        f"{count} {kind}" for kind, count in found.rules.items()
    )
