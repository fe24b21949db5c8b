"""What lies on the detector or the skin: lead letters, an electrode with its wire, a shutter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.errors import InputError
from core.phantoms.parameters import Border, Electrode, Marker
from core.phantoms.space import CANVAS, Map, Points, Space, ellipse, ramp, shrunk, strokes

LEAD = 3.0
GLYPHS = {
    "A": ("01110", "10001", "10001", "11111", "10001", "10001", "10001"),
    "L": ("10000", "10000", "10000", "10000", "10000", "10000", "11111"),
    "P": ("11110", "10001", "10001", "11110", "10000", "10000", "10000"),
    "R": ("11110", "10001", "10001", "11110", "10100", "10010", "10001"),
}


def letters(marker: Marker, size: int) -> Map:
    """Return the attenuation of a marker on the detector.

    Raises
    ------
    InputError
        If it holds a letter that is not drawn here.
    """
    strange = sorted(set(marker.text) - set(GLYPHS))
    if strange or not marker.text:
        raise InputError(
            f"marker: {marker.text!r} cannot be drawn. Use letters of {', '.join(GLYPHS)}."
        )
    rows = ["0".join(GLYPHS[letter][row] for letter in marker.text) for row in range(7)]
    dots = np.array([[255 * int(dot) for dot in row] for row in rows], dtype=np.uint8)
    dot = marker.height * CANVAS / 2 / 7
    wide, high = round(dots.shape[1] * dot), round(7 * dot)
    glyphs = Image.fromarray(dots).resize((wide, high), Image.Resampling.NEAREST)
    canvas = Image.new("L", (CANVAS, CANVAS))
    left, top = (round((c + 1) * CANVAS / 2) for c in (marker.x, marker.y))
    canvas.paste(glyphs, (left - wide // 2, top - high // 2))
    return LEAD * shrunk(canvas, size)


def electrode(item: Electrode, at: Space) -> Map:
    """Return the attenuation of an electrode: a faint pad, a metal stud, a wire to the edge."""
    distance = np.sqrt(ellipse(at, (item.x, item.y), (item.radius, item.radius)))
    pad: Map = 0.5 * ramp((1 - distance) / 0.1) + 2.2 * ramp((0.45 - distance) / 0.12)
    if not item.wire:
        return pad
    wire = strokes(at.size, [(at.on_detector(_wire(item)), 0.014, 255)])
    drawn: Map = np.maximum(pad, 0.8 * wire)
    return drawn


def open_field(border: Border, size: int) -> NDArray[np.bool_]:
    """Return where the X-rays were let through."""
    where = (np.arange(size) + 0.5) / size
    across = (where >= border.left) & (where <= 1 - border.right)
    down = (where >= border.top) & (where <= 1 - border.bottom)
    return down[:, None] & across[None, :]


def _wire(item: Electrode) -> Points:
    """Return a slack curve from the stud over the shoulder and out of the picture."""
    outward = -1.0 if item.x < 0 else 1.0
    end = np.array([item.x + outward * 0.35, -1.3])
    bend = np.array([item.x + outward * 0.30, item.y + 0.10])
    t = np.linspace(0, 1, 24)[:, None]
    curve = (1 - t) ** 2 * np.array([item.x, item.y]) + 2 * t * (1 - t) * bend + t * t * end
    return np.asarray(curve, dtype=np.float64)
