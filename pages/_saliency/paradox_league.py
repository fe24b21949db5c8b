"""Which figures rank the true causes above maps of chance: the league table."""

from __future__ import annotations

import math

import streamlit as st

from core.saliency import METRICS, REGIMES, Validity, ValidityBadge, metric_validity
from core.viz.text import fixed
from pages._saliency.words import SYSTEM, known
from pages._shared import results, tables

STATUS = {
    ValidityBadge.VALID: "ok",
    ValidityBadge.INVALID: "attention",
    ValidityBadge.UNKNOWN: "unknown",
}


def show() -> None:
    """Show the record of every figure on one network, and in how many it holds."""
    found = metric_validity()
    networks = list(dict.fromkeys(one.network for one in found))
    _summary(found, networks)
    chosen = st.selectbox("Network", networks, key=f"{SYSTEM}.league.network")
    rows = [one for one in found if one.network == chosen]
    st.markdown(f"Trained on: {REGIMES[rows[0].regime].title}." if rows[0].regime else "")
    tables.show(
        [_row(one) for one in sorted(rows, key=_place)],
        alt=f"Record of every figure on {chosen}.",
        decimals={"Causes above random": 2, "from": 2, "to": 2, "Above the lesion": 2, "Tau": 2},
    )
    st.caption(
        "Causes above random: share of films on which the figure ranks the map of the true causes "
        "above a random one; valid if its whole interval is 0.95 or more. Above the lesion: the "
        "same against a map of the lesion alone, where the shortcut is the cause. Tau: agreement "
        "of its order of methods with counterfactual deletion."
    )


def _summary(found: tuple[Validity, ...], networks: list[str]) -> None:
    everywhere = {
        (one.metric, one.fill)
        for one in found
        if all(
            other.badge is ValidityBadge.VALID
            for other in found
            if (other.metric, other.fill) == (one.metric, one.fill)
        )
    }
    if everywhere:
        names = ", ".join(sorted(_name(*one) for one in everywhere))
        results.badge("ok", f"{len(everywhere)} figures hold on all {len(networks)} networks")
        st.markdown(results.escaped(names) + ".")
    else:
        results.badge("attention", f"No figure holds on all {len(networks)} networks")


def _name(metric: str, fill: str) -> str:
    title = METRICS[metric].title
    return f"{title} ({fill})" if fill else title


def _place(one: Validity) -> float:
    value = one.above_random.estimate
    return math.inf if math.isnan(value) else -value


def _row(one: Validity) -> dict[str, object]:
    tau = one.tau
    return {
        "Figure": METRICS[one.metric].title,
        "Fill": one.fill,
        "Badge": str(one.badge),
        "Causes above random": known(one.above_random.estimate),
        "from": known(one.above_random.low),
        "to": known(one.above_random.high),
        "n": one.above_random.n,
        "Above the lesion": known(one.above_reader.estimate),
        "Tau": known(tau.estimate),
        "Tau, 95 %": "" if math.isnan(tau.low) else f"{fixed(tau.low, 2)} to {fixed(tau.high, 2)}",
    }
