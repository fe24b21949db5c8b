"""The nearest training cases, and whether such a case is represented among them at all.

Distances are Euclidean in the standardised logarithms, so that every column counts alike and
ratios count as ratios. Whether the values of a case fit together is another question, asked in
``integrity.py``: a case may be rare and in order, or common and broken.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.data import wdbc
from core.breast_cancer.explorer import DIAGNOSES
from core.breast_cancer.integrity import FLAG_LEVEL
from core.breast_cancer.model import models
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import parse_case, to_row
from core.stats.conformal import conformal_p

Floats = NDArray[np.float64]

NEAREST = 5
DIFFERENCES = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Neighbour:
    """One of the nearest training cases.

    Attributes
    ----------
    case : int
        Case number in the source, from 1.
    diagnosis : str
        What histology found.
    distance : float
        Root of the summed squared differences, in standard deviations of the logarithms.
    differences : tuple of (str, float)
        The columns that differ most, with this case's value minus the neighbour's in standard
        deviations of the logarithm.
    """

    case: int
    diagnosis: str
    distance: float
    differences: tuple[tuple[str, float], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class CaseMix:
    """Whether such a case is represented among the training cases.

    Attributes
    ----------
    p : float
        Conformal p value: the share of training cases at least as far from their own nearest ones.
        Of cases like the training cases, at most a share a has a p value of a or below, up to the
        difference one case makes.
    flagged : bool
        Whether it is at or below the flag level.
    distance : float
        Mean distance to the nearest training cases.
    k, n : int
        How many nearest cases count, and how many training cases there are.
    malignant : int
        Malignant ones among the nearest.
    neighbours : tuple of Neighbour
        The nearest training cases, nearest first.
    """

    p: float
    flagged: bool
    distance: float
    k: int
    n: int
    malignant: int
    neighbours: tuple[Neighbour, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class _Space:
    """The training cases as points, and how far each is from its own nearest ones."""

    points: Floats
    cases: NDArray[np.intp]
    usual: Floats


def case_mix(case: Mapping[str, object], k: int = NEAREST) -> CaseMix:
    """Find the nearest training cases, and judge whether such a case is represented.

    Parameters
    ----------
    case : mapping
        Field name to value; all thirty are needed.
    k : int, default 5
        How many nearest cases count.

    Raises
    ------
    InputError
        If a value is refused.
    """
    space, cohort = _space(k), wdbc()
    point = _points(to_row(parse_case(case))[None])[0]
    apart = np.sqrt(((space.points - point) ** 2).sum(axis=1))
    nearest = np.argsort(apart, kind="stable")[:k]
    mean = float(apart[nearest].mean())
    p = float(conformal_p([mean], space.usual)[0])
    return CaseMix(
        p=p,
        flagged=p <= FLAG_LEVEL,
        distance=mean,
        k=k,
        n=len(space.points),
        malignant=int(cohort.y[space.cases[nearest]].sum()),
        neighbours=tuple(
            Neighbour(
                case=int(space.cases[i]) + 1,
                diagnosis=DIAGNOSES[int(cohort.y[space.cases[i]])],
                distance=float(apart[i]),
                differences=_differences(point - space.points[i]),
            )
            for i in nearest
        ),
    )


def _differences(gaps: Floats) -> tuple[tuple[str, float], ...]:
    largest = np.argsort(-np.abs(gaps), kind="stable")[:DIFFERENCES]
    return tuple((FEATURES.names[j], float(gaps[j])) for j in largest)


def _points(X: Floats) -> Floats:
    reference = models().reference
    return (np.log(X + reference.offset) - reference.mean) / reference.scale


@functools.cache
def _space(k: int) -> _Space:
    cohort = wdbc()
    points = _points(cohort.X[cohort.train])
    squares = (points**2).sum(axis=1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0.0))
    np.fill_diagonal(apart, np.inf)
    usual = np.sort(np.sort(apart, axis=1)[:, :k].mean(axis=1))
    return _Space(points, np.nonzero(cohort.train)[0], usual)
