"""From data to a tuned, calibrated model: the same steps in production and in every outer fold."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.cardiosense.boosted import XGBoostModel, fit_booster, margins
from core.cardiosense.logistic import LogisticModel, fit_logistic
from core.cardiosense.schema import DIAGNOSTIC
from core.stats.platt import Calibration, fit_platt
from core.stats.resample import assign_folds

if TYPE_CHECKING:
    import optuna

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Family = Literal["logistic", "xgboost"]
Loss = Callable[[Mapping[str, Any]], float]
FAMILIES: tuple[Family, ...] = ("logistic", "xgboost")

INNER_FOLDS = 5
INNER_REPEATS: Mapping[Family, int] = {"logistic": 3, "xgboost": 1}
FRESH_SEED, FRESH_REPEATS = 500_000, 3
PENALTIES = (0.1, 0.05, 0.025, 0.0125, 0.006)
TRIALS = 25


@dataclasses.dataclass(frozen=True)
class Tuned:
    """A fitted, calibrated model with the choices that led to it.

    Attributes
    ----------
    family : {"logistic", "xgboost"}
        Kind of model.
    model : LogisticModel or XGBoostModel
        Fitted on all rows given, without bootstrap refits.
    choice : mapping
        The hyper-parameters chosen.
    trials : tuple of mapping
        Every candidate tried, with its inner cross-validated log-loss after calibration.
    oof : ndarray, shape (repeats, n)
        Calibrated probabilities of the rows, each from models fitted without the row.
    """

    family: Family
    model: LogisticModel | XGBoostModel
    choice: Mapping[str, Any]
    trials: tuple[Mapping[str, Any], ...]
    oof: Floats


def tune(family: Family, X: Floats, severity: Labels, features: Sequence[str], seed: int) -> Tuned:
    """Choose hyper-parameters by inner cross-validation, calibrate, and fit on all rows.

    Parameters
    ----------
    family : {"logistic", "xgboost"}
        Kind of model.
    X : ndarray, shape (n, d)
        Clinical values; NaN = missing.
    severity : ndarray of int, shape (n,)
        0 = no disease, 1 and above = disease.
    features : sequence of str
        Names of the columns of ``X``.
    seed : int
        Seed of the inner folds and of the search.
    """
    y = (severity > 0).astype(np.int64)
    loss = inner_loss(family, X, severity, features, seed)
    choice, trials = _grid(loss) if family == "logistic" else _study(loss, seed)
    # Fresh folds: on those of the search the winner looks better than it is.
    fresh = [assign_folds(y, INNER_FOLDS, seed + FRESH_SEED + i) for i in range(FRESH_REPEATS)]
    scores = _out_of_fold(family, X, severity, features, choice, fresh)
    scale = fit_platt(scores, y)
    model = _fit(family, X, severity, features, choice, scale)
    return Tuned(family, model, choice, trials, expit(scale(scores)))


def inner_loss(
    family: Family, X: Floats, severity: Labels, features: Sequence[str], seed: int
) -> Loss:
    """Return the function a search makes small: the inner cross-validated log-loss of a choice.

    Parameters are those of :func:`tune`. The loss is that after calibration.
    """
    y = (severity > 0).astype(np.int64)
    folds = [assign_folds(y, INNER_FOLDS, seed + i) for i in range(INNER_REPEATS[family])]

    def loss(choice: Mapping[str, Any]) -> float:
        scores = _out_of_fold(family, X, severity, features, choice, folds)
        return _log_loss(y, fit_platt(scores, y)(scores))

    return loss


def refit(tuned: Tuned, X: Floats, severity: Labels, rows: NDArray[np.int64], seed: int) -> Tuned:
    """Repeat fit and calibration on a bootstrap sample, with the hyper-parameters kept.

    A patient drawn twice stays in one inner fold, so that calibration never sees a training row.
    """
    y = (severity > 0).astype(np.int64)
    folds = [assign_folds(y, INNER_FOLDS, seed)[rows]]
    features, choice = tuned.model.features, tuned.choice
    X, severity, y = X[rows], severity[rows], y[rows]
    scores = _out_of_fold(tuned.family, X, severity, features, choice, folds)
    scale = fit_platt(scores, y)
    model = _fit(tuned.family, X, severity, features, choice, scale)
    return dataclasses.replace(tuned, model=model, oof=expit(scale(scores)))


def _fit(
    family: Family,
    X: Floats,
    severity: Labels,
    features: Sequence[str],
    choice: Mapping[str, Any],
    scale: Calibration,
) -> LogisticModel | XGBoostModel:
    name = f"{family}-{len(features)}"
    if family == "logistic":
        plain = fit_logistic(
            X, severity, name=name, features=features, fields=DIAGNOSTIC, penalty=choice["penalty"]
        )
        return plain.calibrated(scale)
    booster = fit_booster(X, (severity > 0).astype(np.int64), features, choice)
    return XGBoostModel(name, tuple(features), booster, scale)


def _out_of_fold(
    family: Family,
    X: Floats,
    severity: Labels,
    features: Sequence[str],
    choice: Mapping[str, Any],
    folds: Sequence[NDArray[np.int64]],
) -> Floats:
    """Return raw scores of shape (repeats, n), each row scored without its own fold."""
    scores = np.empty((len(folds), len(X)))
    for repeat, fold in enumerate(folds):
        for number in np.unique(fold):
            held = fold == number
            scores[repeat, held] = _raw_scores(
                family, X[~held], severity[~held], X[held], features, choice
            )
    return scores


def _raw_scores(
    family: Family,
    X: Floats,
    severity: Labels,
    new: Floats,
    features: Sequence[str],
    choice: Mapping[str, Any],
) -> Floats:
    if family == "logistic":
        model = fit_logistic(
            X, severity, name="", features=features, fields=DIAGNOSTIC, penalty=choice["penalty"]
        )
        return model.log_odds(new)
    return margins(fit_booster(X, (severity > 0).astype(np.int64), features, choice), new)


def _grid(loss: Loss) -> tuple[dict[str, Any], tuple[dict[str, Any], ...]]:
    trials = tuple({"penalty": value, "loss": loss({"penalty": value})} for value in PENALTIES)
    best = min(trials, key=lambda trial: trial["loss"])
    return {"penalty": best["penalty"]}, trials


def _study(loss: Loss, seed: int) -> tuple[dict[str, Any], tuple[dict[str, Any], ...]]:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(lambda trial: loss(suggest(trial)), n_trials=TRIALS)
    trials = tuple({**trial.params, "loss": trial.value} for trial in study.trials)
    return dict(study.best_params), trials


def suggest(trial: optuna.Trial) -> dict[str, Any]:
    """Return the hyper-parameters of boosted trees that a trial proposes."""
    return {
        "rounds": trial.suggest_int("rounds", 30, 150, step=10),
        "max_depth": trial.suggest_int("max_depth", 1, 3),
        "eta": trial.suggest_float("eta", 0.03, 0.3, log=True),
        "subsample": trial.suggest_float("subsample", 0.5, 1.0),
        "colsample_bytree": trial.suggest_float("colsample_bytree", 0.3, 1.0),
        "min_child_weight": trial.suggest_float("min_child_weight", 0.5, 10.0, log=True),
        "lambda": trial.suggest_float("lambda", 0.3, 30.0, log=True),
    }


def _log_loss(y: Labels, log_odds: Floats) -> float:
    return float(np.mean(np.logaddexp(0.0, np.where(y == 1, -log_odds, log_odds))))
