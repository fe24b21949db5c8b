"""Switches that take one hypothesis away, and what then happens."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from core.foundations.compare import at_most, equal, sampled
from core.foundations.information_theory import formulas as f
from core.foundations.information_theory import instances as draw
from core.foundations.information_theory.continuous import density_entropy, pieces
from core.foundations.information_theory.learning import best_growth
from core.foundations.information_theory.mutual import (
    even_joint,
    limit_of_bias,
    opposite,
    processed,
)
from core.foundations.schema import Break, Kind, Reading

_STAY, _LENGTH = 0.7, 60


def _chain_surprises(rng: np.random.Generator) -> tuple[draw.Floats, draw.Floats, draw.Floats]:
    """Return a law, the rows of a chain that keeps it, and surprises of 4,000 sequences."""
    p = draw.shares(rng, 4)
    rows = _STAY * np.eye(4) + (1 - _STAY) * p
    fresh = rng.choice(4, size=(_LENGTH, 4_000), p=p)
    stays = rng.random(fresh.shape) < _STAY
    now = fresh[0]
    total = -np.log(p[now])
    for new, stay in zip(fresh[1:], stays[1:], strict=True):
        after = np.where(stay, now, new)
        total = total - np.log(rows[now, after])
        now = after
    return p, rows, total / _LENGTH


def _dependent(rng: np.random.Generator) -> Reading:
    p, _, drawn = _chain_surprises(rng)
    return sampled(f.entropy(p), drawn, "surprise per symbol of a sequence with memory")


def _dependent_rate(rng: np.random.Generator) -> Reading:
    p, rows, drawn = _chain_surprises(rng)
    rate = f.entropy(p) + (_LENGTH - 1) * f.conditional_entropy(p, rows)
    return sampled(rate / _LENGTH, drawn, "the same against the entropy given the last symbol")


def _ambiguous_length(p: draw.Floats) -> float:
    """Return the mean length when any strings, also the empty one, may be words."""
    places = np.arange(1, len(p) + 1)
    return float(np.sort(p)[::-1] @ np.floor(np.log2(places)))


def _ambiguous(rng: np.random.Generator) -> Reading:
    p = draw.shares(rng, 9)
    length = _ambiguous_length(p)
    inside = float(np.clip(length, f.entropy_bits(p), f.entropy_bits(p) + 1))
    return equal(inside, length, "mean length of the shortest nine strings")


def _ambiguous_floor(rng: np.random.Generator) -> Reading:
    p = draw.shares(rng, 9)
    return at_most(float(stats.entropy(p, base=2)), _ambiguous_length(p), "length below entropy")


def _not_jointly(rng: np.random.Generator) -> Reading:
    _, found = opposite(rng)
    return equal(f.normal_information(0.0), found, "normal margins, correlation 0", scale=1.0)


def _at_least_of_sizes(rng: np.random.Generator) -> Reading:
    """Compare with what two yes-or-no copies (is the value far from 0?) tell."""
    size, found = opposite(rng)
    inner = stats.multivariate_normal([0, 0], [[1, size], [size, 1]])
    both = float(inner.cdf([1, 1], lower_limit=[-1, -1]))
    near = float(stats.norm.cdf(1) - stats.norm.cdf(-1))
    table = np.array([[both, near - both], [near - both, 1 - 2 * near + both]])
    return at_most(found, draw.dependence(table), "information of |X| > 1 about |Y| > 1")


def _diagonal(rng: np.random.Generator) -> tuple[draw.Floats, float]:
    margins = even_joint(rng, 4, 1).ravel()
    return np.diag(margins), float(rng.integers(50, 500))


def _empty_cells(rng: np.random.Generator) -> Reading:
    table, n = _diagonal(rng)
    found = limit_of_bias(table) / n
    return equal(f.plugin_bias(4, 4, n), found, "a 4 by 4 diagonal table", kind=Kind.DIFFERENCE)


def _empty_cells_sign(rng: np.random.Generator) -> Reading:
    table, n = _diagonal(rng)
    found = limit_of_bias(table) / n
    return equal(-(4 - 1) / (2 * n), found, "a 4 by 4 diagonal table", kind=Kind.DIFFERENCE)


def _leaking(rng: np.random.Generator) -> tuple[draw.Floats, float]:
    """Return a table over X, Y and a guess that mostly copies Y, and its error."""
    error = float(rng.uniform(0.02, 0.05))
    copies = np.full((4, 4), error / 3) + np.eye(4) * (1 - error - error / 3)
    table = even_joint(rng, 3, 4)
    return table[:, :, None] * copies, error


def _leak(rng: np.random.Generator) -> Reading:
    triple, error = _leaking(rng)
    table = triple.sum(axis=2)
    open_ = float(stats.entropy(table.ravel()) - stats.entropy(table.sum(axis=1)))
    return at_most(f.fano_bound(error, 4), open_, "open about Y given X, with a guess that peeks")


def _leak_counted(rng: np.random.Generator) -> Reading:
    triple, error = _leaking(rng)
    seen = triple.sum(axis=1)
    open_ = float(stats.entropy(triple.ravel()) - stats.entropy(seen.ravel()))
    return at_most(f.fano_bound(error, 4), open_, "open about Y given X and the guess")


def _peeking(rng: np.random.Generator) -> draw.Floats:
    """Return a table (axes X, Y, Z) in which Z copies X nine times in ten, whatever Y is."""
    table = even_joint(rng, 3, 4)
    copies = 0.85 * np.eye(3) + 0.05
    return table[:, :, None] * copies[:, None, :]


def _side(rng: np.random.Generator) -> Reading:
    return processed(_peeking(rng), "information lost when Z sees X itself")


def _side_gain(rng: np.random.Generator) -> Reading:
    triple = _peeking(rng)
    weights = triple.sum(axis=(0, 2))
    given = np.moveaxis(triple / weights[:, None], 1, 0)
    fall = draw.dependence(triple.sum(axis=2)) - draw.dependence(triple.sum(axis=1))
    kept = triple.sum(axis=(0, 1))
    open_ = f.conditional_information(kept, np.moveaxis(triple / kept, 2, 0))
    return equal(
        open_ - f.conditional_information(weights, given), fall, "with both conditional terms"
    )


def _root(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return the scale of a gamma variable, its entropy, and that of its square root."""
    scale = float(rng.uniform(0.5, 2))
    after = stats.gengamma(3.3, 2, scale=math.sqrt(scale))
    found = density_entropy(after, pieces(float(after.mean())))
    return scale, float(stats.gamma(3.3, scale=scale).entropy()), found


def _curved(rng: np.random.Generator) -> Reading:
    scale, before, after = _root(rng)
    slope = 1 / (2 * math.sqrt(3.3 * scale))
    return equal(f.rescaled_entropy(before, slope), after, "root of a gamma variable")


def _curved_mean(rng: np.random.Generator) -> Reading:
    scale, before, after = _root(rng)
    x = stats.gamma(3.3, scale=scale)

    def inside(v: draw.Floats) -> draw.Floats:
        return np.where(v > 0, x.pdf(v) * -np.log(2 * np.sqrt(np.maximum(v, 1e-300))), 0.0)

    mean = draw.integral(inside, *pieces(3.3 * scale))
    return equal(before + mean, after, "entropy plus the mean logarithm of the slope")


def _boxes(rng: np.random.Generator) -> tuple[float, float, float]:
    """Return two widths and the entropy of the sum of two uniform variables."""
    narrow, wide = float(rng.uniform(0.5, 1)), float(rng.uniform(1.2, 2))
    first = stats.uniform(0, narrow)

    def inside(x: draw.Floats) -> draw.Floats:
        density = (first.cdf(x) - first.cdf(x - wide)) / wide
        return np.where(density > 0, -density * np.log(np.maximum(density, 1e-300)), 0.0)

    return narrow, wide, draw.integral(inside, 0, narrow, wide, narrow + wide)


def _uniform_sum(rng: np.random.Generator) -> Reading:
    narrow, wide, found = _boxes(rng)
    return equal(
        f.summed_entropy(math.log(narrow), math.log(wide)), found, "sum of two uniform variables"
    )


def _uniform_sum_exact(rng: np.random.Generator) -> Reading:
    narrow, wide, found = _boxes(rng)
    return equal(math.log(wide) + narrow / (2 * wide), found, "entropy of the trapezoid")


def _bettor(rng: np.random.Generator) -> tuple[draw.Floats, draw.Floats, draw.Floats, float]:
    p = even_joint(rng, 4, 1).ravel()
    believed = p[::-1] * np.array([1, 2, 3, 4])
    return p, believed / believed.sum(), draw.shares(rng, 4), float(rng.uniform(0.75, 0.95))


def _misled_growth(p: draw.Floats, believed: draw.Floats, odds: draw.Floats) -> float:
    return float(p @ np.log(believed * odds))


def _misled(rng: np.random.Generator) -> Reading:
    p, believed, implied, paid = _bettor(rng)
    found = _misled_growth(p, believed, paid / implied)
    return equal(f.growth(p, implied, paid), found, "growth of a bettor with another belief")


def _misled_cost(rng: np.random.Generator) -> Reading:
    p, believed, implied, paid = _bettor(rng)
    odds = paid / implied
    lost = best_growth(p, odds, rng.normal(size=4)) - _misled_growth(p, believed, odds)
    return equal(f.divergence(p, believed), lost, "growth lost against the best, searched")


BREAKS = (
    Break(
        id="IT-3-b1",
        statement="IT-3",
        switch="Let each symbol stick to the last one",
        violates="The symbols are no longer independent: each is a copy of the last with chance "
        "0.7.",
        reason="The probability of a sequence is not the product of those of its symbols; a "
        "repeated symbol hardly surprises.",
        check=_dependent,
        outcome="After the first symbol the surprise per symbol is the entropy given the last "
        "symbol, which is less.",
        predicted=_dependent_rate,
    ),
    Break(
        id="IT-7-b1",
        statement="IT-7",
        switch="Allow words that begin other words",
        violates="The code is not a prefix code: the shortest nine strings are used as words.",
        reason="The shares of long strings that the words take up overlap, so they may add up to "
        "more than 1.",
        check=_ambiguous,
        outcome="The mean length falls below the entropy; a stream can no longer be cut.",
        predicted=_ambiguous_floor,
    ),
    Break(
        id="IT-19-b1",
        statement="IT-19",
        switch="Mix normals of opposite correlation",
        violates="Each variable is normal and their correlation is 0, but they are not jointly "
        "normal.",
        reason="A large value of one still announces a large value of the other, of either sign; "
        "correlation does not see it.",
        check=_not_jointly,
        outcome="The information is at least what the two sizes, cut at 1, tell of each other.",
        predicted=_at_least_of_sizes,
    ),
    Break(
        id="IT-21-b1",
        statement="IT-21",
        switch="Make most cells impossible",
        violates="Only the four diagonal cells of the four by four table have positive "
        "probability.",
        reason="The table has no more free cells than its margins, so the counts in the "
        "derivation are $-3-3+3$.",
        check=_empty_cells,
        outcome="The bias is negative, about $-3/(2n)$.",
        predicted=_empty_cells_sign,
    ),
    Break(
        id="IT-22-b1",
        statement="IT-22",
        switch="Let the guess peek at the label",
        violates="The guess is not a function of $X$: it copies the label with few errors.",
        reason="Knowing $X$ and that the guess is right no longer tells the class, because the "
        "guess itself is not known from $X$.",
        check=_leak,
        outcome="The bound holds again once the guess itself is counted among the features.",
        predicted=_leak_counted,
    ),
    Break(
        id="IT-24-b1",
        statement="IT-24",
        switch="Let the copy see X itself",
        violates="$Z$ is not made from $Y$: it copies $X$ with some errors.",
        reason="Given $Y$ the copy still tells of $X$: the term that vanished in the derivation "
        "does not.",
        check=_side,
        outcome="The difference is $I(X;Y\\mid Z)-I(X;Z\\mid Y)$.",
        predicted=_side_gain,
    ),
    Break(
        id="IT-26-b1",
        statement="IT-26",
        switch="Take the root instead of a multiple",
        violates="The map is not $ax+b$: its slope depends on the value. The slope at the mean is "
        "tried for $a$.",
        reason="The surprise changes by another amount at every value; the slope at the mean does "
        "not stand for all.",
        check=_curved,
        outcome="The entropy changes by the mean logarithm of the slope.",
        predicted=_curved_mean,
    ),
    Break(
        id="IT-29-b1",
        statement="IT-29",
        switch="Add two uniform variables",
        violates="The summands are not normal.",
        reason="The sum has another shape than its parts, closer to the normal, and its entropy "
        "power is larger than the sum.",
        check=_uniform_sum,
        outcome="The density of the sum is a trapezoid, with entropy $\\log w+v/(2w)$ for widths "
        "$v\\le w$.",
        predicted=_uniform_sum_exact,
    ),
    Break(
        id="IT-34-b1",
        statement="IT-34",
        switch="Give the bettor a wrong belief",
        violates="The bettor does not know the true $p$ and bets what is believed.",
        reason="The last divergence in the derivation is not 0.",
        check=_misled,
        outcome="The growth lost is the divergence of the truth from the belief.",
        predicted=_misled_cost,
    ),
)
