"""Case, batch and drift pages: they show what core says, and results vanish with their question."""

from __future__ import annotations

import pandas as pd
import pytest

from core.breast_cancer import (
    EXAMPLES,
    FEATURES,
    case_presets,
    case_template,
    drift,
    example_batch,
    score_case,
    score_file,
)
from core.runtime.settings import settings
from core.viz.text import p_value, percent

PRESETS = case_presets()
VIEWS = ["Why", "What if", "Nearest boundary", "Similar cases", "Can I trust it", "Save"]
CSV = "text/csv"


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.success)
    return [element.value for kind in kinds for element in kind]


def shown(app, words):
    return any(words in text for text in texts(app))


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def button(app, label):
    return next(b for b in app.button if b.label == label)


# --- case


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.slug)
def test_an_example_shows_the_answer_of_core(open_page, preset):
    app = open_page("breast-cancer", preset=preset.slug)
    assert not app.exception
    answer = score_case(preset.values)
    assert metrics(app)["Probability of malignancy"] == percent(answer.p)
    assert shown(app, preset.note)
    assert shown(app, p_value(answer.ood_p))
    assert shown(app, "They do not" if answer.flagged else "They do")
    if answer.flagged:
        assert shown(app, answer.blame.sentence())


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("slug", ["case-364", "unit-slip"])
def test_every_view_opens(open_page, slug, view):
    app = open_page("breast-cancer", preset=slug, view=view)
    assert not app.exception
    assert [tab.label for tab in app.tabs if len(tab.children)] == [view]


def test_the_threshold_moves_the_call_and_not_the_estimate(open_page):
    app = open_page("breast-cancer", preset="case-364")
    before = metrics(app)["Probability of malignancy"]
    assert shown(app, "Called malignant")
    app.slider(key="bc.threshold").set_value(0.9).run()
    assert not app.exception
    assert metrics(app)["Probability of malignancy"] == before
    assert shown(app, "Called benign")


def test_a_benign_call_on_data_that_do_not_fit_is_withheld(open_page):
    app = open_page("breast-cancer", preset="case-569")
    assert shown(app, "No call: check the data first")
    assert not shown(app, "Called benign")


def test_an_incomplete_case_is_refused_by_name(open_page):
    app = open_page("breast-cancer", preset="case-46")
    app.number_input(key="bc.case.worst_area").set_value(None).run()
    assert not app.exception
    assert "Probability of malignancy" not in metrics(app)
    assert shown(app, "worst\\_area") or shown(app, "worst_area")


def test_what_is_known_of_an_example_leaves_with_its_values(open_page):
    app = open_page("breast-cancer", preset="case-46")
    app.number_input(key="bc.case.mean_radius").set_value(15.0).run()
    assert shown(app, "Edited: no longer the example")
    assert not shown(app, "histology found it malignant")


def test_lime_vanishes_when_the_case_changes(open_page):
    app = open_page("breast-cancer", preset="case-364")
    button(app, "Run LIME").click().run()
    assert not app.exception
    assert shown(app, "local variation")
    app.number_input(key="bc.case.mean_texture").set_value(20.0).run()
    assert not shown(app, "local variation")


def test_the_boundary_is_searched_on_request_and_vanishes_with_its_question(open_page):
    app = open_page("breast-cancer", preset="case-364", view="Nearest boundary")
    assert shown(app, "Nothing has been searched")
    button(app, "Find the nearest case").click().run(timeout=120)
    assert not app.exception
    assert "Probability then" in metrics(app)
    assert shown(app, "not something one can change")
    app.slider(key="bc.threshold").set_value(0.3).run()
    assert "Probability then" not in metrics(app)


# --- batch


def upload(app, name, content):
    return app.file_uploader[0].set_value((name, content, CSV)).run()


def test_a_file_is_scored_and_judged(open_page):
    app = upload(open_page("breast-cancer-batch"), "cases.csv", case_template())
    assert not app.exception
    expected = score_file(case_template())
    assert metrics(app)["Rows"] == "5"
    assert metrics(app)["Called malignant"] == str(expected.decisions["malignant"])
    assert shown(app, drift(expected.sample.values, extra=False).verdict)
    labels = [b.label for b in app.get("download_button")]
    assert {"Download CSV", "Answers as CSV", "Answers as Parquet"} <= set(labels)


def test_a_broken_file_names_its_cells_and_keeps_the_others(open_page):
    table = pd.DataFrame([dict(p.values) for p in PRESETS[:3]]).astype(object)
    table.loc[1, "mean_area"] = "abc"
    app = upload(open_page("breast-cancer-batch"), "b.csv", table.to_csv(index=False).encode())
    assert not app.exception
    assert (metrics(app)["Scored"], metrics(app)["Refused"]) == ("2", "1")
    assert any("Findings about the file" in e.label for e in app.expander)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"age,sex,cp,trestbps,chol,thalach,oldpeak\n60,1,1,120,200,150,1\n", "CardioSense"),
        (b"\x89PNG\r\n", "PNG"),
        (case_template().split(b"\n")[0] + b"\n", "no data rows"),
    ],
    ids=["other system", "image", "header only"],
)
def test_a_file_that_cannot_be_scored_is_answered_with_a_sentence(open_page, content, words):
    app = upload(open_page("breast-cancer-batch"), "x.csv", content)
    assert not app.exception
    assert shown(app, words)
    assert not app.metric


# --- drift


@pytest.mark.parametrize("key", EXAMPLES)
def test_an_example_batch_shows_the_verdict_of_core(open_page, key):
    app = open_page("breast-cancer-drift", example=key)
    assert not app.exception
    report = drift(example_batch(key), extra=False)
    assert shown(app, report.verdict)
    if report.integrity.alarm:
        assert shown(app, report.top_columns[0].label)


def test_a_batch_of_the_reader_s_is_judged(open_page):
    rows = pd.DataFrame(example_batch("unit"), columns=list(FEATURES.names))
    app = open_page("breast-cancer-drift")
    app.file_uploader[0].set_value(("b.csv", rows.to_csv(index=False).encode(), CSV)).run()
    assert not app.exception
    assert shown(app, "Mend integrity first")
    app.slider[0].set_value(30).run()
    assert not app.exception
    assert shown(app, "30 rows")


def test_outcomes_of_a_file_add_the_calibration_test(open_page):
    rows = pd.DataFrame(example_batch("clean"), columns=list(FEATURES.names))
    rows["histology"] = ["M" if row["worst_area"] > 900 else "B" for _, row in rows.iterrows()]
    app = open_page("breast-cancer-drift")
    app.file_uploader[0].set_value(("b.csv", rows.to_csv(index=False).encode(), CSV)).run()
    assert not shown(app, "Do the probabilities still hold?")
    app.selectbox(key="bc.drift.batch.outcome").set_value("histology").run()
    assert not app.exception
    assert shown(app, "Do the probabilities still hold?")


def test_a_reference_that_is_too_small_is_answered_with_a_sentence(open_page):
    app = open_page("breast-cancer-drift")
    small = case_template()
    rows = pd.DataFrame(example_batch("clean"), columns=list(FEATURES.names))
    app.file_uploader[0].set_value(("b.csv", rows.to_csv(index=False).encode(), CSV))
    app.file_uploader[1].set_value(("r.csv", small, CSV)).run()
    assert not app.exception
    assert shown(app, "200")


@pytest.mark.parametrize("key", ["clean", "unit", "prevalence"])
def test_a_stream_alarms_on_a_fault_and_not_on_another_mix(open_page, key):
    app = open_page("breast-cancer-drift", example=key, view="Stream")
    assert not app.exception
    assert shown(app, "Alarm at row") == (key == "unit")
    assert shown(app, "No alarm in") == (key != "unit")


@pytest.fixture
def drift_url(monkeypatch, tmp_path):
    monkeypatch.setenv("SUITE_DRIFT_URL", f"sqlite:///{tmp_path / 'drift.sqlite'}")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("drift_url")
def test_a_stream_is_kept_and_shown_again(open_page):
    empty = open_page("breast-cancer-drift", view="Timeline")
    assert shown(empty, "No stream has been kept yet")
    rows = pd.DataFrame(example_batch("unit"), columns=list(FEATURES.names))
    app = open_page("breast-cancer-drift", view="Stream")
    app.file_uploader[0].set_value(("s.csv", rows.to_csv(index=False).encode(), CSV)).run()
    button(app, "Append").click().run()
    assert not app.exception
    assert shown(app, "Rows 1 to 57")
    again = open_page("breast-cancer-drift", view="Timeline")
    assert not again.exception
    assert shown(again, "Alarm at row")
