"""The models' figures: nested validation, differences, calibration, sets, held-out cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core import breast_cancer
from core.breast_cancer import Family
from core.stats.intervals import Interval
from core.viz import forest, reliability
from core.viz.text import fixed, number, percent, percent_range
from pages._shared import charts, tables

MODELS: Mapping[Family, str] = {
    "logistic": "Logistic regression",
    "svm": "SVM (RBF)",
    "forest": "Random forest",
}
METRICS = {
    "auc": "AUC",
    "accuracy": "Accuracy at 0.5",
    "sensitivity_at_95": "Sensitivity at 95 % specificity",
    "sensitivity_at_98": "Sensitivity at 98 % specificity",
    "brier": "Brier score",
    "slope": "Calibration slope",
}
SHORT = {"sensitivity_at_95": "Sensitivity at 95 %", "sensitivity_at_98": "Sensitivity at 98 %"}
HEADLINES = ("auc", "accuracy", "sensitivity_at_95")

Card = Mapping[str, Any]


def headline(card: Card) -> None:
    """Show the three figures that matter most, with intervals and n."""
    nested = card["nested"]
    figures = nested["models"][card["champion"]]["metrics"]
    with st.container(border=True):
        for column, name in zip(st.columns(len(HEADLINES)), HEADLINES, strict=True):
            found = Interval(**figures[name])
            column.metric(METRICS[name], fixed(found.estimate))
            column.caption(f"95 % interval {fixed(found.low)} to {fixed(found.high)}")
        st.caption(
            f"{MODELS[card['champion']]} on all thirty values; nested {nested['repeats']} x "
            f"{nested['folds']}-fold cross-validation, n = {card['data']['n']} cases: tuning, "
            "scaling, calibration and threshold are made inside each training fold."
        )


def validation(card: Card) -> None:
    """Show one figure of all models, and how far the champion differs from the others."""
    metric = st.segmented_control(
        "Figure",
        list(METRICS),
        default="auc",
        required=True,
        format_func=lambda name: SHORT.get(name, METRICS[name]),
        key="bc.evidence.metric",
    )
    models = card["nested"]["models"]
    rows = {name: Interval(**models[key]["metrics"][metric]) for key, name in MODELS.items()}
    perfect = 1.0 if metric == "slope" else None
    charts.show(
        forest(rows, axis=METRICS[metric], reference=perfect, reference_label="perfect"),
        key="bc.evidence.models",
    )
    _differences(card, metric)


def _differences(card: Card, metric: str) -> None:
    stored = card["nested"]["champion_minus"]
    gaps = {
        f"Minus {name}": Interval(**stored[key][metric])
        for key, name in MODELS.items()
        if metric in stored.get(key, {})
    }
    st.caption(
        "Logistic regression gives the probability, the random forest is the second opinion, and "
        "the SVM is here to compare with."
    )
    if not gaps:
        return
    st.markdown(
        f"**{MODELS[card['champion']]} minus the others**, paired on the same cases and folds:"
    )
    name = METRICS[metric]
    axis = f"Difference in {name if name.isupper() else name[0].lower() + name[1:]}"
    charts.show(
        forest(gaps, axis=axis, reference=0.0, reference_label="no difference"),
        key="bc.evidence.differences",
    )


def calibration(card: Card) -> None:
    """Show predicted against observed shares, out of fold, and the tests of calibration."""
    charts.show(reliability(breast_cancer.reliability_bins()), key="bc.evidence.reliability")
    found = card["nested"]["models"][card["champion"]]
    st.caption(
        f"Expected calibration error {fixed(found['ece'])} over ten bins of equal width and "
        f"{fixed(found['ece_equal_mass'])} over ten of equally many cases; a perfectly calibrated "
        f"model of this size stays below {fixed(found['ece_null'])} and "
        f"{fixed(found['ece_equal_mass_null'])} in 95 % of samples. Spiegelhalter's test: mean p = "
        f"{number(found['spiegelhalter_p'])}."
    )


def held_out(card: Card) -> None:
    """Show the shipped models on the cases that no training has seen."""
    found = {key: card["held_out"][key] for key in MODELS if key in card["held_out"]}
    first = next(iter(found.values()))
    at = number(first["operating"]["threshold"])
    ill = first["malignant"]
    st.markdown(
        f"The shipped models on {first['n']} cases ({first['malignant']} malignant) that no "
        "training has seen. The sample is small: read the intervals."
    )
    tables.show(
        [
            {
                "Model": MODELS[key],
                "Accuracy at 0.5": _share(figures["accuracy"]),
                "AUC": _figure(figures["auc"]),
                f"Sensitivity at {at}, n = {ill}": _share(figures["operating"]["sensitivity"]),
                f"Specificity at {at}, n = {first['n'] - ill}": _share(
                    figures["operating"]["specificity"]
                ),
            }
            for key, figures in found.items()
        ],
        alt="Figures of the shipped models on the held-out cases.",
    )


def _share(stored: Mapping[str, Any]) -> str:
    found = Interval(**stored)
    return f"{percent(found.estimate)} ({percent_range(found.low, found.high)})"


def _figure(stored: Mapping[str, Any]) -> str:
    found = Interval(**stored)
    return f"{fixed(found.estimate)} ({fixed(found.low)} to {fixed(found.high)})"
