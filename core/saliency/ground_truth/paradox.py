"""The explainability paradox as a measurement: how good maps look, and how good they are.

On films that show a lesion and a shortcut, each map is held against the lesion (what a reader would
like to see) and against the causes by their measured shares (what the network used). A cell of the
table is one method on the networks of one architecture and regime; its intervals resample networks
and the films within. A cell off the diagonal must be off it in every single network too.
"""

from __future__ import annotations

import dataclasses
import enum
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import plain
from core.saliency.ground_truth.scenes import Scene
from core.saliency.ground_truth.shares import Shares
from core.saliency.metrics import causal
from core.saliency.schema import Floats, Value
from core.stats.intervals import Interval, wilson
from core.stats.nested_bootstrap import nested_mean

FEWEST_NETWORKS = 3
NEGLIGIBLE = 0.05
"""Paradox index within which a map is as good as it looks, whatever its interval excludes."""
FIGURES: Mapping[str, str] = {
    "plausibility": "Plausibility (AUROC for the lesion)",
    "causal-localisation": "Causal localisation (AUROC for the causes)",
    "paradox-index": "Paradox index (first minus second)",
    "false-reassurance": "False reassurance rate",
    "false-alarm": "False alarm rate",
    "miss": "Shortcut missed",
    "causal-share-error": "Error of the causal share",
}
RATES = ("false-reassurance", "false-alarm", "miss")


class Quadrant(enum.StrEnum):
    """Where a cell lies in the plane of plausibility and causal localisation."""

    HOLLOW = "plausible but hollow"
    UGLY = "implausible but faithful"
    NEITHER = "on the diagonal, or not shown to be off it"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One map of one film.

    Attributes
    ----------
    architecture, regime : str
        Of the network.
    network_seed, scene_seed : int
        Seed of the network's training, and of the film.
    method : str
        Key of the method.
    figures : mapping of str to Value
        One for each of `FIGURES`.
    """

    architecture: str
    regime: str
    network_seed: int
    scene_seed: int
    method: str
    figures: Mapping[str, Value]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """One method on the networks of one architecture and regime.

    Attributes
    ----------
    method, architecture, regime : str
        What the cell is about.
    network_seeds : tuple of int
        The networks.
    films : int
        Films for each network.
    figures : mapping of str to Interval
        Mean of each of `FIGURES` over films that define it, with the interval.
    undefined : mapping of str to int
        Films that do not define it.
    index_by_network : tuple of Interval
        The paradox index within each network.
    quadrant : Quadrant
        Off the diagonal only if the interval of every network lies beyond `NEGLIGIBLE`, of three at
        the least.
    example : int
        Seed of the film whose paradox index lies furthest in the cell's direction; -1 if none.
    """

    method: str
    architecture: str
    regime: str
    network_seeds: tuple[int, ...]
    films: int
    figures: Mapping[str, Interval]
    undefined: Mapping[str, int]
    index_by_network: tuple[Interval, ...]
    quadrant: Quadrant
    example: int


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Paradox:
    """All cells, in the order in which they were registered before any was computed."""

    cells: tuple[Cell, ...]

    @property
    def hollow(self) -> tuple[Cell, ...]:
        """Cells whose maps look better than they are."""
        return tuple(cell for cell in self.cells if cell.quadrant is Quadrant.HOLLOW)

    @property
    def ugly(self) -> tuple[Cell, ...]:
        """Cells whose maps are better than they look."""
        return tuple(cell for cell in self.cells if cell.quadrant is Quadrant.UGLY)

    def to_dict(self) -> dict[str, Any]:
        """Return the cells as plain data."""
        record: dict[str, Any] = plain.plain(self)
        return record


def judged(heat: Floats, scene: Scene, shares: Shares, cell: int) -> dict[str, Value]:
    """Return every one of `FIGURES` for a map of a film.

    Parameters
    ----------
    heat : (S, S) array
        The map.
    scene : Scene
        The film.
    shares : Shares
        Of its causes, for the class explained.
    cell : int
        Side in pixels of a cell of the map's own grid.
    """
    lesion, shortcut = scene.lesion, scene.shortcut
    told = shares.lesion
    looks = causal.plausibility(heat, lesion)
    holds = causal.causal_localisation(heat, lesion, shortcut, told)
    return {
        "plausibility": looks,
        "causal-localisation": holds,
        "paradox-index": causal.difference(looks, holds),
        "false-reassurance": causal.false_reassurance(heat, lesion, told),
        "false-alarm": causal.false_alarm(heat, shortcut, shares.shortcut),
        "miss": causal.miss(heat, shortcut, shares.shortcut),
        "causal-share-error": causal.causal_share_error(heat, lesion, shortcut, told, cell),
    }


def paradox(observations: Iterable[Observation]) -> Paradox:
    """Return the cells of all observations, sorted by regime, architecture and method."""

    def place(one: Observation) -> tuple[str, str, str]:
        return one.regime, one.architecture, one.method

    ordered = sorted(observations, key=place)
    return Paradox(tuple(_cell(tuple(own)) for _, own in itertools.groupby(ordered, place)))


def rate(values: Floats, networks: NDArray[np.int64]) -> Interval:
    """Return a share of films with its interval; Wilson's where no film differs from the others.

    Parameters
    ----------
    values : (n,) array
        From 0 to 1, NaN where undefined.
    networks : (n,) array
        The network of each film.
    """
    found = nested_mean(values, networks)
    if found.n and found.low == found.high and found.estimate in (0, 1):
        return wilson(found.estimate * found.n, found.n)
    return found


def _cell(own: Sequence[Observation]) -> Cell:
    networks = np.array([one.network_seed for one in own])
    values = {key: np.array([one.figures[key].value for one in own]) for key in FIGURES}
    index = values["paradox-index"]
    seeds = tuple(int(seed) for seed in np.unique(networks))
    each = tuple(nested_mean(index[networks == seed], networks[networks == seed]) for seed in seeds)
    quadrant = _quadrant(each)
    return Cell(
        method=own[0].method,
        architecture=own[0].architecture,
        regime=own[0].regime,
        network_seeds=seeds,
        films=len({one.scene_seed for one in own}),
        figures={
            key: rate(one, networks) if key in RATES else nested_mean(one, networks)
            for key, one in values.items()
        },
        undefined={key: int(np.isnan(one).sum()) for key, one in values.items()},
        index_by_network=each,
        quadrant=quadrant,
        example=_example(own, index, quadrant),
    )


def _quadrant(each: Sequence[Interval]) -> Quadrant:
    if len(each) < FEWEST_NETWORKS:
        return Quadrant.NEITHER
    if all(one.low > NEGLIGIBLE for one in each):
        return Quadrant.HOLLOW
    lower = all(one.high < -NEGLIGIBLE for one in each)
    return Quadrant.UGLY if lower else Quadrant.NEITHER


def _example(own: Sequence[Observation], index: NDArray[np.float64], quadrant: Quadrant) -> int:
    if np.isnan(index).all():
        return -1
    furthest = np.nanargmin(index) if quadrant is Quadrant.UGLY else np.nanargmax(index)
    return own[int(furthest)].scene_seed
