"""What an audit holds of calibration."""

from __future__ import annotations

import dataclasses
from typing import Any

from core.plain import plain
from core.stats.calibration import ReliabilityBin
from core.stats.calibration_error import BinnedError, SmoothError
from core.stats.intervals import Interval
from core.stats.observed_share import ObservedShare
from core.stats.profile_likelihood import Profile, RatioTest
from core.stats.recalibrate import Recalibration
from core.stats.reliability import Corp, Murphy, ReliabilityCurve


@dataclasses.dataclass(frozen=True, slots=True)
class Agreement:
    """Probabilities of one event against how often it happened.

    Attributes
    ----------
    about : str
        Whose probability and which event, in words.
    n, events : int
        Rows, and rows with the event.
    expected : float
        Sum of the probabilities.
    ratio : Interval
        Observed over expected events (O/E); 1 is perfect.
    excess : Interval
        Mean probability minus observed share; above 0, the probabilities are too high.
    spiegelhalter_z, spiegelhalter_p : float
        Spiegelhalter's test; NaN where it does not exist.
    binned : BinnedError
        ECE and MCE over ten bins, with what chance gives.
    debiased_square, debiased : float
        Squared calibration error less its noise (may be negative), and its root (then 0).
    bins : tuple of ReliabilityBin
        Occupied bins of equal width, with Wilson intervals.
    few : tuple of bool
        Whether a bin holds fewer than ten events, too few to read much into.
    histogram : tuple of int
        Rows by probability, 20 bins of equal width.
    """

    about: str
    n: int
    events: int
    expected: float
    ratio: Interval
    excess: Interval
    spiegelhalter_z: float
    spiegelhalter_p: float
    binned: BinnedError
    debiased_square: float
    debiased: float
    bins: tuple[ReliabilityBin, ...]
    few: tuple[bool, ...]
    histogram: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class SmoothFigure:
    """Smooth calibration error (smECE) and its 95 % quantile if the probabilities are right."""

    error: Interval
    null_95: float


@dataclasses.dataclass(frozen=True, slots=True)
class BinaryCalibration:
    """Calibration of the probability of the positive class.

    Attributes
    ----------
    agreement : Agreement
        Figures without a model of the miscalibration.
    smooth : SmoothFigure
        Smooth calibration error.
    curve : ReliabilityCurve
        Isotonic reliability curve with consistency bands.
    intercept : Interval
        Calibration in the large: intercept with the slope held at 1. Above 0, risks are too low.
    slope : Interval
        Calibration slope. Below 1, probabilities are too extreme.
    line_intercept : Interval
        The intercept that goes with the slope.
    test : RatioTest or None
        Likelihood-ratio test of intercept 0 and slope 1; the test to decide on.
    brier, log_loss : float
        Scores; lower is better.
    corp : Corp
        Brier score split by the isotonic curve.
    murphy : Murphy
        Brier score split by ten bins, in five terms.
    """

    agreement: Agreement
    smooth: SmoothFigure
    curve: ReliabilityCurve
    intercept: Interval
    slope: Interval
    line_intercept: Interval
    test: RatioTest | None
    brier: float
    log_loss: float
    corp: Corp
    murphy: Murphy


@dataclasses.dataclass(frozen=True, slots=True)
class MulticlassCalibration:
    """Calibration over three or more classes; not to be compared with figures of two.

    Attributes
    ----------
    top_label : Agreement
        Probability of the called class against whether the call is right: ``excess`` is confidence
        minus accuracy.
    smooth : SmoothFigure
        Smooth calibration error of the top label.
    curve : ReliabilityCurve
        Reliability curve of the top label.
    by_class : tuple of Agreement
        Each class against the rest.
    slope : Interval
        Inverse temperature. Below 1, probabilities are too extreme.
    test : RatioTest or None
        Likelihood-ratio test of inverse temperature 1.
    brier : float
        Squared error summed over the classes, 0 to 2.
    log_loss : float
        Mean negative log-probability of what happened.
    """

    top_label: Agreement
    smooth: SmoothFigure
    curve: ReliabilityCurve
    by_class: tuple[Agreement, ...]
    slope: Interval
    test: RatioTest | None
    brier: float
    log_loss: float


@dataclasses.dataclass(frozen=True, slots=True)
class CalibrationEvidence:
    """What p values against any limit are computed from. It refers to the rows.

    Attributes
    ----------
    share : ObservedShare
        Observed share of the event, or of right calls.
    slope : Profile
        Likelihood of the calibration slope, or of the inverse temperature.
    error : SmoothError
        Smooth calibration error.
    """

    share: ObservedShare
    slope: Profile
    error: SmoothError


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class CalibrationPanel:
    """Calibration of predictions.

    Attributes
    ----------
    n : int
        Rows.
    wrong : int
        Wrong calls among them.
    classes : tuple of str
        Names of the classes.
    binary : BinaryCalibration or None
        With two classes.
    multiclass : MulticlassCalibration or None
        With more.
    recalibrations : tuple of Recalibration
        What bending the probabilities would do on rows the fit has not seen.
    why : str
        Why there is nothing, if so.
    note : str
        Why a recalibration is missing, if one is.
    evidence : CalibrationEvidence or None
        What findings are computed from; not part of the plain data.
    """

    n: int
    wrong: int
    classes: tuple[str, ...]
    binary: BinaryCalibration | None = None
    multiclass: MulticlassCalibration | None = None
    recalibrations: tuple[Recalibration, ...] = ()
    why: str = ""
    note: str = ""
    evidence: CalibrationEvidence | None = None

    def without_rows(self) -> CalibrationPanel:
        """Return the panel without the evidence, which refers to the rows."""
        return dataclasses.replace(self, evidence=None)

    def to_dict(self) -> dict[str, Any]:
        """Return the panel as plain data; what is undefined is ``None``."""
        parts = dataclasses.fields(self)
        return {f.name: plain(getattr(self, f.name)) for f in parts if f.name != "evidence"}
