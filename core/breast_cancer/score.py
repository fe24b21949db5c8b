"""Benign or malignant, and do the values fit together? One answer for page, API, CLI and report."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from core.breast_cancer import geometry
from core.breast_cancer.integrity import FLAG_LEVEL, Blame, blame, blamed, unit_guesses
from core.breast_cancer.model import Models, models
from core.breast_cancer.schema import FEATURES
from core.errors import InputError, Problem
from core.fields import record_hash
from core.viz.theme import StatusName

Floats = NDArray[np.float64]
Decision = Literal["malignant", "benign", "withheld"]

INTERVAL_LEVEL = 0.90
DECIMALS = 6  # one case and a table then agree to the byte, whatever the array shapes
LOWEST, HIGHEST = 10**-DECIMALS, 1 - 10**-DECIMALS
"""Limits of a threshold: no finer than the estimates it is held against."""

OUTPUT_COLUMNS = (
    "p_malignant", "decision", "ood_p", "blame", "blame_ratio", "flags", "model",
)  # fmt: skip
NOT_FITTING = "values do not fit together"

DECISIONS: Mapping[Decision, tuple[StatusName, str]] = {
    "malignant": ("attention", "Called malignant"),
    "benign": ("ok", "Called benign"),
    "withheld": ("critical", "No call: check the data first"),
}
"""How each decision is shown."""

SEPARATOR = "; "


@dataclasses.dataclass(frozen=True, slots=True)
class CaseScore:
    """The answer for one case, with what qualifies it.

    Attributes
    ----------
    p, low, high : float
        Calibrated probability of malignancy with its interval (bootstrap refits), 0 to 1.
    level : float
        Coverage level of the interval.
    threshold : float
        Probability from which a case is called malignant.
    decision : {"malignant", "benign", "withheld"}
        The call. A case below the threshold whose values do not fit together is not called benign:
        the call is withheld until the data are checked.
    forest_p : float
        The random forest's estimate for the same case.
    ood_p : float
        Conformal p value that the values fit together as those of the training cases do.
    flagged : bool
        Whether ``ood_p`` is at or below the flag level.
    blame : Blame
        The column that fits the others least.
    flags : tuple of str
        What to know before using the answer.
    model : str
        Name and hash of the models.
    input_hash : str
        SHA-256 of the canonical input.
    """

    p: float
    low: float
    high: float
    level: float
    threshold: float
    decision: Decision
    forest_p: float
    ood_p: float
    flagged: bool
    blame: Blame
    flags: tuple[str, ...]
    model: str
    input_hash: str

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as plain, JSON-safe data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return plain | {"blame": self.blame.to_dict(), "flags": list(self.flags)}


def parse_case(record: Mapping[str, object]) -> dict[str, float]:
    """Validate one case and return its thirty values.

    Raises
    ------
    InputError
        If a value is missing or refused: nothing is imputed.
    """
    return FEATURES.parse(record)[0]


def to_row(values: Mapping[str, float]) -> Floats:
    """Return the values of a case in the order of the fields, shape (30,)."""
    return np.array([values[name] for name in FEATURES.names])


def default_threshold() -> float:
    """Return the threshold the models come with."""
    return models().operating.threshold


def resolve_threshold(threshold: float | None) -> float:
    """Return the threshold in use: the one asked for, else the one the models come with.

    Raises
    ------
    InputError
        If it is not a number from ``LOWEST`` to ``HIGHEST``.
    """
    if threshold is None:
        return default_threshold()
    is_number = isinstance(threshold, (int, float)) and not isinstance(threshold, bool)
    if not is_number or not LOWEST <= threshold <= HIGHEST:
        message = f"is not a probability strictly between 0 and 1 ({LOWEST:f} to {HIGHEST:f})."
        fix = "Give a threshold such as 0.1."
        raise InputError.from_problems(
            (Problem("threshold", str(threshold), "threshold", f"{threshold} {message}", fix),)
        )
    return float(threshold)


def score_case(record: Mapping[str, object], threshold: float | None = None) -> CaseScore:
    """Answer for one case.

    Parameters
    ----------
    record : mapping
        Field name to value; all thirty are needed.
    threshold : float, optional
        Probability from which a case is called malignant; by default that of the models.

    Raises
    ------
    InputError
        If a value or the threshold is refused.
    """
    values = parse_case(record)
    limit = resolve_threshold(threshold)
    loaded = models()
    row = to_row(values)[None]
    p = expit(loaded.champion.log_odds(row))
    tail = (1 - INTERVAL_LEVEL) / 2
    refits = expit(np.quantile(loaded.champion.refits(row)[:, 0], (tail, 1 - tail)))
    answers = _answers(loaded, row, limit)
    found = blame(loaded.reference, row[0])
    flagged = bool(answers["ood_p"][0] <= FLAG_LEVEL)
    return CaseScore(
        p=float(answers["p_malignant"][0]),
        low=round(float(min(refits[0], p[0])), DECIMALS),
        high=round(float(max(refits[1], p[0])), DECIMALS),
        level=INTERVAL_LEVEL,
        threshold=limit,
        decision=answers["decision"][0],
        forest_p=round(float(loaded.forest.probability(row)[0]), DECIMALS),
        ood_p=float(answers["ood_p"][0]),
        flagged=flagged,
        blame=found,
        flags=((found.sentence(),) if flagged else ()) + geometry.sentences(values),
        model=loaded.tag,
        input_hash=record_hash(values),
    )


def score_array(X: Floats, threshold: float | None = None) -> dict[str, NDArray[Any]]:
    """Answer for many complete cases, column by column.

    Parameters
    ----------
    X : ndarray, shape (n, 30)
        Validated values in the order of the fields; a row with a missing value has the decision
        ``refused``, no probability, and no p value.
    threshold : float, optional
        As in :func:`score_case`.

    Returns
    -------
    dict of str to ndarray, each of shape (n,)
        ``OUTPUT_COLUMNS``, in order.
    """
    loaded, limit = models(), resolve_threshold(threshold)
    complete = ~np.isnan(X).any(axis=1)
    if complete.all():
        return _answers(loaded, X, limit)
    found = _answers(loaded, X[complete], limit)
    whole: dict[str, NDArray[Any]] = {}
    for name, column in found.items():
        blank: Any = np.nan if column.dtype.kind == "f" else ""
        whole[name] = np.full(len(X), blank, dtype=column.dtype)
        whole[name][complete] = column
    whole["decision"][~complete] = "refused"
    return whole


def score_frame(values: pd.DataFrame, threshold: float | None = None) -> pd.DataFrame:
    """Answer for every row of a validated table.

    Parameters
    ----------
    values : DataFrame, shape (n, 30)
        The columns of ``FEATURES`` as floats, NaN where missing or refused.
    threshold : float, optional
        As in :func:`score_case`.

    Returns
    -------
    DataFrame, shape (n, 7)
        ``OUTPUT_COLUMNS`` on the same index.
    """
    columns = score_array(values[list(FEATURES.names)].to_numpy(float), threshold)
    return pd.DataFrame(columns, index=values.index)


def _answers(loaded: Models, X: Floats, threshold: float) -> dict[str, NDArray[Any]]:
    p = np.round(expit(loaded.champion.log_odds(X)), DECIMALS)
    residuals = loaded.reference.residuals(X)
    ood_p = np.round(loaded.reference.p_value(np.abs(residuals).max(axis=1)), DECIMALS)
    columns, ratios = blamed(loaded.reference, X, residuals)
    flagged = ood_p <= FLAG_LEVEL
    below = np.where(flagged, "withheld", "benign")
    return {
        "p_malignant": p,
        "decision": np.where(p >= threshold, "malignant", below).astype(object),
        "ood_p": ood_p,
        "blame": np.array(FEATURES.names, dtype=object)[columns],
        "blame_ratio": np.round(ratios, DECIMALS),
        "flags": _flags(loaded, X, residuals, columns, flagged),
        "model": np.full(len(X), loaded.tag, dtype=object),
    }


def _flags(
    loaded: Models,
    X: Floats,
    residuals: Floats,
    columns: NDArray[np.intp],
    flagged: NDArray[np.bool_],
) -> NDArray[np.object_]:
    """Return the flags of each row as one text; rows without any share the empty text."""
    texts = np.full(len(X), "", dtype=object)
    rows = np.nonzero(flagged)[0]
    at = (rows, columns[rows])
    guesses = unit_guesses(loaded.reference, columns[rows], X[at], residuals[at])
    texts[rows] = NOT_FITTING
    guessed = guesses != ""
    texts[rows[guessed]] = NOT_FITTING + ", looks like a unit " + guesses[guessed]
    for mask, text in geometry.violations(X):
        texts[mask] = np.where(texts[mask] == "", text, texts[mask] + (SEPARATOR + text))
    return texts
