"""The answer: the next quarter and the next year with their bands, and the fan chart."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import Ahead, Forecast, Past, later_figures
from core.stats.conformal_series import Band
from core.viz import Chart
from core.viz.fan import Foreseen, fan
from core.viz.text import fixed, listed, percent
from core.viz.theme import StatusName
from pages._shared import charts, results

BILLION = 1_000
VERDICTS: dict[str, tuple[StatusName, str]] = {
    "better": ("ok", "Beats the seasonal naive"),
    "not better": ("attention", "Not shown to beat the seasonal naive"),
    "worse": ("critical", "Worse than the seasonal naive"),
    "not enough data": ("unknown", "Too few past forecasts to compare"),
    "failed": ("unknown", "Failed on every past quarter"),
    "the yardstick": ("unknown", "The yardstick"),
}


def billions(value: float) -> str:
    """Return USD million as billions with one decimal."""
    return fixed(value / BILLION, 1)


def show(made: Forecast) -> None:
    """Show the next period first, then the picture."""
    with st.container(border=True):
        with st.container(horizontal=True):
            for one in (made.ahead[0], made.season_sum):
                if one is not None:
                    _figure(one, made.level)
        status, text = VERDICTS[made.score(made.model).verdict]
        with st.container(horizontal=True):
            results.badge(status, text)
            _afterwards(made)
        st.caption(
            f"{made.series}, from the {len(made.values)} consecutive quarters in the data, "
            f"{made.periods[0]} to {made.periods[-1]}; what came later is used to check, not to "
            "fit. Compared with the seasonal naive one quarter ahead on "
            f"{made.score(made.model).n} past quarters. Model for the next quarter: "
            f"{made.used_name}. The band reaches as far as past errors of this procedure did, at "
            "the same distance; it assumes that the next error is like them."
        )
    charts.show(_chart(made), "apple.forecast.fan")


def _figure(one: Ahead, level: float) -> None:
    band = one.band
    with st.container(width=360):
        st.metric(f"{one.period} (USD billion)", billions(band.estimate))
        _band(band, level)


def _band(band: Band, level: float) -> None:
    if band.exists:
        st.markdown(
            f"{percent(level)} band **{billions(band.low)} to {billions(band.high)}**, from "
            f"{band.n} past errors"
        )
    else:
        results.badge("unknown", f"No {percent(level)} band")
        st.markdown(band.reason)


def _afterwards(made: Forecast) -> None:
    """Say at once whether the figures that came later lay in the bands."""
    checked = [one for one in later_figures(made).checks if one.inside is not None]
    if not checked:
        return
    missed = [one.period for one in checked if not one.inside]
    if missed:
        results.badge("critical", f"Came outside the band: {listed(missed)}")
    else:
        held = listed([one.period for one in checked])
        results.badge("ok", f"Came inside the band: {held}")


def _foreseen(one: Ahead | Past) -> Foreseen:
    band = one.band
    return Foreseen(one.period, band.estimate / BILLION, band.low / BILLION, band.high / BILLION)


def _chart(made: Forecast) -> Chart:
    ahead = [_foreseen(one) for one in made.ahead]
    before = [_foreseen(one) for one in made.past if one.horizon == 1]
    later = {
        one.period: one.actual / BILLION
        for one in later_figures(made).checks
        if one.period in {a.period for a in made.ahead}
    }
    return fan(
        made.periods,
        [value / BILLION for value in made.values],
        ahead,
        before=before,
        later=later,
        y_label=f"{made.series} (USD billion)",
        band_label=f"forecast with {percent(made.level)} band"
        if any(one.band.exists for one in made.ahead)
        else f"forecast (no {percent(made.level)} band)",
    )
