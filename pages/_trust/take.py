"""What can be taken along: the audit as a file, the same call in code, and where it comes from."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.tables import to_csv
from core.trust import Audit, junit
from pages._shared import calls as shared
from pages._shared import results
from pages._shared.downloads import download
from pages._trust import calls
from pages._trust.subject import Subject

MAX_TITLE = 200


def show(audit: Audit, subject: Subject) -> None:
    """Offer the audit as files, the same call in code, and the provenance."""
    st.subheader("Take it along", anchor=False)
    with st.container(horizontal=True):
        download("Report (HTML)", _report("html_report", audit, subject), "audit.html", "text/html")
        download(
            "Report (PDF)", _report("pdf_report", audit, subject), "audit.pdf", "application/pdf"
        )
        download("Audit (JSON)", lambda: as_json(audit), "audit.json", "application/json")
        download("Checks (JUnit)", lambda: junit(audit), "audit.junit.xml", "application/xml")
        if subject.held is not None:
            download(
                "Predictions (CSV)", lambda: predictions_csv(subject), subject.file, "text/csv"
            )
    shared.show(calls.call(audit, subject))


def provenance(audit: Audit, subject: Subject) -> None:
    """Show what was judged, by which rules, in one line."""
    results.provenance(
        {
            "Predictions": subject.title,
            "n": f"{audit.n:,}",
            "policy": f"{audit.policy.name} {audit.policy.version}",
            "level": f"{100 * audit.policy.level:g} %, Holm over all checks",
            "seed": "0",
            "recompute": calls.command(audit, subject),
        }
    )


def as_json(audit: Audit) -> bytes:
    """Return the audit as strict JSON."""
    text = json.dumps(audit.to_dict(), allow_nan=False, ensure_ascii=False, indent=1)
    return text.encode()


def _report(kind: str, audit: Audit, subject: Subject) -> Callable[[], bytes]:
    def make() -> bytes:
        from core.trust.export import report

        issued = datetime.datetime.now(tz=datetime.UTC).date()
        document: bytes = getattr(report, kind)(
            audit, title=subject.title[:MAX_TITLE], issued=issued
        )
        return document

    return make


def predictions_csv(subject: Subject) -> bytes:
    """Return outcome, probability and attributes of a model of the suite, one row a case."""
    held = subject.held
    if held is None:
        return b""
    columns = {
        "outcome": [held.classes[place] for place in held.y],
        "probability": held.p,
        **held.groups,
    }
    return to_csv(pd.DataFrame(columns))
