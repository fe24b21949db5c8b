"""Every part of an audit measured, and the policy applied to what they found."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, get_args

from core.stats.intervals import Interval
from core.trust.calibration.findings import calibration_findings
from core.trust.calibration.panel import calibration_panel
from core.trust.calibration.result import BinaryCalibration, CalibrationPanel
from core.trust.drift.findings import drift_findings
from core.trust.drift.panel import drift_panel
from core.trust.failures.findings import failure_findings
from core.trust.failures.panel import failures_panel
from core.trust.groups.errors import group_errors
from core.trust.groups.findings import error_findings, fairness_findings
from core.trust.groups.panel import fairness_panel
from core.trust.performance import performance_findings, performance_panel, size_findings
from core.trust.policy import Policy, policy
from core.trust.predictions import Context, Estimates, Finding, Predictions
from core.trust.regression import error_panel, regression_findings
from core.trust.representation import representation_findings, representation_panel
from core.trust.result import Audit
from core.trust.sets import sets_panel
from core.trust.utility import utility_findings, utility_panel
from core.trust.verdict import decide

Area = Literal["calibration", "utility", "fairness", "failures", "drift", "sets", "representation"]
AREAS: tuple[Area, ...] = get_args(Area)
"""Parts of an audit that can be asked for; discrimination and size are always measured."""

REGRESSION = "regression"


def predictions_audit(
    read: Predictions, rules: Policy, areas: tuple[Area, ...], seed: int
) -> Audit:
    """Audit predicted classes.

    Parameters
    ----------
    read : Predictions
        What was predicted of whom.
    rules : Policy
        Claims and limits.
    areas : tuple of str
        Parts to measure.
    seed : int
        Seed of everything that is drawn at random.
    """
    performance = performance_panel(read, seed)
    panels: dict[str, Any] = {"performance": performance}
    findings = [
        *size_findings(performance, **_limits(rules, "data.size")),
        *performance_findings(performance, **_limits(rules, "discrimination")),
    ]
    for area in areas:
        panel, found = _MEASURES[area](read, rules, seed)
        if panel is not None:
            panels[area] = panel
            findings += found
    families = [name for name in rules.rules if not name.startswith(REGRESSION)]
    if not read.binary:
        families = [name for name in families if name != "utility.net_benefit"]
    figures = performance.figures | _calibration_figures(panels.get("calibration"))
    return Audit(
        task="binary" if read.binary else "multiclass",
        n=read.n,
        classes=read.classes,
        policy=rules,
        verdict=decide(rules, findings, families),
        figures=figures,
        numbers=_calibration_numbers(panels.get("calibration")),
        panels=panels,
        groups=_levels(read.context),
        notes=read.context.notes,
    )


def estimates_audit(read: Estimates, rules: Policy, areas: tuple[Area, ...], seed: int) -> Audit:
    """Audit predicted quantities; parameters as in :func:`predictions_audit`."""
    errors = error_panel(read, seed)
    panels: dict[str, Any] = {"errors": errors}
    findings = [
        *regression_findings(
            errors, **_limits(rules, "regression.skill"), **_limits(rules, "regression.coverage")
        )
    ]
    if "fairness" in areas and read.context.groups:
        margin = _limits(rules, "fairness")["margin"]
        panels["fairness"] = group_errors(read, margin=margin)
        findings += error_findings(panels["fairness"], margin=margin)
    families = [name for name in rules.rules if name.startswith(REGRESSION) or name == "fairness"]
    return Audit(
        task="regression",
        n=read.n,
        classes=(),
        policy=rules,
        verdict=decide(rules, findings, families),
        figures=errors.figures,
        numbers={},
        panels=panels,
        groups=_levels(read.context),
        notes=read.context.notes,
    )


Measured = tuple[Any, tuple[Finding, ...]]


def _calibration(read: Predictions, rules: Policy, seed: int) -> Measured:
    if read.proba is None:
        return None, ()
    limits = {
        **_limits(rules, "calibration.mean"),
        **_limits(rules, "calibration.slope"),
        **_limits(rules, "calibration.error"),
    }
    panel = calibration_panel(read, seed=seed)
    return panel.without_rows(), calibration_findings(panel, **limits)


def _calibration_figures(panel: CalibrationPanel | None) -> dict[str, Interval]:
    part = panel and (panel.binary or panel.multiclass)
    if not part:
        return {}
    seen = part.agreement if isinstance(part, BinaryCalibration) else part.top_label
    figures = {"smooth_ece": part.smooth.error, "slope": part.slope}
    if isinstance(part, BinaryCalibration):
        return figures | {"observed_over_expected": seen.ratio, "intercept": part.intercept}
    return figures | {"confidence_minus_accuracy": seen.excess}


def _calibration_numbers(panel: CalibrationPanel | None) -> dict[str, float]:
    part = panel and (panel.binary or panel.multiclass)
    if not part:
        return {}
    seen = part.agreement if isinstance(part, BinaryCalibration) else part.top_label
    return {
        "ece": seen.binned.ece,
        "ece_null_95": seen.binned.null_95,
        "mce": seen.binned.largest,
        "smooth_ece_null_95": part.smooth.null_95,
    }


def _utility(read: Predictions, rules: Policy, seed: int) -> Measured:
    if not read.binary:
        return None, ()
    panel = utility_panel(read)
    return panel, utility_findings(panel)


def _fairness(read: Predictions, rules: Policy, seed: int) -> Measured:
    if not read.context.groups:
        return None, ()
    limits = _limits(rules, "fairness")
    metrics = tuple(limits["metrics"]) if read.binary else ("accuracy",)
    panel = fairness_panel(read, margin=limits["margin"], seed=seed)
    return panel, fairness_findings(panel, margin=limits["margin"], metrics=metrics)


def _failures(read: Predictions, rules: Policy, seed: int) -> Measured:
    panel = failures_panel(read, seed=seed)
    limits = {**_limits(rules, "failures.ranking"), **_limits(rules, "failures.slices")}
    return panel, failure_findings(panel, **limits)


def _drift(read: Predictions, rules: Policy, seed: int) -> Measured:
    panel = drift_panel(read, seed=seed)
    if panel is None:
        return None, ()
    each, whole = drift_findings(panel, **_limits(rules, "drift.calibration"))
    # Small batches cannot show that nothing changed in each of them; all of them together can.
    both = dataclasses.replace(
        whole,
        id=each.id,
        claim=f"{whole.claim} No batch, and no run of the last ones, is shown to be beyond that.",
        p_broken=_either(each.p_broken, whole.p_broken),
        reason=whole.reason if panel.since is None else f"{panel.reading} {whole.reason}",
    )
    return panel, (both,)


def _either(first: float | None, second: float | None) -> float | None:
    """Return the p value of two tests of which either may show it (Bonferroni)."""
    known = [p for p in (first, second) if p is not None]
    return min(1.0, len(known) * min(known)) if known else None


def _sets(read: Predictions, rules: Policy, seed: int) -> Measured:
    return (None if read.proba is None else sets_panel(read, seed=seed)), ()


def _representation(read: Predictions, rules: Policy, seed: int) -> Measured:
    if read.context.embedding is None:
        return None, ()
    panel = representation_panel(read, seed)
    return panel, representation_findings(panel)


_MEASURES = {
    "calibration": _calibration,
    "utility": _utility,
    "fairness": _fairness,
    "failures": _failures,
    "drift": _drift,
    "sets": _sets,
    "representation": _representation,
}


def _limits(rules: Policy, family: str) -> dict[str, Any]:
    """Return the limits of a claim; where the policy says nothing of it, those of the strictest."""
    return (rules if family in rules.rules else policy("clinical-strict")).limits(family)


def _levels(context: Context) -> Mapping[str, tuple[str, ...]]:
    return {grouping.name: grouping.levels for grouping in context.groups}
