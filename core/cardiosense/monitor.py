"""Drift: whether the model still sees patients like those it was made for.

It is tested on the clinical values as they were logged, in a window of patients none of whom is in
the reference. Whether the model is still right about them is asked in ``outcomes.py``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from core.audit import INFERENCE, Entry
from core.cardiosense.schema import DIAGNOSTIC
from core.errors import InputError, NotEnoughDataError
from core.stats.shift import Shift, code_shift, judge, missing_shift, value_shift

if TYPE_CHECKING:
    from core.audit.log import AuditLog

SYSTEM = "cardiosense/"

MIN_ROWS = 50
"""Rows that reference and window need each: below, even half a standard deviation goes unseen."""

MIN_VALUES = 20
"""Values that one finding needs on either side before its distribution is tested."""

LEVEL = 0.05


@dataclasses.dataclass(frozen=True, slots=True)
class DriftReport:
    """What the comparison of a window with a reference found.

    Attributes
    ----------
    n_reference, n_window : int
        Patients on either side.
    level : float
        Largest probability of any false alarm in the whole report.
    shifts : tuple of Shift
        Every test that was made.
    untested : tuple of str
        Findings whose values could not be compared, each with the reason.
    """

    n_reference: int
    n_window: int
    level: float
    shifts: tuple[Shift, ...]
    untested: tuple[str, ...]

    @property
    def alarms(self) -> tuple[Shift, ...]:
        """The tests that alarm."""
        return tuple(shift for shift in self.shifts if shift.alarm)

    @property
    def drifted(self) -> bool:
        """Whether any test alarms."""
        return bool(self.alarms)

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data."""
        return {
            "n_reference": self.n_reference,
            "n_window": self.n_window,
            "level": self.level,
            "drifted": self.drifted,
            "shifts": [shift.to_dict() for shift in self.shifts],
            "untested": list(self.untested),
        }


def drift(reference: pd.DataFrame, window: pd.DataFrame, *, level: float = LEVEL) -> DriftReport:
    """Compare new patients with those the model was trained on, finding by finding.

    Measured quantities are compared by the Kolmogorov-Smirnov test, codes by chi-square or an
    exact test, and the share of missing values by Fisher's exact test where any is missing.
    Holm's rule keeps the probability of any false alarm at or below ``level``.

    Parameters
    ----------
    reference : DataFrame, shape (n, >= 13)
        Diagnostic columns of the patients to compare with; NaN = missing.
    window : DataFrame, shape (m, >= 13)
        The new patients, none of whom is in the reference.
    level : float, default 0.05
        Family-wise false-alarm rate.

    Raises
    ------
    NotEnoughDataError
        If either side has fewer than ``MIN_ROWS`` patients.
    InputError
        If a column is missing, or a logged request is on both sides.
    """
    _check_sides(reference, window)
    shifts: list[Shift] = []
    untested: list[str] = []
    for spec in DIAGNOSTIC:
        old, new = reference[spec.name].to_numpy(float), window[spec.name].to_numpy(float)
        known = min(int(reference[spec.name].count()), int(window[spec.name].count()))
        if known >= MIN_VALUES:
            compare = code_shift if spec.is_code else value_shift
            shifts.append(compare(spec.name, old, new))
        else:
            untested.append(f"{spec.name}: {known} known values, {MIN_VALUES} are needed.")
        if reference[spec.name].isna().any() or window[spec.name].isna().any():
            shifts.append(missing_shift(spec.name, old, new))
    return DriftReport(len(reference), len(window), level, judge(shifts, level), tuple(untested))


def logged_frame(log: AuditLog) -> pd.DataFrame:
    """Return the patients in the log whose values were kept, in the order of their requests.

    Parameters
    ----------
    log : AuditLog
        A log written in ``full`` mode, at least in part.

    Returns
    -------
    DataFrame
        Index ``request_id``; columns ``at``, ``model``, ``p`` and the 13 diagnostic fields. A
        patient sent again unchanged counts once. ``attrs["without_input"]`` and
        ``attrs["repeated"]`` count the estimates left out for either reason.

    Raises
    ------
    SuiteError
        If the log does not verify.
    """
    rows: dict[str, dict[str, object]] = {}
    seen: set[str] = set()
    without_input = repeated = 0
    for entry, data in estimates(log.sound_entries(INFERENCE)):
        if "input" not in data:
            without_input += 1
        elif data["input_hash"] in seen:
            repeated += 1
        else:
            seen.add(data["input_hash"])
            row = {"at": entry.at, "model": data["model"], "p": data["output"]["p"]}
            rows[entry.request_id] = row | data["input"]
    frame = pd.DataFrame.from_dict(
        rows, orient="index", columns=["at", "model", "p", *DIAGNOSTIC.names]
    )
    frame = frame.astype(dict.fromkeys(("p", *DIAGNOSTIC.names), float))
    frame.index.name = "request_id"
    frame.attrs.update(without_input=without_input, repeated=repeated)
    return frame


def estimates(entries: Iterable[Entry]) -> Iterator[tuple[Entry, dict[str, Any]]]:
    """Yield CardioSense's estimates among log entries, each with its decoded payload."""
    for entry in entries:
        data = entry.data()
        if entry.event == INFERENCE and data["model"].startswith(SYSTEM):
            yield entry, data


def _check_sides(reference: pd.DataFrame, window: pd.DataFrame) -> None:
    for name, side in (("reference", reference), ("window", window)):
        absent = [field for field in DIAGNOSTIC.names if field not in side.columns]
        if absent:
            raise InputError(f"The {name} lacks the columns {', '.join(absent)}. Add them.")
        if len(side) < MIN_ROWS:
            raise NotEnoughDataError(
                f"The {name} has {len(side)} patients; drift needs {MIN_ROWS}. "
                f"Wait for {MIN_ROWS - len(side)} more."
            )
    both = reference.index.intersection(window.index)
    if reference.index.name == window.index.name == "request_id" and len(both):
        raise InputError(
            f"{len(both)} logged requests are in both the reference and the window. "
            "Compare patients that are on one side only."
        )
