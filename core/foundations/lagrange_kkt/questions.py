"""The self-test: every right answer is computed."""

from __future__ import annotations

import numpy as np

from core.foundations.lagrange_kkt import formulas, formulas_models, instances, margins, numeric
from core.foundations.measuring import nearest
from core.foundations.schema import Question


def _sign() -> int:
    # Minimise x^2 with 3 - x <= 0: grad f + mu grad h = 2x - mu at x = 3.
    mu = numeric.slope(lambda p: p[0] ** 2, np.array([3.0]))
    return nearest(float(mu[0]), (-6.0, 0.0, 6.0, 9.0))


def _sensitivity() -> int:
    # Nearest squared distance of x^2 + 4 y^2 = c: solved at both levels.
    def least(c: float) -> float:
        t = np.linspace(0, np.pi, 4001)
        return float((c * np.cos(t) ** 2 + c * np.sin(t) ** 2 / 4).min())

    return nearest(least(4.4) - least(4.0), (0.4, 0.1, 0.0, -0.1))


def _touching() -> int:
    x = np.linspace(0.0, 4.0, 40001)
    best = [float(((x - 2.0) ** 2)[x <= limit + 1e-12].min()) for limit in (2.0, 2.01)]
    price = (best[0] - best[1]) / 0.01
    touched = abs(x[int(np.argmin((x - 2.0) ** 2))] - 2.0) < 1e-9
    return 1 if touched and abs(price) < 1e-9 else 0


def _street() -> int:
    return nearest(formulas_models.margin(np.array([3.0, 4.0])), (0.2, 0.4, 5.0, 10.0))


def _ball() -> int:
    x, y = np.eye(2), np.array([3.0, 4.0])
    theta = numeric.ball_fit(x, y, 30.0)
    return nearest(formulas_models.ball_price(x, y, theta), (30.0, 5.0, 0.0))


def _gap() -> int:
    f, h = instances.interval(1.0, 3.0, 1.0)
    best = float(f[h[:, 0] <= 0].min())
    return nearest(best - numeric.finite_dual(f, h)[1], (0.0, 1.0, 2.0, 3.0))


def _portfolio() -> int:
    weights = formulas_models.least_variance_weights(np.diag([1.0, 4.0]))
    return nearest(float(weights[0]), (0.5, 2 / 3, 0.8, 1.0))


def _bound() -> int:
    # f = -(x - 2)^2 on [0, 3] at x = 1.5: tangent to the far end.
    x, f = np.array([1.5]), lambda p: -((p[0] - 2.0) ** 2)
    slope = numeric.slope(f, x)
    gap = max(formulas_models.tangent_gap(slope, x, np.array([end])) for end in (0.0, 3.0))
    return nearest(gap, (0.25, 1.5, 3.0))


def _dropped() -> int:
    x = np.array([[0.0, 0.0], [-2.0, 1.0], [-1.5, -1.0], [2.0, 0.0], [3.0, 2.0]])
    y = np.array([-1.0, -1.0, -1.0, 1.0, 1.0])
    alpha, _ = margins.hard_margin(x, y)
    return nearest(float((alpha > 1e-9).sum()), (5.0, 3.0, 2.0))


def _loosened() -> int:
    # Minimise (x - 5)^2 + 9 with the limit x - 4 <= u: the value 10, the multiplier 2.
    x = np.linspace(0.0, 6.0, 60001)
    found = float((((x - 5.0) ** 2 + 9.0)[x <= 4.5]).min())
    least = float(formulas.supporting(10.0, np.array([2.0]), np.array([[0.5]]))[0])
    ranges = ((-np.inf, 8.5), (9.0, 10.0), (10.0, 11.0))
    return [low <= least <= found <= high for low, high in ranges].index(True)


QUESTIONS = (
    Question(
        "KKT-q1",
        r"Minimise $x^2$ subject to $3-x\le0$, with $L=x^2+\mu(3-x)$. Which $\mu$ belongs to the "
        "optimum?",
        ("$-6$", "$0$", "$6$", "$9$"),
        _sign,
        r"At $x=3$ stationarity is $2x-\mu=0$.",
        "KKT-12",
    ),
    Question(
        "KKT-q2",
        "The least squared distance of the ellipse $x^2+4y^2=4$ from the origin is 1. By how much "
        "does it change when 4 becomes 4.4?",
        ("$0.4$", "$0.1$", "$0$", "$-0.1$"),
        _sensitivity,
        r"$f^\star=c/\mu_{\max}=c/4$, so the multiplier is $1/4$.",
        "KKT-3",
    ),
    Question(
        "KKT-q3",
        r"Minimise $(x-2)^2$ subject to $x\le2$. The limit is touched. Its multiplier is",
        ("positive", "zero", "negative"),
        _touching,
        "The free minimum lies on the limit: touched, and without a price.",
        "KKT-14",
    ),
    Question(
        "KKT-q4",
        "A hard margin has the weights $w=(3,4)$. How wide is the street?",
        ("$0.2$", "$0.4$", "$5$", "$10$"),
        _street,
        r"$2/\lVert w\rVert=2/5$.",
        "KKT-25",
    ),
    Question(
        "KKT-q5",
        r"$X=I$, $y=(3,4)$ and the ball $\lVert\theta\rVert^2\le30$. Which penalty does ridge "
        "regression need?",
        ("$30$", "$5$", "$0$"),
        _ball,
        "The free solution has the squared length 25, so the ball does not bind.",
        "KKT-43",
    ),
    Question(
        "KKT-q6",
        r"Minimise $-x^2$ over $0\le x\le3$ subject to $x\le1$. How large is the duality gap?",
        ("$0$", "$1$", "$2$", "$3$"),
        _gap,
        "$sc(w-c)$ with $s=1$, $c=1$, $w=3$.",
        "KKT-20",
    ),
    Question(
        "KKT-q7",
        "Two uncorrelated assets have the variances 1 and 4. What share of the portfolio of least "
        "variance has the first?",
        ("$1/2$", "$2/3$", "$4/5$", "all"),
        _portfolio,
        r"Weights go with the inverse variances $1$ and $\tfrac14$.",
        "KKT-35",
    ),
    Question(
        "KKT-q8",
        "A concave objective $-(x-2)^2$ on $[0,3]$ is judged at $x=1.5$. What is the Frank-Wolfe "
        "gap?",
        ("$0.25$, what the best point adds", "$1.5$", "$3$"),
        _bound,
        "The slope is 1 and the far end 1.5 away. The gap bounds the gain of 0.25; it need not "
        "equal it.",
        "KKT-47",
    ),
    Question(
        "KKT-q9",
        "Minus points at $(0,0)$, $(-2,1)$, $(-1.5,-1)$, plus points at $(2,0)$, $(3,2)$. How many "
        "points have a positive multiplier?",
        ("all five", "three", "two"),
        _dropped,
        "The closest points of the hulls are $(0,0)$ and $(2,0)$; the others could be dropped.",
        "KKT-30",
    ),
    Question(
        "KKT-q10",
        r"A convex programme has the best value 10 and the multiplier 2 for $h\le0$. The limit "
        r"becomes $h\le0.5$. The best value is then",
        ("at most 8.5", "between 9 and 10", "between 10 and 11"),
        _loosened,
        r"More points are allowed, so it is at most 10; and $p^\star(u)\ge p^\star-\mu u=9$.",
        "KKT-23",
    ),
)
