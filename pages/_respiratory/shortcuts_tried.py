"""Every treatment that was tried, best first; the chosen one marked, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.respiratory import ShortcutAudit, Variant
from core.stats.intervals import Interval
from core.viz import Range, ranges
from core.viz.text import counted
from pages._respiratory.shortcuts_words import GUESSING, against, change, figure, is_area
from pages._shared import charts, results, tables

CHOSEN, BASE, OTHER = "chosen", "films as they are", "tried"
HEADS = {"single": "Cohen outside", "multi": "Cohen inside"}


def show(audit: ShortcutAudit) -> None:
    """Show the mean over the questions for each treatment, why one was chosen, and the cost."""
    _verdict(audit)
    rows = [
        Range(one.name, _origin(one, audit), one.mean.estimate, one.mean.low, one.mean.high)
        for one in audit.variants
    ]
    charts.show(
        ranges(
            rows,
            axis=f"Mean AUC over {counted(len(audit.folds), 'question')}, sources held out",
            references=[(GUESSING, "guessing")],
            digits=3,
        ),
        key="cxr.audit.tried",
    )
    st.caption(
        f"Intervals resample patients (n = {audit.chosen.mean.n:,}). {audit.encoder}. Best first."
    )
    st.markdown("**Why this one**")
    st.markdown("\n".join(f"- {reason}" for reason in audit.reasons))
    st.markdown("**Gain and cost of each**")
    tables.show(
        [_row(one, audit) for one in audit.variants],
        alt="Every treatment with its gain on sources held out and its figures in-source.",
    )
    _effects(audit)


def _origin(one: Variant, audit: ShortcutAudit) -> str:
    if one.name == audit.chosen.name:
        return CHOSEN
    return BASE if one.name == audit.plain.name else OTHER


def _verdict(audit: ShortcutAudit) -> None:
    gain, n = audit.chosen.advantage, len(audit.variants)
    if audit.chosen.name == audit.plain.name:
        results.badge("attention", "Nothing tried does better than films as they are")
    elif gain.low > 0:
        results.badge("ok", "The chosen treatment gains; its interval lies above 0")
    else:
        results.badge("attention", "The gain of the chosen treatment is not shown")
    clear = sum(one.advantage.low > 0 for one in audit.variants)
    st.markdown(
        f"Of {counted(n, 'treatment')}, {clear} gained with an interval above 0. Shipped is "
        f"**{audit.chosen.name}**: {change(gain)} against films as they are, "
        f"{against(gain, 0.0, '0')}."
    )


def _row(one: Variant, audit: ShortcutAudit) -> dict[str, object]:
    base = one.name == audit.plain.name
    return {
        "Treatment": one.name,
        "": "" if _origin(one, audit) == OTHER else _origin(one, audit).capitalize(),
        "Mean AUC": figure(one.mean),
        "Gain, paired": "" if base else change(one.advantage),
        "Verdict": "" if base else against(one.advantage, 0.0, "0"),
        **{
            f"{title}, {HEADS.get(part.protocol, part.protocol)}": text
            for part in one.in_source
            for title, text in _in_source(part.accuracy, part.auc, part.cohen_auc)
        },
    }


def _in_source(
    accuracy: Interval, auc: Interval, cohen: Interval | None
) -> Sequence[tuple[str, str]]:
    own = [("Accuracy, 3 findings", figure(accuracy)), ("AUC in-source", figure(auc))]
    return own if cohen is None else [*own, ("AUC, Cohen's other patients", figure(cohen))]


def _effects(audit: ShortcutAudit) -> None:
    if not audit.effects:
        return
    st.markdown("**What each treatment of the film leaves of the shortcuts**")
    names = {one.code: one.title for one in audit.probes}
    recipes = list(dict.fromkeys(one.recipe for one in audit.effects))
    codes = list(dict.fromkeys(one.probe for one in audit.effects))
    found = {(one.recipe, one.probe): one for one in audit.effects}
    areas = {one.code for one in audit.probes if is_area(one)}
    heads = {
        code: f"{names.get(code, code)} ({'AUC' if code in areas else 'share named'})"
        for code in codes
    }
    tables.show(
        [
            {
                "Treatment": recipe,
                **{
                    heads[code]: figure(found[recipe, code].value)
                    for code in codes
                    if (recipe, code) in found
                },
            }
            for recipe in recipes
        ],
        alt="What the probes still reach after each treatment of the film.",
    )
    chances = {code: next(e for e in audit.effects if e.probe == code) for code in codes}
    st.caption(
        "Guessing: "
        + "; ".join(f"{names.get(code, code)} {one.chance:.3g}" for code, one in chances.items())
        + ". A treatment that leaves less of a shortcut need not help elsewhere."
    )
