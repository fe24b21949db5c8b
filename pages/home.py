"""The gallery: what each system answers, on which data, and how well."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import streamlit as st

from core import apple_sales, breast_cancer, cardiosense, trust
from core.stats.intervals import Interval
from core.viz.text import fixed
from pages._shared import header, models, registry
from pages._shared.page_def import System


@dataclasses.dataclass(frozen=True, slots=True)
class Link:
    """A way into a system: the page, what it is called here, and the state it opens in."""

    slug: str
    label: str
    query: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """What the gallery says of one system."""

    system: System
    question: str
    measure: str
    figure: str
    how: str
    data: str
    links: tuple[Link, ...]


def _area(found: Interval, rows: str) -> tuple[str, str, str]:
    """Return measure, figure and origin of an area under the ROC curve."""
    low, high = fixed(found.low, 3), fixed(found.high, 3)
    return (
        f"AUC, 95 % interval {low} to {high}",
        fixed(found.estimate, 3),
        f"Nested cross-validation, {found.n} {rows}.",
    )


def _cardiosense() -> Card:
    patient = cardiosense.diagnostic_presets()[1]
    return Card(
        System.CARDIOSENSE,
        "Is a coronary artery narrowed now, and why does the model say so? What is the least "
        "effort that lowers a ten-year risk?",
        *_area(cardiosense.headline(), "patients"),
        "920 patients referred for angiography in Cleveland, Hungary, Switzerland and Long "
        "Beach; Cleveland trains, the others test.",
        (
            Link("cardiosense", "Try it on a real patient", {"preset": patient.slug}),
            Link("cardiosense-prevention", "Plan a lower risk"),
            Link("cardiosense-model", "See the evidence"),
        ),
    )


def _breast_cancer() -> Card:
    case = breast_cancer.case_presets()[0]
    return Card(
        System.BREAST_CANCER,
        "Benign or malignant, and do the thirty values fit together? Has the stream of cases "
        "drifted, with how many false alarms?",
        *_area(breast_cancer.headline(), "cases"),
        "569 fine-needle aspirates from Wisconsin, ten measurements of the cell nuclei each; "
        "57 cases are kept out of every training for the examples.",
        (
            Link("breast-cancer", "Try it on a held-out case", {"preset": case.slug}),
            Link("breast-cancer-drift", "Watch a stream"),
            Link("breast-cancer-model", "See the evidence"),
        ),
    )


def _trust() -> Card:
    audited, strictest = models.held_out(), trust.policies()[0]
    return Card(
        System.TRUST,
        "Which claims about a model do the data show, which do they break, and which stay open "
        "because there are too few rows?",
        "Models of the suite, audited on rows they had never seen",
        str(len(audited)),
        f"{len(strictest.rules)} kinds of claim under {strictest.name} {strictest.version}; a "
        "verdict is never an average.",
        "Your own predictions as a CSV file, or those of the models above: outcome, "
        "probability, and attributes such as sex, age or hospital.",
        (
            Link("trustlens", "Audit a model", {"model": audited[0].key}),
            Link("trustlens-compare", "Compare two models"),
            Link("trustlens-original", "See what a score hides"),
        ),
    )


def _apple_sales() -> Card:
    sums = sum(one.count for one in apple_sales.checked_identities())
    return Card(
        System.APPLE,
        "Which mix earns most under your limits, and can the plan prove it? Does a file hold "
        "anything to learn before a model is fitted to it?",
        "Reported figures, each with its filing",
        str(len(apple_sales.figures())),
        f"{sums} sums of categories, segments and quarters hold exactly.",
        "Apple's revenue by category and segment, FY2015 to FY2025, units to FY2018, gross "
        "margins; price elasticities are declared assumptions. Or your own problem, or file.",
        (
            Link("apple-sales", "See a plan with its proof"),
            Link("apple-sales-facts", "Read the figures"),
            Link("apple-sales-data", "Test your own file"),
        ),
    )


CARDS = (_cardiosense, _breast_cancer, _trust, _apple_sales)


def show(card: Card) -> None:
    with st.container(border=True):
        st.subheader(str(card.system), anchor=False)
        st.markdown(card.question)
        figure, data = st.columns(2)
        figure.metric(card.measure, card.figure)
        figure.caption(card.how)
        data.markdown("**Data**")
        data.markdown(card.data)
        for column, link in zip(st.columns(len(card.links)), card.links, strict=True):
            definition = registry.page(link.slug)
            column.page_link(
                f"../pages/{definition.file}",
                label=link.label,
                icon=definition.icon,
                query_params=dict(link.query) or None,
            )


with header.page(""):
    st.markdown(
        "Every figure carries its sample size and its uncertainty, every explanation is tested "
        "against the model, and *not enough data* is an answer."
    )
    for card in CARDS:
        show(card())
