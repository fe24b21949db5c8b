"""What stands behind the answer on paper: threshold, boundary, card, drift, provenance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.breast_cancer import data
from core.breast_cancer.counterfactual import Counterfactual
from core.breast_cancer.drift_result import DriftReport, Lamp
from core.breast_cancer.model import models
from core.breast_cancer.operating import AtThreshold
from core.breast_cancer.score import CaseScore
from core.report import Block, Callout, Heading, Paragraph, Provenance, Table, figure_row
from core.viz.text import listed, number, percent, signed
from core.viz.theme import StatusName

FIGURES = {
    "auc": "AUC",
    "accuracy": "Accuracy at 50 %",
    "sensitivity_at_95": "Sensitivity at 95 % specificity",
    "sensitivity_at_98": "Sensitivity at 98 % specificity",
    "brier": "Brier score",
    "slope": "Calibration slope (1 is perfect)",
}
"""Figures of the card that the report prints, with their names there."""

HEADER = ("Figure", "Estimate", "95 % interval", "n")
SHARES, NUMERIC = (4, 1.2, 1.6, 0.8), (1, 2, 3)


def operating_blocks(found: AtThreshold) -> Iterator[Block]:
    """Yield what the threshold does on cases the models had not seen."""
    yield Heading("Operating point")
    rows = {
        "Sensitivity": found.sensitivity,
        "Specificity": found.specificity,
        "Positive predictive value": found.ppv,
        "Negative predictive value": found.npv,
    }
    yield Table(
        HEADER,
        tuple(figure_row(name, share.to_dict()) for name, share in rows.items()),
        SHARES,
        NUMERIC,
    )
    yield Paragraph(
        f"A case is called malignant from {points(found.threshold)}. On average over the repeats of"
        f" the nested cross-validation {number(found.missed, 1)} of {found.n_malignant} malignant"
        f" cases are missed and {number(found.false_alarms, 1)} of {found.n_benign} benign ones"
        f" are called malignant. The predictive values hold where {percent(found.prevalence)} of"
        " the cases are malignant, as in the Wisconsin table, and nowhere else.",
        "small",
    )


def boundary_blocks(found: Counterfactual) -> Iterator[Block]:
    """Yield the nearest plausible case on the other side of the threshold."""
    yield Heading("Distance to the model's boundary")
    if found.p_after is None:
        yield Paragraph(
            f"No plausible case on the {found.side} side of the threshold was found within the"
            " limits: values that fit together, the rules of geometry, the range of the training"
            " cases."
        )
    else:
        yield Paragraph(
            f"The nearest plausible case that the model calls {found.side} differs in"
            f" {listed([m.lower() for m in found.measurements])}; its probability is"
            f" {found.p_after:.6f} instead of {found.p_before:.6f}, the threshold"
            f" {found.threshold:g}."
        )
        yield Table(
            ("Value", "This case", "Other side", "Change (sd)"),
            tuple(
                (
                    moved.label,
                    f"{moved.before:g} {moved.unit}".strip(),
                    f"{moved.after:g} {moved.unit}".strip(),
                    signed(moved.deviations),
                )
                for moved in found.moved
            ),
            (3, 1.5, 1.5, 1.2),
            (1, 2, 3),
        )
    for proof in found.proofs():
        yield Paragraph(proof, "small")
    yield Paragraph(found.note, "small")


def evidence_blocks(card: Mapping[str, Any]) -> Iterator[Block]:
    """Yield the card's figures of the champion, as measured on cases it had not seen."""
    nested, champion = card["nested"], card["champion"]
    metrics, held = nested["models"][champion]["metrics"], card["held_out"][champion]
    yield Heading("How good this model is")
    yield Table(
        HEADER,
        (
            *(figure_row(label, metrics[name]) for name, label in FIGURES.items()),
            figure_row("Accuracy at 50 %, held-out cases", held["accuracy"]),
            figure_row("AUC, held-out cases", held["auc"]),
        ),
        SHARES,
        NUMERIC,
    )
    yield Paragraph(
        f"Nested cross-validation, {nested['folds']} folds, {nested['repeats']} times; tuning,"
        f" calibration and thresholds were made inside the training part. The {held['n']} held-out"
        " cases took no part in the training of the models in use. One hospital, around 1990.",
        "small",
    )


def drift_blocks(found: DriftReport | None) -> Iterator[Block]:
    """Yield the verdict on the batch that the case came with."""
    yield Heading("Drift of the batch")
    if found is None:
        yield Paragraph("No batch was judged with this case.")
        return
    yield Callout(*_drift_verdict(found))
    yield Table(
        ("Lamp", "State", "p", "Why"),
        (
            _lamp_row("Integrity", found.integrity),
            _lamp_row("Case mix", found.case_mix),
        ),
        (1, 1.2, 0.8, 4),
        (2,),
    )
    if found.top_columns:
        named = [f"{c.label} ({percent(c.weight)})" for c in found.top_columns]
        yield Paragraph(f"Columns that carry the evidence: {listed(named)}.")
    yield Paragraph(
        f"{found.n} rows, {found.n_complete} of them complete, against {found.n_reference}"
        f" reference cases. Each lamp alarms for nothing with a probability of at most"
        f" {percent(found.level)}. {' '.join(found.notes)}".strip(),
        "small",
    )


def provenance_blocks(score: CaseScore, mix_p: float, drift: DriftReport | None) -> Iterator[Block]:
    """Yield model, data, input and the unrounded figures."""
    rows = [
        ("Model", score.model),
        ("Model folder (SHA-256)", models().artifact.sha256),
        ("Training data (SHA-256)", data.SHA256),
        ("Input (SHA-256)", score.input_hash),
        ("Estimate and interval, unrounded", f"{score.p:.6f} [{score.low:.6f}, {score.high:.6f}]"),
        ("Threshold", f"{score.threshold:g}"),
        ("Integrity p, case-mix p", f"{score.ood_p:.6f}, {mix_p:.6f}"),
    ]
    if drift is not None:
        rows.append(("Drift judged by", drift.model))
    yield Heading("Provenance")
    yield Provenance(tuple(rows))


def points(p: float) -> str:
    """Return a threshold in percent with the digits it has."""
    return f"{number(100 * p, 4)} %"


def _drift_verdict(found: DriftReport) -> tuple[StatusName, str, str]:
    if found.integrity.alarm:
        return "critical", "Integrity alarm", found.verdict
    if found.case_mix.alarm is None:
        return "unknown", "Not enough data", found.verdict
    if found.case_mix.alarm:
        return "attention", "Case-mix alarm", found.verdict
    return "ok", "No alarm", found.verdict


def _lamp_row(name: str, lamp: Lamp) -> tuple[str, str, str, str]:
    state = "not enough data" if lamp.alarm is None else "alarm" if lamp.alarm else "no alarm"
    return name, state, "" if lamp.p is None else f"{lamp.p:.2g}", lamp.reason
