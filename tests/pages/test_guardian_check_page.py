"""The check page: an answer first, whatever is open named beside it, and never a word of "safe"."""

from __future__ import annotations

import json

import pytest

from core.guardian import REASONS, Tier, agents, presets, review
from core.runtime.settings import settings
from pages._guardian import checked, take
from pages._guardian.fields import AGE, ALLERGIES, NO_ALLERGIES, OTHER, SEX
from pages._shared import trail

SLUG = "guardian"
VIEWS = ["Pairs", "How it was read", "Agents", "Leaflet", "Save"]
PRESETS = presets.case_presets()
CRITICAL = [
    one for one in PRESETS if any(a.tier is Tier.INTERRUPTIVE for a in review(one.case).alerts)
]
STOP, PLAIN, UNCLEAR = PRESETS[0], PRESETS[2], PRESETS[5]


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.subheader)
    return plain("\n".join(one.value for kind in kinds for one in kind))


def plain(text):
    """Return Markdown with what was escaped in it as it is written."""
    return text.replace("\\", "")


def banner(app):
    return [plain(one.value) for one in app.error]


def opened(app):
    return [tab.label for tab in app.tabs if len(tab.children)]


def write(app, *lines):
    return app.text_area(key=take.MEDS).set_value("\n".join(lines)).run()


def passing(app, alert, reason, comment="", role="prescriber"):
    key = f"guardian.pass.{alert.key}"
    app.selectbox(key=f"{key}.reason").set_value(reason)
    app.text_input(key=f"{key}.comment").set_value(comment)
    app.selectbox(key=f"{key}.role").set_value(role)
    (send,) = [one for one in app.button if one.form_id == f"{key}.form"]
    return send.click().run()


def stops(case):
    return [one for one in review(case).alerts if one.tier is Tier.INTERRUPTIVE]


def test_the_empty_page_offers_a_case_and_says_nothing_of_medicines(open_page):
    app = open_page(SLUG)
    assert not app.exception
    assert "Choose an invented case, or write a list." in texts(app)
    assert not app.error
    assert not app.tabs


@pytest.mark.parametrize("preset", PRESETS, ids=lambda one: one.slug)
def test_a_case_of_the_address_is_answered_at_once(open_page, preset):
    app = open_page(SLUG, preset=preset.slug)
    assert not app.exception
    found = review(preset.case)
    shown = texts(app)
    assert found.headline in shown
    assert preset.note in shown
    assert found.kb_version in shown
    assert all(" safe" not in line.casefold() for line in shown.splitlines())


@pytest.mark.parametrize("preset", CRITICAL, ids=lambda one: one.slug)
def test_one_banner_holds_every_critical_alert(open_page, preset):
    app = open_page(SLUG, preset=preset.slug)
    assert banner(app) == [f"**{review(preset.case).headline}**"]
    shown = texts(app)
    for alert in stops(preset.case):
        assert " + ".join(alert.drugs) in shown
        assert alert.management in shown
        assert alert.mechanism in shown
        assert all(f"{source.name}, {source.section}" in shown for source in alert.sources)


def test_ordinary_therapy_is_answered_in_a_neutral_colour(open_page):
    app = open_page(SLUG, preset=PLAIN.slug)
    assert not app.error
    assert not app.success
    assert "A list without critical alerts has not been shown to be harmless." in texts(app)


def test_what_could_not_be_checked_stands_beside_the_answer(open_page):
    app = open_page(SLUG, preset=UNCLEAR.slug)
    found = review(UNCLEAR.case)
    shown = texts(app)
    assert f"{len(found.gaps)} things could not be checked" in [one.value for one in app.subheader]
    for gap in found.gaps:
        assert gap.message in shown
        assert gap.fix in shown


def test_a_name_that_was_meant_can_be_chosen(open_page):
    app = open_page(SLUG)
    app = write(app, "prednisolne 20 mg daily", "warfarin 5 mg daily")
    assert "not known: prednisolne" in texts(app)
    app = app.button(key="guardian.mend.0.prednisolone").click().run()
    assert app.text_area(key=take.MEDS).value.splitlines() == [
        "prednisolone 20 mg daily",
        "warfarin 5 mg daily",
    ]
    assert "not known" not in texts(app)


def test_a_mended_misspelling_is_said_to_be_one(open_page):
    app = write(open_page(SLUG), "warfrin 5 mg daily")
    assert "warfrin read as warfarin" in texts(app)


def test_a_line_can_be_removed(open_page):
    app = open_page(SLUG, preset=STOP.slug)
    app = app.button(key="guardian.remove.1").click().run()
    assert "Bactrim" not in app.text_area(key=take.MEDS).value
    assert not app.error
    assert f"Edited: no longer the case “{STOP.title}”." in texts(app)


def test_another_list_is_another_answer(open_page):
    app = open_page(SLUG, preset=STOP.slug)
    app = write(app, "lisinopril 10 mg daily")
    assert not app.error
    assert "warfarin" not in texts(app)
    app = write(app, "")
    assert "Choose an invented case" in texts(app)
    assert not app.tabs


def test_the_form_holds_every_case_and_gives_it_back(open_page):
    for preset in PRESETS:
        app = open_page(SLUG, preset=preset.slug, view="How it was read")
        kept = app.session_state["guardian.checked"]
        assert kept.case == preset.case


def test_the_form_is_part_of_the_case(open_page):
    app = write(open_page(SLUG), "warfarin 5 mg daily")
    assert "Nothing is stated of the patient." in texts(app)
    app.number_input(key=AGE.key).set_value(81.0)
    app.selectbox(key=SEX).set_value("F")
    app.text_area(key=ALLERGIES).set_value("penicillin: rash\nsulfa")
    app.text_area(key=OTHER).set_value("TSH 2.1 mIU/L\nCD4 = 350\nsodium")
    app = app.run()
    assert app.session_state["guardian.checked"].case["patient"] == {
        "age": 81.0,
        "sex": "F",
        "allergies": [
            {"substance": "penicillin", "reaction": "rash"},
            {"substance": "sulfa", "reaction": ""},
        ],
        "labs": [
            {"name": "TSH", "value": "2.1", "unit": "mIU/L"},
            {"name": "CD4", "value": "350", "unit": ""},
            {"name": "sodium", "value": "no number given", "unit": ""},
        ],
    }
    shown = texts(app)
    assert "81 years · female" in shown
    assert "Sodium is not a number." in shown


def test_no_allergies_known_is_not_the_same_as_not_asked(open_page):
    app = write(open_page(SLUG), "warfarin 5 mg daily")
    assert "Allergies are not stated." in texts(app)
    app = app.checkbox(key=NO_ALLERGIES).check().run()
    assert "Allergies are not stated." not in texts(app)
    assert "no allergies known" in texts(app)


def test_an_impossible_value_gets_a_sentence(open_page):
    app = write(open_page(SLUG), "warfarin 5 mg daily")
    app = app.number_input(key=AGE.key).set_value(810.0).run()
    assert "Age is not possible in years" in texts(app)


def test_nothing_of_the_patient_stands_in_the_address(open_page):
    app = open_page(SLUG, preset=STOP.slug, view="Pairs")
    app = write(app, "warfarin 5 mg daily", "ibuprofen 400 mg tid")
    app = app.number_input(key=AGE.key).set_value(81.0).run()
    assert set(app.query_params) <= {"preset", "view"}


def test_a_link_to_another_case_opens_it_in_a_session_that_has_one(open_page):
    app = write(open_page(SLUG, preset=STOP.slug), "lisinopril 10 mg daily")
    app.query_params["preset"] = PLAIN.slug
    app = app.run()
    assert app.text_area(key=take.MEDS).value.splitlines() == PLAIN.case["meds"]
    app = app.segmented_control(key=take.PRESET).set_value(UNCLEAR.slug).run()
    assert app.text_area(key=take.MEDS).value.splitlines() == UNCLEAR.case["meds"]
    assert UNCLEAR.slug in app.query_params["preset"]


def test_everything_can_be_cleared(open_page):
    app = open_page(SLUG, preset=STOP.slug)
    (clear,) = [one for one in app.button if one.label == "Clear list and patient"]
    app = clear.click().run()
    assert not app.exception
    assert app.text_area(key=take.MEDS).value == ""
    assert app.number_input(key=AGE.key).value is None
    assert "Choose an invented case" in texts(app)


def test_an_alert_is_passed_over_for_a_reason_and_stays_visible(open_page):
    app = open_page(SLUG, preset=STOP.slug)
    (alert,) = stops(STOP.case)
    app = passing(app, alert, "will-monitor")
    assert f"{REASONS['will-monitor']}." in texts(app)
    assert app.error
    app = passing(app, alert, "will-monitor", "INR in three days", "pharmacist")
    assert not app.exception
    assert not app.error
    shown = texts(app)
    assert f"by pharmacist: {REASONS['will-monitor']}" in shown
    assert "“INR in three days”" in shown
    assert "1 critical alert passed over" in shown
    assert not [one for one in app.selectbox if one.key.startswith("guardian.pass")]
    # It is not raised again in this case, and is again for another list.
    assert not app.run().error
    app = write(app, *STOP.case["meds"], "omeprazole 20 mg daily")
    assert app.error
    assert "Passed over" not in texts(app)


def test_one_of_several_passed_over_leaves_the_banner_up(open_page):
    case = next(one for one in CRITICAL if len(stops(one.case)) > 1)
    app = open_page(SLUG, preset=case.slug)
    app = passing(app, stops(case.case)[0], "no-alternative")
    assert banner(app) == [f"**{review(case.case).headline}**"]
    assert f"1 of {len(stops(case.case))} critical alerts passed over." in texts(app)


def test_an_override_without_a_reason_is_none(open_page):
    app = open_page(SLUG, preset=STOP.slug)
    (alert,) = stops(STOP.case)
    app = passing(app, alert, None)
    assert "Choose a reason." in texts(app)
    assert app.error


def test_a_failed_engine_is_no_result_and_never_a_low_risk(open_page, monkeypatch, caplog):
    def broken(_case):
        raise RuntimeError("patient 7")

    monkeypatch.setattr(checked, "review", broken)
    app = open_page(SLUG, preset=STOP.slug)
    assert not app.exception
    assert banner(app) == ["**No result**"]
    shown = texts(app)
    assert "Nothing was checked." in shown
    assert "patient 7" not in shown
    assert not app.tabs
    assert any("check failed" in record.getMessage() for record in caplog.records)


def test_a_log_that_cannot_be_written_is_no_result(open_page, monkeypatch, full_audit):
    from core.errors import SuiteError

    def full(*_args, **_more):
        raise SuiteError("The disk is full.")

    monkeypatch.setattr(trail, "event", full)
    app = open_page(SLUG, preset=STOP.slug)
    assert banner(app) == ["**No result**"]
    assert "The disk is full." in texts(app)


def test_two_sessions_never_see_each_other(open_page):
    one, other = open_page(SLUG), open_page(SLUG)
    one = write(one, "clozapine 100 mg nightly")
    one = one.number_input(key=AGE.key).set_value(37.0).run()
    other = write(other.run(), "warfarin 5 mg daily")
    assert "clozapine" not in texts(other)
    assert "37 years" not in texts(other)
    assert other.number_input(key=AGE.key).value is None
    assert "warfarin" not in texts(one.run())
    assert "37 years" in texts(one)


def bundle(*lines, **more):
    orders = [
        {
            "resource": {
                "resourceType": "MedicationRequest",
                "id": f"m{place}",
                "status": "active",
                "medicationCodeableConcept": {"text": line},
            }
        }
        for place, line in enumerate(lines)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": orders, **more})


def upload(app, content, name="list.json"):
    return app.file_uploader[0].set_value((name, content, "application/json")).run()


def test_a_bundle_replaces_what_was_entered(open_page):
    app = open_page(SLUG, preset=STOP.slug)
    app = upload(app, bundle("sildenafil 50 mg", "isosorbide mononitrate 30 mg daily").encode())
    assert not app.exception
    assert app.text_area(key=take.MEDS).value == ""
    assert app.number_input(key=AGE.key).value is None
    shown = texts(app)
    assert "isosorbide mononitrate + sildenafil" in shown
    assert "warfarin" not in shown
    assert "from the bundle" in shown
    assert app.error


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{not json", "This is not JSON"),
        (b"\xff\xfe", "is not UTF-8"),
        (b'{"resourceType": "Patient"}', "This is no FHIR Bundle."),
        (b"[]", "This is no FHIR Bundle."),
    ],
    ids=["broken", "binary", "patient", "list"],
)
def test_a_broken_bundle_ends_in_a_sentence(open_page, content, said):
    app = upload(open_page(SLUG, preset=STOP.slug), content)
    assert not app.exception
    assert said in texts(app)
    assert "warfarin" not in texts(app)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("preset", [STOP, UNCLEAR], ids=lambda one: one.slug)
def test_every_view_opens_from_its_address(open_page, preset, view):
    app = open_page(SLUG, preset=preset.slug, view=view)
    assert not app.exception
    assert opened(app) == [view]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_stands_an_unknown_medicine(open_page, view):
    app = write(open_page(SLUG, view=view), "Zolpravex 20 mg nightly")
    assert not app.exception
    assert "No medicine was recognised, so nothing was checked." in texts(app)


def test_a_hostile_model_changes_no_alert_and_its_words_are_dropped(open_page):
    app = open_page(SLUG, preset=STOP.slug, view="Agents")
    assert "Written by: template" in texts(app)
    app = app.segmented_control(key="guardian.writer").set_value("hostile").run()
    assert not app.exception
    shown = texts(app)
    assert "Written by: template" in shown
    assert "A model's text was dropped" in shown
    assert banner(app)[0] == f"**{review(STOP.case).headline}**"


def test_the_agents_work_without_the_extra(open_page, monkeypatch):
    monkeypatch.setattr(agents, "adk_installed", lambda: False)
    app = open_page(SLUG, preset=STOP.slug, view="Agents")
    assert not app.exception
    assert "pip install -r requirements-agents.txt" in texts(app)
    assert "Written by: template" in texts(app)


@pytest.mark.skipif(not agents.adk_installed(), reason="Google ADK is not installed")
def test_agents_on_the_kit_run_when_asked_and_once(open_page):
    app = open_page(SLUG, preset=STOP.slug, view="Agents")
    app = app.segmented_control(key="guardian.writer").set_value("adk").run()
    assert "Written by" not in texts(app)
    app = app.button(key="guardian.agents.run").click().run()
    assert not app.exception
    assert "Written by" in texts(app)
    assert banner(app) == [f"**{review(STOP.case).headline}**"]
    told = app.session_state["guardian.agents"][1]
    assert app.run().session_state["guardian.agents"][1] is told
    app = write(app, "warfarin 5 mg daily")
    assert "Written by" not in texts(app)


def test_a_model_of_the_settings_is_asked_only_when_somebody_says_so(open_page, monkeypatch):
    monkeypatch.setenv("SUITE_GUARDIAN_MODEL", "endpoint")
    settings.cache_clear()
    try:
        app = open_page(SLUG, preset=STOP.slug, view="Agents")
        assert "Written by: template" in texts(app)
        app = app.segmented_control(key="guardian.writer").set_value("model").run()
        assert "no line of the list, no value and no note of the patient" in texts(app)
        assert "Written by" not in texts(app)
        app = app.button(key="guardian.agents.run").click().run()
        assert not app.exception
        assert "Written by: template" in texts(app)
        assert "SUITE_GUARDIAN_ENDPOINT is not set." in texts(app)
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_what_was_typed_is_shown_as_it_is_and_does_nothing(open_page):
    line = "<script>alert(1)</script> **warfarin** [x](http://e.example) :red[y] 5 mg daily"
    app = write(open_page(SLUG), line)
    assert not app.exception
    for one in app.markdown:
        assert "<script>" not in one.value
        assert "[x](http" not in one.value


def test_the_same_answer_can_be_had_from_a_program(open_page):
    app = open_page(SLUG, preset=STOP.slug, view="Save")
    calls = "\n".join(block.value for block in app.code)
    assert "/api/v1/guardian/check" in calls
    assert "guardian check case.json" in calls
    assert "from core.guardian import check" in calls


def test_a_check_and_an_override_are_logged_once_without_a_value_of_the_patient(
    open_page, full_audit
):
    app = open_page(SLUG, preset=STOP.slug)
    (alert,) = stops(STOP.case)
    app = passing(app.run(), alert, "short-course", "seven days")
    events = [entry.event for entry in full_audit.entries()]
    assert events == ["guardian_check", "guardian_override"]
    check, override = (entry.data() for entry in full_audit.entries())
    assert set(check) == {"input", "kb", "orders", "status", "alerts"}
    (outcome,) = override["outcomes"]
    assert (outcome["reason"], outcome["comment"]) == ("short-course", "seven days")
    assert full_audit.verify().ok
