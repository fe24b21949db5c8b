"""The five reported segments as bars: the only geography that is published."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import Line, facts, years
from core.viz import amount_bars
from pages._shared import charts, results

KEY = "apple.segments"


def show() -> None:
    """Show revenue, growth and operating margin of each segment in a year."""
    known = sorted(years(), reverse=True)
    year = st.selectbox("Fiscal year", known, key=f"{KEY}.year")
    segments = facts(year).segments
    left, middle, right = st.columns(3)
    with left:
        _bars("revenue", f"Revenue of FY{year} (USD billion)",
              segments, [one.revenue / 1000 for one in segments])  # fmt: skip
    with middle:
        _bars(
            "growth",
            f"Growth over FY{year - 1} (%)",
            segments,
            [_percent(s.growth) for s in segments],
        )
    with right:
        margins = [_percent(one.operating_margin) for one in segments]
        _bars("margin", f"Operating margin of FY{year} (%)", segments, margins)
    st.caption(
        "Apple reports five segments. It publishes no figures by country within them, or by state, "
        "so there is no map here. Operating margins leave out research and corporate expense."
    )


def _bars(name: str, title: str, segments: tuple[Line, ...], values: list[float | None]) -> None:
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        st.markdown(f"**{title}**")
        results.badge("unknown", "Not in the data for this year")
        return
    charts.show(amount_bars([one.name for one in segments], known, unit=title), f"{KEY}.{name}")


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
