"""What trustlens 0.5.0 would say of these predictions, recomputed, and where that misleads.

The view follows the original's own definitions: confidence is the largest probability of a row,
whatever the row was called; a tie between two classes goes to the first; classes count as numbered
0, 1, ... (with labels of another kind the original often fails). Levels of an attribute are
compared as the audit made them, so that a number was binned before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.plain import plain
from core.trust.original.bias import Bias, bias_figures
from core.trust.original.disagreements import disagreements
from core.trust.original.metrics import (
    Calibration,
    Failure,
    calibration_figures,
    failure_figures,
)
from core.trust.original.representation import Representation, representation_figures
from core.trust.original.score import AREAS, Area, Figures, OriginalScore, trust_score
from core.trust.predictions import Predictions

VERSION = "0.5.0"


@dataclasses.dataclass(frozen=True, slots=True)
class OriginalView:
    """The original's figures and score for one set of predictions, and where they mislead.

    Attributes
    ----------
    n : int
        Rows.
    classes : tuple of str
        Names of the classes.
    calibration, failure, bias, representation
        Its figures by area; None for an area without its input or not asked for.
    score : OriginalScore or None
        Its Trust Score; None where it fails.
    fails : str
        Why it fails on these predictions, as a sentence; empty where it does not.
    disagreements : tuple of str
        Statements of its report that mislead on these predictions, each with its numbers.
    """

    n: int
    classes: tuple[str, ...]
    calibration: Calibration | None
    failure: Failure | None
    bias: Bias | None
    representation: Representation | None
    score: OriginalScore | None
    fails: str
    disagreements: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the view as strict-JSON data; a number that does not exist becomes ``None``."""
        content: dict[str, Any] = plain(self)
        return {"version": VERSION, **content}


def original_view(
    predictions: Predictions, areas: Sequence[Area] = AREAS, *, seed: int = 0
) -> OriginalView:
    """Return what trustlens 0.5.0 reports, computed without it.

    Parameters
    ----------
    predictions : Predictions
        What is audited. Calls made at a threshold of 0.5 are made anew by the largest probability,
        as the original does; other calls are handed to it as they are.
    areas : sequence of {"calibration", "failure", "bias", "representation"}
        Its modules; an embedding is needed for the last.
    seed : int, default 0
        Seed of the simulations behind the disagreements.
    """
    seen = as_seen(predictions)
    figures = original_figures(seen, areas)
    fails = _why_it_fails(seen, figures)
    score = None if fails else trust_score(figures)
    return OriginalView(
        n=seen.n,
        classes=seen.classes,
        calibration=figures.calibration,
        failure=figures.failure,
        bias=figures.bias,
        representation=figures.representation,
        score=score,
        fails=fails,
        disagreements=disagreements(seen, figures, score, fails, seed),
    )


def original_figures(seen: Predictions, areas: Sequence[Area] = AREAS) -> Figures:
    """Return the figures behind the score, by area.

    Parameters
    ----------
    seen : Predictions
        As :func:`as_seen` returns them.
    areas : sequence of {"calibration", "failure", "bias", "representation"}
        As in :func:`original_view`.
    """
    return Figures(
        calibration=calibration_figures(seen) if "calibration" in areas else None,
        failure=failure_figures(seen) if "failure" in areas else None,
        bias=bias_figures(seen) if "bias" in areas else None,
        representation=representation_figures(seen) if "representation" in areas else None,
        without_probabilities=seen.proba is None and "calibration" in areas,
    )


def as_seen(predictions: Predictions) -> Predictions:
    """Return the predictions with the calls that the original would work with."""
    if predictions.threshold != 0.5 or predictions.proba is None:
        return predictions
    called = (predictions.proba[:, 1] > predictions.proba[:, 0]).astype(np.int64)
    return dataclasses.replace(predictions, called=called)


def _why_it_fails(predictions: Predictions, figures: Figures) -> str:
    failure = figures.failure
    if failure and predictions.proba is not None and failure.correct == 0:
        return (
            f"trustlens 0.5.0 stops with an error here: none of the {failure.errors} calls is "
            "right, and the mean confidence of no rows is not a number."
        )
    if figures.representation:
        used = figures.representation.n
        if 1 < used == len(np.unique(predictions.y)):
            return (
                f"trustlens 0.5.0 stops with an error here: each of the {used} rows has a class of "
                "its own, and no silhouette exists."
            )
    return ""
