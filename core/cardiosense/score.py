"""What is this patient's risk? One estimate behind the page, the API, the CLI and the report."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from core.cardiosense import data
from core.cardiosense.flags import MAX_MISSING, flags, missing_patterns, refusals, too_few
from core.cardiosense.model import RiskModel, models
from core.cardiosense.reasons import reason_list, reason_texts
from core.cardiosense.routed import has_late_tests
from core.cardiosense.safety import Alert, alert_texts, alerts
from core.cardiosense.schema import CORE_NAMES, DIAGNOSTIC, LATE_TESTS
from core.errors import InputError, Problem
from core.fields import FieldSet, record_hash
from core.stats.quantiles import column_quantiles

Floats = NDArray[np.float64]
Decision = Literal["disease", "no disease", "abstain", "refused"]

INTERVAL_LEVEL = 0.90
OUTPUT_COLUMNS = ("p_disease", "p_low", "p_high", "decision", "reasons", "flags", "model")
CHUNK_ROWS = 4_000  # their refits fit the cache of a processor
DECIMALS = 6  # one patient and a batch then agree to the byte, whatever the array shapes


@dataclasses.dataclass(frozen=True, slots=True)
class Risk:
    """The estimate for one patient, with everything that qualifies it.

    Attributes
    ----------
    p, low, high : float
        Calibrated probability of at least 50 % narrowing of a coronary artery now, with its
        interval; 0 to 1.
    level : float
        Coverage level of the interval (bootstrap refits, and the spread of unknown findings).
    decision : {"disease", "no disease", "abstain"}
        The single label that the class-conditional conformal set leaves, or abstention.
    prediction_set : tuple of str
        Labels that cannot be excluded at the stated level.
    zone : tuple of float or None
        Probabilities between which both labels stay possible; None when no such range exists.
    reasons : tuple of str
        The strongest contributions in words.
    flags : tuple of str
        What to know before using the estimate: extrapolation, missing findings, routing.
    alerts : tuple of Alert
        Guideline thresholds met; they never alter the probability.
    features : tuple of str
        The findings that the model used.
    model : str
        Name, version and hash of the model.
    challenger, challenger_p : str and float
        Name and estimate of the other model family for the same patient.
    input_hash : str
        SHA-256 of the canonical input; results and inputs are matched by it.
    """

    p: float
    low: float
    high: float
    level: float
    decision: Decision
    prediction_set: tuple[str, ...]
    zone: tuple[float, float] | None
    reasons: tuple[str, ...]
    flags: tuple[str, ...]
    alerts: tuple[Alert, ...]
    features: tuple[str, ...]
    model: str
    challenger: str
    challenger_p: float
    input_hash: str

    def to_dict(self) -> dict[str, object]:
        """Return the estimate as plain, JSON-safe data."""
        plain = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()
        } | {"alerts": [alert.to_dict() for alert in self.alerts]}


@dataclasses.dataclass(frozen=True, slots=True)
class Route:
    """The models that serve a patient: the champion and the other family, same findings."""

    champion: RiskModel
    challenger: RiskModel


@dataclasses.dataclass(frozen=True, slots=True)
class _Estimate:
    """Estimates of n rows served by one model; every array has the shape (n,)."""

    p: Floats
    low: Floats
    high: Floats
    may_be_healthy: NDArray[np.bool_]
    may_be_ill: NDArray[np.bool_]

    @property
    def decision(self) -> NDArray[np.object_]:
        alone = [self.may_be_ill & ~self.may_be_healthy, self.may_be_healthy & ~self.may_be_ill]
        return np.select(alone, ["disease", "no disease"], "abstain").astype(object)


def parse_patient(patient: Mapping[str, object]) -> dict[str, float]:
    """Validate one diagnostic record and return its values.

    Raises
    ------
    InputError
        If a value is refused, or more than ``MAX_MISSING`` core findings are missing.
    """
    return _parse(patient)[0]


def _parse(patient: Mapping[str, object]) -> tuple[dict[str, float], tuple[Problem, ...]]:
    values, warnings = DIAGNOSTIC.parse(patient)
    missing = [name for name in CORE_NAMES if math.isnan(values[name])]
    if len(missing) > MAX_MISSING:
        raise InputError.from_problems((too_few(missing),))
    return values, warnings


def route(values: Mapping[str, float]) -> Route:
    """Return the models for a patient: those without late tests when one of these is missing."""
    return _route(full=not any(math.isnan(values[name]) for name in LATE_TESTS))


def score_patient(patient: Mapping[str, object]) -> Risk:
    """Estimate the risk of one patient.

    Parameters
    ----------
    patient : mapping
        Diagnostic field name to value; ``None`` or absent where not measured.

    Returns
    -------
    Risk

    Raises
    ------
    InputError
        If a value is refused, or too few findings are given.
    """
    values, warnings = _parse(patient)
    record = np.array([[values[name] for name in DIAGNOSTIC.names]])
    chosen = route(values)
    model, challenger = chosen.champion, chosen.challenger
    row = _columns(record, model)
    estimate = _estimate(row, model)
    healthy, ill = bool(estimate.may_be_healthy[0]), bool(estimate.may_be_ill[0])
    return Risk(
        p=float(estimate.p[0]),
        low=float(estimate.low[0]),
        high=float(estimate.high[0]),
        level=INTERVAL_LEVEL,
        decision=estimate.decision[0],
        prediction_set=("no disease",) * healthy + ("disease",) * ill,
        zone=_zone(model),
        reasons=reason_list(_fields(model), row[0], model.contributions(row)[0]),
        flags=(
            *flags(record)[0],
            *(p.sentence() for p in warnings if p.rule != "outside-training"),  # said by flags
        ),
        alerts=alerts(values),
        features=model.features,
        model=model.tag,
        challenger=challenger.name,
        challenger_p=round(float(expit(challenger.log_odds(row)[0])), DECIMALS),
        input_hash=record_hash(values),
    )


def score_frame(values: pd.DataFrame) -> pd.DataFrame:
    """Estimate the risk of every row of a validated table.

    Parameters
    ----------
    values : DataFrame, shape (n, 13)
        Diagnostic columns as floats, NaN where not given; unknown codes must have been refused.

    Returns
    -------
    DataFrame, shape (n, 7)
        ``OUTPUT_COLUMNS`` on the same index. A row that lacks a required field or too many
        findings has the decision ``refused``, an empty probability and its reason.
    """
    records = values[list(DIAGNOSTIC.names)].to_numpy(float)
    starts = range(0, max(len(records), 1), CHUNK_ROWS)
    parts = [_score_chunk(records[start : start + CHUNK_ROWS]) for start in starts]
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pd.DataFrame(dict(zip(OUTPUT_COLUMNS, columns, strict=True)), index=values.index)


def _score_chunk(records: Floats) -> list[NDArray[np.object_] | Floats]:
    """Return the output columns, in order, of some rows."""
    n = len(records)
    p, low, high = np.full((3, n), np.nan)
    decision, reasons, qualifying, model_tag = np.full((4, n), "", dtype=object)
    refused = refusals(records)
    for row, problem in refused.items():
        decision[row], reasons[row] = "refused", problem.sentence()
    usable = decision != "refused"
    full = has_late_tests(records)
    for with_late_tests in (True, False):
        rows = np.nonzero(usable & (full == with_late_tests))[0]
        if len(rows) == 0:
            continue
        model = _route(full=with_late_tests).champion
        matrix = _columns(records[rows], model)
        estimate = _estimate(matrix, model)
        p[rows], low[rows], high[rows] = estimate.p, estimate.low, estimate.high
        decision[rows] = estimate.decision
        reasons[rows] = reason_texts(_fields(model), matrix, model.contributions(matrix))
        qualifying[rows] = _flag_texts(records[rows])
        model_tag[rows] = model.tag
    return [p, low, high, decision, reasons, qualifying, model_tag]


def _estimate(matrix: Floats, model: RiskModel) -> _Estimate:
    p = expit(model.log_odds(matrix))
    low, high = _interval(matrix, model)
    p, low, high = np.round([p, np.minimum(low, p), np.maximum(high, p)], DECIMALS)
    conformal = models().conformal[model.name]
    healthy, ill = conformal.possible(p).T
    # A missing finding makes the calibration of the set unknown: the decision then stands only
    # if both ends of the interval lead to it.
    incomplete = np.isnan(matrix).any(axis=1)
    for edge in (low, high):
        edge_healthy, edge_ill = conformal.possible(edge).T
        healthy = healthy | (incomplete & edge_healthy)
        ill = ill | (incomplete & edge_ill)
    return _Estimate(p, low, high, healthy, ill)


def _interval(matrix: Floats, model: RiskModel) -> tuple[Floats, Floats]:
    """Return the bounds of the interval: bootstrap refits, each with a value for what is missing.

    Rows with the same findings missing share one offset per refit: the contribution that the
    missing findings would make if they were those of a training patient. For a linear model
    this is the exact spread over the training distribution.
    """
    tail = (1 - INTERVAL_LEVEL) / 2
    low, high = np.empty(len(matrix)), np.empty(len(matrix))
    patterns, which = missing_patterns(matrix)
    for index, pattern in enumerate(patterns):
        rows = np.nonzero(which == index)[0]
        refits = model.refits(matrix[rows])
        if pattern.any():
            refits = refits + _offsets(model, pattern)[:, None]
        low[rows], high[rows] = expit(column_quantiles(refits, (tail, 1 - tail)))
    return low, high


def _offsets(model: RiskModel, pattern: NDArray[np.bool_]) -> Floats:
    """Return, per refit, what the missing findings of some training patient would contribute."""
    panel = data.site("cleveland").matrix(model.features)
    panel = panel[~np.isnan(panel).any(axis=1)]
    with_values = model.refits(np.where(pattern, panel, np.nan))
    without = model.refits(np.full((1, len(pattern)), np.nan))[:, 0]
    refit = np.arange(len(with_values))
    # A fixed stride visits the panel evenly, so that the interval needs no random numbers.
    offsets: Floats = with_values[refit, (refit * 37) % len(panel)] - without
    return offsets


def _flag_texts(records: Floats) -> list[str]:
    found = alert_texts(dict(zip(DIAGNOSTIC.names, records.T, strict=True)))
    return ["; ".join(first + then) for first, then in zip(flags(records), found, strict=True)]


def _route(*, full: bool) -> Route:
    loaded = models()
    if full:
        return Route(loaded.champion_13, loaded.challenger_13)
    return Route(loaded.champion_10, loaded.challenger_10)


def _zone(model: RiskModel) -> tuple[float, float] | None:
    conformal = models().conformal[model.name]
    low, high = conformal.disease_from, conformal.healthy_to
    return (low, high) if low < high else None


def _columns(records: Floats, model: RiskModel) -> Floats:
    return records[:, [DIAGNOSTIC.names.index(name) for name in model.features]]


def _fields(model: RiskModel) -> FieldSet:
    return DIAGNOSTIC.select(model.features)
