"""Errors of common texts on multipliers, each refuted by a computed counterexample."""

from __future__ import annotations

import numpy as np
from scipy.optimize import LinearConstraint, minimize

from core.foundations.compare import at_least, at_most, equal
from core.foundations.lagrange_kkt import apple, formulas, formulas_models, instances, numeric
from core.foundations.lagrange_kkt.formulas import Floats
from core.foundations.lagrange_kkt.shrinkage import design
from core.foundations.schema import Erratum, Reading

TINY_UNIT = 1e-6
"""Unit of money in which a solver's stopping rule is met at once."""


def _parabola(rng: np.random.Generator) -> tuple[float, float]:
    return rng.uniform(0.6, 3.0), rng.uniform(0.5, 1.8)


def _slope_sign(rng: np.random.Generator) -> Reading:
    a, b = _parabola(rng)
    df = numeric.slope(lambda p: a * p[0] ** 2, np.array([b]))
    dh = numeric.slope(lambda p: b - p[0], np.array([b]))
    return at_least(0.0, formulas.multiplier(df, dh), "multiplier from ∇f = μ∇h", scale=1.0)


def _minus_dual(rng: np.random.Generator) -> Reading:
    a, b = _parabola(rng)
    mus = np.linspace(0.0, 6.0, 61)
    x = np.linspace(-6.0, 6.0, 2401)
    lows = (a * x**2 - mus[:, None] * (b - x)).min(1)
    return equal(a * b**2, lows.max(), "largest dual value with L = f - μh")


def _lowers(rng: np.random.Generator) -> Reading:
    one = instances.Choices(rng)
    inside = (one.h <= 0).all(1)
    mu = rng.uniform(0.3, 1.5, 2)
    changed = one.f[inside] - one.h[inside] @ mu
    return at_most(one.f[inside], changed, "difference f - μh at allowed points, against f")


def _five(rng: np.random.Generator) -> Reading:
    a, b = _parabola(rng)
    # Minimise a (x - z)^2 subject to b - x <= 0. In each row (z, x, mu) one condition fails alone.
    z, x, mu = np.array(
        [
            [b - 1, b - 1, 0.0],
            [b + 1, b, -2 * a],
            [b - 1, b + 1, 4 * a],
            [b - 1, b + 1, 0.0],
        ]
    ).T
    outside, negative = b - x > 1e-9, mu < 0
    priced, steep = np.abs(mu * (b - x)) > 1e-9, np.abs(2 * a * (x - z) - mu) > 1e-9
    failed = np.column_stack([outside, negative, priced, steep])
    alone = failed[failed.sum(1) == 1].any(0)
    return equal(5.0, float(alone.sum()), "conditions that can fail while the others hold")


def _never_both(rng: np.random.Generator) -> Reading:
    a, b, z, x = instances.half_space(rng, rng.uniform(0.4, 2.0))
    touched = abs(a @ x - b) < 1e-9
    price = float((z - x) @ a / (a @ a)) * touched
    return equal(0.0, price, "multiplier of a touched limit", scale=1.0)


def _squared(rng: np.random.Generator) -> Reading:
    m, c = numeric.positive_definite(rng, 2), rng.uniform(4.0, 9.0)
    t = np.linspace(0, np.pi, 20001)
    u = np.array([np.cos(t), np.sin(t)])
    distance = np.sqrt(c / np.einsum("it,ij,jt->t", u, m, u))
    values = np.linalg.eigvalsh(m)
    return equal(c / values, [distance.max(), distance.min()], "farthest and nearest distance")


def _ridge_sign(rng: np.random.Generator) -> Reading:
    (x, y), price = design(rng), rng.uniform(0.5, 4.0)
    theta = formulas_models.ridge(x, y, price)
    best = numeric.ball_fit(x, y, float(theta @ theta))
    left = x.T @ x @ best - price * best
    return equal(x.T @ y, left, "(X'X - λI)θ at the best point of the ball, against X'y")


def _lasso_sign(rng: np.random.Generator) -> Reading:
    z, price = rng.uniform(1.2, 3.0), rng.uniform(0.3, 0.9)
    grid = np.linspace(0.0, 6.0, 60001)
    best = grid[np.argmin((grid - z) ** 2 / 2 + price * np.abs(grid))]
    return equal(z + price, best, "best coefficient, on a fine grid")


def _at_price(rng: np.random.Generator) -> Reading:
    from sklearn.svm import SVC

    distance = rng.uniform(1.2, 2.5)
    x, y = np.array([[0.0, 0.0], [distance, 0.0]]), np.array([-1.0, 1.0])
    c = 2 / distance**2
    model = SVC(kernel="linear", C=c, tol=1e-10).fit(x, y)
    at_price = np.abs(model.dual_coef_[0]) > c * (1 - 1e-6)
    slack = 1 - y * model.decision_function(x) > 1e-5
    return equal(float(at_price.sum()), float(slack.sum()), "points at C, and points with slack")


def _no_interior(rng: np.random.Generator) -> Reading:
    # One equation written as two limits: no point is strictly inside both.
    q, c, a = numeric.positive_definite(rng, 4), rng.normal(size=4), rng.normal(size=4)
    b = rng.normal()
    system = np.block([[q, a[:, None]], [a[None, :], np.zeros((1, 1))]])
    found = np.linalg.solve(system, np.r_[-c, b])
    x, price = found[:4], float(found[4])
    mu, rows = np.array([max(price, 0.0), max(-price, 0.0)]), np.vstack([a, -a])
    dual = formulas.quadratic_dual(q, c, rows, np.array([b, -b]), mu)
    value = float(x @ q @ x / 2 + c @ x)
    exact = abs(value - dual) < 1e-8 * max(1.0, abs(value))
    return equal(0.0, float(exact), "multipliers with gap 0 that were found", scale=1.0)


def _parallel_enough(rng: np.random.Generator) -> Reading:
    k = rng.uniform(0.5, 2.0)
    t = np.linspace(-0.5, 0.5, 1001)
    # On y = k x^3 the height y has parallel gradients at 0, where it rises through.
    return at_least(0.0, (k * t**3).min(), "least f near the point less f there", scale=1.0)


def _slater_alone(rng: np.random.Generator) -> Reading:
    s, w = rng.uniform(0.5, 2.0), rng.uniform(1.5, 3.5)
    f, h = instances.interval(s, w, 0.5 * w)
    best = float(f[h[:, 0] <= 0].min())
    return equal(best, numeric.finite_dual(f, h)[1], "best dual value against the best value")


def _straight(rng: np.random.Generator) -> Reading:
    own = apple.opened()
    one = own.plan.multipliers[0]
    step = rng.uniform(0.01, 0.03) * one.limit
    promised = own.best + one.price * step
    found = apple.resolved(apple.moved(own.problem, one.name, one.side, one.limit + step))
    return equal(promised, found, "best objective with the first limit 1 to 3 % higher")


def _flag(rng: np.random.Generator) -> Reading:
    own = apple.opened()
    today = np.array([cell.now for cell in own.problem.cells])
    start = today + rng.uniform(0.05, 0.3) * (own.vertex(rng.normal(size=len(today))) - today)

    def cost(x: Floats) -> float:
        return -TINY_UNIT * float(np.real(own.objective(x)))

    def steepness(x: Floats) -> Floats:
        return -TINY_UNIT * numeric.slope(own.objective, x)

    limits = LinearConstraint(own.rows, -np.inf, own.limits)
    found = minimize(cost, start, jac=steepness, bounds=own.box, constraints=limits, method="SLSQP")
    slopes = numeric.slope(own.objective, found.x)
    gap = formulas_models.tangent_gap(slopes, found.x, own.vertex(slopes))
    promised = 0.0 if found.success else gap
    return equal(promised, gap, "gap of the answer of a solver that reports success", scale=1.0)


ERRATA = (
    Erratum(
        "KKT-e1",
        r"For a minimum with $h\le0$ the condition is written $\nabla f=\mu\nabla h$ with "
        r"$\mu\ge0$.",
        r"Minimise $ax^2$ subject to $b-x\le0$. At $x=b$ this gives $\mu=-2ab$.",
        _slope_sign,
        r"With $h\le0$ and $\mu\ge0$ a minimum has $\nabla f+\mu\nabla h=0$: the wall pushes "
        "against the slope.",
        "KKT-8",
    ),
    Erratum(
        "KKT-e2",
        r"The Lagrangian is written $f-\mu h$, keeps $h\le0$ and $\mu\ge0$, and its dual is said "
        "to reach the best value.",
        r"Minimise $ax^2$ subject to $b-x\le0$: this dual is largest at $\mu=0$, with the value 0 "
        "instead of $ab^2$.",
        _minus_dual,
        r"$L=f+\mu h$; its dual reaches $ab^2$ at $\mu=2ab$.",
        "KKT-12",
    ),
    Erratum(
        "KKT-e3",
        r"Weak duality is argued from: subtracting $\mu h(x)$, which is not positive, makes the "
        "value smaller.",
        "Random tables of choices: at every allowed point the difference is at least as large as "
        "$f$, and larger where a limit is not touched.",
        _lowers,
        r"*Adding* $\mu h(x)\le0$ never makes it larger; that is why the plus belongs there.",
        "KKT-15",
    ),
    Erratum(
        "KKT-e4",
        "The conditions of a problem with inequalities only are announced as five and listed as "
        "four.",
        r"For parabolas with the limit $b-x\le0$, points and multipliers are listed; a condition "
        "counts if it fails while all others hold.",
        _five,
        "There are four: within the limits, multipliers not negative, products 0, stationarity.",
        "KKT-11",
    ),
    Erratum(
        "KKT-e5",
        "Slackness is read as: a limit is never both touched and priced.",
        "Project a point from outside on a half-space: the limit is touched, and its multiplier is "
        "positive.",
        _never_both,
        "The product is 0, so a limit is never both *slack* and priced. Touched and priced is the "
        "usual case.",
        "KKT-10",
    ),
    Erratum(
        "KKT-e6",
        "The extreme values of $x^2+y^2$ on an ellipse are reported as its distances from the "
        "origin.",
        "Sweep the ellipse: the farthest and nearest distances are the roots of these values.",
        _squared,
        r"$p^\top p=c/\mu$ is the squared distance; the distance is $\sqrt{c/\mu}$.",
        "KKT-2",
    ),
    Erratum(
        "KKT-e7",
        r"Ridge regression is derived from $L=\mathrm{RSS}-\lambda(\lVert\theta\rVert^2-t)$, and "
        r"$+\lambda I$ is found all the same.",
        r"The minus gives $(X^\top X-\lambda I)\theta=X^\top y$, which the best point of the ball "
        "does not solve.",
        _ridge_sign,
        r"With the plus, stationarity is $(X^\top X+\lambda I)\theta=X^\top y$, and it holds.",
        "KKT-40",
    ),
    Erratum(
        "KKT-e8",
        r"The lasso is derived with $-\lambda\lVert\theta\rVert_1$, which moves coefficients away "
        "from 0.",
        r"For one positive $z$ the minus predicts $z+\lambda$; a fine grid finds $z-\lambda$.",
        _lasso_sign,
        r"The penalty is added, and $\theta=\operatorname{sign}(z)\max(0,\lvert z\rvert-\lambda)$.",
        "KKT-44",
    ),
    Erratum(
        "KKT-e9",
        r"A multiplier at the price, $\alpha_i=C$, is said to mean that the point has slack.",
        "Two opposite points at distance $D$ and $C=2/D^2$: both multipliers are $C$, no slack.",
        _at_price,
        r"Only the converse holds: $\xi_i>0$ forces $\alpha_i=C$.",
        "KKT-33",
    ),
    Erratum(
        "KKT-e10",
        "Strong duality of a quadratic programme with linear limits is said to need a point "
        "strictly inside.",
        "One equation written as two limits has no such point; multipliers with gap 0 are found "
        "at once.",
        _no_interior,
        "Linear limits need only a point that meets them. Slater's point is for curved limits.",
        "KKT-18",
    ),
    Erratum(
        "KKT-e11",
        "Wherever the gradients are parallel, an extremum is claimed.",
        "On $y=kx^3$ the height $y$ has parallel gradients at 0 and rises through it.",
        _parallel_enough,
        "Parallel gradients are necessary. Positive curvature of the Lagrangian in the allowed "
        "directions is what makes a minimum.",
        "KKT-6",
    ),
    Erratum(
        "KKT-e12",
        "A point strictly inside the limits is said to close the duality gap.",
        r"Minimise $-sx^2$ over $0\le x\le w$ with $x\le w/2$: $x=0$ is strictly inside, the gap "
        "is $sw^2/4$.",
        _slater_alone,
        "Slater's condition closes the gap of *convex* problems.",
        "KKT-20",
    ),
    Erratum(
        "KKT-e13",
        "A shadow price is multiplied by any change of the limit to get the change of the best "
        "value.",
        "The Apple plan with its most valuable limit 1 to 3 % higher gains less than that.",
        _straight,
        "The price is a slope. For larger changes, price times change is an upper bound of the "
        "gain.",
        "KKT-52",
    ),
    Erratum(
        "KKT-e14",
        "A solver that reports success is taken as the proof of an optimum.",
        "The Apple plan's problem with money counted in millionths: SLSQP stops at its start and "
        "reports success. The Frank-Wolfe gap there is far from 0.",
        _flag,
        "A flag says that a stopping rule was met, and such rules depend on units. For a concave "
        "objective a gap of 0 is a proof in every unit.",
        "KKT-48",
    ),
)
