"""The vessel trees of the lungs: branches that leave the hilum, fork and taper."""

from __future__ import annotations

import numpy as np

from core.phantoms.parameters import SIDES, Anatomy
from core.phantoms.space import Map, Points, Space, strokes

ROOTS = 9
GENERATIONS = 5
STEPS = 3
HILUM = -0.05
FORKS = 0.75  # share of the branches that end in two


def vessels(anatomy: Anatomy, at: Space) -> Map:
    """Return the strength of the vessels, from 0 to 1, on the detector."""
    lines = []
    for generation, branches in enumerate(_generations(anatomy)):
        width, strength = 0.022 * 0.70**generation, int(210 * 0.84**generation)
        lines += [(points, width, strength) for points in at.on_detector(branches)]
    return strokes(at.size, lines[::-1])


def _generations(anatomy: Anatomy) -> list[Points]:
    """Return the branches of each generation: (branches, points, 2), in the patient's frame."""
    rng = np.random.default_rng([anatomy.seed, 1])
    side = np.repeat(SIDES, ROOTS).astype(float)
    start = np.stack([side * (anatomy.mediastinum + 0.07), np.full(len(side), HILUM)], axis=1)
    angle = np.tile(np.linspace(-1.35, 1.45, ROOTS), 2) + rng.normal(0, 0.12, len(side))
    grown = []
    for generation in range(GENERATIONS):
        length = rng.uniform(0.05, 0.085, len(side)) * (0.9 if generation else 0.7)
        bends = angle[:, None] + rng.normal(0, 0.12, (len(side), STEPS)).cumsum(axis=1)
        moves = np.stack([0.75 * side[:, None] * np.cos(bends), np.sin(bends)], axis=2)
        path = start[:, None] + (length[:, None, None] * moves).cumsum(axis=1)
        grown.append(np.concatenate([start[:, None], path], axis=1))
        spread = rng.uniform(0.25, 0.5, len(side))
        forked = rng.random(len(side)) < FORKS
        start = np.concatenate([path[:, -1], path[forked, -1]])
        angle = np.concatenate([bends[:, -1] + spread, (bends[:, -1] - spread)[forked]])
        side = np.concatenate([side, side[forked]])
    return grown
