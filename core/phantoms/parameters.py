"""Everything a phantom is made of, as plain numbers: equal parameters give equal pixels.

Lengths are in the patient's frame: x from -1 to 1, left to right in the picture (so the patient's
right side is at negative x), and y from -1 at the upper edge to 1 at the lower.
"""

from __future__ import annotations

import dataclasses
import enum
from typing import Any, Literal

from core import plain

Side = Literal[-1, 1]
SIDES: tuple[Side, Side] = (-1, 1)


class Finding(enum.StrEnum):
    """What a phantom's lungs show."""

    NORMAL = "normal"
    CONSOLIDATION = "consolidation"
    GROUND_GLASS = "ground glass"
    NODULES = "nodules"


class Shortcut(enum.StrEnum):
    """What a film may carry that says nothing of the patient's lungs."""

    NONE = "none"
    MARKER = "marker"
    ELECTRODE = "electrode"
    BORDER = "border"


@dataclasses.dataclass(frozen=True, slots=True)
class Anatomy:
    """A chest without disease.

    Attributes
    ----------
    neck, shoulder, trunk : float
        Half-widths of the body at three levels.
    lung_width, lung_top, lung_base : float
        Lateral border of the lungs, level of the apex, level of the costophrenic angle.
    dome, lift : float
        Height of the diaphragm's domes; how much higher the right one stands.
    mediastinum : float
        Half-width of the space between the lungs.
    cardiothoracic : float
        Width of the heart over the inner width of the chest.
    heart_shift : float
        How far the heart's centre lies to the patient's left.
    aeration : float
        Attenuation that the air of the lungs saves; 0 would hide them.
    rib_spacing, rib_width, rib_slope, bone : float
        Distance and half-width of the ribs, their descent, and how much bone attenuates.
    breast : float
        Attenuation of the soft tissue before the lower lungs.
    bubble : float
        Attenuation that the air in the stomach saves.
    vessels, texture : float
        Strength of the vessels and of the fine structure.
    seed : int
        Seed of the vessel tree and of the fine structure.
    """

    neck: float = 0.24
    shoulder: float = 1.15
    trunk: float = 0.90
    lung_width: float = 0.68
    lung_top: float = -0.76
    lung_base: float = 0.50
    dome: float = 0.24
    lift: float = 0.05
    mediastinum: float = 0.12
    cardiothoracic: float = 0.48
    heart_shift: float = 0.10
    aeration: float = 1.0
    rib_spacing: float = 0.155
    rib_width: float = 0.030
    rib_slope: float = 0.20
    bone: float = 0.17
    breast: float = 0.10
    bubble: float = 0.3
    vessels: float = 0.42
    texture: float = 0.05
    seed: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Blob:
    """One place where a lung has lost air.

    Attributes
    ----------
    x, y, radius : float
        Centre and extent in the patient's frame.
    opacity : float
        Share of the lung's air that is gone at the centre, from 0 to 1.
    seed : int
        Seed of the irregular edge.
    """

    x: float
    y: float
    radius: float
    opacity: float
    seed: int = 0

    @property
    def side(self) -> Side:
        """The lung it lies in; a blob never crosses the midline."""
        return -1 if self.x < 0 else 1


@dataclasses.dataclass(frozen=True, slots=True)
class Lesion:
    """Disease: the only part of a phantom that makes it anything but normal.

    Attributes
    ----------
    finding : Finding
        What it is.
    blobs : tuple of Blob
        Where it is.
    severity : float
        Factor on every opacity, from 0 to 1.
    bronchogram : bool
        Whether air-filled bronchi show dark inside a consolidation.
    """

    finding: Finding
    blobs: tuple[Blob, ...]
    severity: float = 1.0
    bronchogram: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Marker:
    """A lead letter on the detector.

    Attributes
    ----------
    text : str
        Letters of ``A``, ``L``, ``P`` and ``R``.
    x, y : float
        Centre on the detector, in the same units as the patient's frame.
    height : float
        Height of a letter.
    """

    text: str = "R"
    x: float = -0.84
    y: float = -0.78
    height: float = 0.11


@dataclasses.dataclass(frozen=True, slots=True)
class Electrode:
    """An electrocardiogram electrode on the skin, with its lead wire.

    Attributes
    ----------
    x, y, radius : float
        Centre and radius in the patient's frame.
    wire : bool
        Whether the lead is attached.
    """

    x: float = 0.5
    y: float = -0.45
    radius: float = 0.07
    wire: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Border:
    """A collimated edge: shares of the width or height that received no X-rays, shown black."""

    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    bottom: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Acquisition:
    """How the film was taken; between two hospitals only this differs.

    Attributes
    ----------
    rotation : float
        Turn of the patient in degrees, clockwise.
    shift_x, shift_y, scale : float
        Position and magnification of the patient.
    gamma, gain : float
        Display curve and brightness.
    tilt_x, tilt_y : float
        Relative change of brightness from the middle to the right and to the lower edge.
    dose : float
        Photons per pixel through air, in units that give the noise its size.
    electronic : float
        Standard deviation of the detector's own noise.
    blur : float
        Standard deviation of the point spread, as a share of the picture's side.
    seed : int
        Seed of the noise.
    grid : float
        Amplitude of the shadow of a scatter grid that stood still: fine upright lines over the
        whole film, as a share of the light that falls there; from 0 to 1.
    """

    rotation: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    scale: float = 1.0
    gamma: float = 1.0
    gain: float = 1.0
    tilt_x: float = 0.0
    tilt_y: float = 0.0
    dose: float = 3000.0
    electronic: float = 0.004
    blur: float = 0.003
    seed: int = 0
    grid: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Phantom:
    """A film that never was: its causes, each of which can be taken away alone.

    ``dataclasses.replace(phantom, lesion=None)`` is the intervention "no disease": the picture
    changes inside the support of the lesion and nowhere else.
    """

    anatomy: Anatomy = Anatomy()
    lesion: Lesion | None = None
    marker: Marker | None = None
    electrode: Electrode | None = None
    border: Border | None = None
    acquisition: Acquisition = Acquisition()

    @property
    def finding(self) -> Finding:
        """What the lungs show."""
        return self.lesion.finding if self.lesion else Finding.NORMAL

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters as plain data."""
        return dict(plain.plain(self))
