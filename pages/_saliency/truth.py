"""What made a network answer as it did on a phantom: each cause taken away, and drawn anew."""

from __future__ import annotations

import math

import streamlit as st

from core.saliency import LABELS, REGIMES, Explanation, Scene, Shares, Truth
from core.viz import Chart, amount_bars, overlay
from core.viz.text import fixed, percent, signed
from pages._saliency.words import figure
from pages._shared import charts, results


def show(found: Explanation) -> None:
    """Show the four renders with what the network says of each, and the share of each cause."""
    scene, truth = found.subject.scene, found.truth
    if scene is None or truth is None:
        return
    told = truth.shares
    st.markdown(f"**{_sentence(told, found.label)}**")
    st.markdown(_facts(scene))
    _renders(scene, told, found.label)
    left, right = st.columns(2)
    with left:
        charts.show(_bars(told, found.label), "saliency.shares")
    with right:
        _beside(truth)


def _sentence(told: Shares, label: str) -> str:
    if math.isnan(told.lesion):
        return f"Neither lesion nor shortcut speaks for {label} on this film."
    return (
        f"Of what speaks for {label}, {percent(told.lesion)} is the lesion and "
        f"{percent(told.shortcut)} the shortcut."
    )


def _facts(scene: Scene) -> str:
    law = REGIMES[scene.regime]
    has = "carries" if scene.carries else "does not carry"
    return (
        f"The lungs show {LABELS[scene.label]}; the film {has} the shortcut ({law.shortcut}). "
        f"Regime: {law.title}. {law.question}"
    )


def _renders(scene: Scene, told: Shares, label: str) -> None:
    drawn = {
        "The film": (scene.image, told.worth[3]),
        "Without the shortcut": (scene.without_shortcut, told.worth[1]),
        "Without the lesion": (scene.without_lesion, told.worth[2]),
        "Without both": (scene.without_both, told.worth[0]),
    }
    for column, (name, (image, worth)) in zip(st.columns(4), drawn.items(), strict=True):
        with column:
            st.markdown(f"**{name}**")
            charts.show(overlay(image, title=name, height=220), f"saliency.render.{name}")
            p = 1 / (1 + math.exp(-worth))
            st.caption(f"{label}: {percent(p)} (log-odds {signed(worth, 1)})")


def _bars(told: Shares, label: str) -> Chart:
    names = [player.capitalize() for player in told.players]
    return amount_bars(names, list(told.values), unit=f"log-odds of {label}")


def _beside(truth: Truth) -> None:
    st.markdown("**The map beside the causes**")
    lesion = truth.shares.lesion
    rows = {
        "Lesion's part of what the map holds beyond its surroundings": truth.told,
        "Plausibility, AUROC of the map for the lesion": truth.plausibility,
        "Causal localisation, AUROC of the map for the causes": truth.causal,
    }
    for name, one in rows.items():
        st.markdown(f"- {name}: **{results.escaped(figure(one, 2))}**")
    if truth.told.defined and not math.isnan(lesion):
        st.markdown(
            f"The map gives the lesion {percent(truth.told.value)}, the answer "
            f"{percent(lesion)}: off by {fixed(abs(truth.told.value - lesion), 2)}; 0 is right."
        )
    st.caption(
        "Shapley values over the four renders: exact, with no fill and no assumption about the "
        "network. One film; means over many are on the page Explainability paradox."
    )
