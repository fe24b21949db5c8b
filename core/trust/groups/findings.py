"""What the comparison of groups says to the verdict: one finding for each attribute and measure."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import InputError
from core.trust.groups.errors import ErrorPanel
from core.trust.groups.gap_result import GapTest
from core.trust.groups.gaps import judge, named
from core.trust.groups.panel import check_margin
from core.trust.groups.result import FairnessPanel
from core.trust.predictions import Finding

METRICS = ("sensitivity", "specificity", "accuracy")


def fairness_findings(
    panel: FairnessPanel, *, margin: float, metrics: Sequence[str]
) -> tuple[Finding, ...]:
    """Turn the comparison of rates into findings; there is none without attributes.

    Parameters
    ----------
    panel : FairnessPanel
        What was measured.
    margin : float
        Largest gap between two levels that the claim allows, strictly between 0 and 1.
    metrics : sequence of {"sensitivity", "specificity", "accuracy"}
        What must be alike. With more than two classes sensitivity stands for that of every class;
        specificity is of two classes only, accuracy is tested with more than two.

    Raises
    ------
    InputError
        If the margin or a metric is none.
    """
    check_margin(margin)
    unknown = [metric for metric in metrics if metric not in METRICS]
    if unknown:
        raise InputError(
            f"metrics: {unknown[0]!r} is not compared between groups. "
            f"Choose among {', '.join(METRICS)}."
        )
    tests = judge([test for one in panel.attributes for test in one.tests], margin)
    return tuple(
        _finding(test, f"{margin:g}") for test in tests if test.measure.partition(".")[0] in metrics
    )


def error_findings(panel: ErrorPanel, *, margin: float) -> tuple[Finding, ...]:
    """Turn the comparison of mean errors into findings, ``fairness.<attribute>.bias``.

    Parameters
    ----------
    panel : ErrorPanel
        What was measured.
    margin : float
        Largest gap between the mean errors of two levels that the claim allows, in standard
        deviations of the outcome.
    """
    tests = judge([one.test for one in panel.attributes], margin)
    return tuple(_finding(test, f"{margin:g} standard deviations of the outcome") for test in tests)


def _finding(test: GapTest, limit: str) -> Finding:
    return Finding(
        id=f"fairness.{test.attribute}.{test.measure}",
        area="fairness",
        claim=(
            f"The {named(test.measure)} of any two levels of {test.attribute} differs by at most "
            f"{limit}."
        ),
        measured=test.largest,
        p_met=test.p_met,
        p_broken=test.p_broken,
        reason=test.reason,
    )
