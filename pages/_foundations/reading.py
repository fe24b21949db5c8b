"""Both sides of a statement as a row: claimed, measured, how far apart, how far is allowed."""

from __future__ import annotations

import streamlit as st

from core.foundations import Kind, Reading
from pages._shared import results

DIGITS = 9


def show(reading: Reading, seconds: float | None = None) -> None:
    """Show the two sides of a reading."""
    words = {
        "Claimed": figure(reading.claimed),
        "Measured": f"{RELATIONS[reading.relation]}{figure(reading.measured)}",
        "Difference": distance(reading),
        "Allowed": allowed(reading),
    }
    if seconds is not None:
        words["Time"] = f"{1000 * seconds:.1f} ms"
    with st.container(horizontal=True, gap="medium"):
        for name, value in words.items():
            shown = f":red[**{value}**]" if name == "Measured" and not reading.passed else value
            st.markdown(f":gray[{name}]  \n{shown}", width="content")
    st.caption(results.escaped(f"{_begun(reading.note)}. {basis(reading)}"))


RELATIONS = {"=": "", "≤": "at most: ", "≥": "at least: "}


def _begun(note: str) -> str:
    """Return a note with a capital, unless it begins with a symbol: k is not K."""
    return note[:1].upper() + note[1:] if note[1:2].isalpha() else note


def figure(value: float) -> str:
    """Return a number with enough digits to see where two sides part."""
    return f"{value:.{DIGITS}g}".replace("-", "−")


def distance(reading: Reading) -> str:
    """Return how far the sides lie apart, in standard errors of a simulation or in numbers."""
    if reading.z is not None:
        return f"{reading.z:+.2f} SE".replace("-", "−")
    return f"{reading.measured - reading.claimed:.1e}".replace("-", "−")


def allowed(reading: Reading) -> str:
    """Return how far they may lie apart."""
    if reading.standard_error is not None:
        return f"{reading.tolerance / reading.standard_error:.2f} SE"
    return f"{reading.tolerance:.1e}".replace("-", "−")


def basis(reading: Reading) -> str:
    """Say what the reading rests on."""
    if reading.kind is Kind.SAMPLED:
        return f"{reading.n:,} draws; standard error {reading.standard_error:.2g}."
    if reading.n > 1:
        return f"The worst of {reading.n:,} comparisons is shown."
    return "One comparison."
