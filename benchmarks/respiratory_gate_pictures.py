"""Families of pictures that the gate was not fitted on: for its benchmark and tests only.

Nothing here is drawn by, or taken from, what :mod:`core.respiratory.training.gate_others` and
:mod:`core.respiratory.training.gate_spoiled` use for fitting, apart from the films themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter, map_coordinates

from core import phantoms
from core.respiratory.prepare import CANVAS, resize
from core.respiratory.schema import Pixels
from core.respiratory.training.gate_others import grey, unit, window

Make = Callable[[np.random.Generator], Pixels]
Change = Callable[[Pixels, np.random.Generator], Pixels]

SCANS = (
    "CT_small.dcm", "MR_small.dcm", "693_J2KI.dcm", "JPEG2000.dcm", "examples_overlay.dcm",
    "examples_palette.dcm", "examples_rgb_color.dcm", "examples_ybr_color.dcm",
)  # fmt: skip


def cat() -> tuple[Pixels, ...]:
    """Return the cat Chelsea of scikit-image."""
    return (grey(_bundled("chelsea")),)


def street() -> tuple[Pixels, ...]:
    """Return a motorcycle and a clock, photographs of scikit-image."""
    return grey(_bundled("stereo_motorcycle")[0]), grey(_bundled("clock"))


def faces() -> tuple[Pixels, ...]:
    """Return faces of 25 x 25 pixels (a part of Labeled Faces in the Wild)."""
    return tuple(np.asarray(face, dtype=np.float32) for face in _bundled("lfw_subset")[:100])


def printed() -> tuple[Pixels, ...]:
    """Return photographs of printed and written text."""
    return grey(_bundled("page")), grey(_bundled("text"))


def scans() -> tuple[Pixels, ...]:
    """Return slices and frames of CT, MR and ultrasound that come with pydicom."""
    from pydicom import dcmread
    from pydicom.data import get_testdata_file

    found = []
    for name in SCANS:
        path = get_testdata_file(name, download=False)
        if path is not None:
            found.append(_first_frame(dcmread(str(path))))
    return tuple(found)


def retina() -> tuple[Pixels, ...]:
    """Return vessels of the retina with microaneurysms."""
    return (grey(_bundled("microaneurysms")),)


def chart(rng: np.random.Generator) -> Pixels:
    """Return axes with bars, a line or points."""
    image = Image.new("L", (CANVAS, CANVAS), 255)
    draw = ImageDraw.Draw(image)
    draw.line((24, 10, 24, 200, 214, 200), fill=0, width=2)
    for row in range(20, 200, 36):
        draw.line((24, row, 214, row), fill=220)
    heights = 195 - rng.random(12) * 170
    places = [(34 + 15 * i, int(height)) for i, height in enumerate(heights)]
    kind = int(rng.integers(3))
    if kind == 0:
        draw.line(places, fill=int(rng.integers(0, 120)), width=3)
    for x, y in places:
        if kind == 1:
            draw.rectangle((x, y, x + 10, 199), fill=int(rng.integers(60, 160)))
        elif kind == 2:
            draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=int(rng.integers(0, 160)))
    return unit(image)


def grating(rng: np.random.Generator) -> Pixels:
    """Return stripes or a chequered board."""
    rows, columns = np.mgrid[0:CANVAS, 0:CANVAS]
    pitch, angle = float(rng.uniform(6, 60)), float(rng.uniform(0, np.pi))
    wave = np.sin(2 * np.pi * (np.cos(angle) * rows + np.sin(angle) * columns) / pitch)
    other = np.sin(2 * np.pi * (np.sin(angle) * rows - np.cos(angle) * columns) / pitch)
    field = wave * other if rng.random() < 0.5 else wave
    field = np.sign(field) if rng.random() < 0.5 else field
    return np.asarray((field + 1) / 2, dtype=np.float32)


def mosaic(rng: np.random.Generator) -> Pixels:
    """Return a Voronoi mosaic of grey cells."""
    points = rng.random((int(rng.integers(5, 60)), 2)) * CANVAS
    rows, columns = np.mgrid[0:CANVAS, 0:CANVAS]
    distance = (rows[..., None] - points[:, 0]) ** 2 + (columns[..., None] - points[:, 1]) ** 2
    greys: Pixels = rng.random(len(points)).astype(np.float32)
    return np.asarray(greys[np.argmin(distance, axis=-1)])


def hand(rng: np.random.Generator) -> Pixels:
    """Return a drawn radiograph of a hand."""
    return phantoms.hand(int(rng.integers(2**31)), CANVAS)


def lateral(rng: np.random.Generator) -> Pixels:
    """Return a drawn radiograph of a chest from the side."""
    return phantoms.lateral(int(rng.integers(2**31)), CANVAS)


def frontal(rng: np.random.Generator) -> Pixels:
    """Return a drawn frontal chest film: no film, but meant to look like one."""
    return phantoms.render(phantoms.draw(int(rng.integers(2**31))), CANVAS)


def swapped_halves(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Exchange the left and the right half, so that the spine lies at the edges."""
    return np.roll(film, CANVAS // 2, axis=1)


def strips(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Deal horizontal bands of the film anew."""
    return np.concatenate([film[i * 28 : i * 28 + 28] for i in rng.permutation(8)])


def unrolled(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Draw the film in polar coordinates."""
    angle, radius = np.meshgrid(np.linspace(0, 2 * np.pi, CANVAS), np.linspace(0, 112, CANVAS))
    places = np.stack([112 + radius * np.sin(angle), 112 + radius * np.cos(angle)])
    return map_coordinates(film, places, order=1, mode="nearest").astype(np.float32)


def swirled(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Turn the middle of the film against its edge."""
    rows, columns = np.mgrid[0:CANVAS, 0:CANVAS] - CANVAS / 2
    turn = float(rng.uniform(2, 4)) * np.exp(-np.hypot(rows, columns) / 60)
    sine, cosine = np.sin(turn), np.cos(turn)
    places = np.stack([cosine * rows - sine * columns, sine * rows + cosine * columns])
    return map_coordinates(film, places + CANVAS / 2, order=1, mode="nearest").astype(np.float32)


def upside_down(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Exchange top and bottom: turned by 180 degrees and mirrored."""
    return np.ascontiguousarray(film[::-1])


def negative_turned(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Invert the film and turn it by 90 degrees."""
    return np.ascontiguousarray(1 - np.rot90(film, int(rng.choice([1, 3]))))


def tiny_in_frame(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Lay the film, a third as wide, on an empty page, as in a scanned paper."""
    page = np.full((CANVAS, CANVAS), float(rng.choice([0.0, 1.0])), dtype=np.float32)
    edge = int(rng.integers(60, 90))
    top, left = (int(place) for place in rng.integers(0, CANVAS - edge, 2))
    page[top : top + edge, left : left + edge] = resize(film, edge)
    return page


def four_up(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Lay the film four times on one page."""
    return np.tile(resize(film, CANVAS // 2), (2, 2))


def smeared(film: Pixels, rng: np.random.Generator) -> Pixels:
    """Blur until only light and dark are left."""
    return gaussian_filter(film, float(rng.uniform(14, 22))).astype(np.float32)


PHOTOGRAPHS: Mapping[str, Callable[[], tuple[Pixels, ...]]] = {
    "cat (grey)": cat,
    "street and objects (grey)": street,
    "faces": faces,
    "printed text": printed,
    "CT, MR, ultrasound": scans,
    "retina": retina,
}
DRAWN: Mapping[str, Make] = {
    "charts": chart,
    "gratings": grating,
    "mosaics": mosaic,
    "hand (core.phantoms)": hand,
    "lateral chest (core.phantoms)": lateral,
}
CHANGED: Mapping[str, Change] = {
    "halves swapped": swapped_halves,
    "strips": strips,
    "unrolled": unrolled,
    "swirled": swirled,
    "upside down": upside_down,
    "negative and turned": negative_turned,
    "small on a page": tiny_in_frame,
    "four on a page": four_up,
    "blurred away": smeared,
}


def pictures(name: str, count: int, seed: int) -> list[Pixels]:
    """Return pictures of one family: windows of its photographs, or drawings."""
    rng = np.random.default_rng(seed)
    if name in DRAWN:
        return [DRAWN[name](rng) for _ in range(count)]
    sources = PHOTOGRAPHS[name]()
    if len(sources) >= count:
        return [resize(source, CANVAS) for source in sources[:count]]
    whole = [resize(source, CANVAS) for source in sources]
    parts = [window(sources[i % len(sources)], rng) for i in range(count - len(whole))]
    return whole + parts


def _bundled(name: str) -> Any:
    from skimage import data

    return getattr(data, name)()


def _first_frame(record: Any) -> Pixels:
    pixels = np.asarray(record.pixel_array, dtype=np.float32)
    frames = int(getattr(record, "NumberOfFrames", 1) or 1)
    pixels = pixels[0] if frames > 1 else pixels
    pixels = pixels.mean(axis=-1) if pixels.ndim == 3 else pixels
    low, high = np.percentile(pixels, [0.5, 99.5])
    grey_values = (pixels - low) / max(float(high - low), 1e-6)
    return np.asarray(np.clip(grey_values, 0, 1), dtype=np.float32)
