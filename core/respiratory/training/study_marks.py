"""Features of a film that say nothing of the lungs: markers, grey values, sharpness."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from core.respiratory.prepare import LUNGS
from core.respiratory.schema import Pixels

Floats = NDArray[np.float64]

BINS = 32
BANDS = 16
RING = 48  # width in pixels of the outer ring in which markers are looked for
BRIGHTER_BY = 0.25
GLYPH_PIXELS = (8, 400)
GLYPH_SIDE = 40


def grey_histogram(film: Pixels) -> Floats:
    """Return the shares of 32 grey levels between a film's darkest and brightest pixel."""
    low, high = float(film.min()), float(film.max())
    counts, _ = np.histogram(film, BINS, (low, max(high, low + 1e-6)))
    return np.asarray(counts / film.size, dtype=np.float64)


def sharpness(film: Pixels) -> Floats:
    """Return the log power of 16 rings of spatial frequency, less their mean, and the slope.

    The film is brought to mean 0 and tapered by a Hann window, so that neither brightness nor the
    edge of the film takes part.
    """
    window, ring, middles = _rings(film.shape[0])
    power = np.abs(np.fft.rfft2((film - film.mean()) * window)) ** 2
    sums = np.bincount(ring.ravel(), power.ravel(), BANDS + 2)
    means = sums / np.bincount(ring.ravel(), minlength=BANDS + 2).clip(1)
    logs = np.log(means[1 : BANDS + 1] + 1e-12)
    return np.concatenate([logs - logs.mean(), [np.polyfit(middles, logs, 1)[0]]])


@functools.cache
def _rings(side: int) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Return the window, each frequency's ring (1 to 16; 0 and 17 are outside), and log radii."""
    taper = np.hanning(side)
    edges = np.geomspace(2 / side, 0.5, BANDS + 1)
    radius = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    middles = np.log(edges[1:] * edges[:-1]) / 2
    return np.outer(taper, taper), np.digitize(radius, edges).astype(np.int64), middles


def markers(film: Pixels) -> Floats:
    """Return what bright glyph-like spots lie in the outer ring of a film.

    A spot is a connected set of 8 to 400 pixels, at most 40 pixels high and wide, that is brighter
    than the film's local mean by a quarter of its range. Returned are, for each corner and each
    edge between corners, the number of spots and their pixels; then the number, largest height,
    mean brightness and total pixels of all.
    """
    from scipy import ndimage

    spread = float(film.max() - film.min())
    bright = film - ndimage.uniform_filter(film, 31) > BRIGHTER_BY * max(spread, 1e-6)
    labels, _ = ndimage.label(bright)
    side = film.shape[0]
    cells = np.zeros((3, 3, 2))
    heights: list[float] = []
    levels: list[float] = []
    for number, place in enumerate(ndimage.find_objects(labels), start=1):
        height, width = (part.stop - part.start for part in place)
        area = int((labels[place] == number).sum())
        middle = [(part.start + part.stop) / 2 for part in place]
        row, column = (0 if m < RING else 2 if m >= side - RING else 1 for m in middle)
        fits = GLYPH_PIXELS[0] <= area <= GLYPH_PIXELS[1] and max(height, width) <= GLYPH_SIDE
        if not fits or (row, column) == (1, 1):
            continue
        cells[row, column] += (1, area)
        heights.append(height)
        levels.append(float(film[place][labels[place] == number].mean()))
    ring = np.delete(cells.reshape(9, 2), 4, axis=0)
    brightness = float(np.mean(levels)) if levels else 0.0
    total = [ring[:, 0].sum(), max(heights, default=0.0), brightness, ring[:, 1].sum()]
    return np.concatenate([np.log1p(ring).ravel(), np.log1p(total)])


def histogram_and_sharpness(film: Pixels) -> Floats:
    """Return both measures in one row: 32 and 17 numbers."""
    return np.concatenate([grey_histogram(film), sharpness(film)])


def border_only(film: Pixels) -> Pixels:
    """Return a film with its middle blacked out, standardised on what is left.

    The middle is the lung box in proportion; its pixels become 0, the mean of the border.
    """
    side = film.shape[0]
    top, bottom, left, right = (
        round(edge * side / 224) for edge in (LUNGS.top, LUNGS.bottom, LUNGS.left, LUNGS.right)
    )
    border = np.ones(film.shape, dtype=bool)
    border[top:bottom, left:right] = False
    own = film[border]
    seen = (film - own.mean()) / max(float(own.std()), 1e-6)
    return np.where(border, seen, 0).astype(np.float32)
