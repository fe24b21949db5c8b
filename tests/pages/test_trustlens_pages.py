"""TrustLens pages: they show what core says, in every state, and results leave with their input."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from core.trust import judge, misleading_cases, original_view, read_table, template
from pages._shared import models
from pages._trust import calls, comparing, take
from pages._trust.subject import of_suite

CSV = "text/csv"
SUITE = [one.key for one in models.held_out()]
VIEWS = ["Discrimination", "Calibration", "Groups", "Utility", "Failures", "Sets", "Checklist"]


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.success)
    return [element.value.replace("\\", "") for kind in kinds for element in kind]


def shown(app, words):
    return any(words in text for text in texts(app))


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def open_tabs(app):
    return [tab.label for tab in app.tabs if len(tab.children)]


def tabs(app):
    return [tab.label for tab in app.tabs]


def upload(app, name, content, place=0):
    return app.file_uploader[place].set_value((name, content, CSV)).run()


def rows(n=600, *, seed=1, months=0):
    """Return calibrated predictions with two attributes, and dates if wanted."""
    rng = np.random.default_rng(seed)
    p = 1 / (1 + np.exp(-rng.normal(0, 1.4, n)))
    table = pd.DataFrame(
        {
            "outcome": (rng.random(n) < p).astype(int),
            "probability": p.round(6),
            "sex": rng.choice(["female", "male"], n),
            "site": rng.choice(["a*b_", "south"], n),
        }
    )
    if months:
        table["date"] = [f"2025-{1 + i * months // n:02d}" for i in range(n)]
    return table


def csv(table):
    return table.to_csv(index=False).encode()


# --- audit of the suite's models


@pytest.mark.parametrize("key", SUITE)
def test_a_model_of_the_suite_is_audited_by_its_address(open_page, key):
    app = open_page("trustlens", model=key)
    assert not app.exception
    found = judge(models.predictions(key))
    assert shown(app, found.sentence())
    for check in found.checks:
        assert shown(app, check.claim)
        assert shown(app, check.reason)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("key", ["cardiosense-external", "breast-cancer-svm"])
def test_every_view_opens_by_its_address(open_page, key, view):
    app = open_page("trustlens", model=key, view=view)
    assert not app.exception
    assert open_tabs(app) == [view]


def test_the_policy_is_in_the_address_and_changes_the_limits(open_page):
    app = open_page("trustlens", model="cardiosense-external", policy="research")
    assert not app.exception
    found = judge(models.predictions("cardiosense-external"), policy="research")
    assert shown(app, found.sentence())
    assert shown(app, found.policy.purpose)


def test_what_the_address_does_not_know_is_the_first_model(open_page):
    app = open_page("trustlens", model="nobody", policy="none")
    assert not app.exception
    assert shown(app, judge(models.predictions(SUITE[0])).sentence())


def test_the_counts_of_the_claims_stand_beside_the_verdict(open_page):
    app = open_page("trustlens", model="cardiosense-framingham")
    verdict = judge(models.predictions("cardiosense-framingham")).verdict
    assert shown(app, f"{verdict.count('pass')} shown")
    assert shown(app, f"{verdict.count('fail')} broken")
    assert shown(app, "not enough evidence")


def test_a_new_threshold_makes_new_calls(open_page):
    app = open_page("trustlens", model="breast-cancer-svm", view="Utility")
    before = metrics(app)["Sensitivity"]
    app.number_input[0].set_value(0.9).run()
    assert not app.exception
    assert shown(app, "Acting from a probability of 0.9")
    assert metrics(app)["Sensitivity"] != before


def test_predictive_values_follow_the_prevalence(open_page):
    app = open_page("trustlens", model="cardiosense-logistic-13", view="Utility")
    before = metrics(app)["PPV there"]
    app.slider[0].set_value(0.05).run()
    assert not app.exception
    assert metrics(app)["PPV there"] != before


def test_a_model_without_attributes_says_that_nothing_is_known_of_groups(open_page):
    app = open_page("trustlens", model="breast-cancer-svm", view="Groups")
    assert shown(app, "nothing can be said about groups")


# --- audit of a file


def test_before_a_file_there_is_an_invitation_and_no_verdict(open_page):
    app = open_page("trustlens", source="file")
    assert not app.exception
    assert shown(app, "Choose a file")
    assert shown(app, "Nothing that you upload is stored.")
    assert not app.tabs


def test_a_file_is_audited_as_core_does(open_page):
    content = csv(rows())
    app = upload(open_page("trustlens", source="file"), "p.csv", content)
    assert not app.exception
    read, _ = read_table(content, groups=["sex", "site"])
    assert shown(app, judge(read).sentence())
    assert "Drift" not in tabs(app)


@pytest.mark.parametrize("view", [*VIEWS, "Drift"])
def test_every_view_of_a_file_opens(open_page, view):
    app = open_page("trustlens", source="file", view=view)
    app = upload(app, "p.csv", csv(rows(1_200, months=8)))
    assert not app.exception
    assert open_tabs(app) == [view]


def test_the_template_is_a_file_that_can_be_audited(open_page):
    app = upload(open_page("trustlens", source="file"), "template.csv", template())
    assert not app.exception
    assert shown(app, "Not enough evidence under clinical-strict")


def test_bad_cells_are_named_and_may_be_left_out(open_page):
    table = rows().astype(object)
    table.loc[4, "probability"] = "83 %"
    table.loc[17, "outcome"] = None
    app = upload(open_page("trustlens", source="file"), "bad.csv", csv(table))
    assert not app.exception
    assert shown(app, "Row 5, column probability")
    assert shown(app, "Row 18, column outcome")
    assert not app.tabs
    app.checkbox[0].check().run()
    assert not app.exception
    assert shown(app, "2 of 600 rows were left out")
    assert app.tabs


def test_a_result_leaves_with_its_file(open_page):
    app = upload(open_page("trustlens", source="file"), "good.csv", csv(rows()))
    assert app.tabs
    table = rows().assign(probability=7.0)
    app = upload(app, "bad.csv", csv(table))
    assert not app.exception
    assert not app.tabs
    assert not shown(app, "under clinical-strict")


def test_labels_that_do_not_tell_are_asked_about(open_page):
    table = rows()
    table["outcome"] = np.where(table["outcome"] == 1, "relapse", "remission")
    app = upload(open_page("trustlens", source="file"), "ask.csv", csv(table))
    assert not app.exception
    assert not app.tabs
    asked = next(b for b in app.button_group if "positive one" in b.label)
    asked.set_value("relapse").run()
    assert not app.exception
    assert app.tabs


def test_columns_that_no_name_tells_are_asked_for(open_page):
    table = rows().rename(columns={"outcome": "died", "probability": "risk"})
    app = upload(open_page("trustlens", source="file"), "p.csv", csv(table))
    assert shown(app, "Say which column is the outcome")
    app.selectbox[0].set_value("died")
    app.multiselect[0].set_value(["risk"]).run()
    assert not app.exception
    assert app.tabs


def test_outcomes_of_one_class_are_answered_with_reasons(open_page):
    app = upload(open_page("trustlens", source="file"), "p.csv", csv(rows().assign(outcome=1)))
    assert not app.exception
    assert shown(app, "all outcomes are of one class")


def test_quantities_have_errors_and_groups(open_page):
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"outcome": rng.normal(50, 10, 300), "sex": rng.choice(["f", "m"], 300)})
    table["prediction"] = table["outcome"] + rng.normal(0, 5, 300)
    app = upload(open_page("trustlens", source="file"), "q.csv", csv(table))
    assert not app.exception
    assert tabs(app) == ["Errors", "Groups", "Checklist"]


@pytest.mark.parametrize("view", ["Discrimination", "Calibration", "Groups", "Failures", "Sets"])
def test_three_classes_have_no_utility(open_page, view):
    rng = np.random.default_rng(3)
    p = rng.dirichlet([1, 1, 1], 400)
    outcome = [rng.choice(["a", "b", "c"], p=row) for row in p]
    table = pd.DataFrame({"outcome": outcome, "p_a": p[:, 0], "p_b": p[:, 1], "p_c": p[:, 2]})
    table["sex"] = rng.choice(["f", "m"], 400)
    app = open_page("trustlens", source="file", view=view)
    app = upload(app, "m.csv", csv(table))
    assert not app.exception
    assert "Utility" not in tabs(app)
    assert open_tabs(app) == [view]


def test_calls_alone_are_audited(open_page):
    table = rows().assign(call=lambda t: (t["probability"] > 0.5).astype(int))
    app = open_page("trustlens", source="file", view="Failures")
    app = upload(app, "c.csv", csv(table.drop(columns="probability")))
    assert not app.exception
    assert shown(app, "only calls")


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n", b"outcome,probability\n"])
def test_what_is_no_table_is_answered_with_a_sentence(open_page, content):
    app = upload(open_page("trustlens", source="file"), "x.csv", content)
    assert not app.exception
    assert not app.tabs


# --- what is taken along


def test_an_audit_is_strict_json_and_names_its_own_call():
    held = models.find("cardiosense-external")
    subject = of_suite(held, held.threshold)
    audit = judge(subject.read)
    document = json.loads(take.as_json(audit))
    assert document["verdict"] == audit.verdict.status
    assert calls.command(audit, subject) == (
        "python -m apps.cli trust model cardiosense-external --policy clinical-strict --json"
    )


def test_the_file_of_predictions_gives_the_same_figures():
    held = models.find("cardiosense-external")
    subject = of_suite(held, 0.3)
    options = calls.options(subject)
    read, _ = read_table(
        take.predictions_csv(subject),
        label=options["label"][0],
        prob=options["prob"],
        groups=options["group"],
        positive=options["positive"][0],
        threshold=float(options["threshold"][0]),
    )
    areas = ("calibration", "utility")
    mine, theirs = judge(read, areas=areas), judge(subject.read, areas=areas)
    assert mine.metrics == pytest.approx(theirs.metrics)
    assert "--threshold 0.3" in calls.command(mine, subject)


@pytest.mark.parametrize("key", ["cardiosense-external", "breast-cancer-svm"])
def test_the_call_in_python_runs(key, tmp_path, monkeypatch):
    held = models.find(key)
    subject = of_suite(held, held.threshold)
    audit = judge(subject.read)
    (tmp_path / subject.file).write_bytes(take.predictions_csv(subject))
    monkeypatch.chdir(tmp_path)
    scope: dict[str, object] = {"print": lambda _: None}
    exec(calls.python_call(audit, subject), scope)
    found = scope["audit"]
    assert found.metrics["auc"] == pytest.approx(audit.metrics["auc"])


def test_downloads_are_offered(open_page):
    app = open_page("trustlens", model="breast-cancer-svm")
    labels = {b.label for b in app.get("download_button")}
    assert {"Report (HTML)", "Report (PDF)", "Audit (JSON)", "Checks (JUnit)"} <= labels


# --- compare


def test_only_models_of_the_same_rows_are_partners():
    for key, others in comparing.comparable().items():
        own = models.find(key)
        for other in map(models.find, others):
            assert np.array_equal(own.y, other.y)
    assert "cardiosense-external" not in comparing.comparable()


def test_two_models_of_the_suite_are_compared_in_words(open_page):
    keys = {"first": "cardiosense-logistic-13", "second": "cardiosense-logistic-10"}
    app = open_page("trustlens-compare", **keys)
    assert not app.exception
    assert shown(app, "is shown to be better in")
    for key in keys.values():
        assert shown(app, judge(models.predictions(key)).sentence())


def test_the_second_model_follows_the_first(open_page):
    app = open_page(
        "trustlens-compare", first="breast-cancer-svm", second="cardiosense-logistic-10"
    )
    assert not app.exception
    assert app.selectbox[1].options == [
        models.find(key).title for key in comparing.comparable()["breast-cancer-svm"]
    ]


def test_two_columns_of_one_file_are_compared(open_page):
    table = rows().assign(worse=lambda t: (0.5 + 0.2 * (t["probability"] - 0.5)).round(6))
    app = upload(open_page("trustlens-compare", source="file"), "two.csv", csv(table))
    assert shown(app, "Say which columns")
    app.selectbox[1].set_value("probability")
    app.selectbox[2].set_value("worse").run()
    assert not app.exception
    assert shown(app, "probability is shown to be better in")


def test_two_files_of_other_rows_are_refused(open_page):
    app = open_page("trustlens-compare", source="file")
    app.toggle[0].set_value(True).run()
    app = upload(app, "a.csv", csv(rows(300)))
    app = upload(app, "b.csv", csv(rows(200)), 1)
    assert not app.exception
    assert shown(app, "200 rows, the first model 300")


def test_a_model_and_its_recalibration_are_compared(open_page):
    table = rows().assign(squared=lambda t: t["probability"] ** 2)
    app = upload(open_page("trustlens-compare", source="file"), "two.csv", csv(table))
    app.selectbox[1].set_value("probability")
    app.selectbox[2].set_value("squared").run()
    assert not app.exception
    differences = app.dataframe[0].value.set_index("Figure")["Difference"]
    assert differences["AUC (larger is better)"] == "no case tells the two scores apart"
    assert shown(app, "squared is shown to be better in specificity")
    assert not shown(app, "cannot be drawn")


def test_two_files_of_one_name_are_told_apart_in_the_call(open_page):
    app = open_page("trustlens-compare", source="file")
    app.toggle[0].set_value(True).run()
    app = upload(app, "p.csv", csv(rows()))
    app = upload(app, "p.csv", csv(rows()), 1)
    assert not app.exception
    assert any("trust compare p.csv other/p.csv --label" in one.value for one in app.code)


# --- the original's view


@pytest.mark.parametrize("key", SUITE)
def test_the_original_s_score_stands_beside_the_verdict(open_page, key):
    app = open_page("trustlens-original", model=key)
    assert not app.exception
    view = original_view(models.predictions(key))
    assert view.score is not None
    assert metrics(app)["Trust Score, 0 to 100"] == f"{view.score.score}, grade {view.score.grade}"
    for one in view.disagreements:
        assert shown(app, one)
    assert shown(app, judge(models.predictions(key)).sentence())


def test_where_the_original_fails_the_page_says_why(open_page):
    table = pd.DataFrame({"outcome": [0, 0, 1, 1] * 5, "probability": [0.9, 0.8, 0.1, 0.2] * 5})
    app = upload(open_page("trustlens-original", source="file"), "w.csv", csv(table))
    assert not app.exception
    assert shown(app, "stops with an error here")


def test_the_catalogue_shows_every_case(open_page):
    app = open_page("trustlens-original", view="Where it misleads")
    assert not app.exception
    for case in misleading_cases():
        assert shown(app, case.title)
        assert shown(app, case.says)
