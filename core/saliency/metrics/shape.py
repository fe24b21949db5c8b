"""How a map is spread over the image, whatever the network: descriptions, not judgements.

Every function looks at the strength |a| of a map; pass ``np.maximum(a, 0)`` to look at the evidence
for the class alone. ``p`` is the strength divided by its sum. A map whose strength is the same
everywhere has no shape, and no figure.
"""

from __future__ import annotations

import numpy as np

from core.errors import InputError
from core.saliency.schema import Direction, Floats, Metric, Topic, Value

LEAST = 0.1  # share of the maximum below which a pixel does not count as part of the map
TOPS = (1, 5, 10)
ROUNDING = 64 * float(np.finfo(np.float64).eps)
NOT_FINITE = "The map holds NaN or infinity."
CONSTANT = "The map has the same strength everywhere."
ONE_PIXEL = "The map has one pixel only."


def strength(heat: Floats) -> Floats | Value:
    """Return |a| in double precision, or the reason why the map has no shape."""
    values = np.abs(np.asarray(heat, dtype=np.float64))
    if values.size < 2:
        return Value.undefined(ONE_PIXEL)
    if not np.isfinite(values).all():
        return Value.undefined(NOT_FINITE)
    if float(np.ptp(values)) <= ROUNDING * float(values.max()):
        return Value.undefined(CONSTANT)
    return np.asarray(values / values.max())


def gini(heat: Floats) -> Value:
    """Return the Gini index of a map: 0 for a constant one, near 1 for a single bright pixel."""
    h = strength(heat)
    if isinstance(h, Value):
        return h
    ascending, n = np.sort(h, axis=None), h.size
    weights = 2 * np.arange(1, n + 1) - n - 1
    return Value(float(weights @ ascending / (n * ascending.sum())))


def hoyer(heat: Floats) -> Value:
    """Return Hoyer's sparseness: 0 for a constant map, 1 for a single bright pixel."""
    h = strength(heat)
    if isinstance(h, Value):
        return h
    root = float(np.sqrt(h.size))
    ratio = float(h.sum() / np.linalg.norm(h))
    return Value((root - ratio) / (root - 1))


def entropy(heat: Floats) -> Value:
    """Return the entropy of ``p`` in nats, 0 to ln n."""
    h = strength(heat)
    if isinstance(h, Value):
        return h
    p = h[h > 0] / h.sum()
    return Value(float(max(-(p * np.log(p)).sum(), 0.0)))


def entropy_normalised(heat: Floats) -> Value:
    """Return the entropy of ``p`` over ln n, so that grids of any size compare."""
    found = entropy(heat)
    return Value(found.value / float(np.log(np.size(heat)))) if found.defined else found


def effective_complexity(heat: Floats, least: float = LEAST) -> Value:
    """Return the share of pixels stronger than ``least`` times the strongest."""
    h = strength(heat)
    return h if isinstance(h, Value) else Value(float(np.mean(h > least)))


def top_mass(heat: Floats, percent: float) -> Value:
    """Return the share of the strength in the strongest ``percent`` of the pixels.

    A pixel on the edge of the share counts in part, so that the value is at least the share.

    Raises
    ------
    InputError
        If the percentage is not above 0 and at most 100.
    """
    if not 0 < percent <= 100:
        raise InputError(f"percent: {percent:g} is out of range. Use a number above 0 up to 100.")
    h = strength(heat)
    if isinstance(h, Value):
        return h
    held = np.concatenate([[0.0], np.cumsum(np.sort(h, axis=None)[::-1])])
    wanted = percent / 100 * h.size
    return Value(float(np.interp(wanted, np.arange(len(held)), held) / held[-1]))


def total_variation(heat: Floats) -> Value:
    """Return the sum of the lengths of the gradient of ``p``, times the square root of n.

    With that factor a pattern has one value on every grid that shows it.
    """
    h = strength(heat)
    if isinstance(h, Value):
        return h
    p = h / h.sum()
    down, across = np.zeros_like(p), np.zeros_like(p)
    down[:-1], across[:, :-1] = np.diff(p, axis=0), np.diff(p, axis=1)
    return Value(float(np.hypot(down, across).sum() * np.sqrt(p.size)))


def spread(heat: Floats) -> Value:
    """Return the standard distance from the centre of mass over the diagonal, 0 to 0.5."""
    h = strength(heat)
    if isinstance(h, Value):
        return h
    p = h / h.sum()
    variance = 0.0
    for axis, side in enumerate(p.shape):
        at, weight = np.arange(side), p.sum(axis=1 - axis)
        variance += float(weight @ (at - weight @ at) ** 2)
    diagonal = float(np.hypot(p.shape[0] - 1, p.shape[1] - 1))
    return Value(float(np.sqrt(variance)) / diagonal)


def _card(key: str, title: str, formula: str, high: float, source: str, oracle: str) -> Metric:
    return Metric(
        key=key,
        title=title,
        topic=Topic.SHAPE,
        formula=formula,
        low=0.0,
        high=high,
        direction=Direction.NEITHER,
        edge="No value where the strength is the same everywhere, or is not finite.",
        source=source,
        oracle=oracle,
    )


_BHATT = "Bhatt et al. (2020), IJCAI"
_OWN = "this suite"
CARDS = (
    _card(
        "gini",
        "Gini index",
        "sum (2i - n - 1) h_(i) / (n sum h), h ascending",
        1.0,
        "Hurley & Rickard (2009), IEEE Trans. Inf. Theory; Chalasani et al. (2020), ICML",
        "Quantus Sparseness (adds 1e-7 to h)",
    ),
    _card(
        "hoyer",
        "Hoyer sparseness",
        "(sqrt n - |h|_1 / |h|_2) / (sqrt n - 1)",
        1.0,
        "Hoyer (2004), JMLR",
        "",
    ),
    _card("entropy", "Entropy (nats)", "-sum p ln p", np.inf, _BHATT, "Quantus Complexity"),
    _card("entropy-normalised", "Entropy over ln n", "-sum p ln p / ln n", 1.0, _BHATT, ""),
    _card(
        "effective-complexity",
        "Effective complexity",
        f"share of pixels with h > {LEAST} max h",
        1.0,
        "Nguyen & Martínez (2020)",
        "Quantus EffectiveComplexity",
    ),
    *(
        _card(f"top-mass-{k}", f"Mass of the top {k} %", f"sum of p, top {k} %", 1.0, _OWN, "")
        for k in TOPS
    ),
    _card(
        "total-variation",
        "Total variation",
        "sqrt n times the sum of |grad p|",
        np.inf,
        "Rudin, Osher & Fatemi (1992), Physica D",
        "",
    ),
    _card("spread", "Spread", "sqrt(trace of the covariance under p) / diagonal", 0.5, _OWN, ""),
)
