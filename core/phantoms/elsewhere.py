"""Films that are not frontal chest radiographs: what a gate should turn away."""

from __future__ import annotations

import itertools
import math

import numpy as np

from core.phantoms.film import checked, develop
from core.phantoms.parameters import Acquisition
from core.phantoms.space import (
    Film,
    Map,
    Point,
    Space,
    bone,
    capsule,
    ellipse,
    ramp,
    rod,
    rounded,
    space,
)

FLESH = 0.8
BONE = 0.9
# One ray a finger, thumb first: where it starts, direction in degrees from upright, and the
# distances of the bones' ends from there.
FINGERS: tuple[tuple[Point, float, tuple[float, ...]], ...] = (
    ((-0.17, 0.44), -46.0, (0.0, 0.27, 0.48, 0.64)),
    ((-0.13, 0.36), -14.0, (0.0, 0.42, 0.68, 0.83, 0.93)),
    ((-0.02, 0.34), -3.0, (0.0, 0.41, 0.70, 0.87, 0.98)),
    ((0.09, 0.36), 8.0, (0.0, 0.38, 0.65, 0.82, 0.92)),
    ((0.18, 0.40), 20.0, (0.0, 0.35, 0.56, 0.68, 0.78)),
)
GAP = 0.045  # half the width of a joint's space


def hand(seed: int, size: int = 224) -> Film:
    """Return a radiograph of a hand, drawn: (size, size), 0 to 1."""
    rng = np.random.default_rng(seed)
    at = space(checked(size), Acquisition(rotation=rng.uniform(-6, 6)))
    flesh, skeleton = _palm(at)
    for root, degrees, joints in FINGERS:
        angle = math.radians(degrees + rng.normal(0, 1.5))
        flesh = np.maximum(
            flesh, rod(capsule(at, _along(root, angle, 0.1), _along(root, angle, joints[-1]), 0.09))
        )
        for first, last in itertools.pairwise(joints):
            ends = _along(root, angle, first + GAP), _along(root, angle, last - GAP)
            skeleton = np.maximum(skeleton, _long_bone(at, *ends))
    return develop(FLESH * flesh + BONE * skeleton + 0.02, Acquisition(seed=seed))


def lateral(seed: int, size: int = 224) -> Film:
    """Return a chest radiograph from the side, drawn: (size, size), 0 to 1."""
    rng = np.random.default_rng(seed)
    at = space(checked(size), Acquisition(rotation=rng.uniform(-3, 3)))
    lean = 0.10 * np.cos(2.2 * (at.y - 0.1))
    depth = 0.50 + 0.32 * ramp((at.y + 1.0) / 0.75)
    body = rod(((at.x - 0.02 + 0.5 * lean) / depth) ** 2)
    column = (at.x - 0.50 - 0.9 * lean) / 0.10
    waist = np.cos(at.y * (2 * np.pi / 0.19))
    spine = rod(column**2) * (0.8 + 0.2 * waist)
    sternum = bone(capsule(at, (-0.52, -0.50), (-0.66, 0.25), 0.035))
    dome = 0.34 + 0.35 * (at.x + 0.12) ** 2 + 0.12 * ramp((at.x - 0.1) / 0.5)
    above = ((0.15 - at.y) / 0.95).clip(0, 1)
    wide = 0.60 * np.sqrt(1 - above * above)
    air = rounded((wide - np.abs(at.x - 0.06 * at.y)) / 0.3) * ramp((dome - at.y) / 0.04)
    heart = rod(ellipse(at, (-0.24, 0.16), (0.36, 0.24), 0.75))
    ribs = _ribs_from_the_side(at) * ramp(air / 0.4)
    total = 1.9 * body - 1.2 * air * (1 - 0.5 * heart) + 0.35 * heart
    total += 0.45 * spine + 0.35 * sternum + 0.16 * ribs
    belly = 0.3 * ramp((at.y - dome) / 0.1) * body
    return develop(np.maximum(total + belly, 0.02), Acquisition(seed=seed))


def _palm(at: Space) -> tuple[Map, Map]:
    """Return flesh and bones of palm, wrist and forearm."""
    palm = 1.1 * rod(ellipse(at, (0.02, 0.24), (0.34, 0.42)))
    arm = rod(capsule(at, (0.02, 0.6), (0.03, 1.3), 0.25))
    flesh: Map = np.maximum(palm, arm)
    skeleton: Map = np.maximum(
        bone(capsule(at, (-0.05, 0.74), (-0.05, 1.3), 0.105)),
        bone(capsule(at, (0.17, 0.78), (0.16, 1.3), 0.07)),
    )
    for row, (level, count) in enumerate(((0.47, 4), (0.58, 4))):
        for place in range(count):
            centre = (-0.13 + 0.10 * place + 0.02 * row, level + 0.015 * (place % 2))
            skeleton = np.maximum(skeleton, 0.8 * rod(ellipse(at, centre, (0.062, 0.066))))
    return flesh, skeleton


def _along(root: Point, angle: float, distance: float) -> Point:
    return root[0] + distance * math.sin(angle), root[1] - distance * math.cos(angle)


def _long_bone(at: Space, start: Point, end: Point) -> Map:
    """Return a tube with broader ends."""
    shaft = bone(capsule(at, start, end, 0.036))
    heads = (rod(ellipse(at, place, (0.046, 0.030))) for place in (start, end))
    drawn: Map = np.maximum(1.3 * shaft, 0.7 * np.maximum(*heads))
    return drawn


def _ribs_from_the_side(at: Space) -> Map:
    """Return parallel ribs that fall steeply towards the front."""
    level = at.y - 0.75 * (0.45 - at.x)
    distance = (level / 0.16 - np.round(level / 0.16)) * 0.16 / 0.034
    return bone(distance**2)
