"""What if one finding were different? The model's answer, not the patient's future."""

from __future__ import annotations

import streamlit as st

from core import cardiosense
from core.cardiosense import DIAGNOSTIC, Risk
from core.fields import FieldSpec
from core.viz import curve
from core.viz.text import percent, signed
from pages._shared import calls, charts, results
from pages._shared.call import Call
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
    now = entered[name]
    if now is None:
        return
    value = _other_code(spec, now) if spec.is_code else _other_number(spec, now)
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
                x_label=spec.title,
                low=line.low,
                high=line.high,
                marker=(now, risk.p),
            ),
            key="cardio.curve",
        )
    _code(calls.record(entered), name, value, along=not spec.is_code)


def _code(given: Record, name: str, value: float, *, along: bool) -> None:
    changes = {name: value}
    calls.show(
        Call(
            "/v1/cardiosense/what-if",
            body={"patient": given, "changes": changes},
            python="from core.cardiosense import what_if\n\n"
            f"found = what_if({given!r}, {changes!r})\n"
            "print(found.p_before, found.p_after)",
        )
    )
    if along:
        calls.show(
            Call(
                "/v1/cardiosense/sensitivity",
                {"feature": name},
                given,
                python="from core.cardiosense import sensitivity_curve\n\n"
                f"found = sensitivity_curve({given!r}, {name!r})\n"
                "print(list(zip(found.grid, found.p)))",
            ),
            "The curve in code",
        )


def _other_code(spec: FieldSpec, now: float) -> float:
    code: int = st.segmented_control(
        spec.label,
        [code for code, _ in spec.choices],
        default=int(now),
        required=True,
        format_func=dict(spec.choices).__getitem__,
        key=f"cardio.whatif.{spec.name}.{now:g}",
    )
    return code


def _other_number(spec: FieldSpec, now: float) -> float:
    low, high = (now if limit is None else limit for limit in (spec.low, spec.high))
    return st.slider(
        spec.title,
        float(low),
        float(high),
        float(now),
        float(spec.step),
        key=f"cardio.whatif.{spec.name}.{now:g}",
    )
