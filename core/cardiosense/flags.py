"""What qualifies an estimate: missing findings, the model that serves them, extrapolation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.cardiosense.schema import CORE_NAMES, DIAGNOSTIC, LATE_TESTS
from core.errors import Problem

MAX_MISSING = 5
"""Missing core findings beyond which a patient is refused: half of the ten."""

_CORE_AT = [DIAGNOSTIC.names.index(name) for name in CORE_NAMES]
REQUIRED = tuple(spec.name for spec in DIAGNOSTIC if spec.required)


def refusals(values: NDArray[np.float64]) -> dict[int, Problem]:
    """Return the rows that cannot be scored, by position, and why.

    Parameters
    ----------
    values : ndarray, shape (n, 13)
        Diagnostic fields in order; NaN where not given.
    """
    absent = np.isnan(values[:, _CORE_AT])
    required = [CORE_NAMES.index(name) for name in REQUIRED]
    refused = absent[:, required].any(axis=1) | (absent.sum(axis=1) > MAX_MISSING)
    return {
        int(row): too_few([name for name, no in zip(CORE_NAMES, absent[row], strict=True) if no])
        for row in np.nonzero(refused)[0]
    }


def too_few(missing: Sequence[str]) -> Problem:
    """Return the finding that a record lacks too much to be scored."""
    return Problem(
        ", ".join(missing),
        "nothing",
        "too-few-findings",
        f"{len(missing)} of {len(CORE_NAMES)} core findings missing.",
        f"{', '.join(REQUIRED)} are required, and at most {MAX_MISSING} others may be missing.",
    )


def missing_patterns(values: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return the distinct patterns of missing values, and the pattern of every row.

    Parameters
    ----------
    values : ndarray, shape (n, d)
        NaN where missing; d at most 62.

    Returns
    -------
    tuple of ndarray
        Patterns, shape (k, d), True where missing; index of each row's pattern, shape (n,).
    """
    absent = np.isnan(values)
    codes = absent @ (1 << np.arange(values.shape[1]))
    _, first, which = np.unique(codes, return_index=True, return_inverse=True)
    return absent[first], which


def flags(values: NDArray[np.float64]) -> list[tuple[str, ...]]:
    """Return per row what a reader must know before using the estimate.

    Parameters
    ----------
    values : ndarray, shape (n, 13)
        Diagnostic fields in order; NaN where not given.
    """
    patterns, which = missing_patterns(values)
    texts = [_missing_texts(pattern) for pattern in patterns]
    found = [texts[index] for index in which.tolist()]
    for column, spec in zip(values.T, DIAGNOSTIC, strict=True):
        if spec.seen is None:
            continue
        low, high = spec.seen
        for row in np.nonzero((column < low) | (column > high))[0]:
            found[row] += (
                f"{spec.name} {column[row]:g} outside training data ({low:g} to {high:g}"
                f" {spec.unit})",
            )
    return found


def _missing_texts(pattern: NDArray[np.bool_]) -> tuple[str, ...]:
    names = [name for name, absent in zip(DIAGNOSTIC.names, pattern, strict=True) if absent]
    late = [name for name in names if name in LATE_TESTS]
    core = [name for name in names if name not in LATE_TESTS]
    texts = []
    if late:
        texts.append(f"10-feature model: {', '.join(late)} not given")
    if core:
        texts.append(f"averaged over training patients: {', '.join(core)} not given")
    return tuple(texts)
