"""Downloads, the same call in code, and where the figures come from."""

from __future__ import annotations

import dataclasses
import json

import streamlit as st

from core.apple_sales import SHA256, Forecast, later_figures
from core.tables import to_csv
from pages._apple_sales.forecast_ask import Question
from pages._shared import calls, downloads, results
from pages._shared.call import Call


def show(question: Question, made: Forecast) -> None:
    """Offer the forecast as files and as code."""
    name = f"forecast-{made.series.lower().replace(' ', '-')}"
    with st.container(horizontal=True):
        downloads.download(
            "Forecast (CSV)", lambda: to_csv(made.table()), f"{name}.csv", "text/csv"
        )
        downloads.download(
            "Everything (JSON)", lambda: _json(made), f"{name}.json", "application/json"
        )
    asked = dataclasses.asdict(question)
    python = (
        "from core.apple_sales import forecast\n\n"
        f"made = forecast({question.series!r}, horizon={question.horizon}, "
        f"level={question.level}, model={question.model!r})\n"
        "print(made.ahead[0].band, made.season_sum)"
    )
    command = ("apple-sales", "forecast", *calls.options(**asked), "--json")
    calls.show(Call("/v1/apple-sales/forecast", asked, python=python, command=command))
    results.provenance(
        {
            "Data": f"data/apple_sales/quarterly.csv, SHA-256 {SHA256['quarterly.csv'][:12]}",
            "n": f"{len(made.values)} quarters",
            "method": "rolling origin, split conformal by horizon",
            "recompute": "python -m benchmarks.apple_forecast",
        }
    )


def _json(made: Forecast) -> bytes:
    whole = {**made.to_dict(), "later": later_figures(made).to_dict()}
    return json.dumps(whole, indent=2, allow_nan=False).encode()
