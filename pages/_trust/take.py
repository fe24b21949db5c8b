"""What can be taken along: the audit as a file, the same call in code, and where it comes from."""

from __future__ import annotations

import datetime
import json
import shlex
from collections.abc import Callable
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from core.tables import to_csv
from core.trust import Audit, junit
from core.trust.predictions import Predictions
from pages._shared import results
from pages._shared.downloads import download
from pages._trust.subject import Subject

FILE = "predictions.csv"
URL = "http://127.0.0.1:8501/api/v1/trust/audit"
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
            download("Predictions (CSV)", lambda: predictions_csv(subject), FILE, "text/csv")
    with st.expander("The same call in code", icon=":material/code:"):
        _calls(audit, subject)


def provenance(audit: Audit, subject: Subject) -> None:
    """Show what was judged, by which rules, in one line."""
    results.provenance(
        {
            "Predictions": subject.title,
            "n": f"{audit.n:,}",
            "policy": f"{audit.policy.name} {audit.policy.version}",
            "level": f"{100 * audit.policy.level:g} %, Holm over all checks",
            "seed": "0",
            "recompute": command(audit, subject),
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


def options(subject: Subject) -> dict[str, list[str]]:
    """Return the columns and settings of the call, by the names of the command line."""
    held, read = subject.held, subject.read
    if held is None:
        return {name: list(values) for name, values in subject.options.items()}
    found = {"label": ["outcome"], "prob": ["probability"], "group": list(held.groups)}
    found["positive"] = [held.classes[1]]
    if isinstance(read, Predictions) and read.threshold not in (None, 0.5):
        found["threshold"] = [f"{read.threshold:g}"]
    return found


def command(audit: Audit, subject: Subject) -> str:
    """Return the call on the command line; a model as the suite has it is called by its name."""
    start = ["python", "-m", "apps.cli", "trust"]
    policy = ["--policy", audit.policy.name, "--json"]
    if _as_shipped(subject) and subject.held is not None:
        return shlex.join([*start, "model", subject.held.key, *policy])
    parts = [*start, "audit", _file(subject)]
    for name, values in options(subject).items():
        for value in values:
            parts += [f"--{name}", value] if value else [f"--{name}"]
    return shlex.join([*parts, *policy])


def _as_shipped(subject: Subject) -> bool:
    read, held = subject.read, subject.held
    return held is not None and isinstance(read, Predictions) and read.threshold == held.threshold


def _file(subject: Subject) -> str:
    return FILE if subject.held is not None else subject.title


def _calls(audit: Audit, subject: Subject) -> None:
    st.code(command(audit, subject), language="bash", wrap_lines=True)
    if subject.held is not None:
        st.caption(
            f"On {FILE} from above; it holds no features, so that slices are searched among the "
            "attributes only:"
        )
    st.code(python_call(audit, subject), language="python")
    st.code(_curl(audit, subject), language="bash", wrap_lines=True)


def python_call(audit: Audit, subject: Subject) -> str:
    """Return the call in Python."""
    chosen = options(subject)
    prob = chosen.get("prob", [])
    first = f", rows[{prob[0]!r}]" if len(prob) == 1 else f", rows[{prob!r}]" if prob else ""
    more = {
        "pred": f"rows[{chosen['pred'][0]!r}]" if "pred" in chosen else "",
        "groups": f"rows[{chosen['group']!r}]" if chosen.get("group") else "",
        "batch": f"rows[{chosen['date'][0]!r}]" if "date" in chosen else "",
        "positive": repr(chosen["positive"][0]) if "positive" in chosen else "",
        "threshold": chosen["threshold"][0] if "threshold" in chosen else "",
        "policy": repr(audit.policy.name),
    }
    arguments = "".join(f",\n    {name}={value}" for name, value in more.items() if value)
    return (
        "import pandas as pd\n\nfrom core import trust\n\n"
        f"rows = pd.{'read_parquet' if _is_parquet(subject) else 'read_csv'}({_file(subject)!r})\n"
        f"audit = trust.audit(\n    rows[{chosen['label'][0]!r}]{first}{arguments},\n)\n"
        "print(audit)"
    )


def _curl(audit: Audit, subject: Subject) -> str:
    chosen = {name.replace("-", "_"): values for name, values in options(subject).items()}
    if "drop_bad" in chosen:
        chosen["drop_bad"] = ["true"]
    query = urlencode({**chosen, "policy": audit.policy.name}, doseq=True)
    kind = "application/vnd.apache.parquet" if _is_parquet(subject) else "text/csv"
    file = shlex.quote(f"@{_file(subject)}")
    return f"curl --data-binary {file} -H 'Content-Type: {kind}' '{URL}?{query}'"


def _is_parquet(subject: Subject) -> bool:
    return _file(subject).lower().endswith(".parquet")
