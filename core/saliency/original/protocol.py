"""The original study's protocol, step by step, on any two networks and the same images."""

from __future__ import annotations

import math

import numpy as np

from core.errors import InputError
from core.saliency.classifier import Classifier
from core.saliency.methods import attribute
from core.saliency.metrics import (
    aopc_original,
    named,
    normal_noise,
    order,
    pearson,
    probability,
    trace,
)
from core.saliency.original.dimensions import SIX, of_one_map
from core.saliency.original.published import STEPS
from core.saliency.original.study import Comparison, NetworkStudy, Study, Unread
from core.saliency.schema import Attribution, Floats, Options, Pixels, Value
from core.stats.rank_effects import cliffs_delta, matched_rank_biserial
from core.stats.rank_tests import bonferroni, wilcoxon

NOISE = 0.05
FEWEST = 2
CONTROLS = ("random", "sobel")


def reproduce(
    first: tuple[Classifier, Pixels],
    second: tuple[Classifier, Pixels],
    *,
    steps: int = STEPS,
    seed: int = 0,
) -> Study:
    """Run the protocol: six dimensions, deletion with grey fill, and the tests between networks.

    Parameters
    ----------
    first, second : tuple of Classifier and (n, S, S) array
        A network and the images as it takes them, the same images in the same order.
    steps : int
        Of the deletion.
    seed : int
        Of the noise, the tie-breaks and the random maps.

    Raises
    ------
    InputError
        If the networks have different numbers of images, or fewer than two, or one has no layer to
        read.
    """
    n = len(first[1])
    if len(second[1]) != n or n < FEWEST:
        raise InputError(
            f"images: {n} for {first[0].title} and {len(second[1])} for {second[0].title}. "
            f"Give the same images for both, at least {FEWEST}."
        )
    networks = (_one(*first, steps, seed), _one(*second, steps, seed))
    return Study(networks, compare(*networks), n, steps, seed)


def compare(first: NetworkStudy, second: NetworkStudy) -> tuple[Comparison, ...]:
    """Return the six dimensions compared between two networks on the same images."""
    pairs = [(first.of(one.key), second.of(one.key)) for one in SIX]
    apart = [_mann_whitney(*pair) for pair in pairs]
    paired = [_wilcoxon(*pair) for pair in pairs]
    unpaired_all = _corrected([p for _, p in apart])
    paired_all = _corrected([p for p, _ in paired])
    return tuple(
        Comparison(
            dimension.key,
            dimension.title,
            (_mean(a), _mean(b)),
            (_deviation(a), _deviation(b)),
            (int(np.isfinite(a).sum()), int(np.isfinite(b).sum())),
            u,
            p,
            p_all,
            cliffs_delta(a[np.isfinite(a)], b[np.isfinite(b)]),
            int((np.isfinite(a) & np.isfinite(b)).sum()),
            p_paired,
            p_paired_all,
            effect,
        )
        for dimension, (a, b), (u, p), p_all, (p_paired, effect), p_paired_all in zip(
            SIX, pairs, apart, unpaired_all, paired, paired_all, strict=True
        )
    )


def _one(network: Classifier, images: Pixels, steps: int, seed: int) -> NetworkStudy:
    targets = np.asarray(network.logits(images)).argmax(axis=1)
    black, white = network.grey
    grey = np.full((1, network.size, network.size), (black + white) / 2, dtype=np.float32)
    fill = tuple(
        float(probability(network, target)(grey)[0]) for target in range(len(network.labels))
    )
    rows: list[dict[str, Value]] = []
    grid = (0, 0)
    for number, (image, target) in enumerate(zip(images, targets, strict=True)):
        heat = attribute(network, image, "gradcam++", int(target))
        grid = (heat.native.shape[0], heat.native.shape[1])
        found = of_one_map(heat.native, heat.pixels)
        found |= _agreement(network, image, heat, seed + number)
        found |= _deletion(network, image, heat, steps, seed + number)
        rows.append(found)
    return NetworkStudy(
        network.key,
        network.title,
        network.labels,
        grid,
        tuple(int(target) for target in targets),
        {key: tuple(row[key].value for row in rows) for key in rows[0]},
        fill,
        tuple(Unread(one.title, one.refused) for one in network.layers if one.refused),
    )


def _agreement(
    network: Classifier, image: Pixels, heat: Attribution, seed: int
) -> dict[str, Value]:
    black, white = network.grey
    noise = normal_noise((network.size, network.size), 1, NOISE, seed)[0]
    moved, moved_more = (
        attribute(network, image + scale * noise, "gradcam++", heat.target)
        for scale in (np.float32(1), np.float32(white - black))
    )
    raw = attribute(network, image, "eigencam-raw", heat.target)
    ruled = attribute(network, image, "eigencam", heat.target)
    same = pearson(raw.native, ruled.native)
    return {
        "robustness": pearson(heat.pixels, moved.pixels),
        "robustness-grey": pearson(heat.pixels, moved_more.pixels),
        "inter-method": pearson(heat.pixels, raw.pixels),
        "inter-method-ruled": pearson(heat.pixels, ruled.pixels),
        "flipped": Value(float(same.value < 0)) if same.defined else same,
    }


def _deletion(
    network: Classifier, image: Pixels, heat: Attribution, steps: int, seed: int
) -> dict[str, Value]:
    """Delete pixel by pixel in the order of the map and of two controls, in one batch."""
    options = Options(seed=seed)
    maps = [heat, *(attribute(network, image, key, heat.target, options) for key in CONTROLS)]
    orders = [order(one.pixels, 1, seed, repeats=1) for one in maps]
    score, fill = probability(network, heat.target), named("mean", network.grey)
    curve, *controls = trace(score, image, orders, fill, steps=steps)
    area = float(np.trapezoid(curve.values, dx=1 / steps))
    figures = {
        "auc": Value.undefined(curve.blank) if curve.blank else Value(area),
        "aopc": aopc_original(curve),
        "first": Value(float(curve.values[0])),
        "last": Value(float(curve.values[-1])),
        "ties": Value(curve.ties),
    }
    return figures | {
        f"aopc-{key}": aopc_original(one) for key, one in zip(CONTROLS, controls, strict=True)
    }


def _mann_whitney(first: Floats, second: Floats) -> tuple[float, float]:
    from scipy.stats import mannwhitneyu

    a, b = first[np.isfinite(first)], second[np.isfinite(second)]
    if min(len(a), len(b)) < FEWEST:
        return math.nan, math.nan
    found = mannwhitneyu(a, b)
    return float(found.statistic), float(found.pvalue)


def _wilcoxon(first: Floats, second: Floats) -> tuple[float, float]:
    both = np.isfinite(first) & np.isfinite(second)
    if both.sum() < FEWEST:
        return math.nan, math.nan
    a, b = first[both], second[both]
    return wilcoxon(a, b).p, matched_rank_biserial(a, b)


def _corrected(p: list[float]) -> list[float]:
    """Return p values times the number of dimensions, those without a figure included."""
    values: list[float] = bonferroni(np.nan_to_num(p, nan=1.0)).tolist()
    return [math.nan if math.isnan(raw) else one for raw, one in zip(p, values, strict=True)]


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _deviation(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.std(ddof=1)) if len(known) >= FEWEST else math.nan
