"""Which cases the models get wrong, how surely, and whether their values fit together.

Everything rests on the stored nested predictions: each of the 569 cases was predicted once a repeat
by a model that had not seen it. Counts at a threshold are means over the repeats, so they need not
be whole; a mean of the probabilities would be another, slightly better model than the one shipped.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer import data, nested
from core.breast_cancer.decision_curve import DecisionCurve, decision_curve
from core.breast_cancer.integrity import blamed, fit_reference
from core.breast_cancer.operating import AtThreshold, at_threshold
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import resolve_threshold
from core.breast_cancer.tuning import Family

Floats = NDArray[np.float64]

MAJORITY = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class WrongCase:
    """A case on the wrong side of the threshold.

    Attributes
    ----------
    number : int
        Case number, counted from 1 as in the source.
    malignant : bool
        What histology found: a missed cancer if true, a false alarm if not.
    p : float
        Mean probability of malignancy over the repeats.
    share_wrong : float
        Share of the repeats in which the case is on the wrong side.
    held : bool
        Whether the case was held out from the shipped models.
    ood_p : float
        Conformal p value that its values fit together, by a reference without the case.
    blame : str
        Column that fits the others least.
    blame_ratio : float
        Its value over the one the others suggest.
    """

    number: int
    malignant: bool
    p: float
    share_wrong: float
    held: bool
    ood_p: float
    blame: str
    blame_ratio: float

    def to_dict(self) -> dict[str, Any]:
        """Return the case as plain data."""
        return dataclasses.asdict(self)


def threshold_figures(
    threshold: float | None = None, prevalence: float | None = None, model: Family = "logistic"
) -> AtThreshold:
    """Return what a threshold does on cases the models had not seen.

    Parameters
    ----------
    threshold : float, optional
        Probability from which a case is called malignant; by default that of the models.
    prevalence : float, optional
        Share of malignant cases for predictive values and counts; by default that of the table.
    model : {"logistic", "svm", "forest"}
        Kind of model.

    Raises
    ------
    InputError
        If threshold or prevalence is not strictly between 0 and 1.
    """
    limit = resolve_threshold(threshold)
    return at_threshold(data.wdbc().y, nested.stored()[model].p, limit, prevalence)


def net_benefit_curve(model: Family = "logistic") -> DecisionCurve:
    """Return the decision curve of one kind of model on cases it had not seen."""
    return decision_curve(data.wdbc().y, nested.stored()[model].p)


def wrong_cases(
    threshold: float | None = None, model: Family = "logistic", at_least: float = MAJORITY
) -> tuple[WrongCase, ...]:
    """Return the cases on the wrong side of the threshold, missed cancers first.

    Parameters
    ----------
    threshold : float, optional
        As in :func:`threshold_figures`.
    model : {"logistic", "svm", "forest"}
        Kind of model.
    at_least : float
        Share of the repeats in which a case must be wrong to be listed.

    Returns
    -------
    tuple of WrongCase
        Of missed cancers and of false alarms, the surest errors first.
    """
    limit = resolve_threshold(threshold)
    cohort, p = data.wdbc(), nested.stored()[model].p
    malignant = cohort.y == 1
    share_wrong = ((p >= limit) != malignant).mean(axis=0)
    mean_p = p.mean(axis=0)
    ood_p, columns, ratios = case_integrity()
    listed = np.nonzero((share_wrong >= at_least) & (share_wrong > 0))[0]
    surest = sorted(
        listed, key=lambda i: (not malignant[i], mean_p[i] if malignant[i] else -mean_p[i])
    )
    return tuple(
        WrongCase(
            number=int(i) + 1,
            malignant=bool(malignant[i]),
            p=float(mean_p[i]),
            share_wrong=float(share_wrong[i]),
            held=bool(cohort.held[i]),
            ood_p=float(ood_p[i]),
            blame=FEATURES.names[columns[i]],
            blame_ratio=float(ratios[i]),
        )
        for i in surest
    )


@functools.cache
def case_integrity() -> tuple[Floats, NDArray[np.intp], Floats]:
    """Return how well the values of each case fit together, by references without the case.

    Returns
    -------
    p, columns, ratios : ndarray, each of shape (569,)
        Conformal p value, index of the column that fits least, and its value over the expected one.
    """
    X = data.wdbc().X
    reference = fit_reference(X)
    residuals = reference.calibration_residuals  # each from a fit without the case
    scores = np.abs(residuals).max(axis=1)
    at_least = len(scores) - np.searchsorted(np.sort(scores), scores, side="left")
    columns, ratios = blamed(reference, X, residuals)
    return at_least / len(scores), columns, ratios
