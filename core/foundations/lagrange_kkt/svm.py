"""The widest margin: its dual, its support vectors, and the price of slack."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from core.foundations.compare import equal
from core.foundations.lagrange_kkt import formulas_models as formulas
from core.foundations.lagrange_kkt import margins
from core.foundations.schema import Kind, Reading, Section, Statement, Step

CORTES = "Cortes and Vapnik, Support-vector networks, Machine Learning 20 (1995)"
HASTIE = "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2nd ed., 2009)"

SECTION = Section(
    "svm",
    "The widest margin",
    "Two groups of patients are to be separated by a straight line with as much room as possible "
    "on both sides. The room is limited by a few points only: those that the edges of the street "
    "touch. Each point is one inequality, each inequality has a multiplier, and slackness says "
    "that points off the street have the multiplier 0. So the answer is made of the few points on "
    "the edge, and the rest could be dropped without changing it. Where the groups overlap, a "
    "point may stand inside the street at a price, and this price is also the largest multiplier "
    "a point can have.",
)


def _margin(rng: np.random.Generator) -> Reading:
    w, b = rng.normal(size=5), rng.normal()
    start = np.linalg.lstsq(w[None, :], [-1.0 - b], rcond=None)[0] + rng.normal(size=5)
    start -= w * (start @ w + b + 1) / (w @ w)
    step = np.linalg.lstsq(w[None, :], [1.0 - b - w @ start], rcond=None)[0]
    return equal(formulas.margin(w), np.linalg.norm(step), "shortest way from plane to plane")


def _hulls(rng: np.random.Generator) -> Reading:
    x, y = margins.separable(rng)
    alpha, _ = margins.hard_margin(x, y)
    p, q = margins.hull_pair(x[y > 0], x[y < 0])
    claimed = formulas.margin((alpha * y) @ x)
    return equal(claimed, np.linalg.norm(p - q), "distance between the two convex hulls")


def _weights(rng: np.random.Generator) -> Reading:
    x, y = margins.separable(rng)
    alpha, _ = margins.hard_margin(x, y)
    claimed = formulas.svm_weights(alpha, y, x)
    return equal(claimed, margins.geometric_weights(x, y), "weights from the closest points")


def _classes(rng: np.random.Generator) -> Reading:
    x, y = margins.separable(rng)
    alpha, _ = margins.hard_margin(x, y)
    claimed = formulas.class_sum(margins.geometric_weights(x, y))
    measured = [alpha[y > 0].sum(), alpha[y < 0].sum()]
    return equal(claimed, measured, "sum of the multipliers of each group")


def _dual(rng: np.random.Generator) -> Reading:
    x, y = margins.separable(rng)
    alpha, _ = margins.hard_margin(x, y)
    p, q = margins.hull_pair(x[y > 0], x[y < 0])
    primal = 2 / ((p - q) @ (p - q))
    return equal(formulas.svm_dual(alpha, y, x), primal, "least |w|²/2, from the closest points")


def _support(rng: np.random.Generator) -> Reading:
    x, y = margins.separable(rng)
    alpha, b = margins.hard_margin(x, y)
    kept = alpha > 0
    again = margins.geometric_weights(x[kept], y[kept])
    whole = formulas.svm_weights(alpha, y, x)
    products = alpha * (y * (x @ whole + b) - 1)
    claimed, measured = np.r_[whole, np.zeros(len(y))], np.r_[again, products]
    return equal(claimed, measured, "weights from the support vectors alone; slackness products")


def _hinge(rng: np.random.Generator) -> Reading:
    x, y = margins.overlapping(rng)
    w, b = rng.normal(size=2), rng.normal() * 0.5
    score = x @ w + b
    found = linprog(np.ones(24), -np.eye(24), y * score - 1, bounds=(0, None), method="highs")
    return equal(
        formulas.hinge(y, score), np.asarray(found.x), "least slacks by a linear programme"
    )


def _soft(rng: np.random.Generator) -> Reading:
    x, y = margins.overlapping(rng)
    c = rng.uniform(0.3, 1.5)
    alpha, w, b = margins.soft_margin(x, y, c)
    slack = np.maximum(0.0, 1 - y * (x @ w + b))
    cost = formulas.soft_objective(w, c, slack)
    outside = float(np.abs(alpha - np.clip(alpha, 0, c)).max())
    found = [formulas.svm_dual(alpha, y, x), outside, float(alpha @ y)]
    return equal([cost, 0.0, 0.0], found, "cost against dual value; limits of the multipliers")


def _pair(rng: np.random.Generator) -> Reading:
    from sklearn.svm import SVC

    half = rng.normal(size=2)
    half *= rng.uniform(0.6, 1.25) / np.linalg.norm(half)
    # On both sides of 0, so that single precision loses nothing to a difference.
    ends = np.array([half, -half])
    y, distance = np.array([1.0, -1.0]), float(np.linalg.norm(ends[0] - ends[1]))
    prices = np.array([0.45, 0.85, 1.0, 1.6]) * 2 / distance**2
    alphas, slacks = [], []
    for c in prices:
        model = SVC(kernel="linear", C=float(c), tol=1e-10).fit(ends, y)
        alphas.append(float(np.abs(model.dual_coef_[0]).max()))
        slacks.append(float(np.maximum(0, 1 - y * model.decision_function(ends)).sum()))
    claimed = [*formulas.pair_multiplier(prices, distance), *formulas.pair_slack(prices, distance)]
    note = "multiplier and slack at four prices, by libsvm"
    return equal(claimed, [*alphas, *slacks], note, kind=Kind.DIFFERENCE)


def _library(rng: np.random.Generator) -> Reading:
    from sklearn.svm import SVC

    x, y = margins.separable(rng)
    alpha, _ = margins.hard_margin(x, y)
    price = float(alpha.max()) * rng.uniform(1.05, 20.0)
    model = SVC(kernel="linear", C=price, tol=1e-10).fit(x, y)
    claimed = formulas.svm_weights(alpha, y, x)
    return equal(claimed, model.coef_[0], "weights by libsvm", kind=Kind.DIFFERENCE)


_HARD = "Some plane has each group strictly on its own side: then the limits can be met (they are "
_HARD += "linear, so no more is needed)"
_PRIMAL = r"$w,b$ minimise $\tfrac12\lVert w\rVert^2$ subject to $1-y_i(w^\top x_i+b)\le0$, with "
_PRIMAL += r"$y_i=\pm1$ and multipliers $\alpha_i$"
_TRY = "every set of two or three points is tried as the support"

STATEMENTS = (
    Statement(
        "KKT-25",
        "svm",
        r"The street between $w^\top x+b=1$ and $-1$ is $2/\lVert w\rVert$ wide.",
        r"\operatorname{dist}\bigl(\{w^\top x+b=1\},\,\{w^\top x+b=-1\}\bigr)"
        r"=\frac{2}{\lVert w\rVert}",
        (r"$w\neq0$",),
        (
            Step(
                "Start on the lower plane and walk along a vector $d$ to the upper one.",
                r"w^\top x+b=-1,\quad w^\top(x+d)+b=1\quad\Rightarrow\quad w^\top d=2",
            ),
            Step(
                "By Cauchy and Schwarz the walk cannot be short.",
                r"2=w^\top d\le\lVert w\rVert\,\lVert d\rVert",
            ),
            Step(
                "Straight along $w$ it is an equality.",
                r"d=\frac{2w}{\lVert w\rVert^2},\qquad\lVert d\rVert=\frac2{\lVert w\rVert}",
            ),
        ),
        "From a random point of one plane in five dimensions the shortest step that reaches the "
        "other is found by least squares.",
        _margin,
        f"{HASTIE}, section 4.5",
    ),
    Statement(
        "KKT-26",
        "svm",
        "The widest street is as wide as the distance between the convex hulls of the groups.",
        r"\max_{w,b}\frac2{\lVert w\rVert}=\min\{\lVert p-q\rVert:p\in\operatorname{conv}X_+,\;"
        r"q\in\operatorname{conv}X_-\}",
        (_HARD,),
        (
            Step(
                "Every point keeps its distance, $w^\\top x+b\\ge1$ or $\\le-1$. Mean values of "
                "points do so too, hence all of both hulls.",
                r"w^\top p+b\ge1,\quad w^\top q+b\le-1\quad\Rightarrow\quad w^\top(p-q)\ge2",
            ),
            Step(
                "By Cauchy and Schwarz no street is wider than any such distance.",
                r"\frac{2}{\lVert w\rVert}\le\lVert p-q\rVert",
            ),
            Step(
                "Let $p,q$ be the closest points; the hulls do not meet, so they differ. Lay the "
                "street across.",
                r"w=\frac{2(p-q)}{\lVert p-q\rVert^2},\quad b=1-w^\top p:\qquad "
                r"w^\top q+b=1-w^\top(p-q)=-1",
            ),
            Step(
                r"It is allowed. Moving from $p$ to any $x$ of the plus hull stays in the hull, so "
                "it cannot come closer to $q$; the derivative of the squared distance says so. "
                "The minus hull likewise.",
                r"\frac{d}{ds}\lVert p+s(x-p)-q\rVert^2\Big|_0=2(p-q)^\top(x-p)\ge0"
                r"\quad\Rightarrow\quad w^\top x+b\ge w^\top p+b=1",
            ),
            Step(
                "Its width reaches the bound, so it is the widest.",
                r"\frac2{\lVert w\rVert}=\lVert p-q\rVert",
            ),
        ),
        f"For the street {_TRY}; the hulls are compared point by segment.",
        _hulls,
        "Bennett and Bredensteiner, Duality and geometry in SVM classifiers (ICML 2000)",
    ),
    Statement(
        "KKT-27",
        "svm",
        "The weights are a sum over the points, each counted with its multiplier.",
        r"w=\sum_i\alpha_iy_ix_i",
        (_HARD, _PRIMAL),
        (
            Step(
                r"Give each limit a multiplier $\alpha_i\ge0$; with $h\le0$ it is added "
                "(convention of KKT-8). A minimum exists (KKT-26).",
                r"L=\tfrac12\lVert w\rVert^2+\sum_i\alpha_i\bigl(1-y_i(w^\top x_i+b)\bigr)",
            ),
            Step(
                "The first two steps of KKT-18 need linear limits and a minimum only: they give "
                r"multipliers with $\nabla L=0$, and 0 for limits that are not touched. In $w$:",
                r"\nabla_wL=w-\sum_i\alpha_iy_ix_i=0",
            ),
            Step("Solve for $w$.", r"w=\sum_i\alpha_iy_ix_i"),
        ),
        f"For the multipliers {_TRY}; the weights come from the closest points of the hulls.",
        _weights,
        CORTES,
    ),
    Statement(
        "KKT-28",
        "svm",
        "Both groups have the same sum of multipliers: half the squared length of the weights.",
        r"\sum_iy_i\alpha_i=0,\qquad\sum_{y_i=+1}\alpha_i=\sum_{y_i=-1}\alpha_i"
        r"=\tfrac12\lVert w\rVert^2",
        (_HARD, _PRIMAL),
        (
            Step(
                "Stationarity in $b$: its coefficient in the Lagrangian of KKT-27 is 0.",
                r"\frac{\partial L}{\partial b}=-\sum_i\alpha_iy_i=0",
            ),
            Step(
                r"Slackness (KKT-27): $\alpha_i>0$ only where $y_i(w^\top x_i+b)=1$. Sum over all "
                "points.",
                r"\sum_i\alpha_i=\sum_i\alpha_iy_i(w^\top x_i+b)",
            ),
            Step(
                "Split the right side and use KKT-27 and the first step.",
                r"\sum_i\alpha_i=w^\top\sum_i\alpha_iy_ix_i+b\sum_i\alpha_iy_i=\lVert w\rVert^2",
            ),
            Step(
                "Two equal sums with this total are half of it each.",
                r"\sum_{y_i=+1}\alpha_i=\sum_{y_i=-1}\alpha_i=\tfrac12\lVert w\rVert^2",
            ),
        ),
        f"For the multipliers {_TRY}; the length of the weights comes from the hulls.",
        _classes,
        f"{HASTIE}, section 4.5.2",
    ),
    Statement(
        "KKT-29",
        "svm",
        "The dual reaches the primal: the sum of multipliers less half the squared weights.",
        r"\max_{\alpha\ge0,\;y^\top\alpha=0}\Bigl[\sum_i\alpha_i-\tfrac12\sum_{i,j}"
        r"\alpha_i\alpha_jy_iy_jx_i^\top x_j\Bigr]=\min_{w,b}\tfrac12\lVert w\rVert^2",
        (_HARD,),
        (
            Step(
                "Collect the Lagrangian by what it multiplies.",
                r"L=\tfrac12\lVert w\rVert^2-w^\top\sum_i\alpha_iy_ix_i-b\sum_i\alpha_iy_i"
                r"+\sum_i\alpha_i",
            ),
            Step(
                r"Over $b$ it is unbounded below unless $\sum\alpha_iy_i=0$. Over $w$ it is least "
                "at KKT-27.",
                r"q(\alpha)=\tfrac12\lVert w\rVert^2-\lVert w\rVert^2+\sum_i\alpha_i",
            ),
            Step(
                r"Insert $w=\sum\alpha_iy_ix_i$.",
                r"q(\alpha)=\sum_i\alpha_i-\tfrac12\sum_{i,j}\alpha_i\alpha_jy_iy_jx_i^\top x_j",
            ),
            Step(
                "There is no gap: a minimum exists (KKT-26), so the multipliers of KKT-27 and the "
                "last three steps of KKT-18 apply, which use only that $f$ is convex.",
                r"\max_\alpha q(\alpha)=\min\tfrac12\lVert w\rVert^2",
            ),
        ),
        f"For the multipliers {_TRY}; the primal value is 2 over the squared hull distance.",
        _dual,
        CORTES,
    ),
    Statement(
        "KKT-30",
        "svm",
        "Only points on the edge count: without all others the street is the same.",
        r"\alpha_i\bigl(y_i(w^\top x_i+b)-1\bigr)=0,\qquad w=\sum_{i:\,\alpha_i>0}\alpha_iy_ix_i",
        (_HARD, _PRIMAL),
        (
            Step(
                r"Slackness (KKT-27) with $h_i=1-y_i(w^\top x_i+b)$.",
                r"\alpha_i\,h_i=0",
            ),
            Step(
                "A point off the edge has a limit that is not touched.",
                r"y_i(w^\top x_i+b)>1\quad\Rightarrow\quad\alpha_i=0",
            ),
            Step(
                r"Drop points with $\alpha_i=0$. The same $w,b$ and the remaining multipliers meet "
                "all four conditions of the smaller problem.",
                r"h\le0,\quad\alpha\ge0,\quad\alpha_ih_i=0,\quad w=\sum\alpha_iy_ix_i",
            ),
            Step(
                "They are enough (KKT-11). The minimum has one $w$ only: with two of the same "
                "length the plane halfway would be allowed too, and its $w$ shorter.",
                r"w\neq w',\;\lVert w\rVert=\lVert w'\rVert\ \Rightarrow\ "
                r"\bigl\lVert\tfrac12(w+w')\bigr\rVert<\lVert w\rVert;"
                r"\qquad w_{\text{without}}=w",
            ),
        ),
        "The points with a positive multiplier are kept, and the weights found again from the "
        "closest points of their hulls; the products are shown too.",
        _support,
        f"{HASTIE}, section 4.5.2",
    ),
    Statement(
        "KKT-31",
        "svm",
        "The least slack of a point is its hinge loss.",
        r"\min\{\xi:\xi\ge0,\;y\,s\ge1-\xi\}=\max(0,\,1-y\,s),\qquad s=w^\top x+b",
        (r"$y\in\{-1,1\}$",),
        (
            Step(
                "Both limits are lower bounds of the slack.",
                r"\xi\ge0\quad\text{and}\quad\xi\ge1-ys",
            ),
            Step("The least number above two bounds is the larger one.",
                 r"\xi=\max(0,1-ys)"),
            Step(
                "Put it into the objective: the limits are gone, a sum of hinges is left.",
                r"\min_{w,b}\tfrac12\lVert w\rVert^2+C\sum_i\max\bigl(0,1-y_i(w^\top x_i+b)\bigr)",
            ),
        ),
        "For a random plane a linear programme finds the least slacks of 24 points.",
        _hinge,
        f"{HASTIE}, section 12.3.2",
    ),
    Statement(
        "KKT-32",
        "svm",
        "With slack at the price $C$ the multipliers stay between 0 and $C$, and no gap opens.",
        r"\tfrac12\lVert w\rVert^2+C\sum_i\xi_i=\sum_i\alpha_i-\tfrac12\Bigl\lVert"
        r"\sum_i\alpha_iy_ix_i\Bigr\rVert^2,\qquad0\le\alpha_i\le C",
        (
            "$C>0$; the groups may overlap",
            r"$w,b,\xi$ minimise the left side subject to $\xi_i\ge0$ and "
            r"$y_is_i\ge1-\xi_i$, with $s_i=w^\top x_i+b$; $\alpha_i$ are the best multipliers",
        ),
        (
            Step(
                r"Add the slack and a second multiplier $\beta_i\ge0$ for $-\xi_i\le0$.",
                r"L=\tfrac12\lVert w\rVert^2+\sum_iC\xi_i+\sum_i\alpha_i(1-\xi_i-y_is_i)"
                r"-\sum_i\beta_i\xi_i",
            ),
            Step(
                "Stationarity in a slack: its coefficient is 0.",
                r"C-\alpha_i-\beta_i=0\quad\Rightarrow\quad\alpha_i=C-\beta_i\le C",
            ),
            Step(
                "With it the slacks leave the Lagrangian, and the rest is that of KKT-29.",
                r"q(\alpha)=\sum_i\alpha_i-\tfrac12\lVert\sum_i\alpha_iy_ix_i\rVert^2,"
                r"\qquad0\le\alpha_i\le C,\ y^\top\alpha=0",
            ),
            Step(
                "Large slacks meet all limits whatever the plane, so the problem can always be "
                "met. A convex quadratic that is bounded below has a minimum within linear limits, "
                "and there is no gap, as in KKT-29.",
                r"\min_{w,b,\xi}=\max_\alpha q(\alpha)",
            ),
            Step(
                r"Slackness for $\beta$: a positive slack means $\beta_i=0$, so $\alpha_i=C$. The "
                "converse does not follow.",
                r"\xi_i>0\quad\Rightarrow\quad\alpha_i=C",
            ),
        ),
        "libsvm says which multipliers are 0, between, or at the price; their values follow from "
        "linear equations. Cost and dual value are then summed separately; by weak duality they "
        "can only agree at the optimum.",
        _soft,
        f"{CORTES}; {HASTIE}, section 12.2.1",
    ),
    Statement(
        "KKT-33",
        "svm",
        r"Of two opposite points the multiplier is $\min(C,2/D^2)$: it can be $C$ without slack.",
        r"\alpha=\min\Bigl(C,\frac{2}{D^2}\Bigr),\qquad\xi_++\xi_-=\max(0,\,2-CD^2),"
        r"\qquad D=\lVert x_+-x_-\rVert",
        ("One point in each group, $D>0$, $C>0$",),
        (
            Step(
                r"$y^\top\alpha=0$ makes both multipliers equal; the dual of KKT-32 is a parabola "
                "in one number.",
                r"q(\alpha)=2\alpha-\tfrac12\alpha^2D^2,\qquad0\le\alpha\le C",
            ),
            Step(
                "It rises up to its top and is cut at the price.",
                r"q'=2-\alpha D^2=0\ \Rightarrow\ \alpha=\tfrac2{D^2},\qquad"
                r"\alpha=\min\bigl(C,\tfrac2{D^2}\bigr)",
            ),
            Step(
                "The two limits, added, do not hold $b$.",
                r"w^\top(x_+-x_-)\ge2-\xi_+-\xi_-,\qquad w^\top(x_+-x_-)=\alpha D^2",
            ),
            Step(
                "That is a lower bound of the total slack; the offset $b$ that puts the middle of "
                "the street between the points reaches it.",
                r"\xi_++\xi_-=\max(0,2-\alpha D^2)=\max(0,2-CD^2)",
            ),
            Step(
                r"At $C=2/D^2$ the multiplier equals the price and the slack is 0.",
                r"C=\frac2{D^2}:\qquad\alpha=C,\quad\xi=0",
            ),
        ),
        "libsvm is fitted at four prices, one of them the limit case. It keeps its kernel in "
        "single precision, so the tolerance is that of differences.",
        _pair,
        f"{HASTIE}, section 12.2",
    ),
    Statement(
        "KKT-34",
        "svm",
        "From the largest hard multiplier on, the soft margin gives the weights of the hard one.",
        r"C\ge\max_i\alpha_i^{\text{hard}}\quad\Rightarrow\quad w_{\text{soft}}(C)"
        r"=w_{\text{hard}}=\sum_i\alpha_i^{\text{hard}}y_ix_i",
        (_HARD, r"$\alpha^{\text{hard}}$ are multipliers of the hard margin (KKT-27)"),
        (
            Step(
                "Take the hard margin with its multipliers and slack 0 in the soft problem.",
                r"\xi=0,\qquad\alpha_i\le C",
            ),
            Step(
                r"Choose $\beta_i=C-\alpha_i\ge0$. Stationarity, signs and slackness of KKT-32 all "
                "hold.",
                r"C-\alpha_i-\beta_i=0,\qquad\beta_i\xi_i=0",
            ),
            Step(
                "The four conditions are enough (KKT-11), and the best $w$ is unique as in KKT-30.",
                r"w_{\text{soft}}(C)=w_{\text{hard}}",
            ),
        ),
        "scikit-learn's SVC is fitted with a price of 1.05 to 20 times the largest multiplier; "
        "its kernel is kept in single precision, so the tolerance is that of differences.",
        _library,
        "Chang and Lin, LIBSVM, ACM TIST 2 (2011), section 2",
    ),
)  # fmt: skip
