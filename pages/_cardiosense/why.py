"""Why the estimate is what it is, tested against what the model does."""

from __future__ import annotations

import streamlit as st

from core import cardiosense
from core.cardiosense import Attribution, Risk
from core.viz import diverging_bars, waterfall
from core.viz.text import percent
from pages._cardiosense import lime
from pages._shared import calls, charts, results
from pages._shared.call import Call
from pages._shared.inputs import Record

SCALES = {"probability": "Probability", "log_odds": "Log-odds (adds up exactly)"}


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
            found = explanation.families
            results.agreement("The two models", found.verdict, found.overlap)
            _contributions(explanation.challenger, scale, key="other")
    lime.show(entered, risk)
    given = calls.record(entered)
    calls.show(
        Call(
            "/v1/cardiosense/explain",
            {"lime": False},
            given,
            python="from core.cardiosense import explain\n\n"
            f"found = explain({given!r}, lime=False)\n"
            "print([(one.label, one.log_odds) for one in found.champion.contributions])",
            command=("cardiosense", "explain", "patient.json", "--no-lime", "--json"),
            given={"patient.json": given},
        )
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
