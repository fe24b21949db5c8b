"""The evidence page shows what the benchmark wrote, and nothing where it wrote nothing."""

from __future__ import annotations

import json

import pytest

from core.errors import ArtifactError
from core.guardian import knowledge, measured
from core.stats.intervals import wilson
from pages._guardian import evidence

SLUG = "guardian-evidence"


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.subheader)
    return "\n".join(one.value for kind in kinds for one in kind).replace("\\", "")


def share(k, n):
    return {"k": k, **wilson(k, n).to_dict()}


def figures(**changes):
    return {
        "command": measured.COMMAND,
        "kb_version": knowledge().version,
        "cases": 40,
        "critical recall": {"all": share(17, 20), "groups": {"age": share(3, 4)}},
        "false alarms": {
            "clean lists with a critical alert": share(1, 186),
            "moderate alerts per clean list": 0.054,
        },
        "names": {"exact": share(9, 9), "kinds": {"brand": share(4, 5)}, "crossed": 0},
        "latency": {"ten medicines": {"p95 ms": 3.25}},
        "public lists": {},
        "bad input": {"k": 0, "n": 0},
        **changes,
    }


@pytest.fixture
def stored(monkeypatch, tmp_path):
    """A function that stores figures where the page looks for them."""

    def store(content):
        path = tmp_path / "evidence.json"
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(measured.measured, "__defaults__", (path,))
        return path

    return store


def test_without_figures_it_says_how_to_make_them(open_page, monkeypatch, tmp_path):
    monkeypatch.setattr(measured.measured, "__defaults__", (tmp_path / "none.json",))
    app = open_page(SLUG)
    assert not app.exception
    assert measured.COMMAND in texts(app)
    assert not app.metric


def test_the_figures_are_those_of_the_file(open_page, stored):
    stored(figures())
    app = open_page(SLUG)
    assert not app.exception
    shown = {one.label: one.value for one in app.metric}
    assert shown["Critical alerts found"] == "85.0 %"
    assert shown["Clean lists with a critical alert"] == "0.5 %"
    assert "17 of 20, 95 % interval 64 % to 95 %." in texts(app)
    rows = {row["Figure"]: row for frame in app.dataframe for row in frame.value.to_dict("records")}
    assert rows["moderate alerts per clean list"]["Value"] == "0.054"
    assert rows["ten medicines: p95 ms"]["Value"] == "3.250"
    assert rows["all"]["n"] == 20
    assert rows["bad input"]["Value"] == "none"
    assert not app.warning


def test_the_blind_run_stands_in_large_figures_and_the_later_one_beneath(open_page, stored):
    stored(figures(**{"first run": {"critical recall": {"all": share(12, 20)}}}))
    app = open_page(SLUG)
    shown = {one.label: one.value for one in app.metric}
    assert shown["Critical alerts found"] == "60.0 %"
    assert shown["Names read exactly"] == "100.0 %"
    assert "Now, no longer blind: 17 of 20." in texts(app)


def test_figures_of_another_knowledge_base_are_said_to_be_old(open_page, stored):
    stored(figures(kb_version="guardian/1 sha256:0"))
    app = open_page(SLUG)
    assert "another version of the knowledge base" in texts(app)


def test_parts_that_are_missing_are_left_out(open_page, stored):
    stored({"kb_version": knowledge().version})
    app = open_page(SLUG)
    assert not app.exception
    assert not app.metric


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_damaged_file_is_a_sentence(open_page, stored, content):
    path = stored(content)
    app = open_page(SLUG)
    assert not app.exception
    assert f"evidence.json holds no figures. Run {measured.COMMAND}." in texts(app)
    with pytest.raises(ArtifactError):
        measured.measured(path)


def test_no_figure_is_typed_into_the_page():
    assert not any(character.isdigit() for text in evidence.MEANING.values() for character in text)
