"""The patient page: the answer, its refusals, and results that vanish with their question."""

from __future__ import annotations

import pytest

from core.cardiosense import diagnostic_presets, prevention_presets, score_patient
from core.viz.text import percent

PRESETS = diagnostic_presets()


def button(app, label):
    return next(b for b in app.button if b.label == label)


def metrics(app):
    return {m.label: m.value for m in app.metric}


def texts(app):
    return [
        e.value
        for kind in (app.markdown, app.caption, app.info, app.warning, app.error)
        for e in kind
    ]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.slug)
def test_a_preset_address_shows_the_models_answer(open_page, preset):
    app = open_page("cardiosense", preset=preset.slug)
    assert not app.exception
    risk = score_patient(preset.values)
    assert metrics(app)["Coronary narrowing, now"] == percent(risk.p)
    shown = "\n".join(texts(app))
    assert preset.note in shown
    for alert in risk.alerts:
        # Numbers and hyphens are escaped for Markdown; the first words are enough to find it.
        assert alert.text.split(" is ")[0].split("-")[0] in shown


def test_the_page_is_empty_until_something_is_entered(open_page):
    app = open_page("cardiosense")
    assert not app.metric
    assert "Choose an example" in app.info[0].value


def test_an_unknown_preset_is_ignored(open_page):
    app = open_page("cardiosense", preset="nobody")
    assert not app.exception
    assert not app.metric


def test_a_partial_form_is_refused_with_the_missing_fields(open_page):
    app = open_page("cardiosense")
    app.number_input(key="cardio.age").set_value(60).run()
    assert not app.exception
    assert not app.metric
    assert any("cp" in text and "missing" in text for text in texts(app))


def test_an_impossible_value_is_answered_with_a_sentence(open_page):
    app = open_page("cardiosense", preset=PRESETS[0].slug)
    app.number_input(key="cardio.chol").set_value(5.2).run()
    assert not app.metric
    assert any("mmol/L" in text for text in texts(app))


def test_a_plan_vanishes_when_the_patient_changes(open_page):
    app = open_page("cardiosense", preset="woman-66", view="Least effort")
    button(app, "Find the path").click().run()
    assert not app.exception
    assert "Estimate with the plan" in metrics(app)
    app.number_input(key="cardio.trestbps").set_value(150).run()
    assert "Estimate with the plan" not in metrics(app)
    assert any("earlier plan was removed" in text for text in texts(app))
    app.number_input(key="cardio.trestbps").set_value(146).run()
    assert "Estimate with the plan" not in metrics(app)


def test_a_plan_vanishes_when_another_patient_is_chosen(open_page):
    app = open_page("cardiosense", preset="woman-66", view="Least effort")
    button(app, "Find the path").click().run()
    assert "Estimate with the plan" in metrics(app)
    app.get_by_key("cardio.preset").set_value("man-55").run()
    assert not app.exception
    assert "Estimate with the plan" not in metrics(app)


def test_lime_vanishes_when_the_patient_changes(open_page):
    app = open_page("cardiosense", preset="woman-66")
    button(app, "Run LIME").click().run()
    assert not app.exception
    assert any("local variation" in text for text in texts(app))
    app.number_input(key="cardio.trestbps").set_value(150).run()
    assert not any("local variation" in text for text in texts(app))


def test_what_if_shows_the_change(open_page):
    app = open_page("cardiosense", preset="woman-66", view="What if")
    app.selectbox(key="cardio.whatif.name").set_value("trestbps").run()
    app.slider(key="cardio.whatif.trestbps.146").set_value(120.0).run()
    assert not app.exception
    expected = score_patient({**PRESETS[2].values, "trestbps": 120})
    assert metrics(app)["Estimate with the change"] == percent(expected.p)


def test_prevention_finds_a_plan_for_the_worked_example(open_page):
    app = open_page("cardiosense-prevention", preset=prevention_presets()[0].slug)
    assert metrics(app)["Risk within ten years"] == "14.7 %"
    button(app, "Find the path").click().run()
    assert not app.exception
    assert "Estimate with the plan" in metrics(app)


def test_prevention_without_hdl_uses_the_framingham_model(open_page):
    app = open_page("cardiosense-prevention", preset=prevention_presets()[1].slug)
    assert not app.exception
    assert any("framingham" in text for text in texts(app))


@pytest.mark.parametrize("view", ["Why", "What if", "Least effort", "Can I trust it", "Save"])
@pytest.mark.parametrize("preset", PRESETS, ids=lambda p: p.slug)
def test_every_view_opens_for_every_preset(open_page, preset, view):
    app = open_page("cardiosense", preset=preset.slug, view=view)
    assert not app.exception
    assert len(app.tabs) == 5
    opened = [tab for tab in app.tabs if len(tab.children)]
    assert [tab.label for tab in opened] == [view]


def test_the_other_model_opens_with_its_reasons_and_the_agreement(open_page):
    app = open_page("cardiosense", preset="woman-66")
    app.session_state["cardio.other"] = True
    app.run()
    assert not app.exception
    assert any("The two models agree" in text for text in texts(app))


def test_a_chart_opens_its_table(open_page):
    app = open_page("cardiosense", preset="woman-66")
    assert len(app.dataframe) == 0
    app.session_state["cardio.answer.numbers"] = True
    app.run()
    assert not app.exception
    assert len(app.dataframe) == 1


def test_what_is_known_of_an_example_leaves_with_its_values(open_page):
    preset = PRESETS[2]
    app = open_page("cardiosense", preset=preset.slug)
    assert preset.note in texts(app)
    app.number_input(key="cardio.trestbps").set_value(150).run()
    shown = texts(app)
    assert preset.note not in shown
    assert any(text.startswith("Edited: no longer the example") for text in shown)
    app.number_input(key="cardio.trestbps").set_value(146).run()
    assert preset.note in texts(app)
