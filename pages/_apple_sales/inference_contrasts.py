"""What is compared, and how the p values of all pairs are adjusted together."""

from __future__ import annotations

from typing import Any, get_args

import streamlit as st

from core.apple_sales import SOURCES, Comparison, contrasts_in, contrasts_of, false_alarms
from core.errors import SuiteError
from core.stats.contrasts import Correction
from core.viz.text import percent, percent_range
from pages._apple_sales import inference_pairs, own_table
from pages._shared import calls, results
from pages._shared.call import Call

KEY = "apple.contrasts"
OWN = "own"
TITLES = {
    "segment growth": "Segments, yearly",
    "category growth": "Categories, yearly",
    "quarterly category growth": "Categories, quarterly",
    "unit growth": "Units, quarterly",
    "noise regions": "Regions of a noise table",
    OWN: "Your table",
}


def show() -> None:
    """Ask what is compared and how, and show it."""
    source = st.segmented_control(
        "Compare",
        [*SOURCES, OWN],
        format_func=TITLES.__getitem__,
        default=SOURCES[0],
        required=True,
        key=f"{KEY}.source",
    )
    correction = _ask_correction(independent=source in ("noise regions", OWN))
    try:
        found = _own(correction) if source == OWN else _built_in(source, correction)
    except SuiteError as error:
        results.refusal(error, "No comparison")
        return
    if found is not None:
        inference_pairs.show(found[0])
        calls.show(found[1])
    if source == "noise regions":
        _alarms()


def _ask_correction(*, independent: bool) -> Correction:
    options: tuple[Correction, ...] = get_args(Correction)
    chosen: Correction = st.segmented_control(
        "Adjust p values by",
        options if independent else options[:2],
        default="Holm",
        required=True,
        key=f"{KEY}.correction.{independent}",
        help="Holm and Games-Howell hold the probability of any false finding; Benjamini-Hochberg "
        "holds the expected share of false ones among the findings.",
    )
    return chosen


def _built_in(source: Any, correction: Correction) -> tuple[Comparison, Call]:
    seed = 0
    if source == "noise regions":
        seed = int(st.number_input("Table number", 0, 9_999, 0, key=f"{KEY}.seed"))
        st.caption(
            "Five columns of uniform noise in the ranges of the public demo's file. Regions do not "
            "differ in it; try other tables and watch the unadjusted p values."
        )
    asked = {"correction": correction, "seed": seed or None}
    query = {"source": source, **asked}
    call = Call(
        "/v1/apple-sales/contrasts",
        query,
        python="from core.apple_sales import contrasts_of\n\n"
        f"print(contrasts_of({source!r}{calls.arguments(**asked)}).to_dict())",
        command=("apple-sales", "contrasts", *calls.options(**query), "--json"),
    )
    return contrasts_of(source, correction=correction, seed=seed), call


def _own(correction: Correction) -> tuple[Comparison, Call] | None:
    given = own_table.ask(KEY)
    if given is None:
        return None
    _, table = given
    words = [str(name) for name in table.texts]
    values = [str(name) for name in (table.target, *table.numeric)]
    if not words:
        raise SuiteError("The file has no column of words to form groups by.")
    left, right = st.columns(2)
    group = left.selectbox("Groups", words, index=len(words) - 1, key=f"{KEY}.group")
    value = right.selectbox("Value", values, key=f"{KEY}.value")
    python = (
        "from pathlib import Path\n\nfrom core.apple_sales import contrasts_in, read_numbers\n\n"
        f"table = read_numbers(Path({table.name!r}))\n"
        f"found = contrasts_in(table.frame, {group!r}, {value!r}, correction={correction!r})\n"
        "print(found.to_dict())"
    )
    asked = {"group": group, "value": value, "correction": correction}
    call = Call("/v1/apple-sales/contrasts", asked, file=table.name, python=python)
    return contrasts_in(table.frame, group, value, correction=correction), call


def _alarms() -> None:
    with st.spinner("Comparing the regions of 200 noise tables"):
        found = _false_alarms()
    one, all_ = found.unadjusted, found.adjusted
    st.markdown(
        f"**Over {one.n} such tables**, {percent(one.estimate)} "
        f"({percent_range(one.low, one.high)}) show at least one pair at or below "
        f"{found.alpha:g} one by one; after Holm it is {percent(all_.estimate)} "
        f"({percent_range(all_.low, all_.high)})."
    )


@st.cache_data(show_spinner=False, max_entries=1)
def _false_alarms() -> Any:
    return false_alarms(200)
