"""LIME for tables of numbers and codes: neighbours are possible cases, and runs repeat exactly."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Predict = Callable[[Floats], Floats]

SAMPLES = 5000
KERNEL_WIDTH = 0.75
"""Width of the proximity kernel for one feature; lime's own default, times sqrt(features)."""


@dataclasses.dataclass(frozen=True, slots=True)
class LimeFit:
    """Local linear models around one case, one a seed.

    Attributes
    ----------
    effects : ndarray, shape (s, d)
        What each value of the case adds to the local model's probability, compared with the
        training average of that feature; NaN for features the case lacks.
    r2 : ndarray, shape (s,)
        Proximity-weighted share of the variance of the probability that the local model explains.
    local_p : ndarray, shape (s,)
        What the local model answers for the case itself; not bounded to 0..1.
    """

    effects: Floats
    r2: Floats
    local_p: Floats


def fit_lime(
    predict: Predict,
    x: Floats,
    training: Floats,
    codes: Sequence[int],
    *,
    seeds: Sequence[int],
    samples: int = SAMPLES,
) -> LimeFit:
    """Fit LIME's local linear model once a seed, with the regression of the ``lime`` package.

    The neighbourhood is drawn here, because ``lime.lime_tabular`` either cuts numbers into
    quarters or treats indicators of codes as continuous. Numbers are normal around the case with
    the standard deviation of the training data, kept inside its range; codes are drawn with their
    training frequencies and enter the regression as one indicator a code. Every neighbour is
    therefore a case the model may meet, and the regression sees which code it has.

    Only the given features are perturbed: a missing value stays missing in every neighbour, so
    the model treats the neighbours by the same rule as the case. Means, deviations and
    frequencies come from the training rows in which every given feature is known.

    Parameters
    ----------
    predict : callable
        Takes a matrix (n, d), NaN where missing, and returns probabilities, shape (n,).
    x : ndarray, shape (d,)
        The case; NaN where not given.
    training : ndarray, shape (m, d)
        Rows from which the neighbourhood is drawn.
    codes : sequence of int
        Columns that hold codes.
    seeds : sequence of int
        One independent run each.
    samples : int, default 5000
        Neighbours a run, the case itself included.

    References
    ----------
    Ribeiro, Singh and Guestrin (2016), doi:10.1145/2939672.2939778.
    """
    given = np.nonzero(~np.isnan(x))[0]
    known = training[~np.isnan(training[:, given]).any(axis=1)][:, given]
    space = _Space(x[given], known, [at for at, column in enumerate(given) if column in codes])

    def from_given(rows: Floats) -> Floats:
        full = np.tile(x, (len(rows), 1))
        full[:, given] = rows
        return predict(full)

    runs = [_run(from_given, space, seed, samples) for seed in seeds]
    effects = np.full((len(runs), len(x)), np.nan)
    effects[:, given] = [run_effects for run_effects, _, _ in runs]
    return LimeFit(
        effects=effects,
        r2=np.array([r2 for _, r2, _ in runs]),
        local_p=np.array([local_p for _, _, local_p in runs]),
    )


class _Space:
    """The neighbourhood of a case and its representation in the local regression."""

    def __init__(self, x: Floats, known: Floats, codes: Sequence[int]) -> None:
        self.x = x
        self.codes = list(codes)
        self.numbers = [at for at in range(len(x)) if at not in self.codes]
        # The case is one of its own neighbours, which covers values the training rows lack.
        self.pool = np.vstack([known, x])
        deviation = known[:, self.numbers].std(axis=0)
        self.deviation = np.where(deviation > 0, deviation, 1.0)
        self.levels = [np.unique(self.pool[:, at]) for at in self.codes]
        widths = [len(levels) for levels in self.levels]
        self.owner = np.array([*self.numbers, *np.repeat(self.codes, widths)], dtype=int)
        self.average = self.represent(known).mean(axis=0)

    def draw(self, rng: np.random.Generator, samples: int) -> Floats:
        rows = np.tile(self.x, (samples, 1))
        steps = rng.normal(size=(samples - 1, len(self.numbers))) * self.deviation
        reach = self.pool[:, self.numbers]
        rows[1:, self.numbers] = np.clip(
            self.x[self.numbers] + steps, reach.min(axis=0), reach.max(axis=0)
        )
        for at in self.codes:
            rows[1:, at] = rng.choice(self.pool[:, at], samples - 1)
        return rows

    def represent(self, rows: Floats) -> Floats:
        columns = [rows[:, self.numbers] / self.deviation]
        for at, levels in zip(self.codes, self.levels, strict=True):
            columns.append((rows[:, [at]] == levels).astype(np.float64))
        return np.hstack(columns)

    def distance(self, rows: Floats) -> Floats:
        apart = (rows[:, self.numbers] - self.x[self.numbers]) / self.deviation
        other_codes = (rows[:, self.codes] != self.x[self.codes]).sum(axis=1)
        length: Floats = np.sqrt((apart**2).sum(axis=1) + other_codes)
        return length


def _run(predict: Predict, space: _Space, seed: int, samples: int) -> tuple[Floats, float, float]:
    from lime.lime_base import LimeBase

    width = KERNEL_WIDTH * math.sqrt(len(space.x))
    base = LimeBase(lambda distance: np.exp(-((distance / width) ** 2) / 2), random_state=seed)
    rows = space.draw(np.random.default_rng(seed), samples)
    represented = space.represent(rows)
    _, slopes, r2, local_p = base.explain_instance_with_data(
        represented,
        predict(rows)[:, None],
        space.distance(rows),
        label=0,
        num_features=represented.shape[1],
        feature_selection="none",
    )
    effects = np.zeros(len(space.x))
    for column, slope in slopes:
        effects[space.owner[column]] += slope * (represented[0, column] - space.average[column])
    return effects, float(r2), float(local_p[0])
