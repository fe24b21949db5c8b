"""Deletion whose fill is the film without its causes, and the map that knows the causes.

Every partly deleted film is made of two films of the same patient, so no network is asked about a
picture that could not be one. The map of the measured causes is the attainable end of the scale,
smooth random maps are the other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from core.saliency.classifier import Classifier
from core.saliency.ground_truth.scenes import Scene
from core.saliency.ground_truth.shares import Shares
from core.saliency.metrics.curves import Curve, trace
from core.saliency.metrics.faithfulness import CONSTANT, abpc, aopc
from core.saliency.metrics.fills import Fill, counterfactual
from core.saliency.metrics.order import BLOCK, order, random_maps
from core.saliency.metrics.score import Score, probability
from core.saliency.schema import Floats, Value

STEPS = 10
RANDOM_MAPS = 10
LEAST_ROOM = 0.02
"""Distance of the causes' map from random maps, in probability, below which nothing is scaled."""


@dataclasses.dataclass(frozen=True, slots=True)
class Deleted:
    """How fast the probability falls when a film is replaced in the order of a map.

    Attributes
    ----------
    aopc, abpc : float
        As in `core.saliency.metrics.faithfulness`; NaN for a constant map.
    """

    aopc: float
    abpc: float


@dataclasses.dataclass(frozen=True, slots=True)
class Scale:
    """The two ends on one film: the map of the causes, and the mean of smooth random maps."""

    causes: Deleted
    random: Deleted

    def aopc(self, found: Deleted) -> Value:
        """Return AOPC as a share of the way from random (0) to the causes (1)."""
        return _placed(found.aopc, self.random.aopc, self.causes.aopc)

    def abpc(self, found: Deleted) -> Value:
        """Return ABPC as a share of the way from random (0) to the causes (1)."""
        return _placed(found.abpc, self.random.abpc, self.causes.abpc)


def causal_oracle(scene: Scene, shares: Shares) -> Floats:
    """Return the map that shows each cause with its Shapley value, spread evenly over its mask.

    Pixels of both masks carry both. Causes that speak against the class are left out.
    """
    heat = np.zeros(scene.image.shape)
    for player, mask in (("lesion", scene.lesion), ("shortcut", scene.shortcut)):
        value = shares.values[shares.players.index(player)]
        if mask.any() and value > 0:
            heat[mask] += value / int(mask.sum())
    return heat


def deletions(
    score: Score, scene: Scene, heats: Mapping[str, Floats], fill: Fill, seed: int = 0
) -> dict[str, Deleted]:
    """Return what deletion by each map does to a score, in ten steps of 4 x 4 blocks.

    Raises
    ------
    InputError
        If a map and the film differ in size, or a map holds NaN.
    """
    orders = [order(heat, BLOCK, seed) for heat in heats.values()]
    both = [one for first in orders for one in (first, first.reversed())]
    curves = trace(score, scene.image, both, fill, steps=STEPS)
    pairs = zip(curves[::2], curves[1::2], strict=True)
    return {key: _summed(*pair) for key, pair in zip(heats, pairs, strict=True)}


def against_causes(
    network: Classifier,
    scene: Scene,
    shares: Shares,
    heats: Mapping[str, Floats],
    seed: int = 0,
) -> tuple[dict[str, Deleted], Scale]:
    """Return what counterfactual deletion by each map does, and the scale to read it on.

    Parameters
    ----------
    network : Classifier
        The network asked.
    scene : Scene
        The film; parts taken away become those of the film without lesion and shortcut.
    shares : Shares
        Measured on this film for the class watched.
    heats : mapping of str to (S, S) array
        The maps.
    seed : int
        Of tie-breaks and random maps.
    """
    chance = random_maps(scene.lungs.shape, RANDOM_MAPS, seed)
    rails = {f"random {i}": one for i, one in enumerate(chance)}
    rails["causes"] = causal_oracle(scene, shares)
    score = probability(network, shares.target)
    fill = counterfactual(scene.without_both)
    found = deletions(score, scene, {**rails, **heats}, fill, seed)
    random = [found[f"random {i}"] for i in range(RANDOM_MAPS)]
    mean = Deleted(
        float(np.mean([one.aopc for one in random])), float(np.mean([one.abpc for one in random]))
    )
    return {key: found[key] for key in heats}, Scale(found["causes"], mean)


def _summed(most: Curve, least: Curve) -> Deleted:
    return Deleted(aopc(most).value, abpc(most, least).value)


def _placed(value: float, low: float, high: float) -> Value:
    if np.isnan(value):
        return Value.undefined(CONSTANT)
    if not high - low >= LEAST_ROOM:
        return Value.undefined(
            "The causes change the answer hardly more than random parts of the film do."
        )
    return Value((value - low) / (high - low))
