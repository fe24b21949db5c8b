"""Which way is down: slopes, the steepest direction, and how far a tangent can be trusted."""

from __future__ import annotations

import numpy as np

from core.foundations.compare import equal
from core.foundations.gradient_descent import formulas, functions
from core.foundations.schema import Kind, Reading, Statement, Step

SECTION = "steepest-descent"


def _directional(rng: np.random.Generator) -> Reading:
    f, x = functions.smooth(rng, 5), rng.normal(size=5)
    directions = functions.unit(rng, 20, 5)
    gradient = f.gradient(x)
    claimed = [formulas.directional_slope(gradient, u) for u in directions]
    h = 1e-4
    measured = (f.value(x + h * directions) - f.value(x - h * directions)) / (2 * h)
    return equal(claimed, measured, "20 directions at a random point", kind=Kind.DIFFERENCE)


def _steepest(rng: np.random.Generator) -> Reading:
    f, x = functions.smooth(rng, 2), rng.normal(size=2)
    angles = np.linspace(0, 2 * np.pi, 65_536, endpoint=False)
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    slopes = functions.slope_along(f, x, directions)
    lowest = int(np.argmin(slopes))
    left, middle, right = slopes[[lowest - 1, lowest, (lowest + 1) % angles.size]]
    # The lowest point of the parabola through three neighbours, in units of their distance.
    between = (left - right) / (2 * (left - 2 * middle + right))
    angle = angles[lowest] + between * angles[1]
    gradient = f.gradient(x)
    claimed = np.append(formulas.steepest_direction(gradient), formulas.steepest_slope(gradient))
    measured = [np.cos(angle), np.sin(angle), slopes.min()]
    return equal(claimed, measured, "65,536 directions: the steepest, and its slope")


def _angle(rng: np.random.Generator) -> Reading:
    f, x = functions.smooth(rng, 4), rng.normal(size=4)
    gradient = f.gradient(x)
    norm = float(np.linalg.norm(gradient))
    along, other = gradient / norm, rng.normal(size=4)
    across = other - (other @ along) * along
    across /= np.linalg.norm(across)
    angles = rng.uniform(0.1, 3.0, size=9)
    directions = np.outer(np.cos(angles), along) + np.outer(np.sin(angles), across)
    measured = functions.slope_along(f, x, directions)
    return equal(formulas.slope_at_angle(norm, angles), measured, "9 angles to the gradient")


def _taylor(rng: np.random.Generator) -> Reading:
    distance = rng.uniform(0.5, 1.5)
    bounds, found = [], []
    for _ in range(10):
        f, x, d = functions.smooth(rng), rng.normal(size=4), distance * functions.unit(rng, 4)
        bounds.append(formulas.taylor_bound(f.smoothness, distance))
        found.append(abs(float(f.value(x + d) - f.value(x) - f.gradient(x) @ d)))
    bowl, x = functions.quadratic(rng), rng.normal(size=4)
    d = distance * bowl.axes[:, -1]
    bounds.append(formulas.taylor_bound(bowl.smoothness, distance))
    found.append(abs(float(bowl.value(x + d) - bowl.value(x) - bowl.gradient(x) @ d)))
    return functions.tightest(bounds, found, "the closest of 11 functions", upper=True)


STATEMENTS = (
    Statement(
        id="GD-1",
        section=SECTION,
        title=r"The slope in a direction $u$ is the scalar product of the gradient with $u$.",
        claim=r"D_u f(x)=\lim_{h\to 0}\frac{f(x+hu)-f(x)}{h}=\nabla f(x)^\top u",
        hypotheses=(
            r"$f$ is differentiable at $x$: it has a tangent plane there",
            r"$u$ has length one",
        ),
        steps=(
            Step(
                "Differentiable means: near $x$ the function is a linear part plus a remainder "
                "that is small against the length of the move.",
                r"f(x+d)=f(x)+\nabla f(x)^\top d+r(d),\qquad \frac{r(d)}{\lVert d\rVert}\to 0",
            ),
            Step(
                "Take the move $d=hu$. A linear part passes a factor through.",
                r"f(x+hu)-f(x)=h\,\nabla f(x)^\top u+r(hu)",
            ),
            Step(
                "Divide by $h$. As $u$ has length one, the length of $hu$ is $|h|$.",
                r"\frac{f(x+hu)-f(x)}{h}=\nabla f(x)^\top u+\frac{r(hu)}{h},\qquad "
                r"\left|\frac{r(hu)}{h}\right|=\frac{|r(hu)|}{\lVert hu\rVert}",
            ),
            Step(
                "Let $h$ go to 0: the last term vanishes by the first step.",
                r"D_u f(x)=\nabla f(x)^\top u",
            ),
        ),
        how="Central differences of the values of a random function, with no use of its gradient.",
        check=_directional,
        source="W. Rudin, Principles of Mathematical Analysis, 3rd ed., 1976, chapter 9",
    ),
    Statement(
        id="GD-2",
        section=SECTION,
        title="Among all directions of length one, that of minus the gradient descends the "
        "fastest.",
        claim=r"\min_{\lVert u\rVert=1} D_u f(x)=-\lVert\nabla f(x)\rVert,\qquad "
        r"u^\star=-\frac{\nabla f(x)}{\lVert\nabla f(x)\rVert}",
        hypotheses=(
            r"$f$ is differentiable at $x$ and $\nabla f(x)\neq 0$",
            "Length is measured by the Euclidean norm",
        ),
        steps=(
            Step(
                "By GD-1 the slope is a scalar product.", r"D_u f(x)=g^\top u,\quad g=\nabla f(x)"
            ),
            Step(
                "The squared length of any vector is at least 0; take the part of $u$ that is "
                "left when its share along $g$ is removed.",
                r"0\le\left\lVert u-\frac{g^\top u}{\lVert g\rVert^2}\,g\right\rVert^2",
            ),
            Step(
                "Multiply out; $u$ has length one.",
                r"0\le 1-2\,\frac{(g^\top u)^2}{\lVert g\rVert^2}"
                r"+\frac{(g^\top u)^2}{\lVert g\rVert^2}=1-\frac{(g^\top u)^2}{\lVert g\rVert^2}",
            ),
            Step(
                r"So the scalar product lies between $-\lVert g\rVert$ and $\lVert g\rVert$. This "
                "is the inequality of Cauchy and Schwarz.",
                r"-\lVert g\rVert\le g^\top u\le\lVert g\rVert",
            ),
            Step(
                r"The lower end is reached: put $u=-g/\lVert g\rVert$.",
                r"g^\top\left(-\frac{g}{\lVert g\rVert}\right)=-\lVert g\rVert",
            ),
            Step(
                "Equality needs the removed part to be 0, so $u$ is a multiple of $g$; of the "
                "two of length one only that along $-g$ descends.",
                r"u^\star=-\frac{g}{\lVert g\rVert}",
            ),
        ),
        how="In the plane, the slopes along 65,536 directions, each from values of the function (a "
        "step in the imaginary plane). A parabola through the three smallest places the steepest "
        "direction.",
        check=_steepest,
        source="J. Nocedal and S. Wright, Numerical Optimization, 2nd ed., 2006, section 2.2",
    ),
    Statement(
        id="GD-3",
        section=SECTION,
        title=r"A direction at the angle $\varphi$ to the gradient has the slope "
        r"$\lVert\nabla f\rVert\cos\varphi$: below 0 exactly beyond a right angle.",
        claim=r"D_u f(x)=\lVert\nabla f(x)\rVert\cos\varphi",
        hypotheses=(
            r"$f$ is differentiable at $x$ and $\nabla f(x)\neq0$ (else there is no angle)",
            r"$u$ has length one",
        ),
        steps=(
            Step("By GD-1 the slope is a scalar product.", r"D_u f(x)=g^\top u"),
            Step(
                "By the meaning of the angle, the share of $u$ along the gradient is its cosine. "
                "As $u$ has length one, the rest is the sine times a vector $w$ of length one at "
                "a right angle to the gradient.",
                r"u=\cos\varphi\,\frac{g}{\lVert g\rVert}+\sin\varphi\,w,\qquad g^\top w=0",
            ),
            Step(
                "Insert; only the first part counts.",
                r"g^\top u=\cos\varphi\,\frac{g^\top g}{\lVert g\rVert}"
                r"=\lVert g\rVert\cos\varphi",
            ),
            Step(
                "An angle lies between 0 and 180 degrees, and there the cosine is negative exactly "
                "beyond a right angle. At a right angle the slope is 0: the gradient stands at a "
                "right angle on the contour line.",
                r"D_u f(x)<0\iff \tfrac{\pi}{2}<\varphi\le\pi",
            ),
        ),
        how="The gradient is turned by nine angles; the slopes come from values of the function.",
        check=_angle,
        source="J. Nocedal and S. Wright, Numerical Optimization, 2nd ed., 2006, section 2.2",
    ),
    Statement(
        id="GD-4",
        section=SECTION,
        title=r"If the gradient changes by at most $L$ per unit of length, the function leaves its "
        r"tangent by at most $\frac{L}{2}$ times the squared length of the move; no less will do.",
        claim=r"\left|f(x+d)-f(x)-\nabla f(x)^\top d\right|\le\frac{L}{2}\lVert d\rVert^2",
        hypotheses=(
            r"The gradient is Lipschitz on the whole segment from $x$ to $x+d$: "
            r"$\lVert\nabla f(u)-\nabla f(w)\rVert\le L\lVert u-w\rVert$ for all its points "
            r"$u$ and $w$",
        ),
        steps=(
            Step(
                "Walk along the segment and add up the slopes (fundamental theorem of calculus; a "
                "Lipschitz gradient is continuous).",
                r"f(x+d)-f(x)=\int_0^1\nabla f(x+sd)^\top d\,\mathrm{d}s",
            ),
            Step(
                "Subtract the linear part, which is the same integral with the first gradient.",
                r"f(x+d)-f(x)-\nabla f(x)^\top d"
                r"=\int_0^1\left(\nabla f(x+sd)-\nabla f(x)\right)^\top d\,\mathrm{d}s",
            ),
            Step(
                "The size of an integral is at most the integral of the size. Bound the scalar "
                "product by the product of the lengths (Cauchy and Schwarz, step 4 of GD-2).",
                r"\left|\dots\right|\le\int_0^1"
                r"\lVert\nabla f(x+sd)-\nabla f(x)\rVert\,\lVert d\rVert\,\mathrm{d}s",
            ),
            Step(
                r"Use the hypothesis for the points $x+sd$ and $x$, which are $s\lVert d\rVert$ "
                "apart.",
                r"\left|\dots\right|\le\int_0^1 L\,s\,\lVert d\rVert^2\,\mathrm{d}s",
            ),
            Step("Integrate $s$ from 0 to 1.", r"\left|\dots\right|\le\frac{L}{2}\lVert d\rVert^2"),
            Step(
                "The bound is sharp: for a quadratic and $d$ along the axis of the largest "
                "curvature $L$, the remainder is exactly this.",
                r"\tfrac12 d^\top A d=\tfrac{L}{2}\lVert d\rVert^2\quad\text{for } Ad=Ld",
            ),
        ),
        how="The remainder at ten random functions and at a quadratic along its steepest axis; the "
        "one closest to its bound is shown, and meets it.",
        check=_taylor,
        source="Y. Nesterov, Lectures on Convex Optimization, 2nd ed., 2018, Lemma 1.2.3",
    ),
)
