"""Five steps that show that a map looks right over an answer that rests on a shortcut.

Each step has its rule and its figures, and holds or does not.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import plain
from core.errors import NotEnoughDataError
from core.saliency.classifier import Classifier
from core.saliency.ground_truth.counterfactual import Scale, against_causes, deletions
from core.saliency.ground_truth.paradox import judged, rate
from core.saliency.ground_truth.scenes import Scene
from core.saliency.ground_truth.shares import Shares, shares_of
from core.saliency.metrics.fills import named
from core.saliency.metrics.score import probability
from core.saliency.schema import Floats
from core.stats.intervals import Interval, undefined
from core.stats.nested_bootstrap import nested_mean
from core.stats.resample import bootstrap

FEWEST = 20
"""Films below which no step is judged."""
MAJORITY = 0.5
HALF_WAY = 0.5
"""Counterfactual ABPC, from random maps (0) to the causes (1), below which a map is rejected."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of the argument.

    Attributes
    ----------
    key, title : str
        Short name, and the claim of the step.
    rule : str
        When it holds.
    figures : mapping of str to Interval
        What it rests on.
    holds : bool
        Whether the rule is met.
    """

    key: str
    title: str
    rule: str
    figures: Mapping[str, Interval]
    holds: bool


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """The five steps for one network and one method.

    Attributes
    ----------
    network, method : str
        Keys.
    target : int
        The class whose answer is explained.
    films : int
        Held-out films with lesion and shortcut that the network gives this class.
    asked : int
        Films tried.
    steps : tuple of Step
        In order.
    """

    network: str
    method: str
    target: int
    films: int
    asked: int
    steps: tuple[Step, ...]

    @property
    def holds(self) -> bool:
        """Whether all five steps do."""
        return all(step.holds for step in self.steps)

    def to_dict(self) -> dict[str, Any]:
        """Return the argument as plain data."""
        record: dict[str, Any] = plain.plain(self)
        return {"holds": self.holds, **record}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the steps are computed from, row by row of the films explained.

    Attributes
    ----------
    shares : tuple of Shares
        Of the causes.
    plausible, reassured : (n,) arrays
        Plausibility and false reassurance of the map; NaN where undefined.
    flips_shortcut, flips_lesion : (n,) arrays
        Whether the class called changes without the one and without the other.
    mean_fill : (n,) array
        AOPC of the map with a mid-grey fill, ten steps.
    causal : (n, 3) array
        Counterfactual ABPC of the map, of random maps and of the causes.
    """

    shares: tuple[Shares, ...]
    plausible: Floats
    reassured: Floats
    flips_shortcut: Floats
    flips_lesion: Floats
    mean_fill: Floats
    causal: Floats


def called(network: Classifier, scenes: Sequence[Scene], target: int) -> tuple[Scene, ...]:
    """Return the films that a network gives the class."""
    answers = network.logits(np.stack([one.image for one in scenes])).argmax(axis=1)
    return tuple(one for one, answer in zip(scenes, answers, strict=True) if answer == target)


def argue(
    network: Classifier,
    method: str,
    scenes: Sequence[Scene],
    heats: Sequence[Floats],
    target: int,
    asked: int | None = None,
) -> Argument:
    """Return the five steps for the maps of one method.

    Parameters
    ----------
    network : Classifier
        The network explained.
    method : str
        Key of the method.
    scenes : sequence of Scene
        Held-out films with lesion and shortcut that the network gives the class; see
        :func:`called`.
    heats : sequence of (S, S) arrays
        The map of each film.
    target : int
        The class.
    asked : int, optional
        Films tried, by default as many as are given.

    Raises
    ------
    NotEnoughDataError
        If there are fewer than 20 films.
    """
    if len(scenes) < FEWEST:
        raise NotEnoughDataError(
            f"{len(scenes)} films are given the class; {FEWEST} are needed for the argument."
        )
    found = collected(network, scenes, heats, target)
    steps = tuple(step(found) for step in (_rests, _looks, _swaps, _approved, _rejected))
    return Argument(network.key, method, target, len(scenes), asked or len(scenes), steps)


def collected(
    network: Classifier, scenes: Sequence[Scene], heats: Sequence[Floats], target: int
) -> Evidence:
    """Return what the steps are computed from."""
    causes = shares_of(network, scenes, target)
    score, grey = probability(network, target), named("mean", network.grey)
    looks, fills, ends = [], [], []
    for scene, heat, own in zip(scenes, heats, causes, strict=True):
        looks.append(judged(heat, scene, own, cell=1))
        fills.append(deletions(score, scene, {"map": heat}, grey)["map"].aopc)
        found, scale = against_causes(network, scene, own, {"map": heat})
        ends.append(_row(found["map"].abpc, scale))
    return Evidence(
        shares=causes,
        plausible=np.array([one["plausibility"].value for one in looks]),
        reassured=np.array([one["false-reassurance"].value for one in looks]),
        flips_shortcut=_flips(network, [one.without_shortcut for one in scenes], target),
        flips_lesion=_flips(network, [one.without_lesion for one in scenes], target),
        mean_fill=np.array(fills),
        causal=np.array(ends),
    )


def _row(value: float, scale: Scale) -> tuple[float, float, float]:
    return value, scale.random.abpc, scale.causes.abpc


def _flips(network: Classifier, images: Sequence[NDArray[np.float32]], target: int) -> Floats:
    answers = network.logits(np.stack(images)).argmax(axis=1)
    return np.asarray(answers != target, dtype=np.float64)


def _mean(values: Floats) -> Interval:
    return nested_mean(values, np.zeros(len(values), dtype=np.int64))


def _rate(values: Floats) -> Interval:
    return rate(values, np.zeros(len(values), dtype=np.int64))


def _rests(found: Evidence) -> Step:
    share = _mean(np.array([one.shortcut for one in found.shares]))
    return Step(
        "shortcut-decides",
        "The answer rests on the shortcut",
        "The interval of the shortcut's share in the log-odds lies above one half.",
        {"share of the shortcut": share},
        share.low > MAJORITY,
    )


def _looks(found: Evidence) -> Step:
    looks, fooled = _mean(found.plausible), _rate(found.reassured)
    return Step(
        "looks-right",
        "The map looks right",
        "The interval of plausibility lies above one half, and that of the false reassurance rate, "
        "among films whose lesion has a share below 0.2, above zero.",
        {"plausibility": looks, "false reassurance": fooled},
        looks.low > MAJORITY and fooled.low > 0,
    )


def _swaps(found: Evidence) -> Step:
    apart = _mean(found.flips_shortcut - found.flips_lesion)
    figures = {
        "class changes without the shortcut": _rate(found.flips_shortcut),
        "class changes without the lesion": _rate(found.flips_lesion),
        "difference": apart,
    }
    return Step(
        "swap",
        "Taking away the shortcut changes the answer, taking away the lesion does not",
        "The interval of the difference between the two shares of films lies above zero.",
        figures,
        apart.low > 0,
    )


def _approved(found: Evidence) -> Step:
    drop = _mean(found.mean_fill)
    return Step(
        "approved",
        "The usual test approves of the map",
        "The interval of AOPC with a mid-grey fill lies above zero.",
        {"AOPC, mid grey": drop},
        drop.low > 0,
    )


def _rejected(found: Evidence) -> Step:
    place = _placed(found.causal)
    names = ("map", "random maps", "causes")
    figures = {
        f"counterfactual ABPC, {name}": _mean(column)
        for name, column in zip(names, found.causal.T, strict=True)
    }
    return Step(
        "rejected",
        "The counterfactual test rejects it",
        "On the scale from random maps (0) to the causes (1), the interval of the mean "
        "counterfactual ABPC lies below one half.",
        {**figures, "place on the scale": place},
        place.high < HALF_WAY,
    )


def _placed(rows: Floats) -> Interval:
    def place(drawn: Floats) -> float:
        value, low, high = drawn.mean(axis=0)
        return float((value - low) / (high - low)) if high > low else math.nan

    try:
        return bootstrap(place, [rows], n_boot=1000)
    except NotEnoughDataError:
        return undefined(len(rows), "the causes change the answer no more than random parts do")
