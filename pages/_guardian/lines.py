"""The list as it was read: one line a medicine, with what was recognised and what was not."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import streamlit as st

from core.guardian import Order
from pages._guardian import words
from pages._guardian.take import MEDS, Taken
from pages._shared.results import escaped

MOST_SHOWN = 30
MOST_TEXT = 120


def show(orders: tuple[Order, ...], taken: Taken) -> None:
    """Show each line with chips; those written here can be mended or removed."""
    for place, order in enumerate(orders[:MOST_SHOWN]):
        own = place < taken.own
        with st.container(key=f"guardian.line.{place}", gap="xxsmall"):
            with st.container(
                horizontal=True, wrap=False, vertical_alignment="center", gap="small"
            ):
                said = escaped(_said(order, own))
                st.markdown(f"{place + 1} {_chips(order)} :gray[{said}]", width="stretch")
                if own:
                    _remover(place)
            if own and order.suggestions:
                _mend(order, place)
    if len(orders) > MOST_SHOWN:
        st.caption(f"{len(orders) - MOST_SHOWN} more lines: see “How it was read”.")


def _chips(order: Order) -> str:
    mended = dict(_mended(order))
    found = [
        words.chip(f"{written} read as {name}", "attention") for written, name in mended.items()
    ]
    found += [words.chip(one, "ok") for one in order.ingredients if one not in mended.values()]
    found += [words.chip(f"not known: {_short(piece)}", "unknown") for piece in order.unrecognised]
    return " ".join(found) or words.chip("nothing recognised", "unknown")


def _mended(order: Order) -> Iterator[tuple[str, str]]:
    for written, name in order.corrected.items():
        # A known misspelling stands as a name of its own; what it means are the ingredients.
        known = name.casefold() == written.casefold()
        yield written, " + ".join(order.ingredients) if known else name


def _said(order: Order, own: bool) -> str:
    """Return dose, route and frequency as read; the line itself where it is not in the box."""
    doses = [words.dose(order, name) for name in order.ingredients if name in order.single_dose]
    parts = [*doses[:1], words.route(order), words.frequency(order)]
    if not own:
        parts.append(f"from the bundle: {_short(order.text)}")
    return ", ".join(part for part in parts if part)


def _remover(place: int) -> None:
    st.button(
        ":small[Remove]",
        type="tertiary",
        help=f"Remove line {place + 1}",
        key=f"guardian.remove.{place}",
        on_click=_remove,
        args=(place,),
    )


def _short(text: str) -> str:
    return text if len(text) <= MOST_TEXT else f"{text[: MOST_TEXT - 1]}…"


def _mend(order: Order, place: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("Did you mean", width="content")
        for name in order.suggestions:
            st.button(
                escaped(name),
                key=f"guardian.mend.{place}.{name}",
                on_click=_replace,
                args=(place, order, name),
            )


def _lines() -> list[str]:
    return [line.strip() for line in st.session_state[MEDS].splitlines() if line.strip()]


def _remove(place: int) -> None:
    lines = _lines()
    del lines[place]
    st.session_state[MEDS] = "\n".join(lines)


def _replace(place: int, order: Order, name: str) -> None:
    """Put the chosen name where the unknown one stands, or in place of the whole line."""
    lines = _lines()
    near = difflib.get_close_matches(name, order.unrecognised, n=1, cutoff=0.0)
    at = lines[place].casefold().find(near[0].casefold()) if near else -1
    if at < 0:
        lines[place] = name
    else:
        lines[place] = f"{lines[place][:at]}{name}{lines[place][at + len(near[0]) :]}"
    st.session_state[MEDS] = "\n".join(lines)
