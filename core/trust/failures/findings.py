"""What the failure panel says for and against two claims: errors show, and hit nobody above all."""

from __future__ import annotations

import dataclasses

import numpy as np

from core.errors import InputError
from core.stats.intervals import Interval, undefined
from core.stats.shift import holm
from core.stats.two_proportions import difference_p, newcombe
from core.trust.failures.panel import FailurePanel
from core.trust.failures.slice_search import Family
from core.trust.failures.slices import Slice, Slices
from core.trust.predictions import Finding

AREA = "failures"
LEVEL = 0.05


def failure_findings(
    panel: FailurePanel, *, ranking: float, slice_gap: float
) -> tuple[Finding, Finding]:
    """Judge the panel against limits.

    Parameters
    ----------
    panel : FailurePanel
        What was measured.
    ranking : float
        Share of pairs, strictly between 0 and 1, in which the right call must be the more confident
        one; 0.5 is chance.
    slice_gap : float
        Largest difference of the error rates, from 0 to below 1, between a slice and the rest.

    Returns
    -------
    tuple of two Finding
        ``failures.ranking`` and ``failures.slices``. Slices are held against the claim by Holm's
        rule over those tested on the confirming half. For the claim speaks only that *every* slice
        large enough, found or not, lies within the gap: its p value is the largest of all of them
        (intersection-union test), which needs many rows.

    Raises
    ------
    InputError
        If a limit is outside its range.
    """
    if not 0 < ranking < 1:
        raise InputError(f"ranking: {ranking} is not strictly between 0 and 1. Give 0.5, say.")
    if not 0 <= slice_gap < 1:
        raise InputError(f"slice_gap: {slice_gap} is not from 0 to below 1. Give 0.1, say.")
    return _ranking(panel, ranking), _slices(panel, slice_gap)


def _ranking(panel: FailurePanel, limit: float) -> Finding:
    right = panel.n - panel.errors
    counts = f"{right} right and {panel.errors} wrong calls"
    if panel.concordance is None:
        reason = f"It cannot be measured: {panel.ranking.method} ({counts})."
        p_met = p_broken = None
    else:
        p_met, p_broken = panel.concordance.p_values(limit)
        reason = f"The share of such pairs is {panel.ranking.text()} ({counts})."
    return Finding(
        id="failures.ranking",
        area=AREA,
        claim=(
            "The model is more confident in a right call than in a wrong one in more than "
            f"{limit:.0%} of pairs."
        ),
        measured=panel.ranking,
        p_met=p_met,
        p_broken=p_broken,
        reason=reason,
    )


def _slices(panel: FailurePanel, gap: float) -> Finding:
    found = panel.slices
    if found is None:
        return Finding(
            id="failures.slices",
            area=AREA,
            claim=f"No group of rows has an error rate more than {gap:g} above the rest's.",
            measured=undefined(panel.n, "no feature or group that varies"),
            p_met=None,
            p_broken=None,
            reason="No feature or group that varies was given, so no slice could be searched.",
        )
    beyond = _beyond(found, gap)
    p_broken = float(min(beyond, default=1.0))
    p_met, closest = (None, None) if found.family is None else _within(found.family, gap)
    measured = found.tested[int(np.argmin(beyond))].gap if found.tested else closest
    return Finding(
        id="failures.slices",
        area=AREA,
        claim=(
            f"No slice of {found.min_share:.0%} of the rows or more, described by one or two "
            f"features, has an error rate more than {gap:g} above the rest's."
        ),
        measured=measured or undefined(panel.n, "no slice is large enough"),
        p_met=p_met,
        p_broken=p_broken,
        reason=_reason(found, gap, beyond, p_met),
    )


def _beyond(found: Slices, gap: float) -> list[float]:
    """Return adjusted p values of "the slice exceeds the rest by at most the gap"."""
    if not found.tested:
        return []
    n, errors = np.array([(one.n, one.errors or 0) for one in found.tested]).T
    total = found.errors_confirm or 0
    # Half an error less is a correction for continuity; without it few errors count too much.
    p = difference_p(
        np.maximum(errors - 0.5, 0), n, total - errors, found.n_confirm - n, margin=gap
    )
    adjusted: list[float] = holm(p).tolist()
    return adjusted


def _within(family: Family, gap: float) -> tuple[float | None, Interval | None]:
    """Return the largest p value of "the slice exceeds the rest by the gap", and its slice."""
    n, errors = family.n, family.errors
    if len(n) == 0:
        return None, None
    rest, rest_errors = family.n_all - n, family.errors_all - errors
    p = difference_p(rest_errors, rest, np.minimum(errors + 0.5, n), n, margin=-gap)
    worst = int(np.argmax(p))
    interval = newcombe(
        int(errors[worst]), int(n[worst]), int(rest_errors[worst]), int(rest[worst])
    )
    method = f"{interval.method}, closest of {len(n)} slices"
    return float(p[worst]), dataclasses.replace(interval, method=method)


def _reason(found: Slices, gap: float, beyond: list[float], p_met: float | None) -> str:
    if beyond and min(beyond) <= LEVEL:
        return _told(found.tested[int(np.argmin(beyond))], min(beyond))
    if found.family is not None and p_met is not None and p_met <= LEVEL:
        return (
            f"Each of the {len(found.family.n)} slices is shown to stay within {gap:g} "
            f"(largest p value {p_met:.2g})."
        )
    power = "no gap would be large enough"
    if found.detectable is not None:
        power = f"it would take a gap of {found.detectable:.2f}"
    return (
        f"{len(found.tested)} slices were tested on {found.n_confirm} rows, {len(found.found)} "
        f"have more errors than the rest, none is shown to exceed it by more than {gap:g}. For a "
        f"slice of a tenth of the rows to be found with a probability of 80 %, {power}."
    )


def _told(one: Slice, p: float) -> str:
    return (
        f"{one.rule}: {one.errors} of {one.n} calls are wrong ({one.here.estimate:.1%}), elsewhere "
        f"{one.elsewhere.estimate:.1%} (adjusted p value {p:.2g}, on rows not used for the search)."
    )
