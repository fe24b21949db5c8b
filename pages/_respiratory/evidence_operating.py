"""The alert threshold in use, and what abstaining buys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.respiratory import LABELS, Network, interval
from core.viz import Line, Mark, lines
from core.viz.text import fixed, percent, percent_range
from pages._respiratory.shortcuts_words import share
from pages._shared import charts, results, tables

Card = Mapping[str, Any]
PLACES = {"alert": "In-source test, four findings", "alert_three": "In-source test, three findings"}
FROM = 0.2  # coverage from which the curve is drawn
AT = 0.8  # coverage of the goal, marked on the curve


def show(card: Card, chosen: Network) -> None:
    """Show recall and specificity at the threshold, and accuracy by coverage."""
    own = card["networks"][chosen]
    point = card["operating"][chosen]
    st.subheader(f"The {LABELS[0]} alert", anchor=False)
    st.markdown(
        f"The alert is raised from a probability of **{percent(point['threshold'])}** "
        f"({fixed(point['threshold'], 4)}). {card['methods']['threshold']} No test film took part."
    )
    _alert(own["in_source"]["alert"])
    sides = {title: own["in_source"][key] for key, title in PLACES.items()}
    if own["cohen"]:
        sides["Cohen, patients not trained on"] = own["cohen"]["alert"]
    tables.show([_row(name, one) for name, one in sides.items()], alt="The alert by place.")
    st.caption(
        "With three findings the threshold is chosen again, by the same rule. Predictive values "
        "are not given: they depend on how many are ill, and a test has far more than any clinic."
    )
    st.subheader("What abstaining buys", anchor=False)
    _selective(own["in_source"]["selective"])


def _alert(found: Mapping[str, Any]) -> None:
    for column, key in zip(st.columns(2), ("recall", "specificity"), strict=True):
        films, patients = interval(found[key]["films"]), interval(found[key]["patients"])
        column.metric(key.capitalize(), percent(films.estimate))
        column.caption(
            f"95 % interval {percent_range(films.low, films.high)}, n = {films.n} films; "
            f"resampling patients {percent_range(patients.low, patients.high)}."
        )
    results.provenance(
        {
            "found": f"{found['hits']}",
            "missed": f"{found['misses']}",
            "false alarms": f"{found['alarms']}",
            "left alone": f"{found['spared']}",
        }
    )


def _row(name: str, found: Mapping[str, Any]) -> dict[str, object]:
    recall, others = interval(found["recall"]["films"]), interval(found["specificity"]["films"])
    return {
        "Films": name,
        "Threshold": found["threshold"],
        "Recall": share(recall),
        "n with": recall.n,
        "Specificity": share(others),
        "n without": others.n,
    }


def _selective(found: Mapping[str, Any]) -> None:
    curve = {key: np.asarray(found["curve"][key], dtype=np.float64)
             for key in ("coverage", "risk", "low", "high")}  # fmt: skip
    # On a handful of films the band covers everything and hides the rest of the curve.
    known = np.isfinite(curve["low"]) & np.isfinite(curve["high"]) & (curve["coverage"] >= FROM)
    x, right, low, high = (100 * part[known] for part in (
        curve["coverage"], 1 - curve["risk"], 1 - curve["high"], 1 - curve["low"]))  # fmt: skip
    row = next((one for one in found["rows"] if one["coverage"] == AT), None)
    marks = []
    if row:
        at = interval(row["accuracy"])
        marks = [Mark(100 * AT, 100 * at.estimate, f"{percent(at.estimate)} at {percent(AT)}")]
    charts.show(
        lines(
            {"Right among the films answered": Line(x, right, low, high)},
            x_label="Films answered, the surest first (%)",
            y_label="Right among them (%)",
            marks=marks,
        ),
        key="cxr.evidence.selective",
    )
    tables.show(
        [
            {
                "Answered (%)": 100 * one["coverage"],
                "n": one["n"],
                "Right": share(interval(one["accuracy"])),
                "Least sure (%)": 100 * one["confidence"],
            }
            for one in found["rows"]
        ],
        alt="Share right by share of films answered.",
        decimals={"Answered (%)": 0, "Least sure (%)": 1},
    )
    st.caption(
        f"Four findings, in-source test; band: 95 %, pointwise; drawn from {percent(FROM)} of the "
        "films on. The films left over would go to a "
        "person. On films of another hospital a network can be sure and wrong."
    )
