"""A difference between groups shown, its absence shown, or not enough data: the three answers.

One attribute and one measure make a family. It is tested as a whole, its pairs are compared
simultaneously, and the answer is one of three. A gap that is not shown is not an absent gap: every
comparison states the difference it could have shown.

The largest gap has two limits that mean different things. No gap is shown unless the lower limit of
some pair, simultaneous over all pairs (Bonferroni, 95 %), exceeds the margin. The upper limit needs
no adjustment: it is below the margin only if every pair is, each at 95 % one-sided, so that a gap
beyond the margin is overlooked with 5 % probability at most (intersection-union test).

References
----------
Berger, Technometrics 24 (1982) 295-300.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.stats.intervals import Interval, undefined
from core.stats.shift import holm
from core.trust.groups.gap_result import (
    ALPHA,
    FEW,
    GAPS_KEPT,
    SMALLEST,
    Family,
    Gap,
    GapTest,
    Pairs,
    Status,
)


def judge(families: Sequence[Family | GapTest], margin: float) -> tuple[GapTest, ...]:
    """Compare the pairs of families that are tested together and say what is shown.

    Parameters
    ----------
    families : sequence of Family or GapTest
        What to judge, anew where it was judged before.
    margin : float
        Largest difference that does not matter.
    """
    tests = [_measured(family, margin) for family in families]
    known = [i for i, test in enumerate(tests) if test.p_broken is not None]
    if not known:
        return tuple(tests)
    p_adjusted = holm([tests[i].p for i in known])
    broken = holm([float(tests[i].p_broken or 0.0) for i in known])
    for i, p, shown in zip(known, p_adjusted, broken, strict=True):
        tests[i] = _settled(tests[i], float(p), bool(shown <= ALPHA))
    return tuple(tests)


def _measured(family: Family | GapTest, margin: float) -> GapTest:
    base: dict[str, Any] = {f.name: getattr(family, f.name) for f in dataclasses.fields(Family)}
    status: Status = "not enough data"
    if len(family.levels) < 2:
        nothing = undefined(0, "fewer than two levels can be compared")
        return GapTest(
            **base, p_adjusted=math.nan, margin=margin, largest=nothing, p_broken=None, p_met=None,
            status=status, gaps=(), n_pairs=0, reason=family.why_not or _too_few(family),
        )  # fmt: skip
    pairs = family.evidence.pairs(margin, family.levels)
    m = len(pairs.first)
    estimate = float(pairs.estimate.max())
    low, high = max(float(pairs.low.max()), 0.0), float(pairs.reach.max())
    n = int(pairs.n[np.argmax(pairs.estimate)])
    return GapTest(
        **base,
        p_adjusted=math.nan,
        margin=margin,
        largest=Interval(estimate, low, high, n, 0.9, family.evidence.method),
        p_broken=max(family.p, min(1.0, 2 * m * float(pairs.p_beyond.min()))),
        p_met=float(pairs.p_within.max()),
        status=status,
        gaps=_listed(pairs, family),
        n_pairs=m,
        reason="",
    )


def _listed(pairs: Pairs, family: Family | GapTest) -> tuple[Gap, ...]:
    order = np.argsort(-pairs.estimate, kind="stable")[:GAPS_KEPT]
    method = f"{family.evidence.method}, simultaneous over {len(pairs.first)} pairs"
    return tuple(
        Gap(
            family.levels[pairs.first[i]],
            family.levels[pairs.second[i]],
            Interval(
                float(pairs.estimate[i]),
                float(pairs.low[i]),
                float(pairs.high[i]),
                int(pairs.n[i]),
                1 - ALPHA,
                method,
            ),
            float(pairs.detectable[i]),
        )
        for i in order
    )


def _settled(test: GapTest, p_adjusted: float, beyond: bool) -> GapTest:
    status: Status = "not enough data"
    if beyond:
        status = "difference shown"
    elif test.p_met is not None and test.p_met <= ALPHA:
        status = "equivalence shown"
    reason = _sentence(test, status, p_adjusted)
    return dataclasses.replace(test, p_adjusted=p_adjusted, status=status, reason=reason)


def _sentence(test: GapTest, status: Status, p_adjusted: float) -> str:
    top, place = test.gaps[0], {name: i for i, name in enumerate(test.levels)}
    largest = test.largest
    found = (
        f"{named(test.measure).capitalize()} is {test.evidence.describe(place[top.higher])} in "
        f"{top.higher} and {test.evidence.describe(place[top.lower])} in {top.lower}, the largest "
        f"gap of {test.n_pairs} pair{'s' if test.n_pairs > 1 else ''}: {largest.estimate:.2f}"
    )
    exists = f"a difference exists (p = {p_adjusted:.2g}, adjusted)"
    if status == "difference shown":
        return (
            f"{found}; adjusted over the comparisons of groups, some gap is at least "
            f"{largest.low:.2f}, beyond {test.margin:g}."
        )
    if status == "equivalence shown":
        real = f"; {exists}, but within the margin" if p_adjusted <= ALPHA else ""
        return f"{found}, and no gap is above {largest.high:.2f}, within {test.margin:g}{real}."
    unsure = f"it may be anything from {largest.low:.2f} to {largest.high:.2f}"
    if p_adjusted <= ALPHA:
        return (
            f"{found}; {exists}, but whether it is beyond {test.margin:g} is uncertain: {unsure}."
        )
    could = (
        f"This comparison would show {top.detectable:.2f} or more in 80 of 100 samples"
        if math.isfinite(top.detectable)
        else "This comparison could show no difference, however large, in 80 of 100 samples"
    )
    return f"{found}; not enough data to tell it from 0 or from {test.margin:g}: {unsure}. {could}."


def _too_few(family: Family | GapTest) -> str:
    count = len(family.levels) + len(family.excluded)
    if count < 2:
        only = "".join(family.levels) or "".join(one.level for one in family.excluded)
        return f"{family.attribute} has one level only ({only}); a comparison needs two."
    need = f"{SMALLEST} {family.unit}"
    ranked = sorted(family.excluded, key=lambda one: (-one.n, one.level))
    wanted = ranked[: 2 - len(family.levels)]
    lacking = " and ".join(
        f"{one.level} has {one.n if one.n >= FEW else f'fewer than {FEW}'}" for one in wanted
    )
    return (
        f"{len(family.levels)} of {count} levels of {family.attribute} "
        f"{'has' if len(family.levels) == 1 else 'have'} the {need} that a comparison needs in "
        f"each of two levels; {lacking}."
    )


def named(measure: str) -> str:
    """Return a measure's name in words."""
    name, _, of = measure.partition(".")
    return f"{name} for class {of}" if of else name
