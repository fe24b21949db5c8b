"""How well calls and probabilities tell the classes apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core.stats.intervals import Interval
from core.trust import Audit
from core.viz import Line, forest, lines
from core.viz.text import fixed, percent
from pages._shared import charts, results, tables
from pages._trust import words

SHARES = ("auc", "balanced_accuracy", "accuracy", "no_information_rate", "f1", "average_precision")


def show(audit: Audit) -> None:
    """Show figures, the ROC curve, and the calls class by class."""
    panel = audit.panel("performance")
    counts = zip(panel.classes, panel.support, strict=True)
    st.caption(
        f"n = {panel.n:,}: " + results.escaped(", ".join(f"{n:,} of {name}" for name, n in counts))
    )
    if panel.roc is None:
        _figures(panel)
    else:
        left, right = st.columns(2)
        with left:
            _roc(panel)
        with right:
            _figures(panel)
    _calls(panel)
    with st.expander("All figures", icon=":material/table:"):
        figures = {words.name(key): one for key, one in panel.figures.items()}
        words.figures(figures, "Figures of the whole, with intervals.")


def _figures(panel: Any) -> None:
    rows = {words.name(key): panel.figures[key] for key in SHARES}
    known = {title: one for title, one in rows.items() if np.isfinite(one.low)}
    charts.show(
        forest(known, axis="Figure, 1 is best, with its 95 % interval"), key="trust.performance"
    )


def _roc(panel: Any) -> None:
    fpr, tpr = panel.roc
    negative, positive = panel.classes
    charts.show(
        lines(
            {
                "This model": Line(100 * fpr, 100 * tpr),
                "Chance": Line(np.array([0.0, 100.0]), np.array([0.0, 100.0])),
            },
            x_label=f"{negative} called {positive} (%)",
            y_label=f"{positive} called so (%)",
            y_range=(-2.0, 106.0),
        ),
        key="trust.roc",
    )
    spared, found = panel.recall
    st.caption(
        results.escaped(
            f"The calls in use find {percent(found.estimate)} of {positive}, and call "
            f"{percent(1 - spared.estimate)} of {negative} {positive} too."
        )
    )


def _calls(panel: Any) -> None:
    st.markdown("**Calls by class**")
    table = pd.DataFrame(
        [
            {
                "Class": name,
                "n": support,
                **dict(zip((f"called {other}" for other in panel.classes), row, strict=True)),
                "Found": _share(recall),
                "Right among those called so": _share(precision),
            }
            for name, support, row, recall, precision in zip(
                panel.classes,
                panel.support,
                panel.confusion,
                panel.recall,
                panel.precision,
                strict=True,
            )
        ]
    )
    tables.show(table, alt="Rows of each class by the class they are called.")


def _share(one: Interval) -> str:
    if np.isnan(one.estimate):
        return f"not defined: {one.method}"
    percents = [fixed(100 * value, 1) for value in (one.estimate, one.low, one.high)]
    return f"{percents[0]} % ({percents[1]} to {percents[2]})"
