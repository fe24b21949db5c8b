"""Batches large enough to be judged, and which of them the others are held against."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.stats.calibration_line import Sample
from core.trust.predictions import Batches

MIN_OUTCOMES = 10
"""Events, and rows without, that a batch needs to be judged."""

REFERENCE_OUTCOMES = 100
"""Events, and rows without, up to which the earliest batches are taken as the reference."""

Role = Literal["reference", "later", "incomplete"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One batch, or several in a row that were too small each.

    Attributes
    ----------
    labels : tuple of str
        The batches it is made of.
    role : {"reference", "later", "incomplete"}
        Whether it belongs to the reference, is held against it, or is too small to be judged: the
        last of either part may be.
    rows : ndarray of int, shape (n,)
        Positions of its rows.
    sample : Sample
        Their outcomes and scores.
    """

    labels: tuple[str, ...]
    role: Role
    rows: NDArray[np.intp]
    sample: Sample

    @property
    def name(self) -> str:
        """The batch, or the first and the last of several."""
        first, last = self.labels[0], self.labels[-1]
        return first if len(self.labels) == 1 else f"{first} to {last}"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """The rows in order of time.

    Attributes
    ----------
    units : tuple of Unit
        Batches, the earliest first.
    reference_labels : tuple of str
        Batches that make up the reference.
    reference : ndarray of int
        Positions of the rows of the reference, its incomplete batch included.
    """

    units: tuple[Unit, ...]
    reference_labels: tuple[str, ...]
    reference: NDArray[np.intp]

    def of(self, role: Role) -> tuple[Unit, ...]:
        """Return the units with a role."""
        return tuple(unit for unit in self.units if unit.role == role)

    @property
    def complete(self) -> tuple[Unit, ...]:
        """Units large enough to be judged."""
        return tuple(unit for unit in self.units if unit.role != "incomplete")


def enough(sample: Sample) -> bool:
    """Whether there are at least ``MIN_OUTCOMES`` events and rows without."""
    return min(sample.events, sample.n - sample.events) >= MIN_OUTCOMES


def timeline(sample: Sample, batches: Batches, reference: int | None = None) -> Timeline:
    """Put rows in order of time, merging batches until each can be judged.

    The reference is made of the earliest batches that hold at least ``REFERENCE_OUTCOMES`` events
    and as many rows without, but of no more than half of the batches.

    Parameters
    ----------
    sample : Sample
        All rows.
    batches : Batches
        Batch of each row; batches without a row are passed over.
    reference : int, optional
        Number of batches, from the first, to take as the reference instead.

    Raises
    ------
    InputError
        If ``reference`` leaves no batch on either side.
    """
    order = np.argsort(batches.index, kind="stable")
    counts = np.bincount(batches.index, minlength=len(batches.labels))
    pieces = np.split(order, np.cumsum(counts)[:-1])
    kept = [(label, rows) for label, rows in zip(batches.labels, pieces, strict=True) if len(rows)]
    if reference is not None and not 1 <= reference < len(kept):
        raise InputError(
            f"reference={reference} of {len(kept)} batches cannot be held against the rest. "
            f"Give a number from 1 to {len(kept) - 1}, or more batches."
        )
    k = _earliest(sample, [rows for _, rows in kept]) if reference is None else reference
    units = _merged(sample, kept[:k], "reference") + _merged(sample, kept[k:], "later")
    labels = tuple(label for label, _ in kept[:k])
    return Timeline(tuple(units), labels, np.concatenate([rows for _, rows in kept[:k]]))


def pick(sample: Sample, rows: NDArray[np.intp]) -> Sample:
    """Return the sample of some rows, in the order of all rows."""
    chosen = np.sort(rows)
    return Sample(sample.y[chosen], sample.score[chosen])


def _earliest(sample: Sample, pieces: Sequence[NDArray[np.intp]]) -> int:
    most = max(1, len(pieces) // 2)
    events = np.cumsum([sample.y[rows].sum() for rows in pieces])
    others = np.cumsum([len(rows) for rows in pieces]) - events
    reached = np.flatnonzero(np.minimum(events, others) >= REFERENCE_OUTCOMES)
    return min(most, int(reached[0]) + 1) if len(reached) else most


def _merged(
    sample: Sample, pieces: Sequence[tuple[str, NDArray[np.intp]]], role: Role
) -> list[Unit]:
    units: list[Unit] = []
    labels: list[str] = []
    held: list[NDArray[np.intp]] = []
    for label, rows in pieces:
        labels.append(label)
        held.append(rows)
        together = np.concatenate(held)
        events = int(sample.y[together].sum())
        if min(events, len(together) - events) >= MIN_OUTCOMES:
            units.append(Unit(tuple(labels), role, together, pick(sample, together)))
            labels, held = [], []
    if held:
        together = np.concatenate(held)
        units.append(Unit(tuple(labels), "incomplete", together, pick(sample, together)))
    return units
