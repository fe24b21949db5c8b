"""One fault at several severities, run on request in a process of its own."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import streamlit as st

from core.breast_cancer import FAULTS, SeveritySweep, StressReport, severity_sweep
from core.errors import SuiteError
from core.runtime import jobs
from core.stats.intervals import Interval
from core.viz import Line, lines
from pages._breast_cancer.stress_form import Question
from pages._breast_cancer.stress_inputs import KEY, UNITS
from pages._shared import charts, results

TIMEOUT_S = 120
Read = Callable[[StressReport], Interval | None]
FIGURES: Mapping[str, tuple[str, Mapping[str, Read]]] = {
    "Noticed": (
        "AUROC",
        {
            "Integrity score": lambda r: r.integrity.auroc,
            "Largest z-score": lambda r: r.zscore.auroc,
        },
    ),
    "Missed": (
        "Malignant cases missed silently",
        {
            "No guard": lambda r: r.after.missed,
            "Integrity flag": lambda r: r.after.silent,
            "z-score of 3 or more": lambda r: r.after.silent_any_z,
        },
    ),
    "Diagnosis": (
        "Share right",
        {
            "Accuracy": lambda r: r.after.accuracy,
            "Sensitivity": lambda r: r.after.sensitivity,
            "Specificity": lambda r: r.after.specificity,
        },
    ),
    "Blame": ("Right column blamed", {"Integrity score": lambda r: r.blamed}),
}
RANGES = {"Noticed": (0.25, 1.05), "Blame": (0.0, 1.05)}


def show(question: Question) -> None:
    """Run the sweep on request and show it as long as the question stays the same."""
    planned = FAULTS[question.fault]
    if len(planned.levels) < 2:
        results.badge("unknown", "No severities to compare")
        st.markdown("This fault has no degrees.")
        return
    levels = _levels(question)
    asked = (question.fault, levels, question.choices)
    if st.button("Run the severity sweep", icon=":material/science:", key=f"{KEY}.sweep.run"):
        text = f"Planting the fault at {len(planned.levels)} severities"
        with st.spinner(text, show_time=True):
            job = functools.partial(severity_sweep, lamps=False, **question.choices)
            try:
                found = jobs.run(job, question.fault, levels, timeout=TIMEOUT_S)
            except SuiteError as error:
                results.refusal(error, "No severity sweep")
                return
        st.session_state[f"{KEY}.sweep"] = (asked, found)
    stored = st.session_state.get(f"{KEY}.sweep")
    if stored is None:
        st.caption("Plants the fault into the same rows at each severity, mildest first.")
    elif stored[0] != asked:
        del st.session_state[f"{KEY}.sweep"]
        st.caption("The question has changed, so the earlier sweep was removed. Run it again.")
    else:
        _draw(stored[1])


def _levels(question: Question) -> tuple[float, ...]:
    """Return the severities of the fault; for a factor below 1, their reciprocals."""
    planned = FAULTS[question.fault]
    if planned.unit == "factor" and question.severity < 1:
        return tuple(1 / level for level in reversed(planned.levels))
    return planned.levels


def _draw(sweep: SeveritySweep) -> None:
    figure = st.segmented_control(
        "Figure", list(FIGURES), default="Noticed", required=True, key=f"{KEY}.sweep.figure"
    )
    y_label, wanted = FIGURES[figure]
    known = {name: _line(sweep, read) for name, read in wanted.items()}
    drawn = {name: line for name, line in known.items() if line is not None}
    planned = FAULTS[sweep.fault]
    if not drawn:
        results.badge("unknown", "Not enough data")
        st.markdown("No severity has rows that this figure could be computed on.")
        return
    charts.show(
        lines(
            drawn,
            x_label=f"Severity: {UNITS[planned.unit]}",
            y_label=y_label,
            level=(0.5, "chance") if figure == "Noticed" else None,
            y_range=RANGES.get(figure),
            x_steps=[p.severity for p in sweep.points] if planned.unit == "factor" else None,
        ),
        key=f"{KEY}.sweep.chart",
    )
    first = sweep.points[0]
    st.caption(
        f"{planned.label}, the same {first.n:,} rows at every severity (seed {first.seed}); bands: "
        f"pointwise 95 % intervals. {first.method}"
    )


def _line(sweep: SeveritySweep, read: Read) -> Line | None:
    points = [(point.severity, found) for point in sweep.points if (found := read(point))]
    if not points:
        return None
    return Line(
        [severity for severity, _ in points],
        [found.estimate for _, found in points],
        [found.low for _, found in points],
        [found.high for _, found in points],
    )
