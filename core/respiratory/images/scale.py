"""From stored values to grey between 0 and 1, at a size that is handled with ease."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from core.respiratory.images.limits import MAX_SIDE
from core.respiratory.schema import Pixels

LOW, HIGH = 0.5, 99.5  # percentiles shown as black and white where a file names no window
COLOUR = 0.08  # of full scale: channels further apart are seen as a colour
_SAMPLE = 2**20  # values a percentile is taken from: its error is far below one grey level


@dataclasses.dataclass(frozen=True, slots=True)
class Grey:
    """An image as grey values.

    Attributes
    ----------
    pixels : (height, width) array
        From 0 (black) to 1 (white).
    colour : float
        Share of pixels whose channels differ by more than 8 % of full scale.
    notes : tuple of str
        What was done, as sentences.
    """

    pixels: Pixels
    colour: float = 0.0
    notes: tuple[str, ...] = ()


def fitted(width: int, height: int, aspect: float = 1.0) -> tuple[int, int]:
    """Return the size an image is reduced to: square pixels, at most 1,024 a side, never larger.

    Parameters
    ----------
    width, height : int
        Stored size in pixels.
    aspect : float
        Height of a pixel over its width. Of unequal sides the finer one is thinned, so that no
        pixel is made up.

    Examples
    --------
    >>> fitted(2048, 1000), fitted(300, 200), fitted(300, 200, aspect=0.5)
    ((1024, 500), (300, 200), (300, 100))
    """
    wide = width * min(1.0, 1 / aspect)
    high = height * min(1.0, aspect)
    factor = min(1.0, MAX_SIDE / max(wide, high))
    return max(1, round(wide * factor)), max(1, round(high * factor))


def reduced(pixels: Pixels, aspect: float = 1.0) -> Pixels:
    """Return an image with square pixels and at most 1,024 a side, by averaging over areas."""
    height, width = pixels.shape
    target = fitted(width, height, aspect)
    if target == (width, height):
        return pixels
    source = Image.fromarray(np.ascontiguousarray(pixels, dtype=np.float32))
    small = np.asarray(source.resize(target, Image.Resampling.BOX), dtype=np.float32)
    return np.clip(small, 0, 1)


def from_rgb(image: Image.Image, target: tuple[int, int]) -> Grey:
    """Return the luma (ITU-R BT.601) of an RGB image at a size, and how much of it is coloured."""
    small = _shrunk(image, target)
    red, green, blue = small.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    least = ImageChops.darker(ImageChops.darker(red, green), blue)
    apart = np.asarray(ImageChops.subtract(most, least)) > COLOUR * 255
    return Grey(from_eight_bits(small.convert("L"), target).pixels, float(apart.mean()))


def from_eight_bits(image: Image.Image, target: tuple[int, int]) -> Grey:
    """Return an 8-bit grey image at a size."""
    return Grey(np.asarray(_shrunk(image, target), dtype=np.float32) / np.float32(255))


def _shrunk(image: Image.Image, target: tuple[int, int]) -> Image.Image:
    return image if image.size == target else image.resize(target, Image.Resampling.BOX)


def span(values: NDArray[Any]) -> tuple[float, float]:
    """Return the 0.5th and 99.5th percentile of finite values, from an even sample of them.

    Raises
    ------
    ValueError
        If there is no finite value.
    """
    flat = values.reshape(-1)
    sample = flat[:: max(1, flat.size // _SAMPLE)]
    kept = sample[np.isfinite(sample)]
    kept = kept if kept.size else flat[np.isfinite(flat)]
    if not kept.size:
        raise ValueError("no finite value")
    low, high = np.percentile(kept, (LOW, HIGH))
    return float(low), float(high)


def stretched(values: NDArray[Any], low: float, high: float) -> Pixels:
    """Return values as grey: ``low`` and below black, ``high`` and above white.

    A value that is not a number becomes black. Values that are all alike carry no picture and
    become black as well.
    """
    grey = values.astype(np.float32)
    if values.dtype.kind == "f":
        np.nan_to_num(grey, copy=False, nan=low, posinf=high, neginf=low)
    grey -= np.float32(low)
    if high > low:
        grey /= np.float32(high - low)
    return np.clip(grey, 0, 1, out=grey) if high > low else np.zeros_like(grey)
