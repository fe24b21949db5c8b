"""The plan to take along: files, and the same call in code."""

from __future__ import annotations

import datetime
import json

import streamlit as st

from core.apple_sales import Plan, Problem, plan_csv, plan_html, plan_json, plan_pdf
from pages._shared import results
from pages._shared.downloads import download

PYTHON = """\
import json

from core.apple_sales import plan, read_problem

with open("problem.json", encoding="utf-8") as file:
    found = plan(read_problem(json.load(file)))
print(found.reason)"""
COMMAND = "python -m apps.cli apple-sales plan problem.json --json"
CURL = (
    "curl -s http://127.0.0.1:8501/api/v1/apple-sales/plan -H 'Content-Type: application/json' "
    "-d @problem.json"
)


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
    with st.expander("The same call in code", icon=":material/code:"):
        st.caption("On problem.json from above:")
        st.code(COMMAND, language="bash", wrap_lines=True)
        st.code(PYTHON, language="python")
        st.code(CURL, language="bash", wrap_lines=True)
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
