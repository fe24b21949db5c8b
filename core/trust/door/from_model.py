"""Predictions out of a model object, whichever library it comes from."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import numpy as np

from core.errors import InputError
from core.trust.door.sentences import counted, listed, refused, show

_ERROR_LENGTH = 300
_SCORES = ("binary:logitraw", "rank:", "survival:")
_CALLS = ("multi:softmax", "binary:hinge")
_QUANTITIES = ("reg:", "count:")


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class ModelOutput:
    """What a model, or its user, says of n rows; each part as it was given.

    Attributes
    ----------
    proba : array-like or None
        Probabilities.
    pred : array-like or None
        Calls, or predicted quantities. ``None`` where they follow from the probabilities.
    classes : tuple or None
        The model's classes in the order of its columns.
    notes : tuple of str
        What was decided, in sentences.
    """

    proba: Any = None
    pred: Any = None
    classes: tuple[Any, ...] | None = None
    notes: tuple[str, ...] = ()


def model_predictions(
    model: object, X: object, *, y_prob: object = None, y_pred: object = None
) -> ModelOutput:
    """Ask a model for its predictions, unless they are given.

    Given probabilities are those that are judged, with the calls that follow from them: the model's
    own calls may be those of other probabilities (before recalibration, say).

    Parameters
    ----------
    model : object or None
        Anything with ``predict_proba`` or ``predict``, an XGBoost booster, or a function from rows
        to probabilities. ``None`` if predictions are given.
    X : array-like, shape (n, d)
        Rows in the form that the model takes.
    y_prob, y_pred : array-like, optional
        Predictions of the rows, if they are known.

    Returns
    -------
    ModelOutput

    Raises
    ------
    InputError
        If there is neither model nor prediction, or the model cannot predict these rows; the text
        holds the model's own message.
    """
    classes = _classes(model)
    if y_prob is not None or y_pred is not None:
        return ModelOutput(y_prob, y_pred, classes if y_prob is not None else None)
    if model is None:
        raise refused("model", "is missing.", "Give a model, or its predictions as y_prob.")
    if isinstance(model, type):
        raise refused("model", f"is the class {model.__name__}.", "Give a fitted model of it.")
    if X is None:
        raise refused("X", "is missing.", "Give the rows that the model shall predict.")
    _check_features(model, X)
    if _is_booster(model):
        return _of_booster(model, X)
    if hasattr(model, "predict_proba"):
        proba = _asked(model.predict_proba, X, model)
        return ModelOutput(proba, None, classes)
    if hasattr(model, "predict"):
        name = type(model).__name__
        note = f"{name} gives no probabilities: only its calls can be judged."
        pred = _asked(model.predict, X, model)
        return ModelOutput(None, pred, classes, (note,) if classes else ())
    if callable(model):
        return ModelOutput(_asked(model, X, model))
    raise refused(
        "model",
        f"is a {type(model).__name__}, which cannot predict.",
        "Give an object with predict_proba or predict, a function, or y_prob.",
    )


def _classes(model: object) -> tuple[Any, ...] | None:
    try:
        found = np.asarray(getattr(model, "classes_", None))
    except Exception:  # an attribute of a model that is not fitted may raise anything
        return None
    return tuple(found.tolist()) if found.ndim == 1 and len(found) else None


def _check_features(model: object, rows: Any) -> None:
    try:
        expected, shape = getattr(model, "n_features_in_", None), np.shape(rows)
    except Exception:  # the model itself will say what is wrong
        return
    if not isinstance(expected, int | np.integer) or len(shape) != 2 or shape[1] == expected:
        return
    names = getattr(model, "feature_names_in_", None)
    which = "" if names is None else f": {listed(names)}"
    raise refused(
        "X",
        f"has {counted(shape[1], 'column')}, but the model was trained with {expected}{which}.",
        "Give the columns that the model was trained with, in the same order.",
    )


def _asked(ask: Callable[[Any], Any], X: object, model: object) -> Any:
    """Return the model's answer, which must have one row for each of X."""
    try:
        answer = ask(X)
    except Exception as error:  # whatever a foreign model raises
        raise _failed(model, error) from error
    if isinstance(answer, list) and answer and np.ndim(answer[0]) > 1:
        fix = "Audit one outcome at a time, and give its probabilities as y_prob."
        raise refused("model", f"predicts {len(answer)} outcomes at once.", fix)
    rows, found = _length(X), _length(answer)
    if rows is not None and found is not None and rows != found:
        raise refused(
            "model",
            f"answers with {counted(found, 'row')} for the {counted(rows, 'row')} of X.",
            "Give a model that predicts each row.",
        )
    return answer


def _length(values: Any) -> int | None:
    try:
        return int(np.shape(values)[0])
    except Exception:  # lists of unequal rows, or no rows at all: judged where they are read
        return None


def _failed(model: object, error: Exception) -> InputError:
    said = " ".join(str(error).split())[:_ERROR_LENGTH] or type(error).__name__
    return refused(
        "X",
        f"cannot be predicted by the model ({type(model).__name__}): {said.rstrip('.')}.",
        "Give a fitted model, and rows in the form it was trained with.",
    )


def _is_booster(model: object) -> bool:
    kind = type(model)
    return kind.__name__ == "Booster" and kind.__module__.startswith("xgboost")


def _of_booster(model: Any, X: object) -> ModelOutput:
    import xgboost

    objective = json.loads(model.save_config())["learner"]["objective"]["name"]
    if objective.startswith(_SCORES):
        raise refused(
            "model",
            f"has the objective {objective}, which gives scores, no probabilities.",
            "Train with binary:logistic or multi:softprob, or give calibrated y_prob.",
        )

    def predict(rows: Any) -> Any:
        if not isinstance(rows, xgboost.DMatrix):
            rows = xgboost.DMatrix(rows, feature_names=_names(model, rows))
        return model.predict(rows)

    found = _asked(predict, X, model)
    if objective.startswith(_CALLS):
        note = f"The objective {objective} gives no probabilities: only its calls can be judged."
        return ModelOutput(None, found, None, (note,))
    quantity = objective.startswith(_QUANTITIES) and objective != "reg:logistic"
    if quantity:
        return ModelOutput(None, found)
    if not objective.endswith((":logistic", ":softprob")):
        raise refused("model", f"has the objective {show(objective)}.", "Give y_prob or y_pred.")
    return ModelOutput(found)


def _names(model: Any, rows: Any) -> list[str] | None:
    """Return the booster's own names for rows that have none."""
    return None if hasattr(rows, "columns") else model.feature_names
