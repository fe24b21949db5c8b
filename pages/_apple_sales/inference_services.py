"""What foretells services revenue: not the devices of the quarter, but time."""

from __future__ import annotations

import streamlit as st

from core.apple_sales import services_models
from core.viz import forest
from core.viz.text import fixed
from pages._shared import calls, charts, results
from pages._shared.call import Call

KEY = "apple.services"


def show() -> None:
    """Show held-out R2 of three small models of services revenue."""
    found = services_models()
    r2 = {one.name: one.r2 for one in found}
    n = found[0].r2.n
    units, trend, both = (one.r2.estimate for one in found)
    with st.container(border=True):
        results.badge("attention", "Devices sold do not foretell services")
        st.markdown(
            f"Leaving out each of {n} quarters in turn, units of iPhone, Mac and iPad give an R2 "
            f"of {fixed(units, 2)}, where 0 is the mean and below 0 is worse. A straight line in "
            f"time gives {fixed(trend, 2)}, and both together {fixed(both, 2)}."
        )
    charts.show(
        forest(r2, axis="Held-out R2 (leave one out)", reference=0.0,
               reference_label="no better than the mean", digits=2),
        key=f"{KEY}.forest",
    )  # fmt: skip
    st.caption(
        "Quarters of FY2015 to FY2018. The limits take quarters as independent; neighbours are not,"
        " so they are too narrow. A line fills gaps well; how well it forecasts is on the Forecast "
        "page."
    )
    python = (
        "from core.apple_sales import services_models\n\n"
        "for one in services_models():\n"
        "    print(one.name, one.r2.estimate)"
    )
    calls.show(Call("/v1/apple-sales/services", python=python))
