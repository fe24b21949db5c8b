"""The patient's report says what the verbs say, and only about this patient."""

from __future__ import annotations

import dataclasses
import datetime
import io
import math

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import cardiosense
from core.cardiosense import model as cardiosense_model
from core.cardiosense import report
from core.cardiosense.schema import DIAGNOSTIC, LATE_TESTS
from core.errors import InputError
from core.report import Bars, Callout, Document, IntervalBar, Paragraph, Provenance, Table
from core.viz.text import percent, percent_range

DAY = datetime.date(2026, 3, 1)
PATIENT = {
    "age": 66, "sex": 0, "cp": 3, "trestbps": 146, "chol": 278, "fbs": 0, "restecg": 2,
    "thalach": 152, "exang": 0, "oldpeak": 0, "slope": 2, "ca": 1, "thal": 3,
}  # fmt: skip
OTHER = PATIENT | {"age": 60}
TARGET = 0.2


@pytest.fixture(scope="module")
def path() -> cardiosense.LeastEffortPath:
    return cardiosense.least_effort_path(PATIENT, TARGET)


def words(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf), strict=True).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def parts(document: Document, kind: type) -> list:
    return [block for block in document.blocks if isinstance(block, kind)]


def texts(document: Document) -> str:
    return " ".join(b.text for b in document.blocks if hasattr(b, "text"))


def test_the_report_holds_answer_plan_notes_and_provenance(path):
    risk = cardiosense.score_patient(PATIENT)
    text = words(report.patient_report(PATIENT, path=path, notes="Stopped β-blocker.", issued=DAY))
    for part in (
        f"{percent(risk.p)}, 90 % interval {percent_range(risk.low, risk.high)}",
        f"{risk.p:.6f} [{risk.low:.6f}, {risk.high:.6f}]",
        report.DECISIONS[risk.decision][1],
        risk.model,
        risk.input_hash,
        path.certificate.status,
        path.certificate.input_hash,
        f"{percent(path.p_before)} before, {percent(path.p_after)} after",
        "Stopped β-blocker.",
        "2026-03-01",
        "For research and education; not a medical device.",
    ):
        assert part in text
    for alert in risk.alerts:
        assert " ".join(alert.text.split()) in text


def test_the_same_call_gives_the_same_bytes(path):
    first = report.patient_report(PATIENT, path=path, issued=DAY)
    assert report.patient_report(dict(reversed(PATIENT.items())), path=path, issued=DAY) == first


def test_the_drawings_carry_the_figures_of_the_verbs(path):
    document = report.patient_document(PATIENT, path=path, issued=DAY)
    risk, found = cardiosense.score_patient(PATIENT), cardiosense.explain(PATIENT, lime=False)
    (bar,) = parts(document, IntervalBar)
    assert (bar.p, bar.low, bar.high, bar.zone) == (risk.p, risk.low, risk.high, risk.zone)
    (bars,) = parts(document, Bars)
    shares = sorted((abs(c.log_odds) for c in found.champion.contributions), reverse=True)
    assert [abs(v) for v in bars.values] == shares[: report.MAX_BARS]


def test_every_finding_is_listed_with_its_unit(path):
    findings = parts(report.patient_document(PATIENT, path=path, issued=DAY), Table)[0]
    assert [row[0] for row in findings.rows] == [spec.label for spec in DIAGNOSTIC]
    assert findings.rows[3][1] == "146 mmHg"
    assert findings.rows[6][1] == "left ventricular hypertrophy"


def test_the_plan_table_is_the_plan(path):
    _, changes, front, limits, *_ = parts(
        report.patient_document(PATIENT, path=path, issued=DAY), Table
    )
    assert [float(row[1]) for row in changes.rows] == [v[0] for v in path.changes.values()]
    assert [float(row[2]) for row in changes.rows] == [v[1] for v in path.changes.values()]
    assert len(front.rows) == len(path.front)
    assert len(limits.rows) == len(path.levers)
    assert path.levers[0].lever.floor_source in limits.rows[0][1]


def test_without_a_plan_the_report_says_so():
    assert "No plan was asked for." in texts(report.patient_document(PATIENT, issued=DAY))


def test_a_target_already_met_and_one_out_of_reach():
    met = cardiosense.least_effort_path(PATIENT, 0.95)
    assert "Already there" in words(report.patient_report(PATIENT, path=met, issued=DAY))
    out = cardiosense.least_effort_path(PATIENT, 0.001)
    text = words(report.patient_report(PATIENT, path=out, issued=DAY))
    assert "No plan within the limits reaches the target" in text
    assert "infeasible; bound none, gap none" in text
    assert out.binding.sentence in texts(report.patient_document(PATIENT, path=out, issued=DAY))


@pytest.mark.parametrize("model", ["logistic", "xgboost"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"weights": {"chol": 3.0}},
        {"limits": {"trestbps": {"floor": 110, "max_change": 40}}},
        {"limits": {"trestbps": {"floor": 120.0}}},
    ],
)
def test_the_patients_own_plan_is_accepted_whatever_was_asked(model, options):
    found = cardiosense.least_effort_path(PATIENT, TARGET, model=model, **options)
    assert report.patient_document(PATIENT, path=found, issued=DAY).blocks


@pytest.mark.parametrize(
    "other", [OTHER, {k: v for k, v in PATIENT.items() if k not in LATE_TESTS}]
)
def test_the_plan_of_another_patient_is_refused(path, other):
    with pytest.raises(InputError, match="not found for this patient"):
        report.patient_report(other, path=path, issued=DAY)


def test_a_plan_that_was_altered_is_refused(path):
    with pytest.raises(InputError, match="not found for this patient"):
        report.patient_report(PATIENT, path=dataclasses.replace(path, p_after=0.01), issued=DAY)


def test_a_plan_of_the_prevention_record_is_refused():
    person = {
        "age": 50, "sex": 0, "trestbps": 160, "chol": 200, "hdl": 45, "bmi": 35, "egfr": 90,
        "diabetes": 1, "smoker": 0, "bp_treated": 1, "statin": 0,
    }  # fmt: skip
    found = cardiosense.least_effort_path(person, 0.14, layer="prevention")
    with pytest.raises(InputError, match="prevention record"):
        report.patient_report(PATIENT, path=found, issued=DAY)


def test_a_refused_patient_gets_no_report():
    with pytest.raises(InputError, match="cp"):
        report.patient_report(PATIENT | {"cp": 99}, issued=DAY)


def test_notes_are_printed_as_typed_and_bounded():
    text = words(report.patient_report(PATIENT, notes="<b>a & b</b> 王 ≥", issued=DAY))
    assert "<b>a & b</b> \ufffd ≥" in text
    with pytest.raises(InputError, match="Shorten to 20000"):
        report.patient_report(PATIENT, notes="x" * (report.MAX_NOTES + 1), issued=DAY)


def test_missing_findings_are_named_and_not_invented():
    patient = {k: v for k, v in PATIENT.items() if k not in (*LATE_TESTS, "chol")}
    document = report.patient_document(patient, issued=DAY)
    rows = {row[0]: row for row in parts(document, Table)[0].rows}
    assert rows[DIAGNOSTIC["ca"].label][1:] == ("not given", "", "not used", "not used")
    assert rows[DIAGNOSTIC["chol"].label][1] == "not given"
    notes = [c.text for c in parts(document, Callout) if c.word == "Note"]
    assert any("10-feature model" in note for note in notes)


def test_abstention_has_the_same_place_as_an_answer():
    patients = [preset.values for preset in cardiosense.diagnostic_presets()]
    seen = set()
    for patient in patients:
        risk = cardiosense.score_patient(patient)
        document = report.patient_document(patient, issued=DAY)
        assert parts(document, Callout)[0].word == report.DECISIONS[risk.decision][1]
        assert parts(document, Paragraph)[0].style == "lead"
        seen.add(risk.decision)
    assert "abstain" in seen


def figure(estimate, low, high, n=303):
    return {"estimate": estimate, "low": low, "high": high, "n": n, "level": 0.95, "method": "b"}


def test_the_card_is_printed_with_intervals_and_sample_sizes():
    metrics = {name: figure(0.9, 0.85, 0.95) for name in report.FIGURES}
    conformal = {name: figure(None, None, None, 0) for name in report.COVERAGE}
    card = {
        "nested": {
            "folds": 5,
            "repeats": 20,
            "models": {"logistic-13": {"metrics": metrics, "conformal": conformal}},
        },
        "external": [{"label": "Hungary", "metrics": {"auc": figure(0.88, 0.84, 0.91, 294)}}],
    }
    table, remark = list(report._evidence(card, "logistic-13"))[1:]
    assert table.rows[0] == ("AUC, Cleveland", "0.900", "0.850 to 0.950", "303")
    assert table.rows[-1] == ("AUC, Hungary", "0.880", "0.840 to 0.910", "294")
    assert ("Share of patients with a decision", "not enough data", "", "0") in table.rows
    assert "5 folds, 20 times" in remark.text


def test_a_model_without_figures_says_so():
    _, remark = report._evidence({"provisional": True}, "logistic-13")
    assert "not measured yet" in remark.text


def test_the_cards_own_figures_are_those_printed():
    card = cardiosense_model.models().card
    if card.get("provisional"):
        pytest.skip("the models have not been measured yet")
    risk = cardiosense.score_patient(PATIENT)
    own = card["nested"]["models"][risk.model.split()[-1]]["metrics"]["auc"]
    tables = parts(report.patient_document(PATIENT, issued=DAY), Table)
    assert tables[-1].rows[0][1] == f"{own['estimate']:.3f}"


@given(
    age=st.integers(20, 100),
    pressure=st.none() | st.integers(80, 240),
    chol=st.none() | st.integers(100, 600),
    heart_rate=st.none() | st.integers(60, 210),
    depression=st.none() | st.floats(0, 6).map(lambda v: round(v, 1)),
    cp=st.sampled_from([1, 2, 3, 4]),
    ca=st.none() | st.sampled_from([0, 1, 2, 3]),
)
@settings(max_examples=25, deadline=None)
def test_the_report_agrees_with_the_score(age, pressure, chol, heart_rate, depression, cp, ca):
    patient = PATIENT | {
        "age": age, "trestbps": pressure, "chol": chol, "thalach": heart_rate,
        "oldpeak": depression, "cp": cp, "ca": ca,
    }  # fmt: skip
    risk = cardiosense.score_patient(patient)
    document = report.patient_document(patient, issued=DAY)
    rows = dict(parts(document, Provenance)[0].rows)
    assert rows["Estimate and interval, unrounded"] == (
        f"{risk.p:.6f} [{risk.low:.6f}, {risk.high:.6f}]"
    )
    assert rows["Input (SHA-256)"] == risk.input_hash
    assert not any(math.isnan(value) for value in parts(document, Bars)[0].values)
