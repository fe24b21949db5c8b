"""Where the rows of a stress test lie on the map of the cases, before and after."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.faults import fault
from core.breast_cancer.projection import projection
from core.breast_cancer.stress import plant
from core.breast_cancer.stress_judges import Source

Floats = NDArray[np.float64]
Places = tuple[Floats, Floats]


@dataclasses.dataclass(frozen=True, slots=True)
class StressMap:
    """The rows of a stress test on the map of the training cases.

    Attributes
    ----------
    measured, planted : tuple of ndarray, each of shape (m,)
        Places (across, up) of the rows as measured, and of the spoilt rows; after a change of
        population, of the rows drawn.
    incomplete : int
        Spoilt rows with a missing value, which have no place.
    axes : tuple of str
        What the axes show, with their shares of the variance.
    """

    measured: Places
    planted: Places
    incomplete: int
    axes: tuple[str, str]


def stress_map(
    fault_key: str,
    severity: float | None = None,
    *,
    n: int = 200,
    seed: int = 0,
    share: float = 1.0,
    columns: Sequence[str] | int | None = None,
    source: Source = "held-out",
) -> StressMap:
    """Place the rows that :func:`core.breast_cancer.stress` judges for the same arguments.

    Parameters
    ----------
    fault_key, severity, n, seed, share, columns, source
        As there.

    Raises
    ------
    InputError
        If a choice is out of range.
    """
    planned, fitted = fault(fault_key), projection()
    level = planned.default if severity is None else float(severity)
    choices = {"share": share, "columns": columns}
    batches = plant(planned, level, n=n, seed=seed, source=source, choices=choices)
    struck = np.concatenate([batch.planted.X[batch.struck] for batch in batches])
    complete = struck[~np.isnan(struck).any(axis=1)]
    measured = np.concatenate([batch.measured for batch in batches])
    return StressMap(
        measured=_places(fitted.project(measured)),
        planted=_places(fitted.project(complete)),
        incomplete=len(struck) - len(complete),
        axes=(fitted.axis_label(0), fitted.axis_label(1)),
    )


def _places(points: Floats) -> Places:
    return points[:, 0], points[:, 1]
