"""Forecast: the next quarters, and how such forecasts fared before."""

from __future__ import annotations

import streamlit as st

from core.errors import SuiteError
from pages._apple_sales import (
    forecast_answer,
    forecast_ask,
    forecast_bands,
    forecast_models,
    forecast_save,
    forecast_surprises,
    frame,
)
from pages._shared import header, results

VIEWS = {
    "Models": forecast_models.show,
    "Bands": forecast_bands.show,
    "Surprises": forecast_surprises.show,
}


def body() -> None:
    question = forecast_ask.ask()
    try:
        with st.spinner("Forecasting every past quarter again with every model"):
            made = forecast_ask.answered(question)
    except SuiteError as error:
        results.refusal(error, "No forecast")
        return
    forecast_answer.show(made)
    # Only the open tab is computed; the address names it.
    views = st.tabs(list(VIEWS), key="view", bind="query-params")
    for tab, show in zip(views, VIEWS.values(), strict=True):
        if tab.open:
            with tab:
                show(made)
    forecast_save.show(question, made)


with header.page("apple-sales-forecast"):
    body()
    frame.foot()
