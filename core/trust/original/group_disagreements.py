"""Where trustlens 0.5.0 misleads on groups: one sentence each, with its numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.stats.intervals import wilson
from core.trust.original.bias import MODERATE, SEVERE, AttributeFigures, Bias, GroupFigures
from core.trust.original.metrics import DIGITS
from core.trust.original.score import OriginalScore

_BY_CHANCE, _DRAWS = 0.05, 4_000
_NAMED = 3
_POINTS_SHOWN = 1.0


def group_disagreements(bias: Bias, score: OriginalScore | None, seed: int = 0) -> list[str]:
    """Return what misleads in the original's statements on bias.

    Parameters
    ----------
    bias : Bias
        Its figures.
    score : OriginalScore or None
        Its score; None where it fails.
    seed : int, default 0
        Seed of the simulations.
    """
    found = [*_nothing_compared(bias, score), *_prevalence(bias)]
    for attribute in bias.attributes:
        found += _undefined_rates(attribute)
        found += _gaps_by_chance(attribute, seed)
        found += _one_person(attribute)
    return found


def _nothing_compared(bias: Bias, score: OriginalScore | None) -> Iterator[str]:
    if score is None:
        return
    if bias.odds == "no attribute":
        says = "'No bias detected' is reported" if score.no_bias_claimed else "Bias is scored"
        alone = " The whole score rests on it." if list(score.sub_scores) == ["bias"] else ""
        yield (
            f"{says} ({score.sub_scores['bias']:.1f} of 100) although no attribute was given: no "
            f"two groups were compared.{alone}"
        )
    elif score.no_bias_claimed:
        small = min((g for a in bias.attributes for g in a.groups), key=lambda g: g.n)
        known = wilson(round(small.accuracy * small.n), small.n)
        yield (
            "'No bias detected' means that no accuracy gap exceeded 0.10 (largest "
            f"{bias.accuracy_gap:.3f}). The accuracy of the smallest group, {small.level!r} with "
            f"n = {small.n}, is only known to lie between {known.low:.2f} and {known.high:.2f}."
        )


def _prevalence(bias: Bias) -> Iterator[str]:
    points = 50 * min(max((bias.imbalance - 1) / 19, 0.0), 1.0)
    if points >= _POINTS_SHOWN:
        label, count = min(bias.class_counts, key=lambda item: item[1])
        n = sum(rows for _, rows in bias.class_counts)
        yield (
            f"{points:.1f} points are taken off the bias sub-score because {count} of {n} rows "
            f"({count / n:.1%}) are of class {label!r}: how common a class is says nothing of how "
            "groups are treated."
        )


def _undefined_rates(attribute: AttributeFigures) -> Iterator[str]:
    for rate, who, odds, rates in (
        ("TPR", "positives", attribute.tpr, [(g.positives, g.tpr) for g in attribute.groups]),
        ("FPR", "negatives", attribute.fpr, [(g.negatives, g.fpr) for g in attribute.groups]),
    ):
        empty = [g for g, (n, _) in zip(attribute.groups, rates, strict=True) if n == 0]
        if not empty or odds is None or odds.gap < MODERATE:
            continue
        known = [value for n, value in rates if n and value is not None]
        rest = (
            f"between the others it is {max(known) - min(known):.3f}"
            if len(known) > 1
            else "and no two groups are left to compare"
        )
        yield (
            f"The {rate} gap of {odds.gap:.3f} between the groups of {attribute.name!r} "
            f"({odds.flag}) counts the rate of {_names(empty)} as 0, but there are no {who} "
            f"to compute it from: {rest}."
        )


def _gaps_by_chance(attribute: AttributeFigures, seed: int) -> Iterator[str]:
    if not (attribute.severe or (attribute.accuracy_gap or 0.0) > SEVERE):
        return
    share = chance_of_severe(attribute, seed)
    if share < _BY_CHANCE:
        return
    sizes = [g.n for g in attribute.groups]
    gaps = [f"accuracy gap {attribute.accuracy_gap:.3f}"]
    gaps += [
        f"{name} gap {odds.gap:.3f}"
        for name, odds in (("TPR", attribute.tpr), ("FPR", attribute.fpr))
        if odds
    ]
    yield (
        f"A severe violation is reported for {attribute.name!r} ({', '.join(gaps)}; "
        f"{len(sizes)} groups of {min(sizes)} to {max(sizes)}). If all groups had the same "
        f"rates, a gap above {SEVERE} would appear in {share:.0%} of samples of these sizes."
    )


def chance_of_severe(attribute: AttributeFigures, seed: int = 0) -> float:
    """Return how often one of the gaps exceeds 0.15 when all groups share the pooled rates.

    Rates over nobody are left out, so that this is the share of false alarms by chance alone.
    """
    rng, groups = np.random.default_rng(seed), attribute.groups
    n = np.array([g.n for g in groups])
    if attribute.tpr is None:
        right = sum(g.accuracy * g.n for g in groups) / int(n.sum())
        return float(np.mean(_differ(rng.binomial(n, min(right, 1.0), (_DRAWS, len(n))), n)))
    positives, negatives = (
        np.array([g.positives for g in groups]),
        np.array([g.negatives for g in groups]),
    )
    hits = sum((g.tpr or 0.0) * g.positives for g in groups) / max(int(positives.sum()), 1)
    alarms = sum((g.fpr or 0.0) * g.negatives for g in groups) / max(int(negatives.sum()), 1)
    found = rng.binomial(positives, min(hits, 1.0), (_DRAWS, len(n)))
    false = rng.binomial(negatives, min(alarms, 1.0), (_DRAWS, len(n)))
    severe = _differ(found, positives) | _differ(false, negatives)
    return float(np.mean(severe | _differ(found + negatives - false, n)))


def _differ(k: NDArray[np.int64], n: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return in which draws the shares k / n of the groups that have any differ too much."""
    some = n > 0
    if some.sum() < 2:
        return np.zeros(len(k), dtype=bool)
    shares = k[:, some] / n[some]
    # Rounded as the original does, so that a gap of exactly 0.15 is none.
    gaps = np.round(shares.max(axis=1) - shares.min(axis=1), DIGITS)
    return np.asarray(gaps > SEVERE)


def _one_person(attribute: AttributeFigures) -> Iterator[str]:
    single = [g for g in attribute.groups if g.n == 1]
    if not single or len(attribute.groups) < 2:
        return
    yield (
        f"Of the groups of {attribute.name!r}, {len(single)} of {len(attribute.groups)} "
        f"({_names(single)}) hold one person each, whose rates can only be 0 or 1, and count like "
        f"any other (accuracy gap {attribute.accuracy_gap:.3f})."
    )


def _names(groups: list[GroupFigures]) -> str:
    named = ", ".join(repr(g.level) for g in groups[:_NAMED])
    more = len(groups) - _NAMED
    return f"{named} and {more} more" if more > 0 else named
