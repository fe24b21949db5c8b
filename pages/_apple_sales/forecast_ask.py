"""What to forecast: the series, how far, how sure, and with which model."""

from __future__ import annotations

import dataclasses

import streamlit as st

from core.apple_sales import CATEGORIES, FORECAST_MODELS, SEGMENTS, Forecast, forecast
from core.viz.text import percent

KINDS = {"Total": ("Total",), "Categories": CATEGORIES, "Segments": SEGMENTS}
LEVELS = (0.5, 0.8, 0.9, 0.95)


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """What is asked of :func:`core.apple_sales.forecast`."""

    series: str
    horizon: int
    level: float
    model: str


def ask() -> Question:
    """Ask for the series, the horizon, the level and the model."""
    with st.container(horizontal=True):
        kind = _one("Series", list(KINDS), "kind", "Total")
        if kind != "Total":
            series = _one(kind, list(KINDS[kind]), f"series.{kind}", KINDS[kind][0])
        else:
            series = kind
    with st.container(horizontal=True):
        horizon = int(_one("Quarters ahead", ["1", "2", "3", "4"], "horizon", "4"))
        names = {percent(level): level for level in LEVELS}
        level = names[_one("Band", list(names), "level", percent(0.9))]
        model = st.selectbox(
            "Model",
            list(FORECAST_MODELS),
            format_func=FORECAST_MODELS.__getitem__,
            help="Best so far: at each quarter the model whose errors known by then were smallest "
            "beside the seasonal naive's.",
            key="apple.forecast.model",
            width=240,
        )
    return Question(series, horizon, level, model)


def _one(label: str, options: list[str], key: str, default: str) -> str:
    chosen = st.segmented_control(
        label, options, default=default, required=True, key=f"apple.forecast.{key}"
    )
    return chosen or default


def answered(question: Question) -> Forecast:
    """Return the forecast; the reported figures are public, so sessions share it."""
    return _forecast(**dataclasses.asdict(question))


@st.cache_data(show_spinner=False, max_entries=200)
def _forecast(series: str, horizon: int, level: float, model: str) -> Forecast:
    return forecast(series, horizon=horizon, level=level, model=model)
