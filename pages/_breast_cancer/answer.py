"""The answer first: the estimate, the call, and two lamps on the data behind it."""

from __future__ import annotations

import streamlit as st

from core.breast_cancer import DECISIONS, FLAG_LEVEL, CaseMix, CaseScore
from core.viz import interval_bar
from core.viz.text import p_value, percent, percent_range
from pages._shared import charts, results


def show(score: CaseScore, mix: CaseMix) -> None:
    """Show one case's answer."""
    with st.container(border=True):
        figure, picture = st.columns([1, 2], vertical_alignment="center")
        with figure:
            status, words = DECISIONS[score.decision]
            st.metric("Probability of malignancy", percent(score.p))
            st.markdown(f"{percent(score.level)} interval {percent_range(score.low, score.high)}")
            results.badge(status, words)
        with picture:
            charts.show(
                interval_bar(
                    score.p,
                    score.low,
                    score.high,
                    level=score.level,
                    threshold=score.threshold,
                    second=("Random forest", score.forest_p),
                    quantity="Estimated probability of malignancy",
                ),
                key="bc.answer",
            )
        integrity, represented = st.columns(2)
        with integrity:
            _integrity(score)
        with represented:
            _case_mix(mix)
    # The lamp has said the first one already.
    results.notes(score.flags[1:] if score.flagged else score.flags, "attention")
    results.provenance(
        {
            "Model": score.model,
            "input": score.input_hash[:12],
            "n": f"{mix.n} training cases",
        }
    )


def _integrity(score: CaseScore) -> None:
    st.markdown("**Do the values fit together?**")
    if score.flagged:
        results.badge("critical", "They do not")
        st.caption(f"{p_value(score.ood_p)}. {score.blame.sentence()}")
        return
    results.badge("ok", "They do")
    st.caption(
        f"{p_value(score.ood_p)}; a case like those of the training is flagged in about "
        f"{percent(FLAG_LEVEL)} of cases."
    )


def _case_mix(mix: CaseMix) -> None:
    st.markdown("**Is such a case represented?**")
    results.badge("attention" if mix.flagged else "ok", "Rarely" if mix.flagged else "Yes")
    st.caption(
        f"{p_value(mix.p)}: the share of training cases at least as far from their "
        f"{mix.k} nearest neighbours."
    )
