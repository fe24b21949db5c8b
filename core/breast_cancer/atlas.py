"""One case on the map of the training cases."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.explorer import DIAGNOSES
from core.breast_cancer.projection import projection
from core.breast_cancer.score import parse_case, to_row

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class CaseMap:
    """The training cases by diagnosis, and one case among them.

    Attributes
    ----------
    groups : mapping of str to (x, y)
        Places of the training cases of each diagnosis.
    point : tuple of float
        Place of the case.
    axes : tuple of str
        What the axes show, with their shares of the variance.
    """

    groups: Mapping[str, tuple[Floats, Floats]]
    point: tuple[float, float]
    axes: tuple[str, str]


def case_map(case: Mapping[str, object]) -> CaseMap:
    """Place a case on the map; arguments and errors as in :func:`core.breast_cancer.explain`."""
    fitted = projection()
    x, y = fitted.project(to_row(parse_case(case))[None])[0].tolist()
    return CaseMap(
        groups={
            name.capitalize(): (
                fitted.points[fitted.y == label, 0],
                fitted.points[fitted.y == label, 1],
            )
            for label, name in DIAGNOSES.items()
        },
        point=(x, y),
        axes=(fitted.axis_label(0), fitted.axis_label(1)),
    )
