"""One patient on paper: the same answer, reasons and plan as on the page, with their provenance."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping
from typing import Any

from core.cardiosense.explain import Attribution, Explanation, explain
from core.cardiosense.model import models
from core.cardiosense.path_result import LeastEffortPath
from core.cardiosense.recourse import least_effort_path
from core.cardiosense.report_plan import plan_blocks
from core.cardiosense.schema import DIAGNOSTIC
from core.cardiosense.score import Decision, Risk, parse_patient, score_patient
from core.errors import InputError
from core.report import (
    Bars,
    Block,
    Callout,
    Document,
    Heading,
    IntervalBar,
    Paragraph,
    Provenance,
    Table,
    figure_row,
    render,
)
from core.viz.text import percent, percent_range, signed
from core.viz.theme import StatusName

MAX_NOTES = 20_000
MAX_BARS = 10

DECISIONS: Mapping[Decision, tuple[StatusName, str]] = {
    "disease": ("attention", "Narrowing likely"),
    "no disease": ("ok", "Narrowing unlikely"),
    "abstain": ("unknown", "No decision: both stay possible"),
}

FIGURES = {
    "auc": "AUC, Cleveland",
    "accuracy": "Accuracy at 50 %",
    "sensitivity": "Sensitivity at 50 %",
    "specificity": "Specificity at 50 %",
    "brier": "Brier score",
    "slope": "Calibration slope (1 is perfect)",
}
"""Figures of the card that the report prints, with their names there."""

COVERAGE = {
    "coverage_disease": "True label kept, patients with narrowing",
    "coverage_no_disease": "True label kept, patients without",
    "singletons": "Share of patients with a decision",
}

OUTCOME = "narrowing of a coronary artery by 50 % or more, now"


def patient_report(
    patient: Mapping[str, object],
    *,
    path: LeastEffortPath | None = None,
    notes: str = "",
    issued: datetime.date,
) -> bytes:
    """Return the report of one patient as the bytes of a PDF.

    Parameters
    ----------
    patient : mapping
        Diagnostic field name to value; ``None`` or absent where not measured.
    path : LeastEffortPath or None
        A plan found for this very patient on the diagnostic layer.
    notes : str
        The reader's own text, printed as typed.
    issued : datetime.date
        Date of issue.

    Returns
    -------
    bytes
        The same for the same arguments.

    Raises
    ------
    InputError
        If a value is refused, the plan is not this patient's, or the notes are too long.
    """
    return render(patient_document(patient, path=path, notes=notes, issued=issued))


def patient_document(
    patient: Mapping[str, object],
    *,
    path: LeastEffortPath | None = None,
    notes: str = "",
    issued: datetime.date,
) -> Document:
    """Return the content of the report; arguments and errors as in :func:`patient_report`."""
    if len(notes) > MAX_NOTES:
        raise InputError(f"notes: {len(notes)} characters are too many. Shorten to {MAX_NOTES}.")
    risk = score_patient(patient)
    explanation = explain(patient, lime=False)
    if path is not None:
        _check_path(patient, path)
    blocks = (
        *_answer(risk),
        *_qualifiers(risk),
        *_reasons(explanation),
        *_findings(parse_patient(patient), explanation.champion),
        Heading("Least-effort path"),
        *plan_blocks(path),
        *_evidence(models().card, risk.model.split()[-1]),
        *_notes(notes),
        *_provenance(risk, path),
    )
    return Document("CardioSense report", f"Estimate of {OUTCOME}.", issued, blocks)


def _check_path(patient: Mapping[str, object], path: LeastEffortPath) -> None:
    """Derive the plan again from this patient and refuse one that comes out differently."""
    if path.layer != "diagnostic":
        raise InputError(
            "path: the plan belongs to a prevention record and this report to a diagnostic one."
            " Find the path on the diagnostic record."
        )
    limits = {
        reach.lever.name: {"floor": reach.floor}
        | ({} if math.isnan(reach.max_change) else {"max_change": reach.max_change})
        for reach in path.levers
    }
    try:
        again = least_effort_path(
            patient,
            path.target,
            model=path.certificate.model.split()[-1],
            weights={reach.lever.name: reach.weight for reach in path.levers},
            limits=limits,
            robust=path.robust,
        )
    except InputError:
        again = None
    if again is None or _content(again) != _content(path):
        raise InputError(
            "path: the plan was not found for this patient, or not by the models in use."
            " Find the path again."
        )


def _content(path: LeastEffortPath) -> dict[str, object]:
    """Return a plan without the hash of its question, which tells 120 from 120.0."""
    plain = path.to_dict()
    return plain | {"certificate": plain["certificate"] | {"input_hash": ""}}


def _answer(risk: Risk) -> Iterator[Block]:
    status, word = DECISIONS[risk.decision]
    interval = percent_range(risk.low, risk.high)
    yield Heading("Answer")
    yield Paragraph(f"{percent(risk.p)}, {100 * risk.level:g} % interval {interval}", "lead")
    yield IntervalBar(risk.p, risk.low, risk.high, risk.zone)
    yield Callout(status, word, _decision_text(risk))
    counts = interval.removesuffix(" %")
    yield Paragraph(
        f"Of 100 patients like this one, the model expects about {counts} to have it."
        f" The other model family ({risk.challenger}) estimates {percent(risk.challenger_p)}."
    )


def _decision_text(risk: Risk) -> str:
    if len(risk.prediction_set) == 1:
        return f"The only outcome that cannot be excluded is: {risk.prediction_set[0]}."
    if risk.prediction_set:
        text = f"Neither outcome can be excluded: {' and '.join(risk.prediction_set)}."
    else:
        text = "The estimate is typical of neither outcome."
    if risk.zone is None:
        return text
    zone = f"{percent_range(*risk.zone)} (shaded)"
    if risk.zone[0] <= risk.p <= risk.zone[1]:
        return f"{text} No decision is made from {zone}."
    return (
        f"{text} A finding is missing, and the interval reaches where no decision is made: {zone}."
    )


def _qualifiers(risk: Risk) -> Iterator[Block]:
    yield Heading("Before using the estimate")
    for alert in risk.alerts:
        yield Callout(alert.level, alert.level.title(), f"{alert.text} [{alert.source}]")
    for flag in risk.flags:
        yield Callout("unknown", "Note", flag)
    if not risk.alerts and not risk.flags:
        yield Paragraph("No guideline threshold is met and nothing qualifies the estimate.")
    else:
        yield Paragraph(
            "Guideline thresholds stand beside the estimate and never alter it.", "small"
        )


def _reasons(explanation: Explanation) -> Iterator[Block]:
    champion = explanation.champion
    ranked = sorted(champion.contributions, key=lambda c: -abs(c.log_odds))
    shown = [c for c in ranked if c.log_odds != 0][:MAX_BARS]
    yield Heading("Reasons")
    if shown:
        yield Bars(tuple(f"{c.label}: {c.value}" for c in shown), tuple(c.log_odds for c in shown))
    yield Paragraph(
        f"Contributions in log-odds, from the reference patient ({percent(champion.p_base)}) to"
        f" this one ({percent(champion.p)}); the strongest {len(shown)} of {len(ranked)}. They add"
        f" up to the estimate within {champion.check.additivity:.0e}. The two model families"
        f" {explanation.families.verdict} on the reasons. A contribution is an association in the"
        " data, not a cause.",
        "small",
    )


def _findings(values: Mapping[str, float], champion: Attribution) -> Iterator[Block]:
    shares = {c.feature: c for c in champion.contributions}

    def row(name: str) -> tuple[str, str, str, str, str]:
        spec = DIAGNOSTIC[name]
        value = spec.describe(values[name])
        if name not in shares:
            return spec.label, value, spec.normal, "not used", "not used"
        share = shares[name]
        points = signed(100 * share.probability, 1)
        return spec.label, value, spec.normal, signed(share.log_odds), points

    yield Heading("Findings and what each adds")
    yield Table(
        ("Finding", "Value", "Usual", "Log-odds", "Percentage points"),
        tuple(row(name) for name in DIAGNOSTIC.names),
        (3, 2.6, 1.8, 1.2, 1.4),
        (3, 4),
    )


def _evidence(card: Mapping[str, Any], model: str) -> Iterator[Block]:
    """Print the card's figures for one model, as measured on patients it had not seen."""
    yield Heading("How good this model is")
    if card.get("provisional"):
        yield Paragraph("This model has been trained but not measured yet.")
        return
    nested = card["nested"]
    own = nested["models"][model]
    yield Table(
        ("Figure", "Estimate", "95 % interval", "n"),
        (
            *(figure_row(label, own["metrics"][name]) for name, label in FIGURES.items()),
            *(figure_row(label, own["conformal"][name]) for name, label in COVERAGE.items()),
            *(
                figure_row(f"AUC, {site['label']}", site["metrics"]["auc"])
                for site in card["external"]
            ),
        ),
        (4, 1, 1.6, 0.8),
        (1, 2, 3),
    )
    yield Paragraph(
        f"Cleveland figures: nested cross-validation, {nested['folds']} folds, {nested['repeats']}"
        " times; tuning, calibration and thresholds were made inside the training part. Other"
        " hospitals took no part in the training; each of their patients is scored by the 13- or"
        " the 10-feature model.",
        "small",
    )


def _notes(notes: str) -> Iterator[Block]:
    if notes.strip():
        yield Heading("Notes")
        yield Paragraph(notes)


def _provenance(risk: Risk, path: LeastEffortPath | None) -> Iterator[Block]:
    rows = [
        ("Model", risk.model),
        ("Input (SHA-256)", risk.input_hash),
        ("Estimate and interval, unrounded", f"{risk.p:.6f} [{risk.low:.6f}, {risk.high:.6f}]"),
    ]
    if path is not None:
        proof = path.certificate
        bound = "none" if proof.bound is None else f"{proof.bound:.6f}"
        gap = "none" if proof.gap is None else f"{proof.gap:.6f}"
        rows += [
            ("Certificate", f"{proof.status}; bound {bound}, gap {gap}"),
            ("Plans on the grid", f"{proof.cells_total}, evaluated {proof.nodes}"),
            ("Method of proof", proof.method),
            ("Model of the plan", proof.model),
            ("Question (SHA-256)", proof.input_hash),
        ]
    yield Heading("Provenance")
    yield Provenance(tuple(rows))
