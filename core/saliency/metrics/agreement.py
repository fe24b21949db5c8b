"""How far two maps of one image agree. Agreement says nothing of the network: both may be wrong."""

from __future__ import annotations

import numpy as np

from core.errors import InputError
from core.saliency.metrics.order import REPEATS, order
from core.saliency.schema import Direction, Floats, Metric, Topic, Value

SHARE = 0.1  # strongest pixels that are compared as sets
PERSISTENCE = 0.98
SIGMA = 1.5
WINDOW, SMALL_WINDOW = 11, 7
CONSTANT = "One of the maps is constant."
NOT_FINITE = "One of the maps holds NaN or infinity."
ONE_PIXEL = "The maps have one pixel only."
ROUNDING = 64 * float(np.finfo(np.float64).eps)

Pair = tuple[Floats, Floats]


def pearson(first: Floats, second: Floats) -> Value:
    """Return Pearson's correlation over the pixels, -1 to 1; raises :class:`InputError`."""
    maps = _pair(first, second)
    return maps if isinstance(maps, Value) else Value(_correlation(*maps))


def spearman(first: Floats, second: Floats) -> Value:
    """Return the rank correlation, ties at their mean rank; raises :class:`InputError`."""
    from scipy.stats import rankdata

    maps = _pair(first, second)
    if isinstance(maps, Value):
        return maps
    return Value(_correlation(rankdata(maps[0]), rankdata(maps[1])))


def ssim(first: Floats, second: Floats) -> Value:
    """Return the structural similarity of the maps, each scaled to 0 to 1; raises `InputError`.

    The window is Gaussian, 11 pixels wide, or 7 on maps smaller than 22 pixels; windows that cross
    the border are left out.
    """
    maps = _pair(first, second)
    if isinstance(maps, Value):
        return maps
    width = WINDOW if min(maps[0].shape) >= 2 * WINDOW else SMALL_WINDOW
    if min(maps[0].shape) < width:
        return Value.undefined(f"The maps are smaller than the window of {width} pixels.")
    x, y = ((one - one.min()) / np.ptp(one) for one in maps)
    mean_x, mean_y = _windowed(x, width), _windowed(y, width)
    var_x, var_y = _windowed(x * x, width) - mean_x**2, _windowed(y * y, width) - mean_y**2
    cov = _windowed(x * y, width) - mean_x * mean_y
    light, contrast = 0.01**2, 0.03**2
    above = (2 * mean_x * mean_y + light) * (2 * cov + contrast)
    below = (mean_x**2 + mean_y**2 + light) * (var_x + var_y + contrast)
    return Value(float(np.mean(above / below)))


def iou(first: Floats, second: Floats, share: float = SHARE) -> Value:
    """Return |A and B| / |A or B| of the highest ``share`` of the pixels of each map.

    Pixels tied at the edge of the share are drawn at random, and the mean over draws is returned.

    Raises
    ------
    InputError
        If the maps differ in size, or the share is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise InputError(f"share: {share:g} is out of range. Use a number between 0 and 1.")
    maps = _pair(first, second)
    if isinstance(maps, Value):
        return maps
    wanted = max(1, round(share * maps[0].size))
    a, b = (places < wanted for places in _places(maps))
    both = (a & b).sum(axis=1)
    return Value(float(np.mean(both / (2 * wanted - both))))


def iou_chance(share: float = SHARE) -> float:
    """Return the overlap of two unrelated maps on a large grid: k / (2 - k)."""
    return share / (2 - share)


def rank_biased_overlap(first: Floats, second: Floats, persistence: float = PERSISTENCE) -> Value:
    """Return the overlap of the rankings, weighted towards their tops, 0 to 1.

    The extrapolated form over all pixels, so that equal rankings have 1. Ties are broken at random
    and the mean over draws is returned; raises :class:`InputError` as :func:`iou`.
    """
    if not 0 < persistence < 1:
        raise InputError(
            f"persistence: {persistence:g} is out of range. Use a number between 0 and 1."
        )
    maps = _pair(first, second)
    if isinstance(maps, Value):
        return maps
    n = maps[0].size
    depth = np.arange(1, n + 1)
    weight = (1 - persistence) * persistence ** (depth - 1.0)
    overlaps = []
    for a, b in zip(*_places(maps), strict=True):
        shared = np.cumsum(np.bincount(np.maximum(a, b), minlength=n)) / depth
        overlaps.append(float(weight @ shared + persistence**n))
    return Value(float(np.mean(overlaps)))


def rank_biased_chance(pixels: int, persistence: float = PERSISTENCE) -> float:
    """Return the expected rank-biased overlap of two unrelated maps of that many pixels."""
    depth = np.arange(1, pixels + 1)
    weight = (1 - persistence) * persistence ** (depth - 1.0)
    return float(weight @ (depth / pixels) + persistence**pixels)


def sign_agreement(first: Floats, second: Floats, share: float = SHARE) -> Value:
    """Return the share of like signs where either map is among its strongest ``share``.

    Strength is |a|. Raises :class:`InputError` as :func:`iou`.
    """
    if not 0 < share < 1:
        raise InputError(f"share: {share:g} is out of range. Use a number between 0 and 1.")
    maps = _pair(first, second)
    if isinstance(maps, Value):
        return maps
    if all(one.min() >= 0 for one in maps):
        return Value.undefined("Neither map has a negative value, so the signs cannot differ.")
    wanted = max(1, round(share * maps[0].size))
    least = [np.sort(np.abs(one), axis=None)[-wanted] for one in maps]
    strong = (np.abs(maps[0]) >= least[0]) | (np.abs(maps[1]) >= least[1])
    return Value(float(np.mean((np.sign(maps[0]) == np.sign(maps[1]))[strong])))


def _pair(first: Floats, second: Floats) -> Pair | Value:
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 2:
        raise InputError(
            f"maps: the shapes are {a.shape} and {b.shape}. Scale both to one grid of rows and "
            "columns."
        )
    if a.size < 2:
        return Value.undefined(ONE_PIXEL)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return Value.undefined(NOT_FINITE)
    if any(float(np.ptp(one)) <= ROUNDING * float(np.abs(one).max()) for one in (a, b)):
        return Value.undefined(CONSTANT)
    return a, b


def _correlation(a: Floats, b: Floats) -> float:
    x, y = (one.ravel() - one.mean() for one in (a, b))
    r = float(x @ y / (np.linalg.norm(x) * np.linalg.norm(y)))
    return min(max(r, -1.0), 1.0)


def _windowed(image: Floats, width: int) -> Floats:
    from scipy.ndimage import correlate1d

    reach = width // 2
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) / SIGMA) ** 2)
    window /= window.sum()
    smooth = correlate1d(correlate1d(image, window, axis=0), window, axis=1)
    inner: Floats = smooth[reach:-reach, reach:-reach]
    return inner


def _places(maps: Pair) -> Pair:
    """Return the place of every pixel in each map, (REPEATS, n): ties broken independently."""
    first, second = (order(one, 1, seed).places for seed, one in enumerate(maps))
    rows = (REPEATS, first.shape[1])
    return np.broadcast_to(first, rows), np.broadcast_to(second, rows)


def _card(
    key: str, title: str, formula: str, low: float, source: str, oracle: str = "", edge: str = ""
) -> Metric:
    constant = "No value where a map is constant or not finite."
    return Metric(
        key=key,
        title=title,
        topic=Topic.AGREEMENT,
        formula=formula,
        low=low,
        high=1.0,
        direction=Direction.NEITHER,
        edge=f"{constant} {edge}".strip(),
        source=source,
        oracle=oracle,
    )


CARDS = (
    _card(
        "spearman",
        "Rank correlation",
        "Pearson correlation of the mid-ranks of the pixels",
        -1.0,
        "Spearman (1904); Adebayo et al. (2018), NeurIPS",
        "scipy.stats.spearmanr",
    ),
    _card(
        "pearson",
        "Correlation",
        "covariance over the product of the standard deviations",
        -1.0,
        "Pearson (1895)",
        "scipy.stats.pearsonr",
    ),
    _card(
        "ssim",
        "Structural similarity",
        f"mean SSIM after scaling to 0..1, Gaussian window of {WINDOW} pixels (sigma {SIGMA})",
        -1.0,
        "Wang et al. (2004), IEEE Trans. Image Process.",
        "skimage.metrics.structural_similarity",
        "None below 7 pixels either.",
    ),
    _card(
        "iou",
        "Overlap of the top 10 %",
        "|A and B| / |A or B| of the top pixels; chance k / (2 - k)",
        0.0,
        "Jaccard (1912)",
    ),
    _card(
        "rank-biased-overlap",
        "Rank-biased overlap",
        f"(1 - r) sum r^(d-1) A_d + r^n, A_d the overlap of the top d, r = {PERSISTENCE}",
        0.0,
        "Webber, Moffat & Zobel (2010), ACM Trans. Inf. Syst.",
    ),
    _card(
        "sign-agreement",
        "Agreement of signs",
        "share of like signs among the strongest pixels of either map; chance 1/2",
        0.0,
        "after Krishna et al. (2022), arXiv:2202.01602",
        "",
        "None where neither map has negative values.",
    ),
)
