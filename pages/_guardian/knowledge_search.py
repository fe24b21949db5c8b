"""Looking things up: a medicine, a rule, two medicines together."""

from __future__ import annotations

import streamlit as st

from core.guardian import Order, knowledge, read_line
from core.viz.text import counted
from pages._guardian import lookup, rules, words
from pages._shared.results import escaped

MOST_NAMES = 40


def medicine() -> None:
    """Search a medicine by any of its names."""
    text = st.text_input(
        "Medicine: generic name, brand, abbreviation",
        key="guardian.kb.medicine",
        placeholder="Coumadin",
    )
    if not text.strip():
        st.caption("Write a name, such as Coumadin, paracetamol, Augmentin or MTX.")
        return
    order = read_line(text)
    for name in _read(order, text):
        _ingredient(name)


def _read(order: Order, text: str) -> tuple[str, ...]:
    if not order.ingredients:
        near = f" Did you mean {' or '.join(order.suggestions)}?" if order.suggestions else ""
        said = escaped(f"No medicine is known as “{text.strip()}”.{near}")
        st.markdown(f"{words.chip('Not known', 'unknown')} {said}")
    return order.ingredients


def _ingredient(name: str) -> None:
    known = knowledge()
    one = known.ingredients[name]
    found = lookup.of_medicine(name)
    with st.container(border=True):
        st.markdown(f"**{escaped(name)}**")
        shown = sorted(one.names)
        more = f" and {len(shown) - MOST_NAMES} more" if len(shown) > MOST_NAMES else ""
        facts = {
            "Names": f"{', '.join(shown[:MOST_NAMES])}{more}",
            "Misspellings read as it": ", ".join(one.misspellings),
            "In": ", ".join(
                product.names[0]
                for product in known.products
                if name in product.ingredients and product.names
            ),
            "Classes": "; ".join(sorted(known.classes[key].title for key in one.classes)),
            "Route if none is stated": ", ".join(one.routes),
        }
        words.facts(facts.items())
        st.markdown(f"{counted(len(found), 'rule')} {'names' if len(found) == 1 else 'name'} it.")
        if found:
            rules.table(found, f"Rules that name {name}.")


def rule() -> None:
    """Show one rule by its id; the address can name it."""
    chosen = st.selectbox(
        "Rule, by the id that alerts state",
        sorted(knowledge().rules),
        index=None,
        placeholder="Choose or write an id",
        key="rule",
        bind="query-params",
    )
    if chosen is not None:
        rules.card(knowledge().rules[chosen])


def pair() -> None:
    """Show what the rules say of two medicines together, whoever takes them."""
    left, right = st.columns(2)
    texts = (
        left.text_input("First medicine", key="guardian.kb.first", placeholder="warfarin"),
        right.text_input("Second medicine", key="guardian.kb.second", placeholder="fluconazole"),
    )
    if not all(text.strip() for text in texts):
        st.caption("Write two names to see every rule about both, whoever takes them.")
        return
    first, second = (_read(read_line(text), text) for text in texts)
    for one in first:
        for other in second:
            found = lookup.of_pair(one, other)
            st.markdown(
                f"**{escaped(one)} + {escaped(other)}:** {counted(len(found), 'rule')}."
                + ("" if found else " That no rule speaks of a pair does not show it is harmless.")
            )
            if found:
                rules.table(found, f"Rules about {one} with {other}.")
