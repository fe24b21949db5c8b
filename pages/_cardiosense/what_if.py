"""What if one finding were different? The model's answer, not the patient's future."""

from __future__ import annotations

import streamlit as st

from core import cardiosense
from core.cardiosense import DIAGNOSTIC, Risk
from core.viz import curve
from core.viz.text import percent, signed
from pages._shared import charts, results
from pages._shared.inputs import Record


def show(entered: Record, risk: Risk) -> None:
    """Let one finding move and show what the estimate does, everything else held."""
    given = [name for name in risk.features if entered[name] is not None]
    name = st.selectbox(
        "Finding to change",
        given,
        format_func=lambda n: DIAGNOSTIC[n].label,
        key="cardio.whatif.name",
    )
    spec = DIAGNOSTIC[name]
    if spec.is_code:
        value = st.segmented_control(
            spec.label,
            [code for code, _ in spec.choices],
            default=int(entered[name]),
            required=True,
            format_func=dict(spec.choices).__getitem__,
            key=f"cardio.whatif.{name}",
        )
    else:
        value = st.slider(
            f"{spec.label} [{spec.unit}]",
            float(spec.low),
            float(spec.high),
            float(entered[name]),
            float(spec.step),
            key=f"cardio.whatif.{name}.{entered[name]}",
        )
    outcome = cardiosense.what_if(entered, {name: value})
    st.metric(
        "Estimate with the change",
        percent(outcome.p_after),
        f"{signed(100 * outcome.delta, 1)} percentage points" if outcome.changes else None,
        delta_color="inverse",
    )
    st.caption(
        "The model's answer to other inputs. It does not say what would happen to the patient."
    )
    results.notes(outcome.flags, "unknown")
    if not spec.is_code:
        line = cardiosense.sensitivity_curve(entered, name)
        charts.show(
            curve(
                line.grid,
                line.p,
                x_label=f"{spec.label} [{spec.unit}]",
                low=line.low,
                high=line.high,
                marker=(float(entered[name]), risk.p),
            ),
            key="cardio.curve",
        )
