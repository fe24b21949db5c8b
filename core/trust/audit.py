"""One call that says what is shown of a model, what is not, and what nobody can know yet."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from core.errors import InputError
from core.trust.assemble import AREAS, Area, estimates_audit, predictions_audit
from core.trust.door.from_model import model_predictions
from core.trust.door.inputs import read_estimates, read_predictions
from core.trust.door.task import detect_task
from core.trust.policy import Policy
from core.trust.policy import policy as named_policy
from core.trust.predictions import Estimates, Predictions
from core.trust.result import Audit

DEFAULT_POLICY = "clinical-strict"


def audit(
    y: object,
    proba: object = None,
    *,
    pred: object = None,
    groups: object = None,
    batch: object = None,
    features: object = None,
    embeddings: object = None,
    threshold: float = 0.5,
    classes: object = None,
    positive: object = None,
    task: str = "auto",
    policy: str | Policy = DEFAULT_POLICY,
    areas: Sequence[str] = AREAS,
    seed: int = 0,
) -> Audit:
    """Audit predictions against outcomes; no model is needed.

    Parameters
    ----------
    y, proba, pred, groups, batch, features, embeddings, threshold, classes, positive
        As for :func:`core.trust.door.inputs.read_predictions`, of rows the model was not trained
        on. For a quantity ``pred`` is the predicted one.
    task : {"auto", "classification", "binary", "multiclass", "regression"}
        What was predicted.
    policy, areas, seed
        As for :func:`judge`.

    Raises
    ------
    InputError
        Names the argument, what is wrong with how many rows, and the fix.
    NotEnoughDataError
        If there is no row.
    """
    kind, said = detect_task(y, proba, pred, task)
    context: dict[str, Any] = {
        "groups": groups,
        "batch": batch,
        "features": features,
        "embedding": embeddings,
    }
    read: Predictions | Estimates
    if kind == "regression":
        if pred is None:
            raise InputError("pred: is missing. Give the predicted quantity of each row.")
        read = read_estimates(y, pred, **context)
    else:
        read = read_predictions(
            y, proba, pred=pred, threshold=threshold, classes=classes, positive=positive, **context
        )
    return judge(read, policy=policy, areas=areas, seed=seed, notes=said)


def analyze(
    model: object,
    X: Any,
    y: object,
    y_prob: object = None,
    *,
    y_pred: object = None,
    groups: object = None,
    embeddings: object = None,
    batch: object = None,
    threshold: float = 0.5,
    classes: object = None,
    positive: object = None,
    task: str = "auto",
    policy: str | Policy = DEFAULT_POLICY,
    areas: Sequence[str] = AREAS,
    seed: int = 0,
) -> Audit:
    """Audit a model on rows it was not trained on.

    Parameters
    ----------
    model : object or None
        A scikit-learn or XGBoost model, anything with ``predict_proba`` or ``predict``, or a
        function from rows to probabilities; ``None`` if the predictions are given.
    X : array-like or data frame, shape (n, d)
        The rows, in the form the model takes.
    y_prob, y_pred : array-like, optional
        Predictions that take the place of the model's own.
    y, groups, embeddings, batch, threshold, classes, positive, task, policy, areas, seed
        As for :func:`audit`; it also says what is raised.
    """
    output = model_predictions(model, X, y_prob=y_prob, y_pred=y_pred)
    columns = output.classes if classes is None else classes
    found = audit(
        y,
        output.proba,
        pred=output.pred,
        groups=groups,
        batch=batch,
        features=_table(X),
        embeddings=embeddings,
        threshold=threshold,
        classes=columns,
        positive=positive,
        task=task,
        policy=policy,
        areas=areas,
        seed=seed,
    )
    return dataclasses.replace(found, notes=(*output.notes, *found.notes))


def judge(
    read: Predictions | Estimates,
    *,
    policy: str | Policy = DEFAULT_POLICY,
    areas: Sequence[str] = AREAS,
    seed: int = 0,
    notes: tuple[str, ...] = (),
) -> Audit:
    """Audit predictions that have been read.

    Parameters
    ----------
    read : Predictions or Estimates
        What was predicted of whom; with quantities, their intervals too.
    policy : str or Policy, default "clinical-strict"
        Claims and limits; see :mod:`core.trust.policy`.
    areas : sequence of str
        Parts to measure, by default all. A claim of the policy whose part is left out stays without
        evidence.
    seed : int, default 0
        Seed of everything that is drawn at random. Equal input and seed give an equal result.
    notes : tuple of str
        Remarks to put before those of the input.

    Raises
    ------
    InputError
        If there is no such policy or part.
    """
    rules, parts = named_policy(policy), _areas(areas)
    if isinstance(read, Estimates):
        found = estimates_audit(read, rules, parts, seed)
    else:
        found = predictions_audit(read, rules, parts, seed)
    return dataclasses.replace(found, notes=(*notes, *found.notes))


def _table(X: Any) -> Any:
    """Return rows that are a table of features; text, images and sparse rows are not searched."""
    if isinstance(X, pd.DataFrame) or (isinstance(X, np.ndarray) and X.ndim == 2):
        return X
    nested = isinstance(X, list) and bool(X) and isinstance(X[0], list | tuple)
    return X if nested else None


def _areas(areas: Sequence[str]) -> tuple[Area, ...]:
    asked = (areas,) if isinstance(areas, str) else tuple(areas)
    unknown = [area for area in asked if area not in AREAS]
    if unknown:
        names = ", ".join(repr(area) for area in unknown)
        raise InputError(f"areas: {names} is no part of an audit. Choose among {', '.join(AREAS)}.")
    return tuple(area for area in AREAS if area in asked)
