"""The answer first: the border alone, the whole film at home, the whole film elsewhere."""

from __future__ import annotations

import streamlit as st

from core.respiratory import LABELS, Headline, ShortcutAudit, headline
from core.stats.intervals import Interval
from core.viz.text import fixed
from pages._respiratory.shortcuts_words import GUESSING, area, figure, metric
from pages._shared import results


def show(audit: ShortcutAudit) -> None:
    """Show the sentence, the three figures behind it, and those of the shipped networks."""
    home, away = area(audit, "border"), area(audit, "border", elsewhere=True)
    found = headline()
    pair = found.external or found.shipped
    with st.container(border=True):
        if home and home.whole and away and away.whole:
            st.subheader(_sentence(home.probe, home.whole, away.whole), anchor=False)
            columns = st.columns(3)
            metric(columns[0], "Border alone, same collections", home.probe)
            metric(columns[1], "Whole film, same collections", home.whole)
            metric(columns[2], "Whole film, a collection not trained on", away.whole)
            st.caption(
                f"AUC of {LABELS[0]} against every other film; {GUESSING} is guessing. "
                f"{home.method}"
            )
        else:
            st.subheader(audit.sentences[0], anchor=False)
        results.badge("attention", _verdict(pair.cross_source))
        st.markdown(
            f"The three networks of this suite, {pair.trained}, reach "
            f"**{figure(pair.in_source)}** together on films of the same collections "
            f"(n = {pair.in_source.n}) and **{figure(pair.cross_source)}** in a collection not "
            f"trained on (n = {pair.cross_source.n}).{_untreated(found)}"
        )


def _untreated(found: Headline) -> str:
    """Say whether what was done against shortcuts helps where nothing was trained on."""
    if found.external is None or found.untreated is None:
        return ""
    treated, plain = found.external.cross_source, found.untreated.cross_source
    lifts = treated.low > plain.high
    return (
        f" What is done to films against shortcuts {'lifts' if lifts else 'does not lift'} that "
        f"figure: with films as they are it is **{figure(plain)}**."
    )


def _sentence(border: Interval, whole: Interval, away: Interval) -> str:
    return (
        "A network that never sees the lungs reaches an AUC of "
        f"{fixed(border.estimate, 2)} for {LABELS[0]}; on the whole film the same network reaches "
        f"{fixed(whole.estimate, 2)}. On a collection not trained on the whole film gives "
        f"{fixed(away.estimate, 2)}{_chance(away)}."
    )


def _chance(away: Interval) -> str:
    if away.high < GUESSING:
        return ", worse than guessing"
    return "" if away.low > GUESSING else ": not better than guessing"


def _verdict(away: Interval) -> str:
    if away.low > GUESSING:
        return "Elsewhere: worse than at home"
    return "Elsewhere: not better than guessing"
