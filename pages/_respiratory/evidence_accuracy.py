"""Accuracy on films of the same collections: by finding, by network, over seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.respiratory import SINGLE, Network, interval
from core.viz import Range, count_grid, forest, ranges
from core.viz.text import p_value
from pages._respiratory.shortcuts_words import change, network, spread
from pages._shared import charts, tables

Card = Mapping[str, Any]
FINDINGS = {"three": "Three findings", "four": "Four findings"}
KEY = "cxr.evidence.accuracy"


def show(card: Card, chosen: Network) -> None:
    """Show one network's figures with three or four findings, then all networks."""
    many = st.segmented_control(
        "Findings",
        list(FINDINGS),
        default="four",
        required=True,
        format_func=FINDINGS.__getitem__,
        key=KEY,
        help="With three, films of Lung Opacity and its share are left out.",
    )
    own = card["networks"][chosen]["in_source"][many]
    _overall(own)
    _findings(own)
    st.markdown("**Confusion: films of (rows), called (columns)**")
    names = [str(one) for one in own["findings"]]
    charts.show(
        count_grid(
            pd.DataFrame(own["confusion"], index=names, columns=names),
            quantity="Test films by finding, and what they were called",
            row="Films of",
            column="Called",
            marked=[(one, one) for one in names],
        ),
        key=f"{KEY}.confusion",
    )
    _networks(card, many)
    _seeds(card)


def _overall(own: Mapping[str, Any]) -> None:
    films = interval(own["accuracy"]["films"])
    patients = interval(own["accuracy"]["patients"])
    rows = {
        "Accuracy": films,
        "Balanced accuracy": interval(own["balanced_accuracy"]),
        "Macro F1": interval(own["macro_f1"]),
        "AUC of COVID-19": interval(own["covid_auc"]["films"]),
    }
    for column, (title, found) in zip(st.columns(len(rows)), rows.items(), strict=True):
        column.metric(title, f"{found.estimate:.3f}")
        column.caption(f"{100 * found.level:g} % interval {found.low:.3f} to {found.high:.3f}")
    st.caption(
        f"In-source test: {own['n']:,} films of {own['patients']:,} patients. Resampling patients "
        f"instead of films, accuracy lies between {patients.low:.3f} and {patients.high:.3f}."
    )


def _findings(own: Mapping[str, Any]) -> None:
    rows = [
        Range(f"{name}, n = {found.n}", what, found.estimate, found.low, found.high)
        for name in own["findings"]
        for what, key in (("recall", "recall"), ("precision", "precision"))
        for found in (interval(own[key][name]),)
        if found.estimate == found.estimate
    ]
    charts.show(ranges(rows, axis="Share, Wilson intervals", digits=3), key=f"{KEY}.findings")
    st.caption(
        "Recall: films of the finding that are called so. Precision: films called so that are of "
        "the finding; it belongs to this mix of films alone."
    )


def _networks(card: Card, many: str) -> None:
    st.subheader("The networks side by side", anchor=False)
    rows = {
        network(name): interval(card["networks"][name]["in_source"][many]["accuracy"]["films"])
        for name in Network
    }
    charts.show(forest(rows, axis=f"Accuracy, {FINDINGS[many].lower()}"), key=f"{KEY}.networks")
    tables.show(
        [
            {
                "Ensemble minus": network(name),
                "Accuracy": change(interval(one["accuracy"])),
                "Resampling patients": change(interval(one["accuracy_patients"])),
                "Only ensemble right": one["only_first_right"],
                "Only member right": one["only_second_right"],
                "McNemar": p_value(one["mcnemar_p"]),
            }
            for name in SINGLE
            for one in (card["ensemble_minus"][name],)
        ],
        alt="How far the ensemble differs from each member, paired by film.",
    )
    st.caption("Paired on the same in-source test films, four findings.")


def _seeds(card: Card) -> None:
    found = card["protocols"].get("multi")
    if not found or len(found["seeds"]) < 2:
        st.caption("One seed was trained: how far figures vary with it is not known.")
        return
    st.markdown(f"**Over {len(found['seeds'])} seeds**: mean, lowest to highest")
    rows = {"accuracy_three": "Accuracy, 3 findings", "accuracy_four": "Accuracy, 4 findings",
            "covid_recall": "Alert recall, 3 findings", "ece": "Calibration error"}  # fmt: skip
    tables.show(
        [
            {
                "Network": network(name),
                **{
                    title: spread(one["over_seeds"][key])
                    for key, title in rows.items()
                    if key in one["over_seeds"]
                },
            }
            for name in Network
            for one in (found["networks"][name],)
        ],
        alt="Figures over the seeds of training, for each network.",
    )
    st.caption(f"Operating points: {found['operating']}.")
