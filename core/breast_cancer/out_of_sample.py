"""What the models said about cases they had never seen, for an audit of any of them."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import pandas as pd

from core.breast_cancer import data, nested
from core.breast_cancer.model import models
from core.breast_cancer.nested import OutOfFold
from core.breast_cancer.schema import FEATURES
from core.trust import HeldOut

REPEAT = 0
"""The repeat of the nested cross-validation that is audited: one prediction a case."""

NAMES = {"logistic": "logistic model", "svm": "support vector machine", "forest": "random forest"}


@functools.cache
def held_out() -> tuple[HeldOut, ...]:
    """Return the held-out predictions of every model, the champion first."""
    return from_nested(nested.stored(), models().operating.threshold)


def from_nested(found: Mapping[str, OutOfFold], threshold: float) -> tuple[HeldOut, ...]:
    """Return the predictions of the nested cross-validation.

    Parameters
    ----------
    found : mapping of str to OutOfFold
        The predictions of each kind of model.
    threshold : float
        Probability from which the suite calls a case malignant.
    """
    cohort = data.wdbc()
    features = pd.DataFrame(cohort.X, columns=list(FEATURES.names))
    return tuple(
        HeldOut(
            key=f"breast-cancer-{name}",
            title=f"Breast cancer, {NAMES[name]}",
            how="Nested 5-fold cross-validation, tuning and calibration inside the training folds; "
            f"the first of {len(one.p)} repeats.",
            data="Wisconsin Diagnostic Breast Cancer; no attribute of the patients is known",
            y=cohort.y,
            p=one.p[REPEAT],
            classes=("benign", "malignant"),
            threshold=threshold,
            groups={},
            features=features,
        )
        for name, one in found.items()
    )
