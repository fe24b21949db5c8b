"""The gallery: what each system answers, on which data, and how well."""

from __future__ import annotations

import streamlit as st

from core.errors import ArtifactError
from pages._home.card import Card
from pages._home.cards import CARDS
from pages._shared import header, registry


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
        try:
            made = card()
        except ArtifactError as error:  # one system's files must not take the gallery away
            st.error(error.message, icon=":material/error:")
            continue
        show(made)
