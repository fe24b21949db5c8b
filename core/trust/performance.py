"""Discrimination: how well the calls and the probabilities tell the classes apart."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from core.stats.confusion import (
    association_p,
    balanced_accuracy,
    confusion,
    f1_binary,
    macro_f1,
    matthews,
)
from core.stats.delong import Area, auc_area, macro_area
from core.stats.intervals import Interval, undefined, wilson
from core.stats.mean_loss import FLOOR, brier_losses, log_losses, mean_loss
from core.stats.score_table import average_precision, roc_points, score_table
from core.trust.predictions import Finding, Floats, Predictions

NO_PROBA = "no probabilities"
ONE_CLASS = "all outcomes are of one class"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class PerformancePanel:
    """Figures of calls and probabilities, each with its interval.

    Attributes
    ----------
    n : int
        Rows.
    classes : tuple of str
        Names of the classes.
    support : tuple of int
        Rows of each class.
    confusion : tuple of tuple of int
        Rows of each class (outer) by the class they are called (inner).
    accuracy, balanced_accuracy, mcc : Interval
        Share of correct calls, mean recall of the classes, Matthews' correlation.
    f1 : Interval
        F1 of the positive class; with more than two classes, the mean over the classes.
    no_information_rate : Interval
        Share of the most frequent class: the accuracy of calling everybody that.
    recall, precision : tuple of Interval
        Of each class: share of its rows called so, share of rows called so that are of it.
    log_loss, brier : Interval
        Mean loss of the probabilities; the Brier score is 0 to 1 with two classes and 0 to 2 with
        more.
    auc : Interval
        Area under the ROC curve; with more than two classes, the mean of one class against the
        rest.
    average_precision : Interval
        Area under the precision-recall curve of the positive class.
    area : Area or None
        What the tests of the AUC need.
    association : tuple of float, or None
        p values of "the calls say nothing" against better and against worse than chance.
    roc : tuple of ndarray, or None
        False-positive and true-positive rates for a chart, with two classes.
    """

    n: int
    classes: tuple[str, ...]
    support: tuple[int, ...]
    confusion: tuple[tuple[int, ...], ...]
    accuracy: Interval
    balanced_accuracy: Interval
    f1: Interval
    mcc: Interval
    no_information_rate: Interval
    recall: tuple[Interval, ...]
    precision: tuple[Interval, ...]
    log_loss: Interval
    brier: Interval
    auc: Interval
    average_precision: Interval
    area: Area | None
    association: tuple[float, float] | None
    roc: tuple[Floats, Floats] | None

    @property
    def figures(self) -> dict[str, Interval]:
        """The figures of the whole, by name, in the order in which people read them."""
        names = (
            "auc",
            "accuracy",
            "no_information_rate",
            "balanced_accuracy",
            "f1",
            "mcc",
            "average_precision",
            "log_loss",
            "brier",
        )
        return {name: getattr(self, name) for name in names}

    def to_dict(self) -> dict[str, Any]:
        """Return the panel as plain data; what is undefined is ``None``."""
        return {
            "n": self.n,
            "classes": list(self.classes),
            "support": list(self.support),
            "confusion": [list(row) for row in self.confusion],
            "figures": {name: figure.to_dict() for name, figure in self.figures.items()},
            "recall": [one.to_dict() for one in self.recall],
            "precision": [one.to_dict() for one in self.precision],
            "roc": None if self.roc is None else [axis.tolist() for axis in self.roc],
        }


def performance_panel(predictions: Predictions, seed: int = 0) -> PerformancePanel:
    """Measure how well calls and probabilities tell the classes apart.

    Parameters
    ----------
    predictions : Predictions
        At least one row.
    seed : int
        Seed of the draws behind the limits of Matthews' correlation and of the mean F1.
    """
    y, proba, n, k = predictions.y, predictions.proba, predictions.n, len(predictions.classes)
    table = confusion(y, predictions.called, k)
    support, called = table.sum(axis=1), table.sum(axis=0)
    ranked = _ranked(predictions)
    return PerformancePanel(
        n=n,
        classes=predictions.classes,
        support=tuple(support.tolist()),
        confusion=tuple(tuple(row) for row in table.tolist()),
        accuracy=wilson(int(np.trace(table)), n),
        balanced_accuracy=balanced_accuracy(table),
        f1=f1_binary(table) if k == 2 else macro_f1(table, seed),
        mcc=matthews(table, seed),
        no_information_rate=wilson(int(support.max()), n),
        recall=_shares(table.diagonal(), support, "no row of this class"),
        precision=_shares(table.diagonal(), called, "no row is called so"),
        log_loss=_loss(None if proba is None else log_losses(y, proba), -math.log(FLOOR), n),
        brier=_loss(None if proba is None else brier_losses(y, proba), 1.0 if k == 2 else 2.0, n),
        auc=ranked.auc,
        average_precision=ranked.average_precision,
        area=ranked.area,
        association=association_p(table, seed),
        roc=ranked.roc,
    )


def performance_findings(panel: PerformancePanel, *, auc: float) -> tuple[Finding, ...]:
    """Judge the discrimination against a limit.

    With probabilities, the area under the ROC curve must be above the limit. With calls alone there
    is no such curve: their balanced accuracy must then be above chance. (Plain accuracy against the
    most frequent class would fail a screening test that calls too many on purpose.)

    Parameters
    ----------
    panel : PerformancePanel
        What was measured.
    auc : float
        Limit of the area, strictly between 0 and 1.
    """
    if panel.log_loss.method == NO_PROBA:
        return (_calls_finding(panel),)
    what = "area under the ROC curve"
    if len(panel.classes) > 2:
        what = "mean area under the ROC curves of one class against the rest"
    p_met, p_broken = (None, None) if panel.area is None else panel.area.p_values(auc)
    counts = ", ".join(
        f"{n} of {name}" for name, n in zip(panel.classes, panel.support, strict=True)
    )
    reason = f"The {what} is {panel.auc.text()} ({counts})."
    if panel.area is None:
        reason = f"It cannot be measured: {panel.auc.method} ({counts})."
    return (
        Finding(
            id="discrimination.auc",
            area="discrimination",
            claim=f"The {what} is above {auc:g}.",
            measured=panel.auc,
            p_met=p_met,
            p_broken=p_broken,
            reason=reason,
        ),
    )


def size_findings(panel: PerformancePanel, *, events: int) -> tuple[Finding, ...]:
    """Judge whether every class has enough rows; too few rows never make a model fail.

    Parameters
    ----------
    panel : PerformancePanel
        What was measured.
    events : int
        Rows that every class must have.
    """
    least = min(panel.support)
    counts = ", ".join(
        f"{n} of {name}" for name, n in zip(panel.classes, panel.support, strict=True)
    )
    lacking = f" At least {events - least} more are needed." if least < events else ""
    return (
        Finding(
            id="data.size",
            area="data",
            claim=f"Every class has {events} rows or more.",
            measured=Interval(float(least), float(least), float(least), panel.n, 1.0, "count"),
            p_met=None if lacking else 0.0,
            p_broken=None,
            reason=f"There are {panel.n} rows: {counts}.{lacking}",
        ),
    )


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Ranked:
    auc: Interval
    average_precision: Interval
    area: Area | None = None
    roc: tuple[Floats, Floats] | None = None


def _ranked(predictions: Predictions) -> _Ranked:
    n, p, proba = predictions.n, predictions.p, predictions.proba
    if proba is None:
        return _Ranked(undefined(n, NO_PROBA), undefined(n, NO_PROBA))
    one_class = undefined(n, ONE_CLASS)
    if p is None:
        area = macro_area(predictions.y, proba)
        precision = undefined(n, "defined for two classes")
        return _Ranked(one_class if area is None else area.interval, precision, area)
    table = score_table(predictions.y == 1, p)
    area = auc_area(table)
    precision = average_precision(table)
    if area is None:
        return _Ranked(one_class, precision)
    return _Ranked(area.interval, precision, area, roc_points(table))


def _calls_finding(panel: PerformancePanel) -> Finding:
    p_met, p_broken = panel.association or (None, None)
    reason = f"The balanced accuracy of the calls is {panel.balanced_accuracy.text()}."
    if panel.association is None:
        reason = "It cannot be measured: all outcomes, or all calls, are of one class."
    return Finding(
        id="discrimination.accuracy",
        area="discrimination",
        claim="The calls tell the classes apart better than chance.",
        measured=panel.balanced_accuracy,
        p_met=p_met,
        p_broken=p_broken,
        reason=reason,
    )


def _shares(right: Any, of: Any, why: str) -> tuple[Interval, ...]:
    pairs = zip(right.tolist(), of.tolist(), strict=True)
    return tuple(wilson(k, n) if n else undefined(0, why) for k, n in pairs)


def _loss(losses: Floats | None, largest: float, n: int) -> Interval:
    return undefined(n, NO_PROBA) if losses is None else mean_loss(losses, largest)
