"""Parallel gradients, what a multiplier measures, several constraints, the second order."""

from __future__ import annotations

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import minimize_scalar

from core.foundations.compare import equal
from core.foundations.lagrange_kkt import formulas, numeric
from core.foundations.lagrange_kkt.formulas import Floats
from core.foundations.lagrange_kkt.instances import Landscape, growth, tangent_instance
from core.foundations.schema import Kind, Reading, Section, Statement, Step

BERTSEKAS = "Bertsekas, Nonlinear Programming (3rd ed., 2016)"
NOCEDAL = "Nocedal and Wright, Numerical Optimization (2nd ed., 2006)"

SECTION = Section(
    "geometry",
    "Geometry of a constraint",
    "Walk along a path and watch the contour lines of a hill. While the path crosses contour "
    "lines, you climb or descend. At the highest point of the path it only touches a contour line: "
    "there path and contour have the same tangent, so the two gradients, each at right angles to "
    "its own curve, lie on one line. The factor between them is the multiplier. It also answers a "
    "practical question: by how much would the best value change if the limit moved by one unit? "
    "That is the price of a limit, which the planning pages of this suite show.",
)


def _parallel(rng: np.random.Generator) -> Reading:
    land = Landscape(rng)
    points = [np.real(land.curve(t)) for t in land.places()]
    df = [numeric.slope(land.f, p) for p in points]
    along = [
        formulas.parallel_part(d, numeric.slope(land.g, p)) for d, p in zip(df, points, strict=True)
    ]
    return equal(along, df, "gradient of f at the turning points of f along the curve")


def _ellipse(rng: np.random.Generator) -> Reading:
    m, c = numeric.positive_definite(rng, 2), rng.uniform(0.5, 4.0)

    def distance(t: float) -> float:
        u = np.array([np.cos(t), np.sin(t)])
        return float(np.sqrt(c / (u @ m @ u)))

    grid = np.linspace(0, np.pi, 361)

    def least(sign: int) -> float:
        t = min(grid, key=lambda t: sign * distance(t))
        near = minimize_scalar(
            lambda t: sign * distance(t),
            bounds=(t - 0.02, t + 0.02),
            method="bounded",
            options={"xatol": 1e-9},
        )
        return sign * float(near.fun)

    found = [least(-1), least(1)]
    return equal(formulas.ellipse_distances(m, c), found, "farthest and nearest distance")


def _price(rng: np.random.Generator) -> Reading:
    land = Landscape(rng)
    t = min(land.places(), key=lambda t: float(np.real(land.f(land.curve(t)))))
    point = np.real(land.curve(t))
    price = formulas.multiplier(numeric.slope(land.f, point), numeric.slope(land.g, point))
    measured = numeric.central(land.least, land.c, 1e-4)
    return equal(
        price, measured, "slope of the best value, solved again at c ± 0.0001", kind=Kind.DIFFERENCE
    )


def _several(rng: np.random.Generator) -> Reading:
    q, jacobian = numeric.positive_definite(rng, 5), rng.normal(size=(2, 5))
    a, right = rng.uniform(0.3, 0.8, 5), rng.normal(size=2)
    start = np.linalg.lstsq(jacobian, right, rcond=None)[0]
    basis, z = null_space(jacobian), np.zeros(3)

    def gradient(x: Floats) -> Floats:
        return np.asarray(q @ x + a * np.sinh(a * x) + a)

    for _ in range(25):
        x = start + basis @ z
        bend = q + np.diag(a**2 * np.cosh(a * x))
        z = z - np.linalg.solve(basis.T @ bend @ basis, basis.T @ gradient(x))
    df = gradient(start + basis @ z)
    return equal(formulas.span_part(df, jacobian), df, "gradient of f at the minimum found")


def _second(rng: np.random.Generator) -> Reading:
    land = Landscape(rng)
    claimed, measured = [], []
    for t in land.places():
        point = np.real(land.curve(t))
        velocity = np.real(land.curve(t + np.pi / 2))
        bend = land.bend - np.diag([land.k * np.sin(point[0]), 0.0])
        price = formulas.multiplier(numeric.slope(land.f, point), numeric.slope(land.g, point))
        claimed.append(formulas.second_along(bend, land.m, price, velocity))
        measured.append(
            numeric.central(
                lambda s: numeric.rate(lambda z: land.f(land.curve(z)), s), float(t), 1e-4
            )
        )
    return equal(claimed, measured, "second derivative along the curve", kind=Kind.DIFFERENCE)


def _growth(rng: np.random.Generator) -> Reading:
    instance = tangent_instance(rng, rng.uniform(0.4, 1.2))
    return equal(
        formulas.least_growth(*instance), growth(*instance), "least growth on a circle, all around"
    )


def _bordered(rng: np.random.Generator) -> Reading:
    dg = rng.normal(size=4)
    hessian = rng.normal(size=(4, 4))
    hessian += hessian.T + 3 * np.eye(4)
    bordered = np.block([[np.zeros((1, 1)), dg[None, :]], [dg[:, None], hessian]])
    measured = float(np.linalg.det(bordered))
    claimed = formulas.bordered_determinant(dg, hessian, null_space(dg[None, :]))
    return equal(claimed, measured, "determinant of the bordered matrix")


STATEMENTS = (
    Statement(
        "KKT-1",
        "geometry",
        "At an extremum under one equation the gradients of $f$ and $g$ lie on one line.",
        r"f(x^\star)\ \text{extreme on}\ g(x)=c\quad\Longrightarrow\quad"
        r"\nabla f(x^\star)=\lambda\,\nabla g(x^\star)",
        (
            r"$f$ and $g$ have continuous derivatives",
            r"$\nabla g(x^\star)\neq 0$ (the constraint is regular there)",
            r"$x^\star$ is a local maximum or minimum of $f$ among the points with $g(x)=c$",
        ),
        (
            Step(
                r"Because $\nabla g(x^\star)\neq0$, the implicit function theorem draws the "
                r"solutions of $g=c$ near $x^\star$ as a smooth surface: every $v$ at right angles "
                r"to $\nabla g(x^\star)$ is the velocity of a curve $x(t)$ in it.",
                r"g(x(t))=c,\qquad x(0)=x^\star,\qquad x'(0)=v",
            ),
            Step(
                "Along such a curve $f$ is a function of one number with an extremum at $t=0$, so "
                "its derivative is 0; the chain rule writes it out.",
                r"\frac{d}{dt}f(x(t))\Big|_{0}=\nabla f(x^\star)^\top v=0",
            ),
            Step(
                r"This holds for every $v$ at right angles to $\nabla g(x^\star)$. Split the "
                r"gradient of $f$ into a part along $\nabla g$ and a rest $r$ at right angles "
                "to it.",
                r"\nabla f=\frac{\nabla f^\top\nabla g}{\lVert\nabla g\rVert^2}\,\nabla g+r,"
                r"\qquad r^\top\nabla g=0",
            ),
            Step(
                "The rest is itself such a $v$, so the derivative along it is 0. That derivative "
                "is the squared length of the rest.",
                r"0=\nabla f^\top r=\lVert r\rVert^2\quad\Rightarrow\quad r=0",
            ),
            Step(
                "Only the part along the gradient of the constraint is left.",
                r"\nabla f(x^\star)=\lambda\nabla g(x^\star),\qquad"
                r"\lambda=\frac{\nabla f^\top\nabla g}{\lVert\nabla g\rVert^2}",
            ),
        ),
        "The extrema are found by walking around a random ellipse and solving for a derivative of "
        "0 along it; only then are the gradients taken there, by complex steps.",
        _parallel,
        f"{BERTSEKAS}, section 4.1",
    ),
    Statement(
        "KKT-2",
        "geometry",
        "The farthest and nearest points of an ellipse lie on its axes, at the root of level "
        "over eigenvalue.",
        r"p^\top M p=c:\qquad \lVert p\rVert_{\max}=\sqrt{c/\mu_{\min}},\quad"
        r"\lVert p\rVert_{\min}=\sqrt{c/\mu_{\max}}",
        ("$M$ is symmetric and positive definite, with two rows", "$c>0$"),
        (
            Step(
                "Take the squared distance, which is smooth, and apply KKT-1. Both gradients are "
                r"linear; $\nabla g=2Mp\neq0$, as $c>0$ rules out $p=0$.",
                r"f=p^\top p,\quad g=p^\top Mp:\qquad 2p=\lambda\,2Mp",
            ),
            Step(
                r"The left side is not 0, so $\lambda\neq0$; divide by it. So $p$ is an "
                r"eigenvector of $M$, with the eigenvalue $\mu=1/\lambda$.",
                r"Mp=\mu p,\qquad \lambda=1/\mu",
            ),
            Step(
                "Multiply from the left by $p$ and use the constraint: this gives the squared "
                "distance.",
                r"p^\top p=\lambda\,p^\top Mp=\frac{c}{\mu}",
            ),
            Step(
                "The ellipse is closed and bounded, so a largest and a smallest value exist. They "
                "can only be these two, and both are reached: scale an eigenvector until it meets "
                "the constraint. The distance is the root of the squared distance.",
                r"\lVert p\rVert_{\max}=\sqrt{c/\mu_{\min}},\qquad"
                r"\lVert p\rVert_{\min}=\sqrt{c/\mu_{\max}}",
            ),
            Step(
                "For two rows the eigenvalues follow from trace and determinant.",
                r"\mu=\frac{m_{11}+m_{22}}2\pm\sqrt{\Bigl(\frac{m_{11}-m_{22}}2\Bigr)^2+m_{12}^2}",
            ),
        ),
        "Directions are swept in small angles and the distance along the best one is refined by a "
        "line search.",
        _ellipse,
        "Strang, Linear Algebra and Its Applications (4th ed., 2006), section 6.4",
    ),
    Statement(
        "KKT-3",
        "geometry",
        "The multiplier is the price of the constraint: the slope of the best value in its level.",
        r"f^\star(c)=\min\{f(x):g(x)=c\}\quad\Longrightarrow\quad\lambda=\frac{df^\star}{dc}",
        (
            "The hypotheses of KKT-1",
            r"There is one minimiser $x^\star(c)$, and it moves smoothly with $c$ (it does if "
            "the Lagrangian of KKT-5 has positive curvature in every allowed direction)",
        ),
        (
            Step(
                "The best value is $f$ at the best point. Differentiate by the chain rule.",
                r"\frac{df^\star}{dc}=\nabla f(x^\star)^\top\frac{dx^\star}{dc}",
            ),
            Step(
                "Insert KKT-1.",
                r"\frac{df^\star}{dc}=\lambda\,\nabla g(x^\star)^\top\frac{dx^\star}{dc}",
            ),
            Step(
                "The constraint holds for every $c$; differentiate it too.",
                r"g(x^\star(c))=c\quad\Rightarrow\quad\nabla g(x^\star)^\top\frac{dx^\star}{dc}=1",
            ),
            Step("The last factor is therefore 1.", r"\frac{df^\star}{dc}=\lambda"),
        ),
        "The level is moved up and down by 0.0001 and the problem is solved again each time.",
        _price,
        f"{BERTSEKAS}, section 4.2 (sensitivity)",
    ),
    Statement(
        "KKT-4",
        "geometry",
        "With several equations the gradient of $f$ lies in the span of their gradients.",
        r"g_k(x)=c_k\ (k=1,\dots,m):\qquad"
        r"\nabla f(x^\star)=\sum_k\lambda_k\nabla g_k(x^\star)=J^\top\lambda,\quad"
        r"\lambda=(JJ^\top)^{-1}J\,\nabla f",
        (
            r"The gradients $\nabla g_k(x^\star)$ are linearly independent (LICQ)",
            "$f$ and all $g_k$ have continuous derivatives",
            r"$x^\star$ is a local extremum under the equations",
        ),
        (
            Step(
                "By the implicit function theorem, which needs independent gradients, every $v$ "
                "with $Jv=0$ is the velocity of a curve that keeps all equations.",
                r"Jv=0,\qquad J=\begin{pmatrix}\nabla g_1^\top\\\vdots\\\nabla g_m^\top"
                r"\end{pmatrix}",
            ),
            Step(
                "As in KKT-1 the derivative of $f$ along it is 0.",
                r"\nabla f(x^\star)^\top v=0\quad\text{for all }v\in\ker J",
            ),
            Step(
                "So the gradient is at right angles to the kernel of $J$. What is at right angles "
                "to the kernel is the row space.",
                r"\nabla f\in(\ker J)^\perp=\operatorname{im}J^\top\quad\Rightarrow\quad"
                r"\nabla f=J^\top\lambda",
            ),
            Step(
                r"Multiply by $J$. $JJ^\top$ can be inverted because the rows are independent, so "
                "the multipliers are unique.",
                r"J\nabla f=JJ^\top\lambda\quad\Rightarrow\quad\lambda=(JJ^\top)^{-1}J\nabla f",
            ),
        ),
        "A convex function of five numbers is minimised by Newton steps inside the solutions of "
        "two equations, which knows nothing of multipliers.",
        _several,
        f"{NOCEDAL}, section 12.3",
    ),
    Statement(
        "KKT-5",
        "geometry",
        "Along the constraint, $f$ bends as the Lagrangian does, not as $f$ itself.",
        r"\frac{d^2}{dt^2}f(x(t))\Big|_0=v^\top\bigl(\nabla^2f-\lambda\nabla^2g\bigr)v,"
        r"\qquad v=x'(0)",
        (
            "$f$ and $g$ have continuous second derivatives",
            r"$\nabla f(x^\star)=\lambda\nabla g(x^\star)$",
            r"$x(t)$ is a curve with two continuous derivatives, $x(0)=x^\star$ and $g(x(t))=c$",
        ),
        (
            Step(
                "Differentiate $f$ along the curve twice, by the chain and the product rule.",
                r"(f\circ x)''=v^\top\nabla^2f\,v+\nabla f^\top x''",
            ),
            Step(
                "The same for $g$, which is constant along the curve.",
                r"0=(g\circ x)''=v^\top\nabla^2g\,v+\nabla g^\top x''",
            ),
            Step(
                r"Subtract $\lambda$ times the second line from the first. The terms with the "
                r"acceleration $x''$ cancel, since $\nabla f=\lambda\nabla g$.",
                r"(f\circ x)''=v^\top(\nabla^2f-\lambda\nabla^2g)v+"
                r"\underbrace{(\nabla f-\lambda\nabla g)^\top}_{0}x''",
            ),
            Step(
                "What is left does not depend on how the curve is walked, only on its velocity.",
                r"(f\circ x)''(0)=v^\top\nabla^2_{xx}L\,v,\qquad L=f-\lambda(g-c)",
            ),
        ),
        "The derivative of the height along a random ellipse is differenced once more in the "
        "angle, at each of its turning points.",
        _second,
        f"{NOCEDAL}, section 12.5",
    ),
    Statement(
        "KKT-6",
        "geometry",
        "Positive curvature in every allowed direction makes a critical point a strict minimum.",
        r"\min_{\lVert d\rVert=s,\;Ad=0}\; f(x^\star+d)-f(x^\star)=\tfrac12\,"
        r"\mu_{\min}(Z^\top HZ)\,s^2>0",
        (
            r"$f$ is quadratic with Hessian $H$, and the constraint $Ax=b$ is linear (for a curved "
            "one take the Hessian of the Lagrangian of KKT-5; this is then the leading term)",
            r"$\nabla f(x^\star)=A^\top\lambda$",
            r"$Z$ is an orthonormal basis of the $d$ with $Ad=0$, and $Z^\top HZ$ is positive "
            "definite; $H$ itself need not be",
        ),
        (
            Step(
                "Expand to second order; for a quadratic this is exact.",
                r"f(x^\star+d)-f(x^\star)=\nabla f(x^\star)^\top d+\tfrac12d^\top Hd",
            ),
            Step(
                "In an allowed direction the first term is 0 by stationarity.",
                r"\nabla f(x^\star)^\top d=\lambda^\top Ad=0",
            ),
            Step(
                "Write the direction in the basis, which keeps lengths.",
                r"d=Zz,\quad\lVert z\rVert=s:\qquad f(x^\star+d)-f(x^\star)"
                r"=\tfrac12z^\top(Z^\top HZ)z",
            ),
            Step(
                "A quadratic form on a circle is smallest along the eigenvector of the smallest "
                "eigenvalue (Rayleigh).",
                r"\min_{\lVert z\rVert=s}\tfrac12z^\top(Z^\top HZ)z=\tfrac12\mu_{\min}s^2",
            ),
            Step(
                "It is positive by the hypothesis, for a circle of any size. So every other "
                "allowed point is higher.",
                r"f(x^\star+d)>f(x^\star)\qquad(Ad=0,\;d\neq0)",
            ),
        ),
        "A quadratic with one negative eigenvalue is evaluated at a critical point and on a circle "
        "around it in the tangent plane; the smallest difference all around is kept.",
        _growth,
        f"{NOCEDAL}, theorem 12.6",
    ),
    Statement(
        "KKT-7",
        "geometry",
        "The bordered determinant has the opposite sign of the determinant of the curvature in the "
        "tangent space.",
        r"\det\begin{pmatrix}0&a^\top\\a&H\end{pmatrix}"
        r"=-\lVert a\rVert^2\,\det(Z^\top HZ),\qquad a=\nabla g(x^\star)",
        (
            "There is one constraint, $a\\neq0$, and $H$ is symmetric",
            r"$Z$ is an orthonormal basis of the directions at right angles to $a$",
        ),
        (
            Step(
                r"Turn the axes: $U=[a/\lVert a\rVert,\;Z]$ is orthogonal, so bordering it by a 1 "
                "changes no determinant.",
                r"\begin{pmatrix}1&0\\0&U\end{pmatrix}^{\!\top}"
                r"\begin{pmatrix}0&a^\top\\a&H\end{pmatrix}"
                r"\begin{pmatrix}1&0\\0&U\end{pmatrix}"
                r"=\begin{pmatrix}0&\lVert a\rVert&0\\\lVert a\rVert&h_{11}&h^\top\\0&h&Z^\top HZ"
                r"\end{pmatrix}",
            ),
            Step(
                "Expand along the first row: only its second entry is not 0; its sign is minus.",
                r"\det=-\lVert a\rVert\det\begin{pmatrix}\lVert a\rVert&h^\top\\0&Z^\top HZ"
                r"\end{pmatrix}",
            ),
            Step(
                "The rest is block triangular: the determinant is the product of the blocks.",
                r"\det=-\lVert a\rVert^2\det(Z^\top HZ)",
            ),
            Step(
                r"With two variables $Z^\top HZ$ is one number. If $H$ is the Hessian of the "
                "Lagrangian at a critical point, it is the curvature of KKT-5: a negative bordered "
                "determinant means a local minimum, a positive one a local maximum.",
                r"n=2:\quad\det<0\iff v^\top Hv>0",
            ),
        ),
        "The bordered matrix of four variables is written out and its determinant computed by "
        "elimination.",
        _bordered,
        "Chiang and Wainwright, Fundamental Methods of Mathematical Economics (4th ed., 2005), "
        "section 12.3",
    ),
)
