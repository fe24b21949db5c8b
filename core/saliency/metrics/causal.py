"""How a map divides its mass among causes whose share in the answer is known.

Two causes are on the image, the lesion and a shortcut. What each does to the network's answer is
known from renders without it (`core.saliency.ground_truth.shares`); these figures ask whether the
map says the same. Negative values of a map count as zero, as in `localisation`.
"""

from __future__ import annotations

import math

import numpy as np

from core.errors import InputError
from core.saliency.metrics.localisation import (
    BLANK,
    FLAT,
    TOP,
    area_under_roc,
    evidence,
    pointing_game,
    top_size,
)
from core.saliency.schema import Direction, Floats, Mask, Metric, Topic, Value

LEAST_EXCESS = 0.005
"""Mass beyond chance, as a share of the map, below which no share is told."""
HOLLOW = 0.2
"""Share of the lesion in the answer below which a peak on it reassures falsely."""
IDLE = 0.1
"""Share of the shortcut in the answer below which a peak on it is a false alarm."""
RULING = 0.8
"""Share of the shortcut in the answer above which a map must show it."""
UNSHARED = "Neither lesion nor shortcut speaks for the class, so there are no shares to compare."


def excess_share(heat: Floats, lesion: Mask, shortcut: Mask, cell: int = 1) -> Value:
    """Return the lesion's part of the mass that lesion and shortcut draw beyond chance.

    A lesion is many times larger than a lead letter, so the plain share of mass would favour it for
    any map. What each region would get at the density elsewhere is taken off first. Pixels near
    both count half to each.

    Parameters
    ----------
    heat : (h, w) array
        The map.
    lesion, shortcut : (h, w) array of bool
        The two regions.
    cell : int
        Side in pixels of one cell of the grid that the map was computed on; each region is
        widened by that much.

    Returns
    -------
    Value
        0 (shortcut alone) to 1 (lesion alone). Undefined if either region is missing, the two
        cover the image, or together they draw less than 0.5 % beyond chance.
    """
    values, first = evidence(heat, lesion)
    _, second = evidence(heat, shortcut)
    if not first.any() or not second.any():
        absent = "lesion" if not first.any() else "shortcut"
        return Value.undefined(f"The image has no {absent}, so there is nothing to divide.")
    if not values.any():
        return Value.undefined(BLANK)
    mass = values / values.sum()
    wide = np.stack([widened(first, cell), widened(second, cell)]).astype(np.float64)
    elsewhere = ~wide.any(axis=0)
    if not elsewhere.any():
        return Value.undefined("Lesion and shortcut cover the image, so there is no background.")
    part = wide / wide.sum(axis=0).clip(min=1)
    excess = ((mass - mass[elsewhere].mean()) * part).sum(axis=(1, 2)).clip(min=0)
    if excess.sum() < LEAST_EXCESS:
        return Value.undefined("Neither lesion nor shortcut draws more of the map than chance.")
    return Value(float(excess[0] / excess.sum()))


def widened(mask: Mask, cell: int) -> Mask:
    """Return a mask with every pixel at most ``cell`` rows and columns away."""
    from scipy.ndimage import binary_dilation

    if cell < 1:
        return mask
    side = 2 * cell + 1
    return np.asarray(binary_dilation(mask, np.ones((side, side), dtype=np.bool_)))


def causal_share_error(
    heat: Floats, lesion: Mask, shortcut: Mask, lesion_share: float, cell: int = 1
) -> Value:
    """Return how far the map's share for the lesion is from its share in the answer.

    Parameters
    ----------
    heat, lesion, shortcut, cell
        As in :func:`excess_share`.
    lesion_share : float
        The lesion's share in the answer, 0 to 1; NaN where there is none.
    """
    _check(lesion_share)
    told = excess_share(heat, lesion, shortcut, cell)
    if told.defined and math.isnan(lesion_share):
        return Value.undefined(UNSHARED)
    return Value(abs(told.value - lesion_share)) if told.defined else told


def plausibility(heat: Floats, lesion: Mask) -> Value:
    """Return how well the map picks out what a reader would point at: its AUROC for the lesion."""
    return area_under_roc(heat, lesion)


def causal_localisation(heat: Floats, lesion: Mask, shortcut: Mask, lesion_share: float) -> Value:
    """Return how well the map picks out what the network used: AUROC with graded relevance.

    Each cause weighs as much as its share in the answer, spread evenly over its pixels; a pixel is
    beside the causes to the degree that its cause is weaker than the stronger one. So a cause
    without effect is background, and two equal causes are both foreground.

    Parameters
    ----------
    heat, lesion, shortcut
        As in :func:`excess_share`; a pixel on both belongs to the shortcut, which lies on top.
    lesion_share : float
        The lesion's share in the answer, 0 to 1; the shortcut has the rest.
    """
    _check(lesion_share)
    values, first = evidence(heat, lesion)
    _, second = evidence(heat, shortcut)
    if math.isnan(lesion_share):
        return Value.undefined(UNSHARED)
    if values.min() == values.max():
        return Value.undefined(FLAT if values.any() else BLANK)
    if (first | second).all():
        return Value.undefined("The causes cover the image, so nothing lies beside them.")
    counted, behind = np.zeros(values.shape), np.ones(values.shape)
    shares = (lesion_share, 1 - lesion_share)
    for region, share in zip((first & ~second, second), shares, strict=True):
        if share > 0 and not region.any():
            return Value.undefined("The mask of a cause that the network uses is empty.")
        counted[region] = share / max(int(region.sum()), 1)
        behind[region] = 1 - share / max(shares)
    return Value(_graded(values.ravel(), counted.ravel(), behind.ravel()))


def paradox_index(heat: Floats, lesion: Mask, shortcut: Mask, lesion_share: float) -> Value:
    """Return plausibility minus causal localisation: how much better a map looks than it is."""
    looks = plausibility(heat, lesion)
    return difference(looks, causal_localisation(heat, lesion, shortcut, lesion_share))


def difference(looks: Value, holds: Value) -> Value:
    """Return the paradox index of a plausibility and a causal localisation."""
    if not looks.defined:
        return looks
    return Value(looks.value - holds.value) if holds.defined else holds


def false_reassurance(heat: Floats, lesion: Mask, lesion_share: float) -> Value:
    """Return whether the peak lies on the lesion though the network hardly uses it."""
    _check(lesion_share)
    if not lesion_share < HOLLOW:
        return Value.undefined(f"The lesion's share in the answer is not below {HOLLOW}.")
    return pointing_game(heat, lesion, tolerance=0)


def false_alarm(
    heat: Floats, shortcut: Mask, shortcut_share: float, tolerance: float | None = None
) -> Value:
    """Return whether the peak lies on the shortcut though the network hardly uses it.

    A lead letter is smaller than a cell of most maps, so the peak need only be near it: by
    default within the tolerance of the pointing game.
    """
    _check(shortcut_share)
    if not shortcut_share < IDLE:
        return Value.undefined(f"The shortcut's share in the answer is not below {IDLE}.")
    return pointing_game(heat, shortcut, tolerance)


def miss(heat: Floats, shortcut: Mask, shortcut_share: float, share: float = TOP) -> Value:
    """Return whether no top pixel lies on the shortcut though the network's answer rests on it.

    Among pixels tied at the edge of the top, the probability that a random choice misses.
    """
    _check(shortcut_share)
    if not shortcut_share > RULING:
        return Value.undefined(f"The shortcut's share in the answer is not above {RULING}.")
    values, region = evidence(heat, shortcut)
    if not region.any() or not values.any():
        return Value.undefined(BLANK if region.any() else "The image has no shortcut.")
    size = top_size(values.size, share)
    cut = np.partition(values, values.size - size, axis=None)[values.size - size]
    above, tied = values > cut, values == cut
    if (above & region).any():
        return Value(0.0)
    free, all_tied = int((tied & ~region).sum()), int(tied.sum())
    return Value(_all_beside(free, all_tied, size - int(above.sum())))


def _all_beside(free: int, tied: int, drawn: int) -> float:
    """Return the probability that all ``drawn`` of ``tied`` pixels are among the ``free``."""
    if drawn > free:
        return 0.0
    return math.comb(free, drawn) / math.comb(tied, drawn)


def _graded(values: Floats, counted: Floats, behind: Floats) -> float:
    """Return the AUROC of values whose units belong to both groups by degrees."""
    _, place = np.unique(values, return_inverse=True)
    up, down = np.bincount(place, counted), np.bincount(place, behind)
    below = np.cumsum(down) - down
    return float(up @ (below + down / 2) / (up.sum() * down.sum()))


def _check(share: float) -> None:
    if not (math.isnan(share) or -1e-9 <= share <= 1 + 1e-9):
        raise InputError(f"share: {share:g} is no share. Give a number from 0 to 1.")


def _card(
    key: str,
    title: str,
    formula: str,
    edge: str,
    *,
    low: float = 0.0,
    direction: Direction = Direction.LOWER,
    source: str = "Own",
) -> Metric:
    return Metric(key, title, Topic.CAUSE, formula, low, 1.0, direction, edge, source)


_BOTH = "Undefined unless both lesion and shortcut are on the image and draw 0.5 % beyond chance."
CARDS = (
    _card(
        "excess-share",
        "Map's share for the lesion",
        "e_P / (e_P + e_S), e_R = max(0, mass on R widened by one cell - its area x mean density "
        "elsewhere).",
        _BOTH,
        direction=Direction.NEITHER,
    ),
    _card(
        "causal-share-error",
        "Error of the causal share",
        "|map's share for the lesion - its Shapley share of the log-odds|.",
        _BOTH,
    ),
    _card(
        "plausibility",
        "Plausibility",
        "AUROC of max(a, 0) against the lesion, whatever the network uses.",
        "Undefined without a lesion and for a constant map.",
        direction=Direction.NEITHER,
    ),
    _card(
        "causal-localisation",
        "Causal localisation",
        "AUROC of max(a, 0) against lesion and shortcut, each weighted by its share in the answer.",
        "Undefined where neither cause speaks for the class and for a constant map.",
        direction=Direction.HIGHER,
    ),
    _card(
        "paradox-index",
        "Paradox index",
        "Plausibility - causal localisation; 0 where a map looks as good as it is.",
        "Undefined where either is.",
        low=-1.0,
        direction=Direction.NEITHER,
    ),
    _card(
        "false-reassurance",
        "False reassurance",
        "1 if the peak lies on the lesion while its share in the answer is below 0.2.",
        "Undefined where that share is 0.2 or more.",
    ),
    _card(
        "false-alarm",
        "False alarm",
        "1 if the peak lies within 15/224 of the side of the shortcut while its share in the "
        "answer is below 0.1.",
        "Undefined where that share is 0.1 or more.",
    ),
    _card(
        "miss",
        "Shortcut missed",
        "1 if none of the top 5 % of the pixels lies on the shortcut while its share in the answer "
        "is above 0.8.",
        "Undefined where that share is 0.8 or less.",
    ),
)
