"""How far a map lies on a mask, each figure with the value that chance would give.

Every function takes a map (h, w) and a mask (h, w). Evidence against the class is no evidence for
the region, so negative values of the map count as zero. Ties are averaged over, not broken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.errors import InputError
from core.saliency.schema import Direction, Floats, Mask, Metric, Topic, Value
from core.stats.binary import auc

TOLERANCE = 15 / 224
"""Reach of the pointing game, as a share of the image's side."""
TOP = 0.05
"""Share of the pixels that count as the top of a map."""
BINS = 256
EMPTY = "The mask is empty, so nothing can lie on it."
FULL = "The mask covers the whole image, so nothing can lie beside it."
BLANK = "The map has no positive value."
FLAT = "The map is constant, so no place stands out."


def evidence(heat: Floats, mask: Mask) -> tuple[Floats, Mask]:
    """Return the positive part of a map and the mask, both checked.

    Raises
    ------
    InputError
        If their shapes differ, are not two-dimensional, or the map holds a number that is not
        finite.
    """
    values, region = np.asarray(heat, dtype=np.float64), np.asarray(mask, dtype=np.bool_)
    if values.ndim != 2 or values.shape != region.shape:
        raise InputError(
            f"mask: its shape is {region.shape} and the map's is {values.shape}. "
            "Scale one to the other first."
        )
    if not np.isfinite(values).all():
        raise InputError("map: holds a value that is not finite. Make the map again.")
    return values.clip(min=0), region


def pointing_game(heat: Floats, mask: Mask, tolerance: float | None = None) -> Value:
    """Return whether the map's peak lies on the mask or near it.

    Parameters
    ----------
    heat : (h, w) array
        The map. Of several equal peaks the share that hits is returned.
    mask : (h, w) array of bool
        The region.
    tolerance : float, optional
        How near, in pixels; by default 15 of 224.

    References
    ----------
    Zhang et al., IJCV 126 (2018) 1084-1102.
    """
    values, region = evidence(heat, mask)
    if (reason := _unusable(values, region)) is not None:
        return Value.undefined(reason)
    return Value(float(near(region, tolerance)[values == values.max()].mean()))


def near(mask: Mask, tolerance: float | None = None) -> Mask:
    """Return every pixel within a distance of the mask, by default that of the pointing game."""
    from scipy.ndimage import distance_transform_edt

    reach = TOLERANCE * max(mask.shape) if tolerance is None else tolerance
    if not mask.any():
        return np.zeros_like(mask)
    return np.asarray(distance_transform_edt(~mask) <= reach)


def mass_accuracy(heat: Floats, mask: Mask) -> Value:
    """Return the share of the map's mass on the mask (Arras et al., Information Fusion 2022)."""
    values, region = evidence(heat, mask)
    if not region.any():
        return Value.undefined(EMPTY)
    return _share(values, region)


def mass_lift(heat: Floats, mask: Mask) -> Value:
    """Return the mass on the mask over the share of the image that it covers."""
    mass = mass_accuracy(heat, mask)
    return Value(mass.value / float(np.mean(mask))) if mass.defined else mass


def mass_outside(heat: Floats, mask: Mask) -> Value:
    """Return the share of the map's mass beside a region, such as the lungs."""
    values, region = evidence(heat, mask)
    return _share(values, ~region)


def rank_accuracy(heat: Floats, mask: Mask) -> Value:
    """Return how much of the mask is among as many top pixels as the mask has.

    References
    ----------
    Arras, Osman and Samek, Information Fusion 81 (2022) 14-40.
    """
    values, region = evidence(heat, mask)
    if (reason := _unusable(values, region)) is not None:
        return Value.undefined(reason)
    size = int(region.sum())
    return Value(hits(values, region, size) / size)


def topk_intersection(heat: Floats, mask: Mask, share: float = TOP) -> Value:
    """Return the share of the map's top pixels that lie on the mask.

    References
    ----------
    Theiner, Müller-Budack and Ewerth, WACV 2022 (there with a fixed number of pixels).
    """
    values, region = evidence(heat, mask)
    if (reason := _unusable(values, region)) is not None:
        return Value.undefined(reason)
    size = top_size(values.size, share)
    return Value(hits(values, region, size) / size)


def area_under_roc(heat: Floats, mask: Mask) -> Value:
    """Return P(a pixel on the mask ranks above one beside it), ties counting one half."""
    values, region = evidence(heat, mask)
    if (reason := _unusable(values, region)) is not None:
        return Value.undefined(reason)
    if region.all():
        return Value.undefined(FULL)
    return Value(auc(region.ravel().astype(np.int64), values.ravel()))


def average_precision(heat: Floats, mask: Mask) -> Value:
    """Return the area under precision over recall, by steps; tied pixels enter together."""
    values, region = evidence(heat, mask)
    if (reason := _unusable(values, region)) is not None:
        return Value.undefined(reason)
    order = np.argsort(-values, axis=None, kind="stable")
    ranked, inside = values.ravel()[order], region.ravel()[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), ranked.size - 1)
    found = np.cumsum(inside)[last]
    gained = np.diff(found, prepend=0)
    return Value(float((gained * found / (last + 1)).sum() / region.sum()))


def iou_otsu(heat: Floats, mask: Mask) -> Value:
    """Return overlap over union of the mask and the map cut at Otsu's threshold.

    References
    ----------
    Otsu, IEEE Trans. SMC 9 (1979) 62-66; Saporta et al., Nat. Mach. Intell. 4 (2022) 867-878.
    """
    values, region = evidence(heat, mask)
    if (reason := _unusable(values, region)) is not None:
        return Value.undefined(reason)
    cut = values > otsu(values)
    return Value(float((cut & region).sum() / (cut | region).sum()))


def iou_matched(heat: Floats, mask: Mask) -> Value:
    """Return overlap over union of the mask and as many top pixels of the map."""
    values, region = evidence(heat, mask)
    if (reason := _unusable(values, region)) is not None:
        return Value.undefined(reason)
    size = int(region.sum())
    common = hits(values, region, size)
    return Value(common / (2 * size - common))


def otsu(values: Floats) -> float:
    """Return the threshold that parts values into two groups with the least spread within.

    Values above it form the upper group; the histogram has 256 bins.
    """
    counts, edges = np.histogram(values, BINS)
    centres = (edges[:-1] + edges[1:]) / 2
    below, above = np.cumsum(counts)[:-1], np.cumsum(counts[::-1])[::-1][1:]
    sums = np.cumsum(counts * centres)
    means_below = sums[:-1] / below
    means_above = (sums[-1] - sums[:-1]) / above
    return float(centres[int(np.argmax(below * above * (means_below - means_above) ** 2))])


def hits(values: Floats, region: Mask, size: int) -> float:
    """Return how many of the top ``size`` pixels lie on a region, as expected over ties."""
    cut = np.partition(values, values.size - size, axis=None)[values.size - size]
    above, tied = values > cut, values == cut
    left = size - int(above.sum())
    return float((above & region).sum() + left * region[tied].mean())


def top_size(pixels: int, share: float) -> int:
    """Return how many pixels the top share of a map has, one at the least."""
    return max(1, round(share * pixels))


def chance_level(metric: str, heat: Floats, mask: Mask) -> Value:
    """Return what a metric gives on average where the map knows nothing of the mask.

    Overlap over union is that of the average overlap.

    Parameters
    ----------
    metric : str
        Key of a metric of this module.
    heat, mask : (h, w) array
        As given to the metric.

    Raises
    ------
    InputError
        If the metric is not about a mask, or map and mask do not belong together.
    """
    if metric not in CHANCE:
        raise InputError(
            f"metric: {metric!r} does not hold a map against a mask. "
            f"Use one of: {', '.join(CHANCE)}."
        )
    values, region = evidence(heat, mask)
    if not region.any() and metric != "mass-outside":
        return Value.undefined(EMPTY)
    return Value(CHANCE[metric](values, region))


def _area(_: Floats, region: Mask) -> float:
    return float(region.mean())


def _chance_otsu(values: Floats, region: Mask) -> float:
    area, cut = float(region.mean()), float((values > otsu(values)).mean())
    return area * cut / (area + cut - area * cut)


CHANCE: Mapping[str, Callable[[Floats, Mask], float]] = MappingProxyType(
    {
        "pointing-game": lambda _, region: float(near(region).mean()),
        "mass-accuracy": _area,
        "mass-lift": lambda *_: 1.0,
        "mass-outside": lambda _, region: 1 - float(region.mean()),
        "rank-accuracy": _area,
        "topk-intersection": _area,
        "mask-auroc": lambda *_: 0.5,
        "mask-auprc": _area,
        "iou-otsu": _chance_otsu,
        "iou-matched": lambda _, region: float(region.mean() / (2 - region.mean())),
    }
)


def _share(values: Floats, region: Mask) -> Value:
    total = float(values.sum())
    return Value(float(values[region].sum()) / total) if total > 0 else Value.undefined(BLANK)


def _unusable(values: Floats, region: NDArray[np.bool_]) -> str | None:
    if not region.any():
        return EMPTY
    if not values.any():
        return BLANK
    return FLAT if values.min() == values.max() else None


def _card(
    key: str,
    title: str,
    formula: str,
    source: str,
    *,
    high: float = 1.0,
    direction: Direction = Direction.HIGHER,
    edge: str = "Undefined for an empty mask and for a constant map.",
    oracle: str = "",
) -> Metric:
    return Metric(
        key, title, Topic.LOCALISATION, formula, 0.0, high, direction, edge, source, oracle
    )


_ARRAS = "Arras, Osman and Samek, Information Fusion 81 (2022) 14-40"
CARDS = (
    _card(
        "pointing-game",
        "Pointing game",
        "1 if the peak of max(a, 0) lies within 15/224 of the side of the mask; of tied peaks the "
        "share. By chance the share of the image that near.",
        "Zhang et al., IJCV 126 (2018) 1084-1102",
        oracle="Quantus, where one pixel alone is the peak and the tolerance is 0",
    ),
    _card(
        "mass-accuracy",
        "Mass on the mask",
        "Sum of max(a, 0) over the mask / sum over the image. By chance the mask's share of it.",
        _ARRAS,
        edge="Undefined for an empty mask and without a positive value.",
        oracle="Quantus",
    ),
    _card(
        "mass-lift",
        "Mass over area",
        "Mass on the mask / the mask's share of the image. By chance 1.",
        "After Arras et al. 2022",
        high=float("inf"),
        edge="Undefined for an empty mask and without a positive value.",
    ),
    _card(
        "mass-outside",
        "Mass outside a region",
        "Sum of max(a, 0) beside the region / sum over the image. By chance the share of the image "
        "beside it.",
        "DeGrave, Janizek and Lee, Nat. Mach. Intell. 3 (2021) 610-619, put as a figure",
        direction=Direction.NEITHER,
        edge="Undefined without a positive value.",
    ),
    _card(
        "rank-accuracy",
        "Ranks on the mask",
        "Share of the |mask| top pixels that lie on the mask, expected over ties. By chance the "
        "mask's share of the image.",
        _ARRAS,
        oracle="Quantus, on maps without ties",
    ),
    _card(
        "topk-intersection",
        "Top 5 % on the mask",
        "Share of the top 5 % of the pixels that lie on the mask, expected over ties. By chance "
        "the mask's share of the image.",
        "Theiner, Müller-Budack and Ewerth, WACV 2022",
    ),
    _card(
        "mask-auroc",
        "AUROC against the mask",
        "P(a pixel on the mask ranks above one beside it), ties one half. By chance 0.5.",
        "Arun et al., Radiology: AI 3 (2021) e200267, in the form for ROC curves",
        edge="Undefined for an empty mask, one that covers the image, and a constant map.",
        oracle="scikit-learn",
    ),
    _card(
        "mask-auprc",
        "AUPRC against the mask",
        "Sum of (recall gained x precision) over the map's values from the top; ties enter "
        "together. By chance the mask's share of the image.",
        "Arun et al., Radiology: AI 3 (2021) e200267",
        oracle="scikit-learn",
    ),
    _card(
        "iou-otsu",
        "IoU at Otsu's threshold",
        "|cut and mask| / |cut or mask|, the map cut at Otsu's threshold.",
        "Saporta et al., Nat. Mach. Intell. 4 (2022) 867-878",
        oracle="scikit-image, for the threshold",
    ),
    _card(
        "iou-matched",
        "IoU at equal area",
        "The same with as many top pixels as the mask has. By chance c / (2 - c), c the mask's "
        "share of the image.",
        "Own, after Saporta et al. 2022",
    ),
)
