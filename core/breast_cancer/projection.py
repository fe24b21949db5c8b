"""A map of the cases: the two directions in which the standardised logarithms vary most.

The map is fitted to the training cases once. It shows where a case lies among others; it cannot
show whether its values fit together, because that is decided in the directions it leaves out.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.data import wdbc
from core.breast_cancer.integrity import log_offsets
from core.breast_cancer.schema import FEATURES
from core.viz.text import percent

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

AXES = 2


@dataclasses.dataclass(frozen=True)
class Projection:
    """A map and the cases it was fitted to.

    Attributes
    ----------
    offset, mean, scale : ndarray, shape (30,)
        Added before the logarithm; mean and standard deviation of the logarithms.
    components : ndarray, shape (2, 30)
        Direction of each axis, of length 1.
    explained : tuple of float
        Share of the variance along each axis, 0 to 1.
    points : ndarray, shape (n, 2)
        The training cases on the map.
    y : ndarray of int, shape (n,)
        Their diagnoses, 1 = malignant.
    """

    offset: Floats
    mean: Floats
    scale: Floats
    components: Floats
    explained: tuple[float, ...]
    points: Floats
    y: Labels

    def project(self, X: Floats) -> Floats:
        """Return where cases lie, shape (n, 2); NaN for a case with a missing value.

        Parameters
        ----------
        X : ndarray, shape (n, 30)
            Cases in the order of the fields, none negative.
        """
        z = (np.log(X + self.offset) - self.mean) / self.scale
        places: Floats = z @ self.components.T
        return places

    def axis_label(self, axis: int) -> str:
        """Return the name of an axis with its share of the variance and its heaviest columns."""
        heaviest = np.argsort(-np.abs(self.components[axis]), kind="stable")[:2]
        columns = " and ".join(FEATURES[FEATURES.names[j]].label.lower() for j in heaviest)
        share = percent(self.explained[axis])
        return f"Axis {axis + 1}: {share} of the variance, mostly {columns}"


@functools.cache
def projection() -> Projection:
    """Return the map of the training cases.

    The sign of an axis is chosen so that its heaviest column increases along it.
    """
    cohort = wdbc()
    X = cohort.X[cohort.train]
    offset = log_offsets(X)
    logs = np.log(X + offset)
    mean, scale = logs.mean(axis=0), logs.std(axis=0, ddof=1)
    z = (logs - mean) / scale
    _, spread, directions = np.linalg.svd(z, full_matrices=False)
    components = directions[:AXES]
    heaviest = np.abs(components).argmax(axis=1)
    components = components * np.sign(components[np.arange(AXES), heaviest])[:, None]
    explained = spread**2 / np.sum(spread**2)
    return Projection(
        offset=offset,
        mean=mean,
        scale=scale,
        components=components,
        explained=tuple(float(share) for share in explained[:AXES]),
        points=z @ components.T,
        y=cohort.y[cohort.train],
    )
