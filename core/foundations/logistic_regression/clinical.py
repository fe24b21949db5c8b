"""The clinical model as the page shows it: contributions that add up, calibration in and out."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

from core.foundations.logistic_regression.cardiosense import attribution
from core.foundations.logistic_regression.formulas_fit import additive_estimate, gap_error
from core.foundations.logistic_regression.support import Floats
from core.stats.calibration import log_odds, recalibration
from core.stats.calibration_fit import slope_profile
from core.stats.calibration_null import tally
from core.stats.intervals import Interval

NORMAL = 1.959964
"""Standard errors of a 95 % interval."""


@dataclasses.dataclass(frozen=True, slots=True)
class ClinicalEstimate:
    """An estimate taken apart.

    Attributes
    ----------
    title, note : str
        The example patient, and where it comes from.
    model, trained_on : str
        Name, version and hash of the model, and the patients it was fitted to.
    labels : tuple of str
        Findings in words, strongest first.
    contributions : ndarray
        Their contributions to the log-odds.
    reference, log_odds : float
        Log-odds of the reference and of the patient.
    summed : float
        The sigmoid of reference plus contributions.
    shown : float
        The estimate that the clinical page shows.
    """

    title: str
    note: str
    model: str
    trained_on: str
    labels: tuple[str, ...]
    contributions: Floats
    reference: float
    log_odds: float
    summed: float
    shown: float

    @property
    def strongest_factor(self) -> float:
        """What the strongest finding multiplies the estimated odds by."""
        return float(np.exp(self.contributions[0]))


def example_titles() -> dict[str, str]:
    """Return the names of the example patients by their slug."""
    from core.cardiosense import diagnostic_presets

    return {one.slug: one.title for one in diagnostic_presets()}


def clinical_estimate(slug: str) -> ClinicalEstimate:
    """Return the estimate of an example patient, taken apart."""
    from core.cardiosense import diagnostic_presets, held_out, score_patient

    table = held_out()[0]
    preset = next(one for one in diagnostic_presets() if one.slug == slug)
    found = attribution(preset.values)
    given = sorted(
        (one for one in found.contributions if one.log_odds != 0), key=lambda c: -abs(c.log_odds)
    )
    shares = np.array([one.log_odds for one in given])
    return ClinicalEstimate(
        title=preset.title,
        note=preset.note,
        model=found.model,
        trained_on=f"{len(table.y)} patients of {table.data}",
        labels=tuple(f"{one.label}: {one.value}" for one in given),
        contributions=shares,
        reference=found.base,
        log_odds=found.log_odds,
        summed=additive_estimate(found.base, shares),
        shown=score_patient(preset.values).p,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class ClinicalCalibration:
    """Calibration of the clinical model on one group of patients.

    Attributes
    ----------
    name : str
        Which patients, and how their estimates were made.
    n : int
        How many.
    mean_risk, observed : float
        Mean estimate and share with disease.
    intercept, slope : float
        The recalibration line.
    half_width : float or None
        95 % limit of the difference of observed share and mean estimate if the risks were right;
        ``None`` where outcomes of these patients went into the estimates.
    slopes : Interval or None
        Slopes that are not rejected at 95 %; ``None`` where the patients are those of the fit.
    """

    name: str
    n: int
    mean_risk: float
    observed: float
    intercept: float
    slope: float
    half_width: float | None = None
    slopes: Interval | None = None

    @property
    def gap(self) -> float:
        """Observed share minus mean risk."""
        return self.observed - self.mean_risk

    @property
    def within(self) -> bool:
        """Whether chance alone may explain the gap, at 95 %."""
        return self.half_width is not None and abs(self.gap) <= self.half_width


@dataclasses.dataclass(frozen=True, slots=True)
class ClinicalCalibrations:
    """Calibration of the clinical model where it was made and elsewhere.

    Attributes
    ----------
    own : tuple of ClinicalCalibration
        At the hospital of the training table: a line fitted to the same patients, the model on
        its own patients, and its cross-validation.
    hospitals : tuple of ClinicalCalibration
        Hospitals of which no patient was seen, one by one.
    together : ClinicalCalibration
        All patients of these hospitals.
    how : str
        How the estimates of the cross-validation and of the other hospitals were made.
    """

    own: tuple[ClinicalCalibration, ...]
    hospitals: tuple[ClinicalCalibration, ...]
    together: ClinicalCalibration
    how: str

    @property
    def all(self) -> tuple[ClinicalCalibration, ...]:
        """Every group, in reading order."""
        return *self.own, *self.hospitals, self.together


@functools.cache
def clinical_calibration() -> ClinicalCalibrations:
    """Return the calibration in the training table, cross-validated, and at other hospitals."""
    from core.cardiosense import held_out, score_frame

    models = {one.key: one for one in held_out()}
    inside, outside = held_out()[0], models["cardiosense-external"]
    own = score_frame(inside.features)["p_disease"].to_numpy(dtype=np.float64)
    at = outside.groups["hospital"]
    return ClinicalCalibrations(
        own=(
            _of_the_fit(f"{inside.data}, line fitted too", inside.y, recalibrated(inside.y, own)),
            _of_the_fit(f"{inside.data}, as fitted", inside.y, own),
            dataclasses.replace(
                _elsewhere(f"{inside.data}, cross-validated", inside.y, inside.p), half_width=None
            ),
        ),
        hospitals=tuple(
            _elsewhere(str(name), outside.y[at == name], outside.p[at == name])
            for name in np.unique(at)
        ),
        together=_elsewhere("Other hospitals together", outside.y, outside.p),
        how=f"Cross-validated: {inside.how} Other hospitals: {outside.how}",
    )


def recalibrated(y: np.ndarray, p: Floats) -> Floats:
    """Return estimates after a recalibration line was fitted to the same patients."""
    z = log_odds(p)
    intercept, slope = recalibration(y, z)
    corrected: Floats = 1 / (1 + np.exp(-(intercept + slope * z)))
    return corrected


def _of_the_fit(name: str, y: np.ndarray, p: Floats) -> ClinicalCalibration:
    intercept, slope = recalibration(y, log_odds(p))
    return ClinicalCalibration(name, len(y), float(p.mean()), float(y.mean()), intercept, slope)


def _elsewhere(name: str, y: np.ndarray, p: Floats) -> ClinicalCalibration:
    return dataclasses.replace(
        _of_the_fit(name, y, p),
        half_width=NORMAL * gap_error(p),
        slopes=slope_profile(tally(y, p)).interval(),
    )
