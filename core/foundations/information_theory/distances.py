"""What divergence says about distances: Pinsker's inequality and the Jensen–Shannon metric."""

from __future__ import annotations

import itertools
import math

import numpy as np

from core.foundations.compare import equal
from core.foundations.information_theory import formulas as f
from core.foundations.information_theory import instances as draw
from core.foundations.schema import Kind, Reading, Statement, Step


def _widest_event(p: draw.Floats, q: draw.Floats) -> float:
    """Return the largest difference of the probabilities of any event, by trying all."""
    events = np.array(list(itertools.product([0, 1], repeat=len(p))))
    return float(np.abs(events @ (p - q)).max())


def _pinsker(rng: np.random.Generator) -> Reading:
    """Compare in units of the squared distance: 2 at best, and 2 is reached."""
    gap = rng.uniform(1e-4, 4e-4)
    near = np.array([[0.5 + gap / 2, 0.5 - gap / 2], [0.5 - gap / 2, 0.5 + gap / 2]])
    pairs = [near, *(draw.rows(rng, 2, 4) for _ in range(20))]
    claimed, measured = [], []
    for p, q in pairs:
        distance, found = _widest_event(p, q), draw.relative(p, q)
        floor = f.pinsker_floor(distance)
        claimed += [(max(floor, found) if len(p) > 2 else floor) / distance**2]
        claimed += [f.total_variation(p, q) / distance]
        measured += [found / distance**2, 1.0]
    return equal(
        claimed,
        measured,
        "divergence over squared distance: near-even coins, and 20 pairs held to the floor; "
        "the formula for the distance over the widest event",
        kind=Kind.DIFFERENCE,
    )


def _embedded(p: draw.Floats, q: draw.Floats) -> float:
    """Return a quarter of the squared distance of the two functions, with t = exp(s)."""
    s = np.linspace(-40, 30, 1_401)
    t = np.exp(s)[:, None]
    apart = np.expm1(-t * p) - np.expm1(-t * q)
    return float(np.trapezoid((apart**2 / t).sum(axis=1), s) / 4)


def _jensen_shannon(rng: np.random.Generator) -> Reading:
    claimed, measured = [], []
    for _ in range(4):
        p, q = draw.rows(rng, 2, 4)
        claimed.append(f.jensen_shannon(p, q))
        measured.append(_embedded(p, q))
    return equal(claimed, measured, "four pairs, by the distance of their functions of t")


def _triangle(rng: np.random.Generator) -> Reading:
    """Compare both claims at once: apart by log 2, and no detour is shorter.

    Every second detour goes over the middle, where it is hardly longer.
    """
    whole = draw.shares(rng, 3)
    left, right = np.array([*whole, 0, 0, 0]), np.array([0, 0, 0, *whole])
    claimed, measured = [math.log(2)], [_embedded(left, right)]
    for case in range(10):
        p, q, r = draw.rows(rng, 3, 3)
        q = (p + r) / 2 if case % 2 else q
        short = math.sqrt(f.jensen_shannon(p, r))
        detour = math.sqrt(f.jensen_shannon(p, q)) + math.sqrt(f.jensen_shannon(q, r))
        claimed.append(min(short, detour))
        measured.append(math.sqrt(_embedded(p, r)))
    return equal(claimed, measured, "largest value, and ten triangles held to the detour")


STATEMENTS = (
    Statement(
        id="IT-15",
        section="divergence",
        title="A small divergence forces a small difference in every probability, and the "
        "constant 2 is the best.",
        claim=r"D(p\|q)\ge2\,\mathrm{TV}(p,q)^2,\qquad\mathrm{TV}(p,q)=\max_A|p(A)-q(A)|"
        r"=\tfrac12\sum_i|p_i-q_i|",
        hypotheses=(
            "$p$ and $q$ are distributions on the same finitely many outcomes.",
            "$q_i>0$ wherever $p_i>0$ (otherwise the left side is infinite).",
            "Logarithms are natural.",
        ),
        steps=(
            Step(
                "Let $A$ hold the outcomes with $p_i>q_i$. No event has a larger "
                "$p-q$: it could only miss positive terms or take in others. The terms add up to "
                "0, so the positive ones make up half of all absolute values, and the negative "
                "ones the other half.",
                r"\mathrm{TV}(p,q)=p(A)-q(A)=\sum_{p_i>q_i}(p_i-q_i)=\tfrac12\sum_i|p_i-q_i|",
            ),
            Step(
                "Keep only whether $A$ happened: two coins $a=p(A)$ and $b=q(A)$ with the same "
                "total variation. By IT-13 the divergence can only fall.",
                r"D(p\|q)\ge d(a\|b)=a\log\frac ab+(1-a)\log\frac{1-a}{1-b},\qquad "
                r"a-b=\mathrm{TV}(p,q)",
            ),
            Step(
                "Compare the coins with the bound as a function of $b$; at $b=a$ both are 0.",
                r"g(b)=d(a\|b)-2(a-b)^2,\qquad g(a)=0",
            ),
            Step(
                "Differentiate and take $(b-a)$ out.",
                r"g'(b)=(b-a)\Big(\frac1{b(1-b)}-4\Big)",
            ),
            Step(
                "$b(1-b)\\le\\frac14$, so the bracket is at least 0: $g$ falls before $a$ and "
                "rises after it.",
                r"g(b)\ge g(a)=0",
            ),
            Step(
                "The constant: for $a=\\frac12+\\frac\\delta2$, $b=1-a$ both logarithms are the "
                "same up to sign. Expand them for small $\\delta=a-b$.",
                r"\frac{d(a\|b)}{(a-b)^2}=\frac1\delta\log\frac{1+\delta}{1-\delta}"
                r"=2+\tfrac23\delta^2+\dots\to2",
            ),
        ),
        how="The ratio of divergence and squared distance, for two nearly even coins (where it "
        "must be 2) and for 20 random pairs (where it must not be lower). The distance is found "
        "by trying every event.",
        check=_pinsker,
        source="Pinsker, 1964; Csiszár, 1967; Tsybakov, Introduction to Nonparametric Estimation, "
        "2009, lemma 2.5",
    ),
    Statement(
        id="IT-16",
        section="divergence",
        title="The Jensen–Shannon divergence is a squared distance between functions.",
        claim=r"\mathrm{JS}(p,q)=H\!\left(\frac{p+q}2\right)-\frac{H(p)+H(q)}2"
        r"=\frac14\sum_i\int_0^\infty\frac{\big(e^{-tp_i}-e^{-tq_i}\big)^2}{t^2}\,dt",
        hypotheses=("$p$ and $q$ are distributions on the same outcomes.",),
        steps=(
            Step(
                "Write out the three entropies and collect each outcome, $x=p_i$ and $y=q_i$.",
                r"\mathrm{JS}=\frac12\sum_i\Big[x\log\frac{2x}{x+y}+y\log\frac{2y}{x+y}\Big]",
            ),
            Step(
                "In the integral let $h(t)=e^{-tx}-e^{-ty}$ and integrate by parts; "
                "$h^2/t$ vanishes at both ends.",
                r"\int_0^\infty\frac{h^2}{t^2}\,dt=\int_0^\infty\frac{2hh'}{t}\,dt",
            ),
            Step(
                "Multiply out: three exponentials whose weights add up to 0.",
                r"2hh'=-2xe^{-2xt}+2(x+y)e^{-(x+y)t}-2ye^{-2yt}",
            ),
            Step(
                "Write $(e^{-at}-e^{-t})/t$ as an integral over $s$ and exchange the order: "
                "Frullani's integral. For weights $c_j$ that add up to 0 the terms $e^{-t}$ "
                "cancel.",
                r"\int_0^\infty\frac{e^{-at}-e^{-t}}t\,dt=-\int_1^a\!\int_0^\infty e^{-st}\,dt\,ds"
                r"=-\log a,\qquad\int_0^\infty\sum_jc_je^{-a_jt}\frac{dt}t=-\sum_jc_j\log a_j",
            ),
            Step(
                "Use it for the three exponentials; a term with weight 0 stays out.",
                r"\int_0^\infty\frac{h^2}{t^2}\,dt=2\Big[x\log2x+y\log2y-(x+y)\log(x+y)\Big]",
            ),
            Step(
                "Compare with the first step; the factor is $\\frac14$.",
                r"\frac12\Big[x\log\frac{2x}{x+y}+y\log\frac{2y}{x+y}\Big]"
                r"=\frac14\int_0^\infty\frac{h^2}{t^2}\,dt",
            ),
        ),
        how="The integral by the trapezoidal rule in $\\log t$, without any entropy.",
        check=_jensen_shannon,
        source="Fuglede and Topsøe, Jensen-Shannon divergence and Hilbert space embedding, 2004",
    ),
    Statement(
        id="IT-17",
        section="divergence",
        title="The root of the Jensen–Shannon divergence is a metric, and never exceeds "
        "$\\sqrt{\\log2}$.",
        claim=r"\sqrt{\mathrm{JS}(p,r)}\le\sqrt{\mathrm{JS}(p,q)}+\sqrt{\mathrm{JS}(q,r)},\qquad "
        r"\mathrm{JS}(p,q)\le\log2",
        hypotheses=("$p$, $q$ and $r$ are distributions on the same outcomes.",),
        steps=(
            Step(
                "By IT-16 each distribution is a point $\\phi_p$ in a space of square-integrable "
                "functions: each entry is bounded near 0 and falls at least like $1/t$.",
                r"\sqrt{\mathrm{JS}(p,q)}=\|\phi_p-\phi_q\|,\qquad"
                r"(\phi_p)_i(t)=\frac{e^{-tp_i}-1}{2t}",
            ),
            Step(
                "A norm obeys the triangle inequality (Cauchy–Schwarz), and the norm is 0 only if "
                "all $p_i=q_i$.",
                r"\|\phi_p-\phi_r\|\le\|\phi_p-\phi_q\|+\|\phi_q-\phi_r\|",
            ),
            Step(
                "For the bound toss a fair coin $C$ and draw $X$ from $p$ or $q$. By IT-6 JS is "
                "the mean fall of the entropy of $X$.",
                r"\mathrm{JS}(p,q)=H(X)-H(X\mid C)",
            ),
            Step(
                "By IT-4 used both ways the same number is the fall of the entropy of the coin, "
                "which has only $\\log2$ to lose (IT-2); it loses all of it where $p$ and $q$ "
                "share no outcome.",
                r"H(X)-H(X\mid C)=H(C)-H(C\mid X)\le\log2",
            ),
        ),
        how="Two distributions without a common outcome must be at $\\log2$ by the integral of "
        "IT-16; in ten triangles, half of them over the middle, no side may be longer than the "
        "detour.",
        check=_triangle,
        source="Endres and Schindelin, A new metric for probability distributions, 2003; "
        "Lin, Divergence measures based on the Shannon entropy, 1991",
    ),
)
