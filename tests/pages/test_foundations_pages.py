"""Index, errata and what all articles share: rows, switches, fresh numbers, self-test, address."""

from __future__ import annotations

import dataclasses

import pytest

from core import foundations
from core.foundations.compare import equal
from pages._foundations import checked, reading
from pages._foundations.article import ERRORS, TEST

ARTICLE = "foundations-gradient-descent"


@pytest.fixture(autouse=True)
def nothing_cached():
    for cached in (checked.row, checked.broken, checked.refuted):
        cached.clear()
    yield
    for cached in (checked.row, checked.broken, checked.refuted):
        cached.clear()


def badges(app) -> list[str]:
    return [text.value for text in app.markdown if "-badge[" in text.value]


def said(app) -> str:
    return "\n".join(text.value for text in app.markdown)


def test_the_index_counts_what_holds(open_page):
    app = open_page("foundations")
    count = len(foundations.statements())
    assert not app.exception
    assert any(f"{count} statements, {count} verified here in" in text for text in badges(app))
    for topic in foundations.topics():
        n = len(topic.statements)
        assert any(f"{n} of {n} hold here" in text for text in badges(app))


def test_the_index_names_what_does_not_hold(open_page, monkeypatch):
    def wrong(rng):
        return equal(1.0, 2.0, "one and two")

    real = foundations.statement("GD-1")
    false = dataclasses.replace(real, check=wrong)
    monkeypatch.setattr("core.foundations.verification.statement",
                        lambda n: false if n == "GD-1" else foundations.statement(n))  # fmt: skip
    app = open_page("foundations")
    count = len(foundations.statements())
    assert any(f"{count} statements, {count - 1} verified here" in text for text in badges(app))
    assert "GD-1 does not hold on this machine" in said(app)


def test_a_check_that_breaks_is_shown_as_not_verified(open_page, monkeypatch):
    def broken(rng):
        raise ZeroDivisionError("by zero")

    real = foundations.statement("GD-1")
    monkeypatch.setattr("core.foundations.verification.statement",
                        lambda n: dataclasses.replace(real, check=broken)
                        if n == "GD-1" else foundations.statement(n))  # fmt: skip
    app = open_page(ARTICLE)
    assert any("Not verified" in text for text in badges(app))
    assert "ZeroDivisionError" in said(app)


def test_the_errata_are_counted_and_chosen_by_article(open_page):
    app = open_page("foundations-errata", article="bias-variance")
    count = len(foundations.errata())
    assert not app.exception
    assert any(f"{count} errors, {count} refuted here" in text for text in badges(app))
    own = [one.id for one in foundations.errata("bias-variance")]
    assert all(any(f"{number}: refuted" in text for text in badges(app)) for number in own)


@pytest.mark.parametrize("topic", foundations.topics(), ids=lambda t: t.key)
def test_every_section_opens_at_its_address(open_page, topic):
    for key in (*(one.key for one in topic.sections), ERRORS, TEST):
        app = open_page(f"foundations-{topic.key}", section=key)
        assert not app.exception, key
        n = len(topic.statements)
        assert any(f"{n} statements, {n} verified here in" in text for text in badges(app)), key


@pytest.mark.parametrize("section", ["", "no-such", "<script>", "errors;drop"])
def test_an_unknown_section_opens_the_first(open_page, section):
    app = open_page(ARTICLE, section=section)
    assert not app.exception
    assert app.header[0].value == foundations.topic("gradient-descent").sections[0].title


@pytest.mark.parametrize("switch", foundations.breaks(), ids=lambda b: b.id)
def test_a_switch_turns_its_row_red_for_the_stated_reason(open_page, switch):
    one = foundations.statement(switch.statement)
    topic = next(t for t in foundations.topics() if one in t.statements)
    app = open_page(f"foundations-{topic.key}", section=one.section)
    pills = app.button_group(key=f"foundations.break.{one.id}")
    pills.set_value(switch.id).run()
    assert not app.exception
    assert any("Fails without the hypothesis" in text for text in badges(app))
    assert any("As predicted" in text for text in badges(app))
    assert switch.violates in said(app)
    assert switch.reason in said(app)
    assert ":red[**" in said(app)


def test_fresh_numbers_change_the_rows_and_can_be_taken_back(open_page):
    def measured(app):
        return [t.value for t in app.markdown if t.value.startswith(":gray[Measured]")]

    app = open_page(ARTICLE, section="stochastic")
    first = measured(app)
    app.button(key="foundations.fresh").click().run()
    assert any("Seed 1." in text.value for text in app.caption)
    assert measured(app) != first
    app.button(key="foundations.first").click().run()
    assert measured(app) == first


def test_the_self_test_tells_right_from_wrong(open_page):
    app = open_page(ARTICLE, section=TEST)
    one = foundations.topic("gradient-descent").questions[0]
    right = one.answer()
    box = app.radio(key=f"foundations.question.{one.id}")
    box.set_value((right + 1) % len(one.options)).run()
    assert any("Not so" in text for text in badges(app))
    assert one.options[right] in said(app)
    app.radio(key=f"foundations.question.{one.id}").set_value(right).run()
    assert any("Right" in text for text in badges(app))


def test_presented_derivations_unfold_step_by_step(open_page):
    app = open_page(ARTICLE, present="1")
    first = foundations.topic("gradient-descent").statements[0]
    key = f"foundations.steps.{first.id}"
    assert first.steps[1].why not in said(app)
    app.slider(key=key).set_value(len(first.steps)).run()
    assert all(step.why in said(app) for step in first.steps)


def test_a_note_keeps_its_symbol():
    assert reading._begun("k = 5 neighbours") == "k = 5 neighbours"
    assert reading._begun("largest of 40") == "Largest of 40"
