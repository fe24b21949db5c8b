"""What the comparison of a batch with the reference found: two lamps, their tests, a verdict."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Literal

from core.breast_cancer.schema import FEATURES
from core.stats.intervals import Interval
from core.stats.psi import PsiReport
from core.stats.shift import Shift

Part = Literal["integrity", "case mix", "calibration", "beside"]
Direction = Literal["high", "low", "both ways", "missing"]


@dataclasses.dataclass(frozen=True, slots=True)
class DriftTest:
    """One test.

    Attributes
    ----------
    name : str
        What was tested and how.
    part : {"integrity", "case mix", "calibration", "beside"}
        The lamp it belongs to; tests beside the lamps are shown for comparison.
    n_reference, n_batch : int
        Rows that entered.
    statistic : float
        What was computed; ``meaning`` says what it is.
    p : float or None
        p value, adjusted where several columns were tested; None for rules without one.
    alarm : bool
        Whether the test alone speaks: for a test of a lamp, at its share of the lamp's level.
    meaning : str
        What the statistic is and, for tests beside the lamps, what the test misses.
    share : float or None
        Share of the lamp's level that this test may spend.
    """

    name: str
    part: Part
    n_reference: int
    n_batch: int
    statistic: float
    p: float | None
    alarm: bool
    meaning: str
    share: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the test as plain data; a number that does not exist becomes ``None``."""
        plain = dataclasses.asdict(self)
        return {key: None if _undefined(value) else value for key, value in plain.items()}


@dataclasses.dataclass(frozen=True, slots=True)
class SuspectColumn:
    """A column that does not fit the others in more rows than chance allows for.

    Attributes
    ----------
    column : str
        Field name.
    weight : float
        Its share, 0 to 1, of the evidence in the batch: each row's bet against its p value, counted
        for the column that fits least, or for the cells that are missing.
    rows : int
        Rows flagged at 5 % for this column.
    shift : float or None
        Mean residual over the complete rows minus that of the reference, in conditional standard
        deviations of the logarithm.
    direction : {"high", "low", "both ways", "missing"}
        What is wrong with the values in these rows.
    """

    column: str
    weight: float
    rows: int
    shift: float | None
    direction: Direction

    @property
    def label(self) -> str:
        """The field's name as people read it."""
        return FEATURES[self.column].label

    def to_dict(self) -> dict[str, Any]:
        """Return the column as plain data."""
        return dataclasses.asdict(self) | {"label": self.label}


@dataclasses.dataclass(frozen=True, slots=True)
class Lamp:
    """One of the two lamps.

    Attributes
    ----------
    alarm : bool or None
        Whether it is on; None where there are too few rows to say.
    p : float or None
        p value of the lamp as a whole: it is on at or below the level.
    reason : str
        Why, as a sentence.
    """

    alarm: bool | None
    p: float | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return the lamp as plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class CalibrationDrift:
    """Whether the probabilities still mean what they say, by outcomes that came back.

    Attributes
    ----------
    alarm : bool or None
        Whether a change is shown; None where there are too few outcomes.
    p : float or None
        p value of both tests together.
    n, positives : int
        Complete cases with an outcome, and the malignant ones among them.
    offset, slope : float
        Calibration in the large and slope; 0 and 1 are perfect, NaN where no fit exists.
    reason : str
        The finding as a sentence.
    """

    alarm: bool | None
    p: float | None
    n: int
    positives: int
    offset: float
    slope: float
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain data."""
        plain = dataclasses.asdict(self)
        return {key: None if _undefined(value) else value for key, value in plain.items()}


@dataclasses.dataclass(frozen=True, slots=True)
class DriftReport:
    """What was found in a batch.

    Attributes
    ----------
    integrity : Lamp
        Whether the values of the rows fit together: an instrument or transfer fault.
    case_mix : Lamp
        Whether other patients come than those of the reference.
    top_columns : tuple of SuspectColumn
        Columns that carry the evidence of the integrity lamp, heaviest first; none while it is off.
    prevalence, reference_prevalence : Interval
        Estimated share of malignant cases (None where there are too few rows), and the same
        estimate for the reference. It presumes that only the mix of cases changed.
    score_shift : float or None
        Median log-odds of malignancy in the batch minus that of the reference.
    n, n_complete, n_reference : int
        Rows given, rows without a missing or refused cell, and complete reference rows.
    level : float
        Largest false-alarm probability of each lamp.
    tests : tuple of DriftTest
        Every test that was made.
    features : tuple of Shift
        The comparison of every column's values, adjusted by Holm's rule.
    notes : tuple of str
        What else to know, in sentences.
    model : str
        Name and hash of the models.
    calibration : CalibrationDrift or None
        None without outcomes.
    psi : PsiReport or None
        The stability index of every column, among the tests beside the lamps.
    """

    integrity: Lamp
    case_mix: Lamp
    top_columns: tuple[SuspectColumn, ...]
    prevalence: Interval | None
    reference_prevalence: Interval
    score_shift: float | None
    n: int
    n_complete: int
    n_reference: int
    level: float
    tests: tuple[DriftTest, ...]
    features: tuple[Shift, ...]
    notes: tuple[str, ...]
    model: str
    calibration: CalibrationDrift | None = None
    psi: PsiReport | None = None

    @property
    def verdict(self) -> str:
        """The two lamps read together, in words."""
        return VERDICTS[bool(self.integrity.alarm), self.case_mix.alarm]

    def with_tests(
        self,
        tests: tuple[DriftTest, ...],
        calibration: CalibrationDrift | None = None,
        psi: PsiReport | None = None,
    ) -> DriftReport:
        """Return the report with further tests and what they found; the lamps stay as they are."""
        return dataclasses.replace(
            self,
            tests=self.tests + tests,
            calibration=calibration or self.calibration,
            psi=psi or self.psi,
        )

    def tests_of(self, part: Part) -> tuple[DriftTest, ...]:
        """Return the tests of one lamp or part."""
        return tuple(test for test in self.tests if test.part == part)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain, JSON-safe data."""
        columns = [column.to_dict() for column in self.top_columns]
        return {
            "integrity": {**self.integrity.to_dict(), "top_columns": columns},
            "case_mix": self.case_mix.to_dict()
            | {
                "prevalence": _plain(self.prevalence),
                "reference_prevalence": _plain(self.reference_prevalence),
                "score_shift": self.score_shift,
            },
            "n": self.n,
            "tests": [test.to_dict() for test in self.tests],
            "verdict": self.verdict,
            "calibration": _plain(self.calibration),
            "n_complete": self.n_complete,
            "n_reference": self.n_reference,
            "level": self.level,
            "features": [shift.to_dict() for shift in self.features],
            "psi": _plain(self.psi),
            "notes": list(self.notes),
            "model": self.model,
        }


VERDICTS: dict[tuple[bool, bool | None], str] = {
    (False, False): "No drift shown: the values fit together, and the cases are like those of the "
    "reference as far as this many rows can tell.",
    (True, False): "Instrument or transfer fault: values do not fit together, while the mix of "
    "cases shows no change. Check the columns named before using the results.",
    (False, True): "Different population: the values fit together, but other cases come than those "
    "of the reference. Check that the model holds for them.",
    (True, True): "Mend integrity first: values do not fit together, and the case mix cannot be "
    "judged until they do.",
    (False, None): "No integrity fault shown; there is not enough data to judge the case mix.",
    (True, None): "Instrument or transfer fault: values do not fit together or are missing. There "
    "is not enough data to judge the case mix.",
}
"""Integrity lamp on, case-mix lamp on (None: not enough data) to what that means."""


def _plain(part: Interval | CalibrationDrift | PsiReport | None) -> Any:
    return part.to_dict() if part is not None else None


def _undefined(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
