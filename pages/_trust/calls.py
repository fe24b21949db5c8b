"""The audit of a page as a call: on the command line, in Python, over HTTP."""

from __future__ import annotations

import shlex
from urllib.parse import urlencode

from core.trust import Audit
from core.trust.predictions import Predictions
from pages._trust.subject import Subject

FILE = "predictions.csv"
URL = "http://127.0.0.1:8501/api/v1/trust/audit"


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


def curl(audit: Audit, subject: Subject) -> str:
    """Return the call over HTTP."""
    chosen = {name.replace("-", "_"): values for name, values in options(subject).items()}
    if "drop_bad" in chosen:
        chosen["drop_bad"] = ["true"]
    query = urlencode({**chosen, "policy": audit.policy.name}, doseq=True)
    kind = "application/vnd.apache.parquet" if _is_parquet(subject) else "text/csv"
    file = shlex.quote(f"@{_file(subject)}")
    return f"curl --data-binary {file} -H 'Content-Type: {kind}' '{URL}?{query}'"


def _is_parquet(subject: Subject) -> bool:
    return _file(subject).lower().endswith(".parquet")
