"""Films with a part taken away: areas of a network's input blurred, lungs or border made grey."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.respiratory.prepare import LUNGS
from core.respiratory.schema import Pixels

Area = NDArray[np.bool_]


def top_cells(grid: Pixels, share: float) -> Area:
    """Return which cells (h, w) hold the largest values: the given share of them, at least one."""
    wanted = max(1, round(share * grid.size))
    area = np.zeros(grid.size, dtype=bool)
    area[np.argsort(-grid, axis=None, kind="stable")[:wanted]] = True
    return area.reshape(grid.shape)


def other_areas(area: Area, wanted: int, rng: np.random.Generator) -> Sequence[Area]:
    """Return up to ``wanted`` different areas of the same shape elsewhere on the grid.

    The shape is moved, with what leaves the grid entering at the opposite edge, and mirrored. Were
    the area no better placed than by chance, any of these would be as good.
    """
    placed = {
        moved.tobytes(): moved
        for mirrored in (area, area[::-1], area[:, ::-1], area[::-1, ::-1])
        for down in range(area.shape[0])
        for right in range(area.shape[1])
        for moved in (np.roll(mirrored, (down, right), (0, 1)),)
    }
    placed.pop(area.tobytes())
    others = list(placed.values())
    return [others[i] for i in rng.permutation(len(others))[:wanted]]


def blurred(film: Pixels, areas: Sequence[Area]) -> Pixels:
    """Return a film (S, S) once for each area (h, w), with that area blurred, as (n, S, S).

    Blurring over the width of a cell takes away what a cell shows and leaves how bright it is: a
    hole of one grey would be a shape that no training film has.
    """
    from scipy.ndimage import gaussian_filter

    size, cells = film.shape[0], areas[0].shape[0]
    smooth = gaussian_filter(film, size / cells)
    row, column = np.ix_(*(np.arange(size) * n // size for n in areas[0].shape))
    return np.stack([np.where(area[row, column], smooth, film) for area in areas])


def without_border(canvas: Pixels) -> Pixels:
    """Return a film with everything outside the box of the lungs at the mean grey of the box."""
    lungs = canvas[_box()]
    kept = np.full_like(canvas, lungs.mean())
    kept[_box()] = lungs
    return kept


def without_lungs(canvas: Pixels) -> Pixels:
    """Return a film with everything inside the box of the lungs at the mean grey outside it."""
    outside = np.ones(canvas.shape, dtype=bool)
    outside[_box()] = False
    kept = canvas.copy()
    kept[_box()] = canvas[outside].mean()
    return kept


def _box() -> tuple[slice, slice]:
    return slice(LUNGS.top, LUNGS.bottom), slice(LUNGS.left, LUNGS.right)
