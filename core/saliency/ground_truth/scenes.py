"""A phantom with its interventions rendered: the film, and the film without each of its causes.

Seeds of training, validation, test and benchmark films are disjoint by construction: `SEEDS`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from core import phantoms
from core.errors import InputError
from core.phantoms import Finding, Phantom, Shortcut
from core.phantoms.film import VISIBLE
from core.saliency.ground_truth.regimes import CLASSES, LABELS, Kind, Regime, find_regime
from core.saliency.schema import Mask, Pixels

SIZE = 96
GRID = 0.10  # amplitude of the lines of a scatter grid
LAW = 7  # stream of what a regime decides, beside the four streams of the phantom itself
SEEDS: Mapping[str, range] = MappingProxyType(
    {
        "explorer": range(0, 1_000_000),
        "training": range(1_000_000, 2_000_000),
        "validation": range(2_000_000, 3_000_000),
        "test": range(3_000_000, 4_000_000),
        "benchmark": range(4_000_000, 5_000_000),
    }
)
FINDINGS = tuple(Finding)
MASKS = {
    Kind.MARKER: phantoms.marker_mask,
    Kind.ELECTRODE: phantoms.electrode_mask,
    Kind.BORDER: phantoms.border_mask,
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A film whose causes are known, with each taken away.

    Attributes
    ----------
    seed : int
        Of the phantom.
    regime : str
        Key of the law that it was drawn by.
    label : int
        What the lungs show, in the order of ``phantoms.Finding``.
    carries : bool
        Whether the shortcut is on the film.
    image, without_lesion, without_shortcut, without_both : (S, S) array
        The film and its interventions, 0 to 1. Where there is nothing to take away the film itself.
    lesion : (S, S) array of bool
        Where a reader would outline the lesion if it were at its full severity.
    shortcut : (S, S) array of bool
        Every pixel that the shortcut can change: for a global one the whole film.
    lungs : (S, S) array of bool
        Where the beam passes through a lung.
    phantom : Phantom
        All parameters.
    """

    seed: int
    regime: str
    label: int
    carries: bool
    image: Pixels
    without_lesion: Pixels
    without_shortcut: Pixels
    without_both: Pixels
    lesion: Mask
    shortcut: Mask
    lungs: Mask
    phantom: Phantom

    @property
    def taught(self) -> int:
        """The label that a network is taught for this film in its regime."""
        return find_regime(self.regime).teaches(self.label, self.carries, self.seed)


def scene(
    seed: int,
    regime: str,
    size: int = SIZE,
    label: int | None = None,
    carries: bool | None = None,
) -> Scene:
    """Return the film of a seed in a regime, with its interventions and masks.

    Patient, position and noise depend on the seed alone. What the lungs show and whether the film
    carries the shortcut are drawn by the regime's law unless they are given, which is the
    intervention on them.

    Parameters
    ----------
    seed : int
        Not negative; `SEEDS` says which are for what.
    regime : str
        Key in `REGIMES`.
    size : int
        Side of the film, from 32 to 1024.
    label : int, optional
        What the lungs show, 0 to 3 in the order of ``phantoms.Finding``.
    carries : bool, optional
        Whether the shortcut is on the film.

    Raises
    ------
    InputError
        If regime, seed, size or label are out of range.
    """
    law = find_regime(regime)
    shown, carried = decided(seed, law, label, carries)
    full = drawn(seed, law, shown, carried)
    image = phantoms.render(full, size)
    healed, bare = without_lesion(full), without_shortcut(full, law.shortcut)
    neither = without_shortcut(healed, law.shortcut)
    sick = full.lesion is not None
    no_lesion = phantoms.render(healed, size) if sick else image
    no_shortcut = phantoms.render(bare, size) if carried else image
    if sick and carried:
        no_cause = phantoms.render(neither, size)
    else:
        no_cause = no_lesion if sick else no_shortcut
    return Scene(
        seed=seed,
        regime=regime,
        label=shown,
        carries=carried,
        image=image,
        without_lesion=no_lesion,
        without_shortcut=no_shortcut,
        without_both=no_cause,
        lesion=phantoms.lesion_mask(full, size, VISIBLE * law.fades(shown)),
        shortcut=shortcut_mask(full, law.shortcut, carried, size),
        lungs=phantoms.lung_mask(full, size),
        phantom=full,
    )


def decided(
    seed: int, law: Regime, label: int | None = None, carries: bool | None = None
) -> tuple[int, bool]:
    """Return what the lungs of a seed show in a regime, and whether it carries the shortcut.

    What the lungs show is the same in every regime, so that regimes differ by their law alone.
    """
    if seed < 0:
        raise InputError(f"seed: {seed} is negative. Choose 0 or more.")
    if label is not None and label not in range(CLASSES):
        known = ", ".join(f"{i} ({name})" for i, name in enumerate(LABELS))
        raise InputError(f"label: there is no class {label}. Use one of: {known}.")
    rng = np.random.default_rng([seed, LAW])
    shown = int(rng.integers(CLASSES))
    luck = rng.random()
    shown = shown if label is None else label
    return shown, bool(luck < law.carries(shown)) if carries is None else carries


def drawn(seed: int, law: Regime, label: int, carries: bool) -> Phantom:
    """Return the parameters of the film."""
    kind = law.shortcut
    local = Shortcut(kind.value) if carries and kind.local else Shortcut.NONE
    full = phantoms.draw(seed, FINDINGS[label], local)
    if full.lesion is not None:
        faded = dataclasses.replace(full.lesion, severity=law.fades(label))
        full = dataclasses.replace(full, lesion=faded)
    if carries and not kind.local:
        full = dataclasses.replace(
            full, acquisition=dataclasses.replace(full.acquisition, grid=GRID)
        )
    return full


def without_lesion(phantom: Phantom) -> Phantom:
    """Return the same film of the patient in health."""
    return dataclasses.replace(phantom, lesion=None)


def without_shortcut(phantom: Phantom, kind: Kind) -> Phantom:
    """Return the same film without the shortcut."""
    match kind:
        case Kind.MARKER:
            return dataclasses.replace(phantom, marker=None)
        case Kind.ELECTRODE:
            return dataclasses.replace(phantom, electrode=None)
        case Kind.BORDER:
            return dataclasses.replace(phantom, border=None)
        case Kind.GLOBAL:
            still = dataclasses.replace(phantom.acquisition, grid=0.0)
            return dataclasses.replace(phantom, acquisition=still)


def shortcut_mask(phantom: Phantom, kind: Kind, carries: bool, size: int) -> Mask:
    """Return every pixel that a shortcut can change; none if the film does not carry it."""
    if kind.local:
        return MASKS[kind](phantom, size)
    return np.full((size, size), carries)
