"""Apple sales in a real browser: a plan and its proof, a refusal, a file that holds nothing."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
from playwright.sync_api import expect

from core.apple_sales import default_problem, plan
from core.viz.text import fixed
from tests.e2e.helpers import choose, no_exception, settle, visit

pytestmark = pytest.mark.e2e


def test_from_home_one_click_to_a_plan_with_its_proof(tab, server):
    visit(tab, server)
    tab.get_by_role("link", name="See a plan with its proof").click()
    tab.get_by_role("heading", name="Apple sales: plan").wait_for()
    tab.get_by_text("Proven best under these limits and assumptions").wait_for()
    best = plan(default_problem(), checks=False)
    tab.get_by_text(fixed(best.objective, 2), exact=True).first.wait_for()
    tab.get_by_text("No feasible plan beats this by more than").wait_for()
    tab.locator(".js-plotly-plot").first.wait_for()


def test_the_plan_can_be_taken_along_and_is_the_one_shown(tab, server, tmp_path):
    visit(tab, f"{server}/apple-sales")
    tab.get_by_text("Proven best").first.wait_for()
    settle(tab)
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Plan (JSON)").click()
    target = tmp_path / "plan.json"
    waiting.value.save_as(target)
    document = json.loads(target.read_text(encoding="utf-8"))
    assert document["certificate"]["status"] == "optimal"
    assert document["x"] == plan(default_problem(), checks=False).x


def test_an_edited_constraint_makes_another_plan_and_follows_to_the_stress_page(tab, server):
    visit(tab, f"{server}/apple-sales")
    tab.get_by_text("Proven best").first.wait_for()
    tab.get_by_text("Constraints (6)").click()
    # Grids are drawn on a canvas; the browser's accessible twin tells when one is ready.
    cell = tab.get_by_test_id("glide-cell-5-0").first
    expect(cell).to_have_text(re.compile("322.35"))
    settle(tab)
    grid = tab.locator(".dvn-scroller").first
    # A click on the element waits until it has come to rest, a click on the mouse does not.
    grid.click(position={"x": grid.bounding_box()["width"] - 60, "y": 52})
    expect(cell).to_have_attribute("aria-selected", "true")
    tab.keyboard.press("Enter")
    field = tab.locator("input.gdg-input")
    field.fill("290")
    field.press("Enter")
    problem = default_problem()
    supply = dataclasses.replace(problem.constraints[0], high=290.0)
    edited = dataclasses.replace(problem, constraints=(supply, *problem.constraints[1:]))
    best = fixed(plan(edited, checks=False).objective, 2)
    tab.get_by_text(best, exact=True).first.wait_for()
    tab.get_by_role("link", name="Stress", exact=True).click()
    tab.get_by_text("as edited on the page Plan").wait_for()
    tab.get_by_role("link", name="Plan", exact=True).click()
    tab.get_by_text(best, exact=True).first.wait_for()


def test_a_problem_without_a_plan_names_what_excludes_what(tab, server):
    problem = default_problem().to_dict()
    problem["constraints"].append({"name": "Ceiling", "high": 100})
    visit(tab, f"{server}/apple-sales?source=file")
    choose(tab, "impossible.json", json.dumps(problem).encode(), "application/json")
    tab.get_by_text("No plan meets these limits").wait_for()
    tab.get_by_text("“Ceiling”").or_(tab.get_by_text('"Ceiling"')).first.wait_for()
    assert no_exception(tab)


def test_a_broken_problem_is_a_sentence(tab, server):
    visit(tab, f"{server}/apple-sales?source=file")
    choose(tab, "broken.json", b'{"cells": [{"name": "a", "high": "many"}]}', "application/json")
    tab.get_by_text("This problem cannot be planned").wait_for()
    tab.get_by_text("many").first.wait_for()
    assert no_exception(tab)


def test_a_question_in_the_address_is_answered_with_its_cells(tab, server):
    visit(tab, f"{server}/apple-sales-report?q=iPhone+revenue+in+2025")
    tab.get_by_text("209.6").or_(tab.get_by_text("209,586")).first.wait_for()
    assert no_exception(tab)
