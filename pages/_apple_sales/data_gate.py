"""The answer: whether a learned objective may be optimised on this table."""

from __future__ import annotations

import json

import streamlit as st

from core.apple_sales import LEARNERS, Inspection, SalesTable
from core.stats.signal import ALPHA, DRAWS, ENOUGH
from core.tables import to_csv
from core.viz.text import fixed, p_value
from pages._apple_sales.data_upload import Chosen
from pages._shared import calls, results
from pages._shared.call import Call
from pages._shared.downloads import download

WIDTH, WIDE = 200, 330
EXAMPLE_FILE = "table.csv"


def show(table: SalesTable, found: Inspection) -> None:
    """Show whether the gate is open, with the figures it rests on."""
    best, test = found.best, found.permutation
    is_open = found.gate == "open"
    with st.container(border=True):
        results.badge("ok" if is_open else "attention", f"Gate {found.gate}")
        st.markdown(
            f"### {'There is something to learn' if is_open else 'Nothing to learn is shown'}"
        )
        st.markdown(results.escaped(found.reason))
        with st.container(horizontal=True):
            st.metric("Best cross-validated R²", fixed(best.r2.estimate), width=WIDTH)
            limits = f"{fixed(best.r2.low)} to {fixed(best.r2.high)}"
            st.metric("95 % interval", limits, width=WIDE)
            st.metric("Permutation test", p_value(test.p), width=WIDTH)
            st.metric("Rows", f"{found.n:,}", width=WIDTH)
        st.caption(
            f"Open only if the lower limit is above 0 and p is below {ALPHA:g}. Best learner: "
            f"{LEARNERS[best.name]}; the interval and the test allow for having picked it."
        )
        if not is_open:
            st.markdown(
                "**No learned objective is optimised on this table.** Plan with declared response "
                "curves on the page Plan, or load data with periods and prices."
            )
    extra = [note for note in found.notes if note not in table.notes]
    results.notes(extra, "attention" if table.kind == "sales" else "unknown")


def take(chosen: Chosen, found: Inspection) -> None:
    """Offer the inspection as a file, the same call in code, and where it comes from."""
    table = chosen.table
    st.subheader("Take it along", anchor=False)
    text = json.dumps(found.to_dict(), allow_nan=False, ensure_ascii=False, indent=1)
    with st.container(horizontal=True):
        download("Inspection (JSON)", text, "inspection.json", "application/json")
        if chosen.example:
            download("Table (CSV)", lambda: to_csv(table.frame), EXAMPLE_FILE, "text/csv")
    file = EXAMPLE_FILE if chosen.example else table.name
    target = table.target if table.kind == "other" else None
    asked = {"target": target, "drop_bad": bool(table.dropped) or None}
    python = (
        "from pathlib import Path\n\nfrom core.apple_sales import inspect, read_sales\n\n"
        f"table = read_sales(Path({file!r}){calls.arguments(**asked)})\n"
        "print(inspect(table).to_dict())"
    )
    command = ("apple-sales", "inspect", file, *calls.options(**asked), "--json")
    calls.show(Call("/v1/apple-sales/inspect", asked, file=file, python=python, command=command))
    folds = f"{found.signal.folds} folds, {found.signal.repeats} repeats"
    results.provenance(
        {
            "Table": results.escaped(table.name),
            "n": f"{found.n:,} rows, {found.signal.columns} columns",
            "cross-validation": folds,
            "permutations": f"at most {DRAWS}, ended after {ENOUGH} that did as well",
            "seed": "0",
        }
    )
