"""The chest as attenuation maps: soft tissue, lungs, heart and the space around it."""

from __future__ import annotations

import dataclasses

import numpy as np

from core.phantoms.parameters import SIDES, Anatomy, Side
from core.phantoms.space import Map, Space, capsule, ellipse, ramp, rod, rounded

APEX = 0.27  # distance of the lungs' tips from the midline
SOFT = 1.25  # attenuation of the trunk without air
ABDOMEN = 0.5
HEART = 0.55
BEHIND = 0.6  # share of the lung's depth that the heart takes up
HEART_LEVEL = 0.17


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Lungs:
    """The air of both lungs.

    Attributes
    ----------
    right, left : (size, size) array
        Depth of the patient's right and left lung along the beam, from 0 to 1.
    """

    right: Map
    left: Map

    @property
    def both(self) -> Map:
        """Depth of air along the beam; the lungs do not overlap."""
        return self.right + self.left

    def of(self, side: Side) -> Map:
        """Return one lung: the patient's right at -1, left at 1."""
        return self.right if side < 0 else self.left


def lungs(anatomy: Anatomy, heart: Map, at: Space) -> Lungs:
    """Return the depth of air, which ends at ribs, mediastinum and diaphragm, and at the heart."""
    front = 1 - BEHIND * heart.clip(0, 1)
    return Lungs(*(_lung(anatomy, at, side) * front for side in SIDES))


def borders(anatomy: Anatomy, y: Map) -> tuple[Map, Map]:
    """Return the distances of the medial and lateral lung border from the midline at levels."""
    down = (y - anatomy.lung_top) / (anatomy.lung_base - anatomy.lung_top)
    near_tip = 1 - (down / 0.16).clip(0, 1)
    medial = anatomy.mediastinum + (APEX - anatomy.mediastinum) * near_tip * near_tip
    above = 1 - (down / 0.85).clip(0, 1)
    lateral = APEX + (anatomy.lung_width - APEX) * np.sqrt(1 - above * above * above)
    return medial.astype(np.float32), lateral.astype(np.float32)


def diaphragm(anatomy: Anatomy, x: Map, side: Side) -> Map:
    """Return the level of the diaphragm at distances from the midline."""
    middle, half = 0.37, 0.40 * anatomy.lung_width / 0.68
    across = (x - middle) / half
    top = anatomy.lung_base - anatomy.dome - (anatomy.lift if side < 0 else 0.0)
    level = top + (anatomy.lung_base - top) * across * across
    return np.minimum(level, anatomy.lung_base + 0.08).astype(np.float32)


def soft_tissue(anatomy: Anatomy, at: Space) -> Map:
    """Return the attenuation of the body as if it held no air: neck, shoulders, trunk."""
    rise = ramp((at.y + 0.95) / 0.40)
    fall = ramp((at.y + 0.42) / 0.45)
    width = anatomy.neck + (anatomy.shoulder - anatomy.neck) * rise
    width = width - (anatomy.shoulder - anatomy.trunk) * fall
    across = (at.x / width) ** 2
    depth = rounded((1 - across * across) / 1.6)
    belly = ramp((at.y - anatomy.lung_base + 0.25) / 0.4)
    return depth * (0.55 * SOFT + 0.45 * SOFT * ramp((at.y + 0.9) / 0.7) + ABDOMEN * belly)


def breasts(anatomy: Anatomy, at: Space) -> Map:
    """Return the soft tissue before the lower lungs, sharp at its lower fold."""
    shape = ellipse(at.folded, (0.47, 0.22), (0.34, 0.30))
    return anatomy.breast * rod(shape) * ramp((at.y + 0.15) / 0.35)


def heart(anatomy: Anatomy, at: Space) -> Map:
    """Return the thickness of heart and great vessels, 1 in the heart's middle."""
    half = anatomy.cardiothoracic * anatomy.lung_width
    level = HEART_LEVEL + 0.2 * (anatomy.lung_base - 0.5)
    ventricles = rod(ellipse(at, (anatomy.heart_shift, level), (half * 1.04, half * 0.74), 0.62))
    atrium = rod(ellipse(at, (anatomy.heart_shift - half * 0.62, level), (half * 0.5, 0.22)))
    knob = rod(ellipse(at, (0.10, -0.30), (0.075, 0.08)))
    trunk = rod(ellipse(at, (0.08, -0.10), (0.12, 0.24)))
    squares = ventricles**2 + 0.6 * atrium**2 + 0.2 * knob**2 + 0.35 * trunk**2
    above = 1 - 0.8 * ramp((at.y - anatomy.lung_base + 0.16) / 0.14)
    thickness: Map = np.sqrt(squares) * above
    return thickness


def midline(anatomy: Anatomy, at: Space) -> Map:
    """Return the attenuation between the lungs, without the heart, less the air of the trachea."""
    band = rounded((anatomy.mediastinum + 0.03 - np.abs(at.x)) / 0.14)
    band *= 0.35 * ramp((at.y + 1.1) / 0.6)
    airway = rod(((at.x + 0.01) / 0.042) ** 2) * ramp((-0.18 - at.y) / 0.06)
    bronchi = rod(capsule(at.folded, (0, -0.22), (0.15, -0.08), 0.03))
    airway = np.maximum(airway, 0.6 * bronchi)
    hila = np.exp(-ellipse(at.folded, (0.19, -0.04), (0.08, 0.14)))
    attenuation: Map = band - 0.34 * airway + 0.13 * hila
    return attenuation


def stomach_bubble(anatomy: Anatomy, at: Space) -> Map:
    """Return the depth of the air under the left dome."""
    shape = ellipse(at, (0.34, anatomy.lung_base - 0.02), (0.13, 0.075), 0.2)
    return ramp((1 - shape) / 0.8)


def _lung(anatomy: Anatomy, at: Space, side: Side) -> Map:
    x = at.x * side
    medial, lateral = borders(anatomy, at.y)
    floor = diaphragm(anatomy, x, side)
    depth = rounded((lateral - x) / 0.30) * rounded((x - medial) / 0.16)
    depth *= ramp((floor - at.y) / 0.035) * rounded((at.y - anatomy.lung_top) / 0.55)
    return (depth * (0.86 + 0.14 * rounded((floor - at.y) / 0.5))).astype(np.float32)
