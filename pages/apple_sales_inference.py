"""Inference: which differences are more than chance, and what sales figures cannot teach."""

from __future__ import annotations

import streamlit as st

from pages._apple_sales import (
    frame,
    inference_contrasts,
    inference_elasticities,
    inference_services,
)
from pages._shared import header

VIEWS = ("Differences", "Price elasticities", "Services")


def body() -> None:
    differences, elasticities, services = st.tabs(list(VIEWS), key="view", bind="query-params")
    # Only the open tab is computed; the address names it.
    if differences.open:
        with differences:
            inference_contrasts.show()
    if elasticities.open:
        with elasticities:
            inference_elasticities.show()
    if services.open:
        with services:
            inference_services.show()


with header.page("apple-sales-inference"):
    body()
    frame.foot()
