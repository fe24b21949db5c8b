"""LIME over several seeds, with the figures that say whether to rely on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from core.explain.agreement import seed_stability
from core.explain.lime_tabular import SAMPLES, Floats, Predict, fit_lime
from core.fields import FieldSet

STABLE = 0.95
"""Least mean Jaccard index of the strongest features over seeds."""
GOOD_FIT = 0.80
"""Least share of the variance that the local model must explain."""


@dataclasses.dataclass(frozen=True, slots=True)
class LimeWeight:
    """LIME's local effect of one finding, in probability, against the training average.

    Attributes
    ----------
    feature, label : str
        Field name, and the name shown to people.
    value : str
        The patient's value in words.
    weight : float
        Mean over the seeds.
    low, high : float
        Smallest and largest over the seeds.
    """

    feature: str
    label: str
    value: str
    weight: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True, slots=True)
class Lime:
    """LIME on the probability that the score shows, with the figures that qualify it.

    Attributes
    ----------
    weights : tuple of LimeWeight
        One a finding given, in the order of the fields.
    r2 : float
        Share of the local variance that the local linear model explains, mean over the seeds.
    local_p : float
        What the local model answers for the patient, mean over the seeds.
    top3, top5 : float
        Mean Jaccard index of the strongest three and five findings over all pairs of seeds.
    seeds, samples : int
        Number of runs, and of neighbours in each.
    warnings : tuple of str
        What the figures say against relying on the weights; empty if nothing.
    """

    weights: tuple[LimeWeight, ...]
    r2: float
    local_p: float
    top3: float
    top5: float
    seeds: int
    samples: int
    warnings: tuple[str, ...]


def run_lime(
    probability: Predict, row: Floats, training: Floats, fields: FieldSet, seeds: Sequence[int]
) -> Lime:
    """Fit LIME around one case once a seed, and summarise the fits.

    Parameters
    ----------
    probability : callable
        Takes a matrix (n, d) and returns the probabilities that the score shows, shape (n,).
    row : ndarray, shape (d,)
        The case; NaN where not given.
    training : ndarray, shape (m, d)
        Rows from which the neighbourhood is drawn.
    fields : FieldSet
        Descriptions of the columns.
    seeds : sequence of int
        One run each, at least two.
    """
    codes = [at for at, spec in enumerate(fields) if spec.is_code]
    fit = fit_lime(probability, row, training, codes, seeds=seeds)
    r2, top3, top5 = float(fit.r2.mean()), *(seed_stability(fit.effects, k) for k in (3, 5))
    return Lime(
        weights=tuple(
            LimeWeight(
                spec.name,
                spec.label,
                spec.describe(value),
                float(effects.mean()),
                float(effects.min()),
                float(effects.max()),
            )
            for spec, value, effects in zip(fields, row, fit.effects.T, strict=True)
            if not np.isnan(value)
        ),
        r2=r2,
        local_p=float(fit.local_p.mean()),
        top3=top3,
        top5=top5,
        seeds=len(seeds),
        samples=SAMPLES,
        warnings=_warnings(r2, top3, top5),
    )


def _warnings(r2: float, top3: float, top5: float) -> tuple[str, ...]:
    found = []
    if r2 < GOOD_FIT:
        found.append(
            f"LIME's local model explains {100 * r2:.0f} % of the local variation"
            f" (less than {100 * GOOD_FIT:.0f} %): its weights are rough."
        )
    for count, stability in (("three", top3), ("five", top5)):
        if stability < STABLE:
            found.append(
                f"LIME's {count} strongest findings change with the seed (overlap"
                f" {stability:.2f}, less than {STABLE}): do not rely on their order."
            )
    return tuple(found)
