from __future__ import annotations

import datetime
import re

import pytest

from core.guardian import review
from core.guardian.agents import leaflet
from core.guardian.agents import leaflet as made
from core.guardian.agents.leaflet import (
    _ALONE,
    _TWICE,
    _URGENCY,
    _WHAT,
    ABOUT,
    CALLS,
    KEEP,
    NO_ALERT,
    NOTHING_READ,
    OPEN,
    QUESTIONS,
)
from core.guardian.knowledge import knowledge
from core.guardian.schema import AlertType, Severity
from core.report import html_page, render

CASE = {
    "meds": [
        "warfarin 5 mg daily",
        "ibuprofen 400 mg tid",
        "metformin 500 mg bid",
        "Fooblax<b> 3 mg",
    ],
    "patient": {"age": 60, "sex": "M", "egfr": 90, "crcl": 90, "allergies": [], "conditions": []},
}


def _grade(sentences: list[str]) -> float:
    """Return the Flesch-Kincaid school grade."""
    words = [word for line in sentences for word in re.findall(r"[A-Za-z']+", line)]
    syllables = sum(
        max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words
    )
    ends = sum(len(re.findall(r"[.?!]", line)) or 1 for line in sentences)
    return 0.39 * len(words) / ends + 11.8 * syllables / len(words) - 15.59


def test_its_own_sentences_are_easy_to_read():
    own = [*ABOUT, KEEP, NOTHING_READ, NO_ALERT, OPEN, *QUESTIONS, *CALLS, *_URGENCY.values()]
    own += [one.format("It") for one in (*_WHAT.values(), _TWICE, _ALONE)]
    assert _grade(own) <= 6
    longest = max(len(one.split()) for line in own for one in re.split(r"[.?]", line))
    assert longest <= 20


def test_every_kind_and_severity_has_words():
    assert set(_WHAT) == set(AlertType)
    assert set(_URGENCY) == set(Severity)


def test_each_medicine_and_alert_is_there_and_nothing_is_called_harmless():
    found = review(CASE)
    made_ = leaflet(found)
    text = made_.text()
    assert [one.name for one in made_.medicines] == ["ibuprofen", "metformin", "warfarin"]
    assert len(made_.notices) == len(found.alerts)
    assert "Ibuprofen and warfarin can harm you when they are taken together." in text
    assert "Talk to your doctor or pharmacist today." in text
    assert "\nMetformin\n" in text
    assert NO_ALERT in text
    assert "Fooblax" in text
    assert found.kb_version in text


@pytest.mark.parametrize("part", range(4))
def test_no_leaflet_says_safe(part: int):
    for name in sorted(knowledge().rules)[part::4]:
        found = review(knowledge().rules[name].example)
        text = made(found).text().lower()
        assert not re.search(r"\bsafe(ly|r)?\b", text), name
        for alert in found.alerts:
            assert all(drug in text for drug in alert.drugs)


def test_a_medicine_doubled_with_itself_is_on_the_list_twice():
    found = review({"meds": ["warfarin 5 mg daily", "Coumadin 2 mg daily"], "patient": {}})
    assert any(one.type is AlertType.DUPLICATE and len(one.drugs) == 1 for one in found.alerts)
    assert "Warfarin is on this list more than once." in leaflet(found).text()


def test_an_empty_list_says_that_nothing_was_checked():
    assert NOTHING_READ in leaflet(review({})).text()


def test_it_prints_as_html_and_pdf_with_everything_escaped():
    document = leaflet(review(CASE)).document(datetime.date(2026, 11, 29))
    page = html_page(document).decode()
    assert "Fooblax&lt;b&gt;" in page or "Fooblax" in page
    assert "<b> 3" not in page
    assert "Ibuprofen and warfarin can harm you" in page
    assert render(document).startswith(b"%PDF")
