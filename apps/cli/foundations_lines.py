"""What the verbs of Foundations print for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.foundations import Break, Broken, Fresh, Reading, Refuted, Verification


def of_rows(found: Verification) -> Iterator[str]:
    """Return one line a statement, and the count."""
    for row in found.rows:
        said = _sides(row.reading) if row.reading else row.failure
        yield f"{'holds' if row.passed else 'FAILS'}  {row.id}: {row.title} {said}"
    yield (
        f"{len(found.rows)} statements, {found.passed} verified here in {found.seconds:.2g} s "
        f"(seed {found.seed})."
    )


def of_fresh(found: Iterable[Fresh]) -> Iterator[str]:
    """Return one line a statement with its worst seed."""
    for one in found:
        worst = _sides(one.worst.reading) if one.worst.reading else one.worst.failure
        yield f"{one.id}: fails on {one.failed} of {one.seeds} seeds. Worst: {worst}"


def of_breaks(pairs: Iterable[tuple[Break, Broken]]) -> Iterator[str]:
    """Return one line a switch."""
    for switch, found in pairs:
        verdict = "fails as predicted" if found.as_predicted else "NOT AS PREDICTED"
        said = _sides(found.reading) if found.reading else found.failure
        yield f"{found.statement} {verdict}: {switch.switch}. {switch.outcome} {said}"


def of_errata(found: Iterable[Refuted]) -> Iterator[str]:
    """Return one line an error."""
    for one in found:
        said = _sides(one.reading) if one.reading else one.failure
        verdict = "refuted" if one.refuted else "NOT REFUTED"
        yield f"{one.id} {verdict}: {one.claim} {said} True instead: {one.corrected}"


def _sides(found: Reading) -> str:
    z = "" if found.z is None else f", {found.z:+.2f} standard errors"
    return (
        f"[claimed {found.claimed:.9g}, measured {found.measured:.9g}, relation {found.relation}, "
        f"tolerance {found.tolerance:.2g}{z}]"
    )
