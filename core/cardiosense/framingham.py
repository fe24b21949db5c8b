"""The prevention model: ten-year coronary heart disease on the Framingham teaching table."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.cardiosense import data
from core.cardiosense.logistic import LogisticModel, fit_logistic
from core.cardiosense.schema import PREVENTION
from core.stats.performance import performance
from core.stats.resample import assign_folds

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

FEATURES = tuple(data.FRAMINGHAM_COLUMNS.values())
LEVERS = ("trestbps", "chol", "bmi", "smoker")
PENALTY = 1e-4
"""Only keeps the fit finite: 4,120 patients need no shrinkage for eight features."""

FOLDS, REPEATS, N_BOOT = 5, 10, 300


def complete_cases() -> tuple[Floats, Labels]:
    """Return values and outcomes of the rows without a missing value."""
    cohort = data.framingham()
    X = cohort.matrix(FEATURES)
    complete = ~np.isnan(X).any(axis=1)
    return X[complete], cohort.y[complete]


def fit(X: Floats, y: Labels) -> LogisticModel:
    """Fit the prevention model, without refits."""
    return fit_logistic(
        X, y, name="framingham", features=FEATURES, fields=PREVENTION, penalty=PENALTY
    )


def fit_with_refits(b: int, seed: int) -> LogisticModel:
    """Fit the prevention model on all complete cases, with ``b`` bootstrap refits."""
    X, y = complete_cases()
    rng = np.random.default_rng(seed)
    samples = (rng.integers(0, len(y), len(y)) for _ in range(b))
    return fit(X, y).with_refits([fit(X[rows], y[rows]) for rows in samples])


def lever_evidence(model: LogisticModel) -> dict[str, dict[str, float]]:
    """Return each lever's log-odds per unit and the share of refits in which the risk falls."""
    return {
        term.feature: {
            "log_odds_per_unit": float(model.coefficients[i]) / term.scale,
            "share_of_refits_falling": float(np.mean(model.refit_coefficients[:, i] < 0)),
        }
        for i, term in enumerate(model.encoding.terms)
        if term.feature in LEVERS
    }


def figures(seed: int = 0) -> dict[str, Any]:
    """Cross-validate the prevention model; the dict is the card's Framingham section."""
    p = np.array([out_of_fold(seed + repeat) for repeat in range(REPEATS)])
    y, rows = complete_cases()[1], data.framingham().n
    return {
        **performance(y, p, N_BOOT).to_dict(),
        "folds": FOLDS,
        "rows": rows,
        "dropped_incomplete": rows - len(y),
    }


def out_of_fold(seed: int) -> Floats:
    """Return each complete row's risk by a model that has not seen it, shape (n,)."""
    X, y = complete_cases()
    folds, p = assign_folds(y, FOLDS, seed), np.empty(len(y))
    for fold in range(FOLDS):
        held = folds == fold
        p[held] = expit(fit(X[~held], y[~held]).log_odds(X[held]))
    return p
