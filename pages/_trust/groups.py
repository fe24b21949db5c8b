"""Whether the model treats groups alike: rates by level, tests, calibration, crossed groups."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import streamlit as st

from core.trust import Audit
from core.viz import forest
from core.viz.text import fixed
from pages._shared import charts, results
from pages._trust import words

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
    _tests(panel)
    _calibration(attribute)
    _crossed(panel)


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


def _tests(panel: Any) -> None:
    st.markdown("**Every attribute by every measure**")
    rows = [
        {
            "Attribute": test.attribute,
            "Measure": words.name(test.measure),
            "Verdict": test.status,
            "Largest gap": test.largest.estimate,
            "Lower limit": test.largest.low,
            "Upper limit": test.largest.high,
            "Gap it would show": test.gaps[0].detectable if test.gaps else math.nan,
            "p, adjusted": words.chance(test.p_adjusted),
        }
        for one in panel.attributes
        for test in one.tests
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.2f")
            for name in ("Largest gap", "Lower limit", "Upper limit", "Gap it would show")
        },
        placeholder="",
        alt="Verdict, largest gap and detectable gap of every attribute and measure.",
    )
    st.caption(
        f"A difference is shown when the gap is beyond {panel.margin:g}, equivalence when it is "
        "within; both at 5 % over all rows of this table (Holm). 'Gap it would show' is the "
        "smallest one that this many observations tell from 0 in 80 of 100 samples."
    )


def _calibration(attribute: Any) -> None:
    found = attribute.calibration
    if found is None:
        return
    st.markdown(f"**Calibration by {results.escaped(attribute.attribute)}**")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Level": level.level,
                    "n": level.n,
                    "Events": level.events,
                    "Observed over expected": words.figure(level.observed_expected, 2),
                    "Slope": words.figure(level.slope, 2),
                    "AUC": words.figure(level.auc, 2),
                    "Brier score": words.figure(level.brier),
                }
                for level in found.levels
            ]
        ),
        hide_index=True,
        alt="Calibration and discrimination in every level.",
    )
    if not math.isnan(found.p):
        st.caption(
            "Test of one intercept for all levels, given a common slope: p value "
            f"{words.chance(found.p)}, adjusted over the attributes "
            f"{words.chance(found.p_adjusted)}."
        )


def _crossed(panel: Any) -> None:
    if not panel.worst:
        return
    st.markdown("**Crossed attributes: the lowest cells**")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Cell": cell.cell,
                    "Measure": words.name(cell.measure),
                    "Rate": words.figure(cell.rate.interval, 2),
                    "n": cell.rate.n,
                    "p against the others, adjusted": words.chance(cell.p_adjusted),
                }
                for cell in panel.worst
            ]
        ),
        hide_index=True,
        alt="Combinations of two attributes with the lowest rates.",
    )
    st.caption(
        "The lowest of many cells look low by chance: read the adjusted p value."
        + (f" Left out: {', '.join(panel.not_crossed)}." if panel.not_crossed else "")
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
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Level": level.level,
                    "n": level.n,
                    "Mean absolute error": words.figure(level.mae),
                    "Bias": words.figure(level.bias),
                }
                for level in attribute.levels
            ]
        ),
        hide_index=True,
        alt="Errors in every level.",
    )
    st.caption(
        f"n = {panel.n:,}. The limit for a gap is {panel.margin:g} standard deviations of the "
        f"outcome, which is {fixed(panel.margin * panel.outcome_sd)} in its unit."
    )
