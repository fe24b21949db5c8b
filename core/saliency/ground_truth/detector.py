"""Whether maps alone give away that a network relies on a shortcut.

For each of many networks the truth is measured by intervention; what is tested is whether a figure
of its maps, without any intervention, tells those that rely on the shortcut from the others.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from core import plain
from core.errors import NotEnoughDataError
from core.saliency.ground_truth.regimes import DOSES, Kind
from core.saliency.ground_truth.scenes import SEEDS, decided, drawn, shortcut_mask
from core.saliency.metrics.localisation import mass_outside, pointing_game, topk_intersection
from core.saliency.schema import Floats, Mask, Value
from core.stats.binary import auc_interval
from core.stats.cluster_bootstrap import cluster_bootstrap
from core.stats.intervals import Interval, undefined, wilson

RELIANT = 0.5
"""Mean share of the shortcut in the answer from which a network counts as reliant."""
GOAL = 0.9
MAJORITY = 0.5
RESAMPLES = 500
OFTEN = 0.05
"""Share of films on which a place must be covered to count as a candidate."""
CATALOGUE_FILMS = 40
SPLITS = 50
STATISTICS: Mapping[str, str] = MappingProxyType(
    {
        "outside-lungs": "Mass outside the lungs",
        "candidates": "Top 5 % on places where shortcuts are known to lie",
        "peak-outside": "Peak outside the lungs",
    }
)


@dataclasses.dataclass(frozen=True, slots=True)
class Suspect:
    """One network with what its maps show and what is true of it.

    Attributes
    ----------
    network : str
        Key.
    kind : str
        Kind of the shortcut that it was trained beside.
    share : float
        Mean share of the shortcut in its answers, by intervention.
    films : int
        Held-out films behind share and figures.
    figures : mapping of str to mapping of str to float
        Mean over films by method and by each of `STATISTICS`; NaN if no film defines it.
    """

    network: str
    kind: str
    share: float
    films: int
    figures: Mapping[str, Mapping[str, float]]

    @property
    def reliant(self) -> bool:
        """Whether at least half of its answer is the shortcut's."""
        return self.share >= RELIANT


@dataclasses.dataclass(frozen=True, slots=True)
class Clue:
    """How well one figure of one method's maps gives reliant networks away.

    ``area`` is the AUROC over networks with a bootstrap interval, undefined where some networks
    lack the figure; ``lost`` says how many.
    """

    method: str
    statistic: str
    area: Interval
    lost: int


@dataclasses.dataclass(frozen=True, slots=True)
class Detection:
    """What maps give away, over networks of some kinds of shortcut.

    Attributes
    ----------
    kinds : tuple of str
        Kinds of shortcut.
    networks, reliant : int
        Networks, and how many of them rely on it.
    clues : tuple of Clue
        Best first.
    blind : Interval
        AUROC of a detector that takes clue and threshold from a random half of the networks and
        judges the other half, over 50 divisions; a network's score is its mean rank.
    right, found, cleared : Interval
        Share that most of these detectors judge right; of reliant networks found; of others
        cleared.
    chosen : mapping of str to int
        How often each clue was chosen, of 100 halves.
    reaches_goal : bool
        Whether ``blind`` is 0.9 or more.
    """

    kinds: tuple[str, ...]
    networks: int
    reliant: int
    clues: tuple[Clue, ...]
    blind: Interval
    right: Interval
    found: Interval
    cleared: Interval
    chosen: Mapping[str, int]
    reaches_goal: bool

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain data."""
        record: dict[str, Any] = plain.plain(self)
        return record


def clue_values(heat: Floats, lungs: Mask) -> dict[str, Value]:
    """Return each of `STATISTICS` for one map; higher speaks for a shortcut."""
    peak = pointing_game(heat, lungs, tolerance=0)
    return {
        "outside-lungs": mass_outside(heat, lungs),
        "candidates": on_candidates(heat, candidate_places(lungs.shape[0])),
        "peak-outside": Value(1 - peak.value) if peak.defined else peak,
    }


def on_candidates(heat: Floats, places: Mapping[str, Mask]) -> Value:
    """Return the largest overlap of the map's top 5 % with one kind's places, beyond chance.

    (overlap - area) / (1 - area), so 0 is chance and 1 is all of the top.
    """
    best = -math.inf
    for mask in places.values():
        overlap = topk_intersection(heat, mask)
        if not overlap.defined:
            return overlap
        area = float(mask.mean())
        best = max(best, (overlap.value - area) / (1 - area))
    return Value(best)


@functools.cache
def candidate_places(size: int) -> Mapping[str, Mask]:
    """Return where each local kind of shortcut lies on at least one film in twenty."""
    laws = {law.shortcut: law for law in DOSES if law.shortcut.local}
    return MappingProxyType(
        {
            str(kind): np.mean(
                [
                    shortcut_mask(drawn(seed, law, decided(seed, law)[0], True), kind, True, size)
                    for seed in SEEDS["explorer"][:CATALOGUE_FILMS]
                ],
                axis=0,
            )
            >= OFTEN
            for kind, law in laws.items()
        }
    )


def detection(suspects: Sequence[Suspect], local: bool) -> Detection:
    """Return what maps give away over the networks with local, or with global, shortcuts.

    Parameters
    ----------
    suspects : sequence of Suspect
        All networks.
    local : bool
        Which of them are judged.

    Raises
    ------
    NotEnoughDataError
        If fewer than two networks rely on the shortcut, or fewer than two do not.
    """
    own = [one for one in suspects if Kind(one.kind).local == local and np.isfinite(one.share)]
    truth = np.array([one.reliant for one in own], dtype=np.int64)
    if min(truth.sum(), len(truth) - truth.sum()) < 2:
        raise NotEnoughDataError(
            f"{truth.sum()} of {len(truth)} networks rely on the shortcut. Two that do and two "
            "that do not are needed."
        )
    names = [(method, name) for method in own[0].figures for name in STATISTICS]
    table = np.array([[one.figures[m].get(s, math.nan) for m, s in names] for one in own])
    whole = np.flatnonzero(np.isfinite(table).all(axis=0))
    scores, votes, picks = _judged(truth, table[:, whole])
    right, yes = (votes > MAJORITY) == (truth == 1), truth == 1
    (blind,) = _intervals(truth, scores[:, None])
    chosen = [" ".join(names[whole[pick]]) for pick in picks]
    return Detection(
        kinds=tuple(sorted({one.kind for one in own})),
        networks=len(own),
        reliant=int(truth.sum()),
        clues=_clues(names, truth, table),
        blind=blind,
        right=wilson(int(right.sum()), len(own)),
        found=wilson(int(right[yes].sum()), int(yes.sum())),
        cleared=wilson(int(right[~yes].sum()), int((~yes).sum())),
        chosen={name: chosen.count(name) for name in sorted(set(chosen))},
        reaches_goal=blind.estimate >= GOAL,
    )


def _clues(
    names: Sequence[tuple[str, str]], truth: NDArray[np.int64], table: Floats
) -> tuple[Clue, ...]:
    """Return every clue, the best first; all intervals are of the same resamples."""
    lost = np.isnan(table).sum(axis=0)
    known = iter(_intervals(truth, table[:, lost == 0]))
    clues = [
        Clue(method, name, undefined(len(truth), f"{gone} networks lack it"), int(gone))
        if gone
        else Clue(method, name, next(known), 0)
        for (method, name), gone in zip(names, lost, strict=True)
    ]
    return tuple(sorted(clues, key=lambda clue: -np.nan_to_num(clue.area.estimate)))


def _intervals(truth: NDArray[np.int64], table: Floats) -> tuple[Interval, ...]:
    def areas(rows: NDArray[np.int64]) -> Floats:
        return _areas(truth[rows], table[rows])

    try:
        found = cluster_bootstrap(areas, np.arange(len(truth)), RESAMPLES)
        # Networks told apart without an error are so in every resample, however few they are.
        return tuple(
            auc_interval(truth, column) if one.estimate in (0, 1) else one
            for one, column in zip(found, table.T, strict=True)
        )
    except NotEnoughDataError:
        few = "too few networks of one kind for an interval"
        return tuple(
            dataclasses.replace(undefined(len(truth), few), estimate=float(one))
            for one in _areas(truth, table)
        )


def _areas(truth: NDArray[np.int64], table: Floats) -> Floats:
    """Return the area under the ROC curve of every column; NaN without both kinds."""
    yes = truth == 1
    n, m = int(yes.sum()), int((~yes).sum())
    if not n or not m:
        return np.full(table.shape[1], np.nan)
    ranks = rankdata(table, axis=0)[yes].sum(axis=0)
    return np.asarray((ranks - n * (n + 1) / 2) / (n * m))


def _judged(truth: NDArray[np.int64], table: Floats) -> tuple[Floats, Floats, list[int]]:
    """Judge every network by clues and thresholds that halves without it chose.

    Returns
    -------
    scores, votes : (n,) arrays
        Mean rank among the networks judged with it, and share of the detectors that call it
        reliant.
    picks : list of int
        The column chosen by each half.
    """
    if not table.shape[1]:
        raise NotEnoughDataError("No figure of the maps is defined for every network.")
    ranks, calls, picks = [], [], []
    for split in range(SPLITS):
        side = _halves(truth, split)
        rank, call = np.empty(len(truth)), np.empty(len(truth))
        for judged in (side == 0, side == 1):
            column, cut = _chosen(truth[~judged], table[~judged])
            values = table[judged, column]
            rank[judged] = rankdata(values) / len(values)
            call[judged] = values >= cut
            picks.append(column)
        ranks.append(rank)
        calls.append(call)
    return np.mean(ranks, axis=0), np.mean(calls, axis=0), picks


def _halves(truth: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return 0 or 1 for each network, so that either half has as many of both kinds."""
    chance = np.random.default_rng(seed).random(len(truth))
    side = np.empty(len(truth), dtype=np.int64)
    side[np.lexsort((chance, truth))] = np.arange(len(truth)) % 2
    return side


def _chosen(truth: NDArray[np.int64], table: Floats) -> tuple[int, float]:
    """Return the column with the largest area, and the cut with the best balanced accuracy."""
    column = int(np.argmax(_areas(truth, table)))
    values, yes = table[:, column], truth == 1
    edges = np.unique(values)
    cuts = (edges[1:] + edges[:-1]) / 2 if len(edges) > 1 else edges
    balanced = (values[yes, None] >= cuts).mean(axis=0) + (values[~yes, None] < cuts).mean(axis=0)
    return column, float(cuts[int(np.argmax(balanced))])
