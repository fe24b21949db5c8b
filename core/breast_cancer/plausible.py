"""What a plausible case on the other side of the threshold is, as the rules of a search."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from core.breast_cancer.boundary_program import Problem
from core.breast_cancer.data import wdbc
from core.breast_cancer.geometry import ORDERS, RATIOS
from core.breast_cancer.integrity import FLAG_LEVEL, IntegrityReference
from core.breast_cancer.linear import LinearModel
from core.breast_cancer.schema import FEATURES, MEASURES, measure_of
from core.breast_cancer.score import DECIMALS

Floats = NDArray[np.float64]

_MARGIN = 1e-3  # log-odds, residuals, ratios: room for the slack of the search and for rounding
_AT = {name: position for position, name in enumerate(FEATURES.names)}

GROUPS = tuple(
    tuple(_AT[spec.name] for spec in FEATURES if measure_of(spec.name) is measure)
    for measure in MEASURES
)
"""Positions of the three columns of each measurement."""


def boundary_problem(
    model: LinearModel, reference: IntegrityReference, row: Floats, threshold: float
) -> Problem:
    """State the search: the side to reach, and what a plausible case is.

    Parameters
    ----------
    model : LinearModel
        The model whose side is to change.
    reference : IntegrityReference
        How the columns belong together.
    row : ndarray, shape (30,)
        The case.
    threshold : float
        Probability from which a case is called malignant.
    """
    log_odds = float(model.log_odds(row[None])[0])
    sign = 1.0 if round(float(expit(log_odds)), DECIMALS) >= threshold else -1.0
    # The probability that is shown, with its few decimals, has to cross as well.
    shown = 10**-DECIMALS / (threshold * (1 - threshold))
    shifted = row + reference.offset
    low, high = _reach(reference, shifted)
    rows, limits = _rules(reference, row)
    return Problem(
        shifted=shifted,
        scale=reference.scale,
        slopes=sign * model.slopes,
        target=sign * float(logit(threshold) - log_odds) - _MARGIN - shown,
        low=low,
        high=high,
        rows=rows,
        limits=limits,
        above=tuple(_above(reference)),
    )


def _reach(reference: IntegrityReference, shifted: Floats) -> tuple[Floats, Floats]:
    """Return how far each column may move: no further out than the training cases."""
    cohort = wdbc()
    seen = cohort.X[cohort.train]
    ends = np.array([seen.min(axis=0), seen.max(axis=0)]) + reference.offset
    low, high = np.log(ends / shifted) / reference.scale
    return np.minimum(low, 0.0), np.maximum(high, 0.0)


def _rules(reference: IntegrityReference, row: Floats) -> tuple[Floats, Floats]:
    """Return the rules that are linear in the moves: residuals, perimeter and area."""
    residuals = reference.residuals(row[None])[0]
    per_move = (reference.precision / np.sqrt(np.diag(reference.precision))).T
    accepted = reference.calibration[reference.p_value(reference.calibration) > FLAG_LEVEL]
    most = accepted.max() - _MARGIN
    rows, limits = [per_move, -per_move], [most - residuals, most + residuals]
    for rule in RATIOS:
        column, radius = _AT[rule.column], _AT[rule.radius]
        now = np.log(rule.of(row[column], row[radius]))
        low, high = np.log(rule.limits)
        along = np.zeros((1, len(row)))
        along[0, column] = reference.scale[column]
        along[0, radius] = -rule.power * reference.scale[radius]
        rows += [along, -along]
        limits += [[high - now - _MARGIN], [now - low - _MARGIN]]
    return np.vstack(rows), np.concatenate(limits)


def _above(reference: IntegrityReference) -> list[tuple[int, int, float]]:
    """Return the rules on worst and mean, for values with the offset of their logarithm.

    A worst value is at least the mean, so the smallest positive one is as well, and the offset,
    which is half of that.
    """
    pairs = [(_AT[rule.worst], _AT[rule.mean]) for rule in ORDERS]
    return [(a, b, max(float(reference.offset[a] - reference.offset[b]), 0.0)) for a, b in pairs]
