"""Batches and streams of real cases, some with a planted fault, for the drift page and talks."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.data import wdbc
from core.breast_cancer.faults import FAULTS
from core.errors import InputError

Floats = NDArray[np.float64]

SEED = 7
STREAM_SHARE = 0.5
CHANGE_ROW = 150
CONTAMINATION = 0.2


@dataclasses.dataclass(frozen=True, slots=True)
class Example:
    """What an example plants, if anything.

    Attributes
    ----------
    key, title : str
        Identifier in addresses, and the name shown to people.
    fault : str
        Key of the fault in ``FAULTS``; empty for clean rows.
    severity : float or None
        How badly; None for the fault's default.
    share : float
        Share of the rows that is struck.
    column : str
        Column that is struck; empty for the fault's own choice.
    malignant : float or None
        Share of malignant cases to keep instead of planting a fault.
    """

    key: str
    title: str
    fault: str = ""
    severity: float | None = None
    share: float = 1.0
    column: str = ""
    malignant: float | None = None

    @property
    def is_clean(self) -> bool:
        """Whether nothing is planted."""
        return not self.fault and self.malignant is None

    def plant(self, X: Floats, y: NDArray[np.int64], seed: int) -> Floats:
        """Return the rows with the fault in them; another mix leaves rows out, none twice."""
        if self.malignant is not None:
            return X[_mixed(y, self.malignant, seed)]
        if not self.fault:
            return X
        columns = (self.column,) if self.column else None
        spoilt = FAULTS[self.fault].apply(
            X, self.severity, seed, share=self.share, columns=columns, y=y
        )
        return spoilt.X


_LIST = (
    Example("clean", "Clean"),
    Example("unit", "Unit error, one column", "unit", 10.0, column="worst_area"),
    Example("some", "The same in one row of five", "unit", 10.0, CONTAMINATION, "worst_area"),
    Example("shuffle", "Three columns out of order", "shuffle", 3),
    Example("impute", "Gaps filled with the mean", "impute", 3),
    Example("prevalence", "80 % malignant", malignant=0.8),
    Example("missing", "Missing values", "missing", 1, 0.3),
)
EXAMPLES = {example.key: example for example in _LIST}
"""Every example by its key."""


@dataclasses.dataclass(frozen=True)
class ExampleStream:
    """A stream of real cases with a reference of other real cases.

    Attributes
    ----------
    reference : ndarray, shape (m, 30)
        Half of the table, drawn at random.
    X : ndarray, shape (n, 30)
        The other half in random order; struck from row ``change`` on.
    change : int or None
        Row, counted from 0, from which the fault is there; None for a clean stream.
    """

    reference: Floats
    X: Floats
    change: int | None


def example_batch(key: str) -> Floats:
    """Return the 57 held-out cases with the fault of an example planted, shape (57, 30).

    Raises
    ------
    InputError
        If there is no such example.
    """
    cohort = wdbc()
    return _example(key).plant(cohort.X[cohort.held], cohort.y[cohort.held], SEED)


def example_stream(key: str) -> ExampleStream:
    """Return a stream in which the fault of an example sets in after ``CHANGE_ROW`` rows.

    Reference and stream are halves of the same table, so that while nothing is planted every order
    of their rows is equally likely: what the monitor's guarantee asks for.

    Raises
    ------
    InputError
        If there is no such example.
    """
    example, cohort = _example(key), wdbc()
    order = np.random.default_rng(SEED).permutation(cohort.n)
    half = round(STREAM_SHARE * cohort.n)
    own, other = order[:half], order[half:]
    X, y = cohort.X[other], cohort.y[other]
    late = slice(CHANGE_ROW, None)
    struck = np.concatenate([X[:CHANGE_ROW], example.plant(X[late], y[late], SEED)])
    return ExampleStream(cohort.X[own], struck, None if example.is_clean else CHANGE_ROW)


def _example(key: str) -> Example:
    if key not in EXAMPLES:
        raise InputError(f"There is no example {key!r}. Choose one of: {', '.join(EXAMPLES)}.")
    return EXAMPLES[key]


def _mixed(y: NDArray[np.int64], share: float, seed: int) -> NDArray[np.intp]:
    """Return rows with this share of malignant cases, as many as there are, in random order."""
    ill, well = np.nonzero(y == 1)[0], np.nonzero(y == 0)[0]
    rng = np.random.default_rng(seed)
    n_ill = min(len(ill), int(len(well) * share / (1 - share)))
    n_well = min(len(well), round(n_ill * (1 - share) / share))
    kept = np.concatenate([rng.permutation(ill)[:n_ill], rng.permutation(well)[:n_well]])
    mixed: NDArray[np.intp] = rng.permutation(kept)
    return mixed
