"""From two sides of a statement to a reading; of several comparisons the worst one is shown."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.foundations.schema import TOLERANCE, Z_LIMIT, Kind, Reading, Relation

Floats = NDArray[np.float64]


def equal(
    claimed: ArrayLike,
    measured: ArrayLike,
    note: str,
    *,
    kind: Kind = Kind.EXACT,
    scale: float | None = None,
) -> Reading:
    """Compare numbers, or arrays entry by entry.

    Parameters
    ----------
    claimed, measured : array_like
        Both sides, of the same shape.
    note : str
        What was compared.
    kind : Kind, default Kind.EXACT
        ``Kind.DIFFERENCE`` where one side comes from finite differences.
    scale : float, optional
        Size of the quantities; by default the largest of the claimed and measured values. Give it
        where both sides are about 0 because terms cancel: the size of these terms.

    Raises
    ------
    ValueError
        If the shapes differ, or nothing is compared.
    """
    left, right = _both(claimed, measured)
    size = _size(left, right) if scale is None else scale
    return _reading(left, right, np.abs(right - left), size, kind, Relation.EQUAL, note)


def at_most(
    bound: ArrayLike, measured: ArrayLike, note: str, *, scale: float | None = None
) -> Reading:
    """Compare measured values with an upper bound; rounding may exceed it by 1e-8 of the scale."""
    left, right = _both(bound, measured)
    size = _size(left, right) if scale is None else scale
    return _reading(left, right, right - left, size, Kind.EXACT, Relation.AT_MOST, note)


def at_least(
    bound: ArrayLike, measured: ArrayLike, note: str, *, scale: float | None = None
) -> Reading:
    """Compare measured values with a lower bound; rounding may miss it by 1e-8 of the scale."""
    left, right = _both(bound, measured)
    size = _size(left, right) if scale is None else scale
    return _reading(left, right, left - right, size, Kind.EXACT, Relation.AT_LEAST, note)


def sampled(claimed: float, draws: ArrayLike, note: str) -> Reading:
    """Compare an expectation with the mean of independent draws.

    Parameters
    ----------
    claimed : float
        The expectation.
    draws : array_like, shape (n,)
        Independent draws with a finite variance; their spread gives the standard error.
    note : str
        What was drawn.

    Raises
    ------
    ValueError
        If there are fewer than 30 draws, or they do not vary.
    """
    values = np.asarray(draws, dtype=float).ravel()
    if values.size < 30:
        raise ValueError(f"{values.size} draws; a standard error needs at least 30.")
    error = float(values.std(ddof=1) / np.sqrt(values.size))
    return estimated(claimed, float(values.mean()), error, values.size, note)


def estimated(claimed: float, measured: float, error: float, n: int, note: str) -> Reading:
    """Compare an expectation with an estimate whose standard error is known.

    Raises
    ------
    ValueError
        If the standard error is 0 or no number.
    """
    if not error > 0:
        raise ValueError(f"The standard error is {error}; a simulation needs a positive one.")
    return Reading(
        claimed=float(claimed),
        measured=measured,
        tolerance=Z_LIMIT * error,
        kind=Kind.SAMPLED,
        scale=max(abs(float(claimed)), abs(measured)),
        n=n,
        standard_error=error,
        note=note,
    )


def _both(claimed: ArrayLike, measured: ArrayLike) -> tuple[Floats, Floats]:
    left, right = np.asarray(claimed, dtype=float), np.asarray(measured, dtype=float)
    if left.shape != right.shape:
        left, right = np.broadcast_arrays(left, right) if left.ndim == 0 else (left, right)
    if left.shape != right.shape:
        raise ValueError(f"Claimed has shape {left.shape}, measured {right.shape}.")
    if left.size == 0:
        raise ValueError("Nothing is compared.")
    return left.ravel(), right.ravel()


def _size(
    left: Floats,
    right: Floats,
) -> float:
    return float(max(np.max(np.abs(left)), np.max(np.abs(right))))


def _reading(
    left: Floats,
    right: Floats,
    excess: Floats,
    scale: float,
    kind: Kind,
    relation: Relation,
    note: str,
) -> Reading:
    # A value that is no number is the worst one: it must not hide behind the finite ones.
    worst = int(np.argmax(np.where(np.isfinite(excess), excess, np.inf)))
    return Reading(
        claimed=float(left[worst]),
        measured=float(right[worst]),
        tolerance=TOLERANCE[kind] * scale,
        kind=kind,
        scale=scale,
        relation=relation,
        n=left.size,
        note=note,
    )
