"""Train every CardioSense model and store it: ``python -m core.cardiosense.train``."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core import artifacts
from core.cardiosense import data
from core.cardiosense.boosted import (
    Calibration,
    XGBoostModel,
    fit_booster,
    fit_platt,
    out_of_fold_margins,
    write_boosters,
)
from core.cardiosense.conformal import Conformal, fit_conformal
from core.cardiosense.logistic import LogisticModel, fit_logistic, with_refits
from core.cardiosense.model import SYSTEM
from core.cardiosense.schema import CORE_NAMES, DIAGNOSTIC, PREVENTION
from core.cardiosense.tuning import INNER_FOLDS, Tuned, assign_folds, tune_logistic, tune_xgboost

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

SEED = 20240
LOGISTIC_REFITS = 200
XGBOOST_REFITS = 25
CONFORMAL_LEVEL = 0.9
WIDTHS: tuple[tuple[str, ...], ...] = (DIAGNOSTIC.names, CORE_NAMES)


def train(out: Path, *, created: datetime.date) -> artifacts.Artifact:
    """Train all models on the stored data and write them to a sealed folder.

    Parameters
    ----------
    out : Path
        Version folder, such as ``models/cardiosense/1``.
    created : date
        Declared date of the training.
    """
    out.mkdir(parents=True, exist_ok=True)
    cohort = data.site("cleveland")
    conformal: dict[str, Conformal] = {}
    for features in WIDTHS:
        X = cohort.matrix(features)
        for tuned in (
            tune_logistic(X, cohort.y, features, SEED),
            tune_xgboost(X, cohort.y, features, SEED),
        ):
            _store(out, tuned, X, cohort.y)
            conformal[tuned.model.name] = _conformal(tuned, X, cohort.y)
    artifacts.write_json(out / "conformal.json", {n: c.to_dict() for n, c in conformal.items()})
    _store_framingham(out)
    artifacts.write_json(
        out / "card.json",
        {"champions": {"13": "logistic-13", "10": "logistic-10"}, "provisional": True},
    )
    return artifacts.seal(
        out,
        {
            "data": data.SHA256,
            "licence": "CC BY 4.0",
            "intended_use": "For research and education; not a medical device.",
        },
        created,
    )


def _store(out: Path, tuned: Tuned, X: Floats, y: Labels) -> None:
    model = tuned.model
    if isinstance(model, LogisticModel):
        model = with_refits(
            model, X, y, strength=tuned.choice["strength"], b=LOGISTIC_REFITS, seed=SEED
        )
        artifacts.write_json(out / f"{model.name}.json", model.to_dict())
        return
    refits = _xgboost_refits(tuned, X, y)
    (out / f"{model.name}.ubj").write_bytes(bytes(model.booster.save_raw("ubj")))
    write_boosters(out / f"{model.name}-refits.zip", [booster for booster, _ in refits])
    stored = {
        "kind": "xgboost",
        "name": model.name,
        "features": list(model.features),
        "calibration": {"a": model.calibration.a, "b": model.calibration.b},
        "refits": [{"a": s.a, "b": s.b} for _, s in refits],
        "choice": dict(tuned.choice),
        "trials": [dict(t) for t in tuned.trials],
    }
    artifacts.write_json(out / f"{model.name}.json", stored)


def _xgboost_refits(tuned: Tuned, X: Floats, y: Labels) -> list[tuple[Any, Calibration]]:
    rng = np.random.default_rng(SEED)
    folds = assign_folds(y, INNER_FOLDS, SEED)
    features = tuned.model.features
    fits = []
    for _ in range(XGBOOST_REFITS):
        rows = rng.integers(0, len(y), len(y))
        margin = out_of_fold_margins(X[rows], y[rows], features, tuned.choice, folds[rows])
        booster = fit_booster(X[rows], y[rows], features, tuned.choice)
        fits.append((booster, fit_platt(margin, y[rows])))
    return fits


def _conformal(tuned: Tuned, X: Floats, y: Labels) -> Conformal:
    folds = assign_folds(y, INNER_FOLDS, SEED + 1)
    p = np.empty(len(y))
    for fold in range(INNER_FOLDS):
        held = folds == fold
        if isinstance(tuned.model, LogisticModel):
            part: LogisticModel | XGBoostModel = fit_logistic(
                X[~held],
                y[~held],
                name="",
                features=tuned.model.features,
                fields=DIAGNOSTIC,
                strength=tuned.choice["strength"],
            )
        else:
            part = XGBoostModel(
                "",
                tuned.model.features,
                fit_booster(X[~held], y[~held], tuned.model.features, tuned.choice),
                tuned.model.calibration,
            )
        p[held] = expit(part.log_odds(X[held]))
    return fit_conformal(p, y, CONFORMAL_LEVEL)


def _store_framingham(out: Path) -> None:
    cohort = data.framingham()
    features: Sequence[str] = tuple(data.FRAMINGHAM_COLUMNS.values())
    X = cohort.matrix(tuple(features))
    keep = ~np.isnan(X).any(axis=1)
    model = fit_logistic(
        X[keep],
        cohort.y[keep],
        name="framingham",
        features=features,
        fields=PREVENTION,
        strength=10.0,
    )
    model = with_refits(model, X[keep], cohort.y[keep], strength=10.0, b=LOGISTIC_REFITS, seed=SEED)
    artifacts.write_json(out / "framingham.json", model.to_dict())


if __name__ == "__main__":
    train(artifacts.MODELS_ROOT / SYSTEM / "1", created=datetime.date(2026, 1, 15))
