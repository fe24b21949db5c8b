"""The chest X-ray pages in a real browser: a reading and its tests, refusals, a batch."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest

from core.respiratory import example, predict
from tests.e2e.helpers import choose, no_exception, settle, visit

pytestmark = pytest.mark.e2e


def test_from_home_to_a_film_with_its_map_and_both_figures(tab, server):
    visit(tab, server)
    tab.get_by_role("link", name="Read a film").click()
    tab.get_by_role("heading", name="Chest X-ray: film").wait_for()
    tab.get_by_text("A collection not trained on").wait_for()
    tab.get_by_text("Does the answer need what lies outside the lungs?").wait_for()
    (reading,) = predict([example("child-normal-1")])
    assert reading.probabilities is not None
    leading = reading.decision or max(reading.probabilities, key=reading.probabilities.__getitem__)
    tab.get_by_text(leading).first.wait_for()
    assert no_exception(tab)


def test_a_hand_and_a_photograph_get_a_refusal_and_no_finding(tab, server):
    for film in ("hand", "photograph"):
        visit(tab, f"{server}/respiratory?film={film}")
        tab.get_by_text("Refused: no reading").wait_for()
        tab.get_by_text("no finding is not a normal finding").wait_for()
        assert no_exception(tab)


def test_the_reading_can_be_taken_along(tab, server, tmp_path):
    visit(tab, f"{server}/respiratory?film=child-normal-1&view=Save")
    tab.get_by_role("button", name="Download the data (JSON)").wait_for()
    settle(tab)
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download the data (JSON)").click()
    waiting.value.save_as(tmp_path / "film.json")
    (reading,) = predict([example("child-normal-1")])
    assert json.loads((tmp_path / "film.json").read_text(encoding="utf-8")) == reading.to_dict()


def test_a_zip_of_films_becomes_one_row_each_and_nothing_is_lost(tab, server, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for key in ("child-normal-1", "hand"):
            archive.writestr(*example(key))
        archive.writestr("empty.png", b"")
    visit(tab, f"{server}/respiratory-batch?model=cnn")
    choose(tab, "films.zip", packed.getvalue(), "application/zip")
    tab.get_by_role("button", name="Download CSV").wait_for()
    settle(tab)
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download CSV").click()
    waiting.value.save_as(tmp_path / "readings.csv")
    table = (tmp_path / "readings.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [row["status"] for row in rows] == ["ok", "refused", "error"]
    assert all(row["file"].startswith("films.zip/") for row in rows)
    assert no_exception(tab)
