"""The problem to plan: on the reported figures with declared assumptions, or one of the user's."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from core import json_input
from core.apple_sales import GOALS, PRIORS, TILT_RANGE, Problem, default_problem, read_problem
from core.errors import SuiteError
from pages._shared import results
from pages._shared.address import linked
from pages._shared.downloads import download

SYSTEM = "apple"
SOURCES = {"reported": "Apple's reported figures", "file": "Your problem"}
MAX_MB = 8
_SLUGS = {goal.replace(" ", "-"): goal for goal in GOALS}


def ask() -> Problem | None:
    """Ask what is to be planned; ``None`` until there is a problem, with the reason on the page."""
    source = st.segmented_control(
        "Problem",
        list(SOURCES),
        format_func=SOURCES.__getitem__,
        label_visibility="collapsed",
        **linked(SYSTEM, "source", SOURCES, "reported"),
    )
    return _of_file() if source == "file" else _reported()


def _reported() -> Problem | None:
    goal: str = st.segmented_control(
        "Maximise",
        list(_SLUGS),
        format_func=lambda slug: _SLUGS[slug].capitalize(),
        help="Gross profit counts what a unit costs by the reported gross margins; revenue does "
        "not, so it asks for volume wherever revenue rises with it.",
        **linked(SYSTEM, "goal", _SLUGS, next(iter(_SLUGS))),
    )
    with st.expander("Assumptions: declared, not estimated", icon=":material/tune:"):
        options = _assumptions()
    try:
        return default_problem(goal=_SLUGS[goal], **options)
    except SuiteError as error:
        results.refusal(error, "No problem")
        return None


def _assumptions() -> dict[str, Any]:
    st.caption(
        "Price elasticity of demand: percent of volume lost for one percent of price. The ranges "
        "are the declared ones; Inference shows why these figures cannot teach them."
    )
    elasticities = {}
    for column, prior in zip(st.columns(len(PRIORS)), PRIORS.values(), strict=True):
        elasticities[prior.category] = column.slider(
            prior.category,
            prior.low,
            prior.high,
            prior.elasticity,
            0.05,
            key=f"{SYSTEM}.elasticity.{prior.category}",
            persist_state="session",
        )
    left, middle, right = st.columns(3)
    supply = left.slider(
        "Hardware supply, % of today", 80, 130, 105, key=f"{SYSTEM}.supply", persist_state="session"
    )
    tilt = middle.slider(
        "iPhone tilt in Greater China",
        *TILT_RANGE,
        1.0,
        0.05,
        key=f"{SYSTEM}.tilt",
        persist_state="session",
        help="1 spreads each category over the segments in proportion. Apple says that iPhone has "
        "a moderately higher share in Greater China; how much is not published.",
    )
    aversion = right.select_slider(
        "Price of variance",
        (0.0, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
        0.001,
        key=f"{SYSTEM}.aversion",
        persist_state="session",
        help="The objective loses half of this for each unit of variance (USD billion squared).",
    )
    return {
        "elasticities": elasticities,
        "supply": supply / 100,
        "tilt": tilt,
        "aversion": aversion,
    }


def _of_file() -> Problem | None:
    with st.container(horizontal=True, vertical_alignment="center"):
        download("Download an example", example, "problem_example.json", "application/json")
        st.caption("Nothing that you upload is stored.")
    given = st.file_uploader(
        "Problem as JSON", ["json"], max_upload_size=MAX_MB, key=f"{SYSTEM}.problem"
    )
    if given is None:
        st.info("Choose a file, or take the example as one.", icon=":material/info:")
        return None
    try:
        return read_problem(json_input.loads(given.getvalue(), given.name))
    except SuiteError as error:
        results.refusal(error, "This problem cannot be planned")
        return None


def example() -> bytes:
    """Return the default problem as JSON, to change and upload."""
    return json.dumps(default_problem().to_dict(), indent=1, allow_nan=False).encode()
