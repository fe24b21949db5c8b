"""Breast cancer in a real browser: a case, a file, a stream, a stress test."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest
from playwright.sync_api import expect

from benchmarks.serving import START_TIMEOUT_S
from core.breast_cancer import CHANGE_ROW, case_presets, score_case
from core.viz.text import percent
from tests.e2e.helpers import overflow_px, settle, visit

pytestmark = pytest.mark.e2e

PHONE = {"viewport": {"width": 390, "height": 844}}


def test_from_home_to_a_case_its_reasons_and_its_data_check(tab, server):
    visit(tab, server)
    tab.get_by_role("link", name="Try it on a held-out case").click()
    tab.get_by_role("heading", name="Breast cancer: case").wait_for()
    settle(tab)
    preset = next(p for p in case_presets() if p.slug == "case-46")
    tab.get_by_text(preset.title, exact=True).click()
    answer = tab.locator('[data-testid="stMetricValue"]').first
    expect(answer).to_have_text(percent(score_case(preset.values).p))
    expect(tab).to_have_url(re.compile("preset=case-46"))
    slip = next(p for p in case_presets() if p.slug == "unit-slip")
    tab.get_by_text(slip.title, exact=True).click()
    tab.get_by_text("They do not").wait_for()
    expect(tab.get_by_text(re.compile("check the unit")).first).to_be_visible()


@pytest.mark.parametrize("tab", [PHONE], indirect=True)
@pytest.mark.parametrize("query", ["?preset=unit-slip", "?preset=case-364&view=What+if"])
def test_a_case_fits_a_phone(tab, server, query):
    visit(tab, f"{server}/breast-cancer{query}")
    assert overflow_px(tab) <= 0


def test_a_batch_with_a_wrong_unit_switches_the_integrity_lamp_on(tab, server):
    visit(tab, f"{server}/breast-cancer-drift?example=unit")
    tab.get_by_text(re.compile("Mend integrity first")).wait_for()
    tab.get_by_text(re.compile("Look at: Worst area")).wait_for()
    tab.get_by_text("80 % malignant", exact=True).click()
    tab.get_by_text(re.compile("Different population")).wait_for()


def test_a_stream_alarms_after_its_fault_and_names_the_column(tab, server):
    visit(tab, f"{server}/breast-cancer-drift?example=unit&view=Stream")
    alarm = tab.get_by_text(re.compile(r"Alarm at row \d+"))
    alarm.wait_for()
    row = int(re.search(r"\d+", alarm.inner_text()).group())
    assert CHANGE_ROW < row <= CHANGE_ROW + 20
    tab.get_by_text("Clean", exact=True).click()
    tab.get_by_text(re.compile("No alarm in")).wait_for()


def test_the_stress_lab_plants_a_fault(tab, server):
    visit(tab, f"{server}/breast-cancer-stress")
    tab.get_by_text(re.compile("malignant cases, .* are called benign")).wait_for()
    tab.get_by_role("figure").first.wait_for()
    assert tab.locator('[data-testid="stException"]').count() == 0


def test_page_and_api_on_one_port_give_one_answer(server):
    preset = case_presets()[0]
    request = urllib.request.Request(
        f"{server}/api/v1/breast-cancer/score",
        data=json.dumps(dict(preset.values)).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=START_TIMEOUT_S) as answer:
        body = json.loads(answer.read())
    assert body["p"] == score_case(preset.values).p
