"""Readings, explanations and the shortcut audit as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.report.text import one_line
from core.viz.text import fixed, listed, percent

if TYPE_CHECKING:
    from core.respiratory.audit import ShortcutAudit
    from core.respiratory.claim import ClaimItem
    from core.respiratory.explain import FilmExplanation
    from core.respiratory.schema import Gate, Reading


def of_reading(reading: Reading) -> Iterator[str]:
    """Yield what is said of one film."""
    name = one_line(reading.file)
    if reading.probabilities is None or reading.ood_p is None:
        reason = one_line(reading.reason)
        named = reason if reason.startswith(name) else f"{name}: {reason}"
        yield f"{reading.status}: {named}"
        return
    yield f"{name}: {reading.decision or f'no single finding. {reading.reason}'}"
    shares = (f"{label} {percent(p)}" for label, p in reading.probabilities.items())
    yield f"  {', '.join(shares)}; not excluded: {listed(list(reading.set)) or 'none'}"
    alert = "raised" if reading.covid_alert else "not raised"
    yield (
        f"  COVID-19 alert {alert} (from {fixed(reading.threshold)});"
        f" like the training films: p = {fixed(reading.ood_p)}"
    )
    for warning in reading.warnings:
        yield f"  Warning: {warning}"


def of_batch(report: Mapping[str, Any], out: Path) -> Iterator[str]:
    """Yield what became of a batch of films, and where that stands."""
    yield (
        f"{report['films']:,} films: {report['read']:,} read, {report['refused']:,} refused, "
        f"{report['not_readable']:,} not readable."
    )
    yield (
        f"Of those read, {report['decided']:,} have one finding, "
        f"{report['read'] - report['decided']:,} abstain; "
        f"{report['covid_alerts']:,} COVID-19 alerts."
    )
    yield f"Every row: {out / 'readings.csv'}. Refusals with their reasons: {out / 'rejects.csv'}."


def of_explanation(found: FilmExplanation) -> Iterator[str]:
    """Yield why a film is read as it is, and whether that held when it was tested."""
    yield from of_reading(found.reading)
    yield f"Explained: {found.label}"
    for one in found.networks:
        yield f"  {one.network}: {one.deletion.sentence}"
        yield f"  {one.network}: {one.border.sentence}"
    yield f"  {found.reading.model}: {found.border.sentence}"


def of_gate(found: Gate, name: str) -> Iterator[str]:
    """Yield whether a picture may be judged, and what was looked at."""
    yield f"{one_line(name)}: {'refused' if found.refused else 'may be judged'}"
    for check in found.checks:
        yield f"  {check.status}: {check.text}"


def of_claim(items: Sequence[ClaimItem]) -> Iterator[str]:
    """Yield every item of the checklist with its answer."""
    for item in items:
        yield f"{item.number} {item.topic}: {item.status}. {item.answer}"


def of_audit(found: ShortcutAudit) -> Iterator[str]:
    """Yield how much of the figures is the hospital, not the disease."""
    yield from found.sentences
    yield from found.reasons
