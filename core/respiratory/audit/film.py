"""Where on one film the evidence of a reading lies: in the lungs, or around them."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.respiratory.prepare import CANVAS, LUNGS, Box
from core.viz.text import percent


@dataclasses.dataclass(frozen=True, slots=True)
class EvidencePlace:
    """How the evidence that speaks for a finding is spread over a film.

    Attributes
    ----------
    ring : float
        Share of the positive evidence outside the lung box, from 0 to 1; NaN where nothing
        speaks for the finding.
    ring_area : float
        Share of the film outside the box: what ``ring`` would be if evidence lay anywhere.
    sentence : str
        Both in words.
    """

    ring: float
    ring_area: float
    sentence: str


def where_evidence_lies(
    evidence: NDArray[np.floating], seen: Box | None = None, lungs: Box = LUNGS
) -> EvidencePlace:
    """Return how much of the positive evidence lies outside the lung box.

    Cells that the box cuts count by the part of their area on either side.

    Parameters
    ----------
    evidence : (h, w) array
        Contribution of each part of the film to the finding's logit.
    seen : Box, optional
        Part of the 224 x 224 canvas that the map covers; by default all of it.
    lungs : Box
        The lung box on the canvas.

    Raises
    ------
    InputError
        If the map is not a finite matrix.
    """
    values = np.asarray(evidence, dtype=np.float64)
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise InputError(
            f"evidence: has the shape {values.shape} or values that are not finite. "
            "Give a matrix of finite numbers, one per part of the film."
        )
    seen = seen or Box(0, CANVAS, 0, CANVAS)
    rows = _covered(values.shape[0], seen.top, seen.bottom, lungs.top, lungs.bottom)
    columns = _covered(values.shape[1], seen.left, seen.right, lungs.left, lungs.right)
    inside = np.outer(rows, columns)
    ring_area = float(1 - inside.mean())
    positive = values.clip(min=0)
    total = float(positive.sum())
    ring = float((positive * (1 - inside)).sum() / total) if total > 0 else float("nan")
    return EvidencePlace(ring, ring_area, _sentence(ring, ring_area))


def _covered(cells: int, start: int, stop: int, low: int, high: int) -> NDArray[np.float64]:
    """Return the part of each cell between ``low`` and ``high``."""
    edges = np.linspace(start, stop, cells + 1)
    overlap = np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)
    return np.asarray(overlap.clip(min=0) / np.diff(edges))


def _sentence(ring: float, area: float) -> str:
    if np.isnan(ring):
        return "No part of the film speaks for this finding."
    if area < 1e-9:
        return "The network was shown the lung box alone."
    return (
        f"{percent(ring)} of the evidence for this finding lies outside the lung box, which is "
        f"{percent(area)} of the area shown to the network."
    )
