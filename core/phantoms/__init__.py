"""Procedural chest radiographs whose causes are known because they were drawn."""

from core.phantoms.draws import draw
from core.phantoms.elsewhere import hand, lateral
from core.phantoms.film import (
    border_mask,
    electrode_mask,
    heart_mask,
    lesion_mask,
    lesion_support,
    lung_mask,
    marker_mask,
    render,
)
from core.phantoms.parameters import (
    Acquisition,
    Anatomy,
    Blob,
    Border,
    Electrode,
    Finding,
    Lesion,
    Marker,
    Phantom,
    Shortcut,
)

__all__ = [
    "Acquisition",
    "Anatomy",
    "Blob",
    "Border",
    "Electrode",
    "Finding",
    "Lesion",
    "Marker",
    "Phantom",
    "Shortcut",
    "border_mask",
    "draw",
    "electrode_mask",
    "hand",
    "heart_mask",
    "lateral",
    "lesion_mask",
    "lesion_support",
    "lung_mask",
    "marker_mask",
    "render",
]
