"""Borders and markers at random: what a network must not learn is changed in every copy."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.respiratory.prepare import CANVAS, LUNGS
from core.respiratory.schema import Pixels

WORDS = ("L", "R", "AP", "PA", "D", "I", "PORTABLE", "SUPINE", "ERECT", "12:45", "MOBILE", "B")
MOST_RECTANGLES = 4
MOST_WORDS = 3


def disturbed(canvas: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a film with other borders and other markers.

    Up to four rectangles of one grey value are laid over the ring outside the lung box, and up to
    three bright words are written along the edges, as collimation, frames and laterality markers
    would be.

    Parameters
    ----------
    canvas : (224, 224) array
        Grey values from 0 to 1.
    rng : Generator
        Source of the choices.
    """
    image = canvas.copy()
    for _ in range(int(rng.integers(0, MOST_RECTANGLES + 1))):
        _cover(image, rng)
    for _ in range(int(rng.integers(0, MOST_WORDS + 1))):
        _write(image, rng)
    return image


def _cover(image: Pixels, rng: np.random.Generator) -> None:
    side = int(rng.integers(4))
    start, stop = sorted(int(edge) for edge in rng.integers(0, CANVAS + 1, 2))
    if rng.random() < 0.5:
        start, stop = 0, CANVAS
    room = (LUNGS.top, CANVAS - LUNGS.bottom, LUNGS.left, CANVAS - LUNGS.right)[side]
    depth = int(rng.integers(1, room + 1))
    grey = float(rng.choice([0.0, rng.random(), 1.0], p=[0.5, 0.4, 0.1]))
    if side == 0:
        image[:depth, start:stop] = grey
    elif side == 1:
        image[CANVAS - depth :, start:stop] = grey
    elif side == 2:
        image[start:stop, :depth] = grey
    else:
        image[start:stop, CANVAS - depth :] = grey


def _write(image: Pixels, rng: np.random.Generator) -> None:
    word = Image.new("L", (CANVAS, CANVAS))
    font = ImageFont.load_default(size=float(rng.integers(8, 25)))
    along, across = int(rng.integers(0, CANVAS - 20)), int(rng.integers(0, 40))
    if rng.random() < 0.5:
        across = CANVAS - 20 - across
    place = (along, across) if rng.random() < 0.5 else (across, along)
    ImageDraw.Draw(word).text(place, str(rng.choice(WORDS)), fill=255, font=font)
    ink = np.asarray(word, dtype=np.float32) / 255 * float(rng.uniform(0.6, 1.0))
    np.maximum(image, ink, out=image)
