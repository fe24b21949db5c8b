"""The knowledge base page: what is known of a medicine, a pair, a rule, and how much there is."""

from __future__ import annotations

import pytest

from core.guardian import inventory, knowledge
from pages._guardian import knowledge_size, lookup, rules

SLUG = "guardian-knowledge"
VIEWS = ["A medicine", "Two medicines", "A rule", "Size and sources"]
RULE = "ddi-nitrate-pde5"


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error)
    return "\n".join(one.value for kind in kinds for one in kind).replace("\\", "")


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_from_its_address(open_page, view):
    app = open_page(SLUG, part=view)
    assert not app.exception
    assert [tab.label for tab in app.tabs if len(tab.children)] == [view]
    assert knowledge().version in texts(app)


def test_a_medicine_is_found_by_its_brand(open_page):
    app = open_page(SLUG)
    app = app.text_input(key="guardian.kb.medicine").set_value("Coumadin").run()
    assert not app.exception
    shown = texts(app)
    assert "**warfarin**" in shown
    assert "Jantoven" in shown
    assert f"{len(lookup.of_medicine('warfarin'))} rules name it." in shown


def test_a_combination_is_shown_by_its_ingredients(open_page):
    app = open_page(SLUG)
    app = app.text_input(key="guardian.kb.medicine").set_value("Augmentin").run()
    shown = texts(app)
    assert "**amoxicillin**" in shown
    assert "**clavulanate**" in shown


def test_an_unknown_name_is_said_to_be_one(open_page):
    app = open_page(SLUG)
    app = app.text_input(key="guardian.kb.medicine").set_value("Zolpravex").run()
    assert "No medicine is known as “Zolpravex”." in texts(app)
    assert not app.dataframe


def test_a_rule_can_be_opened_from_the_address(open_page):
    app = open_page(SLUG, part="A rule", rule=RULE)
    found = knowledge().rules[RULE]
    shown = texts(app)
    assert found.mechanism in shown
    assert found.management in shown
    assert all(f"{one.name}, {one.section}, {one.year}" in shown for one in found.sources)


def test_an_unknown_rule_of_the_address_shows_none(open_page):
    app = open_page(SLUG, part="A rule", rule="no-such-rule")
    assert not app.exception
    assert app.selectbox[0].value is None


def test_every_rule_has_a_card_and_a_row():
    table = rules.frame(knowledge().rules.values())
    assert len(table) == len(knowledge().rules)
    assert (table["Medicines"] != "").all()
    assert (table["Sources"] != "").all()


def test_a_pair_is_looked_up_whatever_the_order(open_page):
    app = open_page(SLUG, part="Two medicines")
    for names in (("Viagra", "Imdur"), ("Imdur", "Viagra")):
        for key, name in zip(("first", "second"), names, strict=True):
            app.text_input(key=f"guardian.kb.{key}").set_value(name)
        app = app.run()
        assert RULE in list(app.dataframe[0].value["Rule"])


def test_a_pair_without_a_rule_is_not_called_harmless(open_page):
    app = open_page(SLUG, part="Two medicines")
    app.text_input(key="guardian.kb.first").set_value("folic acid")
    app.text_input(key="guardian.kb.second").set_value("amlodipine")
    app = app.run()
    assert "0 rules" in texts(app)
    assert "does not show it is harmless" in texts(app)


def test_exceptions_are_left_out_of_pairs():
    one = next(rule for rule in knowledge().rules.values() if rule.exceptions)
    known = knowledge()
    a, b = one.exceptions[0]
    left, right = min(known.expand([a])), max(known.expand([b]))
    assert one not in lookup.of_pair(left, right)


def test_the_counts_are_those_of_the_inventory(open_page):
    app = open_page(SLUG, part="Size and sources")
    shown = {one.label: one.value for one in app.metric}
    found = inventory()
    assert shown["Ingredients"] == f"{found.ingredients:,}"
    assert shown["Rules"] == f"{sum(found.rules.values()):,}"


def test_a_fault_of_the_files_is_shown(open_page, monkeypatch):
    knowledge_size._faults.cache_clear()
    monkeypatch.setattr(
        knowledge_size, "knowledge_problems", lambda: ["rules/x.jsonl:3: no source"]
    )
    app = open_page(SLUG)
    assert not app.exception
    assert "1 fault in the data files" in texts(app)
    assert "rules/x.jsonl:3: no source" in texts(app)
    knowledge_size._faults.cache_clear()
