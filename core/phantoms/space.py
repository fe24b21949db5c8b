"""Coordinates of a picture and the few shapes everything is drawn with."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.phantoms.parameters import Acquisition

Map = NDArray[np.floating[Any]]
Film = NDArray[np.float32]
Points = NDArray[np.float64]
Point = tuple[float, float]
CANVAS = 448  # lines are drawn at this size and averaged down, which smooths their edges


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Space:
    """The patient's coordinates of every pixel, and the way back to the detector.

    Attributes
    ----------
    x, y : (size, size) array
        Coordinates of pixel centres, from -1 to 1 without rotation, shift and magnification.
    size : int
        Side of the picture in pixels.
    pose : Acquisition
        Where the patient stands.
    """

    x: Map
    y: Map
    size: int
    pose: Acquisition

    @property
    def folded(self) -> Space:
        """The same with x as the distance from the midline, for what both halves share."""
        return dataclasses.replace(self, x=np.abs(self.x))

    def on_detector(self, points: Sequence[Point] | Points) -> Points:
        """Return where points of the patient, (..., 2), fall on the detector."""
        angle = math.radians(self.pose.rotation)
        cos, sin = math.cos(angle), math.sin(angle)
        turned = np.asarray(points) @ np.array([[cos, sin], [-sin, cos]])
        moved: Points = self.pose.scale * turned + (self.pose.shift_x, self.pose.shift_y)
        return moved


def space(size: int, pose: Acquisition | None = None) -> Space:
    """Return the coordinates of a square picture; without a pose, those of the detector."""
    pose = pose or Acquisition()
    line = ((2 * np.arange(size) + 1) / size - 1).astype(np.float32)
    x, y = line[None, :] - pose.shift_x, line[:, None] - pose.shift_y
    angle = math.radians(pose.rotation)
    cos, sin = math.cos(angle) / pose.scale, math.sin(angle) / pose.scale
    turned_x = (cos * x + sin * y).astype(np.float32)
    turned_y = (cos * y - sin * x).astype(np.float32)
    return Space(turned_x, turned_y, size, pose)


def ramp(values: Map) -> Map:
    """Rise smoothly from 0 at 0 to 1 at 1, exactly 0 before and 1 after."""
    inside = values.clip(0, 1)
    smooth: Map = inside * inside * (3 - 2 * inside)
    return smooth


def rounded(depth: Map) -> Map:
    """Thickness of a rounded body at a relative depth from its edge: 0 outside, 1 from 1 on."""
    inside = depth.clip(0, 1)
    thickness: Map = np.sqrt(inside * (2 - inside))
    return thickness


def rod(squared: Map) -> Map:
    """Thickness of a solid round body at a squared relative distance from its middle."""
    thickness: Map = np.sqrt((1 - squared).clip(0, None))
    return thickness


def bone(squared: Map) -> Map:
    """Thickness of a tube with a dense wall: brightest beside its edges."""
    return rod(squared) - 0.5 * rod(squared / 0.64)


def ellipse(at: Space, centre: Point, radii: Point, turn: float = 0.0) -> Map:
    """Squared relative distance from an ellipse's centre, 1 at its edge; ``turn`` in radians."""
    x, y = at.x - centre[0], at.y - centre[1]
    cos, sin = math.cos(turn), math.sin(turn)
    along = x * (cos / radii[0])
    across = y * (cos / radii[1])
    if turn:
        along += y * (sin / radii[0])
        across -= x * (sin / radii[1])
    squared: Map = along * along + across * across
    return squared


def capsule(at: Space, start: Point, end: Point, radius: float) -> Map:
    """Squared relative distance from a straight piece, 1 at its surface."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    x, y = at.x - start[0], at.y - start[1]
    along = ((x * dx + y * dy) / (dx * dx + dy * dy)).clip(0, 1)
    x -= along * dx
    y -= along * dy
    squared: Map = (x * x + y * y) / radius**2
    return squared


def noise(size: int, seed: int, octaves: tuple[int, ...], falloff: float) -> Map:
    """Return a smooth random field of about unit spread, alike at every size.

    Parameters
    ----------
    size : int
        Side of the picture.
    seed : int
        Seed of the field.
    octaves : tuple of int
        Sides of the random grids that are stretched over the picture and added.
    falloff : float
        Factor on each grid after the first; 0.81 gives a power spectrum that falls as
        frequency to the power -2.6, as radiographs have it.
    """
    rng = np.random.default_rng(seed)
    weights = falloff ** np.arange(len(octaves))
    field = np.zeros((size, size), dtype=np.float32)
    for side, weight in zip(octaves, weights / math.sqrt((weights**2).sum()), strict=True):
        grid = rng.standard_normal((side, side), dtype=np.float32)
        stretched = Image.fromarray(grid).resize((size, size), Image.Resampling.BICUBIC)
        field += np.float32(weight) * np.asarray(stretched, dtype=np.float32)
    return field


def strokes(size: int, lines: list[tuple[Points, float, int]]) -> Map:
    """Return polylines on the detector, from 0 to 1.

    Parameters
    ----------
    size : int
        Side of the picture.
    lines : list of (points, width, strength)
        Later ones lie over earlier ones; width in the units of the coordinates, strength 1 to 255.
    """
    canvas = Image.new("L", (CANVAS, CANVAS))
    pen = ImageDraw.Draw(canvas)
    for points, width, strength in lines:
        placed = ((points + 1) * CANVAS / 2).ravel().tolist()
        pen.line(placed, fill=strength, width=max(1, round(width * CANVAS / 2)), joint="curve")
    return shrunk(canvas, size)


def shrunk(canvas: Image.Image, size: int) -> Map:
    """Average a drawing down to the picture, from 0 to 1."""
    small = canvas.resize((size, size), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / np.float32(255)
