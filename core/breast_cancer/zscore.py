"""The monitor of the predecessor, kept as it was to compare with: z-scores of single columns.

Its rule, restated: |z| of a column at or above 3 counts 1 point, at or above 2 half a point;
health = 100 - 100 points / 15; "drifting" means more than 3 points. The 15 columns are those the
predecessor selected by analysis of variance, centred and scaled on all 569 cases. A missing value
compares as false everywhere and so counts as healthy; that is kept too.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.data import wdbc
from core.breast_cancer.integrity import FLAG_LEVEL, fit_reference
from core.breast_cancer.schema import FEATURES

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Bools = NDArray[np.bool_]

N_COLUMNS = 15
CRITICAL, WARNING = 3.0, 2.0
DRIFTING_ABOVE = 3.0


@dataclasses.dataclass(frozen=True)
class ZMonitor:
    """What the predecessor's monitor compares with.

    Attributes
    ----------
    columns : ndarray of int, shape (15,)
        Positions of the columns it looks at.
    mean, sd : ndarray, shape (15,)
        Their mean and standard deviation.
    """

    columns: NDArray[np.intp]
    mean: Floats
    sd: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns it looks at."""
        return tuple(FEATURES.names[j] for j in self.columns)

    def z(self, X: Floats) -> Floats:
        """Return the z-scores of cases, shape (n, 15), from all thirty columns, shape (n, 30)."""
        scale = np.where(self.sd > 0, self.sd, np.inf)
        z: Floats = (X[:, self.columns] - self.mean) / scale
        return z

    def assess(self, X: Floats) -> ZVerdicts:
        """Return the monitor's verdict on each case, shape (n, 30)."""
        size = np.abs(self.z(X))
        points = 0.5 * (size >= WARNING).sum(axis=1) + 0.5 * (size >= CRITICAL).sum(axis=1)
        return ZVerdicts(
            critical=np.asarray((size >= CRITICAL).any(axis=1)),
            drifting=points > DRIFTING_ABOVE,
            health=100 - 100 * points / len(self.columns),
        )


@dataclasses.dataclass(frozen=True)
class ZVerdicts:
    """The predecessor's verdicts on n cases.

    Attributes
    ----------
    critical : ndarray of bool, shape (n,)
        Whether any |z| is at or above 3.
    drifting : ndarray of bool, shape (n,)
        Whether more than 3 points were counted.
    health : ndarray, shape (n,)
        100 for a case without a point, 0 for one with all of them.
    """

    critical: Bools
    drifting: Bools
    health: Floats


def fit_zmonitor(X: Floats, y: Labels) -> ZMonitor:
    """Select the 15 columns with the largest F statistic and measure their mean and spread.

    Parameters
    ----------
    X : ndarray, shape (n, 30)
        Cases; the predecessor used all of them, test cases included.
    y : ndarray of int, shape (n,)
        Their diagnoses.
    """
    from sklearn.feature_selection import f_classif

    separation, _ = f_classif(X, y)
    columns = np.sort(np.argsort(-separation, kind="stable")[:N_COLUMNS])
    return ZMonitor(columns, X[:, columns].mean(axis=0), X[:, columns].std(axis=0, ddof=1))


@functools.cache
def zmonitor() -> ZMonitor:
    """Return the monitor as the predecessor had it, fitted to all 569 cases."""
    return fit_zmonitor(wdbc().X, wdbc().y)


@dataclasses.dataclass(frozen=True, slots=True)
class BlindSpot:
    """What the predecessor's monitor says of one corruption of the table.

    Attributes
    ----------
    corruption : str
        What was done to every case.
    n : int
        Cases the monitor saw.
    critical, drifting : float
        Share of them with any |z| at or above 3, and called drifting.
    median_health : float
        Median health score, 0 to 100.
    n_held : int
        Held-out cases that the integrity score saw.
    caught : float
        Share of them that are refused (missing or negative values) or flagged.
    """

    corruption: str
    n: int
    critical: float
    drifting: float
    median_health: float
    n_held: int
    caught: float

    def to_dict(self) -> dict[str, str | int | float]:
        """Return the row as plain data."""
        return dataclasses.asdict(self)


Corrupt = Callable[[Floats], Floats]


def blind_spots(seed: int = 0) -> tuple[BlindSpot, ...]:
    """Corrupt the table in several ways and ask the predecessor's monitor and the integrity score.

    Parameters
    ----------
    seed : int, default 0
        Seed of the shuffling.
    """
    cohort, monitor = wdbc(), zmonitor()
    reference = fit_reference(cohort.X[cohort.train])
    rows = []
    for label, corrupt in _corruptions(monitor, seed).items():
        X = corrupt(cohort.X)
        verdicts = monitor.assess(X)
        held = X[cohort.held]
        refused = np.asarray((np.isnan(held) | (held < 0)).any(axis=1))
        p = reference.p_value(reference.score(np.where(refused[:, None], np.nan, held)))
        rows.append(
            BlindSpot(
                corruption=label,
                n=len(X),
                critical=float(verdicts.critical.mean()),
                drifting=float(verdicts.drifting.mean()),
                median_health=float(np.median(verdicts.health)),
                n_held=len(held),
                caught=float(np.mean(refused | (p <= FLAG_LEVEL))),
            )
        )
    return tuple(rows)


def _corruptions(monitor: ZMonitor, seed: int) -> dict[str, Corrupt]:
    at = FEATURES.names.index
    radii, area = [at("mean_radius"), at("worst_radius")], at("worst_area")
    looked_at = monitor.columns

    def times(columns: int | list[int] | NDArray[np.intp], factor: float) -> Corrupt:
        return lambda X: _with(X, columns, X[:, columns] * factor)

    def shuffled(X: Floats) -> Floats:
        return np.random.default_rng(seed).permuted(X, axis=0)

    return {
        "none": lambda X: X,
        "worst area / 10": times(area, 0.1),
        "worst area x 1,000": times(area, 1000),
        "mean radius / 10": times(radii[0], 0.1),
        "all 15 columns / 10": times(looked_at, 0.1),
        "mean and worst radius exchanged": lambda X: _with(X, radii, X[:, radii[::-1]]),
        "every column shuffled": shuffled,
        "five columns missing": lambda X: _with(X, looked_at[:5], np.nan),
        "mean radius negative": times(radii[0], -1),
    }


def _with(X: Floats, columns: int | list[int] | NDArray[np.intp], values: Floats | float) -> Floats:
    changed = X.copy()
    changed[:, columns] = values
    return changed
