"""One case on paper: the same answer, reasons and doubts as on the page, with their provenance."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

import numpy as np

from core.breast_cancer import geometry
from core.breast_cancer.counterfactual import counterfactual
from core.breast_cancer.drift_result import DriftReport
from core.breast_cancer.errors_analysis import threshold_figures
from core.breast_cancer.explain import Explanation, explain
from core.breast_cancer.integrity import FLAG_LEVEL
from core.breast_cancer.model import models
from core.breast_cancer.neighbours import CaseMix, case_mix
from core.breast_cancer.report_evidence import (
    boundary_blocks,
    drift_blocks,
    evidence_blocks,
    operating_blocks,
    points,
    provenance_blocks,
)
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import DECISIONS, CaseScore, parse_case, score_case, to_row
from core.errors import InputError
from core.report import (
    Bars,
    Block,
    Callout,
    Document,
    Heading,
    IntervalBar,
    Paragraph,
    Table,
    render,
)
from core.viz.text import percent, percent_range, signed

MAX_NOTES = 20_000
EXACT = 1e-12
"""Differences below this are rounding and printed as this."""

SUBTITLE = "Estimate of malignancy from thirty measurements of cell nuclei, fine-needle aspirate."


def case_report(
    record: Mapping[str, object],
    *,
    threshold: float | None = None,
    drift: DriftReport | None = None,
    notes: str = "",
    issued: datetime.date,
) -> bytes:
    """Return the report of one case as the bytes of a PDF.

    Parameters
    ----------
    record : mapping
        Field name to value; all thirty are needed.
    threshold : float, optional
        Probability from which a case is called malignant; by default that of the models.
    drift : DriftReport or None
        The verdict on the batch that the case came with.
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
        If a value or the threshold is refused, the drift report is of other models, or the notes
        are too long.
    """
    return render(
        case_document(record, threshold=threshold, drift=drift, notes=notes, issued=issued)
    )


def case_document(
    record: Mapping[str, object],
    *,
    threshold: float | None = None,
    drift: DriftReport | None = None,
    notes: str = "",
    issued: datetime.date,
) -> Document:
    """Return the content of the report; arguments and errors as in :func:`case_report`."""
    if len(notes) > MAX_NOTES:
        raise InputError(f"notes: {len(notes)} characters are too many. Shorten to {MAX_NOTES}.")
    if drift is not None and drift.model != models().tag:
        raise InputError(
            f"drift: the batch was judged by {drift.model}, and this report is by {models().tag}."
            " Judge the batch again."
        )
    values, score = parse_case(record), score_case(record, threshold)
    explanation, mix = explain(record, lime=False), case_mix(record)
    blocks = (
        *_answer(score),
        *_lamps(score, values, mix),
        *_reasons(explanation),
        *_values(values, explanation),
        *operating_blocks(threshold_figures(threshold)),
        *boundary_blocks(counterfactual(record, threshold=threshold)),
        *evidence_blocks(models().card),
        *drift_blocks(drift),
        *_notes(notes),
        *provenance_blocks(score, mix.p, drift),
    )
    return Document("Breast cancer report", SUBTITLE, issued, blocks)


def _answer(score: CaseScore) -> Iterator[Block]:
    status, words = DECISIONS[score.decision]
    interval = percent_range(score.low, score.high)
    yield Heading("Answer")
    yield Paragraph(f"{percent(score.p)}, {100 * score.level:g} % interval {interval}", "lead")
    yield IntervalBar(score.p, score.low, score.high, threshold=score.threshold)
    yield Callout(status, words, _decision_text(score))
    yield Paragraph(
        f"The random forest, trained on the same cases, estimates {percent(score.forest_p)}."
    )


def _decision_text(score: CaseScore) -> str:
    threshold = f"the threshold of {points(score.threshold)} (marked)"
    if score.decision == "malignant":
        return f"The estimate is at or above {threshold}."
    if score.decision == "benign":
        return f"The estimate is below {threshold}, and the values fit together."
    return (
        f"The estimate is below {threshold}, but the values do not fit together. The case is not"
        " called benign until the data are checked."
    )


def _lamps(score: CaseScore, values: Mapping[str, float], mix: CaseMix) -> Iterator[Block]:
    yield Heading("The data behind the answer")
    blamed = score.blame.sentence()
    if score.flagged:
        yield Callout("critical", "Values do not fit together", f"p = {score.ood_p:.3g}. {blamed}")
    else:
        label = FEATURES[score.blame.column].label
        yield Callout(
            "ok",
            "Values fit together",
            f"p = {score.ood_p:.3g}; of cases like those of the training about"
            f" {percent(FLAG_LEVEL)} are flagged. {label} fits least: {score.blame.observed:.4g},"
            f" where about {score.blame.expected:.4g} is expected.",
        )
    for broken in geometry.sentences(values):
        yield Callout("critical", "Geometry", broken)
    word = "Rarely represented" if mix.flagged else "Represented"
    yield Callout(
        "attention" if mix.flagged else "ok",
        f"{word} among the training cases",
        f"p = {mix.p:.3g}, the share of the {mix.n} training cases that are as far from their"
        f" {mix.k} nearest ones. Of this case's {mix.k} nearest, {mix.malignant} are malignant.",
    )


def _reasons(explanation: Explanation) -> Iterator[Block]:
    yield Heading("Reasons")
    yield Bars(
        tuple(part.label for part in explanation.measures),
        tuple(part.log_odds for part in explanation.measures),
    )
    yield Paragraph(
        f"Contributions of the ten measurements in log-odds, from the training mean"
        f" ({percent(explanation.p_base)}) to this case ({percent(explanation.p)}). They add up to"
        f" the estimate within {max(explanation.check.additivity, EXACT):.0e}. Logistic model and"
        f" random forest {explanation.families.verdict} on the reasons. A contribution is an"
        " association in the data, not a cause.",
        "small",
    )


def _values(values: Mapping[str, float], explanation: Explanation) -> Iterator[Block]:
    expected, residuals = _expected(values)
    yield Heading("Values")
    yield Table(
        ("Value", "This case", "Expected", "Residual (sd)", "Log-odds"),
        tuple(
            (part.label, part.value, f"{middle:.4g}", signed(residual), signed(part.log_odds))
            for part, middle, residual in zip(
                explanation.contributions, expected, residuals, strict=True
            )
        ),
        (3, 1.5, 1.2, 1.3, 1.2),
        (1, 2, 3, 4),
    )
    yield Paragraph(
        "Expected: the value that the other 29 suggest. Residual: the distance from it, in standard"
        " deviations of the logarithm given the others.",
        "small",
    )


def _expected(values: Mapping[str, float]) -> tuple[list[float], list[float]]:
    """Return for each column the value that the others suggest, and the residual."""
    reference, row = models().reference, to_row(values)[None]
    residuals = reference.residuals(row)
    every = np.arange(row.shape[1])
    expected = reference.expected(
        row.repeat(len(every), axis=0), residuals.repeat(len(every), axis=0), every
    )
    return expected.tolist(), residuals[0].tolist()


def _notes(notes: str) -> Iterator[Block]:
    if notes.strip():
        yield Heading("Notes")
        yield Paragraph(notes)
