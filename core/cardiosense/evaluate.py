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

from core import artifacts
from core.cardiosense import data, framingham, nested, original, out_of_sample
from core.cardiosense.card_text import card_text
from core.cardiosense.external import EXTERNAL, external_site, leave_one_site_out
from core.cardiosense.measures import conformal_figures
from core.cardiosense.model import (
    CARD,
    CARD_TEXT,
    OUT_OF_FOLD,
    SYSTEM,
    RiskModel,
    load_trained,
    rival,
)
from core.cardiosense.nested import OutOfFold
from core.cardiosense.train import INTENDED_USE
from core.cardiosense.tuning import FAMILIES
from core.stats.binary import auc, brier
from core.stats.performance import difference, performance
from core.trust import audits

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

SEED = 0
PERMUTATIONS = 20
IMPORTANCE_SHUFFLES = 50
DIFFERENCE_METRICS = ("auc", "accuracy", "brier")
COMMAND = "python -m benchmarks.cardiosense_models"

log = logging.getLogger(__name__)


def evaluate(
    folder: Path, *, created: datetime.date, repeats: int = nested.REPEATS
) -> artifacts.Artifact:
    """Evaluate a trained folder, write its card and seal it again.

    Parameters
    ----------
    folder : Path
        Version folder written by :func:`core.cardiosense.train.train`.
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
    oof = nested.run(data.site("cleveland"), repeats=repeats, seed=SEED)
    nested.save(oof, folder / OUT_OF_FOLD)
    card = build_card(load_trained(artifact), oof)
    artifacts.write_json(folder / CARD, card)
    stored = json.loads((folder / CARD).read_text(encoding="utf-8"))
    (folder / CARD_TEXT).write_bytes(card_text(stored).encode())
    sealed = ("files", "format", "system", "version", "created", "python", "libraries")
    meta = {key: value for key, value in artifact.manifest.items() if key not in sealed}
    return artifacts.seal(folder, meta, created)


def build_card(models: Mapping[str, RiskModel], oof: Mapping[str, OutOfFold]) -> dict[str, Any]:
    """Compute every figure of the card from the models and the out-of-fold predictions."""
    champions = {width: choose_champion(oof, width) for width in ("13", "10")}
    full, core = models[champions["13"]], models[champions["10"]]
    log.info("champions: %s", champions)
    return {
        "system": SYSTEM,
        "intended_use": INTENDED_USE,
        "command": COMMAND,
        "champions": champions,
        "audit": audits(
            (
                *out_of_sample.from_nested(oof),
                out_of_sample.from_sites(full, core),
                out_of_sample.prevention(),
            )
        ),
        "nested": nested_figures(oof, champions),
        "permuted_labels": permuted_labels(),
        "external": [external_site(name, full, core) for name in EXTERNAL],
        "leave_one_site_out": leave_one_site_out("logistic"),
        "framingham": framingham.figures(SEED),
        "original": {
            "single_split": original.single_split().to_dict(),
            "luck": original.luck().to_dict(),
        },
        "importance": {model.name: importance(model) for model in (full, core)},
        "data": data.SHA256,
    }


def choose_champion(oof: Mapping[str, OutOfFold], width: str) -> str:
    """Return the model with the lower nested Brier score, averaged over the repeats."""
    y = data.site("cleveland").y
    names = [f"{family}-{width}" for family in FAMILIES]
    return min(names, key=lambda name: np.mean([brier(y, p) for p in oof[name].p]))


def nested_figures(
    oof: Mapping[str, OutOfFold], champions: Mapping[str, str], n_boot: int = 1000
) -> dict[str, Any]:
    """Return performance and conformal figures of every model, and differences between them."""
    cohort = data.site("cleveland")
    sex = cohort.values["sex"].to_numpy()
    models = {
        name: {
            **performance(cohort.y, found.p, n_boot).to_dict(),
            "conformal": conformal_figures(cohort.y, sex, found, n_boot),
        }
        for name, found in oof.items()
    }
    plain = f"{nested.PLAIN}-13"
    return {
        "folds": nested.OUTER_FOLDS,
        "repeats": len(next(iter(oof.values())).p),
        "models": models,
        "champion_minus_rival": {
            width: {
                "champion": champion,
                "rival": rival(champion),
                **_gaps(oof, champion, rival(champion), n_boot),
            }
            for width, champion in champions.items()
        },
        "plain_minus": {
            other: _gaps(oof, plain, other, n_boot)
            for other in ("logistic-13", "xgboost-13")
            if plain in oof
        },
    }


def _gaps(
    oof: Mapping[str, OutOfFold], first: str, second: str, n_boot: int
) -> dict[str, dict[str, float | int | str | None]]:
    y = data.site("cleveland").y
    return {
        metric: difference(y, oof[first].p, oof[second].p, metric, n_boot).to_dict()
        for metric in DIFFERENCE_METRICS
    }


def permuted_labels(n: int = PERMUTATIONS) -> dict[str, float | int]:
    """Run the nested procedure on shuffled outcomes: an AUC away from one half would be a leak."""
    cohort = data.site("cleveland")
    rng = np.random.default_rng(SEED)
    aucs = []
    for permutation in range(n):
        severity = rng.permutation(cohort.severity)
        shuffled = data.Cohort("permuted", cohort.values, (severity > 0).astype(np.int64), severity)
        found = nested.run(
            shuffled, repeats=1, families=("logistic",), plain=False, seed=permutation
        )
        aucs.append(auc(shuffled.y, found["logistic-13"].p[0]))
    return {
        "permutations": n,
        "auc_mean": float(np.mean(aucs)),
        "auc_sd": float(np.std(aucs, ddof=1)),
    }


def importance(model: RiskModel) -> list[dict[str, float | str]]:
    """Return each feature's mean absolute contribution and its permutation importance.

    Permutation importance is the mean loss of AUC when the feature is shuffled among the Cleveland
    patients the model was trained on: it describes the model, not its value for new patients.
    """
    cohort = data.site("cleveland")
    X = cohort.matrix(model.features)
    rng = np.random.default_rng(SEED)
    shares = np.abs(model.contributions(X)).mean(axis=0)
    whole = auc(cohort.y, model.log_odds(X))
    table: list[dict[str, float | str]] = []
    for column, feature in enumerate(model.features):
        losses = []
        for _ in range(IMPORTANCE_SHUFFLES):
            shuffled = X.copy()
            shuffled[:, column] = rng.permutation(shuffled[:, column])
            losses.append(whole - auc(cohort.y, model.log_odds(shuffled)))
        table.append(
            {
                "feature": feature,
                "mean_abs_contribution": float(shares[column]),
                "auc_loss": float(np.mean(losses)),
                "auc_loss_sd": float(np.std(losses, ddof=1)),
            }
        )
    return table
