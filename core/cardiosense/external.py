"""How the production route does at hospitals it was not trained at."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.cardiosense import data
from core.cardiosense.model import RiskModel
from core.cardiosense.routed import has_late_tests, route, scorable
from core.cardiosense.schema import CORE_NAMES, DIAGNOSTIC
from core.cardiosense.tuning import Family, tune
from core.stats.binary import brier
from core.stats.calibration import log_odds, offset
from core.stats.performance import performance

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

EXTERNAL: tuple[data.Site, ...] = ("hungary", "va", "switzerland")
LOCAL_PATIENTS = 50
LOCAL_DRAWS = 200
SEED = 0


def external_site(name: data.Site, full: RiskModel, core: RiskModel) -> dict[str, Any]:
    """Measure the production route on one external site.

    Parameters
    ----------
    name : {"hungary", "va", "switzerland"}
        The site.
    full, core : RiskModel
        The models with 13 and with 10 features.

    Returns
    -------
    dict
        Counts, figures with intervals, and the Brier score after an intercept update.
    """
    cohort = data.site(name)
    values = cohort.matrix(DIAGNOSTIC.names)
    accepted = scorable(values)
    y, p = cohort.y[accepted], route(values[accepted], full, core)
    return {
        "site": name,
        "label": data.SITE_LABELS[name],
        "n_patients": cohort.n,
        "n_scorable": int(accepted.sum()),
        "n_full_model": int(has_late_tests(values[accepted]).sum()),
        **performance(y, p).to_dict(),
        "updated_brier": updated_brier(y, p),
    }


def updated_brier(y: Labels, p: Floats) -> dict[str, float | int]:
    """Return the Brier score after fitting the intercept on some local patients.

    Each of ``LOCAL_DRAWS`` random draws takes ``LOCAL_PATIENTS`` patients to shift the log-odds and
    measures the rest. Draws in which all patients have the same outcome fit no intercept; they are
    counted, not used.
    """
    rng = np.random.default_rng(SEED)
    score = log_odds(p)
    scores: list[float] = []
    for _ in range(LOCAL_DRAWS):
        order = rng.permutation(len(y))
        local, rest = order[:LOCAL_PATIENTS], order[LOCAL_PATIENTS:]
        shift = offset(y[local], score[local])
        if np.isfinite(shift):
            scores.append(brier(y[rest], expit(score[rest] + shift)))
    low, high = np.quantile(scores, (0.025, 0.975))
    return {
        "estimate": float(np.mean(scores)),
        "low": float(low),
        "high": float(high),
        "n_local": LOCAL_PATIENTS,
        "n_measured": len(y) - LOCAL_PATIENTS,
        "draws": len(scores),
        "draws_one_class": LOCAL_DRAWS - len(scores),
    }


def leave_one_site_out(family: Family) -> list[dict[str, Any]]:
    """Train on three sites with the 10 core features, measure on the fourth.

    Parameters
    ----------
    family : {"logistic", "xgboost"}
        Kind of model.
    """
    cohorts = {name: data.site(name) for name in data.SITE_ROWS}
    table = []
    for name, cohort in cohorts.items():
        others = [c for other, c in cohorts.items() if other != name]
        X = np.vstack([c.matrix(CORE_NAMES) for c in others])
        severity = np.concatenate([c.severity for c in others])
        model = tune(family, X, severity, CORE_NAMES, SEED).model
        accepted = scorable(cohort.matrix(DIAGNOSTIC.names))
        p = expit(model.log_odds(cohort.matrix(CORE_NAMES)[accepted]))
        table.append(
            {
                "site": name,
                "label": data.SITE_LABELS[name],
                "n_train": len(X),
                "n_scorable": int(accepted.sum()),
                **performance(cohort.y[accepted], p).to_dict(),
            }
        )
    return table
