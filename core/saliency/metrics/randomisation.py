"""Whether a map depends on what the network learnt, and on the class asked for.

A map that stays the same when the weights are shuffled shows the image and not the network (Adebayo
et al., NeurIPS 2018). Two maps that know nothing of each other are alike too if both are smooth, so
likeness is held against pairs of random maps with the spectrum of the map itself.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from core import plain
from core.errors import InputError
from core.saliency.classifier import Classifier
from core.saliency.metrics.agreement import spearman, ssim
from core.saliency.metrics.order import random_maps
from core.saliency.schema import (
    Direction,
    Floats,
    Metric,
    Options,
    Pixels,
    Topic,
    Value,
)
from core.saliency.verdict import Outcome

DEPTHS = (0.25, 0.5, 0.75, 1.0)
SEEDS = (0, 1, 2, 3, 4)
RANDOM_MAPS = 40
QUANTILE = 0.95
CELL = 8
ANGLES = 9


@dataclasses.dataclass(frozen=True, slots=True)
class Similarity:
    """How alike two maps of one image are, whatever their sign and scale.

    Attributes
    ----------
    spearman : Value
        Rank correlation of the absolute values.
    ssim : Value
        Structural similarity of the absolute values, each scaled to 0..1.
    hog : Value
        Correlation of histograms of oriented gradients.
    """

    spearman: Value
    ssim: Value
    hog: Value


@dataclasses.dataclass(frozen=True, slots=True)
class Shuffled:
    """Likeness of the map to that of the network with shuffled weights.

    ``depth`` is the share of the weights shuffled, counted from the output, and ``seed`` that of
    the shuffle.
    """

    depth: float
    seed: int
    similarity: Similarity


@dataclasses.dataclass(frozen=True, slots=True)
class Cascade:
    """A map while the network forgets, from the output to the input.

    Attributes
    ----------
    method, network : str
        Keys.
    target : int
        The class.
    steps : tuple of Shuffled
        Every depth and seed.
    likeness : Value
        Median of the absolute rank correlation with all weights shuffled.
    chance : float
        95th percentile of the same between random maps with the spectrum of the map.
    outcome : Outcome
        Pass if the likeness is no more than that of random maps.
    reason : str
        Why there is not enough evidence; empty if there is.
    """

    method: str
    network: str
    target: int
    steps: tuple[Shuffled, ...]
    likeness: Value
    chance: float
    outcome: Outcome
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return all figures as plain data."""
        record: dict[str, Any] = plain.plain(self)
        return record


def similarity(first: Floats, second: Floats) -> Similarity:
    """Return how alike two maps (h, w) are in absolute value.

    Raises
    ------
    InputError
        If their shapes differ, or one holds a number that is not finite.
    """
    one, other = np.abs(first), np.abs(second)
    return Similarity(spearman(one, other), ssim(one, other), hog_correlation(one, other))


def hog_correlation(first: Floats, second: Floats) -> Value:
    """Return the correlation of two maps' histograms of oriented gradients.

    Cells of 8 x 8 pixels, nine directions without sign, each cell scaled to length 1.

    References
    ----------
    Dalal and Triggs, CVPR 2005; used on maps by Adebayo et al., NeurIPS 2018.
    """
    one, other = (_oriented(np.asarray(heat, dtype=np.float64)) for heat in (first, second))
    if one.shape != other.shape or one.size < 2:
        raise InputError(
            f"maps: their shapes are {first.shape} and {second.shape}. Give maps of one shape, "
            f"{CELL} pixels or more each way."
        )
    if one.std() < 1e-12 or other.std() < 1e-12:
        return Value.undefined("A map without edges has no directions to compare.")
    return Value(float(np.corrcoef(one, other)[0, 1]))


def contrastivity(own: Floats, other: Floats) -> Value:
    """Return the rank correlation of a network's maps for two classes; 1 says they are the same.

    References
    ----------
    Sixt, Granz and Landgraf, ICML 2020 (random logit test).
    """
    return spearman(own, other)


def cascade(
    network: Classifier,
    image: Pixels,
    method: str,
    depths: Sequence[float] = DEPTHS,
    seeds: Sequence[int] = SEEDS,
    target: int | None = None,
    options: Options | None = None,
) -> Cascade:
    """Shuffle the network's weights from the output on and compare the maps.

    Parameters
    ----------
    network : Classifier
        Must have its weights at hand.
    image : (S, S) array
        As the network takes it.
    method : str
        Key of the method.
    depths, seeds
        Shares of the weights to shuffle, and seeds of the shuffles; full depth is always done.
    target : int, optional
        The class, by default the one with the largest logit.
    options : Options, optional
        How the maps are made.

    Raises
    ------
    InputError
        If the weights are not at hand, or the method cannot be used on the network.
    """
    # Methods take their random maps from `metrics`, so this cannot be imported with the module.
    from core.saliency.methods import attribute

    options = options or Options()
    whole = attribute(network, image, method, target, options)
    steps = []
    for depth, seed in itertools.product(sorted({*depths, 1.0}), seeds):
        lost = network.randomised(depth, seed)
        heat = attribute(lost, image, method, whole.target, options)
        steps.append(Shuffled(depth, seed, similarity(whole.pixels, heat.pixels)))
    full = [abs(one.similarity.spearman.value) for one in steps if one.depth == 1]
    known = [value for value in full if np.isfinite(value)]
    chance = random_likeness(whole.native)
    reason = _missing(whole.blank, len(known), len(full))
    likeness = Value(float(np.median(known))) if known else Value.undefined(reason)
    return Cascade(
        method=method,
        network=network.key,
        target=whole.target,
        steps=tuple(steps),
        likeness=likeness,
        chance=chance,
        outcome=_outcome(likeness, chance, reason),
        reason=reason,
    )


def random_likeness(native: Floats, n: int = RANDOM_MAPS, seed: int = 0) -> float:
    """Return the 95th percentile of |rank correlation| of pairs of random maps like one.

    Parameters
    ----------
    native : (h, w) array
        The map on its own grid; the random ones have its spectrum.
    n : int
        Random maps; every pair counts.
    seed : int
        Of the random maps.
    """
    from scipy.stats import rankdata

    maps = np.abs(random_maps((native.shape[0], native.shape[1]), n, seed, native))
    ranks = rankdata(maps.reshape(n, -1), axis=1)
    if (ranks.std(axis=1) == 0).any():
        return float("nan")
    pairs = np.atleast_2d(np.corrcoef(ranks))[np.triu_indices(n, 1)]
    return float(np.quantile(np.abs(pairs), QUANTILE))


def _missing(blank: str, known: int, asked: int) -> str:
    if blank:
        return f"The map itself holds nothing: {blank}"
    if asked < len(SEEDS):
        return f"{asked} shuffles were tried; {len(SEEDS)} are needed."
    if 2 * known <= asked:
        return f"The map is blank under {asked - known} of {asked} shuffles."
    return ""


def _outcome(likeness: Value, chance: float, reason: str) -> Outcome:
    if reason or not likeness.defined or np.isnan(chance):
        return Outcome.UNKNOWN
    return Outcome.PASS if likeness.value <= chance else Outcome.FAIL


def _oriented(heat: Floats) -> Floats:
    """Return the histograms of all cells that fit, (cells * directions,)."""
    down, across = np.gradient(heat)
    rows, columns = (side // CELL for side in heat.shape)
    size = np.hypot(down, across)[: rows * CELL, : columns * CELL]
    angle = (np.arctan2(down, across) % np.pi)[: rows * CELL, : columns * CELL]
    bins = np.minimum((angle / np.pi * ANGLES).astype(np.int64), ANGLES - 1)
    cells = np.arange(rows).repeat(CELL)[:, None] * columns + np.arange(columns).repeat(CELL)
    found = np.bincount((cells * ANGLES + bins).ravel(), size.ravel(), rows * columns * ANGLES)
    grouped = found.reshape(-1, ANGLES)
    scaled: Floats = (grouped / (np.linalg.norm(grouped, axis=1, keepdims=True) + 1e-12)).ravel()
    return scaled


CARDS = (
    Metric(
        "randomisation",
        "Likeness under shuffled weights",
        Topic.ROBUSTNESS,
        "Median of |Spearman(|a|, |a'|)| over five shuffles of all weights. Passes if no more than "
        "the 95th percentile between random maps of the same spectrum.",
        0.0,
        1.0,
        Direction.LOWER,
        "Undefined for a blank map and where more than half of the shuffled maps are blank.",
        "Adebayo et al., NeurIPS 2018",
    ),
    Metric(
        "contrastivity",
        "Likeness to the map of another class",
        Topic.ROBUSTNESS,
        "Spearman(a for the class, a for another).",
        -1.0,
        1.0,
        Direction.LOWER,
        "Undefined where one of the two is constant.",
        "Sixt, Granz and Landgraf, ICML 2020",
    ),
)
