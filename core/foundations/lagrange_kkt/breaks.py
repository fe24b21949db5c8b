"""Switches that violate one hypothesis of a statement, and what is then predicted."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from core.foundations.compare import at_least, at_most, equal
from core.foundations.lagrange_kkt import formulas, formulas_models, instances, margins, numeric
from core.foundations.lagrange_kkt.formulas import Floats
from core.foundations.lagrange_kkt.portfolio import best_mix
from core.foundations.schema import Break, Reading


def _cusp(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return both gradients at the leftmost point of the cusp ``k x^3 = y^2``."""
    s, k = rng.uniform(0.7, 2.0), rng.uniform(0.5, 2.0)
    t = min(np.arange(-50, 51) / 50, key=lambda t: s * t**2)  # x = t^2, y = sqrt(k) t^3
    point = np.array([t**2, np.sqrt(k) * t**3])
    df = numeric.slope(lambda p: s * p[0], point)
    return df, np.array([3 * k * point[0] ** 2, -2 * point[1]])


def _no_multiplier(rng: np.random.Generator) -> Reading:
    df, dg = _cusp(rng)
    best = np.linalg.lstsq(dg[:, None], df, rcond=None)[0]
    return equal(dg * best, df, "best multiple of the gradient of g, against that of f")


def _vanishes(rng: np.random.Generator) -> Reading:
    df, dg = _cusp(rng)
    left = [np.linalg.norm(df - price * dg) for price in (-100.0, -1.0, 1.0, 100.0)]
    return equal(np.linalg.norm(df), left, "distance of the gradients, at four multipliers")


def _saddle(rng: np.random.Generator) -> tuple[Floats, Floats, float]:
    return instances.tangent_instance(rng, -rng.uniform(0.4, 1.2))


def _not_least(rng: np.random.Generator) -> Reading:
    return at_least(0.0, instances.growth(*_saddle(rng)), "least change on a circle", scale=1.0)


def _falls(rng: np.random.Generator) -> Reading:
    hessian, tangent, radius = _saddle(rng)
    claimed = formulas.least_growth(hessian, tangent, radius)
    return equal(claimed, instances.growth(hessian, tangent, radius), "least change on a circle")


def _turned(rng: np.random.Generator) -> tuple[Floats, float, Floats, float]:
    """Project on ``a'x >= b`` and return the multiplier of ``L = f + mu (a'x - b)``."""
    excess = rng.uniform(0.4, 2.0)
    minus_a, minus_b, z, x = instances.half_space(rng, excess)
    a, b = -minus_a, -minus_b
    return a, b, z, float((z - x) @ a / (a @ a))


def _pulled(rng: np.random.Generator) -> Reading:
    a, b, z, measured = _turned(rng)
    return equal(formulas.halfspace_price(a, b, z), measured, "force of the wall along a")


def _negative(rng: np.random.Generator) -> Reading:
    a, b, z, measured = _turned(rng)
    return equal(-formulas.halfspace_price(-a, -b, z), measured, "force of the wall along a")


def _one_point(rng: np.random.Generator) -> tuple[float, float]:
    return rng.uniform(0.6, 2.0), rng.uniform(0.5, 2.0)


def _unattained(rng: np.random.Generator) -> Reading:
    s, k = _one_point(rng)
    x = np.array([0.0])
    slope = numeric.slope(lambda p: k * p[0] ** 2, x)
    pushed = formulas.pull(slope[:, None], np.array([1e6]))
    return equal(pushed, numeric.slope(lambda p: s * p[0], x), "slope of f at the only point")


def _creeps(rng: np.random.Generator) -> Reading:
    s, k = _one_point(rng)
    mus = np.array([1.0, 10.0, 100.0])
    lows = []
    for mu in mus:
        (x,) = numeric.turning_points(lambda x, m=mu: s * x + m * k * x**2, -30, 30)  # type: ignore[misc]
        lows.append(s * x + mu * k * x**2)
    return equal(-(s**2) / (4 * k * mus), lows, "dual value, still below 0 at every price")


def _dome(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the Hessian of a concave function and steps away from its critical point."""
    return -numeric.positive_definite(rng, 4), rng.normal(size=(12, 4))


def _higher(rng: np.random.Generator) -> Reading:
    q, d = _dome(rng)
    values = np.einsum("ki,ij,kj->k", d, q, d) / 2
    return at_least(0.0, values, "value of other points less that of this one", scale=1.0)


def _top(rng: np.random.Generator) -> Reading:
    q, d = _dome(rng)
    values = [p @ q @ p / 2 for p in d]
    claimed = formulas.excess(q, d, np.zeros(1), np.zeros((12, 1)))
    return equal(claimed, values, "value of other points less that of this one")


def _minus(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return a, b and the largest of the duals made with a minus sign, over ``mu >= 0``."""
    a, b = rng.uniform(0.6, 3.0), rng.uniform(0.5, 1.8)
    lows = []
    for mu in np.linspace(0, 8, 41):
        (x,) = numeric.turning_points(lambda x, m=mu: a * x**2 - m * (b - x), -33, 31)  # type: ignore[misc]
        lows.append(a * x**2 - mu * (b - x))
    return a, b, float(max(lows))


def _zero(rng: np.random.Generator) -> Reading:
    a, b, largest = _minus(rng)
    best = formulas.parabola_dual(np.array(formulas.parabola_price(a, b)), a, b)
    return equal(best, largest, "largest dual value with L = f - μh")


def _stuck(rng: np.random.Generator) -> Reading:
    a, b, largest = _minus(rng)
    return equal(0.0, largest, "largest dual value with L = f - μh", scale=a * b**2)


def _hollow(rng: np.random.Generator) -> tuple[float, float, float, float, float]:
    s, w = rng.uniform(0.5, 2.0), rng.uniform(1.5, 3.5)
    c = w * rng.uniform(0.3, 0.7)
    f, h = instances.interval(s, w, c)
    return s, w, c, float(f[h[:, 0] <= 0].min()), numeric.finite_dual(f, h)[1]


def _open(rng: np.random.Generator) -> Reading:
    *_, best, bound = _hollow(rng)
    return equal(bound, best, "least value against the best dual value")


def _wide(rng: np.random.Generator) -> Reading:
    s, w, c, best, bound = _hollow(rng)
    return equal(formulas.envelope_gap(s, w, c), best - bound, "the gap that stays open")


class _Doubled(numeric.Quadratic):
    """A programme whose only limit is written twice."""

    def __init__(self, rng: np.random.Generator) -> None:
        super().__init__(rng, m=1)
        self.share = rng.uniform(0.6, 0.9)
        self.price = float(self.dual()[0])

    def moved(self, first: float, second: float) -> float:
        """Return the best value with both copies moved: the tighter one counts."""
        return self.primal(min(first, second))[1]


def _split(rng: np.random.Generator) -> Reading:
    one = _Doubled(rng)
    slope = numeric.central(lambda s: one.moved(s, 0.0), 0.0, 1e-5)
    return equal(-one.share * one.price, slope, "slope in the first copy of the limit")


def _one_sided(rng: np.random.Generator) -> Reading:
    one = _Doubled(rng)
    at, step = one.moved(0.0, 0.0), 1e-4
    up, both = one.moved(step, 0.0) - at, one.moved(step, step) - one.moved(-step, -step)
    measured = [up / step, both / (2 * step)]
    return equal([0.0, -one.price], measured, "first copy looser; both copies moved")


def _mixed(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return groups of which one has a point inside the other, and the least slacks."""
    x, y = margins.separable(rng)
    x[-1] = rng.dirichlet(np.full(3, 3.0)) @ x[:3]
    rows = -np.column_stack([y[:, None] * x, y, np.eye(12)])
    cost = np.r_[np.zeros(3), np.ones(12)]
    bounds = [(None, None)] * 3 + [(0, None)] * 12
    found = linprog(cost, rows, -np.ones(12), bounds=bounds, method="highs")
    return x, y, np.asarray(found.x)


def _crossed(rng: np.random.Generator) -> Reading:
    x, y, found = _mixed(rng)
    return at_least(1.0, y * (x @ found[:2] + found[2]), "side of every point, at its best plane")


def _slack(rng: np.random.Generator) -> Reading:
    *_, found = _mixed(rng)
    # A mean of plus points cannot lie beyond a plane that all of them keep.
    return at_least(2.0, found[3:].sum(), "least total slack")


def _twins(rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Return a covariance with one asset held twice, and two best mixes of it."""
    whole = numeric.positive_definite(rng, 3)
    alone = formulas_models.least_variance_weights(whole)
    place = [0, 1, 2, 2]
    cov = whole[np.ix_(place, place)]
    pieces = best_mix(whole, np.ones((1, 3)), np.ones(1))
    share = rng.uniform(0.2, 0.7)
    return cov, np.r_[alone, 0.0], np.r_[pieces[:2], pieces[2] * np.array([share, 1 - share])]


def _two_answers(rng: np.random.Generator) -> Reading:
    _, first, second = _twins(rng)
    return equal(first, second, "weights of two portfolios of least variance")


def _same_variance(rng: np.random.Generator) -> Reading:
    cov, first, second = _twins(rng)
    return equal(first @ cov @ first, second @ cov @ second, "their variances")


def _s_curve(rng: np.random.Generator) -> tuple[float, float]:
    """Return the gap at nothing of an S-curve, and what a better amount adds."""
    a, d, top = rng.uniform(1.0, 3.0), rng.uniform(0.4, 0.8), rng.uniform(1.5, 3.0)
    x, vertex = np.zeros(1), np.array([top])

    def value(p: numeric.Values | Floats) -> complex:
        return complex(a * p[0] ** 3 / (p[0] ** 3 + d**3))

    gap = formulas_models.tangent_gap(numeric.slope(value, x), x, vertex)
    return gap, float(np.real(value(vertex)))


def _beaten(rng: np.random.Generator) -> Reading:
    gap, gain = _s_curve(rng)
    return at_most(gap, gain, "what a better amount adds, against the gap")


def _flat(rng: np.random.Generator) -> Reading:
    gap, _ = _s_curve(rng)
    return equal(0.0, gap, "gap at nothing", scale=1.0)


BREAKS = (
    Break(
        "KKT-1-b1", "KKT-1", "A cusp",
        r"On $kx^3=y^2$ the leftmost point is the tip of a cusp, where $\nabla g=0$.",
        "The tip is the minimum of $f=sx$, but a gradient of length 0 has no multiple that equals "
        r"$\nabla f$. The implicit function theorem does not apply there.",
        _no_multiplier,
        r"No multiplier exists: the distance is $\lVert\nabla f\rVert$ for every one tried.",
        _vanishes,
    ),
    Break(
        "KKT-6-b1", "KKT-6", "A saddle under the constraint",
        "The Hessian has one negative eigenvalue inside the tangent plane.",
        "The gradients are still parallel, but in one allowed direction $f$ falls. First-order "
        "conditions cannot see that.",
        _not_least,
        r"On the circle $f$ falls by $\tfrac12\lvert\mu_{\min}\rvert s^2$.",
        _falls,
    ),
    Break(
        "KKT-8-b1", "KKT-8", "The limit written the other way round",
        r"The limit is $a^\top x\ge b$, but $a^\top x-b$ is still added with a plus.",
        "The convention needs $h\\le0$. With $h\\ge0$ the wall pushes along $+a$, and the "
        "multiplier of this Lagrangian is negative where it binds.",
        _pulled,
        r"The multiplier is minus the one of $-a^\top x\le-b$.",
        _negative,
    ),
    Break(
        "KKT-9-b1", "KKT-9", "A single allowed point",
        "The limit $kx^2\\le0$ leaves only $x=0$: it is not linear, its gradient there is 0, and "
        "no point lies strictly inside.",
        "The only allowed point is optimal, but a gradient of 0 balances nothing.",
        _unattained,
        r"The dual value is $-s^2/(4k\mu)$: it creeps to the best value 0 and never reaches it.",
        _creeps,
    ),
    Break(
        "KKT-11-b1", "KKT-11", "A dome instead of a bowl",
        "$f$ is concave: $Q$ is negative definite.",
        "The four conditions hold at its top. Without convexity they do not tell a minimum from a "
        "maximum.",
        _higher,
        r"Every other point is lower, by $\tfrac12d^\top Qd$.",
        _top,
    ),
    Break(
        "KKT-12-b1", "KKT-12", "A minus before the multiplier",
        r"$L=ax^2-\mu(b-x)$ with $\mu\ge0$ and the limit still written as $b-x\le0$.",
        "Breaking the limit is now rewarded instead of charged.",
        _zero,
        r"The dual is $-\mu b-\mu^2/(4a)$, largest at $\mu=0$ with the value 0.",
        _stuck,
    ),
    Break(
        "KKT-18-b1", "KKT-18", "A concave objective",
        r"$f=-sx^2$ over $0\le x\le w$; the limit $x\le c$ has a point strictly inside.",
        "The dual sees mixtures of both ends of the interval (KKT-19), which do better than any "
        "allowed point.",
        _open,
        "The gap is $sc(w-c)$ (KKT-20).",
        _wide,
    ),
    Break(
        "KKT-24-b1", "KKT-24", "The same limit twice",
        "The two touched rows are equal, so their gradients are not independent.",
        "Any split of the price between the copies meets all four conditions. The best value has a "
        "kink in each copy, so no slope exists there.",
        _split,
        "Loosening one copy changes nothing; moving both changes the value by the whole price.",
        _one_sided,
    ),
    Break(
        "KKT-26-b1", "KKT-26", "Groups that overlap",
        "One point of the minus group lies inside the hull of the plus group.",
        "No plane separates them: the hard margin has no allowed plane at all.",
        _crossed,
        "With slack allowed, the least total slack is at least 2.",
        _slack,
    ),
    Break(
        "KKT-35-b1", "KKT-35", "One asset held twice",
        r"Two assets move alike, so $\Sigma$ is singular.",
        "Money can be shifted between the copies at no change of variance: the weights are not "
        "unique, and the inverse does not exist.",
        _two_answers,
        "Two different portfolios have the same least variance.",
        _same_variance,
    ),
    Break(
        "KKT-47-b1", "KKT-47", "An S-curve",
        "The response $ax^3/(x^3+d^3)$ starts convex.",
        "At nothing its slope is 0, so the tangent promises nothing. A tangent bounds only concave "
        "functions from above.",
        _beaten,
        "The gap at $x=0$ is 0 although a better amount exists.",
        _flat,
    ),
)  # fmt: skip
