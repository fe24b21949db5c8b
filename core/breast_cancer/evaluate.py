"""Measure everything that is claimed about the models, and write it down as their card."""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core import artifacts
from core.breast_cancer import data, measures, nested, original, out_of_sample, risk_control
from core.breast_cancer.card_text import card_text
from core.breast_cancer.model import CARD, CARD_TEXT, OUT_OF_FOLD, SYSTEM, Trained, load_trained
from core.breast_cancer.nested import OutOfFold
from core.breast_cancer.train import INTENDED_USE
from core.breast_cancer.tuning import Family
from core.stats.binary import auc
from core.stats.performance import N_BOOT, difference
from core.trust import audits

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

SEED = 0
PERMUTATIONS = 20
CHAMPION: Family = "logistic"
DIFFERENCE_METRICS = ("auc", "accuracy", "brier", "sensitivity_at_95", "sensitivity_at_98")
COMMAND = "python -m benchmarks.breast_models"

log = logging.getLogger(__name__)


def evaluate(
    folder: Path, *, created: datetime.date, repeats: int = nested.REPEATS
) -> artifacts.Artifact:
    """Evaluate a trained folder, write its card and seal it again.

    Parameters
    ----------
    folder : Path
        Version folder written by :func:`core.breast_cancer.train.train`.
    created : date
        Declared date of the training.
    repeats : int
        Repeats of the nested cross-validation.

    Raises
    ------
    ArtifactError
        If the folder was altered.
    """
    artifact = artifacts.load(folder.parent.name, folder.name, folder.parent.parent)
    cohort = data.wdbc()
    oof = nested.run(cohort.X, cohort.y, repeats=repeats, seed=SEED)
    nested.save(oof, folder / OUT_OF_FOLD)
    artifacts.write_json(folder / CARD, build_card(load_trained(artifact), oof))
    stored = json.loads((folder / CARD).read_text(encoding="utf-8"))
    (folder / CARD_TEXT).write_bytes(card_text(stored).encode())
    sealed = ("files", "format", "system", "version", "created", "python", "libraries")
    meta = {key: value for key, value in artifact.manifest.items() if key not in sealed}
    return artifacts.seal(folder, meta, created)


def build_card(trained: Trained, oof: Mapping[str, OutOfFold]) -> dict[str, Any]:
    """Compute every figure of the card from the models and the out-of-fold predictions."""
    cohort = data.wdbc()
    log.info("nested figures")
    return {
        "system": SYSTEM,
        "intended_use": INTENDED_USE,
        "command": COMMAND,
        "champion": CHAMPION,
        "data": {
            "name": "Wisconsin Diagnostic Breast Cancer",
            "sha256": data.SHA256,
            "licence": "CC BY 4.0",
            "n": cohort.n,
            "malignant": int(cohort.y.sum()),
            "trained_on": int(cohort.train.sum()),
            "held_out": int(cohort.held.sum()),
        },
        "audit": audits(out_of_sample.from_nested(oof, trained.operating.threshold)),
        "nested": nested_figures(oof),
        "permuted_labels": permuted_labels(),
        "held_out": measures.held_out(
            cohort,
            {
                "logistic": trained.champion.log_odds(cohort.X),
                "forest": trained.forest.log_odds(cohort.X),
            },
            trained.operating.threshold,
        ),
        "operating": trained.operating.to_dict(),
        "guarantee": guarantee(trained, oof[CHAMPION].p),
        "original": original_figures(),
    }


def nested_figures(oof: Mapping[str, OutOfFold], n_boot: int = N_BOOT) -> dict[str, Any]:
    """Return the figures of every model, and the champion's minus those of each other."""
    y = data.wdbc().y
    champion = oof[CHAMPION].p
    return {
        "folds": nested.OUTER_FOLDS,
        "repeats": len(champion),
        "conformal_level": nested.CONFORMAL_LEVEL,
        "models": {name: measures.nested_model(y, found, n_boot) for name, found in oof.items()},
        "champion_minus": {
            name: {
                metric: difference(y, champion, found.p, metric, n_boot, measures.METRICS).to_dict()
                for metric in DIFFERENCE_METRICS
            }
            for name, found in oof.items()
            if name != CHAMPION
        },
    }


def permuted_labels(n: int = PERMUTATIONS) -> dict[str, float | int]:
    """Run the nested procedure on shuffled outcomes: an AUC away from one half would be a leak."""
    cohort = data.wdbc()
    rng = np.random.default_rng(SEED)
    aucs = []
    for permutation in range(n):
        y = rng.permutation(cohort.y)
        found = nested.run(cohort.X, y, repeats=1, families=(CHAMPION,), seed=permutation)
        aucs.append(auc(y, found[CHAMPION].p[0]))
    return {
        "permutations": n,
        "auc_mean": float(np.mean(aucs)),
        "auc_sd": float(np.std(aucs, ddof=1)),
    }


def guarantee(trained: Trained, p: Floats, resplits: int = risk_control.RESPLITS) -> dict[str, Any]:
    """Return the threshold that keeps the sensitivity, and how often such thresholds do."""
    cohort = data.wdbc()
    rule = risk_control.risk_controlled(
        cohort.y[cohort.train],
        expit(trained.reference_log_odds),
        risk_control.TARGET_SENSITIVITY,
        risk_control.CONFIDENCE,
    )
    return {
        "shipped": rule.to_dict(),
        **risk_control.kept_sensitivity(cohort.y, p, resplits),
    }


def original_figures() -> dict[str, Any]:
    """Return the predecessor's case study, and its figures among honest splits."""
    study = original.case_study()
    right = study.held_out.true_negatives + study.held_out.true_positives
    return {
        "published": {"correct": original.PUBLISHED_CORRECT, "n": original.PUBLISHED_N},
        "seed": original.SEED,
        **study.to_dict(),
        "luck": original.luck().to_dict(right),
    }
