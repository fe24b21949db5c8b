"""One way to build prediction sets, and how its sets do."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.plain import finite
from core.stats.intervals import Interval
from core.stats.split_conformal import aps_scores, lac_scores, prediction_sets
from core.trust.groups.gap_result import FEW

Floats = NDArray[np.float64]
Index = NDArray[np.integer]

Score = Literal["LAC", "APS"]
By = Literal["all rows", "class", "group"]


@dataclasses.dataclass(frozen=True, slots=True)
class Stratum:
    """How the sets of one part of the rows do.

    Attributes
    ----------
    name : str
        The class, group or set size.
    coverage : Interval
        Share of its rows whose true class is in the set (Clopper-Pearson, n as in one half).
    average_size : float
        Classes per set; NaN without a row.
    """

    name: str
    coverage: Interval
    average_size: float

    def to_dict(self) -> dict[str, Any]:
        """Return the part as plain data."""
        return {
            "name": self.name,
            "coverage": self.coverage.to_dict(),
            "average_size": finite(self.average_size),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Threshold:
    """The largest score with which a class stays possible, taken from all rows of a stratum.

    Attributes
    ----------
    name : str
        The class or group it is for; "all rows" otherwise.
    n : int
        Rows it rests on.
    score : float or None
        The threshold; ``None`` where there are fewer than ``needed`` rows, so that no class can be
        ruled out.
    needed : int
        Fewest rows with which one could.
    spread : Interval
        Where the coverage that this threshold gives to new rows lies, for the number of rows alone.
    """

    name: str
    n: int
    score: float | None
    needed: int
    spread: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the threshold as plain data."""
        return {
            "name": self.name,
            "n": self.n,
            "score": self.score,
            "needed": self.needed,
            "spread": self.spread.to_dict(),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class SetMethod:
    """One way to build sets, and what it gives.

    Attributes
    ----------
    score : {"LAC", "APS"}
        How badly a class fits a row: one minus its probability, or the probability of all classes
        that are likelier or as likely.
    by : {"all rows", "class", "group"}
        Within what the coverage is aimed at.
    attribute : str
        The attribute whose levels are the groups; empty otherwise.
    level : float
        Coverage aimed at.
    thresholds : tuple of Threshold
        For use on new rows, from all rows of the audit.
    coverage : Interval
        Over all rows.
    per_class, per_size : tuple of Stratum
        By true class, and by size of the set.
    per_group : dict of str to tuple of Stratum
        By level of every attribute.
    average_size : float
        Classes per set; NaN where no group has enough rows.
    singletons, empty : Interval
        Share of sets with one class, and with none.
    """

    score: Score
    by: By
    attribute: str
    level: float
    thresholds: tuple[Threshold, ...]
    coverage: Interval
    per_class: tuple[Stratum, ...]
    per_group: dict[str, tuple[Stratum, ...]]
    per_size: tuple[Stratum, ...]
    average_size: float
    singletons: Interval
    empty: Interval

    def possible(self, proba: Floats, level_index: Index | None = None) -> NDArray[np.bool_]:
        """Return which classes stay possible for new rows, shape (n, k).

        Parameters
        ----------
        proba : ndarray, shape (n, k)
            Probability of each class.
        level_index : ndarray of int, shape (n,), optional
            Position of each row's level, for sets by group.

        Raises
        ------
        InputError
            If the sets are by group and the levels are not given.
        """
        limits = np.array([math.inf if t.score is None else t.score for t in self.thresholds])
        scores = set_scores(self.score, proba)
        if self.by != "group":
            return prediction_sets(scores, limits)
        if level_index is None:
            raise InputError(f"level_index is missing. Give each row's level of {self.attribute}.")
        return prediction_sets(scores, limits[level_index][:, None])

    def to_dict(self) -> dict[str, Any]:
        """Return the method as plain data; a group of fewer than :data:`FEW` people is withheld."""
        return {
            "score": self.score,
            "by": self.by,
            "attribute": self.attribute,
            "level": self.level,
            "thresholds": [_withheld(one, one.n, self.by) for one in self.thresholds],
            "coverage": self.coverage.to_dict(),
            "per_class": [one.to_dict() for one in self.per_class],
            "per_group": {
                name: [_withheld(one, one.coverage.n, "group") for one in parts]
                for name, parts in self.per_group.items()
            },
            "per_size": [one.to_dict() for one in self.per_size],
            "average_size": finite(self.average_size),
            "singletons": self.singletons.to_dict(),
            "empty": self.empty.to_dict(),
        }


def _withheld(part: Stratum | Threshold, n: int, by: By) -> dict[str, Any]:
    if by == "group" and n < FEW:
        return {"name": part.name, "suppressed": f"fewer than {FEW} people"}
    return part.to_dict()


def set_scores(score: Score, proba: Floats) -> Floats:
    """Return how badly each class fits each row, shape (n, k)."""
    return lac_scores(proba) if score == "LAC" else aps_scores(proba)
