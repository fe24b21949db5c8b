"""Does a map change when the network's weights are shuffled? On request."""

from __future__ import annotations

import collections

import numpy as np
import streamlit as st

from core.errors import InputError
from core.saliency import METHODS, Attribution, Cascade, attribute, cascade
from core.viz import Line, lines
from core.viz.text import fixed
from pages._saliency import asked, comparing, kept, views
from pages._saliency.words import STATUS
from pages._shared import charts, results


def show(question: asked.Question, how: views.Look) -> None:
    """Shuffle more and more of the weights, from the output down, and make the map again."""
    method = METHODS[question.method]
    st.markdown(
        "A map that explains the network must change when the network is destroyed. The weights "
        "are shuffled within each tensor, from the output down (Adebayo and others, 2018)."
    )
    key = ("shuffled", *question.put, question.method, question.label)
    asked_for = st.button(
        f"Shuffle the weights and make {method.title} again",
        icon=":material/shuffle:",
        disabled=kept.has(key),
    )
    if not (asked_for or kept.has(key)):
        return
    try:
        with st.spinner("Shuffling the weights and making the map again, depth by depth"):
            found, last = kept.once(key, lambda: _made(question), public=question.picture.public)
    except InputError as error:
        results.refusal(error, "Not tested")
        return
    _verdict(found)
    _curve(found, method.title)
    own = asked.explained(question, tested=False).attribution
    named = {"The network's own map": own, "With all weights shuffled": last}
    comparing.grid(
        {name: (question.subject, one) for name, one in named.items()}, how, "saliency.shuffled"
    )


def _made(question: asked.Question) -> tuple[Cascade, Attribution]:
    network, image = question.subject.network, question.subject.image
    target = network.labels.index(question.label)
    found = cascade(network, image, question.method, target=target)
    return found, attribute(network.randomised(1.0, 0), image, question.method, target)


def _verdict(found: Cascade) -> None:
    words = {"ok": "The map changes", "attention": "The map stays though the network is destroyed",
             "unknown": "Not enough evidence"}  # fmt: skip
    status = STATUS[found.outcome]
    results.badge(status, words[status])
    if found.likeness.defined:
        st.markdown(
            f"With all weights shuffled the median rank correlation with the network's own map is "
            f"{fixed(found.likeness.value, 2)}; 95 % of random pairs with this map's spectrum stay "
            f"below {fixed(found.chance, 2)}."
        )
    if found.reason:
        st.markdown(results.escaped(found.reason))


def _curve(found: Cascade, title: str) -> None:
    told: dict[float, list[float]] = collections.defaultdict(list, {0.0: [1.0]})
    for step in found.steps:
        if step.similarity.spearman.defined:
            told[step.depth].append(abs(step.similarity.spearman.value))
    if len(told) > 1:
        middle, low, high = ([pick(v) for v in told.values()] for pick in (np.median, min, max))
        chart = lines(
            {title: Line([100 * depth for depth in told], middle, low, high)},
            x_label="Weight tensors shuffled, counted from the output (%)",
            y_label="Spearman with the network's own map, sizes only; band: all shuffles",
            level=None if np.isnan(found.chance) else (found.chance, "random maps"),
            y_range=(-0.05, 1.05),
            height=300,
        )
        charts.show(chart, "saliency.shuffled.curve")
