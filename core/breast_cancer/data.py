"""The Wisconsin table, held to its contract, and the cases kept out of every training."""

from __future__ import annotations

import dataclasses
import functools
import hashlib

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.schema import FEATURES
from core.errors import ArtifactError

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]

ROWS, MALIGNANT = 569, 212
SHA256 = "3019c221882c9c756a9b1c76da7ad72cf606ffe8e51791044aeaadeb33efbd12"
HELD_SHARE = 0.1


@dataclasses.dataclass(frozen=True)
class Cohort:
    """Cases with their diagnosis.

    Attributes
    ----------
    X : ndarray, shape (n, 30)
        Values in the order of ``FEATURES``.
    y : ndarray of int, shape (n,)
        1 = malignant, 0 = benign, by histology.
    held : ndarray of bool, shape (n,)
        Cases that no shipped model or reference has seen: a tenth of either class, chosen by the
        hash of the row. The example cases come from them.
    """

    X: Floats
    y: Labels
    held: Mask

    @property
    def train(self) -> Mask:
        """Cases the shipped models and the reference are made from, shape (n,)."""
        return ~self.held

    @property
    def n(self) -> int:
        """Number of cases."""
        return len(self.y)


@functools.cache
def wdbc() -> Cohort:
    """Return the 569 cases that come with scikit-learn.

    Raises
    ------
    ArtifactError
        If the table is not the one the models were made from.
    """
    from sklearn.datasets import load_breast_cancer

    stored = load_breast_cancer()
    names = tuple(str(name).replace(" ", "_") for name in stored.feature_names)
    X = np.ascontiguousarray(stored.data, dtype=np.float64)
    y = (np.asarray(stored.target) == 0).astype(np.int64)  # there, 0 means malignant
    digest = checksum(X, y)
    if names != FEATURES.names or digest != SHA256:
        raise ArtifactError(
            "The Wisconsin table of the installed scikit-learn is not the one the models were "
            f"made from (SHA-256 {digest[:12]}, expected {SHA256[:12]}). Install the range given "
            "in requirements.txt."
        )
    for array in (X, y):
        array.setflags(write=False)
    return Cohort(X, y, _held(X, y))


def prevalence() -> float:
    """Return the share of malignant cases in the table."""
    return float(wdbc().y.mean())


def checksum(X: Floats, y: Labels) -> str:
    """Return the SHA-256 of a table: its values as little-endian doubles, then the diagnoses."""
    return hashlib.sha256(X.astype("<f8").tobytes() + y.astype("<i8").tobytes()).hexdigest()


def _held(X: Floats, y: Labels) -> Mask:
    """Choose a tenth of either class by hash, so that no library version can change the choice."""
    order = np.array([int(hashlib.sha256(row.astype("<f8").tobytes()).hexdigest()[:12], 16)
                      for row in X])  # fmt: skip
    held = np.zeros(len(y), dtype=bool)
    for label in (0, 1):
        members = np.nonzero(y == label)[0]
        count = round(HELD_SHARE * len(members))
        held[members[np.argsort(order[members], kind="stable")[:count]]] = True
    return held
