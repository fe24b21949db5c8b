"""What speaks for and against relying on one answer, each with its figures."""

from __future__ import annotations

from typing import Any

from core.breast_cancer.about import card, figure
from core.breast_cancer.neighbours import CaseMix
from core.breast_cancer.score import CaseScore
from core.evidence import Evidence
from core.stats.intervals import Interval

CHANCE = 0.5


def evidence(score: CaseScore, mix: CaseMix) -> tuple[Evidence, ...]:
    """Return the evidence behind one answer.

    Parameters
    ----------
    score : CaseScore
        The answer.
    mix : CaseMix
        Whether such a case is represented among the training cases.
    """
    return (
        _integrity(score),
        _represented(mix),
        _other_model(score),
        _discrimination(),
        _calibration(),
        _elsewhere(),
    )


def _integrity(score: CaseScore) -> Evidence:
    if score.flagged:
        return Evidence("attention", "The values do not fit together", " ".join(score.flags))
    text = f"p = {score.ood_p:.3f}: the values fit together as those of the training cases do."
    return Evidence("ok", "The values fit together", text)


def _represented(mix: CaseMix) -> Evidence:
    text = (
        f"p = {mix.p:.3f} among {mix.n} training cases; {mix.malignant} of the {mix.k} nearest are "
        "malignant."
    )
    if mix.flagged:
        return Evidence("attention", "Such cases are rare in training", text)
    return Evidence("ok", "Such cases are represented", text)


def _other_model(score: CaseScore) -> Evidence:
    text = f"The random forest estimates {100 * score.forest_p:.0f} % for the same case."
    same = (score.p >= score.threshold) == (score.forest_p >= score.threshold)
    if same:
        return Evidence("ok", "The random forest makes the same call", text)
    return Evidence("attention", "The random forest makes the other call", text)


def _discrimination() -> Evidence:
    auc, accuracy = figure("auc"), figure("accuracy")
    text = f"AUC {auc.text()}. Accuracy {accuracy.text()}. Nested cross-validation."
    if auc.low > CHANCE:
        return Evidence("ok", "Separates malignant from benign", text)
    return Evidence("attention", "Separation not shown", text)


def _calibration() -> Evidence:
    slope, intercept = figure("slope"), figure("intercept")
    text = f"Slope {slope.text(2)}. Intercept {intercept.text(2)}. Ideal: 1 and 0."
    if slope.low <= 1 <= slope.high and intercept.low <= 0 <= intercept.high:
        return Evidence("ok", "Calibrated where it was made", text)
    return Evidence("attention", "Calibration off", text)


def _elsewhere() -> Evidence:
    held: dict[str, Any] = card()["held_out"]["logistic"]
    accuracy = Interval(**held["accuracy"])
    return Evidence(
        "unknown",
        "Elsewhere: not enough data",
        "No other hospital has been measured. On cases of the same one that no training has seen: "
        f"accuracy {accuracy.text()}.",
    )
