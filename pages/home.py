"""The gallery: what each system answers, on which data, and how well."""

from __future__ import annotations

import dataclasses

import streamlit as st

from core import breast_cancer, cardiosense
from core.stats.intervals import Interval
from core.viz.text import fixed
from pages._shared import header, registry
from pages._shared.registry import System


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """A way into a system: the page, what it is called here, and the example it opens."""

    slug: str
    label: str
    preset: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """What the gallery says of one system."""

    system: System
    question: str
    measure: str
    figure: Interval
    how: str
    data: str
    links: tuple[Link, ...]


def cards() -> tuple[Card, ...]:
    patient, case = cardiosense.diagnostic_presets()[1], breast_cancer.case_presets()[0]
    return (
        Card(
            System.CARDIOSENSE,
            "Is a coronary artery narrowed now, and why does the model say so? What is the least "
            "effort that lowers a ten-year risk?",
            "AUC",
            cardiosense.headline(),
            "Nested cross-validation, {n} patients.",
            "920 patients referred for angiography in Cleveland, Hungary, Switzerland and Long "
            "Beach; Cleveland trains, the others test.",
            (
                Link("cardiosense", "Try it on a real patient", patient.slug),
                Link("cardiosense-prevention", "Plan a lower risk"),
                Link("cardiosense-model", "See the evidence"),
            ),
        ),
        Card(
            System.BREAST_CANCER,
            "Benign or malignant, and do the thirty values fit together? Has the stream of cases "
            "drifted, with how many false alarms?",
            "AUC",
            breast_cancer.headline(),
            "Nested cross-validation, {n} cases.",
            "569 fine-needle aspirates from Wisconsin, ten measurements of the cell nuclei each; "
            "57 cases are kept out of every training for the examples.",
            (
                Link("breast-cancer", "Try it on a held-out case", case.slug),
                Link("breast-cancer-drift", "Watch a stream"),
                Link("breast-cancer-model", "See the evidence"),
            ),
        ),
    )


def show(card: Card) -> None:
    with st.container(border=True):
        st.subheader(str(card.system), anchor=False)
        st.markdown(card.question)
        figure, data = st.columns(2)
        low, high = fixed(card.figure.low, 3), fixed(card.figure.high, 3)
        figure.metric(
            f"{card.measure}, 95 % interval {low} to {high}", fixed(card.figure.estimate, 3)
        )
        figure.caption(card.how.format(n=card.figure.n))
        data.markdown("**Data**")
        data.markdown(card.data)
        for column, link in zip(st.columns(len(card.links)), card.links, strict=True):
            definition = registry.page(link.slug)
            column.page_link(
                f"../pages/{definition.file}",
                label=link.label,
                icon=definition.icon,
                query_params={"preset": link.preset} if link.preset else None,
            )


with header.page(""):
    st.markdown(
        "Every figure carries its sample size and its uncertainty, every explanation is tested "
        "against the model, and *not enough data* is an answer."
    )
    for shown in cards():
        show(shown)
