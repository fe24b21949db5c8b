"""How large the knowledge base is, how old its sources, and whether its files are sound."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping

import streamlit as st

from core.guardian import AlertType, Severity, inventory, knowledge, knowledge_problems
from core.tables import to_csv
from core.viz import amount_bars
from core.viz.text import counted
from pages._guardian import rules, words
from pages._shared import charts, results, tables
from pages._shared.downloads import download

DECADE_FROM = 2010
MOST_FAULTS = 20


def counts() -> None:
    """Show what the knowledge base holds."""
    found = inventory()
    columns = st.columns(4)
    columns[0].metric("Ingredients", f"{found.ingredients:,}")
    columns[0].caption(f"{found.names:,} names, {found.products:,} combinations.")
    columns[1].metric("Rules", f"{sum(found.rules.values()):,}")
    columns[1].caption("Each with its source, and a case that raises it.")
    columns[2].metric("Classes of medicines", f"{found.classes:,}")
    columns[2].caption(f"{found.conditions:,} conditions, {found.labs:,} measurements.")
    critical = sum(found.severities.get(one, 0) for one in Severity if one.critical)
    columns[3].metric("Critical rules", f"{critical:,}")
    columns[3].caption("Contraindicated or major, before the case is looked at.")
    left, right = st.columns(2)
    with left:
        _split("About", {words.KINDS[AlertType(k)]: n for k, n in found.rules.items()})
    with right:
        _split("Grade of evidence", found.evidence)


def _split(title: str, found: Mapping[str, int]) -> None:
    tables.show(
        [{title: name, "Rules": count} for name, count in sorted(found.items(), key=_most)],
        alt=f"Rules by {title.lower()}.",
    )


def _most(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def sources() -> None:
    """Show from which years the sources are."""
    years = Counter(
        source.year if source.year >= DECADE_FROM else DECADE_FROM - 1
        for rule in knowledge().rules.values()
        for source in rule.sources
    )
    order = sorted(years, reverse=True)
    names = [str(y) if y >= DECADE_FROM else f"before {DECADE_FROM}" for y in order]
    chart = amount_bars(names, [years[y] for y in order], unit="Citations by year", decimals=0)
    charts.show(chart, key="guardian.sources")


@functools.cache
def _faults() -> tuple[str, ...]:
    return tuple(knowledge_problems())


def lint() -> None:
    """Say whether every line of the data files is sound."""
    faults = _faults()
    if faults:
        results.badge("critical", f"{counted(len(faults), 'fault')} in the data files")
        results.notes(faults[:MOST_FAULTS], "critical")
        return
    results.badge("ok", "Every line of the data files is sound")
    st.caption(
        "Each rule has a source and an example; every class, ingredient, condition and measurement "
        "it names exists; no name belongs to two medicines. Checked by "
        "`python -m core.guardian.knowledge.lint`."
    )


def take() -> None:
    """Offer the rules as a table for review."""
    download(
        "Download the rules (CSV)",
        lambda: to_csv(rules.frame(knowledge().rules.values())),
        "guardian_rules.csv",
        "text/csv",
    )
