"""Random phantoms: four independent streams, so that one cause can change without the others."""

from __future__ import annotations

import numpy as np

from core.phantoms.parameters import (
    SIDES,
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
    Side,
)
from core.phantoms.thorax import borders, diaphragm

SEEDS = 2**31


def draw(seed: int, finding: Finding | None = None, shortcut: Shortcut | None = None) -> Phantom:
    """Return the parameters of a random phantom.

    Anatomy, disease, shortcut and acquisition come from four child streams of the seed: with
    another finding the same seed gives the same patient in the same position.

    Parameters
    ----------
    seed : int
        Not negative.
    finding : Finding, optional
        What the lungs show; by default drawn, each equally often.
    shortcut : Shortcut, optional
        What the film carries besides; by default drawn, each equally often.
    """
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(4)]
    anatomy = _anatomy(streams[0])
    drawn_finding = list(Finding)[streams[1].integers(len(Finding))]
    drawn_shortcut = list(Shortcut)[streams[2].integers(len(Shortcut))]
    marker, electrode, border = _shortcuts(streams[2])
    wanted = shortcut or drawn_shortcut
    return Phantom(
        anatomy=anatomy,
        lesion=_lesion(finding or drawn_finding, anatomy, streams[1]),
        marker=marker if wanted is Shortcut.MARKER else None,
        electrode=electrode if wanted is Shortcut.ELECTRODE else None,
        border=border if wanted is Shortcut.BORDER else None,
        acquisition=_acquisition(streams[3]),
    )


def _anatomy(rng: np.random.Generator) -> Anatomy:
    top = rng.normal(-0.76, 0.03)
    base = rng.normal(0.58, 0.06)
    return Anatomy(
        neck=rng.uniform(0.22, 0.28),
        shoulder=rng.uniform(1.08, 1.25),
        trunk=rng.uniform(0.88, 1.0),
        lung_width=rng.uniform(0.64, 0.76),
        lung_top=float(np.clip(top, -0.84, -0.68)),
        lung_base=float(np.clip(base, 0.44, 0.72)),
        dome=rng.uniform(0.17, 0.25),
        lift=rng.uniform(0.02, 0.08),
        mediastinum=rng.uniform(0.105, 0.135),
        cardiothoracic=rng.uniform(0.42, 0.54),
        heart_shift=rng.uniform(0.08, 0.13),
        aeration=rng.uniform(0.92, 1.04),
        rib_spacing=rng.uniform(0.145, 0.165),
        rib_width=rng.uniform(0.027, 0.033),
        rib_slope=rng.uniform(0.16, 0.26),
        bone=rng.uniform(0.13, 0.21),
        breast=float(rng.choice([0.0, 0.06, 0.2])),
        bubble=rng.uniform(0.0, 0.4),
        vessels=rng.uniform(0.34, 0.50),
        texture=rng.uniform(0.035, 0.06),
        seed=int(rng.integers(SEEDS)),
    )


def _lesion(finding: Finding, anatomy: Anatomy, rng: np.random.Generator) -> Lesion | None:
    if finding is Finding.NORMAL:
        return None
    makers = {
        Finding.CONSOLIDATION: _consolidation,
        Finding.GROUND_GLASS: _ground_glass,
        Finding.NODULES: _nodules,
    }
    blobs = makers[finding](anatomy, rng)
    air = finding is Finding.CONSOLIDATION and bool(rng.random() < 0.5)
    return Lesion(finding, blobs, bronchogram=air)


def _consolidation(anatomy: Anatomy, rng: np.random.Generator) -> tuple[Blob, ...]:
    lower = rng.random() < 0.8
    down = rng.uniform(0.6, 0.85) if lower else rng.uniform(0.25, 0.5)
    place = _place(anatomy, _side(rng), rng.uniform(0.3, 0.7), down)
    return (_blob(place, (0.20, 0.32), (0.75, 1.0), rng),)


def _ground_glass(anatomy: Anatomy, rng: np.random.Generator) -> tuple[Blob, ...]:
    """Both lungs, near the pleura."""
    return tuple(
        _blob(
            _place(anatomy, side, rng.uniform(0.68, 0.95), rng.uniform(0.35, 0.9)),
            (0.13, 0.21),
            (0.45, 0.65),
            rng,
        )
        for side in SIDES
        for _ in range(int(rng.integers(2, 4)))
    )


def _nodules(anatomy: Anatomy, rng: np.random.Generator) -> tuple[Blob, ...]:
    return tuple(
        _blob(
            _place(anatomy, _side(rng), rng.uniform(0.3, 0.8), rng.uniform(0.2, 0.85)),
            (0.045, 0.085),
            (0.5, 0.8),
            rng,
        )
        for _ in range(int(rng.integers(1, 4)))
    )


def _blob(
    place: tuple[float, float],
    radius: tuple[float, float],
    opacity: tuple[float, float],
    rng: np.random.Generator,
) -> Blob:
    return Blob(*place, rng.uniform(*radius), rng.uniform(*opacity), int(rng.integers(SEEDS)))


def _side(rng: np.random.Generator) -> Side:
    return SIDES[rng.integers(2)]


def _place(anatomy: Anatomy, side: Side, across: float, down: float) -> tuple[float, float]:
    """Return the point of a lung at shares of its width and of its height."""
    middle = np.array([0.36], dtype=np.float32)
    floor = float(diaphragm(anatomy, middle, side)[0])
    y = anatomy.lung_top + down * (floor - anatomy.lung_top)
    medial, lateral = borders(anatomy, np.array([y], dtype=np.float32))
    return side * float(medial[0] + across * (lateral[0] - medial[0])), y


def _shortcuts(rng: np.random.Generator) -> tuple[Marker, Electrode, Border]:
    side = _side(rng)
    marker = Marker(
        text="R" if side < 0 else "L",
        x=side * rng.uniform(0.82, 0.88),
        y=rng.uniform(-0.84, -0.72),
        height=rng.uniform(0.09, 0.13),
    )
    over = _side(rng)
    electrode = Electrode(
        x=over * rng.uniform(0.42, 0.56),
        y=rng.uniform(-0.5, -0.25),
        radius=rng.uniform(0.06, 0.08),
    )
    border = Border(*(float(v) for v in rng.uniform(0.02, 0.07, 4)))
    return marker, electrode, border


def _acquisition(rng: np.random.Generator) -> Acquisition:
    return Acquisition(
        rotation=float(np.clip(rng.normal(0, 1.8), -5, 5)),
        shift_x=rng.uniform(-0.03, 0.03),
        shift_y=rng.uniform(-0.03, 0.03),
        scale=rng.uniform(0.95, 1.06),
        gamma=rng.uniform(0.85, 1.15),
        gain=rng.uniform(0.9, 1.0),
        tilt_x=rng.uniform(-0.025, 0.025),
        tilt_y=rng.uniform(-0.025, 0.025),
        dose=rng.uniform(1500, 5000),
        blur=rng.uniform(0.0022, 0.0040),
        seed=int(rng.integers(SEEDS)),
    )
