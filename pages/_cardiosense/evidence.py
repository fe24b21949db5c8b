"""The model's figures, drawn: validation, other hospitals, and the original's lucky split."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core import cardiosense
from core.stats.intervals import Interval
from core.viz import forest, reliability
from core.viz.text import number, percent
from pages._shared import charts, tables

FAMILIES = {"logistic": "Logistic", "plain-logistic": "Plain logistic", "xgboost": "XGBoost"}
METRICS = {
    "auc": "AUC",
    "accuracy": "Accuracy",
    "brier": "Brier score",
    "slope": "Calibration slope",
    "intercept": "Calibration intercept",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
}


def internal(card: Mapping[str, Any]) -> None:
    """Show nested cross-validation of all models on the same folds."""
    nested = card["nested"]
    st.markdown(
        f"Nested {nested['repeats']} x {nested['folds']}-fold cross-validation on Cleveland: "
        "tuning, calibration and conformal thresholds inside each training fold, the same folds "
        "for every model."
    )
    metric = st.segmented_control(
        "Figure",
        list(METRICS),
        default="auc",
        required=True,
        format_func=METRICS.__getitem__,
        key="evidence.metric",
    )
    by_width = sorted(nested["models"], key=lambda name: -int(name.rsplit("-", 1)[1]))
    rows = {
        _title(name, card): Interval(**nested["models"][name]["metrics"][metric])
        for name in by_width
    }
    charts.show(forest(rows, axis=METRICS[metric]), key="evidence.internal")
    gap = nested["champion_minus_rival"]["13"]
    difference = Interval(**gap["auc"])
    word = "cannot be told apart" if difference.low <= 0 <= difference.high else "differ"
    st.caption(
        f"{gap['champion']} minus {gap['rival']}: AUC {difference.text()}; the two {word}. The "
        "logistic champion's encoding was chosen while looking at such figures, the plain "
        "logistic model's was not."
    )


def _title(name: str, card: Mapping[str, Any]) -> str:
    family, width = name.rsplit("-", 1)
    serves = ", serves" if name in card["champions"].values() else ""
    return f"{FAMILIES[family]}, {width} findings{serves}"


def calibration() -> None:
    """Show predicted against observed shares, out of fold."""
    charts.show(reliability(cardiosense.reliability_bins()), key="evidence.reliability")


def external(card: Mapping[str, Any]) -> None:
    """Show how the production route does at hospitals it was not trained at."""
    rows = {site["label"]: Interval(**site["metrics"]["auc"]) for site in card["external"]}
    charts.show(forest(rows, axis="AUC at other hospitals"), key="evidence.external")
    tables.show(
        [
            {
                "Hospital": site["label"],
                "Patients": site["n_patients"],
                "Scorable": site["n_scorable"],
                "With disease": site["positives"],
                "Brier": site["metrics"]["brier"]["estimate"],
                "Slope": site["metrics"]["slope"]["estimate"],
                "Intercept": site["metrics"]["intercept"]["estimate"],
                "Brier after local update": site["updated_brier"]["estimate"],
            }
            for site in card["external"]
        ],
        alt="Figures at the other hospitals.",
    )


def original(card: Mapping[str, Any]) -> None:
    """Show the well-known single split beside the distribution it was drawn from."""
    split, luck = card["original"]["single_split"], card["original"]["luck"]
    accuracy = Interval(**split["accuracy"])
    st.markdown(
        f"One split of these data with seed {split['seed']} gives {split['correct']} of "
        f"{split['n_test']} correct ({number(100 * accuracy.estimate, 2)} %, 95 % interval "
        f"{percent(accuracy.low)} to {percent(accuracy.high)}) and AUC {split['auc']:.4f}. Over "
        f"{luck['splits']} splits of the same data and recipe the AUC is {luck['auc_mean']:.3f} "
        f"± {luck['auc_sd']:.3f}: this split lies at the {luck['auc_percentile']:.0f}th percentile "
        f"of luck, and {percent(luck['share_as_good'])} of splits do as well on both figures."
    )


def importance() -> None:
    """Show what the champion rests on, over the training patients."""
    view = cardiosense.global_view()
    rows = {part.label: part.strength for part in view.champion}
    charts.show(
        forest(rows, axis="Mean absolute contribution, log-odds", digits=2), key="evidence.global"
    )
