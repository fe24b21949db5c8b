"""Predictions of one of the suite's models for rows it had never seen, ready to be audited."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.trust.door.inputs import read_predictions
from core.trust.predictions import Predictions


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """What a model said about rows outside its training.

    Attributes
    ----------
    key : str
        Name in the address bar and on the command line, such as ``"cardiosense-logistic-13"``.
    title : str
        Name for people.
    how : str
        How the rows were held out, in a sentence.
    data : str
        The rows, in a few words.
    y : ndarray of int, shape (n,)
        Outcome: 0 or 1.
    p : ndarray, shape (n,)
        Probability of outcome 1.
    classes : tuple of str
        What 0 and 1 stand for.
    threshold : float
        Probability from which the model calls a row positive.
    groups : mapping of str to array of length n
        Attributes to compare; empty where the data hold none.
    features : DataFrame, n rows
        What the model saw.
    """

    key: str
    title: str
    how: str
    data: str
    y: NDArray[np.int64]
    p: NDArray[np.float64]
    classes: tuple[str, str]
    threshold: float
    groups: Mapping[str, NDArray[np.object_]]
    features: pd.DataFrame

    def predictions(self) -> Predictions:
        """Return the predictions in the form that an audit reads."""
        names = np.array(self.classes, dtype=object)
        return read_predictions(
            names[self.y],
            self.p,
            threshold=self.threshold,
            groups=dict(self.groups) or None,
            features=self.features,
            classes=self.classes,
            positive=self.classes[1],
        )
