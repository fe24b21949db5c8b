"""A page that fails shows a sentence and an id, and the log holds the rest."""

from __future__ import annotations

import logging
import re

from streamlit.testing.v1 import AppTest

UNEXPECTED = """
from apps.failures import show
show(RuntimeError("the secret of patient 7"))
"""
EXPECTED = """
from apps.failures import show
from core.errors import ArtifactError
show(ArtifactError("The model file is altered. Restore it."))
"""


def test_an_unexpected_error_is_hidden_behind_an_id(caplog):
    with caplog.at_level(logging.ERROR):
        app = AppTest.from_string(UNEXPECTED).run()
    assert not app.exception
    shown = app.error[0].value
    assert "no result on it is valid" in shown
    assert "secret" not in shown
    reference = re.search(r"report the id (\w+)", shown)[1]
    assert any(reference in record.getMessage() for record in caplog.records)


def test_an_error_made_for_people_is_shown_as_it_is():
    app = AppTest.from_string(EXPECTED).run()
    assert app.error[0].value == "The model file is altered. Restore it."
