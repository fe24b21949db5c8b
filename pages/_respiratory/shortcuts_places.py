"""At home and elsewhere: calls by source and finding, and other trainings side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.respiratory import LABELS, Network, card, interval
from core.stats.intervals import Interval
from core.viz import Range, forest, ranges
from pages._respiratory import take
from pages._respiratory.shortcuts_words import (
    GUESSING,
    by_source,
    figure,
    network,
    source,
    spread,
)
from pages._shared import charts, tables

Rows = Sequence[Mapping[str, Any]]
KEY = "cxr.audit.places"
SHIPPED = "As shipped"
OTHERS = {"single": "Cohen outside", "single_plain": "Cohen outside, films as they are"}
PLACES = {"in_source": "same collections", "cohen": "Cohen"}
OVER_SEEDS = {
    "covid_auc": "AUC, same collections",
    "cohen_auc": "AUC, Cohen",
    "accuracy_three": "Accuracy, 3 findings",
}


def show() -> None:
    """Show one network by source, then what training otherwise changes."""
    chosen = take.network()
    found = card()
    label = st.segmented_control(
        "Films of", [str(one) for one in LABELS], default=str(LABELS[1]), required=True, key=KEY
    )
    own = [row for row in by_source(found, chosen) if row["finding"] == label]
    if own:
        _calls(own, label)
    else:
        st.info(f"No test film of {label}.", icon=":material/info:")
    st.subheader("The same networks, trained otherwise", anchor=False)
    _trainings(found, chosen)
    _seeds(found, chosen)


def _calls(rows: Rows, label: str) -> None:
    charts.show(
        forest(_shown(rows, "recall"), axis=f"Share of {label} films called so"),
        key=f"{KEY}.recall",
    )
    what = "Found by the alert" if label == LABELS[0] else "False alarms of the COVID-19 alert"
    charts.show(
        forest(_shown(rows, "alerted"), axis=f"{what}, share of {label} films"), key=f"{KEY}.alert"
    )
    st.caption(
        "Wilson intervals over films not trained on. Sources differ in more than the hospital: in "
        "age, view and how films were stored."
    )


def _shown(rows: Rows, what: str) -> dict[str, Interval]:
    return {source(row["source"]): interval(row[what]) for row in rows}


def _trainings(found: Mapping[str, Any], chosen: Network) -> None:
    sides = {SHIPPED: found["networks"][chosen]}
    words = [f"{SHIPPED}: {found['trained_with']}."]
    for key, title in OTHERS.items():
        if other := found["protocols"].get(key):
            sides[title] = other["in_full"]["networks"][chosen]
            words.append(f"{title}: {other['what']}")
    rows = [
        Range(f"{name}, n = {area.n}", place, area.estimate, area.low, area.high)
        for name, side in sides.items()
        for key, place in PLACES.items()
        if side[key]
        for area in (interval(side[key]["four"]["covid_auc"]["films"]),)
    ]
    charts.show(
        ranges(rows, axis="AUC of COVID-19", references=[(GUESSING, "guessing")], digits=3),
        key=f"{KEY}.trainings",
    )
    tables.show(
        [_line(name, side) for name, side in sides.items()],
        alt="Figures in-source and in the Cohen collection, by how the networks were trained.",
    )
    st.caption(" ".join(words))


def _line(name: str, side: Mapping[str, Any]) -> dict[str, object]:
    row: dict[str, object] = {"Trained": name}
    for key, place in PLACES.items():
        if side[key]:
            four, alert = side[key]["four"], side[key]["alert"]
            row |= {
                f"Accuracy, {place}": figure(interval(four["accuracy"]["films"])),
                f"Alert recall, {place}": figure(interval(alert["recall"]["films"])),
                f"Alert specificity, {place}": figure(interval(alert["specificity"]["films"])),
                f"n, {place}": four["n"],
            }
    return row


def _seeds(found: Mapping[str, Any], chosen: Network) -> None:
    seeds = found["protocols"].get("multi")
    if not seeds or len(seeds["seeds"]) < 2:
        st.caption("One seed was trained: how far figures vary with it is not known.")
        return
    over = seeds["networks"][chosen]["over_seeds"]
    st.markdown(f"**{network(chosen)} over {len(seeds['seeds'])} seeds**")
    tables.show(
        [{name: spread(over[key]) for key, name in OVER_SEEDS.items() if key in over}],
        alt="Mean of each figure over the seeds of training, lowest to highest.",
    )
    st.caption("Mean, lowest to highest.")
