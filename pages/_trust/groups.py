"""Whether the model treats groups alike: rates by level, tests, calibration, crossed groups."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from core.trust import Audit
from core.viz import forest
from core.viz.text import fixed
from pages._shared import charts, results, tables
from pages._trust import group_tables, words

NO_GROUPS = (
    "No attribute of the people was given, so nothing can be said about groups. Name columns such "
    "as sex, age or site to compare them."
)
MOST_LEVELS = 24


def show(audit: Audit) -> None:
    """Show one attribute by one measure, then all tests, calibration and crossed groups."""
    panel = audit.panel("fairness")
    if panel is None:
        st.info(NO_GROUPS, icon=":material/info:")
        return
    attribute = _ask_attribute(panel)
    if audit.task == "regression":
        _errors(panel, attribute)
        return
    _measure(panel, attribute)
    group_tables.tests(panel)
    group_tables.calibration(attribute)
    group_tables.crossed(panel)


def _ask_attribute(panel: Any) -> Any:
    names = [one.attribute for one in panel.attributes]
    chosen = names[0]
    if len(names) > 1:
        chosen = st.segmented_control(
            "Attribute", names, default=names[0], required=True, key=f"trust.attribute.{names}"
        )
    return panel.attributes[names.index(chosen)]


def _measure(panel: Any, attribute: Any) -> None:
    tests = {test.measure: test for test in attribute.tests}
    measure = st.segmented_control(
        "Measure",
        list(tests),
        default=next(iter(tests)),
        required=True,
        format_func=words.name,
        key=f"trust.measure.{list(tests)}",
    )
    test = tests[measure]
    _verdict(test)
    rows = _by_level(attribute, measure)
    if all(math.isnan(one.estimate) for one in rows.values()):
        st.caption("No level has an observation.")
        return
    shown = dict(list(rows.items())[:MOST_LEVELS])
    charts.show(
        forest(shown, axis=f"{words.name(measure)}, 95 % interval", digits=2), key="trust.levels"
    )
    binned = " The attribute is a number, cut into bins." if attribute.binned else ""
    hidden = len(rows) - len(shown)
    more = f" {hidden} more levels are in the downloads." if hidden > 0 else ""
    st.caption(
        f"n counts {test.unit} of each level; all rows: n = {panel.n:,}. The limit for a gap is "
        f"{test.margin:g}.{binned}{more}"
    )


def _by_level(attribute: Any, measure: str) -> dict[str, Any]:
    found = {}
    for level in attribute.levels:
        if measure in level.rates:
            found[level.level] = level.rates[measure].interval
        elif measure in level.derived:
            found[level.level] = level.derived[measure]
    return {name: one for name, one in found.items() if _complete(one)}


def _complete(one: Any) -> bool:
    """Return whether an interval is whole or wholly undefined, as a chart needs it."""
    return math.isnan(one.estimate) or (math.isfinite(one.low) and math.isfinite(one.high))


def _verdict(test: Any) -> None:
    results.badge(words.STATUS[test.status], test.status.capitalize())
    st.markdown(results.escaped(test.reason))
    if test.excluded:
        few = ", ".join(f"{one.level} ({one.n})" for one in test.excluded[:10])
        st.caption(
            results.escaped(f"Too few {test.unit} to be compared, and of no weight here: {few}.")
        )


def _errors(panel: Any, attribute: Any) -> None:
    _verdict(attribute.test)
    rows = {level.level: level.bias for level in attribute.levels if _complete(level.bias)}
    if any(not math.isnan(one.estimate) for one in rows.values()):
        charts.show(
            forest(
                rows,
                axis="Mean of predicted minus observed, 95 % interval",
                reference=0.0,
                reference_label="no bias",
            ),
            key="trust.level.errors",
        )
    tables.show(
        [
            {
                "Level": level.level,
                "n": level.n,
                "Mean absolute error": words.figure(level.mae),
                "Bias": words.figure(level.bias),
            }
            for level in attribute.levels
        ],
        alt="Errors in every level.",
    )
    st.caption(
        f"n = {panel.n:,}. The limit for a gap is {panel.margin:g} standard deviations of the "
        f"outcome, which is {fixed(panel.margin * panel.outcome_sd)} in its unit."
    )
