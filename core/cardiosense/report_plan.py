"""The least-effort path on paper."""

from __future__ import annotations

import math
from collections.abc import Iterator

from core.cardiosense.path_result import Changes, LeastEffortPath
from core.cardiosense.robustness import Robustness
from core.cardiosense.schema import DIAGNOSTIC
from core.report import Block, Callout, Paragraph, Table
from core.viz.text import number, percent
from core.viz.theme import StatusName


def plan_blocks(path: LeastEffortPath | None) -> Iterator[Block]:
    """Yield the plan as report blocks: verdict, changes, alternatives, limits and their sources."""
    if path is None:
        yield Paragraph("No plan was asked for.")
        return
    yield Callout(*_plan_verdict(path))
    if path.changes:
        yield _changes_table(path, path.changes)
    if path.robustness is not None and path.changes:
        yield _robustness(path.robustness)
    if path.binding is not None:
        yield Paragraph(path.binding.sentence)
        yield _changes_table(path, path.binding.changes)
    if path.front:
        yield Table(
            ("Levers moved", "Plan", "Effort", "Estimate after", "Reaches target"),
            tuple(
                (
                    f"at most {plan.levers}",
                    _changes_text(path, plan.changes),
                    number(plan.effort, 3),
                    percent(plan.p_after),
                    "yes" if plan.reached else "no",
                )
                for plan in path.front
            ),
            (1.3, 4, 0.9, 1.4, 1.4),
            (2, 3),
        )
    for name, reason in path.inactive.items():
        yield Paragraph(f"{DIAGNOSTIC[name].label}: {reason}.", "small")
    yield Table(
        ("Lever", "Floor", "Largest change in 12 months"),
        tuple(
            (
                f"{reach.lever.label} (weight {number(reach.weight)})",
                f"{number(reach.floor)} {reach.lever.unit}. {reach.lever.floor_source}",
                f"{_or_unknown(reach.max_change, reach.lever.unit)}. {reach.lever.change_source}",
            )
            for reach in path.levers
        ),
        (1.4, 2.4, 2.4),
    )
    yield Paragraph(path.note, "small")


def _plan_verdict(path: LeastEffortPath) -> tuple[StatusName, str, str]:
    target = f"the target is {percent(path.target)}"
    if path.status == "already below":
        return "ok", "Already there", f"The estimate is {percent(path.p_before)}; {target}."
    if path.status == "infeasible" or path.p_after is None or path.effort is None:
        text = f"The estimate is {percent(path.p_before)}; {target}."
        return "attention", "No plan within the limits reaches the target", text
    return (
        "ok",
        "Plan found, proved to be the least effort",
        f"{percent(path.p_before)} before, {percent(path.p_after)} after; {target}. Effort"
        f" {number(path.effort, 3)}.",
    )


def _changes_table(path: LeastEffortPath, changes: Changes) -> Block:
    reach = {r.lever.name: r for r in path.levers}

    def row(name: str, before: float, after: float) -> tuple[str, str, str, str, str]:
        region = path.region.get(name)
        keeps = "" if region is None else f"{number(region.low)} to {number(region.high)}"
        unit = reach[name].lever.unit
        return (
            f"{reach[name].lever.label} ({unit})",
            number(before),
            number(after),
            number(reach[name].effort(after), 3),
            keeps,
        )

    return Table(
        ("Lever", "Now", "Plan", "Effort", "Also keeps the target"),
        tuple(row(name, *pair) for name, pair in changes.items()),
        (3, 1, 1, 1, 2),
        (1, 2, 3, 4),
    )


def _changes_text(path: LeastEffortPath, changes: Changes) -> str:
    lever = {reach.lever.name: reach.lever for reach in path.levers}
    return ", ".join(
        f"{lever[name].label} {number(before)} → {number(after)} {lever[name].unit}"
        for name, (before, after) in changes.items()
    )


def _robustness(measured: Robustness) -> Block:
    text = (
        f"The target holds in {percent(measured.noise_share)} of {measured.noise_draws} repeated"
        " measurements"
    )
    if measured.refit_share is not None:
        text += f" and in {percent(measured.refit_share)} of {measured.refits} refits of the model"
    status: StatusName = "ok" if measured.label == "robust" else "attention"
    return Callout(status, measured.label.title(), f"{text} ({measured.note}).")


def _or_unknown(value: float, unit: str) -> str:
    return "not measured" if math.isnan(value) else f"{number(value)} {unit}"
