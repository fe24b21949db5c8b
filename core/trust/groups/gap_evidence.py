"""Pairs of groups compared by proportions and by means, at any margin."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from core.stats.two_proportions import detectable_difference, difference_limit, difference_p
from core.trust.groups.gap_result import ALPHA, POWER, Pairs

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Proportions of the compared levels.

    Attributes
    ----------
    k, n : ndarray of int, shape (levels,)
        Successes and trials.
    """

    k: NDArray[np.int64]
    n: NDArray[np.int64]

    @property
    def method(self) -> str:
        """How the interval of a pair is computed."""
        return "Newcombe hybrid score"

    def describe(self, level: int) -> str:
        """Return the proportion of a level with its counts."""
        k, n = int(self.k[level]), int(self.n[level])
        return f"{k / n:.2f} ({k}/{n})"

    def pairs(self, margin: float, names: tuple[str, ...]) -> Pairs:
        """Compare all pairs by hybrid score intervals."""
        first, second = ordered_pairs(self.k / self.n, names)
        k1, n1, k2, n2 = self.k[first], self.n[first], self.k[second], self.n[second]
        alpha = ALPHA / len(first)
        z, z_alone = float(ndtri(1 - alpha / 2)), float(ndtri(1 - ALPHA))
        low, high, up, down = difference_limit(
            k1, n1, k2, n2, np.array([z, -z, -z_alone, z_alone])[:, None]
        )
        # "Differs by at least the margin upwards" is tested with the samples swapped.
        beyond, upwards, downwards = difference_p(
            np.stack([k1, k2, k1]),
            np.stack([n1, n2, n1]),
            np.stack([k2, k1, k2]),
            np.stack([n2, n1, n2]),
            np.array([margin, -margin, -margin])[:, None],
        )
        baseline = float(self.k.sum() / self.n.sum())
        return Pairs(
            first=first,
            second=second,
            n=n1 + n2,
            estimate=k1 / n1 - k2 / n2,
            low=low,
            high=high,
            reach=np.maximum(up, -down),
            p_beyond=beyond,
            p_within=np.maximum(upwards, downwards),
            detectable=detectable_difference(n1, n2, baseline, alpha, POWER),
        )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Means:
    """Means of the compared levels.

    Attributes
    ----------
    n : ndarray of int, shape (levels,)
        Observations.
    mean, variance : ndarray, shape (levels,)
        Their mean and sample variance.
    """

    n: NDArray[np.int64]
    mean: Floats
    variance: Floats

    @property
    def method(self) -> str:
        """How the interval of a pair is computed."""
        return "Welch"

    def describe(self, level: int) -> str:
        """Return the mean of a level with its size."""
        return f"{self.mean[level]:+.2f} (n = {int(self.n[level])})"

    def pairs(self, margin: float, names: tuple[str, ...]) -> Pairs:
        """Compare all pairs by Welch's t."""
        from scipy.special import stdtr, stdtrit

        first, second = ordered_pairs(self.mean, names)
        parts = [self.variance[side] / self.n[side] for side in (first, second)]
        error = np.sqrt(parts[0] + parts[1])
        freedom = _welch_freedom(parts, [self.n[first], self.n[second]])
        estimate = self.mean[first] - self.mean[second]
        alpha = ALPHA / len(first)
        reach = stdtrit(freedom, 1 - alpha / 2) * error
        alone = stdtrit(freedom, 1 - ALPHA) * error

        def p_above(excess: Floats) -> Floats:
            # Without any spread the difference is what it is.
            with np.errstate(divide="ignore", invalid="ignore"):
                t = np.where(error > 0, excess / error, np.sign(excess) * np.inf)
            p: Floats = stdtr(freedom, -np.where(excess == 0, 0.0, t))
            return p

        return Pairs(
            first=first,
            second=second,
            n=self.n[first] + self.n[second],
            estimate=estimate,
            low=estimate - reach,
            high=estimate + reach,
            reach=estimate + alone,
            p_beyond=p_above(estimate - margin),
            p_within=np.maximum(p_above(margin - estimate), p_above(margin + estimate)),
            detectable=np.asarray(reach + stdtrit(freedom, POWER) * error, dtype=np.float64),
        )


def ordered_pairs(values: Floats, names: tuple[str, ...]) -> tuple[Indices, Indices]:
    """Return the positions of all pairs, the larger value first and equal values by name."""
    order = np.array(sorted(range(len(names)), key=lambda i: (-values[i], names[i])), dtype=np.intp)
    upper, lower = np.triu_indices(len(names), 1)
    return order[upper], order[lower]


def _welch_freedom(parts: list[Floats], n: list[NDArray[np.int64]]) -> Floats:
    total = parts[0] + parts[1]
    spread = parts[0] ** 2 / (n[0] - 1) + parts[1] ** 2 / (n[1] - 1)
    pooled = (n[0] + n[1] - 2).astype(np.float64)
    freedom: Floats = np.where(spread > 0, total**2 / np.where(spread > 0, spread, 1.0), pooled)
    return freedom
