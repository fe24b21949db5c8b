"""The figures of a stress test, each with its interval."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.stress_judges import Seen
from core.breast_cancer.stress_report import Detection, Effect
from core.stats import binary
from core.stats.intervals import Interval, wilson
from core.stats.resample import bootstrap

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

N_BOOT = 300


def effect(seen: Seen, threshold: float) -> Effect:
    """Measure the diagnosis, and what slips through each guard."""
    scored = seen.select(~np.isnan(seen.p))
    called = scored.p >= threshold
    ill, ill_scored = seen.y == 1, scored.y == 1
    missed = ill & (seen.p < threshold)

    def silent(held_back: Bools) -> Interval | None:
        return share((missed & ~held_back)[ill])

    return Effect(
        accuracy=share(called == ill_scored),
        sensitivity=share(called[ill_scored]),
        specificity=share(~called[~ill_scored]),
        brier=bootstrap(binary.brier, (scored.y, scored.p), N_BOOT) if len(scored.y) else None,
        missed=share(missed[ill]),
        silent=silent(seen.flagged),
        silent_any_z=silent(seen.critical),
        silent_drifting=silent(seen.drifting),
    )


NO_EFFECT = Effect(None, None, None, None, None, None, None, None)
"""Of rows that have no diagnosis."""


def detection(
    before: Seen,
    after: Seen,
    struck: Bools,
    score: Callable[[Seen], Floats],
    flag: Callable[[Seen], Bools],
) -> Detection:
    """Measure how well one score notices the struck rows, beside the rows as measured.

    The interval of the area exists where the rows separate perfectly, which a bootstrap would show
    as certain; it takes spoilt and clean rows as independent, which widens it where they are pairs.
    """
    clean, with_fault = score(before), score(after)[struck]
    label = np.repeat(np.array([0, 1]), [len(clean), len(with_fault)])
    values = np.concatenate([clean, with_fault])
    return Detection(
        auroc=binary.auc_interval(label, values) if struck.any() else None,
        flagged=share(flag(after)[struck]),
        flagged_before=wilson(int(flag(before).sum()), len(clean)),
    )


def share(hits: Bools) -> Interval | None:
    """Return the share of hits; None if there is nothing to count."""
    return wilson(int(hits.sum()), len(hits)) if len(hits) else None
