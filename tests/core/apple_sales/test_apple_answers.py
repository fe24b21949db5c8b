"""Questions in words: every figure is held against the CSV files, read here independently."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.apple_sales import (
    CATEGORIES,
    EXAMPLE_QUESTIONS,
    PRIORS,
    SEGMENTS,
    Answer,
    Constraint,
    ask,
    default_problem,
    plan,
)
from core.apple_sales.asking.names import PHRASES
from core.apple_sales.asking.read import read
from core.apple_sales.asking.topics import EXAMPLES, route
from core.errors import InputError
from pages._shared.registry import PAGES

DATA = Path(__file__).resolve().parents[3] / "data" / "apple_sales"
QUARTERLY = pd.read_csv(DATA / "quarterly.csv")
MARGINS = pd.read_csv(DATA / "margins.csv")
YEARLY = pd.concat([pd.read_csv(DATA / "annual.csv"), MARGINS])
FIRST = "as first reported"


def year(name, fiscal_year, measure=None, basis=FIRST):
    if name == "Total":
        return sum(year(one, fiscal_year) for one in SEGMENTS)
    kind = measure or ("revenue by category" if name in CATEGORIES else "revenue by segment")
    rows = YEARLY[
        (YEARLY["fiscal_year"] == fiscal_year)
        & (YEARLY["name"] == name)
        & (YEARLY["measure"] == kind)
        & (YEARLY["basis"] == basis)
    ]
    return rows["value"].item()


def quarter(name, fiscal_year, number, measure=None):
    if name == "Total":
        return sum(quarter(one, fiscal_year, number) for one in CATEGORIES)
    kind = measure or ("revenue by category" if name in CATEGORIES else "revenue by segment")
    rows = QUARTERLY[
        (QUARTERLY["fiscal_year"] == fiscal_year)
        & (QUARTERLY["quarter"] == number)
        & (QUARTERLY["name"] == name)
        & (QUARTERLY["measure"] == kind)
    ]
    return rows["value"].item()


def usd(value):
    return f"USD {value:,.0f} million"


def margin(kind, fiscal_year):
    rows = MARGINS[MARGINS["fiscal_year"] == fiscal_year]
    kinds = ["Products", "Services"] if kind == "Total" else [kind]
    sums = {
        measure: rows[(rows["measure"] == measure) & rows["name"].isin(kinds)]["value"].sum()
        for measure in ("revenue", "cost of sales")
    }
    return 1 - sums["cost of sales"] / sums["revenue"]


REVENUES = [
    ("What was iPhone revenue in 2021?", usd(year("iPhone", 2021))),
    ("iphones FY21 revenue", usd(year("iPhone", 2021))),
    ("revenue, iPhone, fiscal year 2021", usd(year("iPhone", 2021))),
    ("2021 sales of the iPhone", usd(year("iPhone", 2021))),
    ("IPHONE SALES FY2021", usd(year("iPhone", 2021))),
    ("how much revenue did Macs bring in in 2016", usd(year("Mac", 2016))),
    ("ipad revenue fy '19", usd(year("iPad", 2019))),
    ("wearables and home 2021", usd(year("Wearables", 2021))),
    ("Revenue of wearables, home & accessories in FY2024", usd(year("Wearables", 2024))),
    ("Services turnover 2025", usd(year("Services", 2025))),
    ("revenue of Services", usd(year("Services", 2025))),
    ("China revenue 2021", usd(year("Greater China", 2021))),
    ("What did Greater China bring in in FY2015?", usd(year("Greater China", 2015))),
    ("Sales in Japan, 2020", usd(year("Japan", 2020))),
    ("Japanese sales in 2020", usd(year("Japan", 2020))),
    ("Europe 2023 revenue", usd(year("Europe", 2023))),
    ("rest of asia pacific sales in 2022", usd(year("Rest of Asia Pacific", 2022))),
    ("Americas revenue 2018", usd(year("Americas", 2018))),
    ("Apple revenue 2017", usd(year("Total", 2017))),
    ("Apple's total net sales in 2022", usd(year("Total", 2022))),
    ("revenue", usd(year("Total", 2025))),
    ("2019", usd(year("Total", 2019))),
    ("iPhone revenue Q4 2018", usd(quarter("iPhone", 2018, 4))),
    ("fourth quarter of 2018 iPhone revenue", usd(quarter("iPhone", 2018, 4))),
    ("iPhone revenue 4Q18", usd(quarter("iPhone", 2018, 4))),
    ("2018 Q4 iPhone revenue", usd(quarter("iPhone", 2018, 4))),
    ("iPhone revenue in the first quarter of fiscal 2016", usd(quarter("iPhone", 2016, 1))),
    ("Europe Q3 FY17 sales", usd(quarter("Europe", 2017, 3))),
    ("Apple revenue Q1 2023", usd(quarter("Total", 2023, 1))),
    ("Services Q4 2025 revenue", usd(quarter("Services", 2025, 4))),
    ("operating income of Europe in 2025", usd(year("Europe", 2025, "operating income"))),
    ("Japan operating profit 2024", usd(year("Japan", 2024, "operating income"))),
]
COUNTS = [
    ("How many iPhones were sold in 2017?", year("iPhone", 2017, "units")),
    ("iPad units 2015", year("iPad", 2015, "units")),
    ("units of Mac FY16", year("Mac", 2016, "units")),
    ("number of iPhones sold in Q1 2018", quarter("iPhone", 2018, 1, "units")),
    ("How many Macs?", year("Mac", 2018, "units")),
]
SHARES = [
    ("What share of revenue was Services in 2025?", year("Services", 2025) / year("Total", 2025)),
    ("China's share in 2015", year("Greater China", 2015) / year("Total", 2015)),
    ("percentage of iPhone 2020", year("iPhone", 2020) / year("Total", 2020)),
    ("Share of Europe in Q2 2016", quarter("Europe", 2016, 2) / quarter("Total", 2016, 2)),
]
CHANGES = [
    ("growth of Services in 2025", year("Services", 2025) / year("Services", 2024)),
    ("How much did Europe grow from 2015 to 2025?", year("Europe", 2025) / year("Europe", 2015)),
    ("Apple growth 2016", year("Total", 2016) / year("Total", 2015)),
    ("iPhone growth from 2015 to 2018", year("iPhone", 2018) / year("iPhone", 2015)),
    ("iPhone change 2015-18", year("iPhone", 2018) / year("iPhone", 2015)),
    (
        "Mac growth between 2018 and 2022",
        year("Mac", 2022) / year("Mac", 2018, basis="restated"),
    ),
    ("iPhone growth in 2019", year("iPhone", 2019) / year("iPhone", 2018, basis="restated")),
    ("Japan growth Q4 2018", quarter("Japan", 2018, 4) / quarter("Japan", 2017, 4)),
]
RATES = [
    ("gross margin 2024", margin("Total", 2024)),
    ("services margin in 2025", margin("Services", 2025)),
    ("gross margin of products FY2020", margin("Products", 2020)),
    ("gross margin", margin("Total", 2025)),
]
PRICES = [
    ("average price of a Mac in 2017", year("Mac", 2017) / year("Mac", 2017, "units")),
    ("iPhone ASP 2018", year("iPhone", 2018) / year("iPhone", 2018, "units")),
    ("How much is an iPhone?", year("iPhone", 2018) / year("iPhone", 2018, "units")),
    ("iPad average selling price", year("iPad", 2018) / year("iPad", 2018, "units")),
]
FIGURES = [
    *REVENUES,
    *((text, f"{value:,.0f} thousand units") for text, value in COUNTS),
    *((text, f"{100 * value:.1f} %") for text, value in (*SHARES, *RATES)),
    *((text, f"{100 * (value - 1):+.1f} %".replace("-", "\u2212")) for text, value in CHANGES),
    *((text, f"USD {1000 * value:,.0f}") for text, value in PRICES),
]


@pytest.mark.parametrize(("question", "figure"), FIGURES, ids=[text for text, _ in FIGURES])
def test_the_figure_is_the_one_of_the_files(question, figure):
    answer = ask(question)
    assert answer.understood
    assert answer.figure == figure
    assert figure in answer.text
    assert answer.cells
    assert all(math.isfinite(cell.value) and cell.source and cell.mark for cell in answer.cells)


def test_there_are_many_of_them():
    assert len(FIGURES) >= 50


def test_a_quoted_cell_is_the_row_of_the_file():
    (cell,) = ask("iPhone revenue 2021").cells
    row = YEARLY[
        (YEARLY["fiscal_year"] == 2021)
        & (YEARLY["name"] == "iPhone")
        & (YEARLY["measure"] == "revenue by category")
    ].iloc[0]
    assert (cell.value, cell.unit, cell.mark, cell.source) == (
        row["value"], row["unit"], row["mark"], row["source"],
    )  # fmt: skip


@pytest.mark.parametrize("name", ["iPhone", "Mac", "iPad", "Wearables", "Services"])
@pytest.mark.parametrize("span", ["2017 to 2020", "2015 and 2025", "2017 to 2019"])
def test_growth_of_a_category_never_crosses_the_break(name, span):
    answer = ask(f"{name} growth {span}")
    assert answer.figure == ""
    assert "do not compare" in answer.text
    assert "restated" in answer.text
    assert "On one basis each" in answer.text


def test_quarters_on_two_bases_do_not_compare_either():
    assert "do not compare" in ask("iPhone growth Q1 2019").text
    assert ask("Apple growth Q1 2019").figure != ""


def test_segments_cross_the_break_because_they_were_not_restated():
    moved = year("Japan", 2020) / year("Japan", 2016) - 1
    assert ask("Japan growth 2016 to 2020").figure == f"{100 * moved:+.1f} %"


def test_fy2018_of_a_category_is_given_on_both_bases():
    answer = ask("Services revenue 2018")
    assert answer.figure == usd(year("Services", 2018))
    assert usd(year("Services", 2018, basis="restated")) in answer.text
    assert len(answer.cells) == 2


def test_the_best_category_year_is_told_for_each_basis_apart():
    answer = ask("best year for Services")
    assert answer.figure == f"FY2025: {usd(year('Services', 2025))}"
    assert f"FY2018 with {usd(year('Services', 2018))}" in answer.text


def test_a_53rd_week_is_told():
    assert "53" in ask("Apple growth 2023").text
    assert "53" not in ask("Apple growth 2021").text


@pytest.mark.parametrize(
    ("question", "written", "read_as", "figure"),
    [
        ("China revenue 2021", "china", "Greater China", usd(year("Greater China", 2021))),
        ("greter china sales 2021", "greter china", "Greater China", None),
        ("ihpone revenue 2020", "ihpone", "iPhone", usd(year("iPhone", 2020))),
        ("iphnoe revenue 2020", "iphnoe", "iPhone", usd(year("iPhone", 2020))),
        ("Jappan revenue 2020", "jappan", "Japan", usd(year("Japan", 2020))),
        ("Wearbles revenue 2020", "wearbles", "Wearables", usd(year("Wearables", 2020))),
        ("iPhone revnue 2020", "revnue", "revenue", usd(year("iPhone", 2020))),
        ("tablets revenue 2020", "tablets", "iPad", usd(year("iPad", 2020))),
        ("iPhone revenue 21", "21", "FY2021", usd(year("iPhone", 2021))),
    ],
)
def test_a_name_that_is_near_but_not_equal_is_told(question, written, read_as, figure):
    answer = ask(question)
    assert f'"{written}" was read as {read_as}' in answer.text
    assert figure is None or answer.figure == figure


def test_exact_names_are_not_commented():
    assert "was read as" not in ask("iPhone revenue in Japan's year 2021").text


def test_words_left_out_are_told():
    assert 'left out: "fabulous"' in ask("fabulous iPhone revenue 2021").text


@pytest.mark.parametrize("question", ["revenue of Foobar 2021", "iPhone revenue 5", "zzz qqq"])
def test_what_is_not_known_is_not_guessed(question):
    answer = ask(question)
    assert not answer.understood
    assert answer.figure == ""
    assert answer.cells == ()
    assert len(answer.suggestions) == 3
    assert "Known are" in answer.text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("iPhone revenue 2030", "FY2015 to FY2025"),
        ("iPhone revenue 1999", "FY2015 to FY2025"),
        ("Vision Pro revenue 2024", 'does not report "vision pro" by itself'),
        ("MacBook revenue", "the category Mac"),
        ("iPhone 15 revenue", 'does not report "iPhone 15"'),
        ("revenue in Germany 2020", "the segment Europe"),
        ("US revenue 2020", "the segment Americas"),
        ("Samsung revenue 2021", "Only Apple's own figures"),
        ("iPhone units in 2020", "Apple stopped reporting units"),
        ("units of Services 2017", "never reported units of Services"),
        ("units in Europe 2017", "never reported units by segment"),
        ("Apple revenue Q2 2020", "not among the figures"),
        ("Apple growth 2015", "not among the figures"),
        ("gross margin 2016", "from FY2018 on"),
        ("gross margin of Europe", "does not report gross margins by segment"),
        ("operating income of Europe 2020", "FY2024 to FY2025"),
        ("revenue in December 2020", "fiscal years and quarters only"),
        ("iPhone in Japan Q1 2018", "fiscal years only"),
        ("forecast 2030", "four quarters"),
        ("forecast of iPhone in Japan", "no such series"),
        ("growth from 2017 to Q4 2018", "one is a quarter"),
    ],
)
def test_what_cannot_be_told_is_said_with_what_can(question, told):
    answer = ask(question)
    assert answer.understood
    assert told in answer.text
    assert answer.figure == ""


def test_a_missing_year_is_the_latest_and_said():
    assert "No year was named, so it is FY2025" in ask("iPhone revenue").text
    assert "FY2018, the last with units" in ask("how many iPads").text


def test_a_cell_is_an_estimate_from_the_sums():
    answer = ask("iPhone revenue in Greater China 2024")
    value = year("iPhone", 2024) * year("Greater China", 2024) / year("Total", 2024)
    assert answer.figure == f"{usd(value)} (estimate)"
    assert answer.cells[0].mark == "estimate"
    assert "not reported" in answer.text


def test_largest_and_fastest():
    assert ask("largest segment in 2021").figure == f"Americas: {usd(year('Americas', 2021))}"
    assert ask("smallest category 2025").figure == f"iPad: {usd(year('iPad', 2025))}"
    growth = {name: year(name, 2021) / year(name, 2020) - 1 for name in SEGMENTS}
    name = max(growth, key=growth.__getitem__)
    told = ask("fastest growing segment in 2021").figure
    assert told == f"{name}: {100 * growth[name]:+.1f} %"
    assert ask("Apple's best year").figure == f"FY2025: {usd(year('Total', 2025))}"
    units = max(range(2015, 2019), key=lambda y: year("iPhone", y, "units"))
    assert ask("best year for iPhone units").figure.startswith(f"FY{units}")


def test_volume_and_price_add_up():
    answer = ask("Was iPhone growth in 2018 volume or price?")
    u0, u1 = (year("iPhone", y, "units") for y in (2017, 2018))
    r0, r1 = (year("iPhone", y) for y in (2017, 2018))
    volume = (u1 - u0) * (r0 / u0 + r1 / u1) / 2
    assert answer.figure == f"{usd(volume)} volume, {usd(r1 - r0 - volume)} price"


def test_margin_change_is_the_difference_of_margins():
    moved = 100 * (margin("Total", 2025) - margin("Total", 2018))
    assert ask("why did the margin change from 2018 to 2025").figure == f"{moved:+.2f} points"


def test_comparison_lists_every_name():
    answer = ask("iPhone versus Mac revenue 2019")
    assert usd(year("iPhone", 2019)) in answer.text
    assert usd(year("Mac", 2019)) in answer.text


@pytest.mark.parametrize(
    "question", ["How was revenue split by segment in 2020?", "sales per region 2020"]
)
def test_the_split_adds_up(question):
    answer = ask(question)
    assert [cell.value for cell in answer.cells] == [year(name, 2020) for name in SEGMENTS]
    assert sum(cell.value for cell in answer.cells) == year("Total", 2020)


def test_the_forecast_has_band_and_record():
    answer = ask("forecast of Japan for the next quarter")
    assert answer.page == "apple-sales-forecast"
    assert "90 % band" in answer.text
    assert "n = 16" in answer.text
    assert "earlier bands" in answer.text
    assert usd(quarter("Japan", 2018, 4)) not in answer.text


def test_elasticities_are_declared_and_the_regression_is_told():
    answer = ask("What is the price elasticity of the iPhone?")
    assert "declared" in answer.figure
    assert answer.cells[0].value == PRIORS["iPhone"].elasticity
    assert "n = 12" in answer.text
    assert "there is none" in ask("elasticity of Services").text


def test_devices_do_not_predict_services():
    answer = ask("Does anything predict services revenue?")
    assert answer.topic == "services"
    assert "n = 16" in answer.text
    assert [round(cell.value, 2) for cell in answer.cells[:2]] == [-0.28, 0.95]


@pytest.fixture(scope="module")
def made():
    problem = default_problem()
    return problem, plan(problem)


def test_the_plan_is_quoted(made):
    _, best = made
    assert ask("What is the optimal plan?").figure == f"{best.objective:.2f} $ billion"
    gained = best.objective - best.now.objective
    assert ask("How much better than today is it?").figure.startswith(f"+{gained:.2f} $ billion")
    certified = ask("How do you know the plan is optimal?")
    assert certified.topic == "certificate"
    assert best.certificate.solver in certified.text
    assert "2 of 6 constraints bind" in ask("Which limits bind?").figure
    assert "1,000 draws" in ask("how sure is the plan").figure
    assert ask("is it infeasible?").figure == "a plan exists"
    assert f"{best.risk_sd:.2f}" in ask("risk of the plan").figure


def test_shadow_prices_by_name(made):
    _, best = made
    prices = {one.name: one.price for one in best.multipliers}
    assert "Hardware supply" not in prices
    assert ask("What is hardware supply worth?").figure == "0 $ billion per unit"
    price = prices["Services volume"]
    assert ask("What is services volume worth?").figure == f"{price:+.4f} $ billion per unit"
    assert 'Read as the constraint "Hardware supply"' in ask("what is supply worth").text
    assert "No limit of this plan was recognised" in ask("shadow price").text


def test_amounts_of_the_plan(made):
    problem, best = made
    amount = best.x["iPhone | Greater China"]
    assert ask("plan for iPhone in Greater China").figure.startswith(f"{amount:.2f} ")
    total = sum(best.x[cell.name] for cell in problem.cells if cell.region == "Japan")
    assert ask("what should Japan be in the plan").figure.startswith(f"{total:.2f} ")


def test_another_problem_is_answered_in_its_own_names():
    problem = default_problem(goal="revenue")
    assert "for revenue" in ask("what is the optimal plan", problem).text
    floor = Constraint("Moonshot floor", "amount", {problem.cells[0].name: 1.0}, 1e4, None)
    broken = dataclasses.replace(problem, constraints=(*problem.constraints, floor))
    for question in ("what is the optimal plan", "what is moonshot floor worth", "infeasible?"):
        answer = ask(question, broken)
        assert answer.figure == "no plan"
        assert "Moonshot floor" in answer.text


def test_sources_of_the_last_answer():
    last = ask("iPhone revenue 2021")
    again = ask("How do you know?", last=last)
    assert again.cells == last.cells
    assert last.cells[0].source in again.text
    assert "sums" in ask("How do you know?").text


def test_not_affiliated():
    assert "not affiliated with Apple" in ask("Who made this?").text


def test_the_noise_question_reaches_the_gate():
    # The gate itself takes seconds and has its own tests.
    found = route(read("Is the demo table noise?"))
    assert found is not None
    assert found[0] == "noise"


@pytest.mark.parametrize("topic", [one for one in EXAMPLES if one != "noise"])
def test_every_example_is_answered_on_a_page_that_exists(topic):
    answer = ask(EXAMPLES[topic])
    assert answer.understood
    assert "Not understood" not in answer.text
    assert answer.page in {page.slug for page in PAGES}
    assert answer.formula
    assert len(answer.suggestions) == 3
    assert set(answer.suggestions) <= set(EXAMPLE_QUESTIONS)
    assert topic in (answer.topic, "cell")
    json.dumps(answer.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("", "is empty"),
        ("   \n", "is empty"),
        ("x" * 501, "longer than 500"),
        ("?!? \U0001f4a5", "holds no word"),
        (None, "is not text"),
        (7, "is not text"),
        (b"iPhone", "is not text"),
    ],
)
def test_what_is_no_question_is_refused(question, told):
    with pytest.raises(InputError, match=told) as caught:
        ask(question)
    assert caught.value.problems[0].column == "question"


WORDS = sorted(PHRASES) + [str(y) for y in range(2012, 2028)] + ["Q1 2018", "Q3", "foo", "15", "-"]


def check(text):
    found = route(read(text)) if text.strip() else None
    if found is not None and found[0] == "noise":
        return  # seconds
    try:
        answer = ask(text)
    except InputError:
        return
    assert isinstance(answer, Answer)
    assert answer.text
    json.dumps(answer.to_dict(), allow_nan=False)


@settings(max_examples=150)
@given(st.text(max_size=80))
def test_any_text_gives_an_answer_or_a_sentence(text):
    check(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join))
def test_any_mixture_of_known_words_does_too(text):
    check(text)
