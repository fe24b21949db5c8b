"""Leave one source out: each question, the films behind it, and what is reached on them."""

from __future__ import annotations

import streamlit as st

from core.respiratory import ShortcutAudit, Variant
from core.viz import Range, ranges
from core.viz.text import listed
from pages._respiratory.shortcuts_words import (
    GUESSING,
    against,
    change,
    figure,
    share,
    source,
    units,
)
from pages._shared import charts, results, tables

TREATED, AS_THEY_ARE = "chosen treatment", "films as they are"


def show(audit: ShortcutAudit) -> None:
    """Show the questions, plain against chosen, the honest choice, and what there is to learn."""
    _questions(audit)
    same = audit.chosen.name == audit.plain.name
    shown = {AS_THEY_ARE: audit.plain} | ({} if same else {TREATED: audit.chosen})
    rows = [
        Range(f"{facts.name}, n = {of.n} {units(of)}", origin, of.estimate, of.low, of.high)
        for place, facts in enumerate(audit.folds)
        for origin, variant in shown.items()
        for of in (variant.folds[place].auc,)
    ]
    axis = "AUC of COVID-19, source held out"
    charts.show(
        ranges(rows, axis=axis, references=[(GUESSING, "guessing")], digits=3),
        key="cxr.audit.folds",
    )
    st.caption(f"Chosen treatment: {audit.chosen.name}. {audit.encoder}.")
    _thresholds(audit, shown)
    _nested(audit)
    _within(audit)


def _questions(audit: ShortcutAudit) -> None:
    st.markdown(
        "Training never sees a film of the sources held out. What is learned of the disease "
        "carries over to them; what is learned of the hospital does not."
    )
    for one in audit.folds:
        st.markdown(
            f"- **{one.name}**: {one.question}. Held out: "
            f"{listed([source(key) for key in one.held_out])}; {one.positives:,} films with "
            f"COVID-19 against {one.negatives:,} without. Trained on {one.trained_on:,} films, "
            f"validated on {one.validated_on:,}."
        )


def _thresholds(audit: ShortcutAudit, shown: dict[str, Variant]) -> None:
    st.markdown("**At the threshold chosen on validation films of the other sources**")
    tables.show(
        [
            {
                "Question": facts.name,
                "Films": origin.capitalize(),
                "COVID-19 found": share(variant.folds[place].recall),
                "n with": variant.folds[place].recall.n,
                "Others left alone": share(variant.folds[place].specificity),
                "n without": variant.folds[place].specificity.n,
            }
            for place, facts in enumerate(audit.folds)
            for origin, variant in shown.items()
        ],
        alt="Recall and specificity on the sources held out, with Wilson intervals.",
    )


def _nested(audit: ShortcutAudit) -> None:
    st.markdown("**The honest figure: chosen without the question it is reported on**")
    st.caption(
        "The treatment above was picked because it does best on these very questions. Here the "
        "choice is made on all questions but one, and judged on that one."
    )
    tables.show(
        [
            {
                "Question": one.fold,
                "Chosen on the others": one.variant,
                "AUC": figure(one.auc),
                "Films as they are": figure(one.plain_auc),
                "Difference, paired": change(one.difference),
                "Verdict": against(one.difference, 0.0, "0"),
                "n patients": one.difference.n,
            }
            for one in audit.nested
        ],
        alt="AUC of the treatment chosen without each question, on that question.",
    )
    worse = [one.fold for one in audit.nested if one.difference.high < 0]
    better = [one.fold for one in audit.nested if one.difference.low > 0]
    if len(better) == len(audit.nested):
        results.badge("ok", "Better than films as they are on every question")
    elif worse:
        results.badge("attention", f"Worse than films as they are on {listed(worse)}")
    else:
        shown = listed(better) if better else "none"
        results.badge("attention", f"Gain shown on: {shown}")


def _within(audit: ShortcutAudit) -> None:
    found = audit.within_cohen
    st.markdown("**What there is to be learned**")
    st.markdown(
        "Trained on other patients of the Cohen collection itself, where no collection gives the "
        f"answer away, the same method reaches an AUC of **{figure(found)}** within it "
        f"(n = {found.n} {units(found)}): {against(found, GUESSING, 'guessing')}."
    )
