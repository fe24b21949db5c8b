"""Pairs: the worst alert for each two medicines, and for each one with the patient."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import streamlit as st

from core.guardian import Alert, Review, Severity
from core.viz.levels import Level, level_matrix
from pages._guardian import words
from pages._shared import charts, tables

SIGNS = {
    Severity.CONTRAINDICATED: "C",
    Severity.MAJOR: "M",
    Severity.MODERATE: "mod",
    Severity.MINOR: "min",
}
LEVELS = tuple(Level(str(one), SIGNS[one], words.STATUS[one]) for one in Severity)
MOST = 40


def show(found: Review) -> None:
    """Show the matrix and, below it, the alerts as a table."""
    if not found.ingredients:
        st.info("No medicine was recognised, so there are no pairs.", icon=":material/info:")
        return
    named = sorted({name for one in found.alerts for name in one.drugs}) or list(found.ingredients)
    quiet = [name for name in found.ingredients if name not in named]
    shown = [*named, *quiet][:MOST]
    chart = level_matrix(
        shown,
        LEVELS,
        dict(_fields(found.alerts, frozenset(shown))),
        quantity="Worst alert for each pair of medicines; a medicine alone is with the patient",
    )
    charts.show(chart, key="guardian.pairs")
    signs = " · ".join(f"{SIGNS[one]} {one}" for one in Severity)
    st.caption(
        f"{signs} · empty: no rule was raised, which does not show that a pair is harmless. On the "
        "diagonal: the medicine with this patient."
    )
    if len(found.ingredients) > MOST:
        st.caption(f"{len(found.ingredients) - MOST} medicines without alerts are left out.")
    table(found)


def _fields(
    alerts: tuple[Alert, ...], shown: frozenset[str]
) -> Iterator[tuple[tuple[str, str], tuple[int, str]]]:
    # The alerts come worst first; the mapping keeps the last, so they are handed on backwards.
    for one in reversed(alerts):
        names = [name for name in one.drugs if name in shown]
        alone = len(one.drugs) == 1
        for pair in zip(names, names, strict=True) if alone else itertools.combinations(names, 2):
            yield pair, (one.severity.rank, one.effect)


def table(found: Review) -> None:
    """List every alert, worst first."""
    if not found.alerts:
        return
    tables.show(
        [
            {
                "Severity": str(one.severity),
                "Medicines": " + ".join(one.drugs),
                "About": words.kind(one),
                "Effect": one.effect,
                "What to do": one.management,
                "Evidence": one.evidence,
                "Rule": one.rule_id,
            }
            for one in found.alerts
        ],
        alt="Every alert with its severity, medicines, effect and rule.",
        column_config={"What to do": st.column_config.TextColumn(width="large")},
    )
