"""A chest put together: what the beam meets with and without the air of the lungs."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

from core.phantoms import thorax
from core.phantoms.parameters import Acquisition, Anatomy
from core.phantoms.skeleton import bones
from core.phantoms.space import Map, Space, noise, space
from core.phantoms.vessels import vessels

FINE = (8, 16, 32, 64, 128)  # grids of the fine structure
FALLOFF = 0.81
AIR = 0.02  # least attenuation anywhere


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Chest:
    """A patient without disease in one position.

    Attributes
    ----------
    at : Space
        Coordinates of the picture.
    lungs : Lungs
        Depth of air.
    heart : (size, size) array
        Thickness of heart and great vessels.
    solid : (size, size) array
        Attenuation if both lungs held no air.
    spared : (size, size) array
        Attenuation that the air of the lungs saves; less where vessels run through it.
    """

    at: Space
    lungs: thorax.Lungs
    heart: Map
    solid: Map
    spared: Map

    def attenuation(self, lost: Map) -> Map:
        """Return the attenuation when a share of the air is lost, 0 to 1 in every pixel."""
        return np.maximum(self.solid - self.spared * (1 - lost), AIR)


def chest(anatomy: Anatomy, how: Acquisition, size: int) -> Chest:
    """Return a chest as an acquisition positions it.

    The last few are kept, since interventions on disease and shortcut share them.
    """
    pose = Acquisition(how.rotation, how.shift_x, how.shift_y, how.scale)
    return _chest(anatomy, pose, size)


@functools.lru_cache(maxsize=4)
def _chest(anatomy: Anatomy, pose: Acquisition, size: int) -> Chest:
    at = space(size, pose)
    heart = thorax.heart(anatomy, at)
    lungs = thorax.lungs(anatomy, heart, at)
    grain = anatomy.texture * noise(size, anatomy.seed, FINE, FALLOFF)
    spared = lungs.both * (anatomy.aeration - anatomy.vessels * vessels(anatomy, at) - grain)
    built = Chest(at, lungs, heart, _solid(anatomy, heart, grain, at), spared)
    for shared in (heart, lungs.right, lungs.left, built.solid, built.spared):
        shared.setflags(write=False)
    return built


def _solid(anatomy: Anatomy, heart: Map, grain: Map, at: Space) -> Map:
    body = thorax.soft_tissue(anatomy, at)
    total = body * (1 + 0.5 * grain) + thorax.HEART * heart + thorax.midline(anatomy, at)
    total += thorax.breasts(anatomy, at) + bones(anatomy, at)
    total -= anatomy.bubble * thorax.stomach_bubble(anatomy, at)
    return np.where(body > 0, total, AIR).astype(np.float32)
