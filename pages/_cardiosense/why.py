"""Why the estimate is what it is, tested against what the model does."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core import cardiosense
from core.cardiosense import DIAGNOSTIC, Attribution, Explanation, Risk
from core.errors import SuiteError
from core.runtime import jobs
from core.viz import curve, diverging_bars, paired_bars, waterfall
from core.viz.text import percent, signed
from pages._shared import charts, results

Record = Mapping[str, float | None]
SCALES = {"probability": "Probability", "log_odds": "Log-odds (adds up exactly)"}
LIME_TIMEOUT_S = 60


def show(entered: Record, risk: Risk) -> None:
    """Show the exact contributions, and on request LIME beside them."""
    explanation = cardiosense.explain(entered, lime=False)
    scale = st.segmented_control(
        "Scale",
        list(SCALES),
        default="probability",
        required=True,
        format_func=SCALES.__getitem__,
        key="cardio.scale",
    )
    _contributions(explanation.champion, scale)
    _checks(explanation.champion)
    other = st.expander(
        f"The other model: {explanation.challenger.model}", key="cardio.other", on_change="rerun"
    )
    if other.open:
        with other:
            _agreement("The two models", explanation.families.verdict, explanation.families.overlap)
            _contributions(explanation.challenger, scale, key="other")
    _lime(entered, risk)


def what_if(entered: Record, risk: Risk) -> None:
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


def _contributions(found: Attribution, scale: str, key: str = "champion") -> None:
    given = [c for c in found.contributions if c.log_odds != 0]
    labels = [f"{c.label}: {c.value}" for c in given]
    values = [getattr(c, scale) for c in given]
    if scale == "probability":
        points = [100 * value for value in values]
        charts.show(
            diverging_bars(labels, points, unit="percentage points"), key=f"cardio.why.{key}"
        )
        st.caption(
            f"From the reference patient's {percent(found.p_base)} to {percent(found.p)}: exact "
            "Shapley values, so the bars add up to the difference."
        )
        return
    order = sorted(range(len(values)), key=lambda i: -abs(values[i]))
    charts.show(
        waterfall(
            found.base, [labels[i] for i in order], [values[i] for i in order], found.log_odds
        ),
        key=f"cardio.why.{key}",
    )


def _checks(found: Attribution) -> None:
    tested = f"contributions add up to the model's log-odds within {found.check.additivity:.0e}."
    if found.check.deletion is not None:
        tested += (
            " Withdrawing the findings one by one moves the estimate by what the contributions"
            f" say, within {found.check.deletion:.0e}."
        )
    st.caption(f"Tested against the model: {tested}")


def _agreement(what: str, verdict: str, overlap: float) -> None:
    results.badge("ok" if verdict == "agree" else "attention", f"{what} {verdict}")
    st.caption(f"{percent(overlap)} of the three strongest findings are shared.")


def _lime(entered: Record, risk: Risk) -> None:
    st.subheader("A second opinion: LIME", anchor=False)
    if st.button("Run LIME", icon=":material/science:", key="cardio.lime.run"):
        with st.spinner("Fitting 5 local models on 5,000 neighbours each"):
            try:
                found = jobs.run(cardiosense.explain, dict(entered), timeout=LIME_TIMEOUT_S)
            except SuiteError as error:
                results.refusal(error, "No LIME explanation")
                return
        st.session_state["cardio.lime"] = found
    found = st.session_state.get("cardio.lime")
    if found is None or found.input_hash != risk.input_hash:
        st.caption("Fits a simple model around this patient, to compare with the exact reasons.")
        return
    _show_lime(found)


def _show_lime(found: Explanation) -> None:
    lime, shares = found.lime, found.champion.contributions
    weights = {weight.feature: weight.weight for weight in lime.weights}
    compared = [c for c in shares if c.feature in weights]
    charts.show(
        paired_bars(
            [f"{c.label}: {c.value}" for c in compared],
            [100 * c.probability for c in compared],
            [100 * weights[c.feature] for c in compared],
            names=("Shapley (exact)", "LIME"),
            unit="percentage points",
        ),
        key="cardio.lime.chart",
    )
    _agreement("Shapley values and LIME", found.methods.verdict, found.methods.overlap)
    st.caption(
        f"LIME's local model explains {percent(lime.r2)} of the local variation; over "
        f"{lime.seeds} seeds, {percent(lime.top3)} of the three strongest findings and "
        f"{percent(lime.top5)} of the five strongest stay the same."
    )
    results.notes(lime.warnings, "attention")
    tested = found.champion.check.replacement
    if tested is not None:
        st.caption(
            "Replacing findings in the order of the exact reasons moves the estimate faster than "
            f"{percent(tested.beaten)} of {tested.orders} random orders ({tested.n} replacement "
            "patients)."
        )
