"""What can be told without the lungs, next to the whole film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from core.respiratory import Probe, ShortcutAudit
from core.viz import Chart, Range, ranges
from core.viz.text import percent
from pages._respiratory.shortcuts_words import ELSEWHERE, GUESSING, figure, is_area, units
from pages._shared import charts, results, tables

WITHOUT, WHOLE = "without the lungs", "whole film"
MEANING: Mapping[str, str] = {
    "border": "What lies around the lungs (collimation, shoulders, arms, markers, how a film was "
    "cut and stored) already tells the collections apart.",
    "histogram": "Exposure and storage leave their mark in the grey values, wherever they lie.",
    "sharpness": "Detector, compression and earlier resizing leave their mark in the fine detail.",
    "markers": "Letters and signs at the edge of a film name the room it was made in.",
    "source-normal": "All these films are normal, so no disease can tell them apart: what is read "
    "is the hospital.",
    "source-covid": "All these films show COVID-19, so what is read is where they were collected.",
    "permuted": "With shuffled labels nothing can be learned; a figure away from guessing would be "
    "a fault of the method.",
}


def show(audit: ShortcutAudit) -> None:
    """Draw each probe beside the whole film, then say what it means."""
    areas = [one for one in audit.probes if is_area(one)]
    home = [one for one in areas if ELSEWHERE not in one.measure]
    away = [one for one in areas if ELSEWHERE in one.measure]
    for name, found in (("home", home), ("away", away)):
        if found:
            charts.show(_areas(found), key=f"cxr.audit.probes.{name}")
    rest = [one for one in audit.probes if not is_area(one)]
    if rest:
        st.markdown("**Shares called right**")
        _shares(rest)
    st.markdown("**What each probe means**")
    st.markdown(
        "\n".join(
            f"- **{many[0].title}.** {_reach(many[0])} {MEANING.get(code, '')} "
            f":gray[{results.escaped(many[0].method)}]"
            for code, many in _by_code(audit.probes).items()
        )
    )


def _areas(found: Sequence[Probe]) -> Chart:
    """Return probes with the whole film under each group that was measured by the same method."""
    rows: list[Range] = []
    for place, one in enumerate(found):
        rows.append(_row(one.title, WITHOUT, one))
        last = place + 1 == len(found) or found[place + 1].whole != one.whole
        if one.whole is not None and last:
            title = f"{'Whole film, same method'}, n = {one.whole.n} {units(one.whole)}"
            rows.append(Range(title, WHOLE, one.whole.estimate, one.whole.low, one.whole.high))
    return ranges(rows, axis=found[0].measure, references=[(GUESSING, "guessing")], digits=3)


def _row(title: str, origin: str, one: Probe) -> Range:
    name = f"{title}, n = {one.probe.n} {units(one.probe)}"
    return Range(name, origin, one.probe.estimate, one.probe.low, one.probe.high)


def _shares(found: Sequence[Probe]) -> None:
    tables.show(
        [
            {
                "Probe": one.title,
                "Measure": one.measure,
                "n": one.probe.n,
                "Probe reaches": figure(one.probe),
                "Whole film": figure(one.whole) if one.whole else "",
                "Guessing": one.chance,
            }
            for one in found
        ],
        alt="Shares that probes without the lungs call right, beside guessing.",
        decimals={"Guessing": 3},
    )


def _by_code(probes: Sequence[Probe]) -> dict[str, list[Probe]]:
    """Return the probes by their code, an AUC first where there is one."""
    found: dict[str, list[Probe]] = {}
    for one in sorted(probes, key=lambda one: not is_area(one)):
        found.setdefault(one.code, []).append(one)
    return {one.code: found[one.code] for one in probes}


def _reach(one: Probe) -> str:
    """Return how far a probe gets from guessing to what the whole film reaches."""
    measured = f"{figure(one.probe)}, guessing {one.chance:.3g}"
    if one.whole is None or one.whole.estimate <= one.chance:
        return f"{measured}."
    way = max(0.0, (one.probe.estimate - one.chance) / (one.whole.estimate - one.chance))
    if one.code == "permuted":
        inside = one.probe.low <= one.chance <= one.probe.high
        return f"{measured}{'' if inside else ': not at guessing'}."
    return (
        f"{measured}; {percent(min(way, 1.0)) if way <= 1 else 'more than all'} of the way from "
        f"guessing to the whole film ({figure(one.whole)})."
    )
