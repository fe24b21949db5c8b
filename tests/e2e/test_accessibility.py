"""Pages as axe-core sees them: nothing that keeps a keyboard or a screen reader out."""

from __future__ import annotations

import pytest

from pages._shared.registry import PAGES
from tests.e2e.helpers import barriers, darkness, no_exception, visit

pytestmark = pytest.mark.e2e

DARK = {"color_scheme": "dark"}
PHONE = {"viewport": {"width": 390, "height": 844}}
DARKEST_LIGHT = 60
ANSWERS = (
    "cardiosense?preset=woman-66",
    "cardiosense-prevention?preset=woman-50",
    "breast-cancer?preset=case-364",
    "breast-cancer-drift?example=unit",
    "respiratory?film=child-normal-1",
    "saliency",
    "trustlens?model=cardiosense-external",
    "guardian?preset=maoi-opioid",
    "apple-sales",
    "foundations-lagrange-kkt?section=apple-plan",
)
VIEWS = (
    "cardiosense?preset=woman-66&view=Save",
    "breast-cancer?preset=case-364&view=What+if",
    "respiratory?film=child-normal-1&view=Save",
    "saliency?view=Numbers",
    "trustlens?model=cardiosense-external&view=Groups",
    "guardian?preset=maoi-opioid&view=How+it+was+read",
)


@pytest.mark.parametrize("tab", [DARK], indirect=True, ids=["dark"])
@pytest.mark.parametrize("definition", PAGES, ids=lambda d: d.slug or "home")
def test_every_page_is_without_barriers_in_the_dark(tab, server, definition):
    visit(tab, f"{server}/{definition.slug}")
    assert darkness(tab) < DARKEST_LIGHT
    assert no_exception(tab)
    assert barriers(tab) == []


@pytest.mark.parametrize("tab", [{}, PHONE], indirect=True, ids=["light", "phone"])
@pytest.mark.parametrize("address", ANSWERS)
def test_every_system_s_answer_is_without_barriers(tab, server, address):
    visit(tab, f"{server}/{address}")
    assert barriers(tab) == []


@pytest.mark.parametrize("tab", [PHONE | DARK], indirect=True, ids=["dark phone"])
@pytest.mark.parametrize("address", VIEWS)
def test_what_lies_behind_tabs_is_without_barriers(tab, server, address):
    visit(tab, f"{server}/{address}")
    assert barriers(tab) == []


def test_a_barrier_is_found(tab, server):
    visit(tab, f"{server}/about")
    tab.evaluate("() => document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=x>')")
    assert any(found.startswith("image-alt") for found in barriers(tab))
