"""What a report of an audit says, section by section, from the audit's document alone."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from core.report.blocks import DISCLAIMER, Callout, KeyValues, Paragraph, Provenance, Table
from core.report.text import one_line
from core.trust.export.panels import panel_blocks
from core.trust.export.text import SIGNS, figure_cells, limits, number, status_word
from core.viz.text import p_value

Plain = Mapping[str, Any]
Shown = Paragraph | Callout | KeyValues | Table | Provenance

LABELS = {
    "auc": "Area under the ROC curve (AUC)",
    "accuracy": "Accuracy",
    "no_information_rate": "Share of the most frequent class",
    "balanced_accuracy": "Balanced accuracy",
    "f1": "F1",
    "mcc": "Matthews' correlation",
    "average_precision": "Average precision",
    "log_loss": "Log loss",
    "brier": "Brier score",
    "ece": "Expected calibration error, ten bins (ECE)",
    "smooth_ece": "Smooth calibration error",
    "slope": "Calibration slope (1 is perfect)",
    "intercept": "Calibration in the large (0 is perfect)",
    "observed_over_expected": "Observed over expected events (1 is perfect)",
    "confidence_minus_accuracy": "Mean confidence minus accuracy (0 is perfect)",
    "bias": "Mean error, predicted minus observed",
    "mae": "Mean absolute error",
    "rmse": "Root mean square error",
    "median_error": "Median absolute error",
    "p90_error": "90th percentile of the absolute error",
    "largest_error": "Largest absolute error",
    "r2": "R2",
    "coverage": "Coverage of the prediction intervals",
    "width": "Mean width of the prediction intervals",
    "association": "Correlation of predicted variance with error",
}

HEADINGS = {
    "performance": "Discrimination",
    "calibration": "Calibration",
    "utility": "Clinical utility",
    "fairness": "Groups",
    "failures": "Failures",
    "drift": "Change over time",
    "sets": "Prediction sets",
    "representation": "Representation",
    "errors": "Errors",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Section:
    """A part of a report.

    Attributes
    ----------
    part : str
        Part of the audit it shows; empty for what concerns the whole.
    heading : str
        Its heading.
    blocks : tuple
        What it says.
    """

    part: str
    heading: str
    blocks: tuple[Shown, ...]


def sections(document: Plain) -> tuple[Section, ...]:
    """Return the sections of a report: the verdict first, the provenance last.

    Parameters
    ----------
    document : mapping
        :meth:`core.trust.result.Audit.to_dict`.
    """
    found = [
        Section("", "Verdict", tuple(_verdict(document))),
        Section("", "Checks", tuple(_checks(document))),
        Section("", "Figures of the whole", (_figures(document),)),
    ]
    for part, panel in document["panels"].items():
        blocks = tuple(panel_blocks(part, panel))
        if blocks:
            found.append(Section(part, HEADINGS.get(part, one_line(part, 60)), blocks))
    found.append(Section("", "Limits of the policy", tuple(_limits(document))))
    if document["notes"]:
        notes = tuple(Paragraph(one_line(note)) for note in document["notes"])
        found.append(Section("", "How the input was understood", notes))
    found.append(Section("", "Provenance", tuple(_provenance(document))))
    return tuple(found)


def subtitle(document: Plain) -> str:
    """Return the line below a report's title."""
    task = {
        "binary": "Predictions of two classes",
        "multiclass": f"Predictions of {len(document['classes'])} classes",
        "regression": "Predictions of a quantity",
    }[document["task"]]
    return f"{task}, n = {document['n']:,}, judged under {_policy_name(document)}."


def fingerprint(document: Plain) -> str:
    """Return the SHA-256 of a document, in hexadecimal: equal for equal documents."""
    text = json.dumps(document, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _policy_name(document: Plain) -> str:
    return one_line(f"{document['policy']} {document['policy_version']}", 80)


def _verdict(document: Plain) -> Iterator[Shown]:
    status = document["verdict"]
    yield Callout(SIGNS[status], status_word(status), one_line(document["summary"]))
    yield Paragraph(
        "A claim passes when it is shown with its limit, and fails when its opposite is; anything "
        "else is not enough evidence, which is neither good nor bad. The verdict passes only if "
        "every claim it needs is shown; there is no average and no score. Figures hold for rows "
        "like these, which must not have been used for training: no figure can tell."
    )


def _checks(document: Plain) -> Iterator[Shown]:
    header = ("Claim", "Result", "Estimate", "Interval", "n")
    rows = tuple(
        (
            _claim(check),
            status_word(check["status"]),
            number(check["estimate"]) or "not measured",
            limits(check["ci_low"], check["ci_high"]),
            f"{check['n']:,}",
        )
        for check in document["checks"]
    )
    yield Table(header, rows, (4.2, 1.4, 1.1, 1.7, 0.9), (2, 3, 4))
    yield Paragraph("What was found, check by check:")
    yield KeyValues(
        tuple(
            (one_line(check["id"], 120), f"{status_word(check['status'])}. {_reason(check)}")
            for check in document["checks"]
        )
    )


def _claim(check: Plain) -> str:
    aside = " (advisory: the verdict does not need it)" if check["demand"] == "advisory" else ""
    return f"{one_line(check['claim'])}{aside}"


def _reason(check: Plain) -> str:
    known = {"for": check["p_met"], "against": check["p_broken"]}
    tests = [f"{side} the claim {p_value(p)}" for side, p in known.items() if p is not None]
    shown = f" Evidence {', '.join(tests)}." if tests and check["method"] != "count" else ""
    return f"{one_line(check['reason'])}{shown}"


def _figures(document: Plain) -> Table:
    rows = [
        figure_cells(LABELS.get(name, name), figure) for name, figure in document["figures"].items()
    ]
    return Table(
        ("Figure", "Estimate", "95 % interval", "n"), tuple(rows), (4, 1.3, 2, 1), (1, 2, 3)
    )


def _limits(document: Plain) -> Iterator[Shown]:
    rules = document["limits"]
    yield Paragraph(
        f"{_policy_name(document)}: {one_line(rules['purpose'])} A model that satisfies every "
        f"claim fails in at most {100 * rules['level']:g} of 100 audits, and one that breaks a "
        "claim which the verdict needs passes in at most as many."
    )
    rows = tuple(
        (one_line(name, 120), str(rule["demand"]), _limit_text(rule))
        for name, rule in rules["checks"].items()
    )
    yield Table(("Claim", "Needed", "Limits"), rows, (2, 1.2, 4))


def _limit_text(rule: Plain) -> str:
    parts = [
        f"{name} {', '.join(map(str, value)) if isinstance(value, list | tuple) else f'{value:g}'}"
        for name, value in rule.items()
        if name != "demand"
    ]
    return one_line("; ".join(parts)) or "none"


def _provenance(document: Plain) -> Iterator[Shown]:
    yield Provenance(
        (
            ("Policy", f"{_policy_name(document)}, level {document['limits']['level']:g}"),
            ("Rows", f"{document['n']:,}"),
            ("Classes", _names(document["classes"])),
            ("Attributes", _names(document["groups"])),
            ("Audit document (SHA-256)", fingerprint(document)),
        )
    )
    yield Paragraph(
        "The document is what the command line and REST print as JSON; the hash is of its "
        "canonical form (keys sorted). Figures of fewer than five people of a group are withheld "
        f"here. {DISCLAIMER}",
        "small",
    )


def _names(names: Any) -> str:
    return one_line(", ".join(one_line(name, 60) for name in names), 400) or "none"
