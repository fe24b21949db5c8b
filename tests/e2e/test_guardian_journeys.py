"""The medication check in a real browser: an alert, a reason to go on, a log, a file."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from core.guardian import Tier, presets, review
from tests.e2e.helpers import no_exception, overflow_px, settle, visit

pytestmark = pytest.mark.e2e

PHONE = {"viewport": {"width": 390, "height": 844}}
DARK = {"color_scheme": "dark"}
VIEWS = ("Pairs", "How it was read", "Agents", "Leaflet", "Save")
STOP, *_, UNCLEAR = presets.case_presets()


def write(tab, *lines):
    box = tab.get_by_role("textbox", name="Medicines, one a line")
    box.fill("\n".join(lines))
    box.press("Control+Enter")
    settle(tab)


def test_from_home_to_an_alert_a_reason_and_the_log(tab, server):
    visit(tab, server)
    tab.get_by_role("link", name="Check an invented case").click()
    tab.get_by_role("heading", name="Patient Safety Guardian: check").wait_for()
    found = review(STOP.case)
    tab.get_by_role("alert").get_by_text(found.headline).wait_for()
    stop = next(one for one in found.alerts if one.tier is Tier.INTERRUPTIVE)
    tab.get_by_role("button", name="Why").first.click()
    tab.get_by_text(stop.mechanism).first.wait_for()
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Go on in spite of it").first.click()
    tab.get_by_role("combobox", name="Reason").click()
    tab.get_by_role("option", name="Short course or single dose").click()
    tab.get_by_role("button", name="Record and go on").click()
    tab.get_by_text("by prescriber: Short course or single dose").wait_for()
    expect(tab.get_by_role("alert").get_by_text(found.headline)).to_have_count(0)
    tab.get_by_role("link", name="Overrides and audit").click()
    tab.get_by_role("heading", name="Does it stand?").wait_for()
    settle(tab)
    tab.get_by_role("button", name="Verify").click()
    tab.get_by_text("All 2 entries stand.").wait_for()
    tab.get_by_text("Entry 1 was altered").wait_for()
    assert no_exception(tab)


def test_a_list_is_written_mended_and_answered(tab, server):
    visit(tab, f"{server}/guardian")
    write(tab, "warfrin 5 mg daily", "prednisolne 20 mg daily")
    tab.get_by_text("warfrin read as warfarin").wait_for()
    tab.get_by_text("not known: prednisolne").wait_for()
    tab.get_by_text(re.compile("Incomplete: .* could not be checked")).first.wait_for()
    tab.get_by_role("button", name="prednisolone", exact=True).click()
    tab.get_by_text("not known: prednisolne").wait_for(state="detached")
    settle(tab)
    box = tab.get_by_role("textbox", name="Medicines, one a line")
    assert box.input_value() == "warfrin 5 mg daily\nprednisolone 20 mg daily"
    assert "?" not in tab.url
    assert no_exception(tab)


def test_two_tabs_never_see_each_other(tab, server):
    visit(tab, f"{server}/guardian")
    write(tab, "clozapine 100 mg nightly")
    tab.get_by_text("clozapine").nth(1).wait_for()
    other = tab.context.new_page()
    visit(other, f"{server}/guardian")
    other.get_by_text("Choose an invented case, or write a list.").wait_for()
    assert other.get_by_text("clozapine").count() == 0
    other.close()


def test_the_result_can_be_taken_along(tab, server, tmp_path):
    visit(tab, f"{server}/guardian?preset={STOP.slug}&view=Save")
    for label, name in (("Data (JSON)", "data.json"), ("FHIR Bundle", "fhir.json")):
        tab.get_by_role("button", name=label, exact=True).wait_for()
        settle(tab)
        with tab.expect_download() as waiting:
            tab.get_by_role("button", name=label, exact=True).click()
        waiting.value.save_as(tmp_path / name)
    data = json.loads((tmp_path / "data.json").read_text(encoding="utf-8"))
    assert data == review(STOP.case).to_dict()
    bundle = json.loads((tmp_path / "fhir.json").read_text(encoding="utf-8"))
    assert bundle["resourceType"] == "Bundle"


def test_a_rule_is_one_click_from_its_alert(tab, server):
    visit(tab, f"{server}/guardian?preset={STOP.slug}")
    stop = review(STOP.case).alerts[0]
    tab.get_by_role("button", name="Why").first.click()
    tab.get_by_role("link", name=f"Rule {stop.rule_id}").first.click()
    tab.get_by_role("heading", name="Patient Safety Guardian: knowledge base").wait_for()
    tab.get_by_text(stop.mechanism).first.wait_for()
    expect(tab).to_have_url(re.compile(f"rule={stop.rule_id}"))
    assert no_exception(tab)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("tab", [PHONE | DARK], indirect=True, ids=["phone"])
def test_every_view_fits_a_phone(tab, server, view):
    visit(tab, f"{server}/guardian?preset={UNCLEAR.slug}&view={view}")
    settle(tab)
    assert no_exception(tab)
    assert overflow_px(tab) == 0
