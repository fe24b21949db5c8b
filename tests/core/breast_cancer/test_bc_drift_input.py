"""Files, records and streams are judged by one comparison, and nothing is left out in silence."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.breast_cancer.data import wdbc
from core.breast_cancer.drift import drift
from core.breast_cancer.drift_input import MAX_NOTES, MAX_PROBLEMS, drift_cases, drift_file
from core.breast_cancer.monitor import DriftMonitor
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.timeline import DriftTimeline
from core.breast_cancer.watch import watch_file
from core.errors import InputError, NotEnoughDataError, SuiteError
from core.tables import to_csv

NAMES = list(FEATURES.names)
HELD = pd.DataFrame(wdbc().X[wdbc().held], columns=NAMES)
AT = "2026-01-31T12:00:00+00:00"


def test_file_records_and_array_get_one_report():
    expected = drift(HELD)
    assert drift_file(to_csv(HELD)) == expected
    assert drift_cases(HELD.to_dict("records")) == expected


def test_cells_refused_in_a_file_are_evidence_and_named():
    spoilt = HELD.astype(str)
    spoilt.loc[:9, "mean_area"] = "large"
    spoilt.loc[10, "mean_radius"] = "-1"
    found = drift_file(to_csv(spoilt))
    assert (found.n, found.n_complete) == (len(HELD), len(HELD) - 11)
    assert "mean_area: 10 cells with the finding not-a-number." in found.notes
    assert "mean_radius: 1 cell with the finding range." in found.notes
    assert drift_file(to_csv(HELD.assign(mean_area=np.nan))).integrity.alarm is True


def test_outcomes_of_a_file_are_those_given_to_the_comparison():
    y = wdbc().y[wdbc().held]
    letters = np.where(y == 1, "M", "B").astype(object)
    letters[:5] = ""
    found = drift_file(to_csv(HELD.assign(diagnosis=letters)), outcome="diagnosis")
    known = y.astype(float)
    known[:5] = np.nan
    assert found.calibration.to_dict() == drift(HELD, y=known).calibration.to_dict()
    assert found.calibration.n == len(y) - 5


def test_many_kinds_of_findings_are_counted_not_listed():
    spoilt = HELD.astype(str)
    spoilt.iloc[0, :] = "x"
    notes = drift_file(to_csv(spoilt)).notes
    assert sum("with the finding" in note for note in notes) == MAX_NOTES
    assert f"{len(NAMES) - MAX_NOTES} more kinds of findings." in notes


def test_records_must_be_complete_and_valid():
    records = HELD.head(3).to_dict("records")
    with pytest.raises(InputError) as refused:
        drift_cases([*records, records[0] | {"mean_area": None, "age": 3}])
    assert {problem.column for problem in refused.value.problems} == {"mean_area", "age"}
    assert all(problem.message.startswith("Case 4: ") for problem in refused.value.problems)
    with pytest.raises(InputError) as refused:
        drift_cases([{}] * 100)
    assert MAX_PROBLEMS <= len(refused.value.problems) <= MAX_PROBLEMS + len(NAMES)
    with pytest.raises(NotEnoughDataError, match="at least one"):
        drift_cases([])


@pytest.fixture
def timeline(tmp_path: Path):
    kept = DriftTimeline(f"sqlite:///{tmp_path / 'drift.sqlite'}")
    yield kept
    kept.close()


def test_a_stream_from_files_is_the_stream_from_rows(timeline: DriftTimeline):
    broken = HELD.assign(worst_area=HELD["worst_area"] * 10)
    monitor = DriftMonitor()
    for part in (HELD, broken, HELD.head(1)):
        state = watch_file(timeline, "a", to_csv(part), at=AT)
        monitor.update(part)
        assert state.added == len(part)
        assert state.to_dict() == {"stream": "a", "added": len(part)} | monitor.status()
    assert state.alarm == monitor.alarm
    assert "Alarm at row" in state.sentence()
    assert "No alarm" in dataclasses.replace(state, alarm=None).sentence()


def test_an_unusable_file_adds_nothing(timeline: DriftTimeline, tmp_path: Path):
    for content in (b"", b"a,b\n1,2\n", to_csv(HELD) + b"1,2\n"):
        with pytest.raises(InputError):
            watch_file(timeline, "a", content, at=AT)
    assert list(tmp_path.iterdir()) == []


def test_a_refused_target_leaves_the_stream_readable(timeline: DriftTimeline):
    watch_file(timeline, "a", to_csv(HELD.head(2)), at=AT)
    with pytest.raises(SuiteError, match="target_arl"):
        watch_file(timeline, "a", to_csv(HELD.head(2)), at=AT, target_arl=50)
    assert watch_file(timeline, "a", to_csv(HELD.head(2)), at=AT).n == 4
