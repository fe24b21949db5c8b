"""The figures of a case, in groups that share what the network is asked.

Each group yields (method, metric, context, value). The context is the fill of a curve, the mask
that a map is held against, or the map that it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from core.saliency import metrics as m
from core.saliency.benchmark.case import Case
from core.saliency.benchmark.plan import CAMS, CONTROLS, Group, Plan
from core.saliency.ground_truth.paradox import judged
from core.saliency.methods import METHODS
from core.saliency.schema import Attribution, Floats, Pixels, Value

Cell = tuple[str, str]
"""Metric and context."""
Figure = tuple[str, str, str, Value]

SHAPES: Mapping[str, Callable[[Floats], Value]] = MappingProxyType(
    {
        "gini": m.gini,
        "hoyer": m.hoyer,
        "entropy-normalised": m.entropy_normalised,
        "effective-complexity": m.effective_complexity,
        "top-mass-5": lambda heat: m.top_mass(heat, 5),
        "total-variation": m.total_variation,
        "spread": m.spread,
    }
)
AGREEMENTS = MappingProxyType({"spearman": m.spearman, "ssim": m.ssim})
COMPARED = ("gradcam++", "random")
CURVES = (
    "deletion-auc", "aopc", "aopc-lerf", "abpc", "aopc-above-chance", "aopc-z", "naopc",
)  # fmt: skip
LOCAL = MappingProxyType(
    {
        "pointing-game": m.pointing_game,
        "mass-accuracy": m.mass_accuracy,
        "mass-lift": m.mass_lift,
        "rank-accuracy": m.rank_accuracy,
        "topk-intersection": m.topk_intersection,
        "mask-auroc": m.area_under_roc,
        "mask-auprc": m.average_precision,
        "iou-otsu": m.iou_otsu,
        "iou-matched": m.iou_matched,
    }
)
PLACES: tuple[Cell, ...] = (
    *((key, "lesion") for key in LOCAL),
    *((key, "shortcut") for key in ("pointing-game", "mass-lift", "mask-auroc")),
    ("mass-outside", "lungs"),
    ("mask-auroc", "lungs"),
)
CAUSES = (
    "plausibility", "causal-localisation", "paradox-index", "false-reassurance", "false-alarm",
    "miss", "causal-share-error", "excess-share",
)  # fmt: skip
STABLE = ("sensitivity-max", "sensitivity-mean", "robustness")
CHEAP = frozenset(
    (
        *CAMS, *CONTROLS, "saliency", "inputxgradient", "guided-backprop", "rollout",
        "gradient-attention", "legrad",
    )
)  # fmt: skip
"""Methods that ask a network so little that their maps can be made again and again."""
DEAR = "Not measured: making the map of this method again takes too long for a benchmark."
SELF = "A map agrees with itself."
CLASSLESS = "The method does not know of classes."
RADIUS = 0.02


def cells(plan: Plan, group: Group | None = None) -> tuple[Cell, ...]:
    """Return metric and context of what a plan measures, or of one group, in the table's order."""
    places = [cell for cell in PLACES if plan.source == "phantoms" or cell[1] == "lungs"]
    curves: list[Cell] = [(key, fill) for fill in plan.fills for key in CURVES]
    curves += [("insertion-auc", fill) for fill in plan.fills if fill == "blur"]
    curves += [("road-combined", fill) for fill in plan.fills if fill == "inpaint"]
    curves += [("aopc-original", fill) for fill in plan.fills if fill == "mean"]
    of: Mapping[Group, Sequence[Cell]] = {
        Group.SHAPE: [(key, "") for key in SHAPES],
        Group.CURVES: curves,
        Group.AGREEMENT: [(key, other) for other in COMPARED for key in AGREEMENTS],
        Group.FIDELITY: [
            ("infidelity-normalised", "mean"),
            ("faithfulness-correlation", "mean"),
            ("sufficiency", "blur"),
        ],
        Group.ROBUSTNESS: [(key, "") for key in STABLE],
        Group.SANITY: [("randomisation", ""), ("contrastivity", "")],
        Group.LOCALISATION: places,
        Group.CAUSE: [(key, "") for key in CAUSES],
    }
    groups = plan.groups if group is None else (group,)
    return tuple(cell for one in groups for cell in of[one])


def shape(case: Case) -> Iterator[Figure]:
    """Yield how each map is spread."""
    for method, one in case.maps.items():
        for key, figure in SHAPES.items():
            yield method, key, "", figure(one.pixels)


def curves(case: Case) -> Iterator[Figure]:
    """Yield the figures of deletion curves, all curves of a fill in one question."""
    chance = m.random_maps(case.image.shape, case.plan.randoms, case.seed("chance"))
    for fill in case.plan.fills:
        steps, repeats = case.plan.cuts(fill)
        ranked = {
            method: m.order(one.pixels, case.plan.block, case.seed("ties"), repeats)
            for method, one in case.maps.items()
        }
        orders = [one for first in ranked.values() for one in (first, first.reversed())]
        orders += [m.order(one, case.plan.block, 0, 1) for one in chance]
        found = m.trace(case.score, case.image, orders, case.fill(fill), steps=steps)
        pairs = 2 * len(ranked)
        for place, method in enumerate(ranked):
            most, least = found[2 * place : 2 * place + 2]
            for key, value in _of_curves(most, least, found, found[pairs:], fill).items():
                yield method, key, fill, value


def _of_curves(
    most: m.Curve, least: m.Curve, pool: Sequence[m.Curve], chance: Sequence[m.Curve], fill: str
) -> dict[str, Value]:
    figures = {
        "deletion-auc": m.deletion_auc(most),
        "aopc": m.aopc(most),
        "aopc-lerf": m.aopc_lerf(least),
        "abpc": m.abpc(most, least),
        "aopc-above-chance": m.aopc_above_chance(most, chance),
        "aopc-z": m.aopc_z(most, chance),
        "naopc": m.naopc(most, pool),
    }
    if fill == "blur":  # to restore the top first is to remove the rest, least important first
        figures["insertion-auc"] = m.insertion_auc(least)
    if fill == "inpaint":
        figures["road-combined"] = m.road_combined(most, least)
    if fill == "mean":
        figures["aopc-original"] = m.aopc_original(most)
    return figures


def agreement(case: Case) -> Iterator[Figure]:
    """Yield how far each map agrees with Grad-CAM++ and with a random map."""
    for other in COMPARED:
        if other not in case.maps:
            continue
        for method, one in case.maps.items():
            for key, figure in AGREEMENTS.items():
                own = Value.undefined(SELF)
                pair = one.pixels, case.maps[other].pixels
                yield method, key, other, own if method == other else figure(*pair)


def fidelity(case: Case) -> Iterator[Figure]:
    """Yield whether each map predicts what small and what random changes do."""
    grey = sum(case.network.grey) / 2
    changes = m.square_changes(case.image, grey, case.plan.draws, case.seed("squares"))
    mean, blur = case.fill("mean"), case.fill("blur")
    subsets = case.seed("subsets")
    for method, one in case.maps.items():
        heat, block = one.pixels, case.plan.block
        found = m.infidelity(case.logit, case.image, heat, changes, normalise=True)
        yield method, "infidelity-normalised", "mean", found
        found = m.faithfulness_correlation(
            case.score, case.image, heat, mean, block=block, seed=subsets
        )
        yield method, "faithfulness-correlation", "mean", found
        found = m.sufficiency(
            case.score, case.image, heat, blur,
            block=block, repeats=case.plan.repeats, seed=case.seed("ties"),
        )  # fmt: skip
        yield method, "sufficiency", "blur", found


def robustness(case: Case) -> Iterator[Figure]:
    """Yield how far each map moves when the image hardly does."""
    span = case.network.grey[1] - case.network.grey[0]
    shape_, n, seed = case.image.shape, case.plan.noises, case.seed("noise")
    near: Pixels = case.image + m.uniform_noise(shape_, n, RADIUS * span, seed)
    noisy: Pixels = case.image + m.normal_noise(shape_, n, RADIUS * span, seed)
    kept = case.asked.logits(noisy).argmax(axis=1) == case.target
    for method, one in case.maps.items():
        if method not in CHEAP:
            for key in STABLE:
                yield method, key, "", Value.undefined(DEAR)
            continue
        moved = np.stack([case.again(method, image=other) for other in near])
        yield method, "sensitivity-max", "", m.sensitivity_max(one.pixels, moved)
        yield method, "sensitivity-mean", "", m.sensitivity_mean(one.pixels, moved)
        moved = np.stack([case.again(method, image=other) for other in noisy])
        yield method, "robustness", "", m.robustness(one.pixels, moved, kept)


def sanity(case: Case) -> Iterator[Figure]:
    """Yield whether each map depends on the weights, and on the class asked about."""
    lost = [case.network.randomised(1.0, seed) for seed in range(case.plan.shuffles)]
    logits = case.asked.logits(case.image[None])[0]
    second = int(np.argsort(logits)[-2])
    for method, one in case.maps.items():
        if method not in CHEAP:
            yield method, "randomisation", "", Value.undefined(DEAR)
        else:
            heats = [case.again(method, network=network) for network in lost]
            yield method, "randomisation", "", _likeness(one, heats)
        if not METHODS[method].class_specific:
            yield method, "contrastivity", "", Value.undefined(CLASSLESS)
        elif method in CHEAP:
            other = case.again(method, target=second)
            yield method, "contrastivity", "", m.contrastivity(one.pixels, other)
        else:
            yield method, "contrastivity", "", Value.undefined(DEAR)


def _likeness(whole: Attribution, heats: Sequence[Floats]) -> Value:
    if whole.blank:
        return Value.undefined(f"The map itself holds nothing: {whole.blank}")
    found = [m.spearman(np.abs(whole.pixels), np.abs(heat)) for heat in heats]
    known = [abs(one.value) for one in found if one.defined]
    if 2 * len(known) <= len(heats):
        return Value.undefined(f"The map is blank under {len(heats) - len(known)} shuffles.")
    return Value(float(np.median(known)))


def localisation(case: Case) -> Iterator[Figure]:
    """Yield how far each map lies on lesion, shortcut and lungs."""
    for method, one in case.maps.items():
        for key, place in PLACES:
            if place in case.picture.masks:
                figure = m.mass_outside if key == "mass-outside" else LOCAL[key]
                yield method, key, place, figure(one.pixels, case.picture.masks[place])


def cause(case: Case) -> Iterator[Figure]:
    """Yield how far each map divides itself as the causes divide the answer."""
    scene = case.picture.scene
    if scene is None:
        return
    for method, one in case.maps.items():
        cell = case.network.size // one.native.shape[0]
        for key, value in judged(one.pixels, scene, case.shares, cell).items():
            yield method, key, "", value
        told = m.excess_share(one.pixels, scene.lesion, scene.shortcut, cell)
        yield method, "excess-share", "", told


GROUPS: Mapping[Group, Callable[[Case], Iterator[Figure]]] = MappingProxyType(
    {
        Group.SHAPE: shape,
        Group.CURVES: curves,
        Group.AGREEMENT: agreement,
        Group.FIDELITY: fidelity,
        Group.ROBUSTNESS: robustness,
        Group.SANITY: sanity,
        Group.LOCALISATION: localisation,
        Group.CAUSE: cause,
    }
)
