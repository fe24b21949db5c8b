"""Inequalities: which sign the multiplier has, the four conditions, and why they suffice."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import null_space
from scipy.optimize import brentq, lsq_linear

from core.foundations.compare import equal
from core.foundations.lagrange_kkt import formulas, numeric
from core.foundations.lagrange_kkt.instances import half_space
from core.foundations.schema import Kind, Reading, Section, Statement, Step

BOYD = "Boyd and Vandenberghe, Convex Optimization (2004)"

SECTION = Section(
    "signs",
    "Inequalities and signs",
    "A wall can push but not pull. If a minimum lies against a wall, the downhill force "
    r"$-\nabla f$ presses into it and the wall answers with a force along its normal, in one "
    "direction only. That one direction is the sign of the multiplier. A wall that is not touched "
    "pushes with force 0. One convention is used in this article throughout: minimise, write "
    r"every inequality as $h(x)\le0$, add it with a plus, $L=f+\mu h$, and ask for $\mu\ge0$. "
    "Change one of these and a sign changes with it; change one alone and the result is wrong. "
    r"The multiplier of an equation may have either sign; there $L=f-\lambda(g-c)$ is kept, so "
    r"that $\lambda$ is the slope of KKT-3.",
)


def _wall(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for excess in (*rng.uniform(0.4, 2.0, 3), *rng.uniform(-2.0, -0.4, 2)):
        a, b, z, x = half_space(rng, excess)
        claimed.append(formulas.halfspace_price(a, b, z))
        measured.append(float((z - x) @ a / (a @ a)))
    return equal(claimed, measured, "force of the wall, of five projections")


def _stationary(rng: np.random.Generator) -> Reading:
    pushed, slopes = [], []
    for _ in range(4):
        one = numeric.Quadratic(rng)
        x, _ = one.primal()
        pushed.append(formulas.pull(one.g, one.dual()))
        slopes.append(one.q @ x + one.c)
    return equal(pushed, slopes, "gradient of f at the best point of four programmes")


def _slackness(rng: np.random.Generator) -> Reading:
    products, sizes = [], []
    for _ in range(4):
        one = numeric.Quadratic(rng)
        slack, mu = one.h - one.g @ one.primal()[0], one.dual()
        products.append(mu * slack)
        sizes.append(float(mu.max() * max(1.0, slack.max())))
    return equal(
        np.zeros((4, 3)), products, "multiplier times distance to the limit", scale=max(sizes)
    )


def _excess(rng: np.random.Generator) -> Reading:
    one = numeric.Quadratic(rng)
    x, value = one.primal()
    room = rng.exponential(0.6, (30, 3))
    inside = (one.h - room) @ np.linalg.pinv(one.g).T
    inside += rng.normal(size=(30, 1)) * null_space(one.g)[:, 0]
    points = np.vstack([inside, x + 0.3 * rng.normal(size=(5, 4))])
    claimed = formulas.excess(one.q, points - x, one.dual(), one.h - points @ one.g.T)
    measured = [one.f(p) - value for p in points]
    return equal(claimed, measured, "value of other points less that of the best one")


def _parabola(rng: np.random.Generator) -> Reading:
    a, b = rng.uniform(0.6, 3.0), rng.uniform(0.5, 1.8)
    mus = rng.uniform(0.3, 4.0, 3)

    def low(mu: float) -> float:
        (x,) = numeric.turning_points(lambda x: a * x**2 + mu * (b - x), -50, 50)
        return float(a * x**2 + mu * (b - x))

    price = formulas.parabola_price(a, b)
    best = float(formulas.parabola_dual(np.array(price), a, b))
    # A central difference of a parabola is its slope, whatever the step.
    top = brentq(lambda mu: numeric.central(low, mu, 0.1), 0.2, 20.0, xtol=1e-13)
    nearest = lsq_linear([[np.sqrt(a)]], [0.0], (b, np.inf), method="bvls")
    least = 2 * float(nearest.cost)
    return equal(
        [*formulas.parabola_dual(mus, a, b), price, best],
        [*(low(mu) for mu in mus), top, least],
        "dual function at three multipliers, the place of its maximum, and the least value",
    )


def _budget(rng: np.random.Generator) -> Reading:
    weights, price = rng.uniform(0.4, 2.5, 2), rng.uniform(0.5, 3.0, 2)
    budget = rng.uniform(3.0, 8.0)

    def best(money: float) -> float:
        def utility(share: complex) -> complex:
            spent = np.array([share, 1 - share]) * money / price
            result: complex = (weights * np.log(spent)).sum()
            return result

        share = brentq(lambda s: numeric.rate(utility, s), 1e-6, 1 - 1e-6, xtol=1e-14)
        return float(np.real(utility(share)))

    measured = numeric.central(best, budget, 1e-4 * budget)
    claimed = formulas.budget_price(weights, budget)
    return equal(claimed, measured, "slope of the best utility in the budget", kind=Kind.DIFFERENCE)


def _touching(rng: np.random.Generator) -> Reading:
    q, c, a = numeric.positive_definite(rng, 4), rng.normal(size=4), rng.normal(size=4)
    free = -np.linalg.solve(q, c)
    b, basis = float(a @ free), null_space(a[None, :])
    moves = np.r_[-rng.uniform(0.3, 0.9, 3), rng.uniform(0.3, 0.9, 2)]

    def value(x: NDArray[np.floating[Any]]) -> float:
        return float(x @ q @ x / 2 + c @ x)

    def best(u: float) -> float:
        start = a * (b + u) / (a @ a)
        reduced = -np.linalg.solve(basis.T @ q @ basis, basis.T @ (c + q @ start))
        on_limit = value(start + basis @ reduced)
        return min(on_limit, value(free)) if a @ free <= b + u + 1e-12 else on_limit

    claimed = formulas.touching_value(moves, float(a @ np.linalg.solve(q, a)))
    measured = [best(u) - value(free) for u in moves]
    return equal(claimed, measured, "change of the best value as the limit moves both ways")


_LIMITS = r"The limits $Gx\le h$ are linear; $h_i(x)$ is the entry $i$ of $Gx-h$"
_BEST = r"$x^\star$ is a minimum of $f$ within the limits, and $f$ has continuous derivatives"
_ROWS = r"The rows of $G$ are linearly independent"

STATEMENTS = (
    Statement(
        "KKT-8",
        "signs",
        "At a minimum against a wall the multiplier is how hard the wall pushes, never negative.",
        r"\min\tfrac12\lVert x-z\rVert^2\ \text{s.t.}\ a^\top x\le b:\qquad"
        r"-\nabla f(x^\star)=\mu a,\quad\mu=\frac{\max(0,\;a^\top z-b)}{\lVert a\rVert^2}\ge0",
        (r"$a\neq0$", r"The limit is written $h(x)=a^\top x-b\le0$ and $f$ is minimised"),
        (
            Step(
                r"If $a^\top z\le b$, the point $z$ itself is allowed and costs 0; nothing pushes.",
                r"x^\star=z,\qquad-\nabla f(x^\star)=z-x^\star=0,\qquad\mu=0",
            ),
            Step(
                r"Otherwise, of the points in this closed set one is nearest, and it lies on the "
                r"plane $a^\top x=b$: from a point inside, a small step towards $z$ is allowed and "
                "shortens the distance.",
                r"a^\top z>b\quad\Rightarrow\quad a^\top x^\star=b",
            ),
            Step(
                "On the plane KKT-1 holds: the gradient is a multiple of $a$.",
                r"\nabla f(x^\star)=x^\star-z=-\mu a",
            ),
            Step(
                "Multiply by $a$ and use that the point is on the plane.",
                r"b-a^\top z=-\mu\lVert a\rVert^2\quad\Rightarrow\quad"
                r"\mu=\frac{a^\top z-b}{\lVert a\rVert^2}>0",
            ),
            Step(
                r"Both cases in one line. With $L=f+\mu h$ it says $\nabla f+\mu\nabla h=0$.",
                r"\mu=\frac{\max(0,a^\top z-b)}{\lVert a\rVert^2}",
            ),
        ),
        "The axes are turned so that the wall is a bound on one coordinate; bounded least squares "
        "finds the nearest point and the force is read from how far it was moved.",
        _wall,
        f"{BOYD}, section 8.1",
    ),
    Statement(
        "KKT-9",
        "signs",
        "At the optimum the limits' pushes balance the slope of $f$.",
        r"\nabla f(x^\star)+\sum_i\mu_i\nabla h_i(x^\star)=0,\qquad \mu_i\ge0",
        (_LIMITS, _ROWS, _BEST),
        (
            Step(
                r"Let $A$ be the rows that hold with equality at $x^\star$. Near it the other "
                r"limits are kept by themselves, so $x^\star$ is a local minimum of $f$ under the "
                r"equations $G_Ax=h_A$. KKT-4 applies; write its multipliers as $-\mu_A$.",
                r"\nabla f(x^\star)=-G_A^\top\mu_A",
            ),
            Step(
                "Suppose one of these numbers were negative. Independent rows allow a direction "
                "that leaves this one limit inwards and keeps the others.",
                r"\mu_k<0:\qquad G_kv=-1,\quad G_jv=0\ (j\in A,\ j\neq k)",
            ),
            Step(
                "Along it $f$ would fall, although every step of it is allowed: a contradiction.",
                r"\nabla f(x^\star)^\top v=-\mu_kG_kv=\mu_k<0",
            ),
            Step(
                "So they are not negative. Give 0 to the limits that are not touched.",
                r"\nabla f(x^\star)+G^\top\mu=0,\qquad\mu\ge0",
            ),
        ),
        "The best point comes from trying every set of touched limits by the value of $f$ alone; "
        "the multipliers come from the dual problem, solved as non-negative least squares.",
        _stationary,
        f"{BOYD}, section 5.5.3",
    ),
    Statement(
        "KKT-10",
        "signs",
        "Each limit is either touched or has the multiplier 0: the product is 0.",
        r"\mu_i\,h_i(x^\star)=0\quad\text{for every }i",
        (
            _LIMITS,
            _ROWS,
            _BEST,
            r"$\mu$ balances the slope: $\nabla f(x^\star)+G^\top\mu=0$",
        ),
        (
            Step(
                "KKT-9 makes one set of multipliers that balances the slope: those of the touched "
                "limits, and 0 for all others.",
                r"\nabla f(x^\star)+G_A^\top\mu_A=0,\qquad\mu_i=0\ \text{ for }i\notin A",
            ),
            Step(
                "There is no other. Two sets would differ by a vector that independent rows cannot "
                "combine to 0, unless it is 0 itself.",
                r"G^\top(\mu-\mu')=0\quad\Rightarrow\quad\mu=\mu'",
            ),
            Step(
                "So a limit that is not touched has the multiplier 0, and a touched one has the "
                "distance 0. In both cases the product is 0.",
                r"h_i(x^\star)<0\ \Rightarrow\ \mu_i=0,\qquad h_i(x^\star)=0\ \Rightarrow\ "
                r"\mu_ih_i(x^\star)=0",
            ),
            Step(
                "Read the other way: a price above 0 means a touched limit. The product also "
                "leaves room for a limit that is touched and has the price 0.",
                r"\mu_i>0\quad\Rightarrow\quad h_i(x^\star)=0",
            ),
        ),
        "Distances come from the best point found by trying every set of touched limits, the "
        "multipliers from the dual problem; the largest product is shown.",
        _slackness,
        f"{BOYD}, section 5.5.2",
    ),
    Statement(
        "KKT-11",
        "signs",
        "The four conditions are enough for a convex problem: no allowed point is better.",
        r"f(y)-f(x^\star)=\tfrac12(y-x^\star)^\top Q(y-x^\star)+\sum_i\mu_i\bigl(-h_i(y)\bigr)"
        r"\;\ge\;0\quad\text{if }h(y)\le0",
        (
            r"$f=\tfrac12x^\top Qx+c^\top x$ is convex: $Q$ is positive semidefinite",
            _LIMITS,
            r"$x^\star$ and $\mu$ meet four conditions: $h_i(x^\star)\le0$, $\mu_i\ge0$, "
            r"$\mu_ih_i(x^\star)=0$, $\nabla f(x^\star)+G^\top\mu=0$",
        ),
        (
            Step(
                "Expand the quadratic around the point; this is exact.",
                r"f(y)-f(x^\star)=\nabla f(x^\star)^\top d+\tfrac12d^\top Qd,\qquad d=y-x^\star",
            ),
            Step(
                "Replace the gradient by stationarity.",
                r"\nabla f(x^\star)^\top d=-\mu^\top Gd=-\mu^\top(Gy-h)+\mu^\top(Gx^\star-h)",
            ),
            Step(
                "The last term is 0 by slackness.",
                r"f(y)-f(x^\star)=\tfrac12d^\top Qd-\sum_i\mu_ih_i(y)",
            ),
            Step(
                r"For an allowed $y$ both parts are not negative: the first by convexity, the "
                r"second because $\mu\ge0$ and $h(y)\le0$. Every condition has been used once.",
                r"h(y)\le0\quad\Rightarrow\quad f(y)\ge f(x^\star)",
            ),
        ),
        "Values of $f$ at 30 random allowed points, and at five that need not be, less the value "
        "at the best point, found by trying every set of touched limits.",
        _excess,
        f"{BOYD}, section 5.5.3",
    ),
    Statement(
        "KKT-12",
        "signs",
        "With the plus sign the dual of a parabola against a wall reaches its least value.",
        r"\min ax^2\ \text{s.t.}\ b-x\le0:\qquad q(\mu)=\mu b-\frac{\mu^2}{4a},\qquad"
        r"\max_{\mu\ge0}q=q(2ab)=ab^2=p^\star",
        ("$a>0$ and $b>0$", r"$L=ax^2+\mu(b-x)$ with $\mu\ge0$"),
        (
            Step(
                "For a fixed multiplier the Lagrangian is a parabola in $x$; its lowest point is "
                "where the derivative is 0.",
                r"2ax-\mu=0\quad\Rightarrow\quad x(\mu)=\frac{\mu}{2a}",
            ),
            Step(
                "Insert it.",
                r"q(\mu)=\frac{\mu^2}{4a}+\mu b-\frac{\mu^2}{2a}=\mu b-\frac{\mu^2}{4a}",
            ),
            Step(
                r"This is largest where its derivative $b-\mu/(2a)$ is 0, which is a positive "
                "multiplier.",
                r"\mu^\star=2ab,\qquad q(\mu^\star)=2ab^2-ab^2=ab^2",
            ),
            Step(
                "The allowed $x\\ge b$ with the least $ax^2$ is $b$ itself. Both values agree.",
                r"p^\star=ab^2=q(\mu^\star)",
            ),
        ),
        "The Lagrangian is minimised over $x$ by root finding on its derivative for three "
        "multipliers. A root finder on the slope of these least values gives the best multiplier, "
        "bounded least squares the least value.",
        _parabola,
        f"{BOYD}, section 5.1",
    ),
    Statement(
        "KKT-13",
        "signs",
        "When something is maximised, the multiplier of an upper limit is what more of it adds.",
        r"\max\sum_iw_i\log x_i\ \text{s.t.}\ p^\top x\le B:\qquad"
        r"\mu=\frac{\sum_iw_i}{B}=\frac{dV^\star}{dB}>0",
        (
            "All weights $w_i$ and prices $p_i$ are positive, $B>0$",
            r"The amounts are positive, and $V^\star(B)$ is the best value",
        ),
        (
            Step(
                r"Maximising $U=\sum w_i\log x_i$ is minimising $f=-U$. A best $x$ exists, as $U$ "
                "falls without bound where an amount goes to 0. More of each good is better, so "
                r"all money is spent and KKT-1 holds on $p^\top x=B$. The convention of KKT-8 puts "
                "a plus before the multiplier; a minus on both sides turns it.",
                r"\nabla(-U)+\mu p=0\quad\Longleftrightarrow\quad\nabla U=\mu p",
            ),
            Step(
                "Write it for one good.",
                r"\frac{w_i}{x_i}=\mu p_i\quad\Rightarrow\quad p_ix_i=\frac{w_i}{\mu}",
            ),
            Step(
                "All money is spent. Sum over the goods.",
                r"B=\sum_ip_ix_i=\frac1\mu\sum_iw_i\quad\Rightarrow\quad"
                r"\mu=\frac{\sum_iw_i}{B}>0",
            ),
            Step(
                r"The best value is $\sum w_i\log(w_i/(\mu p_i))$. Only $\mu$ depends on the "
                "budget; differentiate.",
                r"\frac{dV^\star}{dB}=-\sum_iw_i\,\frac{1}{\mu}\frac{d\mu}{dB},\quad"
                r"\frac{d\mu}{dB}=-\frac{\mu}{B}\quad\Rightarrow\quad"
                r"\frac{dV^\star}{dB}=\frac{\sum_iw_i}{B}=\mu",
            ),
        ),
        "The share of the budget spent on the first good is solved for numerically, with a little "
        "more and a little less money.",
        _budget,
        "Mas-Colell, Whinston and Green, Microeconomic Theory (1995), section 3.D",
    ),
    Statement(
        "KKT-14",
        "signs",
        "A limit can be touched and have the multiplier 0; tightening it by a small $u$ then costs "
        "only the order of $u^2$.",
        r"p^\star(u)-p^\star(0)=\frac{\min(u,0)^2}{2\,a^\top Q^{-1}a},\qquad"
        r"\frac{dp^\star}{du}\Big|_0=0=-\mu",
        (
            r"$f=\tfrac12x^\top Qx+c^\top x$ with positive definite $Q$; the limit is "
            r"$a^\top x\le b+u$",
            r"$b=a^\top\hat x$ with the free minimum $\hat x=-Q^{-1}c$: the limit goes through it",
        ),
        (
            Step(
                r"For $u\ge0$ the free minimum is allowed, so nothing changes and $\mu=0$.",
                r"u\ge0:\qquad p^\star(u)=f(\hat x)",
            ),
            Step(
                r"For $u<0$ the free minimum is not allowed, so the limit is touched. Write "
                r"$x=\hat x+d$; the slope at the free minimum is 0, so $f$ is a pure square.",
                r"f(\hat x+d)=f(\hat x)+\tfrac12d^\top Qd,\qquad a^\top d=u",
            ),
            Step("Stationarity with the multiplier $\\mu$ of this limit.",
                 r"Qd+\mu a=0\quad\Rightarrow\quad d=-\mu Q^{-1}a"),
            Step("The limit fixes the multiplier, which goes to 0 with $u$.",
                 r"u=-\mu\,a^\top Q^{-1}a\quad\Rightarrow\quad\mu=-\frac{u}{a^\top Q^{-1}a}"),
            Step("Insert both.",
                 r"\tfrac12d^\top Qd=\tfrac12\mu^2a^\top Q^{-1}a=\frac{u^2}{2a^\top Q^{-1}a}"),
            Step("So both one-sided slopes at 0 are 0: active, and without a price.",
                 r"\mu=0,\qquad h(\hat x)=0"),
        ),
        "The limit is moved to five places; the best point on it is found inside its plane and "
        "held against the free minimum where that is allowed.",
        _touching,
        "Nocedal and Wright, Numerical Optimization (2nd ed., 2006), section 12.3 (strict "
        "complementarity)",
    ),
)  # fmt: skip
