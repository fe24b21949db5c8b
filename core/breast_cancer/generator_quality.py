"""Are invented cases like real ones? Measured on real cases that the generator has not seen."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.generator import Generator
from core.breast_cancer.integrity import FLAG_LEVEL, IntegrityReference
from core.breast_cancer.schema import FEATURES
from core.stats.binary import auc
from core.stats.intervals import Interval, wilson
from core.stats.resample import bootstrap

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Bools = NDArray[np.bool_]

AREA_MARGIN = 0.1
TREES, FOLDS, N_BOOT = 100, 5, 300


@dataclasses.dataclass(frozen=True)
class Quality:
    """How far invented cases can be told from real ones.

    Attributes
    ----------
    kind : str
        The generator.
    told_apart : Interval
        AUC of a random forest, cross-validated, in telling real from as many invented cases; 0.5
        means that it cannot.
    area_off : Interval
        Share of invented cases whose mean area is more than a tenth off pi times the squared
        mean radius.
    worst_below_mean : Interval
        Share of invented cases whose worst radius is below the mean radius; no real one.
    flagged, flagged_malignant, flagged_benign : Interval
        Share of invented cases that the integrity score flags.
    flagged_real : Interval
        Share of the real cases that it flags.
    """

    kind: str
    told_apart: Interval
    area_off: Interval
    worst_below_mean: Interval
    flagged: Interval
    flagged_malignant: Interval
    flagged_benign: Interval
    flagged_real: Interval

    def to_dict(self) -> dict[str, Any]:
        """Return the figures as plain data."""
        fields = (f.name for f in dataclasses.fields(self) if f.name != "kind")
        return {"kind": self.kind, **{name: getattr(self, name).to_dict() for name in fields}}


def quality(
    generator: Generator,
    real: Floats,
    reference: IntegrityReference,
    n: int = 4000,
    seed: int = 0,
) -> Quality:
    """Compare invented with real cases.

    Parameters
    ----------
    generator : Generator
        Fitted to other cases than ``real``.
    real : ndarray, shape (m, 30)
        Real cases of the same population.
    reference : IntegrityReference
        Fitted to cases that neither the generator nor ``real`` holds, or at least not ``real``.
    n : int, default 4000
        Cases to invent.
    seed : int, default 0
        Seed of the drawing, the forest and its folds.

    References
    ----------
    Lopez-Paz and Oquab, Revisiting classifier two-sample tests, ICLR 2017.
    """
    X, y = generator.draw(n, seed)
    radius, area, worst = (X[:, FEATURES.names.index(name)]
                           for name in ("mean_radius", "mean_area", "worst_radius"))  # fmt: skip
    flagged = reference.p_value(reference.score(X)) <= FLAG_LEVEL
    off = np.abs(area / (math.pi * radius**2) - 1) > AREA_MARGIN
    return Quality(
        kind=generator.kind,
        told_apart=told_apart(real, generator.draw(len(real), seed + 1)[0], seed),
        area_off=_share(off),
        worst_below_mean=_share(worst < radius),
        flagged=_share(flagged),
        flagged_malignant=_share(flagged[y == 1]),
        flagged_benign=_share(flagged[y == 0]),
        flagged_real=_share(reference.p_value(reference.score(real)) <= FLAG_LEVEL),
    )


def told_apart(first: Floats, second: Floats, seed: int = 0) -> Interval:
    """Return how well a random forest tells two tables apart: its cross-validated AUC."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    X = np.concatenate([first, second])
    label = np.repeat(np.array([0, 1]), [len(first), len(second)])
    forest = RandomForestClassifier(TREES, random_state=seed, n_jobs=1)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    p = cross_val_predict(forest, X, label, cv=folds, method="predict_proba")[:, 1]
    return bootstrap(auc, (label, p), N_BOOT, seed)


def _share(hits: Bools) -> Interval:
    return wilson(int(hits.sum()), len(hits))
