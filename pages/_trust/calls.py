"""The audit of a page as a call: on the command line, in Python, over HTTP."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from core.trust import Audit
from core.trust.predictions import Predictions
from pages._shared import calls
from pages._shared.call import Call
from pages._trust.subject import Subject

NOTE = (
    "predictions.csv from above holds no features: on it, slices are searched among the attributes "
    "only."
)


def options(subject: Subject) -> dict[str, list[str]]:
    """Return the columns and settings of the call, by the names of the command line."""
    held, read = subject.held, subject.read
    if held is None:
        return {name: list(values) for name, values in subject.options.items()}
    found = {"label": ["outcome"], "prob": ["probability"], "group": list(held.groups)}
    found["positive"] = [held.classes[1]]
    if isinstance(read, Predictions) and read.threshold is not None and read.threshold != 0.5:
        found["threshold"] = [repr(float(read.threshold))]
    return found


def command(audit: Audit, subject: Subject) -> str:
    """Return the call on the command line."""
    return shlex.join(["python", "-m", "apps.cli", *_words(audit, subject)])


def _words(audit: Audit, subject: Subject) -> tuple[str, ...]:
    policy = ["--policy", audit.policy.name, "--json"]
    if _as_shipped(subject) and subject.held is not None:
        return ("trust", "model", subject.held.key, *policy)
    parts = ["trust", "audit", subject.file]
    for name, values in options(subject).items():
        for value in values:
            parts += [f"--{name}", value] if value else [f"--{name}"]
    return (*parts, *policy)


def _as_shipped(subject: Subject) -> bool:
    read, held = subject.read, subject.held
    return held is not None and isinstance(read, Predictions) and read.threshold == held.threshold


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
    reader = "read_parquet" if _is_parquet(subject) else "read_csv"
    return (
        "import pandas as pd\n\nfrom core import trust\n\n"
        f"rows = pd.{reader}({subject.file!r})\n"
        f"audit = trust.audit(\n    rows[{chosen['label'][0]!r}]{first}{arguments},\n)\n"
        "print(audit)"
    )


def call(audit: Audit, subject: Subject) -> Call:
    """Return the call in every form; a model as the suite has it is called by its name."""
    policy = {"policy": audit.policy.name}
    python, words = python_call(audit, subject), _words(audit, subject)
    if _as_shipped(subject) and subject.held is not None:
        path = f"/v1/trust/models/{subject.held.key}/audit"
        return Call(path, policy, python=python, command=words, note=NOTE)
    note = NOTE if subject.held is not None else ""
    asked = {**query(subject), **policy}
    return Call(
        "/v1/trust/audit", asked, file=subject.file, python=python, command=words, note=note
    )


def original(subject: Subject) -> Call:
    """Return the call that asks what trustlens 0.5.0 says."""
    python = (
        "from pathlib import Path\n\nfrom core.trust import original_view, read_table\n\n"
        f"file = Path({subject.file!r})\n"
        f"read, _ = read_table(file.read_bytes(), name=file.name{read_arguments(query(subject))})\n"
        "print(original_view(read))"
    )
    return Call("/v1/trust/original", query(subject), file=subject.file, python=python)


def read_arguments(chosen: Mapping[str, Any]) -> str:
    """Return columns and settings of :func:`query` as those of ``core.trust.read_table``."""
    lists = {"prob": "prob", "group": "groups"}
    given = {lists[k]: v for k, v in chosen.items() if k in lists}
    given |= {k: v[0] for k, v in chosen.items() if k in ("label", "pred", "date", "positive")}
    threshold = float(chosen["threshold"][0]) if "threshold" in chosen else None
    return calls.arguments(**given, threshold=threshold, drop_bad=chosen.get("drop_bad"))


def query(subject: Subject) -> dict[str, Any]:
    """Return columns and settings by the names that the API has for them."""
    chosen: dict[str, Any] = {k.replace("-", "_"): v for k, v in options(subject).items()}
    return chosen | {"drop_bad": True} if "drop_bad" in chosen else chosen


def _is_parquet(subject: Subject) -> bool:
    return subject.file.lower().endswith(".parquet")
