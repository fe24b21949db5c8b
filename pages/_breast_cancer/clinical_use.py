"""The models in use: a threshold, what it means for 100 patients, and the curves behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core import breast_cancer
from core.breast_cancer import AtThreshold
from core.stats.intervals import Interval
from core.viz import forest
from core.viz.text import number, percent, percent_range
from pages._breast_cancer import curves, operating
from pages._shared import charts, results, tables

COVERAGE = {
    "coverage_malignant": "Malignant cases whose set says so",
    "coverage_benign": "Benign cases whose set says so",
}


def show() -> None:
    """Ask for a threshold, show what it does, and the curves that it is a point of."""
    left, right = st.columns(2)
    with left:
        threshold = operating.ask_threshold()
    with right:
        prevalence = operating.ask_prevalence()
    found = breast_cancer.at_threshold(threshold, prevalence)
    operating.show(found)
    _counts(found)
    curves.show(breast_cancer.at_threshold(threshold))


def _counts(found: AtThreshold) -> None:
    counts = found.per_100
    table = pd.DataFrame(
        {
            "Of 100 patients": ["Called malignant", "Called benign"],
            "Malignant": [counts["found"], counts["missed"]],
            "Benign": [counts["false_alarms"], counts["left_alone"]],
        }
    )
    tables.show(
        table,
        alt=f"Of 100 patients: {number(counts['found'], 1)} cancers found, "
        f"{number(counts['missed'], 1)} missed, {number(counts['false_alarms'], 1)} false "
        f"alarms, {number(counts['left_alone'], 1)} left alone.",
        decimals={"Malignant": 1, "Benign": 1},
    )


def guarantee(card: Mapping[str, Any]) -> None:
    """Show the threshold that keeps a sensitivity, and how often such thresholds did."""
    found = card["guarantee"]
    rule, kept = found["shipped"], Interval(**found["learnt"]["kept"])
    usual = Interval(**found["quantile"]["kept"])
    specificity = Interval(**rule["specificity"])
    with st.container(border=True):
        st.metric("Threshold that keeps the sensitivity", f"{number(100 * rule['threshold'], 1)} %")
        st.markdown(
            f"With {percent(rule['confidence'])} confidence, at least "
            f"{percent(rule['target_sensitivity'])} of the cancers are called malignant from this "
            f"threshold on. On the {rule['n_malignant']} malignant training cases, each judged by "
            f"a model that had not seen it, it misses {rule['missed']}; it calls "
            f"{percent(specificity.estimate)} of the benign cases benign (95 % interval "
            f"{percent_range(specificity.low, specificity.high)}, n = {specificity.n})."
        )
        results.badge("ok", f"Kept in {percent(kept.estimate)} of {found['resplits']} halvings")
        st.caption(
            "Learnt on one half of the cases and measured on the other, 95 % interval "
            f"{percent_range(kept.low, kept.high)}. A threshold at the quantile that would give "
            f"the same sensitivity keeps it in {percent(usual.estimate)} "
            f"({percent_range(usual.low, usual.high)}). The promise (Learn then Test, exact "
            "binomial) holds for cases drawn as these were, not for another population."
        )


def sets(card: Mapping[str, Any]) -> None:
    """Show how often the prediction sets hold the truth."""
    nested = card["nested"]
    found = nested["models"][card["champion"]]["conformal"]
    level = nested["conformal_level"]
    st.markdown(
        f"A prediction set names every diagnosis that cannot be ruled out at {percent(level)}, "
        "benign, malignant or both; its thresholds come from the training fold, one for either "
        "class. Two labels mean that the model abstains."
    )
    charts.show(
        forest(
            {title: Interval(**found[key]) for key, title in COVERAGE.items()},
            axis="Share whose set holds the truth",
            reference=level,
            reference_label="promised",
        ),
        key="bc.evidence.sets",
    )
    single, right = Interval(**found["singletons"]), Interval(**found["accuracy_on_singletons"])
    st.caption(
        f"{percent(single.estimate)} of the sets hold a single label (95 % interval "
        f"{percent_range(single.low, single.high)}, n = {single.n}); of those labels "
        f"{percent(right.estimate)} are right ({percent_range(right.low, right.high)})."
    )
