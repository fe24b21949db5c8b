"""Evidence, data and stress lab of the breast cancer system: every control, and core's figures."""

from __future__ import annotations

import pytest

from core import breast_cancer
from core.breast_cancer import FAULTS, FEATURES
from core.errors import SuiteError
from core.viz.text import fixed, percent

DATA, EVIDENCE, STRESS = "breast-cancer-data", "breast-cancer-model", "breast-cancer-stress"


def metrics(app):
    return {m.label: m.value for m in app.metric}


def texts(app):
    return [e.value for kind in (app.markdown, app.caption, app.info, app.warning) for e in kind]


def badges(app):
    return [text.value for text in app.markdown if "-badge[" in text.value]


def opened(app):
    return [tab.label for tab in app.tabs if len(tab.children)]


# The data page.


def test_the_whole_table_is_counted(open_page):
    app = open_page(DATA)
    assert not app.exception
    assert metrics(app) == {
        "Cases": "569", "Malignant": "212", "Benign": "357", "Held out": "57",
    }  # fmt: skip


@pytest.mark.parametrize("view", ["Two columns", "One column", "Correlations", "Summary", "Cases"])
def test_every_view_of_the_data_opens(open_page, view):
    app = open_page(DATA, view=view)
    assert not app.exception
    assert opened(app) == [view]


def test_filters_select_what_core_selects(open_page):
    app = open_page(DATA, view="Cases")
    app.get_by_key("bc.data.diagnoses").set_value(["malignant"]).run()
    app.multiselect(key="bc.data.columns").set_value(["mean_radius"]).run()
    app.slider(key="bc.data.range.mean_radius").set_value((15.0, 20.0)).run()
    assert not app.exception
    chosen = breast_cancer.select(
        breast_cancer.table(), ["malignant"], {"mean_radius": (15.0, 20.0)}
    )
    assert metrics(app)["Cases"] == f"{len(chosen)}"
    assert metrics(app)["Benign"] == "0"
    assert list(app.dataframe[0].value["case"]) == list(chosen["case"])


def test_an_empty_selection_says_so(open_page):
    app = open_page(DATA)
    app.get_by_key("bc.data.diagnoses").set_value([]).run()
    assert not app.exception
    assert not app.metric
    assert any("No case fulfils this" in badge for badge in badges(app))


def test_two_cases_are_too_few_for_a_correlation(open_page):
    app = open_page(DATA, view="Correlations")
    largest = breast_cancer.table()["mean_area"].nlargest(2).min()
    app.multiselect(key="bc.data.columns").set_value(["mean_area"]).run()
    app.slider(key="bc.data.range.mean_area").set_value((largest, 2501.0)).run()
    assert not app.exception
    assert any("Not enough data" in badge for badge in badges(app))


@pytest.mark.parametrize("view", ["Two columns", "One column", "Summary"])
def test_one_diagnosis_alone_can_be_looked_at(open_page, view):
    app = open_page(DATA, view=view)
    app.get_by_key("bc.data.diagnoses").set_value(["benign"]).run()
    assert not app.exception


def test_the_summary_is_that_of_the_selection(open_page):
    app = open_page(DATA, view="Summary")
    app.get_by_key("bc.data.diagnoses").set_value(["benign"]).run()
    expected = breast_cancer.describe(breast_cancer.select(breast_cancer.table(), ["benign"], {}))
    shown = app.dataframe[0].value
    assert list(shown["n"]) == [357.0] * len(FEATURES.names)
    assert list(shown["mean"]) == list(expected["mean"])


@pytest.mark.parametrize("block", ["Mean", "Standard error", "Worst"])
def test_correlations_can_be_read_block_by_block(open_page, block):
    app = open_page(DATA, view="Correlations")
    app.session_state["bc.data.correlations.numbers"] = True
    app.get_by_key("bc.data.block").set_value(block).run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 10


# The evidence page.


def test_the_headline_is_the_cards(open_page):
    app = open_page(EVIDENCE)
    assert not app.exception
    assert metrics(app)["AUC"] == fixed(breast_cancer.headline().estimate)


VIEWS = ["Validation", "In use", "Wrong cases", "The 98.2 %", "Limits and card"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_the_evidence_opens(open_page, view):
    app = open_page(EVIDENCE, view=view)
    assert not app.exception
    assert [label for label in opened(app) if label in VIEWS] == [view]


@pytest.mark.parametrize(
    "metric", ["accuracy", "sensitivity_at_95", "sensitivity_at_98", "brier", "slope"]
)
def test_every_figure_of_the_models_can_be_chosen(open_page, metric):
    app = open_page(EVIDENCE)
    app.session_state["bc.evidence.models.numbers"] = True
    app.get_by_key("bc.evidence.metric").set_value(metric).run()
    assert not app.exception
    stored = breast_cancer.card()["nested"]["models"]
    shown = app.dataframe[0].value.iloc[:, 1]
    assert list(shown) == [
        stored[name]["metrics"][metric]["estimate"] for name in ("logistic", "svm", "forest")
    ]


def test_the_operating_point_is_the_one_asked_for(open_page):
    app = open_page(EVIDENCE, view="In use")
    app.slider(key="bc.threshold").set_value(0.3).run()
    app.slider(key="bc.prevalence").set_value(0.05).run()
    assert not app.exception
    found = breast_cancer.at_threshold(0.3, 0.05)
    shown = metrics(app)
    assert shown["Sensitivity"] == percent(found.sensitivity.estimate)
    assert shown["Positive predictive value"] == percent(found.ppv.estimate)


@pytest.mark.parametrize("curve", ["ROC", "Precision and recall", "Decision curve", "Abstention"])
@pytest.mark.parametrize("threshold", [0.01, 0.5, 0.99])
def test_every_curve_opens_at_every_threshold(open_page, curve, threshold):
    app = open_page(EVIDENCE, view="In use")
    app.session_state["bc.use.curve"] = curve
    app.slider(key="bc.threshold").set_value(threshold).run()
    assert not app.exception
    assert curve in opened(app)


@pytest.mark.parametrize("model", ["logistic", "svm", "forest"])
def test_the_wrong_cases_are_those_of_core(open_page, model):
    app = open_page(EVIDENCE, view="Wrong cases")
    app.get_by_key("bc.errors.model").set_value(model).run()
    app.slider(key="bc.threshold").set_value(0.5).run()
    assert not app.exception
    found = breast_cancer.wrong_cases(0.5, model)
    assert metrics(app)["Cancers missed"] == f"{sum(case.malignant for case in found)}"
    assert list(app.dataframe[0].value["Case"]) == [case.number for case in found]


def test_the_leak_is_told_in_the_cards_figures(open_page):
    app = open_page(EVIDENCE, view="The 98.2 %")
    assert metrics(app)["Claimed"] == "98.2 %"
    seen = breast_cancer.card()["original"]["shown"]["seen"]
    assert any(f"{seen} of the 114 test cases had been trained on" in text for text in texts(app))


def test_limits_and_the_whole_card_are_shown(open_page):
    app = open_page(EVIDENCE, view="Limits and card")
    shown = "\n".join(texts(app))
    assert all(limit in shown for limit in breast_cancer.LIMITS)
    assert "# Breast cancer model card" in shown


# The stress lab.


def test_the_lab_shows_what_core_measures(open_page):
    app = open_page(STRESS, preset="unit")
    assert not app.exception
    expected = breast_cancer.stress("unit", 0.1, n=569, columns=("worst_texture",))
    shown = metrics(app)
    assert shown["Accuracy"] == percent(expected.after.accuracy.estimate)
    assert shown["Missed, no guard"] == percent(expected.after.missed.estimate)
    assert shown["Missed silently, guarded"] == percent(expected.after.silent.estimate)
    assert any(expected.summary() in text for text in texts(app))


@pytest.mark.parametrize(
    ("preset", "fault"),
    [("some", "unit"), ("shuffle", "shuffle"), ("impute", "impute"), ("prevalence", "prevalence")],
)
def test_an_address_opens_a_known_failure(open_page, preset, fault):
    app = open_page(STRESS, preset=preset)
    assert not app.exception
    assert app.selectbox(key="bc.stress.fault").value == fault


def test_an_unknown_preset_is_ignored(open_page):
    app = open_page(STRESS, preset="nothing")
    assert not app.exception
    assert app.get_by_key("bc.stress.preset").value is None


@pytest.mark.parametrize("preset", ["unit", "prevalence"])
@pytest.mark.parametrize("view", ["Who notices", "The two lamps", "Map", "By severity", "Code"])
def test_faults_and_populations_open_in_every_view(open_page, preset, view):
    app = open_page(STRESS, preset=preset, view=view)
    assert not app.exception
    assert opened(app) == [view]


def test_every_fault_can_be_planted_and_says_what_it_is(open_page):
    app = open_page(STRESS)
    for fault in FAULTS:
        app.selectbox(key="bc.stress.fault").set_value(fault).run()
        assert not app.exception, fault
        shown = texts(app)
        assert FAULTS[fault].description in shown
        expected = breast_cancer.stress(fault, n=569, lamps=False)
        assert any(expected.summary() in text for text in shown), fault


def test_an_edit_leaves_the_known_failure(open_page):
    app = open_page(STRESS, preset="shuffle")
    assert app.selectbox(key="bc.stress.fault").value == "shuffle"
    app.slider(key="bc.stress.severity.shuffle").set_value(5).run()
    assert not app.exception
    assert app.get_by_key("bc.stress.preset").value is None
    expected = breast_cancer.stress("shuffle", 5, n=569)
    assert metrics(app)["Accuracy"] == percent(expected.after.accuracy.estimate)


def test_another_known_failure_replaces_the_first(open_page):
    app = open_page(STRESS, preset="unit")
    app.get_by_key("bc.stress.preset").set_value("prevalence").run()
    assert not app.exception
    assert app.selectbox(key="bc.stress.fault").value == "prevalence"
    assert app.slider(key="bc.stress.severity.prevalence").value == 0.8


def test_rows_seed_share_column_and_threshold_reach_core(open_page):
    app = open_page(STRESS)
    app.get_by_key("bc.stress.source").set_value("smoothed").run()
    app.number_input(key="bc.stress.n.5000").set_value(300).run()
    app.number_input(key="bc.stress.seed").set_value(3).run()
    app.slider(key="bc.stress.share").set_value(0.5).run()
    app.selectbox(key="bc.stress.column").set_value("worst_area").run()
    app.slider(key="bc.threshold").set_value(0.4).run()
    assert not app.exception
    expected = breast_cancer.stress(
        "unit", n=300, seed=3, share=0.5, columns=("worst_area",), source="smoothed", threshold=0.4
    )
    assert any(expected.summary() in text for text in texts(app))
    assert any("300, 150 of them spoilt" in text for text in texts(app))


def test_the_lamps_are_those_of_core(open_page):
    app = open_page(STRESS, preset="shuffle", view="The two lamps")
    found = breast_cancer.stress("shuffle", 3, n=569).lamps
    on = round(found.integrity.estimate * found.batches)
    assert any(f"Alarm in {on} of {found.batches} batches" in badge for badge in badges(app))


def test_the_map_places_the_rows_of_the_stress_test(open_page):
    app = open_page(STRESS, preset="unit", view="Map")
    app.session_state["bc.stress.map.numbers"] = True
    app.run()
    assert not app.exception
    shown = app.dataframe[0].value
    found = breast_cancer.stress_map("unit", 0.1, n=569, columns=("worst_texture",))
    assert list(shown[shown["Group"] == "Spoilt"].iloc[:, 1]) == list(found.planted[0])


def test_rows_without_a_place_on_the_map_are_counted(open_page):
    app = open_page(STRESS, view="Map")
    app.selectbox(key="bc.stress.fault").set_value("missing").run()
    assert not app.exception
    assert any("569 rows with a missing value" in text for text in texts(app))


def test_a_fault_without_effect_is_not_enough_data(open_page):
    app = open_page(STRESS)
    app.selectbox(key="bc.stress.fault").set_value("bias").run()
    app.slider(key="bc.stress.severity.bias").set_value(0.0).run()
    assert not app.exception
    assert any("Not enough data" in badge for badge in badges(app))


def test_made_up_rows_have_no_diagnosis_to_miss(open_page):
    app = open_page(STRESS)
    app.selectbox(key="bc.stress.fault").set_value("synthetic").run()
    assert not app.exception
    assert metrics(app)["Accuracy"] == "not known"


def test_the_sweep_runs_on_request_and_vanishes_with_its_question(open_page):
    app = open_page(STRESS, preset="shuffle", view="By severity")
    app.session_state["bc.stress.sweep.chart.numbers"] = True
    next(b for b in app.button if b.label == "Run the severity sweep").click().run()
    assert not app.exception
    expected = breast_cancer.severity_sweep("shuffle", n=569, lamps=False)
    shown = app.dataframe[0].value
    values = shown[shown["Line"] == "Integrity score"]["Value"]
    assert list(values) == [point.integrity.auroc.estimate for point in expected.points]
    for figure in ("Missed", "Diagnosis", "Blame"):
        app.get_by_key("bc.stress.sweep.figure").set_value(figure).run()
        assert not app.exception
    app.number_input(key="bc.stress.seed").set_value(1).run()
    assert not app.dataframe
    assert any("earlier sweep was removed" in text for text in texts(app))


def test_the_sweep_of_a_factor_below_one_goes_downwards(open_page):
    app = open_page(STRESS, preset="unit", view="By severity")
    app.session_state["bc.stress.sweep.chart.numbers"] = True
    next(b for b in app.button if b.label == "Run the severity sweep").click().run()
    assert not app.exception
    shown = app.dataframe[0].value["Severity: factor"]
    assert shown.max() < 1
    assert shown.min() == pytest.approx(1 / max(FAULTS["unit"].levels))


def test_a_sweep_that_fails_is_explained(open_page, monkeypatch):
    def fail(*_given, **_settings):
        raise SuiteError("Other calculations kept the machine busy.")

    monkeypatch.setattr("core.runtime.jobs.run", fail)
    app = open_page(STRESS, view="By severity")
    next(b for b in app.button if b.label == "Run the severity sweep").click().run()
    assert not app.exception
    assert any("No severity sweep" in badge for badge in badges(app))
    assert any("kept the machine busy" in text for text in texts(app))


def test_a_question_that_core_refuses_is_answered_with_a_sentence(open_page, monkeypatch):
    def refuse(*_given, **_settings):
        raise SuiteError("The question cannot be answered.")

    monkeypatch.setattr("core.breast_cancer.stress", refuse)
    app = open_page(STRESS)
    assert not app.exception
    assert not app.metric
    assert any("No stress test" in badge for badge in badges(app))
