"""From a radiograph to a network's input: the same steps in training and in use.

Every film is squashed to 224 x 224 as the training films were, then put through the recipe that
the leave-one-source-out study chose, then scaled to a network's size and standardised.
"""

from __future__ import annotations

import dataclasses
import enum

import numpy as np
from PIL import Image

from core.respiratory.schema import Pixels

CANVAS = 224


class Recipe(enum.StrEnum):
    """What is done to a film against shortcuts, before a network sees it."""

    PLAIN = "plain"
    CROP = "lung crop"
    BORDER = "border mask"
    RANKS = "histogram matching"
    RANKS_BLUR = "histogram matching and one resolution"
    CROP_RANKS = "lung crop and histogram matching"
    CROP_RANKS_BLUR = "lung crop, histogram matching and one resolution"
    LOCAL = "local contrast"
    CROP_LOCAL = "lung crop and local contrast"


@dataclasses.dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the canvas: rows ``top`` to ``bottom``, columns ``left`` to ``right``."""

    top: int
    bottom: int
    left: int
    right: int


# Where the lungs lie in a frontal film squashed to the canvas; the same box for every film, since
# a detector would be one more model to trust.
LUNGS = Box(22, 192, 22, 202)
BLURRED_TO = 96
# Local contrast: standard deviation of the neighbourhood in pixels of the canvas; added to the
# local spread, so that noise in black borders is not blown up; and where the result is cut off.
NEIGHBOURHOOD = 12.0
FLAT = 0.02
CLIPPED = 4.0


CROPPED = (Recipe.CROP, Recipe.CROP_RANKS, Recipe.CROP_RANKS_BLUR, Recipe.CROP_LOCAL)
BLURRED = (Recipe.RANKS_BLUR, Recipe.CROP_RANKS_BLUR)
RANKED = (Recipe.RANKS, Recipe.RANKS_BLUR, Recipe.CROP_RANKS, Recipe.CROP_RANKS_BLUR)
LOCALISED = (Recipe.LOCAL, Recipe.CROP_LOCAL)


def prepare(pixels: Pixels, size: int, recipe: Recipe) -> Pixels:
    """Return a film as a network takes it: (size, size), mean 0, standard deviation 1.

    Parameters
    ----------
    pixels : (height, width) array
        Grey values from 0 to 1.
    size : int
        Side of the network's input.
    recipe : Recipe
        What is done against shortcuts.
    """
    return standardise(resize(treat(resize(pixels, CANVAS), recipe), size))


def treat(canvas: Pixels, recipe: Recipe) -> Pixels:
    """Apply a recipe to a film on the 224 x 224 canvas.

    A recipe that crops returns the lung box, and one that brings films to one resolution a smaller
    film.
    """
    if recipe is Recipe.BORDER:
        return bordered(canvas)
    if recipe in CROPPED:
        canvas = canvas[LUNGS.top : LUNGS.bottom, LUNGS.left : LUNGS.right]
    if recipe in BLURRED:
        canvas = resize(canvas, BLURRED_TO)
    if recipe in RANKED:
        return equalised(canvas)
    return local_contrast(canvas) if recipe in LOCALISED else canvas


def bordered(canvas: Pixels) -> Pixels:
    """Black out what lies outside the lung box."""
    inside = np.zeros_like(canvas)
    view = np.s_[LUNGS.top : LUNGS.bottom, LUNGS.left : LUNGS.right]
    inside[view] = canvas[view]
    return inside


def equalised(image: Pixels) -> Pixels:
    """Replace grey values by their mid-ranks, so that every film has the same histogram."""
    levels = np.round(image * 1023).astype(np.int64).clip(0, 1023)
    counts = np.bincount(levels.ravel(), minlength=1024)
    below = np.cumsum(counts) - counts
    table = (below + counts / 2) / levels.size
    return np.asarray(table[levels], dtype=np.float32)


def local_contrast(image: Pixels) -> Pixels:
    """Subtract the neighbourhood's mean and divide by its standard deviation."""
    from scipy.ndimage import gaussian_filter

    mean = gaussian_filter(image, NEIGHBOURHOOD)
    spread = np.sqrt(np.maximum(gaussian_filter(image**2, NEIGHBOURHOOD) - mean**2, 0))
    contrast = (image - mean) / (spread + FLAT)
    return np.asarray(contrast.clip(-CLIPPED, CLIPPED), dtype=np.float32)


def resize(image: Pixels, size: int) -> Pixels:
    """Squash or stretch to a square, averaging over the pixels that fall together."""
    if image.shape == (size, size):
        return image
    source = Image.fromarray(np.ascontiguousarray(image, dtype=np.float32))
    scaled = source.resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(scaled, dtype=np.float32)


def standardise(image: Pixels) -> Pixels:
    """Shift and scale to mean 0 and standard deviation 1; a constant image becomes zeros."""
    spread = float(image.std())
    if spread < 1e-6:
        return np.zeros_like(image, dtype=np.float32)
    return np.asarray((image - image.mean()) / spread, dtype=np.float32)
