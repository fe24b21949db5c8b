"""What the drift panel says for and against "calibration has not changed by more than margins"."""

from __future__ import annotations

import math

from core.errors import InputError
from core.stats.calibration_margin import margin_p
from core.stats.calibration_shift import CalibrationShift
from core.stats.intervals import undefined
from core.stats.shift import holm
from core.trust.drift.result import DriftPanel
from core.trust.predictions import Finding

MARGIN = math.log(1.5)
SLOPE_RATIO = 1.5

AREA = "drift"

Margins = tuple[float, float]


def drift_findings(
    panel: DriftPanel, margin: float = MARGIN, slope_ratio: float = SLOPE_RATIO
) -> tuple[Finding, ...]:
    """Judge each later batch, and all of them together, against margins.

    Parameters
    ----------
    panel : DriftPanel
        What was measured.
    margin : float
        Largest change of the log-odds, at the typical score of the reference, that is tolerated;
        the default is that of odds 1.5 times as large.
    slope_ratio : float
        Largest ratio of the slopes, either way, that is tolerated.

    Returns
    -------
    tuple of two Finding
        ``drift.calibration``: no batch is beyond the margins. It is broken by Holm's rule over the
        batches, and met only if each batch by itself is shown to lie within, which small batches
        cannot show. ``drift.calibration_overall``: all later batches together are within; it is
        broken, by Holm's rule again, if all of them or the last two, four, eight, ... are beyond.
        With ``margin=0`` and ``slope_ratio=1`` the first is broken by the tests of no change.

    Raises
    ------
    InputError
        If ``margin`` is negative or ``slope_ratio`` below 1.
    """
    if not margin >= 0 or not slope_ratio >= 1:
        raise InputError(
            f"margin={margin:g} and slope_ratio={slope_ratio:g} are no margins. Give a change of "
            "the log-odds of at least 0 and a ratio of at least 1."
        )
    limit = (
        f"by more than {margin:.2f} in the log-odds or {slope_ratio:.2f} times in the slope, "
        "either way"
    )
    each = f"In no batch has calibration changed since the reference {limit}."
    whole = f"Over all later batches calibration has not changed since the reference {limit}."
    names = ("drift.calibration", "drift.calibration_overall")
    if panel.since is None:
        nothing = undefined(panel.n, "nothing could be compared")
        return tuple(
            Finding(name, AREA, claim, nothing, None, None, panel.reading)
            for name, claim in zip(names, (each, whole), strict=True)
        )
    return (
        _each(panel, each, (margin, slope_ratio)),
        _overall(panel, panel.since, whole, (margin, slope_ratio)),
    )


def _each(panel: DriftPanel, claim: str, margins: Margins) -> Finding:
    shifts = [batch.shift for batch in panel.later if batch.shift is not None]
    within, beyond = zip(*(margin_p(shift, *margins) for shift in shifts), strict=True)
    adjusted = holm(beyond)
    worst = int(adjusted.argmin())
    batch = panel.later[worst]
    reason = (
        f"{len(shifts)} later batches against {panel.n_reference} rows with "
        f"{panel.events_reference} events. The strongest sign is in {batch.name} "
        f"(n = {shifts[worst].n}): {_changes(shifts[worst])}; p = {adjusted[worst]:.2g} for beyond "
        f"the margins, by Holm's rule. p = {max(within):.2g} for every batch within."
    )
    measured = shifts[worst].intercept_change
    return Finding(
        "drift.calibration", AREA, claim, measured, max(within), float(adjusted[worst]), reason
    )


def _overall(panel: DriftPanel, since: CalibrationShift, claim: str, margins: Margins) -> Finding:
    """Judge all later batches together, and the last two, four, eight, ... of them.

    A change that lasts is plainer in the batches since then than in any one of them, or in all.
    """
    within, _ = margin_p(since, *margins)
    spans = {len(panel.later): since, **panel.recent}
    adjusted = holm([margin_p(shift, *margins)[1] for shift in spans.values()])
    worst = int(adjusted.argmin())
    count, shift = list(spans.items())[worst]
    reason = (
        f"{since.n} later rows with {since.events} events against {since.n_reference} with "
        f"{since.events_reference}: {_changes(since)}; p = {within:.2g} for within the margins. "
        f"The strongest sign against it is in the last {count} batches: {_changes(shift)}; "
        f"p = {adjusted[worst]:.2g} for beyond."
    )
    return Finding(
        "drift.calibration_overall",
        AREA,
        claim,
        since.intercept_change,
        within,
        float(adjusted[worst]),
        reason,
    )


def _changes(shift: CalibrationShift) -> str:
    if shift.lines is None:
        return "the classes are separated perfectly on one side, so that no change can be measured"
    return (
        f"log-odds changed by {shift.intercept_change.text(2)}, slope to "
        f"{shift.slope_ratio.text(2)} of the reference's"
    )
