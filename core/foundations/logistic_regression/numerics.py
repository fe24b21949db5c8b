"""Arithmetic that neither overflows nor loses the digits that matter."""

from __future__ import annotations

import itertools
from decimal import Decimal, localcontext

import numpy as np
from scipy.special import expit

from core.foundations.compare import equal
from core.foundations.logistic_regression import formulas
from core.foundations.logistic_regression.support import (
    DIGITS,
    Floats,
    loss_of,
    precise_loss,
    precise_softplus,
    worst,
)
from core.foundations.measuring import complex_gradient
from core.foundations.schema import Reading, Section, Statement, Step

SECTION = Section(
    "numerics",
    "Arithmetic",
    "A formula that is right on paper can be useless in doubles: exp(800) is infinite, and"
    " 1 + exp(-40) is 1. The remedy is never to form the large number and never to throw away the"
    " small one. A loss computed from log-odds can do both; a loss computed from a rounded"
    " probability cannot.",
)

FAR = (-700.0, -40.0, 40.0, 800.0)
TOPS = (5.0, 1_000.0, 1e6)
GAPS = (1_000.0, 1e6)
"""How far the lowest of a few scores lies below the largest."""


def _shift(rng: np.random.Generator) -> Reading:
    sets = {f"5 scores near {at:g}": at + rng.normal(0, 2, 5) for at in (-800.0, 3.0, 800.0)}
    for top, gap in itertools.product(TOPS, GAPS):
        near = top - rng.uniform(0.3, 1, 2)
        sets[f"scores from {top - gap:g} to {top:g}"] = np.array([top - gap, near[0], top, near[1]])
    return worst(
        *(equal(formulas.log_sum_exp(z), _precise_sum(z), note) for note, z in sets.items())
    )


def _precise_sum(z: Floats) -> float:
    """Return the log of the sum of exp(z) with sixty digits, no constant being taken out."""
    with localcontext() as context:
        context.prec = DIGITS
        return float(sum((Decimal(float(one)).exp() for one in z), Decimal(0)).ln())


def softplus_reading(stable: Floats, z: Floats) -> Reading:
    """Compare values of log(1 + exp(z)) with sixty digits, each relative to its own size."""
    pairs = zip(stable, z, strict=True)
    return worst(
        *(equal(one, float(precise_softplus(place)), f"at z = {place:.4g}") for one, place in pairs)
    )


def _softplus(rng: np.random.Generator) -> Reading:
    z = np.append(np.array(FAR), rng.uniform(-30, 30, 6))
    return softplus_reading(formulas.softplus(z), z)


def _loss(rng: np.random.Generator) -> Reading:
    z = np.array([-800.0, -40.0, 40.0, 800.0, *rng.uniform(-30, 30, 6)])
    readings = []
    for y in (0.0, 1.0, float(rng.uniform(0.2, 0.8))):
        values = formulas.stable_loss(z, np.full(len(z), y))
        readings += [
            equal(one, float(precise_loss(place, y)), f"at y = {y:.3g}, z = {place:.4g}")
            for one, place in zip(values, z, strict=True)
        ]
    return worst(*readings)


def _sensitivity(rng: np.random.Generator) -> Reading:
    z = rng.uniform(-3, 8, 10)
    p, h = expit(z), 1e-30
    measured = -np.log(1 - p * (1 + 1j * h)).imag / h
    direct = complex_gradient(loss_of(np.eye(10), np.zeros(10)), z)
    readings = [
        equal(claimed, found, f"a forecast of {forecast:.3g}, no event")
        for claimed, found, forecast in zip(formulas.loss_sensitivity(z), measured, p, strict=True)
    ]
    return worst(*readings, equal(formulas.sigmoid(z), direct, "10 slopes in the log-odds"))


STATEMENTS = (
    Statement(
        id="LR-16",
        section="numerics",
        title="A constant may be taken out of a log-sum-exp; the largest score is the right one.",
        claim=r"\begin{gathered}"
        r"\log\sum_j e^{z_j}=m+\log\sum_j e^{z_j-m},\\"
        r"m=\max_j z_j"
        r"\end{gathered}",
        hypotheses=("The scores are finite.",),
        steps=(
            Step(
                "Multiply every term by $e^{-m}e^{m}=1$ and take $e^{m}$ out of the sum.",
                r"\sum_j e^{z_j}=e^{m}\sum_j e^{z_j-m}",
            ),
            Step(
                "The logarithm of a product.",
                r"\log\sum_j e^{z_j}=m+\log\sum_j e^{z_j-m}",
            ),
            Step(
                "With $m$ the largest score every exponent is at most 0 and one of them is 0:"
                " nothing overflows, and the logarithm never sees 0.",
                r"1\le\sum_j e^{z_j-m}\le n",
            ),
        ),
        how="Decimal arithmetic with sixty digits, at scores near -800, 3 and 800, and at scores of"
        " which the lowest lies a thousand or a million below the largest: a constant far from the"
        " largest one overflows there, or loses every term.",
        check=_shift,
        source="Blanchard, Higham and Higham, Accurately computing the log-sum-exp and softmax"
        " functions, IMA Journal of Numerical Analysis 41 (2021).",
    ),
    Statement(
        id="LR-17",
        section="numerics",
        title="The logarithm of $1+e^{z}$ can be had to full precision wherever a double can hold"
        " it.",
        claim=r"\log(1+e^{z})=\max(z,0)+\operatorname{log1p}\bigl(e^{-|z|}\bigr)",
        hypotheses=(
            "The exponential is only taken of $-|z|\\le0$.",
            "log1p is accurate near 0.",
            "$z\\ge-708$: below that $e^{z}$, and with it the value, is too small for a double of"
            " full precision.",
        ),
        steps=(
            Step(
                "LR-16 for the two scores 0 and $z$, whose largest is $\\max(z,0)$.",
                r"\log(e^{0}+e^{z})=\max(z,0)+\log\bigl(e^{-\max(z,0)}+e^{z-\max(z,0)}\bigr)",
            ),
            Step(
                "For $z\\ge0$ the bracket is $e^{-z}+1$; for $z<0$ it is $1+e^{z}$. Both are the"
                " same expression.",
                r"e^{-\max(z,0)}+e^{z-\max(z,0)}=1+e^{-|z|}",
            ),
            Step(
                "Adding a small number to 1 throws its digits away; log1p takes the small number"
                " itself. Both terms of the sum are at least 0, so nothing cancels.",
                r"\log(1+u)=\operatorname{log1p}(u),\qquad u=e^{-|z|}\in(0,1]",
            ),
        ),
        how="Decimal arithmetic with more than sixty digits, at -700, -40, 40, 800 and six places"
        " between; each value is compared relative to its own size.",
        check=_softplus,
        source="Mächler, Accurately computing log(1 - exp(-|a|)), vignette of the R package Rmpfr"
        " (2012).",
    ),
    Statement(
        id="LR-18",
        section="numerics",
        title="Cross-entropy is safe when it is computed from the log-odds.",
        claim=r"\begin{aligned}&-y\log\sigma(z)-(1-y)\log(1-\sigma(z))\\"
        r"&=\max(z,0)-yz+\operatorname{log1p}\bigl(e^{-|z|}\bigr)\end{aligned}",
        hypotheses=("The log-odds $z$ are known, not only a rounded probability; $0\\le y\\le1$.",),
        steps=(
            Step(
                "By LR-1, with the denominator $1+e^{z}$.",
                r"\log\sigma(z)=z-\log(1+e^{z}),\qquad\log(1-\sigma(z))=-\log(1+e^{z})",
            ),
            Step(
                "Insert; the terms with $y\\log(1+e^{z})$ cancel.",
                r"-y\,z+y\log(1+e^{z})+(1-y)\log(1+e^{z})=\log(1+e^{z})-y\,z",
            ),
            Step(
                "Write the logarithm as in LR-17.",
                r"\max(z,0)-yz+\operatorname{log1p}\bigl(e^{-|z|}\bigr)",
            ),
        ),
        how="The definition, from the probability itself, in decimal arithmetic with hundreds of"
        " digits where these are needed.",
        check=_loss,
        source="Blanchard, Higham and Higham, Accurately computing the log-sum-exp and softmax"
        " functions, IMA Journal of Numerical Analysis 41 (2021).",
    ),
    Statement(
        id="LR-19",
        section="numerics",
        title="Going through the probability multiplies rounding errors by the odds.",
        claim=r"\begin{gathered}"
        r"\frac{\partial}{\partial\log p}\bigl[-\log(1-p)\bigr]=\frac{p}{1-p}=e^{z},\\"
        r"\frac{\partial}{\partial z}\bigl[-\log(1-\sigma(z))\bigr]=p\le1"
        r"\end{gathered}",
        hypotheses=("The event does not come ($y=0$), and $p=\\sigma(z)$ carries a relative"
        " rounding error.",),
        steps=(
            Step(
                "A relative change of $p$ by $\\delta$ changes $p$ by $p\\,\\delta$.",
                r"\frac{\partial}{\partial\log p}=p\,\frac{\partial}{\partial p}",
            ),
            Step(
                "Differentiate the loss.",
                r"p\,\frac{\partial}{\partial p}\bigl[-\log(1-p)\bigr]=\frac{p}{1-p}",
            ),
            Step("These are the odds, by LR-1.", r"\frac{p}{1-p}=e^{z}"),
            Step(
                "From the log-odds the same loss moves by at most as much as they do (LR-10 with"
                " $y=0$). At $z=38$ the rounded $p$ is 1 and the first way gives infinity; the"
                " second has all digits.",
                r"\frac{\partial}{\partial z}\bigl[-\log(1-\sigma(z))\bigr]=p-0=p\le1",
            ),
        ),
        how="Complex steps: on -log(1 - p) with p moved relative to its own size, and on the loss"
        " as a function of the log-odds.",
        check=_sensitivity,
        source="Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed. (2002),"
        " section 1.6.",
    ),
)  # fmt: skip
