"""From parameters to pixels by Beer and Lambert's law, and the masks that go with the picture.

Every step after the drawing looks at a pixel and its near neighbours only. So what is taken away
changes the picture within its own support, widened by the point spread, and nowhere else.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.phantoms import objects
from core.phantoms.chest import Chest, chest
from core.phantoms.lesions import opacity
from core.phantoms.parameters import Acquisition, Phantom
from core.phantoms.space import Film, Map, Space, space

Mask = NDArray[np.bool_]
SIZES = range(32, 1025)
REACH = 3  # standard deviations at which the point spread is cut
VISIBLE = 0.12  # opacity from which a reader would outline a lesion
IN_LUNG = 0.2  # depth from which a pixel counts as lung
IN_HEART = 0.3
LINES = 0.35  # of a scatter grid, per pixel


def render(phantom: Phantom, size: int = 224) -> Film:
    """Return the film.

    Parameters
    ----------
    phantom : Phantom
        What it shows and how it was taken.
    size : int
        Side of the picture, from 32 to 1024.

    Returns
    -------
    (size, size) array
        Grey values from 0 (black, air) to 1 (white, lead).

    Raises
    ------
    InputError
        If the size is out of range.
    """
    patient = _patient(phantom, size)
    total = patient.attenuation(_lost(phantom, patient)) + _objects(phantom, patient.at)
    film = develop(total, phantom.acquisition)
    if phantom.border:
        film *= objects.open_field(phantom.border, size)
    return film


def develop(attenuation: Map, how: Acquisition) -> Film:
    """Turn attenuation along the beam into a film: transmission, blur, noise, display curve."""
    from scipy.ndimage import gaussian_filter

    size = attenuation.shape[0]
    dark = np.exp(-attenuation.clip(0, None))
    if how.blur > 0:
        sharpness = how.blur * size
        dark = gaussian_filter(dark, sharpness, radius=_reach(how, size), mode="nearest")
    if how.grid:
        dark = dark * _grid_shadow(how.grid, size)
    grain = np.random.default_rng(how.seed).standard_normal((size, size), dtype=np.float32)
    light = 1 - dark + grain * np.sqrt(dark / how.dose + how.electronic**2)
    detector = space(size)
    light *= 1 + how.tilt_x * detector.x + how.tilt_y * detector.y
    film: Film = (how.gain * light.clip(0, 1) ** how.gamma).clip(0, 1).astype(np.float32)
    return film


def lung_mask(phantom: Phantom, size: int = 224) -> Mask:
    """Return where the beam passes through a lung."""
    return _patient(phantom, size).lungs.both > IN_LUNG


def heart_mask(phantom: Phantom, size: int = 224) -> Mask:
    """Return where the beam passes through the heart or the great vessels."""
    return _patient(phantom, size).heart > IN_HEART


def lesion_mask(phantom: Phantom, size: int = 224, at_least: float = VISIBLE) -> Mask:
    """Return where a reader would see the lesion: its opacity reaches ``at_least``."""
    return _lost(phantom, _patient(phantom, size)) > at_least


def lesion_support(phantom: Phantom, size: int = 224) -> Mask:
    """Return every pixel that the lesion can change; outside, its removal changes nothing."""
    return _widened(_lost(phantom, _patient(phantom, size)) > 0, phantom.acquisition)


def marker_mask(phantom: Phantom, size: int = 224) -> Mask:
    """Return every pixel that the lead letters can change."""
    if phantom.marker is None:
        return np.zeros((checked(size), size), dtype=bool)
    return _widened(objects.letters(phantom.marker, checked(size)) > 0, phantom.acquisition)


def electrode_mask(phantom: Phantom, size: int = 224) -> Mask:
    """Return every pixel that the electrode and its wire can change."""
    if phantom.electrode is None:
        return np.zeros((checked(size), size), dtype=bool)
    at = space(checked(size), phantom.acquisition)
    return _widened(objects.electrode(phantom.electrode, at) > 0, phantom.acquisition)


def border_mask(phantom: Phantom, size: int = 224) -> Mask:
    """Return every pixel that the collimator shut off."""
    if phantom.border is None:
        return np.zeros((checked(size), size), dtype=bool)
    return ~objects.open_field(phantom.border, checked(size))


def _grid_shadow(amplitude: float, size: int) -> Map:
    """Return what a scatter grid lets through in every column, which is the same in every row."""
    columns = np.arange(size, dtype=np.float32)
    shadow: Film = (1 + amplitude * np.cos(2 * np.pi * LINES * columns)).astype(np.float32)
    return shadow


def _objects(phantom: Phantom, at: Space) -> Map:
    total = np.zeros_like(at.x)
    if phantom.marker:
        total += objects.letters(phantom.marker, at.size)
    if phantom.electrode:
        total += objects.electrode(phantom.electrode, at)
    return total


def _patient(phantom: Phantom, size: int) -> Chest:
    return chest(phantom.anatomy, phantom.acquisition, checked(size))


def _lost(phantom: Phantom, patient: Chest) -> Map:
    if phantom.lesion is None:
        return np.zeros_like(patient.solid)
    return opacity(phantom.lesion, patient.lungs, patient.at)


def _reach(how: Acquisition, size: int) -> int:
    return math.ceil(REACH * how.blur * size)


def _widened(mask: Mask, how: Acquisition) -> Mask:
    """Return a mask widened by the point spread, which is a square of pixels."""
    from scipy.ndimage import maximum_filter

    reach = _reach(how, mask.shape[0])
    return np.asarray(maximum_filter(mask, 2 * reach + 1), dtype=bool)


def checked(size: int) -> int:
    """Return a picture's side, or raise an ``InputError`` if it is out of range."""
    if size not in SIZES:
        raise InputError(
            f"size: {size} is out of range. Choose a side from {SIZES[0]} to {SIZES[-1]} pixels."
        )
    return size
