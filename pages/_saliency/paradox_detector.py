"""Do maps alone give a shortcut away? Local shortcuts, and one without a place."""

from __future__ import annotations

import streamlit as st

from core.saliency import METHODS, STATISTICS, Detection, stored_detector
from core.viz import Chart, forest
from core.viz.text import counted, fixed, listed, percent
from pages._shared import charts, results, tables

SHOWN = 10
ENOUGH = 24
"""Networks below which nothing is said, as the study was planned."""
TITLES = {"local": "Shortcuts with a place", "global": "A shortcut without one"}


def show() -> None:
    """Show how well maps tell networks that rely on a shortcut from those that do not."""
    found = stored_detector()
    st.markdown(
        "For each of many small networks the share of the shortcut in the answer is measured by "
        "intervention. Can a reader of its maps, who knows nothing of the interventions, tell?"
    )
    for key, title in TITLES.items():
        with st.container(border=True):
            _one(title, found[key])
    local = found["local"]
    if isinstance(local, str):
        return
    charts.show(_clues(local), "saliency.clues")
    st.caption(
        "AUROC over networks of one figure of one method's maps, best first: chosen on the same "
        "networks, so the first of them flatter. The detector above chooses without the network "
        "that it judges."
    )
    _table(local, found["global"])


def _one(title: str, found: Detection | str) -> None:
    if isinstance(found, str):
        results.badge("unknown", "Not enough evidence")
        st.markdown(f"**{title}**: {results.escaped(found)}")
        return
    area = found.blind
    if found.networks < ENOUGH:
        results.badge("unknown", f"Too few networks: {found.networks} of {ENOUGH}")
    elif found.reaches_goal:
        results.badge("ok", "The maps tell: AUROC of 0.9 or more")
    else:
        results.badge("attention", "The maps do not tell well enough: AUROC under 0.9")
    st.markdown(
        f"**{title}** ({listed(list(found.kinds))}): AUROC **{fixed(area.estimate, 2)}**, 95 % "
        f"{fixed(area.low, 2)} to {fixed(area.high, 2)}; {counted(found.networks, 'network')}, "
        f"{found.reliant} of them rely on it."
    )
    st.caption(
        f"Judged right: {percent(found.right.estimate)} of the networks; "
        f"{percent(found.found.estimate)} of those that rely on it are found, "
        f"{percent(found.cleared.estimate)} of the others cleared."
    )


def _clues(found: Detection) -> Chart:
    named = {_name(one.method, one.statistic): one.area for one in found.clues[:SHOWN]}
    return forest(named, axis="AUROC over networks", reference=0.5, reference_label="chance")


def _name(method: str, statistic: str) -> str:
    return f"{METHODS[method].title}: {STATISTICS[statistic].lower()}"


def _table(local: Detection, everywhere: Detection | str) -> None:
    clues = () if isinstance(everywhere, str) else everywhere.clues
    other = {(one.method, one.statistic): one.area.estimate for one in clues}
    tables.show(
        [
            {
                "Method": METHODS[one.method].title,
                "Figure": STATISTICS[one.statistic],
                "With a place": one.area.estimate,
                "Without": other.get((one.method, one.statistic)),
                "Networks without the figure": one.lost,
            }
            for one in local.clues
        ],
        alt="AUROC of every figure of every method.",
        decimals={"With a place": 2, "Without": 2},
    )
