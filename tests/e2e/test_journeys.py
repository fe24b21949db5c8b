"""The main journeys, in a real browser against the real server."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest
from playwright.sync_api import expect

from core.cardiosense import batch_template, diagnostic_presets, score_patient
from core.viz.text import percent
from pages._shared.registry import PAGES
from tests.e2e.helpers import overflow_px, settle, visit

pytestmark = pytest.mark.e2e

PHONE = {"viewport": {"width": 390, "height": 844}}
BROKEN_CSV = b"age,sex,cp,chol\n60,1,9,5.2\nabc,0,3,240\n"


@pytest.mark.parametrize("definition", PAGES, ids=lambda d: d.slug or "home")
def test_every_page_opens_at_its_address_without_asking_other_machines(tab, server, definition):
    visit(tab, f"{server}/{definition.slug}")
    assert tab.locator("h1").first.inner_text() == definition.heading
    assert tab.locator('[data-testid="stException"]').count() == 0


@pytest.mark.parametrize("tab", [PHONE], indirect=True)
@pytest.mark.parametrize("definition", PAGES, ids=lambda d: d.slug or "home")
def test_no_page_overflows_a_phone(tab, server, definition):
    query = "?preset=woman-66" if definition.slug == "cardiosense" else ""
    visit(tab, f"{server}/{definition.slug}{query}")
    assert overflow_px(tab) <= 0


@pytest.mark.parametrize("tab", [{"color_scheme": "dark"}], indirect=True)
def test_dark_scheme_is_followed(tab, server):
    visit(tab, f"{server}/cardiosense?preset=woman-66")
    background = tab.evaluate(
        "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    assert max(int(part) for part in re.findall(r"\d+", background)[:3]) < 60


def test_from_home_to_a_risk_its_reasons_and_a_certified_plan(tab, server):
    visit(tab, server)
    tab.get_by_role("link", name="Try it on a real patient").click()
    tab.get_by_role("heading", name="CardioSense: patient").wait_for()
    settle(tab)
    preset = next(p for p in diagnostic_presets() if p.slug == "woman-66")
    tab.get_by_text(preset.title, exact=True).click()
    answer = tab.locator('[data-testid="stMetricValue"]').first
    expect(answer).to_have_text(percent(score_patient(preset.values).p))
    assert tab.get_by_role("figure").count() > 0
    tab.get_by_role("tab", name="Least effort").click()
    tab.get_by_role("button", name="Find the path").click()
    tab.get_by_text("Plan found, proved to be the least effort").wait_for()
    assert tab.get_by_text("Certificate: optimal").is_visible()
    assert "preset=woman-66" in tab.url


def test_a_template_comes_back_scored_and_a_broken_file_is_explained(tab, server):
    visit(tab, f"{server}/cardiosense-batch")
    chooser = tab.locator('input[type="file"]')
    chooser.set_input_files(
        {"name": "patients.csv", "mimeType": "text/csv", "buffer": batch_template()}
    )
    download_button = tab.get_by_role("button", name="Download CSV")
    download_button.wait_for()
    settle(tab)
    with tab.expect_download() as saved:
        download_button.click()
    lines = saved.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith("p_disease,p_low,p_high,decision,reasons,flags,model")
    assert len(lines) == 1 + len(diagnostic_presets())
    chooser.set_input_files({"name": "broken.csv", "mimeType": "text/csv", "buffer": BROKEN_CSV})
    settle(tab)
    tab.get_by_text(re.compile("Findings about the file")).click()
    tab.get_by_text("Refused").first.wait_for()
    assert tab.locator('[data-testid="stException"]').count() == 0


def test_the_report_is_a_pdf(tab, server):
    visit(tab, f"{server}/cardiosense?preset=woman-66")
    tab.get_by_role("tab", name="Save").click()
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="Download the report (PDF)").click()
    assert saved.value.path().read_bytes().startswith(b"%PDF")


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
    with urllib.request.urlopen(request, timeout=30) as answer:
        body = json.loads(answer.read())
    assert body["p"] == score_patient(preset.values).p
