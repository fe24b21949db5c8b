"""Take the result along: report, data, FHIR, and the same call from a program."""

from __future__ import annotations

import datetime
import json

import streamlit as st

from core.guardian import export_bundle, report, strip
from core.report import Document, html_page, render
from pages._guardian.checked import Checked
from pages._shared import calls
from pages._shared.call import Call
from pages._shared.downloads import download

PYTHON = """\
import json
from pathlib import Path

from core.guardian import check

found = check(json.loads(Path("case.json").read_text(encoding="utf-8")))
print(found["headline"])
for alert in found["alerts"]:
    print(alert["severity"], alert["drugs"], alert["management"])"""


def show(checked: Checked) -> None:
    """Offer the files and the code that gives the same answer."""
    today = datetime.datetime.now(tz=datetime.UTC).date()

    def document() -> Document:
        return report.review_document(
            checked.review,
            patient=strip.patient_facts(checked.case),
            passed=checked.passed,
            input_hash=checked.input_hash,
            issued=today,
        )

    def fhir() -> bytes:
        bundle = export_bundle(checked.case, checked.review, issued=today)
        return json.dumps(bundle, indent=1).encode()

    with st.container(horizontal=True):
        download(
            "Report (PDF)",
            lambda: render(document()),
            "medication_check.pdf",
            "application/pdf",
            "primary",
        )
        download(
            "Report (HTML)", lambda: html_page(document()), "medication_check.html", "text/html"
        )
        download(
            "Data (JSON)",
            lambda: json.dumps(checked.review.to_dict(), indent=1).encode(),
            "medication_check.json",
            "application/json",
        )
        download("FHIR Bundle", fhir, "medication_check_fhir.json", "application/fhir+json")
    st.caption("These files name the medicines and the patient's values. Treat them as such.")
    calls.show(
        Call(
            "/v1/guardian/check",
            body=checked.case,
            python=PYTHON,
            command=("guardian", "check", "case.json", "--json"),
            given={"case.json": checked.case},
        )
    )
