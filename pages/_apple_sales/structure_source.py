"""Which table is looked at, and how groups are sought in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, get_args

import pandas as pd
import streamlit as st

from core.apple_sales import Structure, quarter_shares, sales_example, structure
from core.stats.partition import Method
from core.tables import to_csv
from pages._apple_sales import own_table
from pages._shared import calls, kept
from pages._shared.call import Call
from pages._shared.downloads import download

KEY = "apple.structure"
SOURCES = {
    "quarters": "16 reported quarters",
    "noise": "A noise table",
    "own": "Your table",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """A table and the questions about it.

    Attributes
    ----------
    name : str
        What identifies the table.
    public : bool
        Whether it may be kept beyond the session.
    frame : DataFrame
        The table.
    method : {"k-means", "agglomerative"}
        How rows are divided.
    k_max : int
        Greatest number of groups.
    file : str
        Name of its file, or of that under which it is offered.
    """

    name: str
    public: bool
    frame: pd.DataFrame
    method: Method
    k_max: int
    file: str

    def code(self, route: str, query: Mapping[str, Any], verb: str, arguments: str) -> None:
        """Show what is asked of the table in code."""
        python = (
            f"from pathlib import Path\n\nfrom core.apple_sales import {verb}, read_numbers\n\n"
            f"table = read_numbers(Path({self.file!r}))\n"
            f"print({verb}(table.frame{arguments}))"
        )
        command: tuple[str, ...] = ()
        if route == "structure":
            command = ("apple-sales", route, self.file, *calls.options(**query), "--json")
        if self.public:
            download("Table (CSV)", lambda: to_csv(self.frame), self.file, "text/csv")
        path = f"/v1/apple-sales/{route}"
        calls.show(Call(path, query, file=self.file, python=python, command=command))


def ask(*, groups: bool) -> Given | None:
    """Ask for the table and, for groups, the method; return nothing until there is a table."""
    source = st.segmented_control(
        "Data", list(SOURCES), format_func=SOURCES.__getitem__, default="quarters", required=True,
        key=f"{KEY}.source",
    )  # fmt: skip
    left, right = st.columns(2)
    method: Method = "k-means"
    k_max = 8
    if groups:
        method = left.segmented_control(
            "Divide rows by", get_args(Method), default="k-means", required=True,
            key=f"{KEY}.method",
            help="k-means starts from Ward's tree; the agglomerative method cuts that tree.",
        )  # fmt: skip
        k_max = int(right.slider("Most groups looked for", 2, 8, 8, key=f"{KEY}.k"))
    if source == "own":
        own = own_table.ask(KEY)
        return (
            None if own is None else Given(own[0], False, own[1].frame, method, k_max, own[1].name)
        )
    if source == "quarters":
        shares = quarter_shares()
        shares["Quarter of the year"] = shares.index.str[-2:]
        st.caption(
            "Share of each category in revenue, FY2015 Q1 to FY2018 Q4, in percent. Shares sum to "
            "100, and quarters follow each other: rows are not independent."
        )
        return Given("quarters", True, shares, method, k_max, "shares.csv")
    seed = int(st.number_input("Table number", 0, 9_999, 0, key=f"{KEY}.seed"))
    table = sales_example("noise", seed=seed)
    st.caption(" ".join(table.notes))
    return Given(f"noise {seed}", True, table.frame, method, k_max, "noise.csv")


def find(given: Given) -> Structure:
    """Return what is in the table; a table of the reader's stays in the session."""
    with st.spinner("Comparing the rows with 99 tables of noise and 100 bootstrap draws"):
        return kept.once(
            f"{KEY}.found",
            (given.name, given.method, given.k_max),
            lambda: structure(given.frame, method=given.method, k_max=given.k_max),
            public=given.public,
        )


def show_code(given: Given) -> None:
    """Show how groups and components are sought from a program."""
    arguments = calls.arguments(method=given.method, k_max=given.k_max)
    given.code("structure", {"method": given.method, "most": given.k_max}, "structure", arguments)
