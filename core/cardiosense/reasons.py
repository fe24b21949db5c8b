"""The reasons behind an estimate, as short phrases in the words of the fields."""

from __future__ import annotations

import numpy as np

from core.fields import FieldSet, FieldSpec

TOP = 3
SEPARATOR = "; "


def reason_texts(
    fields: FieldSet, values: np.ndarray, contributions: np.ndarray, *, top: int = TOP
) -> list[str]:
    """Return the strongest reasons of every patient, joined into one text a row.

    A reason names a field, its value and whether it raised or lowered the estimate against the
    reference patient of the model. Fields that contributed exactly nothing are no reasons.

    Parameters
    ----------
    fields : FieldSet
        The clinical fields, in column order.
    values : ndarray, shape (n, d)
        Clinical values; NaN where not given.
    contributions : ndarray, shape (n, d)
        Additive contributions in log-odds.
    top : int, default 3
        Greatest number of reasons a patient.

    Returns
    -------
    list of str
        One text a row, strongest reason first; empty where nothing contributed.
    """
    return [SEPARATOR.join(row) for row in _reasons(fields, values, contributions, top)]


def reason_list(
    fields: FieldSet, values: np.ndarray, contributions: np.ndarray, *, top: int = TOP
) -> tuple[str, ...]:
    """Return the strongest reasons of one patient, strongest first.

    Parameters
    ----------
    fields : FieldSet
        The clinical fields, in column order.
    values, contributions : ndarray, shape (d,)
        The patient's values and the additive contributions in log-odds.
    top : int, default 3
        Greatest number of reasons.
    """
    return _reasons(fields, np.atleast_2d(values), np.atleast_2d(contributions), top)[0]


def _reasons(
    fields: FieldSet, values: np.ndarray, contributions: np.ndarray, top: int
) -> list[tuple[str, ...]]:
    shape = (len(values), len(fields.fields))
    if values.shape != shape or contributions.shape != shape:
        message = f"expected {shape}, got {values.shape} values, {contributions.shape} shares"
        raise ValueError(message)
    order = np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :top]
    phrases = np.full(order.shape, "", dtype=object)
    for column in np.unique(order):
        at = np.nonzero(order == column)
        phrases[at] = _phrases(
            fields.fields[column], values[at[0], column], contributions[at[0], column]
        )
    return [tuple(filter(None, row)) for row in phrases.tolist()]


def _phrases(spec: FieldSpec, values: np.ndarray, contributions: np.ndarray) -> np.ndarray:
    # Equal values share one text, so a large table costs one format call per distinct value.
    distinct, which = np.unique(values, return_inverse=True)
    named = [f"{_in_sentence(spec.label)} ({spec.describe(value)})" for value in distinct]
    table = np.array([[f"lowered by {text}", "", f"raised by {text}"] for text in named], object)
    sign = np.sign(contributions).astype(int) + 1
    phrases: np.ndarray = table.reshape(-1, 3)[which, sign]
    return phrases


def _in_sentence(label: str) -> str:
    """Lower the first letter, except where the label starts with an abbreviation."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]
