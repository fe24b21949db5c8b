"""The reading: a finding, an abstention or a refusal, in the same place and of the same weight."""

from __future__ import annotations

import streamlit as st

from core.respiratory import LABELS, NETWORK_NAMES, Network, Radiograph, Reading, canvas
from core.viz import Chart, Range, picture, ranges
from core.viz.text import fixed, percent
from pages._shared import charts, results

WIDTHS = (1, 1.6)


def show(reading: Reading, radiograph: Radiograph | None) -> None:
    """Show what is said of a film beside the film itself."""
    left, right = st.columns(WIDTHS)
    with left:
        if radiograph is not None:
            _film(radiograph)
    with right, st.container(border=True):
        if reading.status == "ok":
            _finding(reading)
        else:
            _none(reading)


def _film(radiograph: Radiograph) -> None:
    drawn = picture(canvas(radiograph), title="The film as the gate sees it", height=330)
    st.plotly_chart(drawn.figure, key="cxr.film", alt=drawn.alt, config=charts.CONFIG)
    st.caption(
        results.escaped(
            f"{radiograph.kind}, {radiograph.width} x {radiograph.height} pixels, shown squashed "
            f"to a square. {' '.join(radiograph.notes)}"
        )
    )


def _none(reading: Reading) -> None:
    refused = reading.status == "refused"
    results.badge("unknown", "Refused: no reading" if refused else "Not readable: no reading")
    st.markdown(results.escaped(reading.reason))
    results.notes(reading.warnings, "attention")
    if reading.ood_p is not None:
        _likeness(reading)
    st.markdown("Nothing is said of this film; no finding is not a normal finding.")


def _finding(reading: Reading) -> None:
    probabilities = reading.probabilities or {}
    if reading.decision is None:
        results.badge("unknown", "The reading abstains")
        st.subheader(" or ".join(reading.set) or "None of the four findings", anchor=False)
        st.markdown(results.escaped(reading.reason))
    else:
        p = probabilities[reading.decision]
        results.badge("unknown" if reading.warnings else "ok", "One finding left")
        st.subheader(f"{reading.decision}, {percent(p)}", anchor=False)
        st.markdown(
            f"The model's share for this finding; the other three are excluded at the 90 % level "
            f"by films of the same collections. Network: {NETWORK_NAMES[Network(reading.model)]}."
        )
    if reading.covid_alert:
        results.badge("critical", f"COVID-19 alert: at or above {percent(reading.threshold)}")
    else:
        st.caption(f"Below the COVID-19 alert threshold of {percent(reading.threshold)}.")
    charts.show(_shares(reading), key="cxr.shares")
    results.notes(reading.warnings, "attention")
    _likeness(reading)


def _shares(reading: Reading) -> Chart:
    found = reading.probabilities or {}
    members = list(reading.members.values()) or [found]
    rows = [
        Range(
            str(label),
            "In the 90 % set" if label in reading.set else "Excluded",
            100 * found[label],
            100 * min(found[label], *(one[label] for one in members)),
            100 * max(found[label], *(one[label] for one in members)),
        )
        for label in sorted(LABELS, key=lambda one: -found[one])
    ]
    several = "; the bar spans the networks" if len(members) > 1 else ""
    return ranges(rows, axis=f"Probability in %{several}", digits=1)


def _likeness(reading: Reading) -> None:
    p = reading.ood_p if reading.ood_p is not None else float("nan")
    st.caption(
        f"Likeness to the radiographs trained on: p = {fixed(p, 3)}; a small p means unlike them."
    )
