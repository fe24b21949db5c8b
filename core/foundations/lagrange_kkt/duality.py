"""The dual problem: a bound from below, when it is tight, and what its answer prices."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from core.foundations.compare import at_least, equal
from core.foundations.lagrange_kkt import formulas, numeric
from core.foundations.lagrange_kkt.formulas import Floats
from core.foundations.lagrange_kkt.instances import Choices, interval
from core.foundations.schema import Kind, Reading, Section, Statement, Step

BOYD = "Boyd and Vandenberghe, Convex Optimization (2004)"

SECTION = Section(
    "duality",
    "Duality",
    "Replace a hard limit by a price: whoever exceeds it pays, whoever stays below is paid. Being "
    "free to break the limit at a price can only help the one who minimises, so for any prices the "
    "best value found is a lower bound of the true one. The dual problem looks for the prices with "
    "the best bound. For convex problems the best bound is exact, and its prices say what each "
    "limit is worth. That is how a plan in this suite proves that no other plan is much better "
    "without trying them.",
)


def _weak(rng: np.random.Generator) -> Reading:
    bounds, values = [], []
    for _ in range(12):
        one = Choices(rng)
        prices = [*rng.exponential(0.4, (4, 2)), numeric.finite_dual(one.f, one.h)[0]]
        bounds += [float(formulas.lagrangian(one.f, one.h, mu).min()) for mu in prices]
        values += [one.best] * 5
    return at_least(bounds, values, "least cost against the dual value at 60 prices")


def _concave(rng: np.random.Generator) -> Reading:
    one = Choices(rng)
    first, second = rng.exponential(0.8, (2, 60, 2))
    share = rng.uniform(0.2, 0.8, 60)

    def dual(mu: Floats) -> Floats:
        return np.asarray((one.f + mu @ one.h.T).min(1))

    bound = formulas.chord(share, dual(first), dual(second))
    mixed = share[:, None] * first + (1 - share[:, None]) * second
    # Prices at which the same choice is best make the chord touch.
    near = first + 1e-6
    touching = formulas.chord(share, dual(first), dual(near))
    inside = dual(share[:, None] * first + (1 - share[:, None]) * near)
    both = np.r_[bound, touching], np.r_[dual(mixed), inside]
    return at_least(*both, "dual value between two prices against the chord")


def _slope(rng: np.random.Generator) -> Reading:
    one, mu = numeric.Quadratic(rng), rng.uniform(0.3, 1.5, 3)
    measured = [
        numeric.central(lambda s, e=e: one.low(mu + s * e), 0.0, 1e-3)  # type: ignore[misc]
        for e in np.eye(3)
    ]
    claimed = formulas.dual_gradient(one.q, one.c, one.g, one.h, mu)
    return equal(claimed, measured, "slopes of the dual function", kind=Kind.DIFFERENCE)


def _strong(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for _ in range(4):
        one = numeric.Quadratic(rng)
        claimed.append(formulas.quadratic_dual(one.q, one.c, one.g, one.h, one.dual()))
        measured.append(one.primal()[1])
    return equal(claimed, measured, "best value against the best dual value, four programmes")


def _mixtures(rng: np.random.Generator) -> Reading:
    best, mixed = [], []
    for _ in range(4):
        one = Choices(rng)
        mu, _ = numeric.finite_dual(one.f, one.h)
        best.append(float(formulas.lagrangian(one.f, one.h, mu).min()))
        mixed.append(numeric.finite_mixture(one.f, one.h))
    return equal(best, mixed, "best dual value against the best mixture of choices")


def _gap(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for _ in range(3):
        s, w = rng.uniform(0.5, 2.0), rng.uniform(1.5, 3.5)
        c = w * rng.uniform(0.25, 0.75)
        f, h = interval(s, w, c)
        claimed.append(formulas.envelope_gap(s, w, c))
        measured.append(float(f[h[:, 0] <= 0].min()) - numeric.finite_dual(f, h)[1])
    return equal(claimed, measured, "least value less best dual value")


def _linear(rng: np.random.Generator) -> Reading:
    a, top = rng.uniform(0.2, 2.0, (4, 7)), rng.uniform(0.6, 1.6, 7)
    c, b = rng.uniform(0.5, 2.0, 7), a @ top * rng.uniform(0.3, 0.75, 4)
    primal = linprog(c, -a, -b, bounds=list(zip(np.zeros(7), top, strict=True)), method="highs")
    columns = np.hstack([a.T, -np.eye(7)])
    dual = linprog(np.r_[-b, top], columns, c, bounds=(0, None), method="highs")
    claimed = formulas.box_dual(a, b, c, top, np.asarray(dual.x)[:4])
    return equal(claimed, float(np.asarray(primal.fun)), "two linear programmes, solved separately")


def _saddle(rng: np.random.Generator) -> Reading:
    one = numeric.Quadratic(rng)
    (x, value), mu = one.primal(), one.dual()
    points, prices = x + rng.normal(size=(40, 4)), rng.exponential(1.0, (40, 3))
    points[0], prices[0] = x, mu  # where both sides are equal
    here = np.array([value]), (one.g @ x - one.h)[None]
    low = [float(formulas.lagrangian(*here, other)[0]) for other in prices]
    costs = np.array([one.f(p) for p in points])
    high = formulas.lagrangian(costs, points @ one.g.T - one.h, mu)
    same = np.full(40, value)
    note = "Lagrangian at 40 other prices, and at 40 other points"
    return at_least(np.r_[low, same], np.r_[same, high], note)


_PLAN = r"minimise $f(x)$ over $x\in X$ subject to $h_i(x)\le0$"

STATEMENTS = (
    Statement(
        "KKT-15",
        "duality",
        "For any prices the dual value is at most the best value, whatever the problem is like.",
        r"q(\mu)=\inf_{x\in X}\Bigl[f(x)+\sum_i\mu_ih_i(x)\Bigr]\;\le\;p^\star"
        r"\qquad(\mu\ge0)",
        (f"The problem: {_PLAN}, with the best value $p^\\star$",
         r"$\mu\ge0$. Nothing is asked of $f$, $h$ or $X$"),
        (
            Step(
                "Take any allowed $x$. Its excesses are not positive, the prices are not "
                "negative, so the added sum is not positive.",
                r"h(x)\le0,\;\mu\ge0\quad\Rightarrow\quad\sum_i\mu_ih_i(x)\le0",
            ),
            Step(
                "Adding something that is not positive does not raise $f$.",
                r"f(x)+\sum_i\mu_ih_i(x)\le f(x)",
            ),
            Step(
                "The least value over all of $X$ is at most the one at this $x$.",
                r"q(\mu)\le f(x)+\sum_i\mu_ih_i(x)\le f(x)",
            ),
            Step("This holds for every allowed $x$, so also for the least.", r"q(\mu)\le p^\star"),
        ),
        "In 12 random tables of 40 choices the least allowed cost is looked up and held against "
        "the bound at random prices and at the best ones.",
        _weak,
        f"{BOYD}, section 5.1.3",
    ),
    Statement(
        "KKT-16",
        "duality",
        "The dual function is concave, even where the problem is not convex.",
        r"q(s\mu+(1-s)\nu)\ge s\,q(\mu)+(1-s)\,q(\nu)\qquad(0\le s\le1)",
        (f"The problem: {_PLAN}. Nothing is asked of $f$, $h$ or $X$",),
        (
            Step(
                "For one fixed $x$ the Lagrangian is linear in the prices, up to a constant.",
                r"L(x,s\mu+(1-s)\nu)=s\,L(x,\mu)+(1-s)\,L(x,\nu)",
            ),
            Step(
                "Each of the two is at least its own least value.",
                r"L(x,s\mu+(1-s)\nu)\ge s\,q(\mu)+(1-s)\,q(\nu)",
            ),
            Step(
                "The right side does not depend on $x$; take the least value of the left side.",
                r"q(s\mu+(1-s)\nu)\ge s\,q(\mu)+(1-s)\,q(\nu)",
            ),
        ),
        "The least of 40 straight lines is taken at prices between two others, for 60 pairs far "
        "apart and 60 so close that both sides nearly agree.",
        _concave,
        f"{BOYD}, section 5.1.2",
    ),
    Statement(
        "KKT-17",
        "duality",
        "The slope of the dual function in a price is how far its best point exceeds the limit.",
        r"\nabla q(\mu)=h\bigl(x(\mu)\bigr)=Gx(\mu)-h,\qquad x(\mu)=-Q^{-1}(c+G^\top\mu)",
        (
            r"$f=\tfrac12x^\top Qx+c^\top x$ with positive definite $Q$, limits $Gx\le h$",
        ),
        (
            Step(
                "The Lagrangian is strictly convex in $x$; its only minimum is where the gradient "
                "is 0.",
                r"Qx+c+G^\top\mu=0\quad\Rightarrow\quad x(\mu)=-Q^{-1}(c+G^\top\mu)",
            ),
            Step(
                "Differentiate the dual value by the chain rule: the price acts directly, and by "
                "moving the point.",
                r"\frac{\partial q}{\partial\mu_i}=\frac{\partial L}{\partial\mu_i}"
                r"+\nabla_xL^\top\frac{\partial x}{\partial\mu_i}",
            ),
            Step("The second term is 0: the point is a minimum.", r"\nabla_xL(x(\mu),\mu)=0"),
            Step(
                "The first is the excess over the limit.",
                r"\frac{\partial q}{\partial\mu_i}=h_i(x(\mu))",
            ),
        ),
        "The Lagrangian is minimised by least squares at prices a little apart, and the least "
        "values are differenced.",
        _slope,
        f"{BOYD}, section 5.1; Bertsekas, Nonlinear Programming (3rd ed., 2016), section 7.1",
    ),
    Statement(
        "KKT-18",
        "duality",
        "For a convex quadratic programme the best bound is exact.",
        r"\max_{\mu\ge0}\Bigl[-\tfrac12(c+G^\top\mu)^\top Q^{-1}(c+G^\top\mu)-h^\top\mu\Bigr]"
        r"=p^\star",
        (
            r"$f=\tfrac12x^\top Qx+c^\top x$ with positive definite $Q$",
            "The limits $Gx\\le h$ are linear and some point meets them. (Curved convex limits "
            "need Slater's point, which meets them strictly; linear ones do not.)",
        ),
        (
            Step(
                r"A minimum $x^\star$ exists, since $f$ grows in every direction. Moving along $v$ "
                r"with $G_Av\le0$ stays allowed for a while, so $f$ cannot fall along it.",
                r"G_Av\le0\quad\Rightarrow\quad\nabla f(x^\star)^\top v\ge0",
            ),
            Step(
                "By Farkas' lemma (for linear limits, no further condition) the negative gradient "
                "is then a combination of the touched rows with factors that are not negative.",
                r"-\nabla f(x^\star)=G_A^\top\mu_A,\qquad\mu_A\ge0",
            ),
            Step(
                r"Set the other factors to 0. Then $x^\star$ makes the gradient of the Lagrangian "
                "0, and by convexity it is its minimum.",
                r"q(\mu)=L(x^\star,\mu)=f(x^\star)+\mu^\top(Gx^\star-h)",
            ),
            Step(
                "The last term is 0: either the row is touched or its factor is 0.",
                r"q(\mu)=f(x^\star)=p^\star",
            ),
            Step(
                "By weak duality (KKT-15) no other price does better, so this is the maximum. The "
                "formula is the Lagrangian at $x(\\mu)$ of KKT-17.",
                r"\max_{\mu\ge0}q(\mu)=p^\star",
            ),
        ),
        "The best value comes from trying every set of touched limits; the prices from the dual, "
        "solved as non-negative least squares. Neither knows of the other.",
        _strong,
        f"{BOYD}, sections 5.2.3 and 5.3.2",
    ),
    Statement(
        "KKT-19",
        "duality",
        "The best dual value is what mixtures of the choices could reach.",
        r"\max_{\mu\ge0}\min_j\bigl[f_j+\mu^\top h_j\bigr]=\min_{p}\Bigl\{\sum_jp_jf_j:"
        r"\sum_jp_jh_j\le0,\;p\ge0,\;\sum_jp_j=1\Bigr\}",
        (
            "There are finitely many choices $j$, with costs $f_j$ and excesses $h_j$",
            r"Some mixture is allowed: $p\ge0$, $\sum_jp_j=1$ and $\sum_jp_jh_j\le0$",
        ),
        (
            Step(
                "The least of finitely many numbers is the largest $v$ below all of them, so the "
                "dual is a linear programme.",
                r"\max_{\mu\ge0,\,v}v\quad\text{s.t.}\quad v-\mu^\top h_j\le f_j\ \ (\forall j)",
            ),
            Step(
                r"Give each of its limits a price $p_j\ge0$ and write its Lagrangian. For a "
                r"maximum what is left over is added, and the largest value over $v$ and $\mu$ "
                "is taken.",
                r"v+\sum_jp_j\bigl(f_j+\mu^\top h_j-v\bigr)",
            ),
            Step(
                r"It is bounded above over all $v$ only if the prices sum to 1, and over all "
                r"$\mu\ge0$ only if the mean excess is not positive.",
                r"\sum_jp_j=1,\qquad\sum_jp_jh_j\le0",
            ),
            Step(
                r"Then the largest value is the mean cost, at $\mu^\top\sum p_jh_j=0$. Both linear "
                "programmes can be met, so both have an optimum, and Farkas' lemma closes the gap "
                "as in KKT-18.",
                r"\max_\mu q(\mu)=\min_p\sum_jp_jf_j",
            ),
            Step(
                "A single choice is a mixture, so this is at most the best value. The gap is what "
                "mixing would gain.",
                r"\max_\mu q(\mu)\le p^\star",
            ),
        ),
        "The mixture is found by a linear programme over the weights; the prices by another one.",
        _mixtures,
        "Bertsekas, Nonlinear Programming (3rd ed., 2016), chapter 6",
    ),
    Statement(
        "KKT-20",
        "duality",
        "Without convexity a gap can stay open although a point lies strictly inside the limits.",
        r"\min_{0\le x\le w}-sx^2\ \text{s.t.}\ x\le c:\qquad "
        r"p^\star-\max_\mu q(\mu)=s\,c\,(w-c)>0",
        ("$s>0$ and $0<c<w$", r"$x=0$ lies strictly inside: Slater's condition holds"),
        (
            Step(
                "The objective falls with $x$, so the best allowed point is $c$.",
                r"p^\star=-sc^2",
            ),
            Step(
                "For a fixed price the Lagrangian is concave in $x$; its least value on an "
                "interval is at an end.",
                r"q(\mu)=\min\{-\mu c,\;-sw^2+\mu(w-c)\}",
            ),
            Step(
                "The first falls and the second rises with the price; the best bound is where "
                "they meet.",
                r"-\mu c=-sw^2+\mu(w-c)\quad\Rightarrow\quad\mu=sw",
            ),
            Step(
                "Insert it and subtract.",
                r"\max_\mu q=-swc,\qquad p^\star-\max_\mu q=-sc^2+swc=sc(w-c)",
            ),
        ),
        "The interval is replaced by 102 points that hold both ends and the limit; the dual is a "
        "linear programme over them.",
        _gap,
        f"{BOYD}, section 5.3 (geometric view of the gap)",
    ),
    Statement(
        "KKT-21",
        "duality",
        "A linear programme and its dual have the same value.",
        r"\min\{c^\top x:Ax\ge b,\;0\le x\le t\}"
        r"=\max_{y\ge0}\Bigl[b^\top y-\sum_jt_j\max\bigl(0,(A^\top y-c)_j\bigr)\Bigr]",
        ("Some $x$ meets all limits",),
        (
            Step(
                r"Write $b-Ax\le0$ with prices $y\ge0$ and keep the box as the set $X$.",
                r"L(x,y)=c^\top x+y^\top(b-Ax)=b^\top y+(c-A^\top y)^\top x",
            ),
            Step(
                "Over the box each coordinate is chosen alone: 0 where its factor is positive, the "
                "top where it is negative.",
                r"\min_{0\le x_j\le t_j}r_jx_j=-t_j\max(0,-r_j),\qquad r=c-A^\top y",
            ),
            Step(
                "Sum up: this is the dual function.",
                r"q(y)=b^\top y-\sum_jt_j\max\bigl(0,(A^\top y-c)_j\bigr)",
            ),
            Step(
                "A minimum exists, as the box is bounded. As in KKT-18, Farkas' lemma makes $c$ "
                "from the touched limits, with factors that are not negative: $y$ for the rows, "
                r"$\ell$ for the lower and $m$ for the upper ends of the box.",
                r"c=A^\top y+\ell-m,\qquad\ell_j>0\Rightarrow x_j^\star=0,\quad m_j>0\Rightarrow "
                r"x_j^\star=t_j,\quad y_i>0\Rightarrow(Ax^\star-b)_i=0",
            ),
            Step(
                r"So $r=\ell-m$, and by the second step $x^\star$ is a minimum of the Lagrangian "
                "over the box. Slackness removes the added term. By KKT-15 no other $y$ does "
                "better.",
                r"q(y)=c^\top x^\star+y^\top(b-Ax^\star)=c^\top x^\star",
            ),
        ),
        "Both programmes are handed to a solver separately.",
        _linear,
        "Dantzig, Linear Programming and Extensions (1963), chapter 6",
    ),
    Statement(
        "KKT-22",
        "duality",
        "Optimum and prices are a saddle of the Lagrangian: no side can improve alone.",
        r"L(x^\star,\mu)\;\le\;L(x^\star,\mu^\star)=p^\star\;\le\;L(x,\mu^\star)"
        r"\qquad(\mu\ge0,\ x\ \text{any})",
        (r"The hypotheses of KKT-18, with best prices $\mu^\star$",),
        (
            Step(
                r"Left: at $x^\star$ no limit is exceeded, so other prices only take away.",
                r"L(x^\star,\mu)=p^\star+\mu^\top h(x^\star)\le p^\star",
            ),
            Step(
                "Middle: the best prices reach the best value (KKT-18), and their least Lagrangian "
                r"is at most the one at $x^\star$. So the added sum is 0, as KKT-10 says.",
                r"p^\star=q(\mu^\star)\le L(x^\star,\mu^\star)"
                r"=p^\star+\mu^{\star\top}h(x^\star)\le p^\star",
            ),
            Step(
                "Right: strong duality says that the least value of the Lagrangian at these prices "
                "is the best value.",
                r"L(x,\mu^\star)\ge q(\mu^\star)=p^\star",
            ),
        ),
        "The Lagrangian is evaluated at 40 random price vectors with the best point, and at 40 "
        "random points, allowed or not, with the best prices.",
        _saddle,
        f"{BOYD}, section 5.4.2",
    ),
)  # fmt: skip
