"""Take the result along: report, data, FHIR, and the same call from a program."""

from __future__ import annotations

import datetime
import json

import streamlit as st

from core.guardian import export_bundle, report, strip
from core.report import Document, html_page, render
from pages._guardian.checked import Checked
from pages._shared.downloads import download

API = "http://127.0.0.1:8501/api/v1/guardian/check"


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
        download(
            "Case (JSON)",
            lambda: json.dumps(checked.case, indent=1).encode(),
            "case.json",
            "application/json",
        )
    st.caption("These files name the medicines and the patient's values. Treat them as such.")
    st.markdown("The same answer from a program, with the case saved as `case.json`:")
    for language, text in (("bash", _curl()), ("bash", _command()), ("python", _python())):
        st.code(text, language=language, wrap_lines=True)


def _curl() -> str:
    return f"curl -H 'Content-Type: application/json' -d @case.json {API}"


def _command() -> str:
    return "python -m apps.cli guardian check case.json --json"


def _python() -> str:
    return (
        "import json\nfrom pathlib import Path\n\nfrom core.guardian import check\n\n"
        'found = check(json.loads(Path("case.json").read_text(encoding="utf-8")))\n'
        'print(found["headline"])\n'
        'for alert in found["alerts"]:\n'
        '    print(alert["severity"], alert["drugs"], alert["management"])'
    )
