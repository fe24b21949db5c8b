"""Why the estimate is what it is, tested against what both models do."""

from __future__ import annotations

import streamlit as st

from core import breast_cancer
from core.breast_cancer import CaseScore, Explanation
from core.errors import SuiteError
from core.runtime import jobs
from core.viz import diverging_bars, paired_bars
from core.viz.text import percent, within
from pages._shared import calls, charts, results, tables
from pages._shared.call import Call
from pages._shared.inputs import Record

TIMEOUT_S = 60
VIEWS = {
    "probability": "Ten measurements, probability",
    "log_odds": "Ten measurements, log-odds",
    "forest": "Ten measurements, random forest",
}


def show(entered: Record, score: CaseScore) -> None:
    """Show the exact contributions, and on request LIME beside them."""
    found = breast_cancer.explain(entered, lime=False)
    view = st.segmented_control(
        "Scale",
        list(VIEWS),
        default="probability",
        required=True,
        format_func=VIEWS.__getitem__,
        key="bc.why.scale",
    )
    scale, unit = {
        "probability": (100, "percentage points"),
        "log_odds": (1, "log-odds"),
        "forest": (100, "percentage points of the vote"),
    }[view]
    charts.show(
        diverging_bars(
            [part.label for part in found.measures],
            [scale * getattr(part, view) for part in found.measures],
            unit=unit,
        ),
        key="bc.why.bars",
    )
    _reading(found, view)
    with st.expander("All thirty columns", key="bc.why.columns"):
        tables.show(
            [
                {
                    "Column": part.label,
                    "Value": part.value,
                    "Log-odds": part.log_odds,
                    "Forest, share of votes": part.forest,
                }
                for part in found.contributions
            ],
            alt="Contribution of every column in both models.",
        )
        st.caption(
            "Columns of one measurement move together, so single contributions may be large and of "
            "opposite sign; their sum is what counts."
        )
    results.agreement("Logistic regression and random forest", found.families.verdict,
                      found.families.overlap)  # fmt: skip
    _lime(entered, score)
    given = calls.record(entered)
    calls.show(
        Call(
            "/v1/breast-cancer/explain",
            {"lime": False},
            given,
            python="from core.breast_cancer import explain\n\n"
            f"found = explain({given!r}, lime=False)\n"
            "print([(part.label, part.probability) for part in found.measures])",
            command=("breast-cancer", "explain", "case.json", "--no-lime", "--json"),
            given={"case.json": given},
        )
    )


def _reading(found: Explanation, view: str) -> None:
    if view == "forest":
        st.caption(
            f"From the forest's average vote of {percent(found.forest_base)} to "
            f"{percent(found.forest_share)}: exact TreeSHAP values (path-dependent). Tested: they "
            f"add up to the vote {within(found.check.forest_additivity)}."
        )
        return
    st.caption(
        f"From a case with average values ({percent(found.p_base)}) to {percent(found.p)}: exact "
        "Shapley values, each measurement with its mean, standard error and worst value. Tested: "
        f"they add up to the model's log-odds {within(found.check.additivity)}, and putting "
        "columns back to the average one by one moves the estimate as they say, "
        f"{within(found.check.deletion)}."
    )


def _lime(entered: Record, score: CaseScore) -> None:
    st.subheader("A second opinion: LIME", anchor=False)
    if st.button("Run LIME", icon=":material/science:", key="bc.lime.run"):
        try:
            with st.spinner("Fitting 5 local models on 5,000 neighbours each"):
                found = jobs.run(breast_cancer.explain, dict(entered), timeout=TIMEOUT_S)
        except SuiteError as error:
            results.refusal(error, "No LIME explanation")
            return
        st.session_state["bc.lime"] = found
    stored: Explanation | None = st.session_state.get("bc.lime")
    if stored is None or stored.input_hash != score.input_hash:
        st.caption("Fits a simple model around this case, to compare with the exact reasons.")
    elif stored.lime is not None and stored.methods is not None:
        _compare(stored)


def _compare(found: Explanation) -> None:
    lime, methods = found.lime, found.methods
    assert lime is not None  # noqa: S101  (narrows the type)
    assert methods is not None  # noqa: S101
    by_measure = breast_cancer.lime_by_measure(lime)
    charts.show(
        paired_bars(
            [part.label for part in found.measures],
            [100 * part.probability for part in found.measures],
            [100 * by_measure[part.measure] for part in found.measures],
            names=("Shapley (exact)", "LIME"),
            unit="percentage points",
        ),
        key="bc.lime.chart",
    )
    results.agreement("Shapley values and LIME", methods.verdict, methods.overlap)
    st.caption(
        f"LIME's local model explains {percent(lime.r2)} of the local variation; over {lime.seeds} "
        f"seeds, {percent(lime.top3)} of the three strongest columns and {percent(lime.top5)} of "
        "the five strongest stay the same."
    )
    results.notes(lime.warnings, "attention")
    tested = found.check.replacement
    if tested is not None:
        st.caption(
            "Replacing columns in the order of the exact reasons moves the estimate faster than "
            f"{percent(tested.beaten)} of {tested.orders} random orders ({tested.n} replacement "
            "cases)."
        )
