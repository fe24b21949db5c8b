"""Outcomes that came back: whether the model is still right about its patients.

Sensitivity and specificity are compared with the model's card through exact intervals, so that a
change is claimed, in either direction, only when the cases show one.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Literal

from core.audit import INFERENCE, Entry
from core.cardiosense.monitor import estimates
from core.errors import InputError
from core.runtime.logs import check_request_id
from core.stats.intervals import Interval, clopper_pearson

if TYPE_CHECKING:
    from core.audit.log import AuditLog

Verdict = Literal["change shown", "no change shown", "not enough data"]

OUTCOME = "outcome"

MARGIN = 0.10
"""Half-width of the interval from which "no change shown" means something."""


@dataclasses.dataclass(frozen=True, slots=True)
class Baseline:
    """The figures on a model's card that fed-back cases are held against.

    Attributes
    ----------
    model : str
        Tag of the model; cases that another model scored do not count.
    sensitivity, specificity : float
        Figures of the card at the threshold.
    threshold : float
        Probability from which a case counts as predicted positive.
    """

    model: str
    sensitivity: float
    specificity: float
    threshold: float = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One figure on fed-back cases beside the card's.

    Attributes
    ----------
    name : str
        ``"sensitivity"`` or ``"specificity"``.
    card : float
        The card's figure.
    observed : Interval or None
        The figure on fed-back cases, exact 95 % interval; ``None`` without a case.
    n, needed : int
        Cases there are, and cases from which the absence of a change can be stated.
    verdict : {"change shown", "no change shown", "not enough data"}
        ``"change shown"`` only if the interval excludes the card's figure, in either direction.
    """

    name: str
    card: float
    observed: Interval | None
    n: int
    needed: int
    verdict: Verdict

    def to_dict(self) -> dict[str, object]:
        """Return the figure as plain data."""
        observed = self.observed.to_dict() if self.observed else None
        plain = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return plain | {"observed": observed}


@dataclasses.dataclass(frozen=True, slots=True)
class PerformanceReport:
    """How the model does on the cases whose outcome came back.

    Attributes
    ----------
    n_scored : int
        Estimates of this model in the log.
    n_outcomes : int
        Those with an outcome. If outcomes come back for selected patients only, the figures
        describe these patients.
    n_other_models : int
        Estimates of other models, which were left out.
    sensitivity, specificity : Figure
        The two figures. Each interval is at 95 % on its own.
    """

    n_scored: int
    n_outcomes: int
    n_other_models: int
    sensitivity: Figure
    specificity: Figure

    @property
    def verdict(self) -> Verdict:
        """The verdict on both figures together."""
        verdicts = {self.sensitivity.verdict, self.specificity.verdict}
        order: tuple[Verdict, ...] = ("change shown", "not enough data", "no change shown")
        return next(verdict for verdict in order if verdict in verdicts)

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data."""
        return {
            "n_scored": self.n_scored,
            "n_outcomes": self.n_outcomes,
            "n_other_models": self.n_other_models,
            "sensitivity": self.sensitivity.to_dict(),
            "specificity": self.specificity.to_dict(),
            "verdict": self.verdict,
        }


def record_outcome(log: AuditLog, request_id: str, outcome: int, at: str) -> Entry:
    """Log what was found in a patient whose estimate is in the log.

    Sending the same outcome again changes nothing and returns the first entry.

    Parameters
    ----------
    log : AuditLog
        The log that holds the estimate.
    request_id : str
        The request of the estimate.
    outcome : int
        1 if disease was found, 0 if not.
    at : str
        UTC time, ISO 8601.

    Raises
    ------
    InputError
        If the request is unknown, the outcome is neither 0 nor 1, or another outcome is logged.
    """
    if isinstance(outcome, bool) or not isinstance(outcome, int) or outcome not in (0, 1):
        raise InputError(
            f"The outcome {outcome!r} cannot be used. Send 1 if disease was found, 0 if not."
        )
    check_request_id(request_id)
    estimate = _first(log, INFERENCE, request_id)
    if estimate is None or estimate.is_redacted:
        raise InputError(
            f"No estimate with the request id {request_id} is in the log. "
            "Send the id that came with the estimate; outcomes need auditing to be on."
        )
    try:
        content, belongs_to = {"outcome": outcome}, (INFERENCE, request_id)
        return log.append(OUTCOME, content, request_id=request_id, at=at, after=belongs_to)
    except InputError:
        earlier = _first(log, OUTCOME, request_id)
        if earlier is None or earlier.is_redacted:
            raise
        if earlier.data()["outcome"] == outcome:
            return earlier
        raise InputError(
            f"Request {request_id} already has the outcome {earlier.data()['outcome']}. "
            "An outcome cannot be changed; correct it where the figures are evaluated."
        ) from None


def performance(log: AuditLog, baseline: Baseline) -> PerformanceReport:
    """Compare sensitivity and specificity on fed-back cases with the model's card.

    Parameters
    ----------
    log : AuditLog
        A log in ``hashes`` or ``full`` mode with outcomes.
    baseline : Baseline
        The card's figures, and the model they belong to.

    Raises
    ------
    SuiteError
        If the log does not verify.
    """
    entries = log.sound_entries(INFERENCE, OUTCOME)
    outcomes = {e.request_id: e.data()["outcome"] for e in entries if e.event == OUTCOME}
    scored = [(entry.request_id, data) for entry, data in estimates(entries)]
    own = {
        request_id: data["output"]["p"] >= baseline.threshold
        for request_id, data in scored
        if data["model"] == baseline.model
    }
    known = [(positive, outcomes[key]) for key, positive in own.items() if key in outcomes]
    diseased = [positive for positive, outcome in known if outcome == 1]
    healthy = [not positive for positive, outcome in known if outcome == 0]
    return PerformanceReport(
        n_scored=len(own),
        n_outcomes=len(known),
        n_other_models=len(scored) - len(own),
        sensitivity=_figure("sensitivity", diseased, baseline.sensitivity),
        specificity=_figure("specificity", healthy, baseline.specificity),
    )


@functools.cache
def cases_needed(card: float) -> int:
    """Return the cases from which an exact 95 % interval around this figure is ±``MARGIN``."""
    n = 1
    while True:
        interval = clopper_pearson(round(card * n), n)
        if interval.high - interval.low <= 2 * MARGIN:
            return n
        n += 1


def _figure(name: str, correct: list[bool], card: float) -> Figure:
    n, needed = len(correct), cases_needed(card)
    if n == 0:
        return Figure(name, card, None, 0, needed, "not enough data")
    observed = clopper_pearson(sum(correct), n)
    verdict: Verdict = "no change shown" if n >= needed else "not enough data"
    if not observed.low <= card <= observed.high:
        verdict = "change shown"
    return Figure(name, card, observed, n, needed, verdict)


def _first(log: AuditLog, event: str, request_id: str) -> Entry | None:
    return next(log.entries(event=event, request_id=request_id), None)
