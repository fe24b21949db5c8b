"""Figures of perturbation curves, which ask whether the network needs what a map shows.

The level of any of these depends on the network and on the fill. Only `naopc`, and differences from
random maps of the same image, may be compared between networks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import InputError
from core.saliency.metrics.curves import Curve
from core.saliency.metrics.fills import Fill
from core.saliency.metrics.order import BLOCK, REPEATS, checked, order, tiles
from core.saliency.metrics.score import Score
from core.saliency.schema import Direction, Floats, Mask, Metric, Pixels, Topic, Value

KEPT = 0.2
SUBSET = 0.05
DRAWS = 100
CONSTANT = "The map is constant, so it puts no part of the image before another."


def deletion_auc(curve: Curve) -> Value:
    """Return the area under the score while the image is replaced; lower is better."""
    return _of(curve, float(np.trapezoid(curve.values, curve.fractions)))


def insertion_auc(curve: Curve) -> Value:
    """Return the area under the score while the image is restored; higher is better."""
    return _of(curve, float(np.trapezoid(curve.values, curve.fractions)))


def aopc(curve: Curve) -> Value:
    """Return Samek's mean drop of the score over all T + 1 points, the first (0) included."""
    return _of(curve, float(np.mean(curve.values[0] - curve.values)))


def aopc_original(curve: Curve) -> Value:
    """Return the mean drop over the T points after the first, as the original study has it."""
    return _of(curve, float(np.mean(curve.values[0] - curve.values[1:])))


# The same figure of the curve that replaces the least important blocks first; lower is better.
aopc_lerf = aopc


def abpc(most_first: Curve, least_first: Curve) -> Value:
    """Return how far the least-first curve lies above the most-first curve, on the mean.

    What the fill alone does to the score is in both curves and cancels.

    Raises
    ------
    InputError
        If the curves have different steps.
    """
    _same_steps(most_first, least_first)
    return _of(most_first, float(np.mean(least_first.values - most_first.values)))


def road_combined(most_first: Curve, least_first: Curve) -> Value:
    """Return half the mean gap between the curves, both ends left out.

    The curves must be made with the fill ``inpaint``; raises :class:`InputError` as `abpc`.
    """
    _same_steps(most_first, least_first)
    if most_first.steps < 2:
        return Value.undefined("One step has no point between the ends.")
    gap = least_first.values[1:-1] - most_first.values[1:-1]
    return _of(most_first, float(np.mean(gap)) / 2)


def aopc_above_chance(curve: Curve, chance: Sequence[Curve]) -> Value:
    """Return AOPC minus its mean over the curves of random maps."""
    found = aopc(curve)
    if not found.defined or not chance:
        return found if chance else Value.undefined("There is no random map to compare with.")
    return Value(found.value - float(np.mean([aopc(one).value for one in chance])))


def aopc_z(curve: Curve, chance: Sequence[Curve]) -> Value:
    """Return how many standard deviations of random maps AOPC lies above their mean."""
    above = aopc_above_chance(curve, chance)
    if not above.defined:
        return above
    if len(chance) < 2:
        return Value.undefined("One random map has no spread.")
    spread = float(np.std([aopc(one).value for one in chance], ddof=1))
    if spread == 0:
        return Value.undefined("All random maps have the same AOPC.")
    return Value(above.value / spread)


def naopc(curve: Curve, pool: Sequence[Curve]) -> Value:
    """Return AOPC between the worst (0) and the best (1) of a pool of orders and the map itself.

    The pool should hold random orders, the other methods and, where known, the causal oracle, all
    with the same network, image and fill.
    """
    found = aopc(curve)
    if not found.defined:
        return found
    values = [found.value, *(np.mean(one.values[0] - one.values) for one in pool)]
    low, high = float(min(values)), float(max(values))
    if high == low:
        return Value.undefined("Every order in the pool has the same AOPC.")
    return Value((found.value - low) / (high - low))


def sufficiency(
    score: Score,
    image: Pixels,
    heat: Floats,
    fill: Fill,
    *,
    share: float = KEPT,
    block: int = BLOCK,
    repeats: int = REPEATS,
    seed: int = 0,
) -> Value:
    """Return the score when only the top ``share`` of the blocks is left of the image.

    Raises
    ------
    InputError
        If map and image differ in size, hold NaN, or the share is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise InputError(f"share: {share:g} is out of range. Use a number between 0 and 1.")
    ranked = order(heat, block, seed, repeats)
    _same_size(image, ranked.blocks.shape)
    if ranked.blank:
        return Value.undefined(ranked.blank)
    kept = max(1, round(share * ranked.places.shape[1]))
    gone = (ranked.places >= kept)[:, ranked.blocks]
    return Value(float(np.mean(score(fill(image, gone)))))


def faithfulness_correlation(
    score: Score,
    image: Pixels,
    heat: Floats,
    fill: Fill,
    *,
    subsets: Mask | None = None,
    block: int = BLOCK,
    seed: int = 0,
) -> Value:
    """Return the correlation of what a map says of random sets of blocks and what removal does.

    Parameters
    ----------
    score, image, heat, fill
        As for a curve.
    subsets : (draws, blocks) array of bool, optional
        Which blocks each draw removes; by default 100 draws of 5 % of the blocks.
    block : int
        Side of a block in pixels.
    seed : int
        Of the draws.

    Raises
    ------
    InputError
        If map, image and subsets differ in size or hold NaN.
    """
    values = checked(heat, "map")
    _same_size(image, values.shape)
    blocks = tiles((values.shape[0], values.shape[1]), block)
    sums = np.bincount(blocks.ravel(), values.ravel())
    chosen = _draws(len(sums), seed) if subsets is None else np.asarray(subsets, dtype=np.bool_)
    if chosen.ndim != 2 or chosen.shape[1] != len(sums):
        raise InputError(
            f"subsets: the shape is {chosen.shape}. Give one column for each of the "
            f"{len(sums)} blocks."
        )
    first = np.zeros((1, len(sums)), dtype=np.bool_)
    answers = score(fill(image, np.concatenate([first, chosen])[:, blocks]))
    said, done = chosen @ sums, answers[0] - answers[1:]
    if np.ptp(values) == 0:
        return Value.undefined(CONSTANT)
    if np.ptp(said) == 0 or np.ptp(done) == 0:
        return Value.undefined("The draws all have the same sum, or the score never changes.")
    return Value(float(np.corrcoef(said, done)[0, 1]))


def _draws(blocks: int, seed: int) -> Mask:
    wanted = max(1, round(SUBSET * blocks))
    chance = np.random.default_rng(seed).random((DRAWS, blocks))
    return np.argsort(np.argsort(chance, axis=1), axis=1) < wanted


def _of(curve: Curve, value: float) -> Value:
    return Value.undefined(curve.blank) if curve.blank else Value(value)


def _same_steps(first: Curve, second: Curve) -> None:
    if first.values.shape != second.values.shape:
        raise InputError(
            f"curves: they have {first.steps} and {second.steps} steps. Draw both with the same."
        )


def _same_size(image: Pixels, shape: tuple[int, ...]) -> None:
    if image.shape != shape:
        raise InputError(
            f"map: it has {shape} pixels and the image {image.shape}. "
            "Scale the map up to the size of the image."
        )


_SAMEK = "Samek et al. (2017), IEEE Trans. Neural Netw. Learn. Syst."
_RISE = "Petsiuk, Das & Saenko (2018), BMVC"
_HIGHER, _LOWER = Direction.HIGHER, Direction.LOWER


def _card(
    key: str,
    title: str,
    formula: str,
    limits: tuple[float, float],
    direction: Direction,
    source: str,
    oracle: str = "",
    edge: str = "",
) -> Metric:
    return Metric(
        key=key,
        title=title,
        topic=Topic.FAITHFULNESS,
        formula=formula,
        low=limits[0],
        high=limits[1],
        direction=direction,
        edge=f"No value for a constant map. {edge}".strip(),
        source=source,
        oracle=oracle,
    )


CARDS = (
    _card(
        "deletion-auc",
        "Deletion AUC",
        "trapezoid area of the probability while the top blocks are replaced",
        (0.0, 1.0),
        _LOWER,
        _RISE,
        "torchcam",
    ),
    _card(
        "insertion-auc",
        "Insertion AUC",
        "trapezoid area of the probability while the top blocks are restored",
        (0.0, 1.0),
        _HIGHER,
        _RISE,
        "torchcam",
    ),
    _card(
        "aopc",
        "AOPC, most important first",
        "sum over k = 0..T of (P0 - Pk), over T + 1",
        (-1.0, 1.0),
        _HIGHER,
        _SAMEK,
        "Quantus RegionPerturbation (curve)",
    ),
    _card(
        "aopc-original",
        "AOPC of the original study",
        "sum over k = 1..T of (P0 - Pk), over T",
        (-1.0, 1.0),
        _HIGHER,
        "Khanz9664, Transfer-Learning-for-Respiratory-Disease-Classification, METHODOLOGY",
    ),
    _card(
        "aopc-lerf",
        "AOPC, least important first",
        "AOPC of the curve that replaces the lowest blocks first",
        (-1.0, 1.0),
        _LOWER,
        _SAMEK,
        "Quantus RegionPerturbation (curve)",
    ),
    _card(
        "abpc",
        "Area between the curves",
        "mean of (P least first - P most first)",
        (-1.0, 1.0),
        _HIGHER,
        "Blücher, Vielhaben & Strodthoff (2024), TMLR; Samek et al. (2017)",
    ),
    _card(
        "road-combined",
        "ROAD",
        "half the mean gap between both curves, removed pixels imputed from their neighbours",
        (-0.5, 0.5),
        _HIGHER,
        "Rong et al. (2022), ICML; combined as in pytorch-grad-cam",
        "grad-cam (imputer)",
    ),
    _card(
        "aopc-above-chance",
        "AOPC above random maps",
        "AOPC minus its mean over smooth random maps of the same image",
        (-2.0, 2.0),
        _HIGHER,
        "this suite",
    ),
    _card(
        "aopc-z",
        "AOPC above random maps (z)",
        "the same over the standard deviation of the random maps",
        (-np.inf, np.inf),
        _HIGHER,
        "this suite",
        edge="None where all random maps have one AOPC.",
    ),
    _card(
        "naopc",
        "Normalised AOPC",
        "(AOPC - lowest) / (highest - lowest) over a pool of orders",
        (0.0, 1.0),
        _HIGHER,
        "Edin et al. (2025), ACL",
        edge="None where all orders have one AOPC.",
    ),
    _card(
        "sufficiency",
        "Sufficiency of the top 20 %",
        "probability when only the top blocks are left",
        (0.0, 1.0),
        _HIGHER,
        "DeYoung et al. (2020), ACL",
    ),
    _card(
        "faithfulness-correlation",
        "Faithfulness correlation",
        "correlation over random sets of the sum of a and the drop of the score",
        (-1.0, 1.0),
        _HIGHER,
        "Bhatt et al. (2020), IJCAI",
        "Quantus FaithfulnessCorrelation",
        "None where the score never changes.",
    ),
)
