"""TrustLens in a real browser: one click to an audit, a file in and a report out, a refusal."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from core.trust import judge, read_table
from pages._shared import models
from tests.e2e.helpers import no_exception, overflow_px, settle, visit
from tests.pages.test_trustlens_pages import csv, rows

pytestmark = pytest.mark.e2e

PHONE = {"viewport": {"width": 390, "height": 844}}
DARK = {"color_scheme": "dark"}
VIEWS = ["Discrimination", "Calibration", "Groups", "Utility", "Failures", "Sets", "Checklist"]


def file(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def choose(tab, content: dict, place: int = 0) -> None:
    tab.locator('input[type="file"]').nth(place).set_input_files(content)
    tab.get_by_text(content["name"], exact=True).first.wait_for()
    settle(tab)


def test_from_home_one_click_to_an_audit(tab, server):
    visit(tab, server)
    tab.get_by_role("link", name="Audit a model").click()
    tab.get_by_role("heading", name="TrustLens: audit").wait_for()
    settle(tab)
    first = models.held_out()[0]
    tab.get_by_text(judge(first.predictions()).sentence()).wait_for()
    expect(tab).to_have_url(re.compile(f"model={first.key}"))


@pytest.mark.parametrize(
    "key", ["cardiosense-external", "cardiosense-framingham", "breast-cancer-forest"]
)
def test_every_tab_of_a_model_opens_and_is_in_the_address(tab, server, key):
    visit(tab, f"{server}/trustlens?model={key}")
    tab.get_by_text(judge(models.predictions(key)).sentence()).wait_for()
    for view in VIEWS[1:]:
        tab.get_by_role("tab", name=view).click()
        drawn = tab.locator('[role="tabpanel"]:visible [data-testid="stElementContainer"]')
        drawn.first.wait_for()
        settle(tab)
        expect(tab.get_by_role("tab", name=view)).to_have_attribute("aria-selected", "true")
        expect(tab).to_have_url(re.compile(f"model={key}.*view={view}|view={view}.*model={key}"))
        assert no_exception(tab)


@pytest.mark.parametrize("tab", [PHONE, PHONE | DARK], indirect=True)
@pytest.mark.parametrize("view", VIEWS)
def test_no_view_overflows_a_phone(tab, server, view):
    visit(tab, f"{server}/trustlens?model=cardiosense-external&view={view}")
    assert overflow_px(tab) <= 0
    assert no_exception(tab)


def test_a_file_is_audited_and_the_audit_downloaded(tab, server):
    content = csv(rows())
    visit(tab, f"{server}/trustlens?source=file")
    choose(tab, file("predictions.csv", content))
    read, _ = read_table(content, groups=["sex", "site"])
    audit = judge(read)
    tab.get_by_text(audit.sentence()).wait_for()
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="Audit (JSON)").click()
    document = json.loads(saved.value.path().read_text(encoding="utf-8"))
    assert document["verdict"] == audit.verdict.status
    assert document["n"] == 600
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="Report (HTML)").click()
    assert saved.value.path().read_bytes().lstrip().startswith(b"<!")
    with tab.expect_download() as saved:
        tab.get_by_role("button", name="Checks (JUnit)").click()
    assert b"<testsuite" in saved.value.path().read_bytes()


def test_a_refused_file_names_its_cells_and_leaves_no_verdict(tab, server):
    visit(tab, f"{server}/trustlens?source=file")
    choose(tab, file("good.csv", csv(rows())))
    tab.get_by_role("tab", name="Calibration").wait_for()
    table = rows().astype(object)
    table.loc[4, "probability"] = "83 %"
    choose(tab, file("bad.csv", csv(table)))
    tab.get_by_text(re.compile("Row 5, column probability: 83 % is not a number")).wait_for()
    expect(tab.get_by_role("tab", name="Calibration")).to_have_count(0)
    tab.get_by_text("Leave rows with unusable cells out").click()
    tab.get_by_text(re.compile("1 of 600 rows w")).wait_for()
    assert no_exception(tab)


def test_two_models_are_compared_and_lead_to_their_audits(tab, server):
    visit(tab, f"{server}/trustlens-compare?first=breast-cancer-svm")
    tab.get_by_text(re.compile("shown to be better")).first.wait_for()
    settle(tab)
    # The link of this model and not of the one that the page shows before it reads its address.
    tab.locator("a[href*='model=breast-cancer-svm']").first.click()
    tab.get_by_role("heading", name="TrustLens: audit").wait_for()
    tab.wait_for_url(re.compile("model=breast-cancer-svm"))
    tab.get_by_text(judge(models.predictions("breast-cancer-svm")).sentence()).wait_for()


def test_the_catalogue_opens_by_its_address(tab, server):
    visit(tab, f"{server}/trustlens-original?view=Where+it+misleads")
    tab.get_by_text("An attribute drawn by lot").wait_for()
    assert no_exception(tab)


def test_a_choice_goes_along_to_the_next_page_and_is_not_taken_back(tab, server):
    visit(tab, f"{server}/trustlens?model=breast-cancer-svm&policy=research")
    tab.get_by_role("radio", name="research", exact=True).click()
    settle(tab)
    found = judge(models.predictions("breast-cancer-svm"), policy="research")
    tab.get_by_text(found.sentence()).wait_for()
    tab.get_by_role("link", name="0.5.0 view").click()
    tab.get_by_role("heading", name="TrustLens: 0.5.0 view").wait_for()
    tab.get_by_text(found.sentence()).wait_for()
