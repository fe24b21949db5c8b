"""Hostile files in the upload fields of the pages: an answer or a sentence, never an exception."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pages._shared.page_def import ROOT
from pages._shared.registry import page
from tests.hostile.corpus import corpus
from tests.hostile.made import Hostile

TABLES = ("csv", "parquet", "foreign")
FAILED = "This page could not be shown"
FIELDS: dict[str, tuple[str, dict[str, str], str, tuple[str, ...], str]] = {
    "patients": ("cardiosense-batch", {}, "csv", TABLES, "cardiosense"),
    "cases": ("breast-cancer-batch", {}, "csv", TABLES, "breast-cancer"),
    "predictions": ("trustlens", {"source": "file"}, "csv", TABLES, "predictions"),
    "sales": ("apple-sales-data", {}, "csv", TABLES, "sales"),
    "film": ("respiratory", {"film": "own"}, "png", ("image", "foreign"), "respiratory"),
    "films": ("respiratory-batch", {}, "zip", ("archive", "image"), "respiratory"),
    "map": ("saliency", {"image": "own"}, "png", ("image", "foreign"), "respiratory"),
    "bundle": ("guardian", {}, "json", ("fhir", "foreign"), "guardian"),
}
"""By field: page, query, suffix of the file, kinds of files, whose."""
EACH = 5


def chosen(groups: tuple[str, ...], like: str) -> list[Hostile]:
    fitting = [f for f in corpus() if f.group in groups and (not f.like or f.like == like)]
    return fitting[7 :: max(1, len(fitting) // EACH)][:EACH]


def opened(slug: str, query: dict[str, str]) -> AppTest:
    app = AppTest.from_file(ROOT / "apps" / "suite.py", default_timeout=60)
    app.run()
    app.switch_page(str(page(slug).path))
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_takes_anything(field: str) -> None:
    slug, query, suffix, groups, like = FIELDS[field]
    app = opened(slug, query)
    if field == "sales":
        app.segmented_control(key="apple.data.source").set_value("Your file").run()
    assert len(app.file_uploader) == 1
    several = field == "films"
    for file in chosen(groups, like):
        given = (f"{file.name[:40]}.{suffix}", file.content, "application/octet-stream")
        app.file_uploader[0].set_value([given] if several else given).run()
        assert not app.exception, (file.id, [one.value for one in app.exception])
        assert not any(FAILED in one.value for one in app.error), file.id
