"""Explanations, leaderboards and the paradox as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.report.text import one_line
from core.viz.text import fixed, p_value, percent

if TYPE_CHECKING:
    from core.saliency import Explanation, Paradox
    from core.saliency.benchmark.leaderboard import Leaderboard

WIDTH = 22


def of_explanation(found: Explanation) -> Iterator[str]:
    """Yield what the network says, what is said of the map, and its figures."""
    network, made = found.subject.network, found.attribution
    shares = (f"{label} {percent(p)}" for label, p in found.probabilities.items())
    yield f"{one_line(found.subject.name)}: {one_line(network.title)}, {', '.join(shares)}"
    yield f"Explained: {found.label} by {made.method}, {made.forwards} evaluations"
    yield f"{found.verdict.outcome}: {found.verdict.sentence}"
    for one in found.verdict.findings:
        yield f"  {one.outcome}: {one.question} {one.sentence}"
    for key, value in found.metrics.items():
        yield f"  {key:{WIDTH}} {fixed(value.value) if value.defined else value.reason}"
    if found.truth is not None:
        shares_of = found.truth.shares
        yield f"  the lesion carries {percent(shares_of.lesion)} of the answer"
    for note in (*made.notes, *found.subject.warnings):
        yield f"  Note: {one_line(note)}"


def of_leaderboard(found: Leaderboard) -> Iterator[str]:
    """Yield methods with their means and ranks, best first, and what the tests say."""
    yield f"{found.metric.title}, {found.fill or 'no fill'}, {found.network}: {found.images} images"
    for entry in found.entries:
        mean = entry.mean.text() if entry.mean.n else entry.reason
        rank = "no rank" if entry.rank != entry.rank else f"rank {fixed(entry.rank, 2)}"
        yield f"  {entry.method:{WIDTH}} {rank:12} {mean}"
    if found.reason:
        yield found.reason
    if found.omnibus is not None:
        differ = sum(pair.differ for pair in found.pairs)
        yield (
            f"Friedman p {p_value(found.omnibus.p)}; {differ} of {len(found.pairs)} pairs differ "
            "after Holm's correction"
        )


def of_paradox(found: Paradox) -> Iterator[str]:
    """Yield every cell: how it looks, what it is worth, where it lies."""
    for cell in found.cells:
        looks, worth = (cell.figures[key] for key in ("plausibility", "causal-localisation"))
        yield (
            f"{cell.architecture}, {cell.regime}, {cell.method}: looks {looks.text()}, causes "
            f"{worth.text()}; {cell.quadrant}"
        )
