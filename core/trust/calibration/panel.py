"""Calibration: whether the probabilities mean what they say, and whether bending them would help.

With two classes the probability of the positive class is judged. With more, two figures stand side
by side and are never mixed with those of two classes: the probability of the called class against
how often the call is right (top label), and each class against the rest.
"""

from __future__ import annotations

import math

import numpy as np

from core.stats.calibration import bin_index, reliability
from core.stats.calibration_error import SmoothError, binned_error, debiased_square, smooth_error
from core.stats.calibration_fit import intercept_profile, line_intercept_profile, slope_profile
from core.stats.calibration_null import Tally, draw, merged, tally
from core.stats.intervals import Interval, undefined
from core.stats.mean_loss import FLOOR, log_losses
from core.stats.observed_share import ObservedShare, observed_share
from core.stats.recalibrate import FEWEST, Recalibration, class_temperature, recalibrations
from core.stats.recalibration_test import recalibration_test, spiegelhalter_test
from core.stats.reliability import brier_score, corp, murphy, reliability_curve
from core.stats.temperature import temperature_profile, temperature_test
from core.trust.calibration.result import (
    Agreement,
    BinaryCalibration,
    CalibrationEvidence,
    CalibrationPanel,
    MulticlassCalibration,
    SmoothFigure,
)
from core.trust.predictions import Floats, Labels, Predictions

NO_PROBABILITIES = "Only calls are known, so that there is no probability to judge."
NO_ROWS = "There is no row."
NOTHING_EXPECTED = "the probabilities expect no event"

SIMULATIONS = 999
_BAND_SIMULATIONS = 400
_HISTOGRAM_BINS = 20
_FEW_EVENTS = 10


def calibration_panel(predictions: Predictions, *, seed: int = 0) -> CalibrationPanel:
    """Measure calibration.

    Parameters
    ----------
    predictions : Predictions
        Outcomes and probabilities. Without probabilities the panel says that it has nothing.
    seed : int, default 0
        Seed of the outcomes that are simulated from the probabilities, and of the folds. The order
        of the rows does not matter.
    """
    wrong = int(predictions.n - predictions.correct.sum())
    if predictions.n == 0 or predictions.proba is None:
        why = NO_PROBABILITIES if predictions.n else NO_ROWS
        return CalibrationPanel(predictions.n, wrong, predictions.classes, why=why)
    if predictions.p is not None:
        return _binary_panel(predictions, predictions.p, wrong, seed)
    return _multiclass_panel(predictions, predictions.proba, wrong, seed)


def _binary_panel(predictions: Predictions, p: Floats, wrong: int, seed: int) -> CalibrationPanel:
    table = tally(predictions.y, p)
    null = merged(table)
    drawn = draw(null, SIMULATIONS, seed)
    slope, error, share = slope_profile(table), smooth_error(table, seed), observed_share(table)
    about = f"probability of '{predictions.classes[1]}' against its occurrence"
    binary = BinaryCalibration(
        agreement=_agreement(about, table, null, drawn, share),
        smooth=_smooth_figure(error),
        curve=reliability_curve(null, drawn[:_BAND_SIMULATIONS]),
        intercept=intercept_profile(table).interval(),
        slope=slope.interval(),
        line_intercept=line_intercept_profile(table).interval(),
        test=recalibration_test(table, null, drawn),
        brier=brier_score(table),
        log_loss=_log_loss(table),
        corp=corp(table),
        murphy=murphy(table),
    )
    least = int(min(table.events.sum(), table.n - table.events.sum()))
    bent, note = _binary_recalibrations(table, least, seed)
    return CalibrationPanel(
        n=predictions.n,
        wrong=wrong,
        classes=predictions.classes,
        binary=binary,
        recalibrations=bent,
        note=note,
        evidence=CalibrationEvidence(share, slope, error),
    )


def _multiclass_panel(
    predictions: Predictions, proba: Floats, wrong: int, seed: int
) -> CalibrationPanel:
    y, n = predictions.y, predictions.n
    table = tally(predictions.correct.astype(np.int64), proba[np.arange(n), predictions.called])
    null = merged(table)
    drawn = draw(null, SIMULATIONS, seed)
    order = _content_order(y, proba)
    slope = temperature_profile(y[order], proba[order])
    error, share = smooth_error(table, seed), observed_share(table)
    about = "probability of the called class against the call being right (top label)"
    multiclass = MulticlassCalibration(
        top_label=_agreement(about, table, null, drawn, share),
        smooth=_smooth_figure(error),
        curve=reliability_curve(null, drawn[:_BAND_SIMULATIONS]),
        by_class=tuple(
            _class_agreement(name, tally((y == k).astype(np.int64), proba[:, k]), seed)
            for k, name in enumerate(predictions.classes)
        ),
        slope=slope.interval(),
        test=temperature_test(slope),
        brier=_class_brier(y[order], proba[order]),
        log_loss=float(log_losses(y[order], proba[order]).mean()),
    )
    bent, note = _class_recalibrations(predictions, proba, min(wrong, n - wrong), seed)
    return CalibrationPanel(
        n=n,
        wrong=wrong,
        classes=predictions.classes,
        multiclass=multiclass,
        recalibrations=bent,
        note=note,
        evidence=CalibrationEvidence(share, slope, error),
    )


def _agreement(
    about: str, table: Tally, null: Tally, drawn: Floats, share: ObservedShare
) -> Agreement:
    observed, n = share.interval(), table.n
    claimed = share.claimed
    ratio = undefined(n, NOTHING_EXPECTED)
    if claimed > 0:
        ratio = _linear(observed, 1 / claimed, 0.0)
    bins = reliability(*table.rows())
    z, p = spiegelhalter_test(table, null, drawn)
    square = debiased_square(table)
    rows = np.bincount(bin_index(table.p, _HISTOGRAM_BINS), table.trials, minlength=_HISTOGRAM_BINS)
    return Agreement(
        about=about,
        n=n,
        events=int(table.events.sum()),
        expected=claimed * n,
        ratio=ratio,
        excess=_linear(observed, -1.0, claimed),
        spiegelhalter_z=z,
        spiegelhalter_p=p,
        binned=binned_error(table, null, drawn),
        debiased_square=square,
        debiased=math.nan if math.isnan(square) else math.sqrt(max(square, 0.0)),
        bins=bins,
        few=tuple(round(one.n * one.observed.estimate) < _FEW_EVENTS for one in bins),
        histogram=tuple(int(count) for count in rows),
    )


def _class_agreement(name: str, table: Tally, seed: int) -> Agreement:
    null = merged(table)
    drawn = draw(null, SIMULATIONS, seed)
    about = f"probability of '{name}' against its occurrence (one class against the rest)"
    return _agreement(about, table, null, drawn, observed_share(table))


def _linear(figure: Interval, factor: float, constant: float) -> Interval:
    """Return the interval of ``constant + factor * figure``."""
    ends = sorted((constant + factor * figure.low, constant + factor * figure.high))
    estimate = constant + factor * figure.estimate
    return Interval(estimate, ends[0], ends[1], figure.n, figure.level, figure.method)


def _smooth_figure(error: SmoothError) -> SmoothFigure:
    return SmoothFigure(error.interval(), error.null_95)


def _binary_recalibrations(
    table: Tally, least: int, seed: int
) -> tuple[tuple[Recalibration, ...], str]:
    if least < FEWEST:
        return (), _too_few("events and of non-events", least)
    found = recalibrations(table, seed)
    missing = [name for name in ("temperature", "logistic") if name not in _names(found)]
    note = f"Without a finite fit, and left out: {', '.join(missing)}." if missing else ""
    return found, note


def _class_recalibrations(
    predictions: Predictions, proba: Floats, least: int, seed: int
) -> tuple[tuple[Recalibration, ...], str]:
    if least < FEWEST:
        return (), _too_few("right calls and of wrong calls", least)
    return (class_temperature(predictions.y, proba, predictions.called, seed),), ""


def _names(found: tuple[Recalibration, ...]) -> set[str]:
    return {one.method for one in found}


def _too_few(what: str, least: int) -> str:
    return f"Recalibration is not tried: it needs {FEWEST} rows of {what}; the fewer are {least}."


def _log_loss(table: Tally) -> float:
    hit = np.log(np.maximum(table.p, FLOOR))
    missed = np.log(np.maximum(1 - table.p, FLOOR))
    return -float(table.events @ hit + (table.trials - table.events) @ missed) / table.n


def _class_brier(y: Labels, proba: Floats) -> float:
    actual = np.eye(proba.shape[1])[y]
    return float(np.mean(np.sum((proba - actual) ** 2, axis=1)))


def _content_order(y: Labels, proba: Floats) -> Labels:
    """Return an order of the rows by what they hold, so that sums do not depend on the input's."""
    return np.lexsort((*proba.T, y)).astype(np.int64)
