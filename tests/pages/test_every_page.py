"""Every registered page opens, says what it is for, and carries its notice."""

from __future__ import annotations

import pytest

from pages._shared.header import NOTICE
from pages._shared.page_def import PageDef
from pages._shared.registry import PAGES, by_system


@pytest.mark.parametrize("definition", PAGES, ids=lambda d: d.slug or "home")
def test_page_opens(open_page, definition: PageDef):
    app = open_page(definition.slug)
    assert not app.exception
    assert [title.value for title in app.title] == [definition.heading]
    assert definition.purpose in [text.value for text in app.markdown]
    notices = [text.value for text in app.caption if text.value == NOTICE]
    assert len(notices) == (1 if definition.clinical else 0)


def test_registry_is_sound():
    assert PAGES[0].slug == ""
    assert len({d.slug for d in PAGES}) == len(PAGES)
    assert all(d.path.is_file() for d in PAGES)
    assert sum(len(pages) for pages in by_system().values()) == len(PAGES)


def test_every_page_file_is_registered():
    files = {d.file for d in PAGES}
    present = {p.name for p in PAGES[0].path.parent.glob("*.py") if p.name != "__init__.py"}
    assert present == files


def test_presentation_mode_hides_the_navigation(open_page):
    plain = open_page("about")
    presented = open_page("about", present="1")
    assert not presented.exception
    assert len(presented.html) == len(plain.html) + 1
