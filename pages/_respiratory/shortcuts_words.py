"""Names of sources, and figures as the audit and evidence pages write them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.respiratory import NETWORK_NAMES, SOURCE_NAMES, Network, Probe, ShortcutAudit
from core.stats.intervals import Interval
from core.viz.text import fixed, percent, percent_range, signed

ELSEWHERE = "Cohen"  # in the measure of a probe that is asked about a collection never seen
GUESSING = 0.5  # of an AUC


def source(key: str) -> str:
    """Return the short name of a source, or its key."""
    return SOURCE_NAMES.get(key, key)


def network(name: str) -> str:
    """Return the name of a network for people."""
    return NETWORK_NAMES[Network(name)]


def by_source(card: Mapping[str, Any], chosen: str) -> list[Mapping[str, Any]]:
    """Return a network's rows by source and finding, those of the Cohen collection included."""
    own = card["networks"][chosen]
    rows = list(own["by_source"])
    known = {(row["source"], row["finding"]) for row in rows}
    outside = (own["cohen"] or {}).get("by_source", [])
    return [*rows, *(row for row in outside if (row["source"], row["finding"]) not in known)]


def spread(found: Mapping[str, float]) -> str:
    """Return a mean over seeds with its range."""
    return f"{fixed(found['mean'])} ({fixed(found['lowest'])} to {fixed(found['highest'])})"


def is_area(probe: Probe) -> bool:
    """Tell whether a probe is measured by an AUC, so that guessing is 0.5."""
    return probe.measure.startswith("AUC")


def area(audit: ShortcutAudit, code: str, *, elsewhere: bool = False) -> Probe | None:
    """Return a probe's AUC on the sources trained on, or on the collection never seen."""
    return next(
        (
            one
            for one in audit.probes
            if one.code == code and is_area(one) and (ELSEWHERE in one.measure) == elsewhere
        ),
        None,
    )


def units(found: Interval) -> str:
    """Return what an interval's n counts: patients where they were resampled, else films."""
    if "shuffling" in found.method:
        return "shufflings"
    return "patients" if f" {found.n} clusters" in found.method else "films"


def figure(found: Interval, digits: int = 3) -> str:
    """Return a figure with its interval, as ``0.915 (0.877 to 0.943)``."""
    if math.isnan(found.estimate):
        return "not defined"
    if math.isnan(found.low) or math.isnan(found.high):
        return fixed(found.estimate, digits)
    limits = f"{fixed(found.low, digits)} to {fixed(found.high, digits)}"
    return f"{fixed(found.estimate, digits)} ({limits})"


def change(found: Interval) -> str:
    """Return a difference with its interval, signs shown."""
    if math.isnan(found.estimate):
        return "not defined"
    return f"{signed(found.estimate, 3)} ({signed(found.low, 3)} to {signed(found.high, 3)})"


def share(found: Interval) -> str:
    """Return a share in percent with its interval."""
    if math.isnan(found.estimate):
        return "no film"
    return f"{percent(found.estimate)} ({percent_range(found.low, found.high)})"


def against(found: Interval, value: float, name: str) -> str:
    """Return on which side of a value an interval lies, in words."""
    if found.low > value:
        return f"above {name}"
    if found.high < value:
        return f"below {name}"
    return f"the interval includes {name}"


def metric(column: st.delta_generator.DeltaGenerator, title: str, found: Interval) -> None:
    """Show an AUC with its interval and sample size."""
    column.metric(title, fixed(found.estimate, 2))
    column.caption(
        f"AUC; {100 * found.level:g} % interval {fixed(found.low)} to {fixed(found.high)}, "
        f"n = {found.n} {units(found)}."
    )
