"""Pictures that are no films, for fitting the gate: photographs, textures, shapes and text.

The photographs come with scikit-learn and scikit-image; everything else is drawn. All are grey, so
that the gate cannot learn to trust colour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from core.respiratory.prepare import CANVAS, resize
from core.respiratory.schema import Pixels

Draw = Callable[[np.random.Generator], Pixels]

SCIKIT_LEARN = ("china.jpg", "flower.jpg")
SCIKIT_IMAGE = (
    "astronaut", "brick", "camera", "cell", "coffee", "coins", "grass", "gravel",
    "hubble_deep_field", "immunohistochemistry", "moon", "retina", "rocket",
)  # fmt: skip
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def photographs() -> tuple[Pixels, ...]:
    """Return the photographs, grey values from 0 to 1, each in its own size."""
    from skimage import data
    from sklearn.datasets import load_sample_image

    pictures = [np.asarray(load_sample_image(name)) for name in SCIKIT_LEARN]
    pictures += [np.asarray(getattr(data, name)()) for name in SCIKIT_IMAGE]
    return tuple(grey(picture) for picture in pictures)


def grey(picture: np.ndarray) -> Pixels:
    """Return an 8-bit picture, grey or RGB, as grey values from 0 to 1."""
    return unit(Image.fromarray(np.asarray(picture, dtype=np.uint8)).convert("L"))


def unit(image: Image.Image) -> Pixels:
    """Return an 8-bit grey image as values from 0 to 1."""
    return (np.asarray(image, dtype=np.float32) / 255).astype(np.float32)


def window(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Return a random window of a picture on the canvas, possibly mirrored, with another gamma."""
    height, width = picture.shape
    share = float(rng.uniform(0.25, 1.0))
    tall, wide = max(int(height * share), 16), max(int(width * share), 16)
    top, left = int(rng.integers(0, height - tall + 1)), int(rng.integers(0, width - wide + 1))
    part = resize(np.ascontiguousarray(picture[top : top + tall, left : left + wide]), CANVAS)
    part = part[:, ::-1] if rng.random() < 0.5 else part
    return np.clip(part, 0, 1) ** float(np.exp(rng.uniform(-0.5, 0.5)))


def white_noise(rng: np.random.Generator) -> Pixels:
    """Return independent grey values."""
    cells = int(rng.choice([28, 56, 112, 224]))
    return resize(rng.random((cells, cells)).astype(np.float32), CANVAS)


def clouds(rng: np.random.Generator) -> Pixels:
    """Return noise whose spectrum falls as a power of the frequency, as in natural pictures."""
    slope = float(rng.uniform(0.8, 2.2))
    frequency = np.hypot(np.fft.fftfreq(CANVAS)[:, None], np.fft.fftfreq(CANVAS)[None, :])
    spectrum = np.fft.fft2(rng.normal(size=(CANVAS, CANVAS)))
    field = np.fft.ifft2(spectrum / np.maximum(frequency, 1 / CANVAS) ** slope).real
    return _unit(field)


def gradient(rng: np.random.Generator) -> Pixels:
    """Return a linear or radial ramp of grey."""
    rows, columns = np.mgrid[0 : 1 : CANVAS * 1j, 0 : 1 : CANVAS * 1j]
    if rng.random() < 0.5:
        angle = float(rng.uniform(0, 2 * np.pi))
        return _unit(np.cos(angle) * rows + np.sin(angle) * columns)
    centre = rng.uniform(0.2, 0.8, 2)
    field = np.hypot(rows - centre[0], columns - centre[1]) ** float(rng.uniform(0.5, 2))
    return _unit(field if rng.random() < 0.5 else -field)


def shapes(rng: np.random.Generator) -> Pixels:
    """Return ellipses, rectangles and lines of random grey, with hard or soft edges."""
    image = Image.new("L", (CANVAS, CANVAS), int(rng.integers(0, 256)))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(1, 14))):
        x, y = np.sort(rng.integers(-20, CANVAS + 20, 2)), np.sort(rng.integers(-20, 244, 2))
        box = (int(x[0]), int(y[0]), int(x[1]) + 1, int(y[1]) + 1)
        kind, fill = int(rng.integers(3)), int(rng.integers(0, 256))
        if kind == 0:
            draw.ellipse(box, fill=fill)
        elif kind == 1:
            draw.rectangle(box, fill=fill)
        else:
            draw.line(box, fill=fill, width=int(rng.integers(1, 30)))
    soft = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 8))))
    return unit(soft)


def text_page(rng: np.random.Generator) -> Pixels:
    """Return lines of made-up words, dark on light or light on dark."""
    paper = int(rng.integers(180, 256))
    ink = int(rng.integers(0, 80))
    if rng.random() < 0.3:
        paper, ink = ink, paper
    size = float(rng.integers(8, 30))
    image = Image.new("L", (CANVAS, CANVAS), paper)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size=size)
    for top in np.arange(rng.integers(0, 20), CANVAS, size * 1.3):
        words = ("".join(rng.choice(list(LETTERS), int(rng.integers(2, 9)))) for _ in range(12))
        draw.text((int(rng.integers(2, 14)), int(top)), " ".join(words), fill=ink, font=font)
    return unit(image)


def bones(rng: np.random.Generator) -> Pixels:
    """Return shafts with thicker ends inside soft tissue, as on films of limbs."""
    tissue, bone = (Image.new("L", (CANVAS, CANVAS)) for _ in range(2))
    soft, hard = ImageDraw.Draw(tissue), ImageDraw.Draw(bone)
    heading = float(rng.uniform(0, np.pi))
    for _ in range(int(rng.integers(1, 7))):
        angle = heading + float(rng.normal(0, 0.35))
        half = float(rng.uniform(25, 130)) * np.array([np.cos(angle), np.sin(angle)])
        centre, thick = rng.uniform(40, CANVAS - 40, 2), float(rng.uniform(5, 24))
        ends = [tuple(float(v) for v in centre + side * half) for side in (-1, 1)]
        soft.line(ends, fill=255, width=int(thick * float(rng.uniform(2, 5))))
        hard.line(ends, fill=int(rng.integers(90, 200)), width=int(thick))
        for x, y in ends:
            knob = thick * float(rng.uniform(0.6, 1.0))
            hard.ellipse((x - knob, y - knob, x + knob, y + knob), fill=int(rng.integers(90, 220)))
    round_tissue = np.asarray(tissue.filter(ImageFilter.GaussianBlur(6)), dtype=np.float32)
    firm = np.asarray(bone.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.8, 2.5)))))
    film = 0.4 * float(rng.uniform(0.5, 1.2)) * round_tissue + 0.55 * firm.astype(np.float32)
    noise = rng.normal(0, 0.02, film.shape)
    return np.clip(film / 255 + noise, 0, 1).astype(np.float32)


DRAWN: Mapping[str, Draw] = {
    "bones": bones,
    "white noise": white_noise,
    "clouds": clouds,
    "gradient": gradient,
    "shapes": shapes,
    "text page": text_page,
}


def _unit(field: np.ndarray) -> Pixels:
    low, high = float(field.min()), float(field.max())
    return ((field - low) / max(high - low, 1e-9)).astype(np.float32)
