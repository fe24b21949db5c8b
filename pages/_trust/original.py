"""What trustlens 0.5.0 says of the same predictions, and the catalogue of where it misleads."""

from __future__ import annotations

import streamlit as st

from core.trust import Audit, MisleadingCase, OriginalView, misleading_cases
from core.trust.original.score import OriginalScore
from pages._shared import results, tables
from pages._trust import words

ADVICE = {"PASS": "ok", "CAUTION": "attention", "BLOCK": "critical"}
AREAS = {
    "calibration": "Calibration",
    "failure": "Failure",
    "bias": "Bias",
    "representation": "Representation",
}


@st.cache_resource(show_spinner="Drawing the catalogue")
def catalogue() -> tuple[MisleadingCase, ...]:
    """Return the catalogue; its data are generated."""
    return misleading_cases()


def beside(view: OriginalView, audit: Audit) -> None:
    """Show the original's answer and this audit's side by side."""
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.caption("trustlens 0.5.0 says")
        _answer(view)
    with right, st.container(border=True, height="stretch"):
        st.caption(f"This audit says, under {audit.policy.name} {audit.policy.version}")
        words.verdict(audit.verdict)
        st.markdown(results.escaped(audit.sentence()))


def _answer(view: OriginalView) -> None:
    score = view.score
    if score is None:
        results.badge("unknown", "Stops with an error")
        st.markdown(results.escaped(view.fails))
        return
    st.metric("Trust Score, 0 to 100", f"{score.score}, grade {score.grade}")
    results.badge(ADVICE[score.advice], score.advice.capitalize())  # type: ignore[arg-type]
    said = [f"Blocked: {score.blocker}."] if score.blocker else []
    if score.patterns:
        said.append(f"Patterns: {', '.join(score.patterns)}.")
    if score.no_bias_claimed:
        said.append("It reports that no bias was detected.")
    st.markdown(results.escaped(" ".join(said)))


def made_of(score: OriginalScore) -> None:
    """Show what the score is made of."""
    with st.expander("What the score is made of", icon=":material/functions:"):
        tables.show(
            [
                {
                    "Part": AREAS[area],
                    "Sub-score": value,
                    "Weight": score.weights[area],
                    "Points": score.breakdown.get(area),
                }
                for area, value in score.sub_scores.items()
            ],
            alt="Sub-scores, weights and points of the original's score.",
        )
        taken = ", ".join(f"{name} {points:g}" for name, points in score.penalties.items())
        st.caption(
            f"A weighted mean of {score.base}; points taken off: {taken or 'none'}; {score.score} "
            "is left. It has no interval and no sample size."
        )


def disagreements(view: OriginalView) -> None:
    """List the statements of the original that mislead on these predictions."""
    st.subheader("Where it misleads here", anchor=False)
    if not view.disagreements:
        st.markdown("No statement of its report is known to mislead on these predictions.")
    for one in view.disagreements:
        st.markdown(f"- {results.escaped(one)}")


def show_catalogue() -> None:
    """Show the cases whose truth is known."""
    cases = catalogue()
    st.markdown(
        f"{len(cases)} sets of generated data whose truth is known, and what trustlens 0.5.0 "
        "concludes from them. Its figures are recomputed; the package itself is not used."
    )
    for case in cases:
        with st.container(border=True):
            st.markdown(f"**{results.escaped(case.title)}**")
            left, right = st.columns(2)
            with left:
                st.caption(f"True (n = {case.view.n:,})")
                st.markdown(results.escaped(case.truth))
            with right:
                st.caption("trustlens 0.5.0 says")
                st.markdown(f"**{results.escaped(case.says)}**")
            if case.why != case.truth:
                st.markdown(results.escaped(case.why))
