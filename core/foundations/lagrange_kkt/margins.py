"""Groups of points in the plane, and the widest street between them without the formulas."""

from __future__ import annotations

import itertools

import numpy as np

from core.foundations.lagrange_kkt.formulas import Floats

_FEASIBLE = 1e-9
_TINY = 1e-30


def separable(rng: np.random.Generator, each: int = 6) -> tuple[Floats, Floats]:
    """Return two groups of points in the plane that a line separates."""
    y = np.repeat([1.0, -1.0], each)
    angle, gap = rng.uniform(0, 2 * np.pi), rng.uniform(0.6, 1.1)
    out = np.array([np.cos(angle), np.sin(angle)])
    x = rng.normal(size=(2 * each, 2))
    x -= np.outer(x @ out, out)
    x += np.outer(y * (gap + rng.exponential(0.7, 2 * each)), out)
    return x + rng.normal(size=2), y


def overlapping(rng: np.random.Generator, each: int = 12) -> tuple[Floats, Floats]:
    """Return two groups of points in the plane that overlap."""
    y = np.repeat([1.0, -1.0], each)
    return rng.normal(size=(2 * each, 2)) + np.outer(y, [0.7, 0.45]), y


def soft_margin(x: Floats, y: Floats, c: float) -> tuple[Floats, Floats, float]:
    """Return multipliers, weights and offset of the soft margin, to full precision.

    libsvm keeps its kernel in single precision. From its answer only the list of points at the
    price and between 0 and the price is taken; their multipliers follow from linear equations.
    """
    from sklearn.svm import SVC

    model = SVC(kernel="linear", C=c, tol=1e-10).fit(x, y)
    alpha = np.zeros(len(y))
    alpha[model.support_] = np.abs(model.dual_coef_[0])
    at_price = alpha > c * (1 - 1e-6)
    free = np.flatnonzero((alpha > c * 1e-6) & ~at_price)
    alpha = np.where(at_price, c, 0.0)
    fixed, k = (alpha * y) @ x, len(free)
    system = np.zeros((k + 1, k + 1))
    system[:k, :k] = np.outer(y[free], y[free]) * (x[free] @ x[free].T)
    system[:k, k] = system[k, :k] = y[free]
    right = np.r_[1 - y[free] * (x[free] @ fixed), -(alpha @ y)]
    found = np.linalg.lstsq(system, right, rcond=None)[0]
    alpha[free] = found[:k]
    w = (alpha * y) @ x
    if k:
        return alpha, w, float(found[k])
    offsets = y - x @ w
    costs = [np.maximum(0.0, 1 - y * (x @ w + b)).sum() for b in offsets]
    return alpha, w, float(offsets[int(np.argmin(costs))])


def hull_pair(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Return the closest points of two convex hulls in the plane, point against segment."""
    best: tuple[float, Floats, Floats] = (np.inf, one[0], other[0])
    for points, ends, flipped in ((one, other, False), (other, one, True)):
        i, j = np.triu_indices(len(ends))  # a point is a segment too
        start, along = ends[i], ends[j] - ends[i]
        share = np.einsum("pkd,kd->pk", points[:, None] - start, along) / np.maximum(
            (along**2).sum(1), _TINY
        )
        foot = start + np.clip(share, 0, 1)[..., None] * along
        far = np.linalg.norm(points[:, None] - foot, axis=2)
        p, k = np.unravel_index(int(far.argmin()), far.shape)
        if far[p, k] < best[0]:
            pair = (points[p], foot[p, k])
            best = (float(far[p, k]), *(pair[::-1] if flipped else pair))
    return best[1], best[2]


def geometric_weights(x: Floats, y: Floats) -> Floats:
    """Return the weights of the widest margin from the closest points of the two hulls."""
    p, q = hull_pair(x[y > 0], x[y < 0])
    return np.asarray(2 * (p - q) / ((p - q) @ (p - q)))


def hard_margin(x: Floats, y: Floats) -> tuple[Floats, float]:
    """Return multipliers and offset of the hard margin in the plane.

    Every set of two or three points is tried as the support vectors; the one whose multipliers are
    not negative and that leaves all points outside the margin is the answer.
    """
    n, signed = len(y), y[:, None] * x
    for size in (2, 3):
        sets = np.array(list(itertools.combinations(range(n), size)))
        sets = sets[np.abs(y[sets].sum(1)) < size]
        gram = np.einsum("sid,sjd->sij", signed[sets], signed[sets])
        system = np.zeros((len(sets), size + 1, size + 1))
        system[:, :size, :size] = gram
        system[:, :size, size] = system[:, size, :size] = y[sets]
        right = np.broadcast_to(np.r_[np.ones(size), 0.0][:, None], (len(sets), size + 1, 1))
        with np.errstate(all="ignore"):
            found = np.linalg.solve(system, right)[..., 0]
        alpha, offset = found[:, :size], found[:, size]
        w = np.einsum("si,sid->sd", alpha, signed[sets])
        wide = (y * (w @ x.T + offset[:, None]) >= 1 - _FEASIBLE).all(1)
        good = np.flatnonzero(wide & (alpha >= 0).all(1))
        if good.size:
            full = np.zeros(n)
            full[sets[good[0]]] = alpha[good[0]]
            return full, float(offset[good[0]])
    raise ValueError("No plane separates the points.")
