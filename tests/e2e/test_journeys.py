"""The main journeys, in a real browser against the real server."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest
from playwright.sync_api import expect

from benchmarks.serving import START_TIMEOUT_S
from core.cardiosense import diagnostic_presets, score_patient
from core.viz.text import percent
from pages._shared.registry import PAGES
from tests.e2e.helpers import cut_off, no_exception, overflow_px, settle, visit

pytestmark = pytest.mark.e2e

PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.mark.parametrize("definition", PAGES, ids=lambda d: d.slug or "home")
def test_every_page_opens_at_its_address_without_asking_other_machines(tab, server, definition):
    visit(tab, f"{server}/{definition.slug}")
    assert tab.locator("h1").first.inner_text() == definition.heading
    assert no_exception(tab)
    expect(tab.get_by_test_id("stSidebarNavLink")).to_have_count(len(PAGES))
    icon = tab.locator("link[rel='shortcut icon']")
    expect(icon).to_have_attribute("href", re.compile(r"/app/static/favicon\.png$"))


@pytest.mark.parametrize("tab", [PHONE], indirect=True)
@pytest.mark.parametrize("definition", PAGES, ids=lambda d: d.slug or "home")
def test_no_page_overflows_a_phone(tab, server, definition):
    query = "?preset=woman-66" if definition.slug == "cardiosense" else ""
    visit(tab, f"{server}/{definition.slug}{query}")
    assert overflow_px(tab) <= 0
    assert cut_off(tab) == []
    assert no_exception(tab)


def test_from_home_to_a_risk_its_reasons_and_a_certified_plan(tab, server):
    visit(tab, server)
    tab.get_by_role("link", name="Try it on a real patient").click()
    tab.get_by_role("heading", name="CardioSense: patient").wait_for()
    settle(tab)
    preset = next(p for p in diagnostic_presets() if p.slug == "woman-66")
    tab.get_by_text(preset.title, exact=True).click()
    answer = tab.locator('[data-testid="stMetricValue"]').first
    expect(answer).to_have_text(percent(score_patient(preset.values).p))
    expect(tab.get_by_role("figure").first).to_be_visible()
    tab.get_by_role("tab", name="Least effort").click()
    tab.get_by_role("button", name="Find the path").click()
    tab.get_by_text("Plan found, proved to be the least effort").wait_for()
    expect(tab.get_by_text("Certificate: optimal")).to_be_visible()
    expect(tab).to_have_url(re.compile("preset=woman-66"))


def test_presentation_mode_hides_the_sidebar(tab, server):
    visit(tab, f"{server}/cardiosense?preset=woman-66&present=1")
    assert tab.locator('[data-testid="stSidebarNav"]').count() == 0


def test_page_and_api_on_one_port_give_one_answer(server):
    preset = diagnostic_presets()[0]
    request = urllib.request.Request(
        f"{server}/api/v1/cardiosense/score",
        data=json.dumps(dict(preset.values)).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=START_TIMEOUT_S) as answer:
        body = json.loads(answer.read())
    assert body["p"] == score_patient(preset.values).p
