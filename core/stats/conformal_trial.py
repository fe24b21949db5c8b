"""Do bands keep their promise? Two rules tried on many splits of one synthetic table.

The table has five uniform columns and an outcome that none of them predicts, like a file that has
already been in use for such bands. A quadratic surface is fitted to a part of the rows, the band is
made, and the rows left over are counted. The conformal rule takes errors of rows the surface has
not seen; the rule it is held against takes 1.96 root mean square errors of the rows it was fitted
to, and calls that 95 %.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.stats.error_size import mean_interval
from core.stats.intervals import Interval
from core.stats.split_conformal import conformal_quantile

Floats = NDArray[np.float64]

ROWS, FITTED, CALIBRATION = 1_000, 60, 200
COLUMNS = 5
CLAIMED = 0.95
_TWO_SIDED = 1.96


@dataclasses.dataclass(frozen=True, slots=True)
class Trial:
    """Coverage of the rows left over, mean over the splits.

    Attributes
    ----------
    splits : int
        Random splits of the one table.
    conformal : Interval
        Share covered by the conformal band; the interval is that of the mean over splits.
    conformal_range : tuple of float
        Where the coverage of the middle 90 % of the splits lies.
    in_sample : Interval
        Share covered by 1.96 root mean square errors of the fitted rows.
    level, claimed : float
        Coverage asked of the one, and claimed for the other.
    fitted, calibration, left : int
        Rows of each part.
    """

    splits: int
    conformal: Interval
    conformal_range: tuple[float, float]
    in_sample: Interval
    level: float
    claimed: float
    fitted: int
    calibration: int
    left: int

    def to_dict(self) -> dict[str, Any]:
        """Return the trial as plain data."""
        return dataclasses.asdict(self)


def coverage_trial(splits: int = 500, level: float = 0.9, seed: int = 0) -> Trial:
    """Return how often the two bands cover rows that neither has seen.

    Parameters
    ----------
    splits : int
        Random splits.
    level : float
        Coverage asked of the conformal band.
    seed : int
        Seed of the table and of the splits.
    """
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, (ROWS, COLUMNS))
    y = rng.normal(size=ROWS)
    design = np.column_stack([
        np.ones(ROWS), x,
        *(x[:, i] * x[:, j] for i, j in itertools.combinations_with_replacement(range(COLUMNS), 2)),
    ])  # fmt: skip
    covered = np.array([_split(design, y, level, rng) for _ in range(splits)])
    low, high = np.quantile(covered[:, 0], [0.05, 0.95])
    return Trial(
        splits,
        mean_interval(covered[:, 0]),
        (float(low), float(high)),
        mean_interval(covered[:, 1]),
        level,
        CLAIMED,
        FITTED,
        CALIBRATION,
        ROWS - FITTED - CALIBRATION,
    )


def _split(
    design: Floats, y: Floats, level: float, rng: np.random.Generator
) -> tuple[float, float]:
    order = rng.permutation(len(y))
    fit, rest = order[:FITTED], order[FITTED:]
    coefficients = np.linalg.lstsq(design[fit], y[fit], rcond=None)[0]
    errors = np.abs(y - design @ coefficients)
    held, left = rest[:CALIBRATION], errors[rest[CALIBRATION:]]
    reach = conformal_quantile(errors[held], level)
    usual = _TWO_SIDED * float(np.sqrt(np.square(errors[fit]).mean()))
    return float((left <= reach).mean()), float((left <= usual).mean())
