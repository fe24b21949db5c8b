"""The bones of a frontal chest film: spine, ribs, clavicles, shoulder blades, upper arms."""

from __future__ import annotations

import numpy as np

from core.phantoms.parameters import Anatomy
from core.phantoms.space import Map, Space, bone, capsule, ellipse, ramp, rod
from core.phantoms.thorax import borders

RIBS = 10
FIRST_RIB = -0.72


def bones(anatomy: Anatomy, at: Space) -> Map:
    """Return the attenuation of the skeleton."""
    parts: Map = 1.6 * _spine(anatomy, at) + 2.3 * (_ribs(anatomy, at) + _clavicles(at))
    parts += _shoulders(at)
    parts *= anatomy.bone
    return parts


def _spine(anatomy: Anatomy, at: Space) -> Map:
    waist = np.cos(at.y * (2 * np.pi / anatomy.rib_spacing))
    column: Map = rod((at.x / (0.085 + 0.006 * waist)) ** 2) * (0.85 + 0.15 * waist)
    return column


def _ribs(anatomy: Anatomy, at: Space) -> Map:
    """Return all ribs: behind, falling away from the spine; before, falling back to the middle.

    The ribs of one half are parallel, so that the nearest one is found by rounding.
    """
    x = np.abs(at.x)
    _, lateral = borders(anatomy, at.y)
    cage = lateral + 0.025
    out = (x / cage).clip(0, 1)
    behind = FIRST_RIB + anatomy.rib_slope * (out * out * out * out + 0.5 * out * out - 0.4 * out)
    before = FIRST_RIB + anatomy.rib_slope * (1.1 + 2.6 * (1 - out))
    inside = ramp((cage - x) / 0.02)
    spine_end = ramp((x - 0.05) / 0.05)
    cartilage = ramp((x - 0.26) / 0.16)
    back = _parallel(anatomy, at.y - behind, RIBS) * inside * spine_end
    front = _parallel(anatomy, at.y - before, RIBS - 3) * inside * cartilage
    edge_on = 1 + 0.5 * ramp((out - 0.86) / 0.12)
    faint = 1 - 0.65 * ramp((at.y - anatomy.lung_base + 0.15) / 0.3)
    cage_of_ribs: Map = (back + 0.6 * front) * edge_on * faint
    return cage_of_ribs


def _parallel(anatomy: Anatomy, below_first: Map, count: int) -> Map:
    """Return the thickness of equally spaced ribs at distances below the first."""
    which = np.round(below_first / anatomy.rib_spacing)
    distance = (below_first - which * anatomy.rib_spacing) / anatomy.rib_width
    return bone(distance * distance) * ((which >= 0) & (which < count))


def _clavicles(at: Space) -> Map:
    x = np.abs(at.x)
    along = ((x - 0.08) / 0.66).clip(0, 1)
    level = -0.54 - 0.13 * along + 0.035 * np.sin(2 * np.pi * along)
    ends = ramp((x - 0.06) / 0.03) * ramp((0.78 - x) / 0.06)
    across = (at.y - level) / (0.032 - 0.008 * np.sin(np.pi * along))
    return bone(across * across) * ends


def _shoulders(at: Space) -> Map:
    half = at.folded
    head = rod(ellipse(half, (0.97, -0.57), (0.12, 0.13)))
    shaft = bone(capsule(half, (0.99, -0.52), (1.12, 0.1), 0.07))
    border = bone(capsule(half, (0.86, -0.5), (0.72, -0.02), 0.025))
    spine = bone(capsule(half, (0.90, -0.60), (0.62, -0.50), 0.028))
    blade = ramp((half.x - 0.60 - 0.22 * (at.y + 0.5)) / 0.03) * ramp((0.86 - half.x) / 0.05)
    blade *= ramp((at.y + 0.58) / 0.05) * ramp((0.0 - at.y) / 0.1)
    return 1.5 * np.maximum(head, shaft) + 0.8 * np.maximum(border, spine) + 0.35 * blade
