"""Films made wrong on purpose, so that the gate learns to tell: turned, inverted, cropped.

Every function takes a film on the 224 x 224 canvas, grey values from 0 to 1, and a Generator where
it chooses anything.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from core.respiratory.prepare import CANVAS, resize
from core.respiratory.schema import Pixels
from core.respiratory.training.gate_others import unit

Spoiler = Callable[[Pixels, np.random.Generator], Pixels]

CROP_AREAS = (0.12, 0.45)
HALF_AREAS = (0.45, 0.6)


def turned(film: Pixels, quarters: int) -> Pixels:
    """Turn a film anticlockwise by a number of quarter turns."""
    return np.ascontiguousarray(np.rot90(film, quarters))


def mirrored(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Exchange left and right."""
    return np.ascontiguousarray(film[:, ::-1])


def inverted(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Exchange black and white, with another gamma."""
    return ((1 - film) ** float(rng.uniform(0.6, 1.7))).astype(np.float32)


def cropped(film: Pixels, rng: np.random.Generator, areas: tuple[float, float]) -> Pixels:
    """Keep a random window with a share of the area within the limits, stretched to the canvas."""
    share = float(rng.uniform(*areas))
    ratio = float(np.exp(rng.uniform(-0.5, 0.5)))
    height = min(max(round(CANVAS * (share * ratio) ** 0.5), 24), CANVAS)
    width = min(max(round(share * CANVAS * CANVAS / height), 24), CANVAS)
    top = int(rng.integers(0, CANVAS - height + 1))
    left = int(rng.integers(0, CANVAS - width + 1))
    return resize(np.ascontiguousarray(film[top : top + height, left : left + width]), CANVAS)


def one_lung(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Keep one side of the chest only."""
    width = int(rng.integers(round(0.4 * CANVAS), round(0.58 * CANVAS)))
    side = film[:, :width] if rng.random() < 0.5 else film[:, -width:]
    return resize(np.ascontiguousarray(side), CANVAS)


def severely_cropped(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Keep less than half of the film: a window, or one lung."""
    return one_lung(film, rng) if rng.random() < 0.5 else cropped(film, rng, CROP_AREAS)


def jigsaw(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Cut a film into 2 x 2 to 4 x 4 pieces and deal them anew."""
    cells = int(rng.integers(2, 5))
    edge = CANVAS // cells
    places = [(r * edge, c * edge) for r in range(cells) for c in range(cells)]
    pieces = [film[top : top + edge, left : left + edge] for top, left in places]
    order = rng.permutation(len(places))
    while np.mean(order == np.arange(len(places))) > 0.5:
        order = rng.permutation(len(places))
    mixed = film.copy()
    for (top, left), source in zip(places, order, strict=True):
        mixed[top : top + edge, left : left + edge] = pieces[source]
    return mixed


def varied(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a film as another hospital might have made it: still frontal, upright and whole.

    Gamma, contrast, sharpness, a slight turn, a slight crop or a frame, another ratio of sides.
    """
    image = Image.fromarray((film * 255).round().astype(np.uint8))
    image = image.rotate(float(rng.uniform(-8, 8)), Image.Resampling.BILINEAR)
    if rng.random() < 0.5:
        image = image.crop(_window(rng, float(rng.uniform(0.78, 1.0))))
    else:
        image = _framed(image, rng)
    if rng.random() < 0.4:
        small = int(rng.integers(64, 160))
        image = image.resize((small, small), Image.Resampling.BILINEAR)
    pixels = resize(unit(image), CANVAS)
    pixels = pixels ** float(np.exp(rng.uniform(-0.6, 0.6)))
    low, high = float(rng.uniform(0, 0.25)), float(rng.uniform(0.75, 1.0))
    noise = rng.normal(0, float(rng.uniform(0, 0.03)), pixels.shape)
    return np.clip(low + (high - low) * pixels + noise, 0, 1).astype(np.float32)


def _window(rng: np.random.Generator, share: float) -> tuple[int, int, int, int]:
    side = CANVAS * share**0.5
    height, width = (min(side * float(np.exp(rng.uniform(-0.06, 0.06))), CANVAS) for _ in range(2))
    top, left = float(rng.uniform(0, CANVAS - height)), float(rng.uniform(0, CANVAS - width))
    return round(left), round(top), round(left + width), round(top + height)


def _framed(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    left, top, right, bottom = (int(rng.integers(0, 28)) * (rng.random() < 0.5) for _ in range(4))
    frame = Image.new("L", (CANVAS + left + right, CANVAS + top + bottom), int(rng.integers(0, 40)))
    frame.paste(image, (left, top))
    return frame


def folded(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Lay one side of the chest over the other, as a film from the side shows both lungs at once.

    No lateral film is in the collection; this has the texture of a film and one lung field beside
    a spine.
    """
    middle = int(rng.integers(100, 125))
    depth = int(rng.integers(84, 100))
    left, right = film[:, middle - depth : middle], film[:, middle : middle + depth][:, ::-1]
    share = float(rng.uniform(0.3, 0.7))
    both = share * left + (1 - share) * right
    both = both[:, ::-1] if rng.random() < 0.5 else both
    edge = int(rng.integers(0, 50))
    page = np.full((CANVAS, CANVAS), float(np.quantile(film, 0.02)), dtype=np.float32)
    width = CANVAS - edge - int(rng.integers(0, 30))
    image = Image.fromarray(both.astype(np.float32))
    scaled = image.resize((width, CANVAS), Image.Resampling.BILINEAR)
    page[:, edge : edge + width] = np.asarray(scaled)
    return page


def aslant(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Turn a film by 25 to 65 degrees either way, from any quarter turn."""
    angle = float(rng.uniform(25, 65)) + 90 * int(rng.integers(4))
    image = Image.fromarray(film).rotate(angle, Image.Resampling.BILINEAR)
    return np.asarray(image, dtype=np.float32)
