from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.audit import record_inference
from core.audit.log import AuditLog
from core.cardiosense.data import site
from core.cardiosense.monitor import MIN_ROWS, drift, logged_frame
from core.cardiosense.schema import DIAGNOSTIC
from core.errors import InputError, NotEnoughDataError, SuiteError
from core.runtime.settings import Settings

AT = "2026-03-01T12:00:00+00:00"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    opened = AuditLog(f"sqlite:///{tmp_path}/audit.sqlite")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def cohort() -> pd.DataFrame:
    return site("cleveland").values


def halves(cohort: pd.DataFrame, n: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = np.random.default_rng(seed).permutation(len(cohort))
    return cohort.iloc[rows[n:]], cohort.iloc[rows[:n]]


def answer(key: str, model: str = "cardiosense/1 sha256:0123456789ab logistic-13") -> object:
    return SimpleNamespace(model=model, input_hash=key, to_dict=lambda: {"p": 0.5})


def send(log: AuditLog, patient: dict, request_id: str, mode: str = "full", **kind: str) -> None:
    record_inference(
        log,
        Settings(audit_mode=mode),
        request_id=request_id,
        at=AT,
        patient=patient,
        result=answer(**({"key": request_id} | kind)),
    )


def test_the_same_population_does_not_alarm(cohort: pd.DataFrame):
    report = drift(*halves(cohort, 100, seed=1))
    assert not report.drifted
    assert report.alarms == ()
    assert (report.n_reference, report.n_window) == (203, 100)
    assert [s.feature for s in report.shifts if s.kind != "missing"] == list(DIAGNOSTIC.names)
    assert {s.feature for s in report.shifts if s.kind == "missing"} == {"ca", "thal"}
    assert report.untested == ()


@pytest.mark.parametrize(
    ("feature", "kind", "change"),
    [
        ("trestbps", "value", lambda column: column + 20),
        ("sex", "code", lambda column: column * 0 + 1),
        ("restecg", "code", lambda column: column * 0 + 1),
        ("chol", "missing", lambda column: column.where(np.arange(len(column)) % 2 == 0)),
    ],
)
def test_a_shift_is_found_in_the_feature_that_shifted(
    cohort: pd.DataFrame, feature: str, kind: str, change
):
    reference, window = halves(cohort, 100, seed=1)
    report = drift(reference, window.assign(**{feature: change(window[feature])}))
    assert report.drifted
    assert [(s.feature, s.kind) for s in report.alarms] == [(feature, kind)]


def test_missing_values_do_not_pose_as_a_shift_of_the_values(cohort: pd.DataFrame):
    reference, window = halves(cohort, 120, seed=2)
    gone = np.random.default_rng(0).random(120) < 0.5
    report = drift(reference, window.assign(age=window["age"].mask(gone)))
    assert [(s.feature, s.kind) for s in report.alarms] == [("age", "missing")]


def test_traffic_without_the_late_tests_is_named_not_tested(cohort: pd.DataFrame):
    reference, window = halves(cohort, 100, seed=3)
    report = drift(reference, window.assign(slope=math.nan, ca=math.nan, thal=math.nan))
    assert [(s.feature, s.kind) for s in report.alarms] == [
        ("slope", "missing"),
        ("ca", "missing"),
        ("thal", "missing"),
    ]
    assert report.untested[0] == "slope: 0 known values, 20 are needed."
    assert len(report.untested) == 3


@pytest.mark.parametrize("name", ["hungary", "switzerland", "va"])
def test_other_hospitals_differ_from_cleveland(cohort: pd.DataFrame, name: str):
    assert drift(cohort, site(name).values).drifted


@pytest.mark.parametrize(("n_reference", "n_window"), [(303, 49), (49, 100), (303, 0), (0, 0)])
def test_too_few_patients_is_a_sentence_with_the_number(
    cohort: pd.DataFrame, n_reference: int, n_window: int
):
    with pytest.raises(NotEnoughDataError, match=rf"drift needs {MIN_ROWS}\. Wait for \d+ more"):
        drift(cohort.head(n_reference), cohort.head(n_window))


def test_a_missing_column_is_a_sentence(cohort: pd.DataFrame):
    with pytest.raises(InputError, match="The window lacks the columns sex, thal"):
        drift(cohort, cohort.drop(columns=["thal", "sex"]))


def test_a_request_on_both_sides_is_refused(cohort: pd.DataFrame):
    logged = cohort.rename_axis("request_id")
    with pytest.raises(InputError, match="53 logged requests are in both"):
        drift(logged.head(153), logged.tail(203))
    drift(logged.head(100), logged.tail(203))


def test_a_report_is_plain_data_and_repeatable(cohort: pd.DataFrame):
    sides = halves(cohort, 100, seed=4)
    report = drift(*sides)
    assert json.dumps(report.to_dict(), allow_nan=False) == json.dumps(drift(*sides).to_dict())
    assert report.to_dict()["drifted"] is False


def test_logged_patients_come_back_as_they_were_sent(log: AuditLog, cohort: pd.DataFrame):
    for i, patient in enumerate(cohort.iloc[160:170].to_dict("records")):
        send(log, patient, f"r{i}")
    frame = logged_frame(log)
    assert list(frame.index) == [f"r{i}" for i in range(10)]
    sent = cohort.iloc[160:170].set_axis(frame.index)
    pd.testing.assert_frame_equal(frame[list(DIAGNOSTIC.names)], sent)
    assert math.isnan(frame.loc["r6", "ca"])  # row 166 has no ca
    assert set(frame["at"]) == {"2026-03-01T12:00:00.000000+00:00"}
    assert frame.attrs == {"without_input": 0, "repeated": 0}


def test_what_is_left_out_of_the_frame_is_counted(log: AuditLog, cohort: pd.DataFrame):
    patient = cohort.iloc[0].to_dict()
    send(log, patient, "first", key="same")
    send(log, patient, "again", key="same")
    send(log, patient, "hashed", mode="hashes")
    send(log, {"radius": 1.0}, "other", model="breast-cancer/1 sha256:0 tree")
    log.append("outcome", {"outcome": 1}, request_id="first", at=AT)
    frame = logged_frame(log)
    assert list(frame.index) == ["first"]
    assert frame.attrs == {"without_input": 1, "repeated": 1}


def test_an_empty_log_gives_an_empty_frame_that_drift_refuses(log: AuditLog, cohort: pd.DataFrame):
    frame = logged_frame(log)
    assert frame.empty
    assert list(frame.columns) == ["at", "model", "p", *DIAGNOSTIC.names]
    with pytest.raises(NotEnoughDataError, match="The window has 0 patients"):
        drift(cohort, frame)


def test_logged_traffic_can_be_compared_with_its_own_past(log: AuditLog, cohort: pd.DataFrame):
    rows = np.random.default_rng(8).permutation(len(cohort))[:110]
    for i, patient in enumerate(cohort.iloc[rows].to_dict("records")):
        send(log, patient | ({"chol": patient["chol"] + 200} if i >= 60 else {}), f"r{i}")
    frame = logged_frame(log)
    report = drift(frame.iloc[:60], frame.iloc[60:])
    assert [s.feature for s in report.alarms] == ["chol"]


def test_a_tampered_log_is_not_monitored(log: AuditLog, cohort: pd.DataFrame, tmp_path: Path):
    send(log, cohort.iloc[0].to_dict(), "r")
    store = sqlite3.connect(tmp_path / "audit.sqlite", isolation_level=None)
    store.execute("UPDATE audit_log SET at = '2020-01-01'").close()
    store.close()
    with pytest.raises(SuiteError, match=r"cannot be relied on\. Entry 1 was altered"):
        logged_frame(log)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_row_order_does_not_change_a_report(seed: int):
    cohort = site("cleveland").values
    reference, window = cohort.iloc[:200], cohort.iloc[200:]
    shuffled = window.sample(frac=1, random_state=seed)
    assert drift(reference, shuffled).to_dict() == drift(reference, window).to_dict()
