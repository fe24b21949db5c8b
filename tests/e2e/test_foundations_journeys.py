"""Articles in the browser: formulas are drawn, rows turn red on demand, answers computed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from core import foundations
from pages._foundations.article import ERRORS, TEST
from tests.e2e.helpers import no_exception, overflow_px, settle, visit

pytestmark = pytest.mark.e2e

PHONE = {"viewport": {"width": 390, "height": 844}}
NOT_DRAWN = ".katex-error, .katex mstyle[mathcolor]"
"""What cannot be read at all, and commands that are not known, which KaTeX writes in a colour."""
VERIFIED = re.compile(r"(\d+) statements, (\d+) verified here in")

each_topic = pytest.mark.parametrize("topic", foundations.topics(), ids=lambda t: t.key)


@each_topic
@pytest.mark.parametrize("tab", [PHONE], indirect=True, ids=["phone"])
def test_every_section_draws_its_formulas_and_fits_a_phone(tab, server, topic):
    for key in (*(one.key for one in topic.sections), ERRORS, TEST):
        visit(tab, f"{server}/foundations-{topic.key}?section={key}")
        tab.get_by_text(VERIFIED).first.wait_for()
        assert no_exception(tab), key
        wrong = tab.locator(NOT_DRAWN).all_inner_texts()
        assert wrong == [], (key, wrong)
        assert overflow_px(tab) <= 0, key


@each_topic
def test_every_statement_of_an_article_is_verified_in_the_browser(tab, server, topic):
    visit(tab, f"{server}/foundations-{topic.key}")
    told = tab.get_by_text(VERIFIED).first.inner_text()
    asked, held = VERIFIED.search(told).groups()
    assert asked == held == str(len(topic.statements))


def test_a_switch_turns_the_row_red_as_predicted_and_back(tab, server):
    switch = foundations.breaks("gradient-descent")[0]
    one = foundations.statement(switch.statement)
    visit(tab, f"{server}/foundations-gradient-descent?section={one.section}")
    verified = tab.get_by_text("Verified on this machine").count()
    pill = tab.get_by_test_id("stButtonGroup").get_by_text(switch.switch, exact=True)
    pill.click()
    tab.get_by_text("Fails without the hypothesis").wait_for()
    tab.get_by_text(re.compile(r"As predicted$")).first.wait_for()
    expect(tab.get_by_text("Verified on this machine")).to_have_count(verified - 1)
    pill.click()
    tab.get_by_text("Fails without the hypothesis").wait_for(state="detached")
    expect(tab.get_by_text("Verified on this machine")).to_have_count(verified)


def test_fresh_numbers_change_the_seed_and_hold_too(tab, server):
    visit(tab, f"{server}/foundations-pca-svd")
    tab.get_by_role("button", name="Check on fresh numbers").click()
    tab.get_by_text("Seed 1.").wait_for()
    settle(tab)
    asked, held = VERIFIED.search(tab.get_by_text(VERIFIED).first.inner_text()).groups()
    assert asked == held


def test_the_self_test_computes_the_answer(tab, server):
    topic = foundations.topic("bias-variance")
    visit(tab, f"{server}/foundations-bias-variance?section={TEST}")
    right = topic.questions[0].answer()
    wrong = (right + 1) % len(topic.questions[0].options)
    options = tab.get_by_test_id("stRadio").first.locator("label:has(input)")
    options.nth(wrong).click()
    tab.get_by_text("Not so").wait_for()
    options.nth(right).click()
    tab.get_by_text(re.compile(r"Right$")).first.wait_for()


def test_all_statements_and_all_errata_are_counted(tab, server):
    visit(tab, f"{server}/foundations")
    asked, held = VERIFIED.search(tab.get_by_text(VERIFIED).first.inner_text()).groups()
    assert asked == held == str(len(foundations.statements()))
    visit(tab, f"{server}/foundations-errata")
    count = len(foundations.errata())
    tab.get_by_text(f"{count} errors, {count} refuted here").wait_for()
