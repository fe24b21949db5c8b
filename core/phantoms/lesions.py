"""Disease as lost air: opacity maps that end exactly where they end."""

from __future__ import annotations

import math

import numpy as np

from core.phantoms.parameters import Blob, Finding, Lesion
from core.phantoms.space import Map, Point, Space, ellipse, noise, ramp, rod, strokes
from core.phantoms.thorax import Lungs

ROUGH = (4, 8, 16, 32, 64)  # grids of the noise that frays an edge
SOFTNESS = 0.6  # of the radius, over which a consolidation or ground glass fades out
NODULE = 0.9  # attenuation of a nodule at its thickest, over that of the air it displaces


def opacity(lesion: Lesion, lungs: Lungs, at: Space) -> Map:
    """Return the share of air lost, from 0 to 1; exactly 0 outside the lungs and the lesion."""
    lost = np.zeros_like(at.x)
    for blob in lesion.blobs:
        shape = _shape(lesion.finding, blob, at)
        lost = np.maximum(lost, blob.opacity * shape * (lungs.of(blob.side) > 0))
    if lesion.bronchogram:
        lost *= 1 - 0.6 * _bronchi(lesion, at)
    return (lesion.severity * lost).clip(0, 1).astype(np.float32)


def _shape(finding: Finding, blob: Blob, at: Space) -> Map:
    squared = ellipse(at, (blob.x, blob.y), (blob.radius, blob.radius))
    if finding is Finding.NODULES:
        return NODULE * rod(squared)
    rough = noise(at.size, blob.seed, ROUGH, 0.62)
    edge = ramp((1.1 + 0.25 * rough - np.sqrt(squared)) / SOFTNESS)
    level, spread = (0.9, 0.1) if finding is Finding.CONSOLIDATION else (0.72, 0.28)
    mottled: Map = edge * (level + spread * np.tanh(rough))
    return mottled


def _bronchi(lesion: Lesion, at: Space) -> Map:
    """Return air-filled branches from the hilum through each blob."""
    lines = []
    for blob in lesion.blobs:
        hilum = (blob.side * 0.17, -0.05)
        away = math.atan2(blob.y - hilum[1], blob.x - hilum[0])
        for turn in (-0.45, 0.0, 0.45):
            reach = 0.8 * blob.radius
            end = (
                blob.x + reach * math.cos(away + turn),
                blob.y + reach * math.sin(away + turn),
            )
            points = [_between(hilum, (blob.x, blob.y), share) for share in (0.35, 0.75)]
            lines.append((at.on_detector([*points, end]), 0.014, 255))
    return strokes(at.size, lines)


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
