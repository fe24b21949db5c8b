"""The stream monitor: silent on clean rows, quick on faults, and the same after a restart."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.breast_cancer.data import wdbc
from core.breast_cancer.faults import fault
from core.breast_cancer.integrity import fit_reference
from core.breast_cancer.monitor import DriftMonitor, fingerprint, score_rows
from core.breast_cancer.schema import FEATURES
from core.errors import InputError, SuiteError
from core.stats.sequential import ShiryaevRoberts

COHORT = wdbc()
ORDER = np.random.default_rng(0).permutation(COHORT.n)
REFERENCE = fit_reference(COHORT.X[ORDER[:285]])
CLEAN = COHORT.X[ORDER[285:485]]
LATER = COHORT.X[ORDER[485:]]
AREA = FEATURES.names.index("worst_area")


def monitor(**options) -> DriftMonitor:
    return DriftMonitor(reference=REFERENCE, **options)


def test_the_detector_sees_the_integrity_scores():
    watched = monitor(seed=5)
    assert watched.update(CLEAN) is None
    expected = ShiryaevRoberts(REFERENCE.calibration, 10_000, 5)
    expected.update(np.round(REFERENCE.score(CLEAN), 9))
    assert watched.trace().statistic.tobytes() == expected.statistics.tobytes()
    assert watched.n == 200
    assert watched.incomplete == 0


@pytest.mark.parametrize(
    ("key", "severity", "columns"),
    [("unit", 0.1, ["worst_area"]), ("unit", 1 / 2.54, ["mean_perimeter"]),
     ("bias", 1, ["worst_radius"]), ("swap", 1, ["mean_radius", "worst_radius"])],
)  # fmt: skip
def test_a_fault_is_found_dated_and_named(key, severity, columns):
    watched = monitor()
    watched.update(CLEAN)
    alarm = watched.update(fault(key).apply(LATER, severity, 1, columns=columns).X)
    assert alarm is watched.alarm
    assert 200 <= alarm.row < 212
    assert abs(alarm.change_point - 200) <= 5
    assert alarm.column in columns
    assert alarm.share > 0.5
    assert alarm.statistic >= watched.target_arl
    assert json.loads(json.dumps(alarm.to_dict()))["label"] == FEATURES[alarm.column].label


def test_a_fault_in_every_fifth_row_is_found():
    watched = monitor()
    watched.update(CLEAN)
    spoilt = fault("unit").apply(LATER, 0.1, 2, share=0.2, columns=["worst_area"]).X
    alarm = watched.update(spoilt)
    assert alarm is not None
    assert alarm.column == "worst_area"


def test_another_mix_of_cases_raises_no_alarm():
    rest = ORDER[285:]
    watched = monitor()
    watched.update(COHORT.X[rest[COHORT.y[rest] == 0]])
    assert watched.update(COHORT.X[rest[COHORT.y[rest] == 1]]) is None


def test_incomplete_rows_are_evidence():
    watched = monitor()
    watched.update(CLEAN)
    gaps = LATER.copy()
    gaps[:, AREA] = math.nan
    alarm = watched.update(gaps)
    assert alarm.row < 206
    assert (alarm.column, alarm.incomplete) == ("worst_area", alarm.row - alarm.change_point + 1)
    assert watched.incomplete == len(LATER)
    trace = watched.trace()
    assert trace.incomplete[200:].all()
    first = trace.p[200]
    assert first <= 1 / (len(REFERENCE.calibration) + 201)
    impossible = LATER.copy()
    impossible[:, 3] = -1
    other = monitor()
    other.update(impossible)
    assert other.incomplete == len(LATER)
    assert other.alarm.column == FEATURES.names[3]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=4), st.booleans())
@settings(max_examples=15)
def test_restarts_and_blocks_leave_no_trace(cuts, with_gaps):
    rows = np.concatenate([CLEAN[:20], fault("unit").apply(LATER[:40], 0.1, columns=1).X])
    if with_gaps:
        rows[5, 5] = math.nan
    whole = monitor(seed=3)
    whole.update(rows)
    resumed = monitor(seed=3)
    for part in np.split(rows, sorted(cuts)):
        resumed.update(part)
        stored = json.loads(json.dumps(resumed.to_dict(), allow_nan=False))
        resumed = DriftMonitor.from_dict(stored, REFERENCE)
    assert resumed.to_dict() == whole.to_dict()
    assert resumed.alarm == whole.alarm
    assert resumed.trace().statistic.tobytes() == whole.trace().statistic.tobytes()


def test_row_by_row_is_the_same_as_a_block():
    whole, single = monitor(), monitor()
    whole.update(CLEAN)
    for row in CLEAN:
        single.update(row)
    assert single.to_dict() == whole.to_dict()


def test_rows_may_come_as_a_table():
    frame = pd.DataFrame(CLEAN, columns=list(FEATURES.names))[list(reversed(FEATURES.names))]
    watched, other = monitor(), monitor()
    watched.update(frame)
    other.update(CLEAN)
    assert watched.to_dict() == other.to_dict()


def test_the_default_reference_is_that_of_the_models():
    watched = DriftMonitor()
    assert watched.reference.n == 512
    assert watched.model.startswith("breast_cancer/1 sha256:")
    assert watched.update(COHORT.X[COHORT.held]) is None
    status = watched.status()
    assert (status["n"], status["alarm"], status["target_arl"]) == (57, None, 10_000.0)
    json.dumps(status, allow_nan=False)


def test_a_stream_of_another_model_is_not_continued():
    stored = monitor().to_dict()
    assert stored["model"] == fingerprint(REFERENCE)
    with pytest.raises(SuiteError, match="start a new stream"):
        DriftMonitor.from_dict(stored)
    other = fit_reference(COHORT.X[ORDER[100:400]])
    with pytest.raises(SuiteError, match="Scores of two models"):
        DriftMonitor.from_dict(stored, other)


def test_no_value_of_a_patient_is_kept():
    rows = CLEAN[:5].copy()
    rows[0, 0] = math.nan
    watched = monitor()
    watched.update(rows)
    kept = json.dumps(watched.to_dict())
    assert watched.to_dict().keys() == {"target_arl", "seed", "model", "scores", "columns"}
    assert not any(f"{value!r}" in kept for value in rows[:, 3])


def test_rows_that_cannot_be_read_leave_no_trace():
    watched = monitor()
    for bad in (np.ones(5), [["x"] * 30], pd.DataFrame({"mean_radius": [1.0]})):
        with pytest.raises(InputError):
            watched.update(bad)
    assert watched.n == 0
    assert watched.update(np.empty((0, 30))) is None
    assert score_rows(REFERENCE, CLEAN[0]).scores.shape == (1,)
