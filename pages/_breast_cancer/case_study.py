"""The 98.2 % of the predecessor: what was claimed, what it was measured on, what is honest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.stats.intervals import Interval
from core.viz import forest, histogram
from core.viz.text import fixed, number, percent, percent_range
from pages._shared import charts, results, tables

PARTS = {
    "shown": "Shown by the page",
    "unseen": "Shown, not trained on",
    "held_out": "The fit's own hold-out",
    "training": "Training cases",
}


def show(card: Mapping[str, Any]) -> None:
    """Show the claim, the leak, the honest figure, and the luck of single splits."""
    found = card["original"]
    _claim(found)
    _parts(found)
    _luck(found)


def _claim(found: Mapping[str, Any]) -> None:
    published, shown, held_out = found["published"], found["shown"], found["held_out"]
    own, luck = Interval(**held_out["accuracy"]), found["luck"]
    with st.container(border=True):
        claim, hold_out, honest = st.columns(3)
        with claim:
            st.metric("Claimed", _percent(published["correct"] / published["n"]))
            results.badge("critical", "Measured on training cases")
            st.caption(f"{shown['seen']} of the {shown['n']} test cases had been trained on.")
        with hold_out:
            st.metric("On the fit's own hold-out", _percent(own.estimate))
            results.badge("attention", "Columns chosen on it")
            st.caption(
                f"95 % interval {percent_range(own.low, own.high)}, n = {own.n}; "
                f"{held_out['false_negatives']} cancers missed instead of "
                f"{shown['false_negatives']}."
            )
        with honest:
            st.metric("Honest, mean", _percent(luck["accuracy_mean"]))
            results.badge("ok", "Nothing seen before")
            st.caption(
                f"{luck['splits']} splits of {luck['n_test']} test cases; 95 % of them lie between "
                f"{_percent(luck['accuracy_low'])} and {_percent(luck['accuracy_high'])}."
            )
    st.markdown(
        "The predecessor announced 98.2 % for a soft vote of random forest, gradient boosting, "
        "logistic regression and SVM on 15 features. Its page evaluated an unstratified split, "
        "while the models had been fitted on a stratified one with the same seed, so most of the "
        "cases shown were training cases. The 15 features had been selected on all cases, which is "
        "a second leak. The recipe is fitted again here and judged four ways."
    )


def _parts(found: Mapping[str, Any]) -> None:
    published = found["published"]
    charts.show(
        forest(
            {title: Interval(**found[key]["accuracy"]) for key, title in PARTS.items()},
            axis="Accuracy, with exact 95 % intervals",
            reference=published["correct"] / published["n"],
            reference_label="claimed",
        ),
        key="bc.study.parts",
    )
    tables.show(
        [
            {
                "Evaluated on": title,
                "Cases": found[key]["n"],
                "Trained on": found[key]["seen"],
                "Benign right": found[key]["true_negatives"],
                "False alarms": found[key]["false_positives"],
                "Cancers missed": found[key]["false_negatives"],
                "Cancers found": found[key]["true_positives"],
                "AUC": fixed(found[key]["auc"], 4),
            }
            for key, title in PARTS.items()
        ],
        alt="The same fit evaluated on four sets of cases.",
    )


def _luck(found: Mapping[str, Any]) -> None:
    luck, published = found["luck"], found["published"]
    st.markdown("**How lucky is a single split?**")
    charts.show(
        histogram(
            luck["correct"],
            x_label=f"Cases right of {luck['n_test']}, honest splits",
            bins=[k - 0.5 for k in range(min(luck["correct"]), max(luck["correct"]) + 2)],
            marker=published["correct"],
            marker_label="claimed",
        ),
        key="bc.study.luck",
    )
    st.caption(
        f"Each split selects the columns and fits the models on its training part. "
        f"{percent(luck['published_share_as_good'])} of the {luck['splits']} splits reach "
        f"{published['correct']} of {published['n']}; the fit's own hold-out stands at percentile "
        f"{luck['held_out_percentile']:.0f}. A figure from one split is one draw from this "
        "histogram."
    )


def _percent(share: float) -> str:
    return f"{number(100 * share, 1)} %"
