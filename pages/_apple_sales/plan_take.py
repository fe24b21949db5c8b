"""The plan to take along: files, and the same call in code."""

from __future__ import annotations

import datetime
import json

import streamlit as st

from core.apple_sales import Plan, Problem, plan_csv, plan_html, plan_json, plan_pdf
from pages._apple_sales import problem_calls
from pages._shared import calls, results
from pages._shared.downloads import download

COMMAND = "python -m apps.cli apple-sales plan problem.json --json"


def show(problem: Problem, plan: Plan) -> None:
    """Offer the plan as files, the same call in code, and the provenance."""
    st.subheader("Take it along", anchor=False)
    today = datetime.datetime.now(tz=datetime.UTC).date()
    with st.container(horizontal=True):
        download(
            "Report (HTML)", lambda: plan_html(problem, plan, issued=today), "plan.html",
            "text/html",
        )  # fmt: skip
        download(
            "Report (PDF)", lambda: plan_pdf(problem, plan, issued=today), "plan.pdf",
            "application/pdf",
        )  # fmt: skip
        download("Plan (JSON)", lambda: plan_json(problem, plan), "plan.json", "application/json")
        download("Amounts (CSV)", lambda: plan_csv(problem, plan), "plan.csv", "text/csv")
        download("Problem (JSON)", lambda: _json(problem), "problem.json", "application/json")
    calls.show(problem_calls.call("plan", problem, "plan"))
    results.provenance(
        {
            "Problem": plan.certificate.input_hash[:12],
            "cells": f"{len(problem.cells):,}",
            "solver": plan.certificate.solver or "none",
            "recompute": COMMAND,
        }
    )


def _json(problem: Problem) -> bytes:
    return json.dumps(problem.to_dict(), indent=1, allow_nan=False, ensure_ascii=False).encode()
