"""Entropy: surprise, its expectation, and how it splits."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats
from scipy.special import entr

from core.foundations.compare import equal, sampled
from core.foundations.information_theory import formulas as f
from core.foundations.information_theory import instances as draw
from core.foundations.schema import Reading, Statement, Step

_COVER = "Cover and Thomas, Elements of Information Theory, 2nd ed., 2006"


def _by_digits(p: float) -> float:
    """Return the surprise found from additivity alone: binary digits by repeated squaring."""
    left, found = 1 / p, 0.0
    while left >= math.e:
        left, found = left / math.e, found + 1
    for place in range(1, 50):
        left *= left
        if left >= math.e:
            left, found = left / math.e, found + 0.5**place
    return found


def _surprise(rng: np.random.Generator) -> Reading:
    chances = rng.uniform(0.02, 0.9, size=6)
    return equal(
        [f.surprise(float(p)) for p in chances],
        [_by_digits(float(p)) for p in chances],
        "surprise of six events against 49 binary digits from additivity",
    )


def _largest(rng: np.random.Generator) -> Reading:
    sizes = [int(k) for k in rng.choice(np.arange(3, 9), 3, replace=False)]
    claimed, measured = [], []
    for k in sizes:
        tried = np.concatenate([np.eye(k), rng.dirichlet(np.full(k, 0.2), size=200)])
        claimed += [f.largest_entropy(k), f.entropy(np.eye(k)[0])]
        measured.append(draw.highest(lambda p: float(entr(p).sum()), rng.normal(size=k)))
        measured.append(float(np.min(stats.entropy(tried, axis=1))))
    first, second, third = sizes
    return equal(
        claimed,
        measured,
        f"largest entropy of {first}, {second} and {third} outcomes, searched, and the least of "
        "over 200 tried each",
    )


def sequence_surprises(rng: np.random.Generator, p: draw.Floats) -> draw.Floats:
    """Return the surprise per symbol of 4,000 sequences of 60 independent symbols."""
    counts = rng.multinomial(60, p, size=4_000)
    return np.asarray(counts @ -np.log(p) / 60)


def _typical(rng: np.random.Generator) -> Reading:
    p = draw.shares(rng, 5)
    return sampled(
        f.entropy(p), sequence_surprises(rng, p), "surprise per symbol, 4,000 sequences of 60"
    )


def _chain(rng: np.random.Generator) -> Reading:
    weights, rows = draw.shares(rng, 4), draw.rows(rng, 4, 3)
    table = weights[:, None] * rows
    return equal(
        f.chained_entropy(weights, rows),
        float(stats.entropy(table.ravel())),
        "entropy of the pair, from its table of 12 cells",
    )


def _merged(rng: np.random.Generator) -> Reading:
    p = draw.shares(rng, 9)
    groups = np.split(p, [2, 5])
    weights = np.array([g.sum() for g in groups])
    inside = np.zeros((3, 4))
    for row, group in zip(inside, groups, strict=True):
        row[: len(group)] = group / group.sum()
    return equal(
        f.conditional_entropy(weights, inside),
        float(stats.entropy(p) - stats.entropy(weights)),
        "entropy lost when nine outcomes become three groups",
    )


def _conditioned(rng: np.random.Generator) -> Reading:
    weights, rows = draw.shares(rng, 4), draw.rows(rng, 4, 5)
    before = float(stats.entropy(weights @ rows))
    after = float(weights @ stats.entropy(rows, axis=1))
    return equal(f.learnt(weights, rows), before - after, "mean fall of the entropy")


def _huffman(rng: np.random.Generator) -> Reading:
    """Move the length into the interval [H, H + 1): it must be where it was."""
    rare = rng.uniform(1e-9, 1e-8)
    cases = [draw.shares(rng, int(rng.integers(4, 12))) for _ in range(20)]
    cases.append(np.array([rare, 1 - rare]))
    halved = [_halves(rng, k) for k in (3, 5, 8, 12)]
    lengths = [float(p @ draw.huffman_lengths(p)) for p in (*halved, *cases)]
    claimed = [f.entropy_bits(p) for p in halved]
    for length, p in zip(lengths[4:], cases, strict=True):
        claimed.append(float(np.clip(length, f.entropy_bits(p), f.entropy_bits(p) + 1)))
    return equal(claimed, lengths, "mean length of 25 Huffman codes; four of them meet H exactly")


def _halves(rng: np.random.Generator, k: int) -> draw.Floats:
    """Return k shares that come from 1 by halving: powers of one half."""
    parts = [1.0]
    while len(parts) < k:
        half = parts.pop(int(rng.integers(len(parts)))) / 2
        parts += [half, half]
    return np.array(parts)


STATEMENTS = (
    Statement(
        id="IT-1",
        section="entropy",
        title="A surprise that adds over independent events is the negative logarithm.",
        claim=r"s(pq)=s(p)+s(q)\ \text{ for all } p,q\in(0,1]\ \Longrightarrow\ s(p)=-c\,\log p",
        hypotheses=(
            "Independent events: the probability of both is the product.",
            "Surprise never rises with the probability.",
            "The unit is the nat: an event of probability $1/e$ has surprise 1.",
        ),
        steps=(
            Step(
                "Write $g(u)=s(e^{-u})$ for $u\\ge 0$. A product of probabilities is a sum of $u$, "
                "so additivity of $s$ is additivity of $g$.",
                r"g(u+v)=s(e^{-u}e^{-v})=g(u)+g(v)",
            ),
            Step(
                "Add the same number $n$ times. With $u=1/n$ this gives $g(1/n)=g(1)/n$, and $m$ "
                "of these add up to $g(m/n)$: $g$ is fixed at every fraction.",
                r"g(nu)=n\,g(u),\qquad g\!\left(\tfrac mn\right)=m\,g\!\left(\tfrac1n\right)"
                r"=\tfrac mn\,g(1)",
            ),
            Step(
                "Any $u>0$ lies between fractions $a<u<b$ as close as we like. Surprise never "
                "rises with the probability, so $g$ never falls as $u$ grows and is "
                "caught between.",
                r"a\,g(1)\le g(u)\le b\,g(1)\ \Longrightarrow\ g(u)=u\,g(1)",
            ),
            Step(
                "Go back with $u=-\\log p$ and call $g(1)=s(1/e)=c$, which is 1 nat by the choice "
                "of unit. With base 2 the unit is the bit, $\\log 2$ nats.",
                r"s(p)=-c\,\log p,\qquad c=1",
            ),
        ),
        how="The surprise is built from additivity alone: squaring the probability doubles the "
        "surprise, which gives its binary digits one after the other; no logarithm is called.",
        check=_surprise,
        source="Shannon, A Mathematical Theory of Communication, 1948, section 6; "
        "Aczél and Daróczy, On Measures of Information, 1975",
    ),
    Statement(
        id="IT-2",
        section="entropy",
        title="Entropy lies between 0 and $\\log k$, and only the uniform distribution "
        "reaches the top.",
        claim=r"0\le H(p)=-\sum_{i=1}^k p_i\log p_i\le\log k",
        hypotheses=("$p$ is a distribution over $k$ outcomes; $0\\log 0$ counts as 0.",),
        steps=(
            Step(
                "Each term $-p_i\\log p_i$ is at least 0 because $p_i\\le 1$; all vanish only if "
                "one outcome is certain.",
                r"H(p)\ge 0",
            ),
            Step(
                "The tangent of the logarithm at 1 lies above it, since $\\log$ is strictly "
                "concave; they touch only at $x=1$.",
                r"\log x\le x-1",
            ),
            Step(
                "Subtract $\\log k=\\sum p_i\\log k$ and use the tangent with $x=1/(kp_i)$ where "
                "$p_i>0$.",
                r"H(p)-\log k=\sum_{p_i>0} p_i\log\frac1{kp_i}"
                r"\le\sum_{p_i>0}\left(\frac1k-p_i\right)\le 0",
            ),
            Step(
                "Equality on the left needs $kp_i=1$ wherever $p_i>0$, equality on the right that "
                "no $p_i$ is 0: together the uniform distribution, whose entropy is $\\log k$.",
                r"H(p)=\log k\iff p_i=\tfrac1k",
            ),
            Step(
                "A multiplier for $\\sum p_i=1$ finds the same point: the condition does not "
                "depend on $i$, so all $p_i$ agree.",
                r"\frac{\partial}{\partial p_i}\Big[H(p)-\nu\big(\textstyle\sum_j p_j-1\big)\Big]"
                r"=-\log p_i-1-\nu=0",
            ),
        ),
        how="A quasi-Newton search from a random start climbs SciPy's entropy over all "
        "distributions, for three numbers of outcomes. The lower end is the least entropy among "
        "the certain outcomes and 200 distributions drawn at random.",
        check=_largest,
        source=f"{_COVER}, theorem 2.6.4",
    ),
    Statement(
        id="IT-3",
        section="entropy",
        title="A long independent sequence has a surprise of $H$ per symbol.",
        claim=r"\mathbb E\Big[-\tfrac1n\log p(X_1,\dots,X_n)\Big]=H(p),\qquad "
        r"-\tfrac1n\log p(X_1,\dots,X_n)\to H(p)",
        hypotheses=(
            "The symbols are independent draws from $p$.",
            "$p$ is a distribution over finitely many outcomes.",
        ),
        steps=(
            Step(
                "Independence makes the probability of the sequence a product; by IT-1 its "
                "surprise is a sum.",
                r"-\log p(X_1,\dots,X_n)=\sum_{t=1}^n-\log p(X_t)",
            ),
            Step(
                "Each term has the same expectation: outcome $i$ comes with probability $p_i$ and "
                "has surprise $-\\log p_i$.",
                r"\mathbb E[-\log p(X_t)]=\sum_i p_i(-\log p_i)=H(p)",
            ),
            Step(
                "The mean of $n$ independent terms with a finite variance $v$ has variance $v/n$; "
                "Chebyshev's inequality gives the limit in probability.",
                r"P\Big(\big|-\tfrac1n\log p(X_1,\dots,X_n)-H\big|>\varepsilon\Big)"
                r"\le\frac{v}{n\varepsilon^2}",
            ),
            Step(
                "Read for the probability itself: with a chance near 1 it is $e^{-nH}$ up to a "
                "factor $e^{\\pm n\\varepsilon}$. To this precision there are $e^{nH}$ such "
                "sequences, and they hold nearly all of the probability.",
                r"e^{-n(H+\varepsilon)}\le p(X_1,\dots,X_n)\le e^{-n(H-\varepsilon)}",
            ),
        ),
        how="4,000 sequences of 60 symbols are drawn and their surprise per symbol is averaged. "
        "This tests the expectation; the limit follows from it by the third step.",
        check=_typical,
        source=f"{_COVER}, theorem 3.1.1; Shannon, 1948, theorem 3",
    ),
    Statement(
        id="IT-4",
        section="entropy",
        title="The entropy of a pair is that of the first plus the mean entropy of the second "
        "given the first.",
        claim=r"H(X,Y)=H(X)+H(Y\mid X),\qquad H(Y\mid X)=\sum_x p(x)\,H(Y\mid X=x)",
        hypotheses=("$X$ and $Y$ take finitely many values and have a joint distribution.",),
        steps=(
            Step(
                "The product rule of probability, with logarithms taken, wherever $p(x,y)>0$.",
                r"-\log p(x,y)=-\log p(x)-\log p(y\mid x)",
            ),
            Step(
                "Take expectations over the joint distribution. The first term does not depend on "
                "$y$, so summing over $y$ leaves the margin.",
                r"\sum_{x,y}p(x,y)\big(-\log p(x)\big)=\sum_x p(x)\big(-\log p(x)\big)=H(X)",
            ),
            Step(
                "In the second term take $p(x)$ out: what remains is the entropy of one row.",
                r"\sum_x p(x)\sum_y p(y\mid x)\big(-\log p(y\mid x)\big)=H(Y\mid X)",
            ),
        ),
        how="SciPy's entropy of the flattened table of 12 cells.",
        check=_chain,
        source=f"{_COVER}, theorem 2.2.1",
    ),
    Statement(
        id="IT-5",
        section="entropy",
        title="Merging outcomes loses exactly the mean entropy inside the groups.",
        claim=r"H(p)-H(w)=\sum_g w_g\,H\!\left(\frac{p_i}{w_g}:i\in g\right),"
        r"\qquad w_g=\sum_{i\in g}p_i",
        hypotheses=("Every outcome belongs to exactly one group of positive probability.",),
        steps=(
            Step(
                "Let $X$ be the outcome and $G$ its group. The group is a function of the outcome, "
                "so nothing is open about it once $X$ is known; use IT-4 with $X$ first.",
                r"H(G,X)=H(X)+H(G\mid X)=H(p)+0",
            ),
            Step("IT-4 with the group first.", r"H(G,X)=H(G)+H(X\mid G)"),
            Step(
                "Given the group the outcome has the probabilities $p_i/w_g$.",
                r"H(X\mid G)=\sum_g w_g\,H\!\left(\frac{p_i}{w_g}:i\in g\right)",
            ),
            Step("Compare the two.", r"H(p)-H(w)=H(X\mid G)\ge 0"),
        ),
        how="Nine outcomes are merged into groups of two, three and four; SciPy's entropies before "
        "and after are subtracted.",
        check=_merged,
        source="Shannon, 1948, section 6, third requirement",
    ),
    Statement(
        id="IT-6",
        section="entropy",
        title="Seeing $X$ lowers the entropy of $Y$ on average, by the mean divergence of the "
        "rows from their mixture.",
        claim=r"H(Y)-H(Y\mid X)=\sum_x p(x)\sum_y p(y\mid x)\log\frac{p(y\mid x)}{p(y)}\ge 0",
        hypotheses=("The average runs over all values of $X$, each with its probability.",),
        steps=(
            Step(
                "The margin of $Y$ is the mixture of the rows, so its entropy is an average over "
                "the table.",
                r"H(Y)=-\sum_y p(y)\log p(y)=-\sum_{x,y}p(x)p(y\mid x)\log p(y)",
            ),
            Step(
                "Subtract $H(Y\\mid X)$ of IT-4 under the same sum.",
                r"H(Y)-H(Y\mid X)=\sum_{x,y}p(x)p(y\mid x)\log\frac{p(y\mid x)}{p(y)}",
            ),
            Step(
                "For each $x$ use $\\log u\\le u-1$ (IT-2) with $u=p(y)/p(y\\mid x)$, summed over "
                "the $y$ with $p(y\\mid x)>0$. On these the $p(y)$ add up to at most 1.",
                r"-\sum_y p(y\mid x)\log\frac{p(y)}{p(y\mid x)}"
                r"\ge-\sum_y\big(p(y)-p(y\mid x)\big)\ge-(1-1)=0",
            ),
            Step(
                "An average of terms that are at least 0; it is 0 only if every row is the margin. "
                "A single row may well have a larger entropy than the margin.",
                r"H(Y\mid X)\le H(Y)",
            ),
        ),
        how="SciPy's entropies of the margin and of the rows, subtracted.",
        check=_conditioned,
        source=f"{_COVER}, theorem 2.6.5",
    ),
    Statement(
        id="IT-7",
        section="entropy",
        title="The best prefix code needs between $H$ and $H+1$ bits a symbol.",
        claim=r"H_2(p)\le\sum_i p_i\ell_i<H_2(p)+1",
        hypotheses=(
            "No code word begins another one, so a stream can be cut into words.",
            "The lengths $\\ell_i$ are those of a binary code of this kind with the least mean; "
            "Huffman's construction gives one.",
            "Every outcome has positive probability.",
        ),
        steps=(
            Step(
                "A word of length $\\ell$ takes up the share $2^{-\\ell}$ of all long binary "
                "strings, those that begin with it; no two words share a string.",
                r"K=\sum_i2^{-\ell_i}\le1",
            ),
            Step(
                "Compare length and entropy, then use $-\\log u\\ge 1-u$ (IT-2) for "
                "$u=2^{-\\ell_i}/p_i$.",
                r"\sum_i p_i\ell_i-H_2(p)=-\sum_i p_i\log_2\frac{2^{-\ell_i}}{p_i}"
                r"\ge\frac{1-K}{\log 2}\ge0",
            ),
            Step(
                "For the upper side round the surprise up. These lengths meet the inequality of "
                "the first step.",
                r"\ell_i=\lceil-\log_2p_i\rceil,\qquad\sum_i2^{-\ell_i}\le\sum_ip_i=1",
            ),
            Step(
                "Then such a code exists: go through the words from short to long and give each "
                "the next free interval of width $2^{-\\ell_i}$ in $[0,1)$. Its left end is a "
                "multiple of $2^{-\\ell_i}$, so it has $\\ell_i$ binary digits: these are the "
                "word. All numbers that begin with it lie in its interval, and no two "
                "intervals meet.",
                r"c_i=\sum_{j<i}2^{-\ell_j},\qquad c_i+2^{-\ell_i}\le1",
            ),
            Step(
                "Rounding adds less than 1, and the best code is no longer than this one.",
                r"\sum_ip_i\ell_i<\sum_ip_i(-\log_2p_i+1)=H_2(p)+1",
            ),
        ),
        how="Huffman's code is built for 25 distributions: random ones, four of repeated halves "
        "that must meet $H$, and one with a nearly certain outcome that comes close to $H+1$.",
        check=_huffman,
        source=f"{_COVER}, theorem 5.4.1 and section 5.6; Huffman, 1952",
    ),
)
