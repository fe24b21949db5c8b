"""Random changes of a training film that leave its finding as it is."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from core.respiratory.prepare import CANVAS
from core.respiratory.schema import Pixels
from core.respiratory.training.study_augment import disturbed

Canvas = NDArray[np.uint8]
# Magnitudes at strength 1.
ROTATION = 10.0
SCALE = 0.12
SHIFT = 0.06
GAMMA = 0.45
CONTRAST = 0.3
BLUR = 1.6
NOISE = 0.02
MARGIN = 32


@dataclasses.dataclass(frozen=True, slots=True)
class Augmentation:
    """How strongly films are changed.

    Attributes
    ----------
    strength : float
        Factor on every magnitude; 0.5 suits runs of fewer than 40 epochs.
    borders : bool
        Whether borders and markers are changed as well (:func:`study_augment.disturbed`), as the
        leave-one-source-out study advises.
    """

    strength: float = 0.5
    borders: bool = True


def augmented(canvas: Canvas, rng: np.random.Generator, how: Augmentation) -> Pixels:
    """Return a changed film, grey values from 0 to 1, on the same 224 x 224 canvas.

    A flip, a small rotation, scale and shift; gamma and contrast; blur or sharpening; other borders
    and markers; noise.
    """
    image = _toned(_moved(canvas, rng, how.strength), rng, how.strength)
    image = _focused(image, rng, how.strength)
    pixels: Pixels = np.asarray(image).astype(np.float32) / np.float32(255)
    if how.borders:
        pixels = disturbed(pixels, rng)
    noise = rng.standard_normal(pixels.shape, dtype=np.float32)
    return (pixels + noise * (NOISE * how.strength * rng.random())).clip(0, 1).astype(np.float32)


def _moved(canvas: Canvas, rng: np.random.Generator, strength: float) -> Image.Image:
    if rng.random() < 0.5:
        canvas = canvas[:, ::-1]
    angle = np.deg2rad(rng.uniform(-ROTATION, ROTATION) * strength)
    scale = 1 + rng.uniform(-SCALE, SCALE) * strength
    shift = rng.uniform(-SHIFT, SHIFT, size=2) * strength * CANVAS
    cosine, sine = np.cos(angle) / scale, np.sin(angle) / scale
    centre = CANVAS / 2
    across = centre + MARGIN - cosine * (centre + shift[0]) - sine * (centre + shift[1])
    down = centre + MARGIN + sine * (centre + shift[0]) - cosine * (centre + shift[1])
    # The margin repeats the edge, so that a turned film shows no black corners.
    padded = Image.fromarray(np.pad(canvas, MARGIN, mode="edge"))
    return padded.transform(
        (CANVAS, CANVAS),
        Image.Transform.AFFINE,
        (cosine, sine, across, -sine, cosine, down),
        Image.Resampling.BILINEAR,
    )


def _toned(image: Image.Image, rng: np.random.Generator, strength: float) -> Image.Image:
    gamma = np.exp(rng.uniform(-GAMMA, GAMMA) * strength)
    contrast = 1 + rng.uniform(-CONTRAST, CONTRAST) * strength
    brightness = rng.uniform(-CONTRAST, CONTRAST) * strength * 0.3
    levels = (np.arange(256) / 255) ** gamma
    levels = (levels - 0.5) * contrast + 0.5 + brightness
    return image.point([int(level) for level in (levels * 255).round().clip(0, 255)])


def _focused(image: Image.Image, rng: np.random.Generator, strength: float) -> Image.Image:
    radius = rng.uniform(-BLUR, BLUR) * strength
    if radius > 0.2:
        return image.filter(ImageFilter.GaussianBlur(radius))
    if radius < -0.2:
        return image.filter(ImageFilter.UnsharpMask(radius=1.5, percent=int(-80 * radius)))
    return image
