"""Figures of the card as lines of Markdown: numbers with their intervals, tables of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.respiratory.schema import NETWORK_NAMES, Network

Figures = Mapping[str, Any]
SIDES = {"in_source": "In-source test", "cohen": "Cohen collection"}
FINDINGS = {"four": "four findings", "three": "three findings"}


def performance_lines(networks: Figures, names: Sequence[str]) -> list[str]:
    """Return a table for either side: test films of the same collections, and Cohen's films."""
    lines = ["## Performance"]
    for side, title in SIDES.items():
        found = {name: networks[name][side] for name in names if networks[name][side]}
        if not found:
            continue
        first = next(iter(found.values()))["four"]
        heads = ("Figure", *(NETWORK_NAMES[Network(name)] for name in found))
        lines += ["", f"### {title}", "", f"{first['n']} films, {first['patients']} patients.", ""]
        lines += table(heads, _rows(list(found.values())))
    return lines


def _rows(found: Sequence[Figures]) -> Iterator[tuple[str, ...]]:
    for key, title in FINDINGS.items():
        if key in found[0]:
            yield from _performance([one[key] for one in found], title)
    if "calibration_raw" in found[0]:
        errors = (f"{one['calibration_raw']['ece']:.3f}" for one in found)
        yield "Calibration error before temperature, four findings", *errors
    yield from _alerts(found)
    if "selective" in found[0]:
        yield from _selective([one["selective"]["rows"] for one in found])


def _performance(many: Sequence[Figures], title: str) -> Iterator[tuple[str, ...]]:
    for figure, name in (("accuracy", "Accuracy"), ("covid_auc", "AUC of COVID-19")):
        for over in ("films", "patients"):
            yield f"{name}, {title}, over {over}", *(interval(one[figure][over]) for one in many)
    for figure in ("recall", "precision"):
        for label in many[0]["findings"]:
            values = (interval(one[figure][label]) for one in many)
            yield f"{figure.capitalize()} of {label}, {title}", *values
    for figure, name in (("log_loss", "Log loss"), ("brier", "Brier score")):
        yield f"{name}, {title}", *(interval(one[figure]) for one in many)
    yield f"Calibration error, {title}", *(f"{one['calibration']['ece']:.3f}" for one in many)


def _alerts(found: Sequence[Figures]) -> Iterator[tuple[str, ...]]:
    for key, title in (("alert", "four findings"), ("alert_three", "three findings")):
        for what in ("recall", "specificity"):
            for over in ("films", "patients"):
                if key in found[0]:
                    values = (interval(one[key][what][over]) for one in found)
                    yield f"Alert: {what}, {title}, over {over}", *values


def _selective(many: Sequence[Sequence[Figures]]) -> Iterator[tuple[str, ...]]:
    for rows in zip(*many, strict=True):
        share = f"{100 * rows[0]['coverage']:g} %"
        yield f"Accuracy on the most confident {share}", *(interval(r["accuracy"]) for r in rows)


def spread(found: Figures) -> str:
    """Return a figure's mean over seeds with its lowest and highest."""
    return f"{found['mean']:.3f} [{found['lowest']:.3f}, {found['highest']:.3f}]"


def number(value: float | None) -> str:
    """Return a number, or "none"."""
    return "none" if value is None else f"{value:.3f}"


def interval(found: Figures) -> str:
    """Return a figure with its interval and n."""
    if found["estimate"] is None:
        return f"undefined, n = {found['n']}"
    limits = ", ".join("none" if found[end] is None else f"{found[end]:.3f}"
                       for end in ("low", "high"))  # fmt: skip
    return f"{found['estimate']:.3f} [{limits}], n = {found['n']}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def joined(*sections: Sequence[str]) -> str:
    """Return sections as one text, a blank line between them."""
    return "\n\n".join("\n".join(section) for section in sections) + "\n"
