"""The questions page: a question in the field or the address, and what is shown of the answer."""

from __future__ import annotations

import pytest

from core.apple_sales import EXAMPLE_QUESTIONS, ask

SLUG = "apple-sales-report"
QUESTION = "What was iPhone revenue in 2021?"


def texts(app):
    return [e.value for kind in (app.markdown, app.caption, app.header) for e in kind]


def plain(app):
    return " ".join(texts(app)).replace("\\", "")


def test_it_opens_empty_with_examples(open_page):
    app = open_page(SLUG)
    assert not app.exception
    assert "not affiliated with Apple" in plain(app)
    assert not app.header
    assert not app.dataframe


def test_a_question_in_the_address_is_answered(open_page):
    app = open_page(SLUG, q=QUESTION)
    assert not app.exception
    answer = ask(QUESTION)
    assert app.header[0].value.replace("\\", "") == answer.figure
    assert answer.text in plain(app)
    assert answer.formula in plain(app)
    table = app.dataframe[0].value
    assert list(table["Value"]) == [cell.value for cell in answer.cells]
    assert list(table["Source"]) == [cell.source for cell in answer.cells]
    assert list(table["Mark"]) == ["primary"]


def test_an_example_is_taken_into_the_field(open_page):
    app = open_page(SLUG)
    app.get_by_key("apple.questions.examples").set_value(EXAMPLE_QUESTIONS[1]).run()
    assert not app.exception
    assert app.text_input(key="q").value == EXAMPLE_QUESTIONS[1]
    assert app.header[0].value.replace("\\", "") == ask(EXAMPLE_QUESTIONS[1]).figure


def test_history_keeps_the_last_ten_and_knows_the_last_answer(open_page):
    app = open_page(SLUG, q=QUESTION)
    for year in range(2015, 2025):
        app.text_input(key="q").set_value(f"Apple revenue {year}").run()
    app.text_input(key="q").set_value("How do you know?").run()
    assert not app.exception
    assert '"Apple revenue 2024" rests on' in plain(app)
    history = app.dataframe[-1].value
    assert len(history) == 10
    assert list(history["Question"])[:2] == ["How do you know?", "Apple revenue 2024"]
    assert {button.proto.label for button in app.get("download_button")} == {
        "Answers (JSON)",
        "Cells (CSV)",
    }


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("foo bar", "Not understood"),
        ("iPhone revenue 2030", "No figure"),
        ("x" * 600, "longer than 500"),
        ("???", "holds no word"),
    ],
)
def test_what_cannot_be_answered_is_said(open_page, question, told):
    app = open_page(SLUG, q=question)
    assert not app.exception
    assert told in plain(app)
    assert not app.header


def test_markup_in_a_question_stays_text(open_page):
    app = open_page(SLUG, q="<b>iPhone</b> $x$ revenue 2021 **fabulous**")
    assert not app.exception
    assert "fabulous" in plain(app)
    assert not any("**fabulous**" in text for text in texts(app))
