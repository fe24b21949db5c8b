"""From data to a tuned, calibrated model: the same steps in production and in every outer fold."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.cardiosense.boosted import XGBoostModel, fit_booster, fit_platt, out_of_fold_margins
from core.cardiosense.logistic import LogisticModel, fit_logistic
from core.cardiosense.schema import DIAGNOSTIC

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Family = Literal["logistic", "xgboost"]

STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0)
INNER_FOLDS = 5


@dataclasses.dataclass(frozen=True)
class Tuned:
    """A model with the choices that led to it.

    Attributes
    ----------
    model : LogisticModel or XGBoostModel
        Fitted on all rows given, without bootstrap refits.
    choice : mapping
        The hyper-parameters chosen.
    trials : tuple of mapping
        Every candidate tried with its inner cross-validated Brier score.
    """

    model: LogisticModel | XGBoostModel
    choice: Mapping[str, Any]
    trials: tuple[Mapping[str, Any], ...]


def assign_folds(y: Labels, k: int, seed: int) -> NDArray[np.int64]:
    """Return a stratified fold number 0..k-1 for each patient."""
    from sklearn.model_selection import StratifiedKFold

    folds = np.empty(len(y), dtype=np.int64)
    splitter = StratifiedKFold(k, shuffle=True, random_state=seed)
    for number, (_, held) in enumerate(splitter.split(np.zeros(len(y)), y)):
        folds[held] = number
    return folds


def tune_logistic(X: Floats, y: Labels, features: Sequence[str], seed: int) -> Tuned:
    """Choose the penalty by inner cross-validation (Brier score) and fit on all rows."""
    folds = assign_folds(y, INNER_FOLDS, seed)
    trials = tuple(
        {"strength": c, "brier": _inner_brier(X, y, features, folds, c)} for c in STRENGTHS
    )
    best = min(trials, key=lambda trial: trial["brier"])
    name = f"logistic-{len(features)}"
    model = fit_logistic(
        X, y, name=name, features=features, fields=DIAGNOSTIC, strength=best["strength"]
    )
    return Tuned(model, {"strength": best["strength"]}, trials)


def _inner_brier(
    X: Floats, y: Labels, features: Sequence[str], folds: NDArray[np.int64], strength: float
) -> float:
    p = np.empty(len(y))
    for fold in np.unique(folds):
        held = folds == fold
        model = fit_logistic(
            X[~held], y[~held], name="", features=features, fields=DIAGNOSTIC, strength=strength
        )
        p[held] = expit(model.log_odds(X[held]))
    return float(np.mean((p - y) ** 2))


def tune_xgboost(X: Floats, y: Labels, features: Sequence[str], seed: int) -> Tuned:
    """Tune the booster, calibrate it on inner out-of-fold margins and fit on all rows."""
    params = {"rounds": 120, "max_depth": 2, "eta": 0.08, "subsample": 0.7, "min_child_weight": 4}
    folds = assign_folds(y, INNER_FOLDS, seed)
    scale = fit_platt(out_of_fold_margins(X, y, features, params, folds), y)
    booster = fit_booster(X, y, features, params)
    model = XGBoostModel(f"xgboost-{len(features)}", tuple(features), booster, scale)
    return Tuned(model, params, ())
