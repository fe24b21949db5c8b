from __future__ import annotations

import csv
import dataclasses
import datetime
import io
import json
from html import escape as html_escape

import pytest
from pypdf import PdfReader

from core.apple_sales import (
    NOTICE,
    Constraint,
    default_problem,
    plan,
    plan_csv,
    plan_html,
    plan_json,
    plan_pdf,
    read_problem,
)

DAY = datetime.date(2026, 11, 29)


@pytest.fixture(scope="module")
def pair():
    problem = default_problem()
    return problem, plan(problem)


@pytest.fixture(scope="module")
def impossible():
    problem = default_problem()
    names = {cell.name: 1.0 for cell in problem.cells}
    no = (*problem.constraints, Constraint("<b>Ceiling</b>", "amount", names, None, 100.0))
    problem = dataclasses.replace(problem, constraints=no)
    return problem, plan(problem)


def pdf_text(content: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_every_report_carries_the_certificate_and_the_assumptions(pair):
    problem, found = pair
    html = plan_html(problem, found, issued=DAY).decode()
    text = " ".join(pdf_text(plan_pdf(problem, found, issued=DAY)).split())
    for said in (
        "Frank-Wolfe gap",
        "Clarabel",
        found.certificate.input_hash[:20],
        "Services volume",
    ):
        assert said in html
        assert said in text
    assert html_escape(NOTICE) in html
    assert "declared, not estimated" in html


def test_a_report_is_the_same_for_the_same_plan(pair):
    assert plan_pdf(*pair, issued=DAY) == plan_pdf(*pair, issued=DAY)
    assert plan_html(*pair, issued=DAY) == plan_html(*pair, issued=DAY)


def test_the_json_holds_problem_and_plan_and_can_be_solved_again(pair):
    problem, found = pair
    document = json.loads(plan_json(problem, found))
    again = read_problem(document.pop("problem"))
    assert again == problem
    assert plan(again).to_dict() == document == found.to_dict()


def test_the_csv_lists_every_cell_with_its_change(pair):
    problem, found = pair
    rows = list(csv.DictReader(io.StringIO(plan_csv(problem, found).decode("utf-8-sig"))))
    assert [row["cell"] for row in rows] == [cell.name for cell in problem.cells]
    for row in rows:
        assert float(row["plan"]) == found.x[row["cell"]]
        change = 100 * (float(row["plan"]) / float(row["now"]) - 1)
        assert float(row["change_percent"]) == pytest.approx(change)


def test_without_a_plan_the_report_says_why_and_what_would_mend_it(impossible):
    problem, found = impossible
    html = plan_html(problem, found, issued=DAY).decode()
    assert "No plan" in html
    assert "&lt;b&gt;Ceiling&lt;/b&gt;" in html
    assert "<b>Ceiling" not in html
    assert "Ceiling" in pdf_text(plan_pdf(problem, found, issued=DAY))
    rows = list(csv.DictReader(io.StringIO(plan_csv(problem, found).decode("utf-8-sig"))))
    assert {row["plan"] for row in rows} == {""}
    assert json.loads(plan_json(problem, found))["x"] is None
