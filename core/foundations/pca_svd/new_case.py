"""A made-up new case beside real rows: near the centre, near the plane, or neither."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.foundations.pca_svd import formulas

Floats = NDArray[np.floating[Any]]

MEASURED = ("mean radius", "mean texture", "mean smoothness", "mean concavity", "mean symmetry")
"""Columns of the breast-cancer table in which the case is placed."""
KEPT, SHARE = 2, 0.95


@dataclasses.dataclass(frozen=True, slots=True)
class NewCase:
    """A case, its two distances from the rows, and their limits.

    Attributes
    ----------
    scores : ndarray, shape (n, 2)
        The rows in the plane of the first two components, in standard deviations.
    place : tuple of float
        The case in the same plane.
    residuals : ndarray, shape (n,)
        Squared distances of the rows to the plane (Q).
    within, residual, distance : float
        Of the case: squared distance in the plane (in standard deviations), Q, and the squared
        distance with all components.
    within_limit, residual_limit : float
        The 95 % point of chi-square for two components; the 95 % quantile of the rows' Q.
    beyond : float
        Share of the rows beyond the first limit: 5 % if they were normal.
    """

    scores: Floats
    place: tuple[float, float]
    residuals: Floats
    within: float
    residual: float
    distance: float
    within_limit: float
    residual_limit: float
    beyond: float


def new_case(along: float, off: float) -> NewCase:
    """Place a case in the cloud of breast-cancer rows.

    Parameters
    ----------
    along : float
        Steps along the first component, in its standard deviations.
    off : float
        Steps along the last component, at a right angle to the plane, in its standard deviations.
    """
    scores, variances = _cloud()
    steps = np.array([along, *np.zeros(len(variances) - 2), off])
    case = steps * np.sqrt(variances)
    residuals = np.sum(scores[:, KEPT:] ** 2, axis=1)
    # With two degrees of freedom the tail is exp(-c/2).
    limit = -2 * np.log(1 - SHARE)
    inside = formulas.squared_distance(scores[:, :KEPT], variances[:KEPT])
    return NewCase(
        scores=scores[:, :KEPT] / np.sqrt(variances[:KEPT]),
        place=(float(steps[0]), float(steps[1])),
        residuals=residuals,
        within=float(formulas.squared_distance(case[None, :KEPT], variances[:KEPT])[0]),
        residual=float(formulas.off_plane(case, np.eye(len(case)), KEPT)),
        distance=float(formulas.squared_distance(case[None], variances)[0]),
        within_limit=float(limit),
        residual_limit=float(np.quantile(residuals, SHARE)),
        beyond=float(np.mean(inside > limit)),
    )


@functools.cache
def _cloud() -> tuple[Floats, Floats]:
    """Return the scores of the standardised rows and the variances of the components."""
    from sklearn.datasets import load_breast_cancer

    found = load_breast_cancer()
    places = [list(found.feature_names).index(name) for name in MEASURED]
    x = np.asarray(found.data[:, places], dtype=float)
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    u, s, _ = np.linalg.svd(z, full_matrices=False)
    return np.asarray(u * s), formulas.component_variances(s, len(z))
