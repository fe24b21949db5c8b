"""Train the breast cancer models and store them: ``python -m apps.cli breast-cancer train``."""

from __future__ import annotations

import datetime
import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import artifacts
from core.breast_cancer import data, forest, operating
from core.breast_cancer.integrity import fit_reference
from core.breast_cancer.linear import LinearModel
from core.breast_cancer.model import EVALUATION_FILES
from core.breast_cancer.tuning import INNER_FOLDS, Tuned, refit, tune
from core.stats.calibration import log_odds
from core.stats.resample import assign_folds

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

SEED = 20260115
REFITS = 200
INTENDED_USE = "For research and education; not a medical device."

log = logging.getLogger(__name__)


def train(out: Path, *, created: datetime.date) -> artifacts.Artifact:
    """Train all models on the training cases and write them to a sealed folder.

    The held-out cases are not touched. A model card already in the folder is removed: it described
    other models.

    Parameters
    ----------
    out : Path
        Version folder, such as ``models/breast_cancer/1``.
    created : date
        Declared date of the training.

    Raises
    ------
    ArtifactError
        If the table is not the one expected.
    """
    out.mkdir(parents=True, exist_ok=True)
    for described in EVALUATION_FILES:
        (out / described).unlink(missing_ok=True)
    cohort = data.wdbc()
    X, y = cohort.X[cohort.train], cohort.y[cohort.train]
    champion, bagged = tune("logistic", X, y, SEED), tune("forest", X, y, SEED)
    log.info("tuned: %s, %s", champion.choice, bagged.choice)
    artifacts.write_json(
        out / "logistic.json", {**_champion(champion, X, y).to_dict(), **_search(champion)}
    )
    trees = forest.from_sklearn(bagged.fitted, bagged.calibration)
    trees.save(out)
    artifacts.write_json(out / forest.META_FILE, {**trees.to_dict(), **_search(bagged)})
    artifacts.write_json(
        out / "reference.json",
        {"integrity": fit_reference(X).to_dict(), "log_odds": log_odds(champion.oof[0]).tolist()},
    )
    point = operating.operating_point(y, champion.oof)
    artifacts.write_json(out / "operating.json", point.to_dict())
    return artifacts.seal(out, _meta(cohort), created)


def _champion(tuned: Tuned, X: Floats, y: Labels) -> LinearModel:
    """Return the model with calibration and bootstrap refits."""
    rng = np.random.default_rng(SEED)
    folds = assign_folds(y, INNER_FOLDS, SEED)
    refits = []
    for _ in range(REFITS):
        rows = rng.integers(0, len(X), len(X))
        again = refit(tuned, X[rows], y[rows], [folds[rows]])
        refits.append(again.fitted.calibrated(again.calibration))
    whole: LinearModel = tuned.fitted.calibrated(tuned.calibration)
    return whole.with_refits(refits)


def _search(tuned: Tuned) -> dict[str, Any]:
    trials = [dict(trial) for trial in tuned.trials]
    return {"search": {"choice": dict(tuned.choice), "trials": trials}}


def _meta(cohort: data.Cohort) -> dict[str, Any]:
    return {
        "data": data.SHA256,
        "licence": "CC BY 4.0",
        "intended_use": INTENDED_USE,
        "seed": SEED,
        "wdbc": {
            "n": cohort.n,
            "malignant": int(cohort.y.sum()),
            "trained_on": int(cohort.train.sum()),
            "held_out": int(cohort.held.sum()),
        },
    }
