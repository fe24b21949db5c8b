"""Train every CardioSense model and store it: ``python -m apps.cli cardiosense train``."""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import artifacts
from core.cardiosense import data, framingham
from core.cardiosense.boosted import RISING, XGBoostModel, write_boosters
from core.cardiosense.logistic import LogisticModel
from core.cardiosense.model import EVALUATION_FILES, RiskModel
from core.cardiosense.nested import CONFORMAL_LEVEL
from core.cardiosense.schema import CORE_NAMES, DIAGNOSTIC
from core.cardiosense.tuning import FAMILIES, Family, Tuned, refit, tune
from core.errors import ArtifactError
from core.stats.prediction_sets import fit_conformal

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

SEED = 20260115
REFITS: dict[Family, int] = {"logistic": 200, "xgboost": 25}
INTENDED_USE = "For research and education; not a medical device."

log = logging.getLogger(__name__)


def train(out: Path, *, created: datetime.date) -> artifacts.Artifact:
    """Train all models on the stored data and write them to a sealed folder.

    A model card already in the folder is removed: it described other models. Run the evaluation
    afterwards; only then can :func:`core.cardiosense.model.load_models` read the folder.

    Parameters
    ----------
    out : Path
        Version folder, such as ``models/cardiosense/1``.
    created : date
        Declared date of the training.

    Raises
    ------
    ArtifactError
        If the data break their contract, or a model falls where a lever rises.
    """
    out.mkdir(parents=True, exist_ok=True)
    for described in EVALUATION_FILES:
        (out / described).unlink(missing_ok=True)
    cohort = data.site("cleveland")
    thresholds = {}
    for features in (DIAGNOSTIC.names, CORE_NAMES):
        X = cohort.matrix(features)
        for family in FAMILIES:
            tuned = tune(family, X, cohort.severity, features, SEED)
            name = tuned.model.name
            require_rising(tuned.model, X, RISING)
            _store(out, tuned, _refits(tuned, X, cohort.severity))
            thresholds[name] = fit_conformal(tuned.oof, cohort.y, CONFORMAL_LEVEL).to_dict()
            log.info("%s trained: %s", name, tuned.choice)
    artifacts.write_json(out / "conformal.json", thresholds)
    prevention = framingham.fit_with_refits(REFITS["logistic"], SEED)
    require_rising(prevention, framingham.complete_cases()[0], framingham.LEVERS)
    artifacts.write_json(out / "framingham.json", prevention.to_dict())
    return artifacts.seal(out, _meta(prevention), created)


def require_rising(model: RiskModel, X: Floats, levers: Sequence[str]) -> None:
    """Refuse a model whose risk falls anywhere while a lever rises.

    The check raises each lever from its lowest to its highest training value, for every row.

    Raises
    ------
    ArtifactError
        Naming the lever.
    """
    for lever in levers:
        column = model.features.index(lever)
        ladder = np.unique(X[:, column][~np.isnan(X[:, column])])
        previous = np.full(len(X), -np.inf)
        for value in ladder:
            moved = X.copy()
            moved[:, column] = value
            risk = model.log_odds(moved)
            if np.any(risk < previous - 1e-6):
                raise ArtifactError(
                    f"In {model.name} the risk falls while {lever} rises, so no plan may lower "
                    f"{lever}. Remove it from the levers or constrain the model."
                )
            previous = risk


def _refits(tuned: Tuned, X: Floats, severity: Labels) -> list[LogisticModel | XGBoostModel]:
    rng = np.random.default_rng(SEED)
    samples = (rng.integers(0, len(X), len(X)) for _ in range(REFITS[tuned.family]))
    return [refit(tuned, X, severity, rows, SEED).model for rows in samples]


def _store(out: Path, tuned: Tuned, refits: Sequence[LogisticModel | XGBoostModel]) -> None:
    model, name = tuned.model, tuned.model.name
    search = {"choice": dict(tuned.choice), "trials": [dict(trial) for trial in tuned.trials]}
    if isinstance(model, LogisticModel):
        full = model.with_refits([r for r in refits if isinstance(r, LogisticModel)])
        artifacts.write_json(out / f"{name}.json", {**full.to_dict(), "search": search})
        return
    boosted = [r for r in refits if isinstance(r, XGBoostModel)]
    (out / f"{name}.ubj").write_bytes(bytes(model.booster.save_raw("ubj")))
    write_boosters(out / f"{name}-refits.zip", [r.booster for r in boosted])
    stored = {
        "kind": "xgboost",
        "name": name,
        "features": list(model.features),
        "calibration": dataclasses.asdict(model.calibration),
        "refits": [dataclasses.asdict(r.calibration) for r in boosted],
        "search": search,
    }
    artifacts.write_json(out / f"{name}.json", stored)


def _meta(prevention: LogisticModel) -> dict[str, Any]:
    _, outcomes = framingham.complete_cases()
    cleveland, rows = data.site("cleveland"), data.framingham().n
    return {
        "data": data.SHA256,
        "licence": "CC BY 4.0",
        "intended_use": INTENDED_USE,
        "seed": SEED,
        "cleveland": {"n": cleveland.n, "positives": int(cleveland.y.sum())},
        "framingham": {
            "rows": rows,
            "n": len(outcomes),
            "dropped_incomplete": rows - len(outcomes),
            "positives": int(outcomes.sum()),
            "levers": framingham.lever_evidence(prevention),
        },
    }
