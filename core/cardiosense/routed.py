"""The production route: which of two models scores a patient, by what was measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from core.cardiosense.flags import refusals
from core.cardiosense.model import RiskModel
from core.cardiosense.schema import DIAGNOSTIC, LATE_TESTS
from core.stats.prediction_sets import Conformal

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_LATE_AT = [DIAGNOSTIC.names.index(name) for name in LATE_TESTS]


def has_late_tests(values: Floats) -> Mask:
    """Return which rows of diagnostic values (n, 13) have slope, ca and thal."""
    absent: Mask = np.isnan(values[:, _LATE_AT])
    return np.asarray(~absent.any(axis=1))


def scorable(values: Floats) -> Mask:
    """Return which rows of diagnostic values (n, 13) production would not refuse."""
    accepted = np.ones(len(values), dtype=bool)
    accepted[list(refusals(values))] = False
    return accepted


def route(values: Floats, full: RiskModel, core: RiskModel) -> Floats:
    """Return probabilities of disease, shape (n,), each from the model production would use.

    Parameters
    ----------
    values : ndarray, shape (n, 13)
        Diagnostic fields in order; NaN = missing.
    full, core : RiskModel
        The models with 13 and with 10 features.
    """
    late = has_late_tests(values)
    return np.where(late, _probability(full, values), _probability(core, values))


def route_sets(values: Floats, p: Floats, full: Conformal, core: Conformal) -> Mask:
    """Return the labels that stay possible, shape (n, 2): columns no disease, disease."""
    late = has_late_tests(values)[:, None]
    sets: Mask = np.where(late, full.possible(p), core.possible(p))
    return sets


def _probability(model: RiskModel, values: Floats) -> Floats:
    columns = [DIAGNOSTIC.names.index(name) for name in model.features]
    p: Floats = expit(model.log_odds(values[:, columns]))
    return p
