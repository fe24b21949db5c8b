"""Maps from the grid where they were computed to the pixels of an image."""

from __future__ import annotations

import functools

import numpy as np

from core.saliency.schema import Floats


def upscale(native: Floats, size: int) -> Floats:
    """Return maps (..., h, w) at (..., size, size), interpolated between the centres of cells.

    Bilinear, with the outer edges of both grids on top of each other and the outermost values
    continued to the edge: ``align_corners=False`` of torch, and what ``cv2.resize`` does. A map
    that already has that size is returned as it is.
    """
    height, width = native.shape[-2:]
    if (height, width) == (size, size):
        return native
    scaled: Floats = weights(height, size) @ native @ weights(width, size).T
    return scaled


@functools.lru_cache(maxsize=32)
def weights(cells: int, size: int) -> Floats:
    """Return the matrix (size, cells) that interpolates along one side."""
    centre = np.clip((np.arange(size) + 0.5) * cells / size - 0.5, 0, cells - 1)
    lower = np.minimum(centre.astype(int), max(cells - 2, 0))
    share = centre - lower
    matrix = np.zeros((size, cells))
    matrix[np.arange(size), lower] = 1 - share
    matrix[np.arange(size), np.minimum(lower + 1, cells - 1)] += share
    matrix.setflags(write=False)
    return matrix
