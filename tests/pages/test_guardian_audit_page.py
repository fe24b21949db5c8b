"""Overrides and audit: what alerts cost, and a log that shows when somebody changed it."""

from __future__ import annotations

import sqlite3

import pytest

from core.audit.retention import purge
from core.guardian import CHECK, OVERRIDE, REASONS, check_payload, override, presets, review
from pages._guardian.chain import CHANGE, CUT
from pages._shared.registry import page

SLUG = "guardian-audit"
CASE = presets.case_presets()[0].case
AT = "2026-11-29T12:00:00+00:00"


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.subheader)
    return "\n".join(one.value for kind in kinds for one in kind).replace("\\", "")


def metrics(app):
    return {one.label: one.value for one in app.metric}


def fill(log, n=3):
    found = review(CASE)
    for place in range(n):
        log.append(CHECK, check_payload(CASE, found), request_id=f"c{place}", at=AT)
    decision = override(found.alerts[0], "will-monitor", "the secret of patient 7")
    log.append(OVERRIDE, decision.payload(True), request_id="o1", at=AT)


@pytest.fixture
def filled(full_audit):
    fill(full_audit)
    return full_audit


def session(open_page):
    """A session in which one list was checked, its log in the session."""
    app = open_page("guardian", preset=presets.case_presets()[0].slug)
    app.switch_page(str(page(SLUG).path))
    return app.run()


def test_an_empty_log_says_what_fills_it(open_page):
    app = open_page(SLUG)
    assert not app.exception
    shown = texts(app)
    assert "SUITE_AUDIT_MODE" in shown
    assert "No check is on record yet." in shown
    assert "The log holds no entry yet." in shown


def test_without_a_log_the_session_keeps_its_own_chain(open_page):
    app = session(open_page)
    assert not app.exception
    assert metrics(app)["Checks on record"] == "1"
    assert "Entries shown: the last 1 of 1." in texts(app)
    app = app.button(key="guardian.verify").click().run()
    assert "All 1 entries stand." in texts(app)
    assert "No check is on record yet." in texts(open_page(SLUG))


def test_the_burden_is_counted_from_the_log(open_page, filled):
    app = open_page(SLUG)
    assert not app.exception
    shown = metrics(app)
    assert shown["Checks on record"] == "3"
    assert shown["Alerts passed over"] == "1"
    assert shown["Alerts per 100 orders"] == "25.0"
    reasons = app.dataframe[1].value
    assert list(reasons["Reason"]) == [REASONS["will-monitor"]]
    rules = app.dataframe[0].value
    assert list(rules["Alerts"]) == [3]
    assert "6 % to 79 %" in list(rules["95 % interval"])


def test_a_comment_is_not_shown_to_whoever_opens_the_page(open_page, filled):
    app = open_page(SLUG)
    tables = "\n".join(frame.value.to_string() for frame in app.dataframe)
    assert "guardian_override" in tables
    assert "patient 7" not in tables + texts(app)


def test_an_entry_of_another_system_shows_nothing_of_its_content(open_page, filled):
    filled.append("inference", {"input": {"age": 63}}, request_id="x", at=AT)
    app = open_page(SLUG)
    shown = "\n".join(frame.value.to_string() for frame in app.dataframe) + texts(app)
    assert "of another system" in shown
    assert "63" not in app.dataframe[-1].value["Content"].iloc[0]
    app = app.number_input(key="guardian.tamper.entry").set_value(5).run()
    assert "63" not in next(one for one in texts(app).splitlines() if "now begins" in one)


def test_a_sound_log_is_verified_also_against_its_head(open_page, filled):
    app = open_page(SLUG)
    head = filled.verify().head
    assert f"`{head}`" in texts(app)
    app = app.text_input(key="guardian.anchor").set_value(head).run()
    app = app.button(key="guardian.verify").click().run()
    assert "All 4 entries stand." in texts(app)
    app = app.text_input(key="guardian.anchor").set_value("0" * 63 + "1").run()
    app = app.button(key="guardian.verify").click().run()
    assert "The anchored head is not in the chain" in texts(app)


@pytest.mark.parametrize("seq", [1, 2, 3, 4])
def test_a_changed_byte_is_found_in_the_entry_that_has_it(open_page, filled, seq):
    app = open_page(SLUG)
    assert app.segmented_control(key="guardian.tamper").value == CHANGE
    app = app.number_input(key="guardian.tamper.entry").set_value(seq).run()
    assert f"Entry {seq} was altered" in texts(app)
    assert filled.verify().ok


def test_a_purged_log_is_tampered_with_as_any_other(open_page, filled):
    later = "2026-11-30T12:00:00+00:00"
    filled.append("inference", {"n": 1}, request_id="i1", at=later)
    assert purge(filled, before=later, at=later).through == 4
    app = open_page(SLUG)
    assert app.number_input(key="guardian.tamper.entry").min == 5
    assert "Entry 5 was altered" in texts(app)
    app = app.segmented_control(key="guardian.tamper").set_value(CUT).run()
    # The end that is cut off is the entry that records the purge.
    assert "no entry records that they were purged" in texts(app)
    assert "Stands" not in texts(app).splitlines()


def test_a_cut_end_is_found_with_the_noted_head_only(open_page, filled):
    app = open_page(SLUG)
    app = app.segmented_control(key="guardian.tamper").set_value(CUT).run()
    shown = texts(app)
    assert "All 3 entries stand." in shown
    assert "The anchored head is not in the chain" in shown


@pytest.mark.parametrize("payload", ["{}", "[1]", "no JSON", '{"outcomes": 7}'])
def test_an_altered_log_is_named_and_not_counted(open_page, filled, payload):
    with sqlite3.connect(filled.place.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE audit_log SET payload = ? WHERE seq = 2", (payload,))
    connection.close()
    app = open_page(SLUG)
    assert not app.exception
    assert "The audit log cannot be relied on. Entry 2 was altered" in texts(app)
    assert not app.metric
    app = app.button(key="guardian.verify").click().run()
    assert "Entry 2 was altered" in texts(app)
