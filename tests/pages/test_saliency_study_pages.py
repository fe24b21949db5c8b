"""The pages of what was measured: paradox, benchmark and original study, on made-up figures."""

from __future__ import annotations

import pytest

import core.saliency
from core.errors import ArtifactError
from core.saliency import METHODS, METRICS
from pages._saliency import (
    bench_ask,
    bench_save,
    paradox_border,
    paradox_detector,
    paradox_league,
)
from tests.pages import simulated_findings as made

PARADOX, BENCHMARK, ORIGINAL = "saliency-paradox", "saliency-benchmark", "saliency-original"
PAGES = (PARADOX, BENCHMARK, ORIGINAL)


@pytest.fixture(autouse=True)
def _studies(monkeypatch):
    bench_ask._choices.clear()
    monkeypatch.setattr(core.saliency, "stored_paradox", made.paradox)
    monkeypatch.setattr(core.saliency, "stored_arguments", made.arguments)
    monkeypatch.setattr(core.saliency, "stored_original", made.original)
    monkeypatch.setattr(paradox_league, "metric_validity", made.validity)
    monkeypatch.setattr(paradox_border, "stored_border", made.border)
    found = {"local": made.detection(), "global": "No network relies on it."}
    monkeypatch.setattr(paradox_detector, "stored_detector", lambda: found)
    monkeypatch.setattr(bench_ask, "benchmark_table", made.table)
    yield
    bench_ask._choices.clear()


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.warning, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def frames(app):
    return [table.value for table in app.dataframe]


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("The argument", "4 of 5 steps hold"),
        ("Every method and network", "Points below the diagonal look better than they are"),
        ("Which figures can be trusted", "valid if its whole interval is 0.95 or more"),
        ("Finding shortcuts", "No network relies on it."),
        ("Real films", "40 held-out films"),
    ],
)
def test_every_view_of_the_paradox_opens_with_its_figures(open_page, view, words):
    app = open_page(PARADOX, view=view)
    assert not app.exception
    assert words in texts(app)


def test_the_paradox_begins_with_the_scene_that_was_argued(open_page):
    app = open_page(PARADOX, view="The argument")
    assert not app.exception
    assert app.selectbox[0].value == "gradcam++.cnn.confounded"
    assert "1. Claim 1" in texts(app)
    assert "The map ranks the lesion at" in texts(app)


def test_a_cell_without_a_film_is_in_the_table_and_no_scene(open_page):
    app = open_page(PARADOX, view="Every method and network")
    assert len(app.selectbox[0].options) == 2
    assert len(frames(app)[-1]) == 3


def test_the_leaderboard_ranks_states_power_and_names_what_is_lost(open_page):
    app = open_page(BENCHMARK, view="Leaderboard", metric="abpc", fill="mean")
    assert not app.exception
    shown = texts(app)
    assert "Friedman" in shown
    assert "**Power.**" in shown
    assert "Nemenyi" in shown
    (board,) = frames(app)
    lost = board.loc[board["Method"] == METHODS["gradcam"].title]
    assert lost["Why"].item() == "There is no map."


def test_a_figure_that_only_describes_ranks_nothing(open_page):
    app = open_page(BENCHMARK, view="Pairs", metric="gini")
    assert not app.exception
    assert "Nothing is ranked" in "\n".join(m.value for m in app.markdown)
    assert "neither more nor less" in texts(app).replace("\\", "")


def test_the_pairs_of_one_method_can_be_singled_out(open_page):
    app = open_page(BENCHMARK, view="Pairs", metric="abpc")
    assert not app.exception
    whole = len(frames(app)[0])
    box = next(box for box in app.selectbox if box.label == "Pairs of")
    app = box.set_value("saliency").run()
    assert not app.exception
    assert 0 < len(frames(app)[0]) < whole


def test_a_picture_of_the_benchmark_is_drawn_again(open_page):
    app = open_page(BENCHMARK, view="One picture", metric="abpc", map="sobel")
    assert not app.exception
    assert "Explained:" in texts(app)
    assert "Native grid" in texts(app)


def test_what_every_figure_means_is_read_from_its_card(open_page):
    app = open_page(BENCHMARK, view="What the figures mean")
    assert not app.exception
    listed = [title for frame in frames(app) for title in frame["Figure"]]
    assert sorted(listed) == sorted(card.title for card in METRICS.values())


def test_the_table_is_offered_as_it_is_and_as_csv(open_page, monkeypatch):
    monkeypatch.setattr(bench_save, "benchmark_path", lambda profile: 1 / 0)  # only when clicked
    app = open_page(BENCHMARK, view="Download", metric="abpc")
    assert not app.exception
    labels = {button.label for button in app.get("download_button")}
    assert labels == {"Whole table (Parquet)", "This figure (CSV)"}


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("Beside each other", "Do the two networks differ?"),
        ("What flips", "Is the grey fill neutral?"),
        ("How it was repeated", "layers where no map can be read"),
    ],
)
def test_every_view_of_the_original_study_opens(open_page, view, words):
    app = open_page(ORIGINAL, view=view)
    assert not app.exception
    assert words in texts(app)


def test_published_and_own_figures_stand_in_one_row_and_none_is_nan(open_page):
    app = open_page(ORIGINAL, view="Beside each other")
    first = frames(app)[0]
    assert first["Published VGG16"][0] == "5.159 ± 0.034"
    assert not first.isin(["nan ± nan"]).any().any()
    assert "none" in first.iloc[0].tolist()


@pytest.mark.parametrize("slug", PAGES)
@pytest.mark.parametrize("query", [{"view": "nonsense"}, {"metric": "nan", "scene": "nan"}])
def test_an_unknown_value_in_the_address_is_a_default(open_page, slug, query):
    assert not open_page(slug, **query).exception


@pytest.mark.parametrize("slug", PAGES)
def test_a_missing_study_is_a_sentence_in_the_place_of_the_answer(open_page, monkeypatch, slug):
    def missing(*_):
        raise ArtifactError("The study is missing. Restore it from the repository.")

    for name in ("stored_paradox", "stored_original"):
        monkeypatch.setattr(core.saliency, name, missing)
    monkeypatch.setattr(bench_ask, "benchmark_table", missing)
    app = open_page(slug)
    assert not app.exception
    assert "The study is missing" in texts(app)
