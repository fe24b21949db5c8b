"""From cases to a tuned, calibrated model: the same steps in production and in every outer fold."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.breast_cancer.linear import fit_linear
from core.stats.platt import Calibration, fit_platt
from core.stats.resample import assign_folds

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Folds = Sequence[NDArray[np.int64]]
Choice = Mapping[str, Any]
Family = Literal["logistic", "svm", "forest"]
FAMILIES: tuple[Family, ...] = ("logistic", "svm", "forest")

INNER_FOLDS = 5
SEARCH_REPEATS = 3
FRESH_SEED = 500_000
FRESH_REPEATS: Mapping[Family, int] = {"logistic": 3, "svm": 3, "forest": 1}
TREES = 300
GRIDS: Mapping[Family, Mapping[str, tuple[Any, ...]]] = {
    "logistic": {"penalty": (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)},
    "svm": {"C": (1.0, 3.0, 10.0, 30.0), "gamma": (0.003, 0.01, 0.03)},
    "forest": {"max_features": (5, 10), "min_samples_leaf": (1, 3)},
}
NO_CALIBRATION = Calibration(0.0, 1.0)


class Scorer(Protocol):
    """A fitted model before calibration."""

    def __call__(self, X: Floats) -> Floats:
        """Return a raw score for each case, rising with the risk, shape (n,)."""


@dataclasses.dataclass(frozen=True)
class Tuned:
    """A fitted, calibrated model with the choices that led to it.

    Attributes
    ----------
    family : {"logistic", "svm", "forest"}
        Kind of model.
    fitted : object
        The model fitted on all rows given, before calibration: a ``LinearModel``, or an estimator
        of scikit-learn.
    calibration : Calibration
        From its raw score to log-odds.
    choice : mapping
        The hyper-parameters chosen.
    trials : tuple of mapping
        Every candidate tried, with its inner log-loss.
    oof : ndarray, shape (repeats, n)
        Calibrated probabilities of the rows, each from a model fitted without the row.
    """

    family: Family
    fitted: Any
    calibration: Calibration
    choice: Choice
    trials: tuple[Choice, ...]
    oof: Floats

    def log_odds(self, X: Floats) -> Floats:
        """Return the calibrated log-odds of malignancy, shape (n,)."""
        return self.calibration(scorer(self.family, self.fitted)(X))


def tune(family: Family, X: Floats, y: Labels, seed: int) -> Tuned:
    """Choose hyper-parameters by inner cross-validation, calibrate, and fit on all rows.

    The forest is chosen by its out-of-bag cases instead, which cost no further fits.

    Parameters
    ----------
    family : {"logistic", "svm", "forest"}
        Kind of model.
    X : ndarray, shape (n, 30)
        Complete cases.
    y : ndarray of int, shape (n,)
        1 = malignant, 0 = benign.
    seed : int
        Seed of the inner folds and of the forest.
    """
    folds = [assign_folds(y, INNER_FOLDS, seed + i) for i in range(SEARCH_REPEATS)]
    trials = tuple(
        {**choice, "loss": _search_loss(family, X, y, choice, folds)} for choice in _grid(family)
    )
    best = min(trials, key=lambda trial: trial["loss"])
    choice = {key: value for key, value in best.items() if key != "loss"}
    # Fresh folds: on those of the search the winner looks better than it is.
    fresh = [
        assign_folds(y, INNER_FOLDS, seed + FRESH_SEED + i) for i in range(FRESH_REPEATS[family])
    ]
    scores = out_of_fold(family, X, y, choice, fresh)
    plain = family == "logistic" and not calibration_helps(scores, y, fresh)
    line = NO_CALIBRATION if plain else fit_platt(scores, y)
    fitted = fit(family, X, y, choice, seed)
    return Tuned(family, fitted, line, choice, trials, expit(line(scores)))


def refit(tuned: Tuned, X: Floats, y: Labels, folds: Folds) -> Tuned:
    """Repeat fit and calibration on a bootstrap sample, with the choices kept.

    Parameters
    ----------
    tuned : Tuned
        The model whose choices are kept, whether to calibrate among them.
    X, y : ndarray, shape (n, 30) and (n,)
        The bootstrap sample.
    folds : sequence of ndarray of int, shape (n,)
        Inner folds; all copies of a case must be in one, so that calibration never sees a case
        the model was fitted on.
    """
    fitted = fit(tuned.family, X, y, tuned.choice, seed=0)
    if tuned.calibration == NO_CALIBRATION:
        return dataclasses.replace(tuned, fitted=fitted)
    line = fit_platt(out_of_fold(tuned.family, X, y, tuned.choice, folds), y)
    return dataclasses.replace(tuned, fitted=fitted, calibration=line)


def calibration_helps(scores: Floats, y: Labels, folds: Folds) -> bool:
    """Return whether Platt scaling lowers the log-loss of folds it was not fitted on.

    Parameters
    ----------
    scores : ndarray, shape (repeats, n)
        Out-of-fold log-odds.
    y : ndarray of int, shape (n,)
        The outcomes.
    folds : sequence of ndarray of int, shape (n,)
        The folds of each repeat.
    """
    scaled = np.empty_like(scores)
    for row, score, fold in zip(scaled, scores, folds, strict=True):
        for number in np.unique(fold):
            held = fold == number
            row[held] = fit_platt(score[~held], y[~held])(score[held])
    return log_loss(y, scaled) < log_loss(y, scores)


def out_of_fold(family: Family, X: Floats, y: Labels, choice: Choice, folds: Folds) -> Floats:
    """Return raw scores of shape (repeats, n), each case scored without its own fold."""
    scores = np.empty((len(folds), len(X)))
    for row, fold in zip(scores, folds, strict=True):
        for number in np.unique(fold):
            held = fold == number
            fitted = fit(family, X[~held], y[~held], choice, seed=int(number))
            row[held] = scorer(family, fitted)(X[held])
    return scores


def fit(family: Family, X: Floats, y: Labels, choice: Choice, seed: int) -> Any:
    """Fit one model with given hyper-parameters; scaling is part of it."""
    if family == "logistic":
        return fit_linear(X, y, choice["penalty"])
    if family == "svm":
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import SVC

        return make_pipeline(StandardScaler(), SVC(**choice)).fit(X, y)
    return _forest(X, y, choice, seed, oob=False)


def scorer(family: Family, fitted: Any) -> Scorer:
    """Return the raw score of a fitted model: log-odds, margin, or mean share of the trees."""
    if family == "logistic":
        return fitted.log_odds  # type: ignore[no-any-return]
    if family == "svm":
        return fitted.decision_function  # type: ignore[no-any-return]

    def share(X: Floats) -> Floats:
        p: Floats = fitted.predict_proba(X)[:, 1]
        return p

    return share


def log_loss(y: Labels, log_odds: Floats) -> float:
    """Return the mean log-loss; several rows of log-odds are repeats."""
    return float(np.mean(np.logaddexp(0.0, np.where(y == 1, -log_odds, log_odds))))


def _search_loss(family: Family, X: Floats, y: Labels, choice: Choice, folds: Folds) -> float:
    if family == "forest":
        bagged = _forest(X, y, choice, seed=0, oob=True)
        scores = bagged.oob_decision_function_[None, :, 1]
    else:
        scores = out_of_fold(family, X, y, choice, folds)
    if family == "logistic":
        return log_loss(y, scores)
    return log_loss(y, fit_platt(scores, y)(scores))


def _grid(family: Family) -> list[dict[str, Any]]:
    names, values = GRIDS[family].keys(), GRIDS[family].values()
    return [dict(zip(names, point, strict=True)) for point in itertools.product(*values)]


def _forest(X: Floats, y: Labels, choice: Choice, seed: int, *, oob: bool) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        n_estimators=TREES, random_state=seed, n_jobs=1, oob_score=oob, **choice
    )
    return forest.fit(X, y)
