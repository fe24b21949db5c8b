"""Letters, arrows and markers burned into a film: small, sharp, flat and brighter than around them.

A network can read a hospital from them. Nearly every film carries a laterality marker, so they
are mentioned and never a reason to refuse.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from core.respiratory.prepare import CANVAS, resize
from core.respiratory.schema import Pixels

OPENING = 11  # pixels: strokes are thinner, bones and vessels' bundles mostly are not
RISE = 0.2  # grey values that a stroke stands above the opened film
CONTRAST = 0.25  # and that its middle stands above the ring around it
HEIGHTS = (5, 26)
WIDTHS = (2, 26)
SMALLEST = 8  # pixels of ink
UNEVEN_INK, UNEVEN_RING = 0.35, 0.5  # standard deviations, as shares of the contrast
MARGIN = 3
NEIGHBOURS = np.ones((3, 3), dtype=bool)


@dataclasses.dataclass(frozen=True, slots=True)
class Glyph:
    """A letter-like spot on the 224 x 224 canvas, with its contrast in grey values."""

    top: int
    left: int
    height: int
    width: int
    contrast: float


def glyphs(pixels: Pixels) -> tuple[Glyph, ...]:
    """Return what looks like burned-in letters or marks, from top to bottom.

    Parameters
    ----------
    pixels : (height, width) array
        Grey values from 0 to 1; the film is judged on the canvas that the networks see.
    """
    from scipy.ndimage import find_objects, grey_opening, label

    canvas = resize(pixels, CANVAS)
    strokes = canvas - grey_opening(canvas, size=(OPENING, OPENING)) > RISE
    spots: NDArray[np.int32] = np.asarray(label(strokes, NEIGHBOURS)[0], dtype=np.int32)
    found = (
        _glyph(canvas, spots, number, place)
        for number, place in enumerate(find_objects(spots), start=1)
    )
    return tuple(glyph for glyph in found if glyph is not None)


def _glyph(
    canvas: Pixels, spots: NDArray[np.int32], number: int, place: tuple[slice, ...]
) -> Glyph | None:
    rows, columns = place
    height, width = rows.stop - rows.start, columns.stop - columns.start
    fits = HEIGHTS[0] <= height <= HEIGHTS[1] and WIDTHS[0] <= width <= WIDTHS[1]
    if not fits:
        return None
    around = (
        slice(max(rows.start - MARGIN, 0), rows.stop + MARGIN),
        slice(max(columns.start - MARGIN, 0), columns.stop + MARGIN),
    )
    contrast = _contrast(canvas[around], spots[around] == number, spots[around] == 0)
    return None if contrast is None else Glyph(rows.start, columns.start, height, width, contrast)


def _contrast(grey: Pixels, ink: NDArray[np.bool_], free: NDArray[np.bool_]) -> float | None:
    """Return how far the ink stands above the ring around it, or None if it is no letter."""
    from scipy.ndimage import binary_dilation

    edge = binary_dilation(ink, NEIGHBOURS)
    ring = binary_dilation(edge, NEIGHBOURS, iterations=2) & ~edge & free
    if ink.sum() < SMALLEST or not ring.any():
        return None
    contrast = float(np.quantile(grey[ink], 0.6) - np.median(grey[ring]))
    flat = grey[ink].std() <= UNEVEN_INK * contrast and grey[ring].std() <= UNEVEN_RING * contrast
    return contrast if contrast >= CONTRAST and flat else None
